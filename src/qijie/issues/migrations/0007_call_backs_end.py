from django.db import migrations, models

from qijie.issues.rules import vocabulary

# Call-backs and follow-ups that run on ended matters get the window after which the worker ends
# them with an event, and the timer that wakes it. The days are a calendar week's worth of the
# three working days a new one gets: nobody is cut short.
_WINDOWS = """
    WITH open AS (
        SELECT d.issue_id, d.region_code, max(d.due_at) AS due_at
        FROM issues_deadline d JOIN issues_issue i ON i.id = d.issue_id
        WHERE d.stopped_at IS NULL AND NOT EXISTS (
                SELECT FROM issues_deadline w WHERE w.issue_id = i.id
                    AND w.kind = 'call_back_window' AND w.stopped_at IS NULL)
            AND ((i.state = 'closed' AND d.kind = 'call_back')
                OR (i.state = 'referred' AND d.kind = 'follow_up'))
        GROUP BY d.issue_id, d.region_code
    ), windows AS (
        INSERT INTO issues_deadline (id, region_code, issue_id, position, kind, started_at, due_at,
            pauses, is_half, is_met, is_replaced, limit_unit, rule, calendar_version, explanation)
        SELECT gen_random_uuid(), region_code, issue_id,
            (SELECT max(position) + 1 FROM issues_deadline p WHERE p.issue_id = open.issue_id),
            'call_back_window', due_at, due_at + interval '7 days', '[]', false, false, false, '',
            '回访期：升级时补记', '', '回访时限到期后 7 天，期满记“未回访到”。'
        FROM open RETURNING region_code, issue_id, due_at
    )
    INSERT INTO records_timer (id, region_code, subject_id, purpose, due_at, facts, tries)
    SELECT gen_random_uuid(), region_code, issue_id, 'clock', due_at, '{}', 0 FROM windows
"""


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0006_running_and_not_closed"),
        ("records", "0003_timers_that_fail"),
    ]

    operations = [
        migrations.AlterField(
            "deadline",
            "kind",
            models.CharField(
                "时限类别", max_length=20, choices=vocabulary.ClockKind.choices()
            ),
        ),
        migrations.AlterField(
            "issue",
            "verdict",
            models.CharField(
                "评价", max_length=12, choices=vocabulary.Verdict.choices(), blank=True
            ),
        ),
        migrations.RunSQL(_WINDOWS, ""),
    ]
