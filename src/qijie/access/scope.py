"""Wall 2's key: the scope of a viewer, for the length of one transaction.

The settings are transaction-local (`SET LOCAL`), so no pooled connection can carry one viewer's
scope into the next request. With no scope set, every policed table is empty.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from qijie.access.accused import held_by, rank_of
from qijie.access.viewer import NOBODY, Role, Viewer
from qijie.kernel.codes import Level

SETTINGS = (
    "app.kind",
    "app.cities",
    "app.regions",
    "app.streets",
    "app.communities",
    "app.grids",
    "app.units",
    "app.posts",
    "app.matter",
    "app.memberships",
    "app.supervised",
    "app.audits",
    "app.user",
    "app.held_paths",
    "app.held_ranks",
    "app.held_units",
    "app.held_opens",
    "app.supervised_ranks",
)
_SET = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)
_READ = "SELECT " + ", ".join(f"current_setting('{name}', true)" for name in SETTINGS)


def _settings_of(viewer: Viewer) -> list[str]:
    held = held_by(viewer)
    return [
        viewer.kind.value,
        ",".join(viewer.paths_at(Level.CITY)),
        ",".join(viewer.paths_at(Level.DISTRICT)),
        ",".join(viewer.paths_at(Level.STREET)),
        ",".join(viewer.paths_at(Level.COMMUNITY)),
        ",".join(map(str, viewer.grid_ids)),
        ",".join(map(str, viewer.handling_unit_ids)),
        ",".join(map(str, viewer.post_ids)),
        str(viewer.matter_id or ""),
        ",".join(map(str, viewer.unit_ids)),
        ",".join(viewer.supervised_paths),
        "yes" if Role.AUDIT_ADMIN in viewer.roles else "",
        ",".join(held.user),
        ",".join(held.paths),
        ",".join(map(str, held.ranks)),
        ",".join(held.units),
        ",".join(held.opens),
        ",".join(str(rank_of(level)) for _, level in viewer.supervised),
    ]


def set_scope(viewer: Viewer, using: str = "default") -> None:
    """Sets the scope for the rest of the open transaction; refuses outside one."""
    connection = connections[using]
    if not connection.in_atomic_block:
        raise RuntimeError("A scope lives in a transaction: open one first.")
    with connection.cursor() as cursor:
        cursor.execute(_SET, _settings_of(viewer))


def clear_scope(using: str = "default") -> None:
    set_scope(NOBODY, using)


@contextmanager
def scope(viewer: Viewer, using: str = "default") -> Iterator[None]:
    """One transaction seen through `viewer`'s eyes; a scope around it comes back afterwards."""
    connection = connections[using]
    outer = _current(using) if connection.in_atomic_block else None
    with transaction.atomic(using=using):
        set_scope(viewer, using)
        yield
        if outer is not None:
            with connection.cursor() as cursor:
                cursor.execute(_SET, outer)


def _current(using: str) -> list[str]:
    with connections[using].cursor() as cursor:
        cursor.execute(_READ)
        return [value or "" for value in cursor.fetchone()]
