"""Databases for the test suite: one migrated template, one clone for each process."""

import atexit
import fcntl
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

from qijie.setup.cluster import Cluster
from qijie.setup.database import bootstrap, clone, drop, environment, exists, superuser
from qijie.setup.failures import SetupFailure
from qijie.setup.places import checkout, run_folder
from qijie.setup.stamp import DATA, LOCKS, SCHEMA, digest

Command = tuple[str, ...]
# A loaded place has accounts to sign in with.
_AS_DEMO = {"QIJIE_DEMO": "true"}
MIGRATED: Sequence[Command] = (("migrate",),)


def environment_for_tests(
    worker: str = "main", commands: Sequence[Command] = MIGRATED
) -> dict[str, str]:
    """Addresses of a database of this process's own, dropped when the process ends.

    It is a copy of a template that `qijie <command>` filled for each of `commands`; the template
    is kept until a migration, a policy, a lock or loaded data changes.
    """
    cluster = Cluster.of(checkout())
    leaving = ExitStack()
    leaving.enter_context(cluster.lease())
    atexit.register(leaving.close)
    name = f"qijie_test_{worker}_{os.getpid()}"
    with (run_folder(cluster.home) / "test-template.lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        clone(cluster, _template(cluster, commands), name)
        _drop_left_over(cluster)
    leaving.callback(drop, cluster, name)
    _hurry(cluster, name)
    return environment(cluster, name)


def _template(cluster: Cluster, commands: Sequence[Command]) -> str:
    state = digest(cluster.home, *LOCKS, *SCHEMA, *(DATA if len(commands) > 1 else ()))
    name = name_of_template(commands, state)
    with superuser(cluster) as connection:
        if not exists(connection, name):
            _build(cluster, name, commands)
    return name


def name_of_template(commands: Sequence[Command], state: str) -> str:
    """PostgreSQL cuts names at 63 signs; the state stands last and must not be cut."""
    words = "-".join(word for command in commands for word in command)
    return f"qijie_template_{sha256(words.encode()).hexdigest()[:12]}_{state}"


def _build(cluster: Cluster, name: str, commands: Sequence[Command]) -> None:
    """Under another name until it is whole, so that a broken build is never cloned."""
    building = "qijie_building"
    drop(cluster, building)
    bootstrap(cluster, building)
    for command in commands:
        _run_command(cluster, building, command)
    prefix = name.rpartition("_")[0]
    with superuser(cluster) as connection:
        for old in _names(cluster, f"^{prefix}_[0-9a-f]{{12}}$"):
            drop(cluster, old)
        connection.execute(f"ALTER DATABASE {building} RENAME TO {name}".encode())


def _run_command(cluster: Cluster, database: str, command: Command) -> None:
    source = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(  # noqa: S603  # our own command line
        [sys.executable, "-m", "qijie.cli", *command],
        env=os.environ | environment(cluster, database) | _AS_DEMO | {"PYTHONPATH": source},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SetupFailure(f"测试数据库没有建成：qijie {' '.join(command)}\n{done.stdout[-3000:]}")


def _names(cluster: Cluster, pattern: str) -> list[str]:
    with superuser(cluster) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [pattern])
        return [str(name) for (name,) in rows]


def _drop_left_over(cluster: Cluster) -> None:
    for name in _names(cluster, "^qijie_test_.*_[0-9]+$"):
        if not Path("/proc", name.rpartition("_")[2]).exists():
            drop(cluster, name)


def _hurry(cluster: Cluster, name: str) -> None:
    """Losing the last commits in a crash is no loss to a test."""
    with superuser(cluster) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit TO off".encode())
