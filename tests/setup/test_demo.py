"""The whole of `make demo` after its installation: a real server, real processes, a real port."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qijie.setup import processes
from qijie.setup.cluster import Cluster
from qijie.setup.places import run_folder
from qijie.setup.processes import Process
from qijie.setup.supervisor import free_port_or_fail

pytestmark = pytest.mark.slow
SOURCE = str(Path(__file__).resolve().parents[2] / "src")
SIGN = "演示已就绪"


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
            env=kept | {"QIJIE_HOME": str(home), "PORT": str(port), "PYTHONPATH": SOURCE},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until_ready(self) -> "Demo":
        assert self.process.stdout
        for line in self.process.stdout:
            self.told += line
            if "按 Ctrl-C 停止" in line:
                break
        assert SIGN in self.told, self.told
        return self

    def to_its_end(self) -> int:
        assert self.process.stdout
        self.told += self.process.stdout.read()
        return self.process.wait()

    def family(self) -> list[Process]:
        written = run_folder(self.home).glob("*.processes.json")
        return [Process(**one) for path in written for one in json.loads(path.read_text())]

    def status_of_front_page(self) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture
def demo(home: Path) -> Iterator[Demo]:
    started = Demo(home, free_port())
    yield started.until_ready()
    started.process.send_signal(signal.SIGINT)
    started.to_its_end()


def test_one_demo_from_first_start_to_the_start_after_a_kill(demo: Demo) -> None:
    assert f"http://127.0.0.1:{demo.port}/" in demo.told
    assert demo.status_of_front_page() < 400

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
