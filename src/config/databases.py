"""DATABASES from the environment: `default` is the app role, `owner` the migrate role."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import _queries

ENGINE = "django.contrib.gis.db.backends.postgis"
SCHEMES = ("postgresql", "postgres")

WAIT_SECONDS = 4.0
"""So long a request waits for a connection before its reader is asked to come back."""

PREPARED = {"server_side_binding": True, "prepare_threshold": 3}
"""A statement met the third time is planned once for its connection: behind row policies planning
costs more than most of our statements (ADR 0018)."""
# The driver takes a statement apart anew each time when it has more values than this, for the sake
# of lists of rows of any length; a matter's one row has more, and ours come as arrays.
_queries.MAX_CACHED_STATEMENT_PARAMS = 120

Entry = dict[str, Any]


def databases(environ: Mapping[str, str]) -> dict[str, Entry]:
    """`DATABASE_URL` and, for migrations and bulk loads, `OWNER_DATABASE_URL`.

    Without `DATABASE_URL` the entry has no name and Django says so at the first query, so that
    linting and type checking need no database. `DATABASE_POOL_MAX=0` goes without a pool.
    """
    default = _entry(environ, "DATABASE_URL")
    default["OPTIONS"] |= _pool(environ)
    default["OPTIONS"] |= PREPARED
    # A connection the server closed meanwhile is replaced when it is borrowed, not met by a person.
    default["CONN_HEALTH_CHECKS"] = True
    found = {"default": default}
    if environ.get("OWNER_DATABASE_URL"):
        found["owner"] = _entry(environ, "OWNER_DATABASE_URL")
    return found


def _entry(environ: Mapping[str, str], name: str) -> Entry:
    url = environ.get(name, "")
    return _parse(url, name) if url else {"ENGINE": ENGINE, "NAME": "", "OPTIONS": {}}


def _parse(url: str, name: str) -> Entry:
    """A libpq address, `postgresql://user:password@host:port/name?sslmode=…`.

    A socket folder is given percent-encoded as the host or as `?host=`.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"{name} 不是 PostgreSQL 地址，应写成 postgresql://用户:口令@主机:5432/数据库名"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": ENGINE,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or _host(parts),
        "PORT": options.pop("port", "") or _port(parts, name),
        "OPTIONS": options,
    }


def _host(parts: SplitResult) -> str:
    """`hostname` is lower-cased, which would break the path of a socket."""
    folder = unquote(parts.netloc.rpartition("@")[2])
    return folder if folder.startswith("/") else parts.hostname or ""


def _port(parts: SplitResult, name: str) -> str:
    try:
        return str(parts.port or "")
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} 的端口应是 1–65535 的数字") from error


def _pool(environ: Mapping[str, str]) -> dict[str, Any]:
    largest = _count(environ, "DATABASE_POOL_MAX", 8)
    if largest == 0:
        return {}
    smallest = min(_count(environ, "DATABASE_POOL_MIN", 2), largest)
    return {
        "pool": {
            "min_size": smallest,
            "max_size": largest,
            "timeout": WAIT_SECONDS,
            # Given up soon and begun anew by whoever needs one, so that the wait does not grow.
            "reconnect_timeout": WAIT_SECONDS,
        }
    }


def _count(environ: Mapping[str, str], name: str, usual: int) -> int:
    text = environ.get(name) or str(usual)
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name} 应是不小于 0 的整数，现在是 {text!r}")
    return int(text)
