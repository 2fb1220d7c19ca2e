"""What a board says of a grid on a day."""

from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from qijie.accounts.models import User
from qijie.boards.ground import ground_of
from qijie.boards.queries import (
    Board,
    board_of,
    change_of,
    days_of_change,
    grid_of_code,
    grids_of,
    ground_of_board,
)
from qijie.teams.models import Holding, OrgUnit, Post
from qijie.territory.actions import redraw_grid
from qijie.territory.models import Node
from tests import town

pytestmark = pytest.mark.django_db
LATER = date(2027, 3, 1)


def board(code: str = town.GRID_1, on: date = town.TODAY) -> Board:
    grid = grid_of_code(code, on)
    assert grid is not None
    return board_of(grid, on)


def end(code: str, on: date) -> None:
    Node.objects.filter(code=code).update(valid_to=on)


def plant(code: str, boundary: MultiPolygon | None, since: date) -> Node:
    return Node.objects.create(
        code=code,
        path=code,
        kind="grid",
        name="新网格",
        parent=Node.objects.get(path=town.HUAIYIN),
        grid_kind="general",
        boundary=boundary,
        valid_from=since,
    )


def test_it_names_the_grid_and_everything_above_it() -> None:
    told = board()
    assert (told.title, told.street, told.district) == ("槐荫社区 第一网格", "青石街道", "示范区")
    assert (told.code, told.kind_words) == (town.GRID_1, "综合网格")
    assert (told.households, told.buildings) == (400, 2)
    assert told.places == ("槐荫苑1栋", "槐荫苑2栋")


def test_it_names_who_answers_nearest_first_and_nobody_from_behind_the_counter() -> None:
    named = [(one.post, one.name) for one in board().answerers]
    assert named == [
        ("网格员", "陈静"),
        ("社区总网格长", "宋佳"),
        ("社区受理席", "王芳"),
        ("街道受理席", "郑华"),
    ]


def test_a_post_without_a_number_is_reached_by_its_office() -> None:
    Post.objects.filter(code="worker-1").update(duty_phone="027-85559999")
    OrgUnit.objects.create(
        code="committee", name="槐荫社区居委会", kind="community_committee",
        level="community", path=town.HUAIYIN, duty_phone="027-85551111",
    )  # fmt: skip
    OrgUnit.objects.filter(code=town.STREET_OFFICE).update(duty_phone="027-85550000")
    phones = {one.post: (one.phone, one.is_shared_phone) for one in board().answerers}
    assert phones == {
        "网格员": ("027-85559999", False),
        "社区总网格长": ("027-85551111", True),
        "社区受理席": ("027-85551111", True),
        "街道受理席": ("027-85550000", True),
    }


def test_a_vacancy_is_named_with_whoever_stands_in() -> None:
    Holding.objects.filter(post__code="worker-1").update(to_on=town.TODAY)
    worker = board().answerers[0]
    assert (worker.name, worker.note) == ("", "请找社区总网格长 宋佳")
    Holding.objects.create(
        post=Post.objects.get(code="worker-1"),
        user=User.objects.get(username="liu"),
        from_on=town.TODAY,
        is_stand_in=True,
    )
    worker = board().answerers[0]
    assert (worker.is_vacant, worker.note) == (True, "由 刘洋 代班")


def test_it_is_valid_since_the_last_thing_on_it_changed() -> None:
    assert board().valid_from == town.SINCE
    Holding.objects.filter(post__code="worker-1").update(from_on=date(2026, 9, 1))
    assert board().valid_from == date(2026, 9, 1)


def test_the_board_of_another_day_says_what_holds_that_day() -> None:
    redraw_grid(code=town.GRID_1, boundary=town.square(0, columns=2), on=LATER)
    Holding.objects.filter(post__code="worker-1").update(to_on=LATER)
    Holding.objects.create(
        post=Post.objects.get(code="worker-1"), user=User.objects.get(username="liu"), from_on=LATER
    )
    assert board().answerers[0].name == "陈静"
    then = board(on=LATER)
    assert (then.answerers[0].name, then.valid_from, then.change) == ("刘洋", LATER, None)


def test_a_new_border_is_announced_with_who_gets_a_part() -> None:
    redraw_grid(code=town.GRID_1, boundary=town.square(0), on=LATER)
    redraw_grid(code=town.GRID_2, boundary=town.square(0, columns=2), on=LATER)
    change = board().change
    assert change is not None
    assert (change.on, change.is_end) == (LATER, False)
    assert change.takers == ((town.GRID_2, "槐荫社区 第二网格"),)
    assert days_of_change(town.STREET, town.TODAY) == [LATER]


def test_an_ended_grid_names_those_that_took_over_the_larger_share_first() -> None:
    end(town.GRID_1, town.TODAY)
    redraw_grid(code=town.GRID_2, boundary=town.square(0, columns=2), on=town.TODAY)
    small = MultiPolygon(town.square(0)[0].buffer(-0.0015), srid=4490)
    plant(f"{town.HUAIYIN}009", small, town.TODAY)
    grid = grid_of_code(town.GRID_1, town.TODAY)
    assert grid is not None
    change = change_of(grid, town.TODAY + timedelta(days=30))
    assert change is not None
    assert change.is_end
    assert [code for code, _ in change.takers] == [town.GRID_2, f"{town.HUAIYIN}009"]


def test_a_neighbour_that_only_touches_takes_nothing_over() -> None:
    end(town.GRID_1, town.TODAY)
    grid = grid_of_code(town.GRID_1, town.TODAY)
    assert grid is not None
    change = change_of(grid, town.TODAY)
    assert change is not None
    assert change.takers == ()


def test_a_code_that_is_not_in_force_shows_its_nearest_row() -> None:
    plant(f"{town.HUAIYIN}009", None, LATER)
    coming = grid_of_code(f"{town.HUAIYIN}009", town.TODAY)
    assert coming is not None
    assert coming.valid_from == LATER
    assert grid_of_code("429901001001999", town.TODAY) is None
    assert grid_of_code(town.HUAIYIN, town.TODAY) is None


def test_grids_of_a_street_are_all_there_in_order() -> None:
    assert [grid.path for grid in grids_of(town.STREET, town.TODAY)] == [
        town.GRID_1,
        town.GRID_2,
        town.GRID_3,
    ]


def test_the_ground_is_in_metres_and_fills_its_frame() -> None:
    ground = ground_of_board(board(), 1.5)
    assert ground is not None
    width, height = ground.east - ground.west, ground.north - ground.south
    assert width / height == pytest.approx(1.5, rel=1e-3)
    [[ring]] = ground.grid.parts
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    # 0.004° at 30° N: 386 m across, 443 m up; the frame leaves 12 % on each side.
    assert max(xs) - min(xs) == pytest.approx(386, abs=2)
    assert max(ys) - min(ys) == pytest.approx(443.5, abs=2)
    assert height == pytest.approx(443.5 * 1.24, abs=4)
    # Easting of 114° E, the zone's own meridian, is 500 km.
    assert min(xs) == pytest.approx(500_000, abs=1)


def test_the_ground_holds_houses_and_neighbours_and_nothing_of_another_day() -> None:
    ground = ground_of_board(board(), 1.0)
    assert ground is not None
    assert [house.name for house in ground.houses] == ["槐荫苑1栋", "槐荫苑2栋"]
    assert all(house.is_own for house in ground.houses)
    assert [area.name for area in ground.neighbours] == ["第二网格"]
    end(town.GRID_2, town.TODAY)
    again = ground_of_board(board(), 1.0)
    assert again is not None
    assert again.neighbours == ()


def test_a_grid_without_a_border_has_no_ground() -> None:
    node = plant(f"{town.HUAIYIN}009", None, town.TODAY)
    assert ground_of(node.pk, town.TODAY, aspect=1.0) is None
    assert board(node.code).buildings == 0


def test_the_code_leads_to_the_public_page(settings: Settings) -> None:
    settings.PUBLIC_ADDRESS = "https://wangge.example.gov.cn/"
    assert board().page_url == f"https://wangge.example.gov.cn/grids/{town.GRID_1}/"


def test_a_board_costs_few_queries() -> None:
    grid = grid_of_code(town.GRID_1, town.TODAY)
    assert grid is not None
    with CaptureQueriesContext(connection) as found:
        ground_of_board(board_of(grid, town.TODAY))
    assert len(found) <= 6
