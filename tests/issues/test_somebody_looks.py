"""Words may name every desk there is: the matter is never nobody's, somebody always looks."""

from collections.abc import Callable
from uuid import UUID

import pytest

from qijie.issues import actions
from tests import town
from tests.access.matters import as_post, report
from tests.issues.test_named_later import hinted, more, post, sees, stored

pytestmark = [pytest.mark.django_db(databases=["default", "owner"]), pytest.mark.slow]

BOTH_DESKS = "受理席的王芳、郑华都不接电话"


def reported() -> UUID:
    return report(town.IN_GRID_1, words=BOTH_DESKS)


def added() -> UUID:
    matter = report(town.IN_GRID_1, words="路面有个坑")
    more(matter, BOTH_DESKS)
    return matter


def added_one_after_the_other() -> UUID:
    matter = report(town.IN_GRID_1, words="路面有个坑")
    more(matter, "受理席的王芳不接电话")
    more(matter, "郑华也不接电话")
    return matter


@pytest.mark.parametrize("said", [reported, added, added_one_after_the_other])
def test_where_every_desk_is_named_the_highest_looks(said: Callable[[], UUID]) -> None:
    matter = said()
    assert hinted(matter) == {post("desk")}
    assert (sees("wang", matter), sees("zheng", matter)) == (False, True)
    assert stored(matter).level == "street"
    as_post("zheng", actions.not_meant, matter)
    assert (hinted(matter), sees("wang", matter)) == (set(), True)
