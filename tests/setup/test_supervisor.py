import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from qijie.setup import processes
from qijie.setup.failures import SetupFailure
from qijie.setup.places import run_folder
from qijie.setup.processes import Process
from qijie.setup.supervisor import Program, Supervisor, end_left_over, free_port_or_fail

# Tells its own number and its child's, then waits, as a web server with a worker does.
FAMILY = """
import os, signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
signal.signal(signal.SIGTERM, lambda *_: (child.terminate(), child.wait(), sys.exit(0)))
print(os.getpid(), child.pid, flush=True)
while True:
    signal.pause()
"""

# One that Linux does not tell of its parent's death, as a program that changes its user.
DEAF = "import ctypes, signal; ctypes.CDLL(None).prctl(1, 0); print('ready', flush=True)\n" + (
    "while True: signal.pause()"
)

# A test run begun with a script's `&` hands Ctrl-C down as ignored.
PARENT = """
import pathlib, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from qijie.setup.supervisor import Program, Supervisor
home, code = pathlib.Path(sys.argv[1]), sys.argv[2]
with Supervisor(home) as supervisor:
    supervisor.start(Program("web", (sys.executable, "-c", code), {}))
    while not supervisor.log("web").read_text().strip():
        pass
    supervisor.record()
    print(supervisor.log("web").read_text(), flush=True)
    supervisor.watch()
"""


@pytest.fixture
def bystander() -> Iterator[Process]:
    """A process that is none of ours."""
    command = [sys.executable, "-c", "print(flush=True); import signal; signal.pause()"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        found = processes.look(child.pid)
        assert found
        yield found
        child.kill()


def parent_of(home: Path, code: str) -> tuple["subprocess.Popen[str]", list[Process]]:
    """A supervisor in a process of its own, and the family it started."""
    command = [sys.executable, "-c", PARENT, str(home), code]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    parent.stdout.readline()
    return parent, [Process(**one) for one in json.loads(record(home).read_text())]


def record(home: Path) -> Path:
    return run_folder(home) / "web.processes.json"


def await_end(family: list[Process], seconds: int = 20) -> None:
    for one in family:
        try:
            watched = os.pidfd_open(one.pid)
        except ProcessLookupError:
            continue
        if processes.is_alive(one):
            assert select.select([watched], [], [], seconds)[0], f"{one.command} lives on"
        os.close(watched)


def test_leaving_the_supervisor_ends_children_and_grandchildren(home: Path) -> None:
    parent, family = parent_of(home, FAMILY)
    assert len(family) == 2
    parent.send_signal(signal.SIGINT)
    parent.wait(30)
    assert not [one for one in family if processes.is_alive(one)]
    assert not record(home).exists()


def test_children_die_with_a_killed_parent(home: Path) -> None:
    parent, family = parent_of(home, FAMILY)
    parent.kill()
    parent.wait()
    await_end(family)
    assert end_left_over(home) == 0


def test_what_a_killed_parent_left_is_ended_by_the_next_start(home: Path) -> None:
    parent, family = parent_of(home, DEAF)
    parent.kill()
    parent.wait()
    assert [one for one in family if processes.is_alive(one)] == family
    assert end_left_over(home) == len(family) == 1
    assert not processes.is_alive(family[0])
    assert end_left_over(home) == 0


@pytest.mark.parametrize(
    "other", [{"started": 1}, {"command": "something else"}, {"boot": "an earlier boot"}]
)
def test_a_reused_number_is_never_ended(
    home: Path, bystander: Process, other: dict[str, object]
) -> None:
    record(home).write_text(json.dumps([asdict(bystander) | other]))
    assert end_left_over(home) == 0
    assert processes.is_alive(bystander)


def test_a_record_cut_short_names_nobody(home: Path, bystander: Process) -> None:
    record(home).write_text(json.dumps([asdict(bystander)])[:-9])
    assert end_left_over(home) == 0
    assert processes.is_alive(bystander)


def test_a_process_never_equals_its_successor(bystander: Process) -> None:
    assert not processes.is_alive(replace(bystander, started=bystander.started + 1))


def test_a_program_that_falls_is_named(home: Path) -> None:
    with Supervisor(home) as supervisor:
        supervisor.start(Program("worker", (sys.executable, "-c", "print('why')"), {}))
        assert supervisor.watch() == "worker"
        assert supervisor.log("worker").read_text() == "why\n"


# Falls at its first start and lives from the second on; what it started holds its port.
CLUMSY = """
import os, pathlib, signal, sys
tries = pathlib.Path(sys.argv[1])
tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
if len(tries.read_text()) < 3:
    os.kill(os.getpid(), signal.SIGKILL)
signal.pause()
"""


class Enough(Exception):
    pass


def test_what_falls_is_started_again_after_pauses_that_grow(home: Path) -> None:
    tries, said = home / "tries", list[str]()

    def look() -> None:
        if tries.exists() and len(tries.read_text()) == 3:
            raise Enough

    with Supervisor(home) as supervisor:
        supervisor.start(Program("web", (sys.executable, "-c", CLUMSY, str(tries)), {}))
        with pytest.raises(Enough):
            supervisor.keep_up(said.append, look)
    assert [one.partition("。")[0] for one in said] == [
        "程序 web 意外结束（SIGKILL），1 秒后重新启动",
        "程序 web 意外结束（SIGKILL），2 秒后重新启动",
    ]


def test_a_program_gets_its_own_environment(home: Path) -> None:
    code = "import os; print(os.environ['PORT'])"
    with Supervisor(home) as supervisor:
        supervisor.start(Program("web", (sys.executable, "-c", code), {"PORT": "8123"}))
        supervisor.watch()
        assert supervisor.log("web").read_text() == "8123\n"


def test_a_busy_port_is_told_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetupFailure, match=f"端口 {port} .*PORT={port + 1} make demo"):
            free_port_or_fail(port)
    free_port_or_fail(port)
