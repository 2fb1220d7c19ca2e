from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0007_call_backs_end")]

    operations = [
        migrations.AddField(
            "issue", "urge_count", models.PositiveSmallIntegerField("当日催办次数", default=0)
        ),
    ]
