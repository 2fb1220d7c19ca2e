"""Where a matter about somebody goes: never to nobody, never to the accused."""

import pytest

from qijie.access.viewer import Role
from qijie.issues.rules.aim import Aim, Seat, aim
from qijie.kernel.codes import Level

G, C, S, D = Level.GRID, Level.COMMUNITY, Level.STREET, Level.DISTRICT


def seats(*rungs: Level, named: Role | None = None, at: Level = D) -> list[Seat]:
    roles = (Role.DESK, Role.DISPATCHER, Role.VERIFIER, Role.SUPERVISOR)
    return [Seat(role, rung, role is named and rung == at) for rung in rungs for role in roles]


@pytest.mark.parametrize(
    ("about", "around", "expected"),
    [
        (G, seats(C, S, D), Aim(C, G)),
        (C, seats(C, S, D), Aim(S, C)),
        (S, seats(C, S, D), Aim(D, S)),
        # No desk on the rung above: the next that has one.
        (C, seats(C, D), Aim(D, C)),
        # Whoever holds the desk above as well cannot take it.
        (C, seats(C, S, D, named=Role.DESK, at=S), Aim(D, C)),
        # At the top the others of that rung; below it is hidden all the same.
        (D, seats(C, S, D), Aim(D, S)),
        (Level.CITY, seats(C, S, D), Aim(D, S)),
        (D, seats(C, S, D, named=Role.DESK), Aim(D, S, "desk")),
        (D, seats(C, S, D, named=Role.VERIFIER), Aim(D, S, "verifier")),
        (D, seats(C, S, D, named=Role.SUPERVISOR), Aim(D, S)),
        # One desk in all and no supervisor yet: it waits for one rather than go to the accused.
        (C, [Seat(Role.DESK, C, is_named=True)], Aim(C, G, "desk")),
    ],
)
def test_the_nearest_desk_that_is_not_concerned_takes_it(
    about: Level, around: list[Seat], expected: Aim
) -> None:
    assert aim(about, around) == expected
