"""A private PostgreSQL for one checkout: socket only, peer authentication, never run by root.

Root's data lies under /var/lib/qijie, because the server refuses root and its own user cannot
enter a 0700 home; everybody else's lies in `var/cluster`.
"""

import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from qijie.setup.failures import SetupFailure
from qijie.setup.places import (
    fingerprint,
    owned_folder,
    private_folder,
    run_folder,
    socket_folder,
)
from qijie.setup.processes import numbers

OLDEST_MAJOR = 15
BINARIES = Path("/usr/lib/postgresql")
SERVER_USER = "postgres"
SUPERUSER = "postgres"
LOGIN_ROLES = ("qijie_migrate", "qijie_app", "qijie_read")
LEAST_FREE_MB = 300
START_SECONDS = 60

_SETTINGS = """\
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 80
shared_buffers = 128MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
wal_level = minimal
max_wal_senders = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


@dataclass(frozen=True)
class Cluster:
    """One server's places. Nothing is started by making a value of this class."""

    home: Path
    root: Path
    socket: Path
    account: str | None
    """The system account the server runs under when we are root; None: our own."""

    @classmethod
    def of(cls, home: Path) -> "Cluster":
        home = home.resolve()
        if os.geteuid() == 0:
            root = Path("/var/lib/qijie") / fingerprint(home)
            return cls(home, root, socket_folder(home), SERVER_USER)
        return cls(home, home / "var" / "cluster", socket_folder(home), None)

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        return self.root / "postgres.log"

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket), safe='')}"

    def is_running(self) -> bool:
        return self._postmaster() is not None

    def start(self) -> bool:
        """Bring the server up, making its data on first use. True when it was down before."""
        with self._turn():
            if self.is_running():
                return False
            self._prepare()
            self._end_stragglers()
            self._launch()
            return True

    def stop(self) -> bool:
        """False when there was nothing to stop."""
        with self._turn():
            self._kept.unlink(missing_ok=True)
            if not self.is_running():
                return False
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", "60", "stop")
            return True

    def keep(self) -> None:
        """Start, and stay up when the last lease ends, until `stop`."""
        self.start()
        self._kept.touch()

    @contextmanager
    def lease(self) -> Iterator["Cluster"]:
        """Use the server, started if need be; whoever leaves last switches it off.

        The shared lock falls with its process, so a kill -9 never leaves a count behind.
        """
        holder = self._lock_file("cluster.users")
        fcntl.flock(holder, fcntl.LOCK_SH)
        try:
            self.start()
            yield self
        finally:
            self._leave(holder)

    def require_idle(self) -> None:
        with self._lock_file("cluster.users") as holder:
            try:
                fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise SetupFailure("演示或测试正在使用数据库，请先停下它（Ctrl-C）再试") from error

    def destroy(self) -> None:
        """Stop the server and delete its data for good."""
        self.stop()
        for folder in (self.root, self.socket):
            shutil.rmtree(folder, ignore_errors=True)
        self._pointer.unlink(missing_ok=True)

    def _leave(self, holder: IO[str]) -> None:
        with holder:
            try:
                fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if not self._kept.exists():
                self.stop()

    @property
    def _kept(self) -> Path:
        return run_folder(self.home) / "cluster.keep"

    @property
    def _pointer(self) -> Path:
        return self.home / "var" / "cluster.path"

    def _lock_file(self, name: str) -> IO[str]:
        path = run_folder(self.home) / name
        try:
            return path.open("a")
        except OSError as error:
            raise SetupFailure.from_os_error(error, path) from error

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock_file("cluster.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _prepare(self) -> None:
        self._check_space()
        try:
            self._make_folders()
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._configure()
        except OSError as error:
            raise SetupFailure.from_os_error(error, self.root) from error

    def _check_space(self) -> None:
        place = next(folder for folder in (self.root, *self.root.parents) if folder.exists())
        free = shutil.disk_usage(place).free // 2**20
        if free < LEAST_FREE_MB:
            raise SetupFailure(
                f"磁盘 {place} 只剩 {free} MB，数据库至少要 {LEAST_FREE_MB} MB，请腾出空间再试"
            )

    def _make_folders(self) -> None:
        if self.account is None:
            owned_folder(self.root)
            owned_folder(self.socket)
            return
        uid, gid = _account_ids(self.account)
        # Whatever umask root has: the server's own user has to pass through.
        private_folder(self.root.parent).chmod(0o755)
        for folder in (self.root, self.socket):
            private_folder(folder, mode=0o700)
            os.chown(folder, uid, gid)
        self._pointer.write_text(f"{self.root}\n")

    def _initialise(self) -> None:
        fresh = self.root / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        self._run(
            *("initdb", "-D", fresh, "-U", SUPERUSER, "-A", "peer"),
            *("--locale=C.UTF-8", "--encoding=UTF8", "--no-sync"),
        )
        with (fresh / "postgresql.conf").open("a") as settings:
            settings.write("\ninclude 'qijie.conf'\n")
        # Renamed only when whole: a killed initdb leaves nothing that looks like a cluster.
        fresh.rename(self.data)

    def _configure(self) -> None:
        """Written at each start: the checkout may have moved, or another user joined."""
        self._write("qijie.conf", _SETTINGS.format(socket=_quoted_folder(self.socket)))
        self._write("pg_hba.conf", "local all all peer map=qijie\n")
        people = {own_account(), self.account or own_account()}
        self._write(
            "pg_ident.conf",
            "".join(
                f'qijie "{person}" {role}\n'
                for person in sorted(people)
                for role in (SUPERUSER, *LOGIN_ROLES)
            ),
        )

    def _write(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        if self.account:
            os.chown(path, *_account_ids(self.account))

    def _launch(self) -> None:
        # pg_ctl hands -D and -l to a shell inside double quotes, where a "$" in the path would not
        # stay one: the data is named in the environment, the log from its own folder.
        done = self._try("pg_ctl", "-l", self.log.name, "-w", "-t", str(START_SECONDS), "start")
        if done.returncode != 0:
            raise SetupFailure(_explain(self._last_words() or done.stdout, self.log))

    def _last_words(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        except OSError:
            return ""

    def _postmaster(self) -> int | None:
        """The server's process, only if it really is ours: a reused number does not count."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if _works_in(pid, self.data) else None

    def _end_stragglers(self) -> None:
        """Clear what a kill -9 left: stale lock files, and back ends still at a long query."""
        deadline = time.monotonic() + 10
        while pids := [pid for pid in numbers() if _works_in(pid, self.data)]:
            signal_now = signal.SIGQUIT if time.monotonic() < deadline else signal.SIGKILL
            for pid in pids:
                _signal(pid, signal_now)
            time.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.socket.glob(".s.PGSQL.*"):
            stale.unlink()

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = self._try(program, *arguments)
        if done.returncode != 0:
            raise SetupFailure(_explain(done.stdout, self.log))

    def _try(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  # fixed programs, no shell
            [*self._as_server(), str(binaries() / program), *map(str, arguments)],
            cwd=self.root,
            env=clean_environment() | {"PGDATA": str(self.data)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )

    def _as_server(self) -> Sequence[str]:
        if self.account is None:
            return ()
        user = f"--reuid={self.account}"
        return ("setpriv", user, f"--regid={self.account}", "--clear-groups", "--")


def binaries() -> Path:
    """The folder of the newest installed PostgreSQL that is new enough."""
    found = [
        (int(folder.name), folder / "bin")
        for folder in BINARIES.glob("*")
        if folder.name.isdigit() and (folder / "bin" / "initdb").exists()
    ]
    if not found or max(found)[0] < OLDEST_MAJOR:
        raise SetupFailure(
            f"没有找到 PostgreSQL {OLDEST_MAJOR} 或更新的版本，请运行："
            "apt install postgresql-15 postgresql-15-postgis-3"
        )
    return max(found)[1]


def clean_environment() -> dict[str, str]:
    """Ours without PGHOST and its like, which would point the tools at another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8"}


def own_account() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError as error:
        raise SetupFailure(
            f"当前用户编号 {os.geteuid()} 在系统里没有名字，请换一个有名字的用户运行"
        ) from error


def _account_ids(name: str) -> tuple[int, int]:
    try:
        account = pwd.getpwnam(name)
    except KeyError as error:
        raise SetupFailure(
            f"系统里没有 {name} 用户（它随 PostgreSQL 安装），请运行：apt install postgresql-15"
        ) from error
    return account.pw_uid, account.pw_gid


def _quoted_folder(folder: Path) -> str:
    """For a list setting inside quotes: a comma or a quote in the path stays part of it."""
    inner = str(folder).replace('"', '""').replace("'", "''")
    return f'"{inner}"'


def _works_in(pid: int, data: Path) -> bool:
    process = Path("/proc") / str(pid)
    try:
        program = (process / "exe").readlink().name
        return (process / "cwd").readlink() == data and program.startswith("postgres")
    except OSError:
        return False


def _signal(pid: int, number: int) -> None:
    # Gone between looking and telling is what we wanted anyway.
    with suppress(ProcessLookupError):
        os.kill(pid, number)


_KNOWN_TROUBLE = (
    (r"No space left|Disk quota", "磁盘已满，请腾出至少 1 GB 空间再试"),
    (r"Read-only file system", "所在的文件系统是只读的，请把项目放到可写的磁盘上再试"),
    (r"shared memory", "共享内存不足，请给容器更大的 /dev/shm（例如 --shm-size=256m）再试"),
    (r"incompatible with server", "数据属于另一个版本的 PostgreSQL，请运行 make clean-demo"),
    (r"Permission denied", "没有权限，请检查文件夹的属主再试"),
)


def _explain(output: str, log: Path) -> str:
    for pattern, sentence in _KNOWN_TROUBLE:
        if re.search(pattern, output):
            return f"数据库没有启动：{sentence}。详细记录：{log}"
    return f"数据库没有启动，详细记录：{log}\n{output.strip()[-800:]}"
