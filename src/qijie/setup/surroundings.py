"""The environment a command runs in: what the operator gave, or the private cluster's and keys'."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qijie.setup.cluster import Cluster
from qijie.setup.database import bootstrap, environment, exists, superuser
from qijie.setup.failures import SetupFailure
from qijie.setup.places import checkout, private_folder, var
from qijie.setup.stamp import BOOTSTRAP, digest

DATABASE = "qijie"
SETTINGS = "config.settings"
# Environment name → file made under var/keys for the demo; elsewhere the operator keeps them.
GENERATED_KEYS = {"QIJIE_SECRET_KEY": "secret", "QIJIE_ENCRYPTION_KEYS": "encryption"}


@contextmanager
def database() -> Iterator[None]:
    """Sets the environment for Django.

    An address in `DATABASE_URL` is used as it is. Otherwise the private cluster runs as long as
    the context lasts, with the demo's settings.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if os.environ.get("DATABASE_URL"):
        yield
        return
    home = checkout()
    with Cluster.of(home).lease() as cluster:
        _bootstrap_when_new(home, cluster)
        os.environ.update(private_environment(home, cluster))
        yield


def _bootstrap_when_new(home: Path, cluster: Cluster) -> None:
    """Makes the database, and brings an older one up to what a newer release asks of it."""
    stamp = private_folder(var(home) / "stamps") / "bootstrap"
    state = digest(home, *BOOTSTRAP)
    known = stamp.read_text() if stamp.exists() else ""
    if known != state or not has_database(cluster, DATABASE):
        bootstrap(cluster, DATABASE)
        stamp.write_text(state)


@contextmanager
def one_process() -> Iterator[None]:
    """For a short command: no pool, which would wait half a minute for a database that is away."""
    os.environ.setdefault("DATABASE_POOL_MAX", "0")
    with database():
        yield


def private_environment(home: Path, cluster: Cluster) -> dict[str, str]:
    return {**environment(cluster, DATABASE), **demo_settings(home)}


def demo_settings(home: Path) -> dict[str, str]:
    """Settings of a demo, with keys made on first use. What the operator has set wins."""
    wanted = {"QIJIE_DEMO": "true", "QIJIE_VAR": str(var(home)), **generated_keys(home)}
    return {name: os.environ.get(name) or value for name, value in wanted.items()}


def generated_keys(home: Path) -> dict[str, str]:
    """`NAME_FILE` for each key nobody has given."""
    folder = private_folder(var(home) / "keys", mode=0o700)
    return {
        f"{name}_FILE": str(_key_file(folder / file))
        for name, file in GENERATED_KEYS.items()
        if not os.environ.get(name)
    }


def port() -> int:
    """`PORT`, or 8000."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SetupFailure(f"PORT 应是 1–65535 的数字，现在是 {text!r}，例如：PORT=8001 make demo")
    return int(text)


def has_database(cluster: Cluster, name: str) -> bool:
    with superuser(cluster) as connection:
        return exists(connection, name)


def require_address() -> None:
    """A web server of its own must be told its database: a forgotten one would open the demo."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if not os.environ.get("DATABASE_URL"):
        raise SetupFailure(
            "请设置 DATABASE_URL=postgresql://qijie_app:口令@主机/库名；只想看看请用 qijie demo"
        )


def require_owner_address() -> None:
    if not os.environ.get("OWNER_DATABASE_URL"):
        raise SetupFailure(
            "建表要用迁移角色：请设置 OWNER_DATABASE_URL=postgresql://qijie_migrate:口令@主机/库名"
            "（角色由数据库管理员建立，见 qijie bootstrap-database --print-sql）"
        )


def _key_file(path: Path) -> Path:
    """Whole or not at all, and readable by its owner only."""
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        fresh.replace(path)
    return path
