"""Whatever order or view a list is shown in, walking its pages meets every row once.

Lists of matters are walked in tests/issues/test_one_verdict.py.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.outbound.actions import deliver
from qijie.outbound.models import Notice
from qijie.surfaces.console import drawings
from qijie.surfaces.console.paging import PAGE_SIZE
from tests import town
from tests.surfaces.console import acts, drawn

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOTICES, DRAWINGS = "/console/notices/", "/console/drawings/"


def walked(client: Client, url: str, rows_of: Callable[[Any], list[UUID]]) -> list[UUID]:
    """The ids on every page, from the first to the last."""
    found: list[UUID] = []
    after, joint = "", "&" if "?" in url else "?"
    while True:
        shown = client.get(f"{url}{joint}after={after}" if after else url).context
        found += rows_of(shown)
        after = shown["page"].older if "page" in shown else shown["older"]
        if not after:
            return found


@pytest.mark.parametrize("at_one_moment", [False, True], ids=["spread", "tied"])
def test_no_view_of_the_notices_hides_one(client: Client, at_one_moment: bool) -> None:
    for number in range(PAGE_SIZE + 5):
        acts.reported(f"第{number:02}件")
    deliver(timezone.now())
    wang = acts.viewer("wang")
    with scope(SYSTEM):
        mine = Notice.objects.filter(post_id__in=wang.post_ids)
        if at_one_moment:
            mine.update(at=timezone.now())
        every = list(mine.values_list("pk", flat=True))
        Notice.objects.filter(pk__in=every[::20]).update(read_at=timezone.now())
    client.force_login(town.user("wang"))

    def ids(shown: Any) -> list[UUID]:
        return [row.pk for row in shown["page"].rows]

    assert sorted(walked(client, f"{NOTICES}?view=all", ids)) == sorted(every)
    unread = set(every) - set(every[::20])
    assert sorted(walked(client, NOTICES, ids)) == sorted(unread)


@pytest.mark.parametrize("at_one_moment", [False, True], ids=["spread", "tied"])
def test_the_list_of_drawings_hides_none(
    client: Client, monkeypatch: pytest.MonkeyPatch, at_one_moment: bool
) -> None:
    now = timezone.now()
    every = {drawn.run(at=now if at_one_moment else acts.ago(hours=n)).pk for n in range(7)}
    monkeypatch.setattr(drawings, "_RUNS_SHOWN", 3)
    client.force_login(town.user("wang"))
    found = walked(client, DRAWINGS, lambda shown: [row["run"].pk for row in shown["runs"]])
    assert (len(found), set(found)) == (7, every)


def test_every_plan_of_a_drawing_is_shown_beside_the_others(client: Client) -> None:
    run = drawn.run()
    plans = {drawn.plan(run, number=number).pk for number in (3, 1, 2)}
    client.force_login(town.user("wang"))
    page = client.get(f"{DRAWINGS}{run.pk}/").content.decode()
    assert {pk for pk in plans if f"/console/plans/{pk}/" in page} == plans
