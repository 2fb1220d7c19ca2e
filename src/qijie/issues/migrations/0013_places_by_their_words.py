import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("issues", "0012_by_state_level_and_due")]

    operations = [
        migrations.AddIndex(
            model_name="issue",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("place_words", "gin_trgm_ops"),
                name="issue_place_words",
            ),
        ),
    ]
