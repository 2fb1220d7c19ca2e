"""The demo's played matters many times over, row for row, by SQL.

Each copy is a matter of its own: with events, orders, clocks, timers, a reporter and a notice, at a
time of its own in the year before. One in eight lies in the street that the demo staffs, the others
in the other communities of the district, with units and posts nobody here belongs to. Three in a
hundred are still under way, as in a district that keeps up.
"""

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from qijie.records.partitions import make_partitions

_CHUNK = 20_000
_DAYS_BACK = 320
"""With the demo's own two months within the months that have a partition."""

# What a house that has been open for a while has besides: reporters, timers that rang, notices.
_FURNISH = (
    """INSERT INTO issues_reporter (issue_id, region_code, name, phone, email, notice_version)
    SELECT id, region_code, '', '13900000000', '', '1' FROM issues_issue WHERE has_reporter""",
    """INSERT INTO records_timer
        (id, region_code, subject_id, purpose, due_at, facts, tries, done_at)
    SELECT gen_random_uuid(), region_code, id, 'clock', reported_at + n * interval '1 day', '{}', 0,
        reported_at + n * interval '1 day'
    FROM issues_issue, generate_series(1, 2) n""",
    """INSERT INTO outbound_notice (id, region_code, post_id, subject_id, event_id, number,
        sentence, page, at, read_at)
    SELECT gen_random_uuid(), e.region_code, e.actor_post_id, e.subject_id, e.id, i.number,
        left(i.words, 60), '', e.at, CASE WHEN i.due_at IS NULL THEN e.at + interval '1 hour' END
    FROM records_event e JOIN issues_issue i ON i.id = e.subject_id
    WHERE e.sequence = 1 AND e.actor_post_id IS NOT NULL""",
)

# Which matter the i-th copy is of, where it lies and when it was.
_PLAN = """
    CREATE UNLOGGED TABLE bench_copy AS
    WITH ended AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS total
        FROM issues_issue
        WHERE state IN ('closed', 'voided') AND due_at IS NULL AND master_id IS NULL
    ), running AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS total
        FROM issues_issue WHERE due_at IS NOT NULL AND master_id IS NULL
    ), elsewhere AS (
        SELECT path, row_number() OVER (ORDER BY path) - 1 AS n, count(*) OVER () AS total
        FROM territory_node
        WHERE kind IN ('community', 'village') AND path NOT LIKE %(home)s
    ), numbered AS (
        SELECT i, i %% 33 = 0 AS is_running, i %% 8 = 0 AS is_home
        FROM generate_series(1, %(copies)s) AS i
    ), timed AS (
        SELECT c.i, c.is_home, coalesce(running.id, ended.id) AS source,
            CASE WHEN c.is_running THEN c.i %% 7 * interval '1 hour'
                ELSE c.i * (interval '1 day' * %(days)s) / %(copies)s END AS back,
            elsewhere.path AS path
        FROM numbered c
        LEFT JOIN running ON c.is_running AND running.n = c.i / 33 %% running.total
        LEFT JOIN ended ON NOT c.is_running AND ended.n = c.i %% ended.total
        LEFT JOIN elsewhere ON NOT c.is_home AND elsewhere.n = c.i %% elsewhere.total
    )
    SELECT t.i, t.is_home, t.source, t.back, coalesce(t.path, s.path) AS path,
        lpad(to_hex((extract(epoch FROM s.reported_at - t.back) * 1000)::bigint), 12, '0') AS time
    FROM timed t JOIN issues_issue s ON s.id = t.source
"""


def _new(column: str) -> str:
    """An id of the copy's own, made of the copied one, so that rows go on naming each other."""
    digest = f"md5({column}::text || c.i)"
    return f"(c.time || '7' || substr({digest}, 1, 3) || 'a' || substr({digest}, 4, 15))::uuid"


def _strangers(column: str) -> str:
    """Elsewhere other posts and units work, which no account of the demo belongs to."""
    others = f"SELECT md5(c.path || one)::uuid FROM unnest(s.{column}) one"
    return f"CASE WHEN c.is_home THEN s.{column} ELSE ARRAY({others}) END"


def _stranger(column: str) -> str:
    return f"CASE WHEN c.is_home THEN s.{column} ELSE md5(c.path || s.{column})::uuid END"


# Columns that differ from the copied row; every moment is moved besides.
_ISSUE = {
    "id": _new("s.id"),
    "number": "s.number || '-' || c.i",
    "path": "c.path",
    "street_code": "CASE WHEN c.is_home THEN s.street_code ELSE left(c.path, 9) END",
    "community_code": "CASE WHEN c.is_home THEN s.community_code ELSE left(c.path, 12) END",
    "grid_id": "CASE WHEN c.is_home THEN s.grid_id END",
    "words": "s.words || c.i",
    "unit_ids": _strangers("unit_ids"),
    "participant_ids": _strangers("participant_ids"),
}
_CHILD = {"id": _new("s.id"), "issue_id": _new("s.issue_id")}
_ORDER = _CHILD | {"unit_id": _stranger("unit_id"), "post_id": _stranger("post_id")}
_SUBJECT = {"id": _new("s.id"), "subject_id": _new("s.subject_id")}
_EVENT = _SUBJECT | {
    "street_code": _ISSUE["street_code"],
    "community_code": _ISSUE["community_code"],
    "grid_id": _ISSUE["grid_id"],
    "order_id": _new("s.order_id"),
}
_NOTICE = _SUBJECT | {"event_id": _new("s.event_id"), "post_id": _stranger("post_id")}
# Table, the column that names the matter, what differs; in the order of their foreign keys.
_TABLES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("issues_issue", "id", _ISSUE),
    ("issues_workorder", "issue_id", _ORDER),
    ("issues_deadline", "issue_id", _CHILD | {"order_id": _new("s.order_id")}),
    ("issues_reporter", "issue_id", {"issue_id": _new("s.issue_id")}),
    ("records_event", "subject_id", _EVENT),
    ("records_timer", "subject_id", _SUBJECT),
    ("outbound_notice", "subject_id", _NOTICE),
)
TABLES = tuple(table for table, _, _ in _TABLES)


def furnish() -> None:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for statement in _FURNISH:
            cursor.execute(statement)
    _settle()


def multiply(matters: int) -> Iterator[int]:
    """Makes it `matters` in all, and says after each chunk how many copies there are."""
    owner = connections["owner"]
    make_partitions(owner, timezone.localdate(), months_back=14)
    statements = [_statement(*table) for table in _TABLES]
    with owner.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM issues_issue")
        copies = matters - cursor.fetchone()[0]
        home = f"{settings.HOME_PATH}%"
        cursor.execute(_PLAN, {"copies": copies, "days": _DAYS_BACK, "home": home})
        cursor.execute("CREATE INDEX ON bench_copy (i)")
        cursor.execute("ANALYZE bench_copy")
        for first in range(1, copies + 1, _CHUNK):
            last = min(first + _CHUNK - 1, copies)
            with transaction.atomic(using="owner"):
                for statement in statements:
                    cursor.execute(statement, [first, last])
            yield last
        cursor.execute("DROP TABLE bench_copy")
    _settle()


def _statement(table: str, subject: str, differs: Mapping[str, str]) -> str:
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    columns, values = [], []
    for field in model._meta.concrete_fields:
        name = field.column
        moved = (
            f"s.{name} - c.back" if field.get_internal_type() == "DateTimeField" else f"s.{name}"
        )
        columns.append(name)
        values.append(differs.get(name, moved))
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM bench_copy c JOIN {table} s ON s.{subject} = c.source WHERE c.i BETWEEN %s AND %s"
    )


def _settle() -> None:
    with connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


def described() -> str:
    """How many rows there are of each kind, and how much disk they take."""
    with connections["owner"].cursor() as cursor:
        parts = []
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            parts.append(f"{table.partition('_')[2]} {cursor.fetchone()[0]:,}")
        cursor.execute("SELECT pg_database_size(current_database()) / 1e9")
        return f"{', '.join(parts)}; {cursor.fetchone()[0]:.1f} GB"
