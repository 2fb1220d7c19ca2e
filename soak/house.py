"""A private instance: its own database cluster, two web processes, a worker, a mail server.

A keeper brings up again what ended, as a service manager does, so that faults may go on.
"""

import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket

import psycopg

from qijie.setup import processes
from qijie.setup.cluster import Cluster
from qijie.setup.database import bootstrap, environment, superuser
from soak.mailbox import Mailbox
from soak.visitor import Visitor

SOURCE = Path(__file__).resolve().parents[1] / "src"
DATABASE = "qijie"
LOADED = (
    ("manage", "collectstatic", "--noinput", "--verbosity=0", "--ignore=django_htmx"),
    ("migrate",),
    ("load-refdata",),
    ("load-profile",),
)
READY_SECONDS = 180
RESTART_AFTER = 0.5


class House:
    def __init__(self, home: Path) -> None:
        self.home, self.cluster, self.mailbox = home, Cluster.of(home), Mailbox()
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.photos = home / "var" / "photos"
        self.ended: list[tuple[str, int]] = []
        """Which program ended by itself, and with which code."""
        self._programs: dict[str, subprocess.Popen[bytes]] = {}
        self._asleep: set[str] = set()
        self._closing = threading.Event()
        self._commands = {"web": ("serve", "--workers", "2"), "worker": ("worker",)}

    @classmethod
    @contextmanager
    def opened(cls, home: Path) -> Iterator["House"]:
        house = cls(home)
        try:
            house.prepare()
            house.move_in()
            yield house
        finally:
            house.close()

    def prepare(self) -> None:
        self.cluster.start()
        bootstrap(self.cluster, DATABASE)
        for command in LOADED:
            self.cli(*command)

    def move_in(self) -> None:
        for name in self._commands:
            self.start(name)
        threading.Thread(target=self._keep, daemon=True, name="keeper").start()
        self.wait_until_right()

    def close(self) -> None:
        self._closing.set()
        for name in list(self._programs):
            self.stop(name)
        self.mailbox.shutdown()
        self.cluster.destroy()

    # --- programs ---------------------------------------------------------------------------

    def start(self, name: str) -> None:
        with (self.home / f"{name}.log").open("ab") as log:
            self._programs[name] = subprocess.Popen(
                [sys.executable, "-m", "qijie.cli", *self._commands[name]],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._asleep.discard(name)

    def stop(self, name: str, number: int = signal.SIGTERM, patience: float = 20) -> float:
        """Seconds it took to end; whoever is left of its family is killed."""
        self._asleep.add(name)
        program, begun = self._programs[name], time.monotonic()
        family = processes.members(program.pid)
        with suppress(ProcessLookupError):
            program.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            program.wait(patience)
        taken = time.monotonic() - begun
        for one in filter(processes.is_alive, family):
            os.kill(one.pid, signal.SIGKILL)
        program.wait()
        return taken

    def pid(self, name: str) -> int:
        return self._programs[name].pid

    def children(self, name: str) -> list[int]:
        """The processes a program has started: of the web server, its workers."""
        with suppress(OSError):
            return [
                one
                for one in _children_of(self.pid(name))
                if b"tracker" not in Path(f"/proc/{one}/cmdline").read_bytes()
            ]
        return []

    def cpu_seconds(self, name: str) -> float:
        """Of a program and all it started; `database` is PostgreSQL, as far as it runs still."""
        if name == "database":
            leader = self.postmaster()
            return sum(map(_cpu_of, (leader, *_children_of(leader))))
        return sum(_cpu_of(one.pid) for one in processes.members(self.pid(name)))

    def log(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text(errors="replace")

    def troubles(self, most: int = 5) -> str:
        """The last tracebacks in the logs; those of an answer that was a 500 go before others."""
        found = [
            f"{name}: {block}"
            for name in self._commands
            for block in _TRACEBACK.findall(self.log(name))
        ]
        # What stood in the way of an answer in words is said by Django under this name alone.
        return "\n".join(sorted(found, key=lambda block: "Internal Server Error" in block)[-most:])

    def cli(self, *command: str, **more: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "qijie.cli", *command],
            env=self.environment() | {"DATABASE_POOL_MAX": "0"} | more,
            check=True,
        )

    def environment(self) -> dict[str, str]:
        ours = {name: text for name, text in os.environ.items() if not _is_foreign(name)}
        return {
            **ours,
            **environment(self.cluster, DATABASE),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(SOURCE),
            "PORT": str(self.port),
            "QIJIE_HOME": str(self.home),
            "QIJIE_VAR": str(self.home / "var"),
            "QIJIE_DEMO": "true",
            "QIJIE_SECRET_KEY": _KEYS[0],
            "QIJIE_ENCRYPTION_KEYS": _KEYS[1],
            # The visitors say where they come from, as a proxy would.
            "QIJIE_TRUSTED_PROXY_COUNT": "1",
            "QIJIE_PUBLIC_ADDRESS": self.address,
            "QIJIE_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "QIJIE_EMAIL_HOST": "127.0.0.1",
            "QIJIE_EMAIL_PORT": str(self.mailbox.port),
        }

    def _keep(self) -> None:
        while not self._closing.wait(0.1):
            for name, program in list(self._programs.items()):
                if name not in self._asleep and program.poll() is not None:
                    self.ended.append((name, program.returncode))
                    if not self._closing.wait(RESTART_AFTER):
                        self.start(name)

    # --- the database -----------------------------------------------------------------------

    @contextmanager
    def database(self, role: str = "") -> Iterator[psycopg.Connection]:
        """As the superuser, past every wall, or as one of the product's roles."""
        if role:
            address = self.cluster.url(role, DATABASE)
            connection = psycopg.connect(address, autocommit=True)
        else:
            connection = superuser(self.cluster, DATABASE)
        with connection:
            yield connection

    def ask(self, query: str, *parameters: object) -> list[tuple[object, ...]]:
        with self.database() as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def postmaster(self) -> int:
        return int((self.cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])

    # --- is it right? -----------------------------------------------------------------------

    def wait_until_right(self, run: int = 1, patience: float = READY_SECONDS) -> float:
        """When the first of `run` right answers in a row came, by the monotonic clock."""
        deadline, row = time.monotonic() + patience, []
        while len(row) < run:
            row = [*row, time.monotonic()] if self.answers() else []
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing right for {patience} s\n{self.log('web')[-3000:]}")
            time.sleep(0.03)
        return row[0]

    def answers(self) -> bool:
        return Visitor(self.address, patience=3).is_right("/health/")


_TRACEBACK = re.compile(
    r"^.*\nTraceback \(most recent call last\):\n(?:[ \t].*\n|\n(?=[ \t]))*.*\n", re.M
)
_KEYS = (secrets.token_urlsafe(48), secrets.token_urlsafe(48))
_TICKS = os.sysconf("SC_CLK_TCK")


def _is_foreign(name: str) -> bool:
    return name.startswith(("QIJIE_", "DATABASE_", "OWNER_DATABASE", "PG")) or name == "PORT"


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children_of(number: int) -> list[int]:
    listed = Path(f"/proc/{number}/task/{number}/children").read_text()
    return [int(one) for one in listed.split()]


def _cpu_of(number: int) -> float:
    # Fields 14 and 15, counted after the name in brackets, which may hold spaces.
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
