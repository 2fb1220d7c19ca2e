"""Who makes the next step of a matter: the one answer that lists, tabs, notices and headers give.

Told from what stands on the matter's own row, so a list can ask it of a million matters.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from qijie.access.viewer import Role
from qijie.issues.rules.vocabulary import LEVEL_LABELS, State
from qijie.kernel.codes import Level

# The post that makes the next step in each state; in `dispatched` it is whoever has an open order.
_ROLES = {
    State.REPORTED: Role.DESK,
    State.ACCEPTED: Role.DESK,
    State.FILED: Role.DISPATCHER,
    State.HANDLED: Role.VERIFIER,
    State.SUSPENDED: Role.SUPERVISOR,
    # Closed and said to be not solved: the verifier calls back.
    State.CLOSED: Role.VERIFIER,
    # Referred, with a day named to ask the receiver how it went.
    State.REFERRED: Role.DESK,
}
_SEATS = {
    Role.DESK: "受理席",
    Role.DISPATCHER: "派单席",
    Role.VERIFIER: "核查员",
    Role.SUPERVISOR: "督查员",
}
NOBODY_SENT = frozenset({State.REPORTED, State.ACCEPTED, State.FILED})
"""No order is out yet: the worker of the grid may still settle it on the spot."""
ORDERS_HOLD = State.DISPATCHED
"""In this state whoever has an open order makes the next step."""
_REPORTER = "反映人确认"


@dataclass(frozen=True, slots=True)
class Seat:
    """A role on a rung, over the matter's place."""

    role: Role
    level: Level

    @property
    def words(self) -> str:
        return f"{LEVEL_LABELS[self.level]}{_SEATS[self.role]}"


def next_seat(
    state: State, level: Level, *, is_timed: bool, stood_in_for: Container[str] = ()
) -> Seat | None:
    """The post that makes the next step; None where orders, the reporter or nobody does.

    is_timed: whether a deadline runs. A handled or ended matter without one waits for no post.
    stood_in_for: the roles whose seat the matter is about, so that the supervisor takes their step.
    """
    role = _ROLES.get(state)
    if role is None or (not is_timed and (state.is_end or state is State.HANDLED)):
        return None
    if role.value in stood_in_for:
        role = Role.SUPERVISOR
    return Seat(role, _rung(role, level))


def _rung(role: Role, level: Level) -> Level:
    """Grids and communities have no supervisor of their own."""
    return max(level, Level.STREET) if role is Role.SUPERVISOR else level


def states_held_by(role: Role) -> tuple[State, ...]:
    return tuple(state for state, holder in _ROLES.items() if holder is role)


def seats_stood_in_for() -> Mapping[State, Role]:
    """The seats the supervisor takes where the matter is about whoever sits there."""
    return {state: role for state, role in _ROLES.items() if role is not Role.SUPERVISOR}


def levels_held_by(seat: Seat) -> tuple[Level, ...]:
    """The rungs a matter may stand on for its next step to be this post's."""
    return tuple(level for level in Level if _rung(seat.role, level) is seat.level)


def holder_words(
    state: State, seat: Seat | None, *, is_timed: bool, of_open_orders: Iterable[str] = ()
) -> str:
    """Who has the matter now, as every page says it; empty where nobody does."""
    if state is ORDERS_HOLD:
        return "、".join(dict.fromkeys(of_open_orders))
    if state is State.HANDLED and not is_timed:
        return _REPORTER
    return seat.words if seat else ""


def holds_seats(roles: Iterable[Role]) -> bool:
    """Whether a step can ever wait for one of these posts; who only looks on has no such list."""
    return bool(set(roles) & {*_ROLES.values(), Role.HANDLER})
