"""Tables, then their owner, then the two walls: one command, safe to repeat, on a live site too.

Whoever needs a table for itself waits a second for it and then lets everybody else go first: a
backup that reads for an hour delays this command, and this command delays nobody.
"""

import time
from collections.abc import Callable

import django
import psycopg
from django.core.management import call_command
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from qijie.kernel.refusal import Refusal
from qijie.setup.database import MIGRATE, OWNS_ANYTHING, hand_over_statements
from qijie.setup.failures import SetupFailure
from qijie.setup.progress import Progress
from qijie.setup.surroundings import require_owner_address

ALIAS = "owner"
LOCK_SECONDS, PAUSE_SECONDS, PATIENCE_SECONDS = 1, 2, 900
_HELD = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


def run(progress: Progress) -> None:
    require_owner_address()
    django.setup()
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    with progress.step("建表"):
        _patiently(progress, _make_tables)
    with progress.step("交给属主，立起授权与行级安全"):
        _patiently(progress, hand_over)


def _patiently(progress: Progress, act: Callable[[], object]) -> None:
    """Again and again while others hold a table; each try is whole or not at all."""
    begun = time.monotonic()
    while True:
        try:
            act()
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, _HELD):
                raise
            waited = time.monotonic() - begun
            if waited > PATIENCE_SECONDS:
                raise SetupFailure(
                    f"等了 {waited / 60:.0f} 分钟，数据表一直被占用，没有改动。"
                    f"占用的是：{_holders()}。等它结束或停下它，再执行 qijie migrate"
                ) from error
            progress.note(f"数据表正被占用（{_holders()}），网站照常；{PAUSE_SECONDS} 秒后再试 …")
            time.sleep(PAUSE_SECONDS)


def _holders() -> str:
    """Whose transactions have been open longest, such as a backup's."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(nullif(application_name, ''), usename), pid,"
            " extract(epoch FROM now() - xact_start)::int FROM pg_stat_activity"
            " WHERE datname = current_database() AND xact_start IS NOT NULL"
            " AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 3"
        )
        found = [f"{name}（进程 {pid}，{age} 秒）" for name, pid, age in cursor.fetchall()]
    return "、".join(found) or "刚刚结束的操作"


def _make_tables() -> None:
    try:
        call_command("migrate", database=ALIAS, interactive=False, verbosity=0)
    except Refusal as refusal:
        raise SetupFailure(refusal.sentence) from refusal
    call_command("createcachetable", database=ALIAS, verbosity=0)


def hand_over() -> list[str]:
    """What the migrator made becomes the owner's; grants and policies that differ are laid anew.

    In one transaction. Returns the tables whose walls were touched.
    """
    from qijie.access.walls import raise_walls
    from qijie.records.partitions import make_partitions

    connection = connections[ALIAS]
    with transaction.atomic(using=ALIAS):
        make_partitions(connection, timezone.localdate())
        with connection.cursor() as cursor:
            cursor.execute(OWNS_ANYTHING, [MIGRATE])
            if cursor.fetchone()[0]:
                for statement in hand_over_statements():
                    cursor.execute(statement)
        return raise_walls(connection)
