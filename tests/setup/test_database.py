import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from qijie.setup import database
from qijie.setup.cluster import Cluster, binaries

# Each starts servers of its own.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One server for the questions below, set up the way a DBA would: with the printed script."""
    cluster = Cluster.of(tmp_path_factory.mktemp("db"))
    with cluster.lease():
        yield cluster
    cluster.destroy()


@pytest.fixture(scope="module")
def town(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    script = tmp_path_factory.mktemp("sql") / "bootstrap.sql"
    script.write_text(database.bootstrap_sql("town"))
    run_script(server, script)
    run_script(server, script)
    return "town"


def run_script(cluster: Cluster, script: Path) -> None:
    psql = binaries() / "psql"
    address = cluster.url("postgres", "postgres")
    subprocess.run([psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", script, address], check=True)


@contextmanager
def entered(cluster: Cluster, role: str, name: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(cluster.url(role, name), autocommit=True) as connection:
        yield connection


def test_the_printed_script_makes_the_four_roles_and_may_be_repeated(
    server: Cluster, town: str
) -> None:
    question = (
        "SELECT rolname, rolcanlogin, rolbypassrls, rolsuper OR rolcreatedb OR rolcreaterole"
        " FROM pg_roles WHERE rolname LIKE 'qijie%' ORDER BY 1"
    )
    with entered(server, "postgres", town) as connection:
        assert connection.execute(question).fetchall() == [
            ("qijie_app", True, False, False),
            ("qijie_migrate", True, True, False),
            ("qijie_owner", False, False, False),
            ("qijie_read", True, False, False),
        ]


def test_the_program_does_what_the_script_says(server: Cluster, town: str) -> None:
    database.bootstrap(server, "village")
    question = (
        "SELECT d.datacl::text, (SELECT array_agg(extname::text ORDER BY 1) FROM pg_extension),"
        " (SELECT array_agg(defaclacl::text ORDER BY 1) FROM pg_default_acl),"
        " (SELECT nspacl::text FROM pg_namespace WHERE nspname = 'public')"
        " FROM pg_database d WHERE datname = current_database()"
    )
    answers = []
    for name in (town, "village"):
        with entered(server, "postgres", name) as connection:
            answers.append(connection.execute(question).fetchone())
    assert answers[0] == answers[1]


def test_what_the_migrator_makes_becomes_the_owners_and_stays_shut_to_the_app(
    server: Cluster, town: str
) -> None:
    with entered(server, database.MIGRATE, town) as connection:
        connection.execute("CREATE TABLE parcel (id bigserial PRIMARY KEY)")
        for statement in database.hand_over_statements():
            connection.execute(statement.encode())
        owner = connection.execute(
            "SELECT tableowner FROM pg_tables WHERE tablename = 'parcel'"
        ).fetchone()
        assert owner == (database.OWNER,)
    for role in (database.APP, database.READ):
        with (
            entered(server, role, town) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("SELECT * FROM parcel")


def test_the_app_may_number_rows_and_call_functions_made_later(server: Cluster, town: str) -> None:
    with entered(server, database.MIGRATE, town) as connection:
        connection.execute("CREATE SEQUENCE tally")
        connection.execute("CREATE FUNCTION seven() RETURNS int LANGUAGE sql AS 'SELECT 7'")
    with entered(server, database.APP, town) as connection:
        assert connection.execute("SELECT nextval('tally'), seven()").fetchone() == (1, 7)
    with (
        entered(server, database.READ, town) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT seven()")


@pytest.mark.parametrize("role", [database.APP, database.READ])
def test_neither_app_nor_reader_may_make_a_table_or_become_the_owner(
    server: Cluster, town: str, role: str
) -> None:
    with entered(server, role, town) as connection:
        for attempt in ("CREATE TABLE mine (id int)", f"SET ROLE {database.OWNER}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attempt.encode())


def test_the_owner_is_blinded_by_forced_row_security_and_the_migrator_is_not(
    server: Cluster, town: str
) -> None:
    with entered(server, database.MIGRATE, town) as connection:
        connection.execute("CREATE TABLE walled AS SELECT 1 AS id")
        for statement in database.hand_over_statements():
            connection.execute(statement.encode())
        connection.execute("ALTER TABLE walled ENABLE ROW LEVEL SECURITY")
        connection.execute("ALTER TABLE walled FORCE ROW LEVEL SECURITY")
        assert connection.execute("SELECT count(*) FROM walled").fetchone() == (1,)
        connection.execute(f"SET ROLE {database.OWNER}".encode())
        assert connection.execute("SELECT count(*) FROM walled").fetchone() == (0,)


def test_the_operators_behind_map_and_search_are_marked(server: Cluster, town: str) -> None:
    with entered(server, database.APP, town) as connection:
        for function in database.LEAKPROOF:
            marked = connection.execute(
                "SELECT proleakproof FROM pg_proc WHERE oid = %s::regprocedure", [function]
            ).fetchone()
            assert marked == (True,), function


def test_a_clone_has_the_templates_rows_marks_and_doors(server: Cluster, town: str) -> None:
    with entered(server, database.MIGRATE, town) as connection:
        connection.execute("CREATE TABLE counted AS SELECT generate_series(1, 5) AS n")
    database.clone(server, town, "copy")
    with entered(server, database.MIGRATE, "copy") as connection:
        assert connection.execute("SELECT sum(n) FROM counted").fetchone() == (15,)
    with entered(server, "postgres", "copy") as connection:
        question = "SELECT datacl::text, datdba::regrole::text FROM pg_database WHERE datname = %s"
        both = [connection.execute(question, [name]).fetchone() for name in (town, "copy")]
        assert both[0] == both[1]
    database.drop(server, "copy")
