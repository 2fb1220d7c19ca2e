"""What somebody may see today comes of the posts held today, and of nothing else."""

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from qijie.access.viewer import Kind, Role, Side
from qijie.accounts.models import User
from qijie.kernel.codes import Level
from qijie.teams.models import Holding, OrgUnit, Post
from qijie.teams.queries import viewer_for
from qijie.territory.models import Node
from tests import town

pytestmark = pytest.mark.django_db
EVE, MORROW = town.TODAY - timedelta(days=1), town.TODAY + timedelta(days=1)


@pytest.fixture
def newcomer() -> User:
    return User.objects.create(username="newcomer", name="新来的", password="!")


def hold(user: User, code: str, *, from_on: date, to_on: date | None = None) -> Holding:
    """As a stand-in, so that whoever holds the post in this town may stay."""
    return Holding.objects.create(
        post=Post.objects.get(code=code), user=user, from_on=from_on, to_on=to_on, is_stand_in=True
    )


def roles(user: User, on: date) -> set[Role]:
    return set(viewer_for(user, on).roles)


def test_a_viewer_is_made_of_the_posts_held_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = town.user("qian")
    with django_assert_num_queries(1):
        viewer = viewer_for(user, town.TODAY)
    assert (viewer.kind, viewer.user_id, viewer.name) == (Kind.STAFF, user.pk, "钱多")
    assert viewer.roles == {Role.DESK, Role.DISPATCHER, Role.VERIFIER}
    assert {post.path for post in viewer.posts} == {town.NEXT_COMMUNITY, town.NEXT_STREET}


def test_whoever_holds_no_post_sees_nothing(newcomer: User) -> None:
    viewer = viewer_for(newcomer, town.TODAY)
    assert viewer.posts == ()
    assert (viewer.grid_ids, viewer.unit_ids, viewer.paths_at(*Level)) == ((), (), ())


@pytest.mark.parametrize(
    ("from_on", "to_on", "counts"),
    [
        (town.TODAY, None, True),
        (EVE, None, True),
        (EVE, MORROW, True),
        (town.TODAY, MORROW, True),
        (MORROW, None, False),
        (EVE, town.TODAY, False),
        (town.SINCE, EVE, False),
    ],
)
def test_a_holding_counts_from_its_first_day_to_the_day_before_its_last(
    newcomer: User, from_on: date, to_on: date | None, counts: bool
) -> None:
    hold(newcomer, "desk", from_on=from_on, to_on=to_on)
    assert roles(newcomer, town.TODAY) == ({Role.DESK} if counts else set())


def test_the_past_and_the_future_have_their_own_viewers(newcomer: User) -> None:
    hold(newcomer, "desk", from_on=town.SINCE, to_on=town.TODAY)
    hold(newcomer, "verifier", from_on=MORROW)
    assert roles(newcomer, EVE) == {Role.DESK}
    assert roles(newcomer, town.TODAY) == set()
    assert roles(newcomer, MORROW) == {Role.VERIFIER}


def test_a_post_that_does_not_exist_yet_or_any_more_gives_nothing(newcomer: User) -> None:
    hold(newcomer, "desk", from_on=town.SINCE)
    post = Post.objects.filter(code="desk")
    post.update(valid_to=town.TODAY)
    assert roles(newcomer, EVE) == {Role.DESK}
    assert roles(newcomer, town.TODAY) == set()
    post.update(valid_from=MORROW, valid_to=None)
    assert roles(newcomer, town.TODAY) == set()
    assert roles(newcomer, MORROW) == {Role.DESK}


def test_a_post_without_a_role_is_an_office_not_a_right(newcomer: User) -> None:
    hold(newcomer, "desk", from_on=town.SINCE)
    Post.objects.filter(code="desk").update(role="")
    assert viewer_for(newcomer, town.TODAY).posts == ()


def test_a_grid_post_opens_every_drawing_of_its_grid() -> None:
    now = Node.objects.get(path=town.GRID_1)
    past = Node.objects.create(
        code=now.code,
        path=now.path,
        kind="grid",
        name=now.name,
        grid_kind="general",
        valid_from=date(2025, 1, 1),
        valid_to=town.SINCE,
    )
    assert set(town.viewer("chen").grid_ids) == {now.pk, past.pk}
    assert Node.objects.get(path=town.GRID_2).pk not in town.viewer("chen").grid_ids


def test_the_worker_of_a_micro_grid_answers_for_the_grid_it_lies_in(newcomer: User) -> None:
    hold(newcomer, "worker-1", from_on=town.SINCE)
    Post.objects.filter(code="worker-1").update(path=f"{town.GRID_1}-m1")
    assert viewer_for(newcomer, town.TODAY).grid_ids == (Node.objects.get(path=town.GRID_1).pk,)


def test_a_handlers_place_opens_no_territory() -> None:
    handler = town.viewer("sun")
    assert handler.paths_at(*Level) == ()
    assert handler.handling_unit_ids == (OrgUnit.objects.get(code=town.SANITATION).pk,)


def test_the_head_of_an_office_is_a_member_and_handles_nothing() -> None:
    head = town.viewer("xu")
    assert head.handling_unit_ids == ()
    assert head.unit_ids == (OrgUnit.objects.get(code=town.STREET_OFFICE).pk,)


@pytest.mark.parametrize("username", ["han", "cao", "deng"])
def test_an_administrator_has_a_post_and_no_territory(username: str) -> None:
    admin = town.viewer(username)
    assert admin.posts
    assert admin.paths_at(*Level) == ()
    assert admin.supervised_paths == ()


def test_only_the_supervision_side_has_supervised_places() -> None:
    assert town.viewer("wang").supervised_paths == (town.HUAIYIN,)
    assert town.viewer("wu").supervised_paths == (town.STREET,)
    for username in ("chen", "song", "zhao", "sun", "xu"):
        viewer = town.viewer(username)
        assert viewer.supervised_paths == ()
        assert Side.SUPERVISION not in {post.side for post in viewer.posts}


def test_main_posts_come_before_those_stood_in_for(newcomer: User) -> None:
    hold(newcomer, "desk", from_on=town.SINCE)
    Holding.objects.filter(post__code="verifier").update(to_on=town.TODAY)
    Holding.objects.create(
        post=Post.objects.get(code="verifier"), user=newcomer, from_on=town.TODAY
    )
    assert [post.role for post in viewer_for(newcomer, town.TODAY).posts] == [
        Role.VERIFIER,
        Role.DESK,
    ]
