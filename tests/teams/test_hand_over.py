"""A post changes hands without a gap and is never held by two."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from qijie.access.viewer import Role, Viewer
from qijie.accounts.models import User
from qijie.kernel.codes import Level
from qijie.kernel.refusal import Refusal
from qijie.teams.actions import hand_over, stand_in
from qijie.teams.models import Holding, Post
from qijie.teams.queries import (
    lowest_desk,
    posts_at,
    posts_responsible_for,
    unheld,
    units_serving,
    viewer_for,
)
from tests import town

pytestmark = pytest.mark.django_db
ON = town.TODAY + timedelta(days=7)
EVE = ON - timedelta(days=1)


@pytest.fixture
def desk() -> Post:
    return Post.objects.get(code="desk")


@pytest.fixture
def newcomer() -> User:
    return User.objects.create(username="newcomer", name="新来的", password="!")


@pytest.fixture
def admin() -> Viewer:
    return town.viewer("cao")


def main_holders(post: Post, on: date) -> list[str]:
    [found] = [p for p in posts_at(post.path, on) if p.pk == post.pk]
    return [h.user.name for h in found.holders_today if not h.is_stand_in]  # type: ignore[attr-defined]


def test_a_post_is_handed_over_without_a_day_between(
    desk: Post, newcomer: User, admin: Viewer
) -> None:
    given = hand_over(post=desk, to=newcomer, on=ON, by=admin)
    assert main_holders(desk, EVE) == ["王芳"]
    assert main_holders(desk, ON) == ["新来的"]
    assert given.appointed_by_id == admin.user_id
    assert Role.DESK in viewer_for(town.user("wang"), EVE).roles
    assert Role.DESK not in viewer_for(town.user("wang"), ON).roles
    assert Role.DESK in viewer_for(newcomer, ON).roles
    assert Role.DESK not in viewer_for(newcomer, EVE).roles


def test_on_every_day_around_a_hand_over_there_is_one_holder(
    desk: Post, newcomer: User, admin: Viewer
) -> None:
    hand_over(post=desk, to=newcomer, on=ON, by=admin)
    for days in range(-10, 10):
        assert len(main_holders(desk, ON + timedelta(days=days))) == 1
        assert desk not in unheld(desk.path, ON + timedelta(days=days))


def test_a_post_nobody_holds_is_taken_up(desk: Post, newcomer: User, admin: Viewer) -> None:
    Holding.objects.filter(post=desk).update(to_on=town.TODAY)
    assert desk in unheld(town.STREET, town.TODAY)
    hand_over(post=desk, to=newcomer, on=town.TODAY, by=admin)
    assert desk not in unheld(town.STREET, town.TODAY)


def test_a_post_is_not_handed_to_whoever_holds_it(desk: Post, admin: Viewer) -> None:
    with pytest.raises(Refusal, match="已经在岗"):
        hand_over(post=desk, to=town.user("wang"), on=ON, by=admin)
    assert main_holders(desk, ON) == ["王芳"]


@pytest.mark.parametrize("on", [town.SINCE, town.SINCE - timedelta(days=1)])
def test_a_post_is_not_handed_over_before_its_holder_began(
    desk: Post, newcomer: User, admin: Viewer, on: date
) -> None:
    with pytest.raises(Refusal, match="须晚于"):
        hand_over(post=desk, to=newcomer, on=on, by=admin)
    assert main_holders(desk, town.TODAY) == ["王芳"]


def test_a_post_that_is_closed_by_then_is_not_handed_over(
    desk: Post, newcomer: User, admin: Viewer
) -> None:
    Post.objects.filter(pk=desk.pk).update(valid_to=ON)
    desk.refresh_from_db()
    with pytest.raises(Refusal, match="撤销"):
        hand_over(post=desk, to=newcomer, on=ON, by=admin)


def test_it_may_change_hands_again(desk: Post, newcomer: User, admin: Viewer) -> None:
    hand_over(post=desk, to=newcomer, on=ON, by=admin)
    hand_over(post=desk, to=town.user("wang"), on=ON + timedelta(days=30), by=admin)
    assert main_holders(desk, ON) == ["新来的"]
    assert main_holders(desk, ON + timedelta(days=30)) == ["王芳"]
    assert Holding.objects.filter(post=desk).count() == 3


@pytest.mark.parametrize(
    ("start", "end"), [(town.SINCE, None), (ON, None), (date(2025, 1, 1), town.TODAY)]
)
def test_two_main_holders_on_one_day_are_refused_by_the_database(
    desk: Post, newcomer: User, start: date, end: date | None
) -> None:
    with pytest.raises(IntegrityError, match="one_main_holder_a_day"), transaction.atomic():
        Holding.objects.create(post=desk, user=newcomer, from_on=start, to_on=end)


def test_a_holding_lasts_a_day_at_least(desk: Post, newcomer: User) -> None:
    with pytest.raises(IntegrityError, match="holding_lasts_a_day"), transaction.atomic():
        Holding.objects.create(post=desk, user=newcomer, from_on=ON, to_on=ON, is_stand_in=True)


def test_a_stand_in_works_beside_the_holder_for_its_days(
    desk: Post, newcomer: User, admin: Viewer
) -> None:
    until = ON + timedelta(days=3)
    stand_in(post=desk, by_user=newcomer, from_on=ON, to_on=until, by=admin)
    held = {on: Role.DESK in viewer_for(newcomer, on).roles for on in (EVE, ON, until)}
    assert held == {EVE: False, ON: True, until: False}
    assert main_holders(desk, ON) == ["王芳"], "the main holder stays responsible"
    assert Role.DESK in viewer_for(town.user("wang"), ON).roles


def test_a_stand_in_that_ends_before_it_begins_is_refused(
    desk: Post, newcomer: User, admin: Viewer
) -> None:
    with pytest.raises(Refusal, match="须晚于"):
        stand_in(post=desk, by_user=newcomer, from_on=ON, to_on=ON, by=admin)


# Who is asked


def test_the_lowest_desk_over_a_place_takes_its_reports() -> None:
    assert lowest_desk(town.GRID_1, town.TODAY) is Level.COMMUNITY
    assert lowest_desk(town.GRID_3, town.TODAY) is Level.STREET, "柳溪 has no desk of its own"
    assert lowest_desk(town.DISTRICT, town.TODAY) is None


def test_a_desk_that_is_closed_takes_none() -> None:
    Post.objects.filter(code="desk").update(valid_to=town.TODAY)
    assert lowest_desk(town.GRID_1, town.TODAY) is Level.STREET
    assert lowest_desk(town.GRID_1, town.TODAY - timedelta(days=1)) is Level.COMMUNITY


def test_whoever_is_responsible_is_named_from_the_nearest_up() -> None:
    found = posts_responsible_for(town.GRID_1, town.TODAY)
    assert found[0].code == "worker-1"
    assert {post.path for post in found} == {
        town.GRID_1,
        town.HUAIYIN,
        town.STREET,
        town.DISTRICT,
    }
    lengths = [len(post.path) for post in found]
    assert lengths == sorted(lengths, reverse=True)


def test_a_place_is_served_by_its_own_units_and_those_above() -> None:
    assert {unit.code for unit in units_serving(town.GRID_1)} == {
        town.SANITATION,
        town.PROPERTY,
        town.STREET_OFFICE,
    }
    assert {unit.code for unit in units_serving(town.GRID_3)} == {
        town.SANITATION,
        town.STREET_OFFICE,
    }
    assert not units_serving(town.NEXT_GRID)
