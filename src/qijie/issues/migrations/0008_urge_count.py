from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0007_call_backs_end")]

    operations = [
        migrations.AddField(
            "issue", "urge_count", models.PositiveSmallIntegerField("当日催办次数", default=0)
        ),
        # A process of the version before may still insert while this runs.
        migrations.RunSQL(
            "ALTER TABLE issues_issue ALTER COLUMN urge_count SET DEFAULT 0",
            "ALTER TABLE issues_issue ALTER COLUMN urge_count DROP DEFAULT",
        ),
    ]
