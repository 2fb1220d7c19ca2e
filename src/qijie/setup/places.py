"""Where this checkout keeps what it makes: everything under `var/`, except root's cluster."""

import hashlib
import os
import tempfile
from pathlib import Path

from qijie.setup.failures import SetupFailure

# sun_path holds 108 bytes with its closing NUL, and the server appends its own file name.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")


def checkout() -> Path:
    """The folder with pyproject.toml that this package was loaded from, else the current one.

    `QIJIE_HOME` wins, so an installed wheel can be told where its data belongs.
    """
    if chosen := os.environ.get("QIJIE_HOME"):
        return Path(chosen).resolve()
    source = Path(__file__).resolve().parents[3]
    return source if (source / "pyproject.toml").exists() else Path.cwd()


def var(home: Path) -> Path:
    return private_folder(home / "var")


def run_folder(home: Path) -> Path:
    return private_folder(var(home) / "run")


def fingerprint(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


def private_folder(path: Path, mode: int = 0o755) -> Path:
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise SetupFailure.from_os_error(error, path) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise SetupFailure(
            f"文件夹 {path} 不可写（属于另一个用户？），请用创建它的用户运行，或改正它的属主：chown"
        )
    return path


def socket_folder(home: Path) -> Path:
    """A folder short enough for a Unix socket, the same for one checkout and one user each time."""
    if os.geteuid() == 0:
        return Path(f"/run/qijie-{fingerprint(home)}")
    near = home / "var" / "cluster" / "socket"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_FOLDER:
        return near
    return _short_folder(home)


def _short_folder(home: Path) -> Path:
    name = f"qijie-{os.geteuid()}-{fingerprint(home)}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    for parent in (runtime, tempfile.gettempdir(), "/tmp"):  # noqa: S108  # checked by owned_folder
        folder = Path(parent) / name
        if parent and len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and Path(parent).is_dir():
            return folder
    raise SetupFailure("找不到足够短的文件夹放数据库套接字，请把项目移到较短的路径下再试")


def owned_folder(path: Path) -> Path:
    """Make `path` for this user alone; refuse one that somebody else put there first."""
    private_folder(path, mode=0o700)
    found = path.lstat()
    if path.is_symlink() or found.st_uid != os.geteuid():
        raise SetupFailure(f"文件夹 {path} 不属于当前用户，请移走它再试（可能有人冒占了这个名字）")
    path.chmod(0o700)
    return path
