from django.db import migrations

# Letters of an older version had a job each. No task of that name is left to take it, and the rows
# are sent by the thread that claims them.
DROP_JOBS = "DELETE FROM procrastinate_jobs WHERE task_name = 'outbound.send_letter'"


class Migration(migrations.Migration):
    dependencies = [
        ("outbound", "0003_letters_wait_their_turn"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [migrations.RunSQL(DROP_JOBS, migrations.RunSQL.noop)]
