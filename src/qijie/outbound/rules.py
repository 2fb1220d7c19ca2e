"""Who an audience is, as roles and rungs; pure."""

from dataclasses import dataclass

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
}


@dataclass(frozen=True, slots=True)
class Seat:
    """A role on a rung, over the matter's place."""

    role: Role
    level: Level


def holder_seat(state: State, level: Level) -> Seat | None:
    role = HOLDER_OF_STATE.get(state)
    return Seat(role, level) if role else None


def supervisor_seat(level: Level) -> Seat:
    return Seat(Role.SUPERVISOR, level)


def desks_between(below: tuple[Level, ...]) -> tuple[Seat, ...]:
    return tuple(Seat(Role.DESK, level) for level in below)
