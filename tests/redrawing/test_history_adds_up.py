"""However often grids are drawn anew, each day's grids are a whole, each code is one grid's."""

from collections import Counter
from datetime import date, timedelta

import pytest
import shapely
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Role
from qijie.issues.models import Issue
from qijie.kernel.refusal import Refusal
from qijie.outbound.worker import turn
from qijie.redrawing.queries.shapes import border_of
from qijie.teams.models import Post
from qijie.territory.models import Node
from qijie.territory.queries import buildings, children, locate
from tests import town
from tests.redrawing import village
from tests.redrawing.acting import adopted, noon, withdrawn, workers
from tests.redrawing.village import CODE, COLUMNS, DAY, LAST_DAY, LATER_DAY, OF_BLOCK, ROWS

pytestmark = pytest.mark.slow

DAYS = (DAY, LATER_DAY, LAST_DAY)
EVERYWHERE = [(column, row) for column in range(COLUMNS) for row in range(ROWS)]
WHOLE = COLUMNS * ROWS * OF_BLOCK


def bands(cuts: set[int], by_row: bool) -> dict[village.Place, int]:
    """Grids that are bands of whole columns or rows, cut before these."""
    return {
        place: 1 + sum(cut <= (place[1] if by_row else place[0]) for cut in cuts)
        for place in EVERYWHERE
    }


PLANS = st.builds(bands, st.sets(st.integers(1, 3)), st.booleans())


def shapes(on: date) -> list[shapely.Geometry]:
    found = [border_of(node) for node in children(CODE, on)]
    return [shape for shape in found if shape is not None]


def check_day(on: date) -> None:
    grids = list(children(CODE, on))
    homes = list(buildings(on).filter(grid__parent__path=CODE).select_related("grid"))
    assert sum(grid.households for grid in grids) == WHOLE
    assert len(homes) == len({home.code for home in homes}) == 36
    assert {home.grid_id for home in homes} <= {grid.pk for grid in grids}
    assert all(home.path.startswith(f"{home.grid.path}-b") for home in homes)
    for grid in grids:
        lived_in = [home for home in homes if home.grid_id == grid.pk]
        assert grid.households == sum(home.households for home in lived_in)
    assert shapely.coverage_is_valid(shapes(on))
    whole = border_of(Node.objects.get(path=CODE))
    assert shapely.hausdorff_distance(shapely.union_all(shapes(on)), whole) < 1e-6
    for place in EVERYWHERE:
        assert locate(village.point_in(place), on) is not None


def check_posts(on: date) -> None:
    """Every grid somebody worked in, or that came of one, has one worker that day."""
    for grid in children(CODE, on):
        assert len(workers(grid.path, on)) == 1, (grid.path, on)


@given(plans=st.lists(PLANS, min_size=1, max_size=3))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_day_is_whole_and_no_code_is_ever_given_twice(
    plans: list[dict[village.Place, int]],
) -> None:
    # Each example begins with the village as it was built.
    with transaction.atomic():
        _drawn_and_checked(plans)
        transaction.set_rollback(True)


def _drawn_and_checked(plans: list[dict[village.Place, int]]) -> None:
    at, used = town.NOW, [*village.NAMES]
    for numbers, on in zip(plans, DAYS, strict=False):
        run = village.run(at, as_of=at.date())
        known = {node.code for node in children(CODE, at.date())}
        try:
            plan = adopted(village.plan(numbers, run), on, at=at)
        except Refusal as refusal:
            if "完全相同" in str(refusal):
                continue
            raise
        fresh = set(plan.codes.values()) - known
        assert not fresh & set(used), "a code given up is never given out again"
        used += sorted(fresh)
        at = noon(on + timedelta(days=1))
    for on in (town.TODAY, *DAYS, *(day - timedelta(days=1) for day in DAYS)):
        check_day(on)
        check_posts(on)
    spans = Node.objects.filter(kind="grid", parent__path=CODE).order_by("code", "valid_from")
    by_code = Counter(node.code for node in spans if node.valid_to is None)
    assert set(by_code.values()) == {1}


def test_matters_are_counted_by_the_grid_of_their_day_and_none_is_lost() -> None:
    reported = [village.report(place) for place in EVERYWHERE]
    plan = adopted(village.plan(bands({1, 2, 3}, by_row=False)))
    for _ in range(4):
        turn(noon(DAY))
    later = [village.report(place, at=noon(DAY)) for place in EVERYWHERE]
    with scope(SYSTEM):
        ids = [issue.pk for issue in (*reported, *later)]
        by_grid = Counter(Issue.objects.filter(pk__in=ids).values_list("path", flat=True))
    assert sum(by_grid.values()) == len(ids)
    assert by_grid == dict.fromkeys(plan.codes.values(), 2 * ROWS)


@pytest.mark.parametrize("role", [Role.GRID_WORKER])
def test_posts_follow_without_a_day_between(role: Role) -> None:
    adopted(village.plan(bands({1, 2, 3}, by_row=False)))
    for days in range(-3, 4):
        on = DAY + timedelta(days=days)
        check_posts(on)
        posts = Post.objects.filter(role=role, path__startswith=CODE, valid_from__lte=on)
        open_posts = posts.exclude(valid_to__lte=on)
        assert {p.path for p in open_posts} == {g.path for g in children(CODE, on)}


def test_a_code_taken_back_before_its_day_was_never_given() -> None:
    run = village.run()
    first = withdrawn(adopted(village.plan(bands({1, 2, 3}, by_row=False), run)))
    second = adopted(village.plan(bands({1, 2, 3}, by_row=False), run))
    assert first.codes == second.codes
