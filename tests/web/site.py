"""A real web server on the test's own database, and raw sockets that speak to it."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from qijie.setup.cluster import Cluster
from qijie.setup.database import environment
from qijie.setup.places import checkout
from tests import town

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
TOKEN = "a" * 32
# Our own address is never asked through anybody's proxy.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
BOUNDARY = "town-boundary"


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Site:
    """`qijie serve` with one worker; its log is kept in a file."""

    def __init__(self, folder: Path, **extra: str) -> None:
        self.port, self.folder, self.log_path = free_port(), folder, folder / "web.log"
        database = str(settings.DATABASES["default"]["NAME"])
        own = {
            **environment(Cluster.of(checkout()), database),
            "PORT": str(self.port),
            "PYTHONPATH": SOURCE,
            "QIJIE_VAR": str(folder),
            "QIJIE_SECRET_KEY": "a key for tests only, as long as the check wants it",
            "QIJIE_MFA_REQUIRED": "false",
            "QIJIE_HOME_PATH": town.STREET,
            **extra,
        }
        self._log = self.log_path.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "qijie.cli", "serve", "--workers", "1"],
            env=os.environ | own,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def until_ready(self) -> "Site":
        until = time.monotonic() + 240
        while not self.answers():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < until, self.log
            time.sleep(0.1)
        return self

    def answers(self) -> bool:
        """Asked as a proxy would, which a site without one takes no notice of."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as line:
            try:
                line.request("GET", "/health/", headers={"X-Forwarded-Proto": "https"})
                return line.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def memory(self) -> int:
        """Most megabytes any process of ours ever held."""
        family = [self.process.pid, *map(int, _children(self.process.pid))]
        return max(_peak(pid) for pid in family)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self._log.close()

    def send(self, raw: bytes, *, half_close: bool = False) -> "Answer":
        return send(self.port, raw, half_close=half_close)


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _peak(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found.group(1)) // 1024 if found else 0


class Answer:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        self.head = head.decode("latin-1")
        self.status = int(self.head.split(" ", 2)[1]) if head.startswith(b"HTTP/") else 0
        self.page = self.body.decode("utf-8", "replace")


def send(port: int, raw: bytes, *, half_close: bool = False) -> Answer:
    """Sends and reads to the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        try:
            line.sendall(raw)
            if half_close:
                line.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        got = b""
        try:
            while piece := line.recv(65536):
                got += piece
        except OSError:
            pass
        return Answer(got)


def head(
    path: str = "/report/", *lines: str, kind: str = "application/x-www-form-urlencoded"
) -> bytes:
    """A POST's head, with a cookie its sender made up."""
    return "\r\n".join(
        (
            f"POST {path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Cookie: qijie-csrf={TOKEN}",
            f"Content-Type: {kind}",
            "Connection: close",
            *lines,
            "",
            "",
        )
    ).encode()


def fields(**changes: str) -> dict[str, str]:
    return {
        "csrfmiddlewaretoken": TOKEN,
        "form_key": str(uuid4()),
        "words": "楼下垃圾三天没清，味道很大。" * 12,
        "place_words": "槐荫苑1栋楼下",
        "category": town.RUBBISH,
    } | changes


def multipart(values: dict[str, str], photos: tuple[bytes, ...] = ()) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in values.items()
    ]
    for photo in photos:
        named = 'Content-Disposition: form-data; name="photos"; filename="a.jpg"'
        parts.append(
            f"--{BOUNDARY}\r\n{named}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
            + photo
            + b"\r\n"
        )
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
