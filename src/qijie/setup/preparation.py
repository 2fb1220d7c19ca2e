"""What must be done before the demo can be shown, and how we know that it was."""

import os
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg

from qijie.setup.failures import SetupFailure
from qijie.setup.places import private_folder, var
from qijie.setup.progress import Progress
from qijie.setup.stamp import DATA, LOCKS, SCHEMA, digest

STATIC = ("src/qijie/**/static/**/*",)


@dataclass(frozen=True)
class Step:
    """One `qijie` command, done again only when a file that it reads has changed.

    Every command here may be repeated without harm.
    """

    name: str
    command: tuple[str, ...]
    reads: tuple[str, ...]
    title: str = ""
    """For a command that does not tell its own progress."""


# htmx is vendored under ui/static; the copies in django_htmx name modules that are not there.
LEFT_OUT = ("django_htmx",)
COLLECT = ("manage", "collectstatic", "--noinput", "--verbosity=0", f"--ignore={LEFT_OUT[0]}")

STEPS = (
    Step("static", COLLECT, (*LOCKS, *STATIC), title="收集静态文件"),
    Step("schema", ("migrate",), (*LOCKS, *SCHEMA)),
    Step("refdata", ("load-refdata",), (*SCHEMA, *DATA)),
    Step("profile", ("load-profile",), (*SCHEMA, *DATA)),
    Step("drawing", ("load-drawing",), (*SCHEMA, *DATA)),
    Step("matters", ("load-matters",), (*SCHEMA, *DATA)),
)


def prepare(home: Path, progress: Progress, steps: tuple[Step, ...] = STEPS) -> None:
    """Do what has changed since it was last done for this very database."""
    stamps = private_folder(var(home) / "stamps")
    database = database_identity()
    for step in steps:
        stamp = stamps / step.name
        state = f"{digest(home, *step.reads)} {database}"
        if not stamp.exists() or stamp.read_text() != state:
            with progress.step(step.title) if step.title else nullcontext():
                run_command(step.command)
            stamp.write_text(state)


def database_identity() -> str:
    """Differs for every cluster and every database ever made in it."""
    query = (
        "SELECT system_identifier, oid FROM pg_control_system(), pg_database "
        "WHERE datname = current_database()"
    )
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=10) as connection:
            return "-".join(map(str, connection.execute(query).fetchone() or ()))
    except psycopg.OperationalError as error:
        raise SetupFailure(
            f"连不上数据库，请检查 DATABASE_URL 的地址、口令和网络。数据库说：{error}"
        ) from error


def run_command(command: tuple[str, ...]) -> None:
    done = subprocess.run(  # noqa: S603  # our own command line
        [sys.executable, "-m", "qijie.cli", *command], check=False
    )
    if done.returncode != 0:
        raise SetupFailure(f"没有完成：qijie {' '.join(command)}。原因见上；改正后再试即可")
