"""The way between a program and its database, for tests that cut it."""

from pathlib import Path
from urllib.parse import quote

import psycopg
from django.conf import settings

from qijie.setup.cluster import SUPERUSER, Cluster
from qijie.setup.database import APP
from qijie.setup.places import checkout


class Line:
    """The way from a site to its database, which can be cut and mended."""

    def __init__(self, folder: Path, who: str) -> None:
        """who: the application's name, which tells this site's conversations from others."""
        self.cluster, self.way, self.who = Cluster.of(checkout()), folder / "line", who
        self.database = str(settings.DATABASES["default"]["NAME"])
        self.mend()

    @property
    def url(self) -> str:
        return f"postgresql://{APP}@/{self.database}?host={quote(str(self.way), safe='')}"

    @property
    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url, "PGAPPNAME": self.who}

    def mend(self) -> None:
        self.way.symlink_to(self.cluster.socket)

    def cut(self) -> None:
        self.way.unlink()
        self.hang_up()

    def hang_up(self) -> None:
        """Ends every conversation the sites have, as a restart of the server does."""
        self._ask("pg_terminate_backend(pid, 5000)")

    def is_quiet(self) -> bool:
        """Whether nobody is left who speaks or listens, asks or holds anything."""
        return not self._ask("pid")

    def _ask(self, what: str) -> list[tuple[object, ...]]:
        address = self.cluster.url(SUPERUSER, self.database)
        with psycopg.connect(address, autocommit=True) as server:
            return server.execute(
                f"SELECT {what} FROM pg_stat_activity"  # noqa: S608
                " WHERE datname = current_database() AND application_name = %s".encode(),
                [self.who],
            ).fetchall()
