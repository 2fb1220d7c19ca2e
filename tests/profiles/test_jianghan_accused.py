"""For every post and unit of the demonstration place: a named desk takes it, and it is not theirs.

Read off the profile's own files, through the pure rules: no database, every accused.
"""

from collections.abc import Iterator

from qijie.access.accused import Accused, is_near
from qijie.access.viewer import Role
from qijie.issues.rules.aim import Aim, Seat, aim
from qijie.kernel.codes import Level, is_within
from qijie.setup.load_reference import reference
from qijie.setup.profile import Profile, StaffedPost
from tests.profiles.test_jianghan import PROFILE

ROLES = {row.code: row.role for row in reference().post_kinds}
POSTS = [post for post in Profile(PROFILE).staffed() if ROLES[post.kind]]
UNITS = list(Profile(PROFILE).units())
PLACE = "420103008001001"


def seats(place: str, named: set[str]) -> list[tuple[StaffedPost, Seat]]:
    over = (post for post in POSTS if is_within(place, post.path.partition("-")[0]))
    return [
        (post, Seat(Role(ROLES[post.kind]), Level(post.level), post.code in named)) for post in over
    ]


def desks_that_see(place: str, accused: Accused, found: Aim, named: set[str]) -> list[str]:
    """Desks of the rung that takes it, or the supervisor who stands in for the accused desk."""
    stands_in = "desk" in found.stand_in_roles.split()
    wanted = Role.SUPERVISOR if stands_in else Role.DESK
    return [
        post.code
        for post, seat in seats(place, named)
        if seat.role is wanted
        and seat.level == found.level
        and not seat.is_named
        and not is_near(accused, seat.level, post.path)
    ]


def cases() -> Iterator[tuple[str, str, Level, str, set[str]]]:
    for post in POSTS:
        yield post.code, post.path, Level(post.level), post.path, {post.code}
    for unit in UNITS:
        members = {post.code for post in POSTS if post.unit_code == unit.code}
        yield unit.code, unit.path, Level(unit.level), unit.path, members


def test_every_accused_has_a_desk_and_none_of_the_accused_is_it() -> None:
    taken = {}
    for code, path, level, where, named in cases():
        place = where if len(where) >= len(PLACE) else PLACE if PLACE.startswith(where) else where
        found = aim(level, [seat for _, seat in seats(place, named)])
        accused = Accused(where.partition("-")[0], found.hidden_level)
        desks = desks_that_see(place, accused, found, named)
        assert desks, f"{code} of {path}: nobody takes it"
        assert not set(desks) & named
        taken[code] = desks
    assert len(taken) == len(POSTS) + len(UNITS) > 250
    # Which desk: one rung up; at the top the district's own desk, or its supervisor for that desk.
    assert taken["desk-008001"] == ["desk-008"]
    assert taken["desk-008"] == ["desk-420103"]
    assert taken["desk-420103"] == ["supervisor-420103"]
