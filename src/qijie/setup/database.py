"""Roles, database, extensions and marks: what only a superuser may make, in one list.

A DBA reads it with `qijie bootstrap-database --print-sql`; the private cluster runs the same lines.
"""

from collections.abc import Iterator, Sequence

import psycopg
from psycopg import sql

from qijie.access.grants import APP, LEAKPROOF, QUIET, READ
from qijie.setup.cluster import SUPERUSER, Cluster

OWNER = "qijie_owner"
MIGRATE = "qijie_migrate"

# BYPASSRLS for the migrator alone: FORCE row security would blind bulk loads and pg_dump.
# The owner has none, so that a view or a SECURITY DEFINER function it owns opens no door.
ROLES = {
    OWNER: "NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    MIGRATE: "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS INHERIT",
    APP: "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
    READ: "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
}
# Milliseconds, seconds, times. Whoever died has nothing locked or in hand any more: a process at
# once, in the middle of a long statement too; a host that fell silent within half a minute.
SOON_MISSED = {
    "client_connection_check_interval": "2000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
}
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")


def role_statements() -> Iterator[str]:
    """Make each role or, where it exists, bring its attributes back to what is listed."""
    for name, attributes in ROLES.items():
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') "
            f"THEN CREATE ROLE {name}; END IF; END $$"
        )
        yield f"ALTER ROLE {name} {attributes}"
    yield f"GRANT {OWNER} TO {MIGRATE}"
    for name in (MIGRATE, APP, READ):
        for setting, value in QUIET.items():
            yield f"ALTER ROLE {name} SET {setting} = '{value}'"
    # A policy makes each row look dear, so lists would be spread over parallel workers whose start
    # takes longer (15 ms) than the list itself (3 ms).
    yield f"ALTER ROLE {APP} SET max_parallel_workers_per_gather = 0"
    for setting, value in SOON_MISSED.items():
        yield f"ALTER ROLE {APP} SET {setting} = '{value}'"


def database_statements(database: str) -> Iterator[str]:
    """Who may enter; these are not copied with a template, so every clone repeats them."""
    yield f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"
    yield f"GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {database} TO {MIGRATE}"
    yield f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {APP}"
    yield f"GRANT CONNECT ON DATABASE {database} TO {READ}"
    yield f"ALTER DATABASE {database} SET timezone TO 'UTC'"


def content_statements() -> Iterator[str]:
    """Run inside the database: extensions, marks, schema and what later objects allow by default.

    No default for tables: the grant matrix names each one, and an unlisted table stays shut.
    """
    for extension in EXTENSIONS:
        yield f"CREATE EXTENSION IF NOT EXISTS {extension}"
    for function in LEAKPROOF:
        yield f"ALTER FUNCTION {function} LEAKPROOF"
    yield f"ALTER SCHEMA public OWNER TO {OWNER}"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE, CREATE ON SCHEMA public TO {MIGRATE}"
    yield f"GRANT USAGE ON SCHEMA public TO {APP}, {READ}"
    for maker in (OWNER, MIGRATE):
        later = f"ALTER DEFAULT PRIVILEGES FOR ROLE {maker}"
        yield f"{later} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
        yield f"{later} GRANT EXECUTE ON FUNCTIONS TO {APP}"
        yield f"{later} GRANT USAGE, SELECT ON SEQUENCES TO {APP}"


def bootstrap_sql(database: str = "qijie") -> str:
    """The whole of it as a psql script that may be run again without harm."""
    # A name, not a value from outside; psql has no other way to make a database only once.
    create = (
        f"SELECT 'CREATE DATABASE {database} OWNER {OWNER} TEMPLATE template0' "  # noqa: S608
        f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}')\\gexec"
    )
    return "\n".join(
        (
            "-- 由超级用户用 psql -X -v ON_ERROR_STOP=1 -f 执行；可重复执行。",
            "-- 登录口令另设：psql 中用 \\password qijie_app、qijie_migrate、qijie_read。",
            *_ended(role_statements()),
            create,
            *_ended(database_statements(database)),
            f"\\connect {database}",
            *_ended(content_statements()),
            "",
        )
    )


def bootstrap(cluster: Cluster, database: str) -> None:
    """Do to the private cluster what `bootstrap_sql` tells a DBA to do."""
    with superuser(cluster) as connection:
        _run(connection, role_statements())
        if not exists(connection, database):
            _run(connection, [f"CREATE DATABASE {database} OWNER {OWNER} TEMPLATE template0"])
        _run(connection, database_statements(database))
    with superuser(cluster, database) as connection:
        _run(connection, content_statements())


def clone(cluster: Cluster, template: str, database: str) -> None:
    """Replace `database` with a fresh copy of `template`, which nobody may be using."""
    with superuser(cluster) as connection:
        drop_statement = f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"
        make = f"CREATE DATABASE {database} OWNER {OWNER} TEMPLATE {template} STRATEGY FILE_COPY"
        _run(connection, [drop_statement, make, *database_statements(database)])


def drop(cluster: Cluster, database: str) -> None:
    with superuser(cluster) as connection:
        _run(connection, [f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"])


def hand_over_statements() -> Iterator[str]:
    """After migrating: what the migrator made becomes the owner's.

    Migrating as the owner itself would not do: FORCE row security would blind data migrations.
    """
    yield f"REASSIGN OWNED BY {MIGRATE} TO {OWNER}"


# Whether the migrator, named by the parameter, made anything since.
OWNS_ANYTHING = """
    SELECT EXISTS (
        SELECT 1 FROM pg_shdepend
        WHERE refclassid = 'pg_authid'::regclass AND refobjid = %s::regrole
            AND deptype = 'o'
            AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""


def superuser(cluster: Cluster, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(cluster.url(SUPERUSER, database), autocommit=True)


def exists(connection: psycopg.Connection, database: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
    return found.fetchone() is not None


def environment(cluster: Cluster, database: str) -> dict[str, str]:
    """The two addresses every process of the product reads."""
    return {
        "DATABASE_URL": cluster.url(APP, database),
        "OWNER_DATABASE_URL": cluster.url(MIGRATE, database),
    }


def _run(connection: psycopg.Connection, statements: Iterator[str] | Sequence[str]) -> None:
    for statement in statements:
        # Names come from this file and from our own callers, never from outside.
        connection.execute(sql.SQL(statement))


def _ended(statements: Iterator[str]) -> Iterator[str]:
    return (f"{statement};" for statement in statements)
