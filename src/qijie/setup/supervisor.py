"""Runs a few programs as one: all stop together, and a kill -9 leaves nothing in the way.

Each program is a session of its own, told by Linux when we die, and written down with the time it
started, so that the next run can end what is left and never somebody else's process.
"""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from qijie.setup import processes
from qijie.setup.failures import SetupFailure
from qijie.setup.places import private_folder, run_folder, var
from qijie.setup.processes import Process

GRACE_SECONDS = 12
POLL_SECONDS = 0.3
MOST_PAUSE = 30.0
# Whoever lived so long fell for a new reason.
LONG_LIFE_SECONDS = 60.0


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


class Supervisor:
    """Use as a context: leaving it, by whatever way, stops what was started in it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._programs: dict[str, Program] = {}
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, program: Program) -> None:
        with self.log(program.name).open("ab") as log:
            child = subprocess.Popen(  # noqa: S603  # our own command lines, no shell
                program.command,
                cwd=self._home,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(processes.die_with, os.getpid()),
            )
        self._programs[program.name], self._children[program.name] = program, child
        self.record()

    def log(self, name: str) -> Path:
        return private_folder(var(self._home) / "log") / f"{name}.log"

    def record(self) -> None:
        """Write down who belongs to each program now; workers come and go."""
        for name, child in self._children.items():
            found = [asdict(member) for member in processes.members(child.pid)]
            path = _record_path(self._home, name)
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps(found, ensure_ascii=False))
            fresh.replace(path)

    def fallen(self) -> str | None:
        """The name of a program that ended although nobody asked it to."""
        ended = (name for name, child in self._children.items() if child.poll() is not None)
        return next(ended, None)

    def watch(self) -> str:
        """Wait until a program falls; its name."""
        while not (name := self.fallen()):
            time.sleep(POLL_SECONDS)
            self.record()
        return name

    def keep_up(self, say: Callable[[str], None], and_also: Callable[[], None]) -> NoReturn:
        """Start again whatever falls, after pauses that grow, and say so; until interrupted.

        `and_also` is called at each look.
        """
        falls: dict[str, _Falls] = {name: _Falls() for name in self._programs}
        while True:
            time.sleep(POLL_SECONDS)
            and_also()
            for name, child in list(self._children.items()):
                if child.poll() is None:
                    continue
                if falls[name].is_new():
                    say(
                        f"程序 {name} 意外结束（{_reason(child.returncode)}），"
                        f"{falls[name].pause:.0f} 秒后重新启动。记录：{self.log(name)}"
                    )
                elif falls[name].has_waited():
                    # What it started may still hold its port.
                    end(processes.members(child.pid))
                    self.start(self._programs[name])
            self.record()

    def stop(self) -> None:
        """The last started goes first; its leader is told, and sees to its own workers."""
        for name, child in reversed(self._children.items()):
            family = processes.members(child.pid)
            child.terminate()
            _outlive(family)
            child.wait()
            _record_path(self._home, name).unlink(missing_ok=True)
        self._children.clear()


class _Falls:
    """How often one program fell, and how long to wait before it is started again."""

    def __init__(self) -> None:
        self.pause = 0.0
        self._at: float | None = None
        self._up_at = time.monotonic()

    def is_new(self) -> bool:
        """Notes a fall that was not known yet."""
        if self._at is not None:
            return False
        self._at = time.monotonic()
        lived = self._at - self._up_at
        self.pause = 1.0 if lived > LONG_LIFE_SECONDS else min(self.pause * 2 or 1.0, MOST_PAUSE)
        return True

    def has_waited(self) -> bool:
        """Notes that it is started again."""
        if self._at is None or time.monotonic() - self._at < self.pause:
            return False
        self._at, self._up_at = None, time.monotonic()
        return True


def _reason(code: int) -> str:
    return f"代码 {code}" if code >= 0 else signal.Signals(-code).name


def end_left_over(home: Path) -> int:
    """End what an earlier run wrote down and could not stop; how many there were.

    Only where number, start time, boot and command line all agree.
    """
    left = [process for path in _records(home) for process in _written(path)]
    alive = [process for process in left if processes.is_alive(process)]
    end(alive)
    for path in _records(home):
        path.unlink(missing_ok=True)
    return len(alive)


def end(victims: Sequence[Process]) -> None:
    """SIGTERM, then SIGKILL for whoever has not gone after the time of grace."""
    _signal(victims, signal.SIGTERM)
    _outlive(victims)


def _outlive(victims: Sequence[Process]) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    while waiting := [victim for victim in victims if processes.is_alive(victim)]:
        if time.monotonic() > deadline:
            _signal(waiting, signal.SIGKILL)
        time.sleep(0.05)


def _signal(victims: Sequence[Process], number: signal.Signals) -> None:
    for victim in victims:
        if processes.is_alive(victim):
            # It may go between the look and the signal.
            with suppress(ProcessLookupError):
                os.kill(victim.pid, number)


def _record_path(home: Path, name: str) -> Path:
    return run_folder(home) / f"{name}.processes.json"


def _records(home: Path) -> list[Path]:
    return sorted(run_folder(home).glob("*.processes.json"))


def _written(path: Path) -> list[Process]:
    """A file cut short by a crash names nobody."""
    try:
        return [Process(**fields) for fields in json.loads(path.read_text())]
    except (OSError, ValueError, TypeError):
        return []


def free_port_or_fail(port: int, address: str = "127.0.0.1") -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise SetupFailure(
                f"端口 {port} 不能用（{error.strerror}），请换一个再试：PORT={port + 1} make demo"
            ) from error
