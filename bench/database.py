"""A database of the bench's own in the private cluster: reference data and the demo district."""

import os

import psycopg
from psycopg import sql

from qijie.setup.testing import environment_for_tests

LOADED = (("migrate",), ("load-refdata",), ("load-profile",))
_SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "QIJIE_SECRET_KEY": "a key for measuring only, as long as the check for keys wants it",
    "QIJIE_DEMO": "true",
    "DATABASE_POOL_MAX": "0",
}


def prepare() -> None:
    """Makes it and sets this process up on it; it is dropped when the process ends."""
    os.environ.update(_SETTINGS)
    os.environ.update(environment_for_tests("bench", LOADED))
    _make_durable(os.environ["OWNER_DATABASE_URL"])
    import django

    django.setup()


def _make_durable(address: str) -> None:
    """The suite's clones give up the last commits in a crash; what is measured must not."""
    with psycopg.connect(address, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("ALTER DATABASE {} RESET synchronous_commit").format(name))
