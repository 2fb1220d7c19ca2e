"""What the figures were measured on: without it they say nothing."""

import os
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

LIBRARIES = ("django", "psycopg", "granian")


def described() -> list[str]:
    """With the database's versions: Django must be set up."""
    return [hardware(), load(), f"{versions(LIBRARIES)}, {_database()}"]


def hardware() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{_processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def load() -> str:
    return "load " + " ".join(f"{load:.2f}" for load in os.getloadavg())


def versions(libraries: Iterable[str]) -> str:
    ours = [f"{name} {metadata.version(name)}" for name in libraries]
    return ", ".join([f"Python {platform.python_version()}", *ours])


def _database() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), postgis_lib_version()")
        postgres, postgis = cursor.fetchone()
    return f"PostgreSQL {postgres}, PostGIS {postgis}"
