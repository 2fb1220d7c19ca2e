"""Where a matter about somebody goes: to the nearest desk that is not concerned."""

from collections.abc import Sequence
from dataclasses import dataclass

from qijie.access.viewer import Role
from qijie.kernel.codes import Level

WHO_SEES_IT = (
    "由上面一级办，例如反映网格员的由社区办，反映社区的由街道办。被反映的人、"
    "同一地方和他同级的、比他低的人都看不到，上面一级看得到；上面再没有人办的，同级里只有他自己看不到。"
)
"""What `access/accused.py` and `aim` hold to, in the one wording of every page."""

# Seats of the supervision side: where the only one on a rung is the accused, the supervisor of
# that rung fills it. Dispatching is the other side's, and no supervisor may do it.
STOOD_IN_FOR = (Role.DESK, Role.VERIFIER)


@dataclass(frozen=True, slots=True)
class Seat:
    """A post over the place, and whether the matter is about it, its unit or its holder."""

    role: Role
    level: Level
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Aim:
    """The rung that takes it, the rung from which down it is hidden, the seats stood in for."""

    level: Level
    hidden_level: Level | None
    stand_in_roles: str = ""


def aim(about: Level, seats: Sequence[Seat]) -> Aim:
    """One rung above the accused, or the next that has a desk; at the top beside them.

    On the accused's own rung only those named stand aside, since nobody is above; below it the
    matter is hidden all the same. Where nobody but the named has a desk or a supervisor, the
    highest other desk takes it, so that it is never nobody's.
    """
    free = [seat.level for seat in seats if seat.role is Role.DESK and not seat.is_named]
    if above := [level for level in free if level > about]:
        return Aim(min(above), about, _stood_in_for(min(above), seats))
    top = max((seat.level for seat in seats if seat.role is Role.DESK), default=about)
    if top not in free and not _has_supervisor(top, seats):
        top = max(free, default=top)
    return Aim(top, _below(top), _stood_in_for(top, seats))


def _below(level: Level) -> Level | None:
    return max((rung for rung in Level if rung < level), default=None)


def _has_supervisor(level: Level, seats: Sequence[Seat]) -> bool:
    return any(s.role is Role.SUPERVISOR and s.level == level and not s.is_named for s in seats)


def _stood_in_for(level: Level, seats: Sequence[Seat]) -> str:
    there = [seat for seat in seats if seat.level == level]
    taken = {seat.role for seat in there if seat.is_named}
    free = {seat.role for seat in there if not seat.is_named}
    return " ".join(role.value for role in STOOD_IN_FOR if role in taken - free)
