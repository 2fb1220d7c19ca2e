from django.db import migrations, models

from qijie.teams.models import LEVELS

# What the matters already there would have been given, told from their clocks and orders.
_PRESSING = """
    UPDATE issues_issue i SET soon_at = d.soon_at, warn_at = d.warn_at
    FROM (SELECT DISTINCT ON (issue_id) issue_id, due_at, soon_at, warn_at FROM issues_deadline
          WHERE stopped_at IS NULL AND paused_at IS NULL
              AND kind NOT IN ('confirm_window', 'objection_window', 'reopen_window')
          ORDER BY issue_id, due_at, soon_at) d
    WHERE d.issue_id = i.id AND d.due_at = i.due_at
"""
_WORKED = """
    UPDATE issues_issue i SET worked_level = w.level
    FROM (SELECT DISTINCT ON (o.issue_id) o.issue_id, COALESCE(NULLIF(o.level, ''), m.level) AS level
          FROM issues_workorder o JOIN issues_issue m ON m.id = o.issue_id
          WHERE o.state = 'done' OR o.made_safe_at IS NOT NULL
              OR (o.signed_at IS NOT NULL AND o.state <> 'returned')
          ORDER BY o.issue_id, array_position(
              ARRAY['city', 'district', 'street', 'community', 'grid']::text[],
              COALESCE(NULLIF(o.level, ''), m.level)::text)) w
    WHERE w.issue_id = i.id
"""
_ANSWERED = """
    UPDATE issues_issue SET answered_level = level
    WHERE answered_level = '' AND state IN ('handled', 'closed', 'voided', 'referred')
"""
_MET = """
    UPDATE issues_deadline d SET is_met = true
    FROM issues_issue i LEFT JOIN issues_workorder o ON o.issue_id = i.id
    WHERE i.id = d.issue_id AND d.stopped_at IS NOT NULL AND NOT d.is_replaced
        AND ((d.order_id IS NULL AND i.state NOT IN ('voided', 'merged', 'referred'))
            OR (d.order_id = o.id AND (o.state = 'done'
                OR (d.kind IN ('sign', 'convene_answer') AND o.signed_at IS NOT NULL)
                OR (d.kind = 'make_safe' AND o.made_safe_at IS NOT NULL))))
"""


class Migration(migrations.Migration):
    dependencies = [("issues", "0002_accused_and_moved")]

    operations = [
        migrations.RenameField("deadline", "half_at", "warn_at"),
        migrations.AlterField(
            "deadline", "warn_at", models.DateTimeField("首次提醒", null=True)
        ),
        migrations.AddField("deadline", "is_met", models.BooleanField("已完成", default=False)),
        migrations.RenameField("issue", "solved_level", "answered_level"),
        migrations.AddField(
            "issue",
            "worked_level",
            models.CharField("处置层级", max_length=12, choices=LEVELS, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField("issue", "soon_at", models.DateTimeField("本环节临期", null=True)),
        migrations.AddField("issue", "warn_at", models.DateTimeField("本环节首次提醒", null=True)),
        *(migrations.RunSQL(sql, "") for sql in (_PRESSING, _WORKED, _ANSWERED, _MET)),
    ]
