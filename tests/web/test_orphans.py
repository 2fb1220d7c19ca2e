"""The web server's processes go with their master, at whatever moment it is killed."""

import os
import select
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from qijie.setup.processes import Process, look
from qijie.setup.supervisor import free_port_or_fail
from tests.web.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]
GONE_SECONDS = 5
PATIENCE_SECONDS = 60


def first_children(site: Site) -> list[Process]:
    """As soon as the server has any; what it ran before, its check, is not one of them."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "Listening at" not in site.log:
        assert time.monotonic() < deadline, site.log
        time.sleep(0.002)
    while time.monotonic() < deadline:
        assert site.process.poll() is None, site.log
        with suppress(OSError):
            numbers = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text()
            found = [look(int(number)) for number in numbers.split()]
            if servers := [one for one in found if one and " serve " in one.command]:
                return servers
    raise AssertionError(site.log)


def await_end(one: Process) -> None:
    with suppress(ProcessLookupError):
        watched = os.pidfd_open(one.pid)
        assert select.select([watched], [], [], GONE_SECONDS)[0], f"{one.command} lives on"
        os.close(watched)


@pytest.mark.parametrize("moment", ["forked", "forked again", "serving"])
def test_nothing_outlives_a_killed_master(assets: Path, tmp_path: Path, moment: str) -> None:
    (tmp_path / "static").symlink_to(assets)
    site = Site(tmp_path)
    if moment == "serving":
        site.until_ready()
    family = first_children(site)
    site.process.send_signal(signal.SIGKILL)
    site.process.wait()
    for one in family:
        await_end(one)
    free_port_or_fail(site.port)
