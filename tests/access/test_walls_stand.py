"""The catalogue of a migrated database, read as PostgreSQL wrote it down."""

from collections.abc import Iterator

import pytest
from django.db import connections

from qijie.access.grants import APP, READ, grants_of
from qijie.access.policies import OPEN, OPEN_FRAMEWORK_PREFIXES, POLICED, VERBS, Relation
from qijie.access.walls import tables, undeclared
from qijie.records.partitions import PARTITIONED

pytestmark = pytest.mark.django_db

POLICED_TABLES = {policed.table for policed in POLICED}
LETTERS = {"SELECT": "S", "INSERT": "I", "UPDATE": "U", "DELETE": "D"}


def ask(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def privileges(role: str, table: str) -> str:
    verbs = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    found = (
        LETTERS.get(verb, verb)
        for verb in verbs
        if ask("SELECT has_table_privilege(%s, %s, %s)", role, table, verb)[0][0]
    )
    return "".join(found)


def test_every_table_is_policed_or_open_for_a_reason() -> None:
    present = tables(connections["default"])
    assert undeclared(present) == []
    assert set(present) >= POLICED_TABLES
    assert OPEN.keys() <= set(present)
    assert not POLICED_TABLES & OPEN.keys()
    assert all(
        reason.endswith(".") for reason in (*OPEN.values(), *OPEN_FRAMEWORK_PREFIXES.values())
    )


def test_a_table_with_a_territory_or_a_person_is_policed() -> None:
    telling = {"grid_id", "subject_id", "issue_id", "post_ids", "phone"}
    # Read before any scope can be known, and each told about in OPEN.
    before_scope = {"records_intakekey", "records_linktoken"}
    found = ask(
        "SELECT DISTINCT c.table_name FROM information_schema.columns c"
        " JOIN pg_class t ON t.relname = c.table_name AND NOT t.relispartition AND t.relkind <> 'v'"
        " WHERE c.table_schema = 'public' AND c.column_name = ANY(%s)",
        sorted(telling),
    )
    public = {"territory_building"}
    assert {name for (name,) in found} - before_scope - public <= POLICED_TABLES


@pytest.mark.parametrize("table", sorted(POLICED_TABLES))
def test_row_security_is_on_and_forced_with_a_policy_for_each_verb(table: str) -> None:
    [(is_on, is_forced)] = ask(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", table
    )
    assert (is_on, is_forced) == (True, True)
    policies = ask(
        "SELECT policyname, lower(cmd), permissive, roles::text[] FROM pg_policies"
        " WHERE schemaname = 'public' AND tablename = %s",
        table,
    )
    assert {(name, verb) for name, verb, *_ in policies} == {
        (f"qijie_{verb}", verb) for verb in VERBS
    }
    assert all(set(roles) == {APP, READ} for *_, roles in policies)  # type: ignore[arg-type]


def every_grant() -> Iterator[tuple[str, str, str]]:
    for table in tables(connections["default"]):
        for role in (APP, READ):
            yield table, role, grants_of(table).get(role, "")


def test_each_role_may_do_exactly_what_the_matrix_says() -> None:
    wrong = {
        (table, role): (privileges(role, table), letters)
        for table, role, letters in every_grant()
        if table != "spatial_ref_sys" and set(privileges(role, table)) != set(letters)
    }
    assert wrong == {}


def test_history_and_the_access_log_are_appended_to_and_never_edited() -> None:
    for table in ("records_event", "records_accessentry"):
        assert privileges(APP, table) == "SI"


def test_what_a_photo_is_found_to_be_is_written_by_the_system_alone() -> None:
    assert set(privileges(APP, "records_attachment")) == set("SIU")
    (photos,) = (one for one in POLICED if one.table == "records_attachment")
    assert photos.update == (Relation.SYSTEM,)


def test_a_partition_has_no_door_of_its_own() -> None:
    """Row security of the parent does not hold for a partition named directly."""
    partitions = ask(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relispartition AND c.relkind = 'r'"
    )
    assert len(partitions) > 24 * len(PARTITIONED)
    opened = [name for (name,) in partitions for r in (APP, READ) if privileges(r, str(name))]
    assert opened == []


def test_nobody_else_was_granted_anything() -> None:
    found = ask(
        "SELECT DISTINCT g.grantee FROM information_schema.role_table_grants g"
        " WHERE g.table_schema = 'public' AND g.table_name NOT LIKE 'geo%%'"
        " AND g.table_name <> 'spatial_ref_sys'"
    )
    assert {name for (name,) in found} <= {APP, READ, "qijie_owner"}


def test_the_app_role_is_no_superuser_passes_no_wall_and_owns_nothing() -> None:
    [(name, *powers)] = ask(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert name == APP
    assert powers == [False] * 5
    assert ask("SELECT relname FROM pg_class WHERE relowner = %s::regrole", APP) == []
    assert ask("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", APP) == []


def test_the_owner_itself_passes_no_wall() -> None:
    owners = ask(
        "SELECT DISTINCT r.rolname, r.rolsuper, r.rolbypassrls, r.rolcanlogin FROM pg_class c"
        " JOIN pg_roles r ON r.oid = c.relowner WHERE c.relname = ANY(%s)",
        sorted(POLICED_TABLES),
    )
    assert owners == [("qijie_owner", False, False, False)]


def test_no_function_or_view_of_ours_lends_its_makers_rights() -> None:
    lending = ask(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'public' AND p.prosecdef"
    )
    assert {name for (name,) in lending} <= {"st_estimatedextent"}
    views = ask(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')"
    )
    assert {name for (name,) in views} <= {"geometry_columns", "geography_columns"}
