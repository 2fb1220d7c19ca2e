"""Who an audience is, as roles and rungs; pure."""

from dataclasses import dataclass
from uuid import UUID

from qijie.access.viewer import Role
from qijie.issues.rules.vocabulary import State
from qijie.kernel.codes import Level

# The post that holds the next step in each state; in `dispatched` it is the units of open orders.
HOLDER_OF_STATE = {
    State.REPORTED: Role.DESK,
    State.ACCEPTED: Role.DESK,
    State.FILED: Role.DISPATCHER,
    State.HANDLED: Role.VERIFIER,
    State.SUSPENDED: Role.SUPERVISOR,
    # Closed and said to be not solved: the verifier calls back.
    State.CLOSED: Role.VERIFIER,
}


@dataclass(frozen=True, slots=True)
class Seat:
    """A role on a rung, over the matter's place."""

    role: Role
    level: Level


def holder_seat(state: State, level: Level) -> Seat | None:
    role = HOLDER_OF_STATE.get(state)
    return Seat(role, level) if role else None


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
