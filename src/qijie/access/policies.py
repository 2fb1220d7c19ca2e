"""Wall 2: which relation opens which row of which table, and the SQL that says so to PostgreSQL.

`POLICED` and `OPEN` together name every table of the database; a table in neither fails the build.
A child row (order, event, photo …) follows its matter: its policy looks the matter up by primary
key, and that look-up is itself under the matter's policy.
"""

from dataclasses import dataclass
from enum import StrEnum

from qijie.access import accused


class Relation(StrEnum):
    TERRITORY = "territory"
    """The row lies in the territory of a post."""
    UNIT = "unit"
    """A unit of the viewer was sent an order of the matter, main or assisting."""
    OWN_UNIT = "own_unit"
    """The row belongs to a unit of the viewer."""
    PARTICIPANT = "participant"
    """The matter names one of the viewer's posts."""
    MATTER = "matter"
    """The row follows a matter the viewer may see."""
    SUPERVISED_MATTER = "supervised_matter"
    """A matter in the territory of a supervision post: what the handled side must not see, even
    where one person holds a handling post here and a supervision post elsewhere."""
    REPORTER = "reporter"
    """The holder of the matter's private link."""
    INTAKE = "intake"
    """An anonymous report being handed in."""
    DIVISION = "division"
    """The row is about a division in the territory of a post at the community or above."""
    ADOPTED_HERE = "adopted_here"
    """A plan that was put into force over a post's community, however wide it reaches."""
    RUN_OF_PLAN = "run_of_plan"
    """The run of a plan the viewer may see."""
    RUN = "run"
    """The row follows a drawing the viewer may see."""
    PLAN = "plan"
    """The row follows a plan the viewer may see."""
    HOLDER = "holder"
    """The row is addressed to one of the viewer's posts."""
    STAFF = "staff"
    """Anybody who signed in with a post."""
    SCOPED = "scoped"
    """Whoever came through the gate, whatever their scope."""
    AUDITOR = "auditor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Policed:
    table: str
    select: tuple[Relation, ...]
    insert: tuple[Relation, ...] = ()
    update: tuple[Relation, ...] = ()
    delete: tuple[Relation, ...] = ()
    matter: str = "issue_id"
    """The column that holds the matter's id."""


R = Relation
VERBS = ("select", "insert", "update", "delete")
_MATTER_READERS = (R.MATTER, R.REPORTER, R.SYSTEM)
_MATTER_WRITERS = (*_MATTER_READERS, R.INTAKE)

POLICED: tuple[Policed, ...] = (
    Policed(
        "issues_issue",
        matter="id",
        select=(R.TERRITORY, R.UNIT, R.PARTICIPANT, R.REPORTER, R.SYSTEM),
        insert=(R.TERRITORY, R.PARTICIPANT, R.INTAKE, R.SYSTEM),
        update=(R.TERRITORY, R.UNIT, R.PARTICIPANT, R.REPORTER, R.SYSTEM),
    ),
    Policed(
        "issues_workorder",
        select=(R.OWN_UNIT, *_MATTER_READERS),
        insert=_MATTER_READERS,
        update=(R.OWN_UNIT, *_MATTER_READERS),
    ),
    Policed(
        "issues_deadline",
        select=_MATTER_READERS,
        insert=_MATTER_WRITERS,
        update=_MATTER_READERS,
    ),
    Policed(
        "issues_reporter",
        select=(R.SUPERVISED_MATTER, R.REPORTER, R.SYSTEM),
        insert=(R.INTAKE, R.MATTER, R.SYSTEM),
        update=(R.REPORTER, R.SYSTEM),
    ),
    Policed(
        "records_event",
        matter="subject_id",
        select=_MATTER_READERS,
        insert=_MATTER_WRITERS,
    ),
    Policed(
        "records_attachment",
        matter="subject_id",
        select=_MATTER_READERS,
        insert=_MATTER_WRITERS,
        update=(R.SYSTEM,),
    ),
    Policed(
        "records_timer",
        matter="subject_id",
        select=(R.MATTER, R.REPORTER, R.SYSTEM),
        insert=_MATTER_WRITERS,
        update=(R.MATTER, R.REPORTER, R.SYSTEM),
        delete=(R.SYSTEM,),
    ),
    Policed(
        "records_outboxentry",
        matter="subject_id",
        select=(R.SYSTEM,),
        insert=(R.SCOPED,),
        update=(R.SYSTEM,),
        delete=(R.SYSTEM,),
    ),
    Policed(
        "records_accessentry",
        select=(R.AUDITOR,),
        insert=(R.SCOPED,),
    ),
    Policed(
        "redrawing_run",
        select=(R.DIVISION, R.RUN_OF_PLAN, R.SYSTEM),
        insert=(R.DIVISION, R.SYSTEM),
        update=(R.DIVISION, R.SYSTEM),
    ),
    Policed(
        "redrawing_block",
        select=(R.RUN, R.SYSTEM),
        insert=(R.RUN, R.SYSTEM),
    ),
    Policed(
        "redrawing_plan",
        select=(R.DIVISION, R.ADOPTED_HERE, R.SYSTEM),
        insert=(R.DIVISION, R.SYSTEM),
        update=(R.DIVISION, R.SYSTEM),
    ),
    Policed(
        "redrawing_planstep",
        select=(R.PLAN, R.SYSTEM),
        insert=(R.PLAN, R.SYSTEM),
    ),
    Policed(
        "boards_boardfile",
        select=(R.DIVISION, R.SYSTEM),
        insert=(R.DIVISION, R.SYSTEM),
        update=(R.DIVISION, R.SYSTEM),
        delete=(R.SYSTEM,),
    ),
    Policed(
        "outbound_letter",
        select=(R.SYSTEM,),
        insert=(R.SYSTEM,),
        update=(R.SYSTEM,),
        delete=(R.SYSTEM,),
    ),
    Policed(
        "outbound_notice",
        matter="subject_id",
        select=(R.HOLDER, R.SYSTEM),
        insert=(R.SYSTEM,),
        update=(R.HOLDER, R.SYSTEM),
        delete=(R.SYSTEM,),
    ),
)

# Tables without row security, and why that is right.
OPEN: dict[str, str] = {
    "territory_node": "The tree and its borders hang on public notice boards.",
    "territory_building": "Buildings, floors and unit counts are public; households are not here.",
    "territory_streetline": "The base map.",
    "teams_orgunit": "Which offices exist is public.",
    "teams_post": "Which posts exist and who to call is on the notice board.",
    "teams_holding": "The name of who is responsible is on the notice board.",
    "boards_solved": "Counts by grid, month and category, none below the floor; on a public page.",
    "issues_category": "The published catalogue.",
    "issues_condition": "The published catalogue.",
    "issues_responsibility": "The published responsibility list.",
    "issues_reference": "Published clock defaults, calendars and reasons.",
    "records_intakekey": "Client-made random keys and digests; says nothing about anybody.",
    "records_sentform": "Digests, and answers sealed with random keys that are not kept.",
    "records_linktoken": "Hashes of 128-bit secrets; needed before any scope can be known.",
    "records_dailycounter": "Counts numbers given out per county and day.",
    "records_freenumber": "Numbers nobody has yet, per county and day.",
    "records_miss": "Counts of refused strangers by network and day; made before any scope.",
    "accounts_user": "Sign-in comes before scope.",
    "accounts_failedtries": "Digests and counts; sign-in comes before scope.",
    "accounts_activationcode": "Digests of random codes; sign-in comes before scope.",
    "accounts_accountchange": "Says what changed about an account, without content.",
}
OPEN_FRAMEWORK_PREFIXES: dict[str, str] = {
    "account_": "django-allauth: sign-in comes before scope.",
    "mfa_": "django-allauth: sign-in comes before scope.",
    "auth_": "Django's groups and permissions, not used for rights here.",
    "django_": "Django's own: sessions, content types, migrations.",
    "procrastinate_": "The job queue holds ids, never words or names.",
    "qijie_cache": "Rate limits and replay guards.",
    "spatial_ref_sys": "PostGIS's list of reference systems.",
}


def _setting(name: str) -> str:
    return f"nullif(current_setting('app.{name}', true), '')"


def _words_of(name: str) -> str:
    return f"(SELECT string_to_array({_setting(name)}, ','))::text[]"


def _numbers_of(name: str) -> str:
    return f"(SELECT string_to_array({_setting(name)}, ','))::bigint[]"


def _ids_of(name: str) -> str:
    return f"(SELECT string_to_array({_setting(name)}, ','))::uuid[]"


def _kind_is(kind: str) -> str:
    # Compared inside the sub-select: outside, the planner takes it for true of one row in two
    # hundred, expects a handful of matters, and sorts thousands instead of reading an index.
    return f"(SELECT {_setting('kind')} = '{kind}')"


# The settings in which the scope holds a viewer's posts, as `accused.SEEN` wants them.
_HELD = {
    "posts": _ids_of("posts"),
    "paths": _words_of("held_paths"),
    "ranks": _numbers_of("held_ranks"),
    "units": _words_of("held_units"),
    "opens": _words_of("held_opens"),
    "memberships": _ids_of("memberships"),
    "user": _ids_of("user"),
}
_SEEN = accused.SEEN.format_map({name: f"issues_issue.{name}" for name in accused.COLUMNS} | _HELD)
_IN_DIVISION = (
    f"region_code = ANY({_words_of('regions')})"
    f" OR street_code = ANY({_words_of('streets')})"
    f" OR community_code = ANY({_words_of('communities')})"
    f" OR left(region_code, 4) = ANY({_words_of('cities')})"
)
_IN_TERRITORY = (
    f"region_code = ANY({_words_of('regions')})"
    f" OR street_code = ANY({_words_of('streets')})"
    f" OR community_code = ANY({_words_of('communities')})"
    f" OR grid_id = ANY({_numbers_of('grids')})"
    f" OR left(region_code, 4) = ANY({_words_of('cities')})"
)


def _condition(relation: Relation, policed: Policed) -> str:
    # Table and column names come from POLICED above, never from outside.
    matter = f"SELECT 1 FROM issues_issue m WHERE m.id = {policed.matter}"  # noqa: S608
    matter_seen = f"EXISTS ({matter})"
    posts = f"unnest({_words_of('supervised')}, {_numbers_of('supervised_ranks')}) held(path, rank)"
    near = accused.NEAR.format(about_path="m.about_path", hidden_level="m.hidden_level")
    over = f"starts_with(m.path, held.path) AND NOT {near}"
    over_it = f"EXISTS (SELECT 1 FROM {posts} WHERE {over})"  # noqa: S608
    communities = f"unnest({_words_of('communities')}) held (path)"
    below = f"SELECT 1 FROM {communities} WHERE starts_with(held.path, street_code)"  # noqa: S608
    runs_of_plans = "SELECT p.run_id FROM redrawing_plan p"
    run = "SELECT 1 FROM redrawing_run r WHERE r.id = run_id"
    plan = "SELECT 1 FROM redrawing_plan p WHERE p.id = plan_id"
    conditions = {
        R.DIVISION: f"{_kind_is('staff')} AND ({_IN_DIVISION})",
        R.ADOPTED_HERE: f"{_kind_is('staff')} AND adopted_at IS NOT NULL"
        f" AND community_code = '' AND EXISTS ({below})",
        R.RUN_OF_PLAN: f"{_kind_is('staff')} AND id IN ({runs_of_plans})",
        R.RUN: f"{_kind_is('staff')} AND EXISTS ({run})",
        R.PLAN: f"{_kind_is('staff')} AND EXISTS ({plan})",
        R.TERRITORY: f"{_kind_is('staff')} AND ({_IN_TERRITORY}) AND {_SEEN}",
        R.UNIT: f"{_kind_is('staff')} AND unit_ids && {_ids_of('units')} AND {_SEEN}",
        R.PARTICIPANT: f"{_kind_is('staff')} AND participant_ids && {_ids_of('posts')} AND {_SEEN}",
        R.OWN_UNIT: f"{_kind_is('staff')} AND unit_id = ANY({_ids_of('units')})",
        R.MATTER: f"{_kind_is('staff')} AND {matter_seen}",
        R.SUPERVISED_MATTER: f"{_kind_is('staff')} AND EXISTS ({matter} AND {over_it})",
        R.REPORTER: f"{_kind_is('reporter')}"
        f" AND {policed.matter} = (SELECT {_setting('matter')})::uuid",
        R.INTAKE: _kind_is("intake"),
        # News of a matter ends with the right to see it; other news names its own page.
        R.HOLDER: f"{_kind_is('staff')} AND post_id = ANY({_ids_of('posts')})"
        f" AND (page <> '' OR {matter_seen})",
        R.STAFF: _kind_is("staff"),
        R.SCOPED: f"(SELECT {_setting('kind')}) IS NOT NULL",
        R.AUDITOR: f"{_kind_is('staff')} AND (SELECT {_setting('audits')}) = 'yes'",
        R.SYSTEM: _kind_is("system"),
    }
    return conditions[relation]


def _any_of(relations: tuple[Relation, ...], policed: Policed) -> str:
    return " OR ".join(f"({_condition(relation, policed)})" for relation in relations) or "false"


def policy_sql(policed: Policed, roles: tuple[str, ...]) -> list[str]:
    """The statements that put one table behind its policies; running them again changes nothing."""
    table, to = policed.table, ", ".join(roles)
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ]
    for verb in VERBS:
        condition = _any_of(getattr(policed, verb), policed)
        clauses = {
            "select": f"USING ({condition})",
            "insert": f"WITH CHECK ({condition})",
            "update": f"USING ({condition}) WITH CHECK ({condition})",
            "delete": f"USING ({condition})",
        }
        statements += [
            f"DROP POLICY IF EXISTS qijie_{verb} ON {table}",
            f"CREATE POLICY qijie_{verb} ON {table} FOR {verb.upper()} TO {to} {clauses[verb]}",
        ]
    return statements
