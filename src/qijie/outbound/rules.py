"""Who an audience is, as roles and rungs; pure."""

from datetime import timedelta
from uuid import UUID

from qijie.access.viewer import Role
from qijie.issues.rules.holding import Seat
from qijie.kernel.codes import Level


def seats_from(role: Role, level: Level) -> tuple[Seat, ...]:
    """The seats of a role from a rung upwards: a community has no supervisor of its own."""
    return tuple(Seat(role, rung) for rung in Level if rung >= level)


def desks_between(below: tuple[Level, ...]) -> tuple[Seat, ...]:
    return tuple(Seat(Role.DESK, level) for level in below)


# Whoever works on the phone is led to the phone's page.
_ON_THE_PHONE = frozenset({Role.GRID_WORKER, Role.HANDLER})


def page_of_matter(role: Role, matter_id: UUID) -> str:
    surface = "field" if role in _ON_THE_PHONE else "console"
    return f"/{surface}/matters/{matter_id}/"


_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=1)


def pause_after(tries: int) -> timedelta:
    """15 seconds, then twice as long each time, an hour at most."""
    return min(_FIRST_PAUSE * float(2 ** min(max(tries - 1, 0), 10)), _LONGEST_PAUSE)
