"""The whole of `make demo` after its installation: a real server, real processes, a real port."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from qijie.setup import processes
from qijie.setup.cluster import Cluster
from qijie.setup.places import run_folder
from qijie.setup.processes import Process
from qijie.setup.supervisor import free_port_or_fail
from tests.web.site import DIRECT

pytestmark = pytest.mark.slow
SOURCE = str(Path(__file__).resolve().parents[2] / "src")
SIGN = "演示已就绪"
# Nobody listens there.
DEAD_PROXY = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


def _as_behind_an_ampersand() -> None:
    """A script's background job has Ctrl-C ignored from the start."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Demo:
    def __init__(self, home: Path, port: int) -> None:
        foreign = ("DATABASE_URL", "OWNER_DATABASE_URL", "DATABASE_POOL_MAX", "QIJIE_SECRET_KEY")
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        self.home, self.port, self.told = home, port, ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "qijie.cli", "demo"],
            env=kept
            | {"QIJIE_HOME": str(home), "PORT": str(port), "PYTHONPATH": SOURCE}
            | DEAD_PROXY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=_as_behind_an_ampersand,
        )

    def until_ready(self) -> "Demo":
        assert self.process.stdout
        for line in self.process.stdout:
            self.told += line
            if "按 Ctrl-C 停止" in line:
                break
        assert SIGN in self.told, self.told
        return self

    def until_said(self, words: str) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.told += line
            if words in line:
                return
        raise AssertionError(self.told)

    def program(self, word: str) -> Process:
        """The leader of the website or of the worker."""
        family = sorted(self.family(), key=lambda one: one.pid)
        return next(one for one in family if one.command.rstrip().endswith(word))

    def settled(self) -> int:
        """The front page's status, once it answers at all."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError):
                if (status := self.status_of_front_page()) < 500:
                    return status
            time.sleep(0.1)
        raise AssertionError("the website did not come back")

    def to_its_end(self) -> int:
        assert self.process.stdout
        self.told += self.process.stdout.read()
        return self.process.wait()

    def family(self) -> list[Process]:
        written = run_folder(self.home).glob("*.processes.json")
        return [Process(**one) for path in written for one in json.loads(path.read_text())]

    def status_of_front_page(self) -> int:
        try:
            with DIRECT.open(f"http://127.0.0.1:{self.port}/", timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


def postmaster(home: Path) -> int:
    return int((Cluster.of(home).data / "postmaster.pid").read_text().split("\n", 1)[0])


@pytest.fixture
def demo(home: Path) -> Iterator[Demo]:
    started = Demo(home, free_port())
    yield started.until_ready()
    started.process.send_signal(signal.SIGINT)
    started.to_its_end()


def test_one_demo_from_first_start_to_the_start_after_a_kill(demo: Demo) -> None:
    assert f"http://127.0.0.1:{demo.port}/" in demo.told
    assert demo.status_of_front_page() < 400

    os.kill(demo.program("worker").pid, signal.SIGKILL)
    demo.until_said("程序 worker 意外结束（SIGKILL）")
    os.kill(demo.program("serve").pid, signal.SIGKILL)
    demo.until_said("程序 web 意外结束（SIGKILL）")
    assert demo.settled() < 400
    os.kill(postmaster(demo.home), signal.SIGKILL)
    demo.until_said("数据库已恢复")
    assert demo.settled() < 400

    second = Demo(demo.home, free_port())
    assert second.to_its_end() == 0
    assert f"已经在运行：http://127.0.0.1:{demo.port}/" in second.told

    demo.process.send_signal(signal.SIGINT)
    family = demo.family()
    assert demo.to_its_end() == 0
    assert [one for one in family if processes.is_alive(one)] == []
    assert not Cluster.of(demo.home).is_running()
    free_port_or_fail(demo.port)

    killed = Demo(demo.home, demo.port).until_ready()
    assert "载入" not in killed.told
    killed.process.kill()
    killed.process.wait()

    again = Demo(demo.home, demo.port).until_ready()
    assert again.status_of_front_page() < 400
    again.process.send_signal(signal.SIGTERM)
    assert again.to_its_end() == 0
    assert not Cluster.of(demo.home).is_running()
