"""Where it is measured: a database of the bench's own, and the product's own server on it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection, socket

import psycopg
from psycopg import sql

from qijie.setup.testing import environment_for_tests

SOURCE = Path(__file__).resolve().parents[1] / "src"
LOADED = (("migrate",), ("load-refdata",), ("load-profile",))
_SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "QIJIE_SECRET_KEY": "a key for measuring only, as long as the check for keys wants it",
    "QIJIE_DEMO": "true",
}
READY_SECONDS = 60
_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def prepared() -> Iterator[None]:
    """The reference data and the demo district in a database that is dropped at the end."""
    with tempfile.TemporaryDirectory(prefix="qijie-bench-") as folder:
        os.environ.update(_SETTINGS, QIJIE_VAR=folder)
        os.environ.update(environment_for_tests("bench", LOADED))
        _make_durable(os.environ["OWNER_DATABASE_URL"])
        run_command("manage", "collectstatic", "--noinput", "--verbosity=0", "--ignore=django_htmx")
        os.environ["DATABASE_POOL_MAX"] = "0"
        import django

        django.setup()
        yield


def _make_durable(address: str) -> None:
    """The suite's clones give up the last commits in a crash; what is measured must not."""
    with psycopg.connect(address, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("ALTER DATABASE {} RESET synchronous_commit").format(name))


def run_command(*arguments: str) -> None:
    """`qijie` with these words, on the database that was prepared."""
    subprocess.run(
        [sys.executable, "-m", "qijie.cli", *arguments],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        check=True,
    )


class Served:
    """`qijie serve` with two web processes and its usual pool."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self._process = process

    def cpu_seconds(self) -> float:
        """What the server and its web processes have used so far, user and system."""
        return sum(_cpu_of(number) for number in _family(self._process.pid))


@contextmanager
def served() -> Iterator[Served]:
    port = _free_port()
    environment = os.environ | {"PORT": str(port), "PYTHONPATH": str(SOURCE)}
    environment.pop("DATABASE_POOL_MAX")
    process = subprocess.Popen(
        [sys.executable, "-m", "qijie.cli", "serve", "--workers", "2"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield Served(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _family(number: int) -> list[int]:
    """A process and everything it started."""
    listed = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    return [number, *(one for child in listed for one in _family(int(child)))]


def _cpu_of(number: int) -> float:
    # Fields 14 and 15, counted after the name in brackets, which may hold spaces.
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
