"""Danger told later: whoever may act is told and may send somebody, whatever state it was in."""

from collections.abc import Callable
from uuid import UUID

import pytest

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, reporter_of
from qijie.issues import actions
from qijie.issues.models import Issue
from qijie.issues.queries import matter_of
from qijie.issues.queries.waiting import holders_of, waiting_for
from qijie.issues.rules.vocabulary import Evidence
from qijie.kernel.codes import Level
from qijie.outbound.actions import deliver
from qijie.outbound.models import Notice
from qijie.teams.models import OrgUnit, Post
from tests import town
from tests.access.matters import AT, as_post, dispatch, order_of, report

pytestmark = [pytest.mark.django_db(databases=["default", "owner"]), pytest.mark.slow]

FIRE = "现在着火了，烟很大"


def post(code: str) -> UUID:
    return Post.objects.get(code=code).pk


def stored(matter: UUID) -> Issue:
    with scope(SYSTEM):
        return Issue.objects.get(pk=matter)


def more(matter: UUID, words: str) -> None:
    first = reporter_of(matter)
    with scope(first):
        actions.add(matter, by=first, at=AT, words=words, is_danger=True)


def told_of(matter: UUID) -> set[str]:
    """Codes of the posts that have news of the danger."""
    deliver(AT)
    with scope(SYSTEM):
        news = Notice.objects.filter(subject_id=matter, sentence__startswith="转为紧急")
        return set(
            Post.objects.filter(pk__in=news.values("post_id")).values_list("code", flat=True)
        )


def send_straight(name: str, matter: UUID) -> None:
    unit = OrgUnit.objects.get(code=town.SANITATION)
    to = {"unit_id": unit.pk, "unit_level": Level(unit.level)}
    as_post(name, actions.direct_urgent, matter, category=town.RUBBISH, **to)


def with_the_worker() -> UUID:
    matter = report(town.IN_GRID_1, words="路面有个坑", category=town.NOISE)
    as_post("wang", actions.accept, matter)
    as_post("wang", actions.file, matter, condition="noise-1")
    as_post("zhao", actions.dispatch, matter, post_id=post("worker-1"))
    return matter


@pytest.mark.parametrize("words", [f"陈静骂人，{FIRE}", f"{FIRE}。陈静和王芳都骂人"])
def test_whoever_was_sent_is_named_and_the_next_desk_sends_others(words: str) -> None:
    matter = with_the_worker()
    more(matter, words)
    issue = stored(matter)
    desk = "zheng" if issue.level == "street" else "wang"
    assert ("desk" in told_of(matter)) == (desk == "wang")
    assert told_of(matter) & {"desk", "street-desk"}
    with scope(SYSTEM):
        assert "网格员" not in holders_of([issue])[matter]
    send_straight(desk, matter)
    assert stored(matter).state == "dispatched"


def test_an_alarm_whose_holder_is_named_without_any_danger_is_sent_on_all_the_same() -> None:
    matter = with_the_worker()
    more(matter, FIRE)
    more(matter, "陈静上门骂我")
    assert stored(matter).state == "filed"
    send_straight("wang", matter)
    assert stored(matter).state == "dispatched"


def handled() -> UUID:
    matter = dispatch(report(town.IN_GRID_1, category=town.RUBBISH), town.SANITATION)
    order = order_of(matter, "sun")
    as_post("sun", actions.sign, matter, order_id=order)
    as_post("sun", actions.done, matter, order_id=order, words="已清", evidence=[Evidence.RECORD])
    return matter


def solved() -> UUID:
    matter = report(town.IN_GRID_1, words="路面有个坑", category=town.NOISE)
    as_post("chen", actions.solve, matter, words="已填平")
    return matter


@pytest.mark.parametrize("made", [handled, solved])
def test_danger_where_it_was_said_to_be_done_is_sent_out_again(made: Callable[[], UUID]) -> None:
    matter = made()
    more(matter, FIRE)
    issue = stored(matter)
    with scope(SYSTEM):
        value = matter_of(issue)
    assert (issue.state, issue.urgency, value.is_alarm) == ("filed", "urgent", True)
    assert "desk" in told_of(matter)
    with scope(town.viewer("zhao")):
        assert waiting_for(town.viewer("zhao"), AT).filter(pk=matter).exists()
    send_straight("wang", matter)
    assert stored(matter).state == "dispatched"


def test_a_second_one_named_beside_the_accused_is_kept_away_when_it_is_accepted() -> None:
    matter = report(town.IN_GRID_1, words="路面有个坑")
    as_post("wang", actions.about, matter, post_id=post("worker-2"))
    more(matter, "陈静也收了红包")
    as_post(_desk_of(matter), actions.accept, matter, category=town.NOISE)
    assert stored(matter).hinted_ids == [post("worker-1")]
    as_post(_desk_of(matter), actions.file, matter, condition="noise-1")
    assert stored(matter).hinted_ids == [post("worker-1")]
    for name in ("chen", "liu"):
        with scope(town.viewer(name)):
            assert not Issue.objects.filter(pk=matter).exists()
    as_post(_desk_of(matter), actions.not_meant, matter)
    with scope(town.viewer("chen")):
        assert Issue.objects.filter(pk=matter).exists()


def _desk_of(matter: UUID) -> str:
    return "zheng" if stored(matter).level == "street" else "wang"
