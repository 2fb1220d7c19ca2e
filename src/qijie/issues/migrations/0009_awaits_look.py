from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0008_urge_count")]

    operations = [
        migrations.AddField(
            "issue", "awaits_look", models.BooleanField("待核查员查看", default=False)
        ),
        # A process of the version before may still insert while this runs.
        migrations.RunSQL(
            "ALTER TABLE issues_issue ALTER COLUMN awaits_look SET DEFAULT false",
            "ALTER TABLE issues_issue ALTER COLUMN awaits_look DROP DEFAULT",
        ),
    ]
