"""What the suite costs: CPU seconds of each room, printed at the end beside what all may take.

A room is a folder of `tests/`. It is charged with whatever its tests and their fixtures start:
commands, servers, Chromium. PostgreSQL serves every room and has a line of its own.
"""

import os
from collections import Counter
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from qijie.setup.cluster import Cluster
from qijie.setup.places import checkout

TESTS = Path(__file__).parent
WHOLE_SUITE = 12 * 60
_HANDED_ON = "cpu_seconds"
_TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """CPU seconds of a process and all it started; what ended uncollected is not among them."""
    folder = Path("/proc", str(pid))
    try:
        # Behind the name, which may hold blanks: its own time, and that of collected children.
        fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[11:15]
        running = [task.read_text().split() for task in folder.glob("task/*/children")]
    except OSError:
        return 0.0
    children = sum(seconds_of(int(child)) for started in running for child in started)
    return sum(map(int, fields)) / _TICKS + children


class Budget:
    """One in each process; those that run tests hand theirs to the one that prints."""

    def __init__(self) -> None:
        self.rooms: Counter[str] = Counter()
        self.database = _seconds_of_database()

    def pytest_collection_finish(self) -> None:
        self.rooms["collecting"] += seconds_of(os.getpid())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        before = seconds_of(os.getpid())
        try:
            return (yield)
        finally:
            # What a Chromium has used goes out of sight with it.
            self.rooms[_room(item.path)] += max(0.0, seconds_of(os.getpid()) - before)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_HANDED_ON] = dict(self.rooms)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.rooms.update(getattr(node, "workeroutput", {}).get(_HANDED_ON, {}))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        spent = self.rooms | {"PostgreSQL": _seconds_of_database() - self.database}
        terminalreporter.section("CPU seconds")
        for room, seconds in sorted(spent.items(), key=lambda one: -one[1]):
            terminalreporter.write_line(f"{room:<14}{seconds:7.1f}")
        total = f"{'all':<14}{sum(spent.values()):7.1f}"
        terminalreporter.write_line(f"{total}   the whole suite may take {WHOLE_SUITE}")


def _room(path: Path) -> str:
    return path.relative_to(TESTS).parts[0]


def _seconds_of_database() -> float:
    """Of this checkout's server, since it was started."""
    with suppress(OSError):
        told = (Cluster.of(checkout()).data / "postmaster.pid").read_text()
        return seconds_of(int(told.split("\n", 1)[0]))
    return 0.0
