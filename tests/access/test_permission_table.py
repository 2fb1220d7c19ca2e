"""The permission table and the table of the closed loop say the same: neither may drift."""

import pytest

from qijie.access.permissions import (
    MATTER_STAFF,
    ORDER_HOLDERS,
    PERMISSIONS,
    SUPERVISION,
    Permission,
    Reach,
    may,
    roles_that_may,
)
from qijie.access.viewer import (
    INTAKE,
    NOBODY,
    SIDE_OF_ROLE,
    HeldPost,
    Kind,
    Role,
    Side,
    Viewer,
    reporter_of,
)
from qijie.issues.rules.table import ROWS
from qijie.issues.rules.vocabulary import Move, Relation
from qijie.kernel.codes import Level
from qijie.kernel.ids import new_id

# What a relation of the rules asks of a post, in the words of the permission table.
ASKED = {
    Relation.ANYONE: (MATTER_STAFF, Reach.ANY),
    Relation.REPORTER: (MATTER_STAFF, Reach.OWN_REPORT),
    Relation.WORKER_OF_GRID: ({Role.GRID_WORKER}, Reach.OWN_TERRITORY),
    Relation.LEAD_OVER_GRID: ({Role.LEAD}, Reach.OWN_TERRITORY),
    Relation.DESK_OF_LEVEL: ({Role.DESK}, Reach.OWN_LEVEL),
    Relation.DISPATCHER_OF_LEVEL: ({Role.DISPATCHER}, Reach.OWN_LEVEL),
    Relation.VERIFIER_OF_LEVEL: ({Role.VERIFIER}, Reach.OWN_LEVEL),
    Relation.UNIT_OF_ORDER: (ORDER_HOLDERS, Reach.OWN_ORDER),
    Relation.SUPERVISOR_OVER: ({Role.SUPERVISOR}, Reach.OWN_TERRITORY),
    Relation.SUPERVISION_ABOVE: (SUPERVISION, Reach.LEVEL_ABOVE),
    Relation.SUPERIOR: ({Role.DISPATCHER}, Reach.LEVEL_ABOVE),
    Relation.SYSTEM: (frozenset(), Reach.ANY),
}
MOVES = frozenset(move.value for move in Move)


def staff(role: Role) -> Viewer:
    post = HeldPost(new_id(), role, role, Level.STREET, "429901001")
    return Viewer(Kind.STAFF, user_id=new_id(), posts=(post,))


def granted(verb: str) -> set[tuple[Role, Reach]]:
    rows = (row for row in PERMISSIONS if row.verb == verb)
    return {(role, row.reach) for row in rows for role in row.roles}


@pytest.mark.parametrize("move", list(Move))
def test_a_move_is_permitted_to_exactly_the_roles_its_rows_could_ever_let_through(
    move: Move,
) -> None:
    relations = {relation for row in ROWS[move] for relation in row.who}
    asked = {(role, reach) for roles, reach in map(ASKED.__getitem__, relations) for role in roles}
    # Where the only desk or verifier of the top rung is the accused, its supervisor stands in.
    if relations & {Relation.DESK_OF_LEVEL, Relation.VERIFIER_OF_LEVEL}:
        asked.add((Role.SUPERVISOR, Reach.STANDS_IN))
    assert granted(move.value) == asked


def test_every_relation_of_the_rules_is_translated() -> None:
    assert ASKED.keys() == set(Relation)


def test_no_permission_is_given_twice_or_to_nobody() -> None:
    rows = [(row.verb, row.reach) for row in PERMISSIONS]
    assert len(rows) == len(set(rows))
    assert all(isinstance(row, Permission) and row.roles for row in PERMISSIONS)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_an_administrator_moves_no_matter(role: Role) -> None:
    assert not any(may(staff(role), move) for move in MOVES)


def test_whoever_grants_posts_cannot_read_who_looked_at_what_nor_the_other_way_round() -> None:
    assert not roles_that_may("hand_over_post") & roles_that_may("see_access_log")


def test_a_leader_only_looks() -> None:
    moved = {move for move in MOVES if may(staff(Role.LEADER), move)}
    of_anybody = {move for move in MOVES if roles_that_may(move) >= MATTER_STAFF}
    assert moved == of_anybody


@pytest.mark.parametrize("viewer", [NOBODY, INTAKE, reporter_of(new_id())])
def test_nobody_without_a_post_has_a_permission(viewer: Viewer) -> None:
    assert not any(may(viewer, row.verb) for row in PERMISSIONS)


def test_an_unknown_verb_is_permitted_to_nobody() -> None:
    assert roles_that_may("no_such_verb") == frozenset()
    assert not any(may(staff(role), "no_such_verb") for role in Role)


def test_judging_and_sending_are_never_one_sides_verbs() -> None:
    """Closing, sending back and hanging up are the supervision side's; dispatching is not."""
    for verb in ("close", "send_back", "hang_up", "extend", "final_answer"):
        assert {SIDE_OF_ROLE[role] for role in roles_that_may(verb)} == {Side.SUPERVISION}
    for verb in ("dispatch", "add_order", "recall", "waive", "rule_on_returns"):
        assert {SIDE_OF_ROLE[role] for role in roles_that_may(verb)} == {Side.COMMAND}
