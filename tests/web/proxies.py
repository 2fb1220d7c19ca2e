"""The recipes of `deploy/` filled in for loopback ports, started from Debian's packages."""

import datetime
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.web.site import TOKEN, Answer, free_port

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
HOST = "grid.example"
_MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
worker_processes 1;
events {{ worker_connections 2048; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/qijie.conf;
}}
"""


class Front:
    """A proxy of one kind before a site; everything it writes lies in its folder."""

    def __init__(self, kind: str, folder: Path, *, app: int, static: Path) -> None:
        self.kind, self.folder = kind, folder
        self.plain, self.secure = free_port(), free_port()
        make_certificate(folder)
        recipe = {"nginx": self._nginx, "caddy": self._caddy}[kind]
        program, *arguments = recipe(app, static)
        self._told = (folder / "told.log").open("ab")
        self.process = subprocess.Popen(
            [_program(program), *arguments],
            env=os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder)},
            stdout=self._told,
            stderr=subprocess.STDOUT,
        )

    def _nginx(self, app: int, static: Path) -> list[str]:
        recipe = filled(
            re.sub(r"^ *listen \[::\].*\n", "", (DEPLOY / "nginx.conf").read_text(), flags=re.M),
            {
                "listen 80": f"listen 127.0.0.1:{self.plain}",
                "listen 443": f"listen 127.0.0.1:{self.secure}",
                f"https://{HOST}$": f"https://{HOST}:{self.secure}$",
                "/etc/letsencrypt/live/grid.example": str(self.folder),
                "/var/log/nginx": str(self.folder),
                "/srv/qijie/var/static/": f"{static}/",
                "/srv/qijie/deploy/pages": str(DEPLOY / "pages"),
                "127.0.0.1:8000": f"127.0.0.1:{app}",
            },
        )
        (self.folder / "qijie.conf").write_text(recipe)
        main = self.folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        main.write_text(_MAIN.format(folder=self.folder, user=user))
        return ["nginx", "-c", str(main), "-e", str(self.folder / "start.log")]

    def _caddy(self, app: int, static: Path) -> list[str]:
        own = (
            f"\n\tadmin off\n\thttp_port {self.plain}\n\thttps_port {self.secure}\n"
            f"\tdefault_bind 127.0.0.1\n\tskip_install_trust\n\tservers {{"
        )
        recipe = filled(
            (DEPLOY / "Caddyfile").read_text(),
            {
                "\n\tservers {": own,
                f"\n{HOST} {{": f"\n{HOST} {{\n\ttls {self.folder}/fullchain.pem "
                f"{self.folder}/privkey.pem",
                "/var/log/caddy": str(self.folder),
                "/srv/qijie/var/static": str(static),
                "/srv/qijie/deploy/pages": str(DEPLOY / "pages"),
                "127.0.0.1:8000": f"127.0.0.1:{app}",
            },
        )
        (self.folder / "Caddyfile").write_text(recipe)
        return ["caddy", "run", "--config", str(self.folder / "Caddyfile")]

    def until_ready(self) -> "Front":
        until = time.monotonic() + 240
        while True:
            assert self.process.poll() is None, self.logs
            assert time.monotonic() < until, self.logs
            try:
                if self.get("/health/").status:
                    return self
            except OSError:
                time.sleep(0.1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self._told.close()

    @property
    def logs(self) -> str:
        """All that was written anywhere."""
        return "\n".join(
            path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log"))
        )

    def line(self, source: str = "127.0.0.1", *, speaks: str = "http/1.1") -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        context.set_alpn_protocols([speaks])
        raw = socket.create_connection(("127.0.0.1", self.secure), 60, (source, 0))
        return context.wrap_socket(raw, server_hostname=HOST)

    def send(self, raw: bytes, *, source: str = "127.0.0.1") -> Answer:
        """Sends and reads to the end of the connection."""
        with self.line(source) as line:
            with suppress(OSError):
                line.sendall(raw)
            return Answer(read_all(line))

    def get(self, path: str, *lines: str, source: str = "127.0.0.1") -> Answer:
        return self.send(self.head("GET", path, *lines), source=source)

    def head(self, verb: str, path: str, *lines: str) -> bytes:
        """A request's head as a browser would send it over TLS."""
        authority = f"{HOST}:{self.secure}"
        cookie = f"Cookie: __Host-qijie-csrf={TOKEN}"
        origin = f"Origin: https://{authority}"
        first = (f"{verb} {path} HTTP/1.1", f"Host: {authority}", cookie, "Connection: close")
        written = (origin,) if verb == "POST" else ()
        return "\r\n".join((*first, *written, *lines, "", "")).encode()


def read_all(line: socket.socket) -> bytes:
    got = b""
    with suppress(OSError):
        while piece := line.recv(65536):
            got += piece
    return got


def filled(recipe: str, changes: dict[str, str]) -> str:
    """The recipe for this test; a place to fill in that is not there any more is an error."""
    for old, new in changes.items():
        assert old in recipe, old
        recipe = recipe.replace(old, new)
    return recipe


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _program(name: str) -> str:
    """Debian keeps nginx where only root's shell looks."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    assert found, f"{name} is not installed: tools/bootstrap.sh test"
    return found
