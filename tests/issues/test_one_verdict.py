"""How a matter stands, who has it and which rows a list shows: the same wherever one asks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import QuerySet
from pytest_django import DjangoDbBlocker

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Role
from qijie.issues.models import Issue
from qijie.issues.queries import Filters, page_of
from qijie.issues.queries.lists import ORDERS, narrowed
from qijie.issues.queries.orders import named_orders
from qijie.issues.queries.standing import standing_of
from qijie.issues.queries.waiting import holders_of, waiting_for
from qijie.issues.rules.holding import next_seat
from qijie.issues.rules.standing import pressing, standing
from qijie.issues.rules.vocabulary import Audience, ClockKind, Family, Standing, State
from qijie.kernel.codes import Level
from qijie.outbound.queries import posts_of_audience
from qijie.surfaces.console.desk import View, matters_in
from qijie.teams.models import Post
from tests import town
from tests.issues.played import lay_down, matters
from tests.issues.test_demo_matters import stories

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def _laid_down(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[Issue]]:
    """The demonstration's matters, put there once for the module and taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield lay_down(stories())
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def issues(_laid_down: list[Issue]) -> Iterator[list[Issue]]:
    """All of them, with what a test changes taken back after it."""
    with transaction.atomic():
        yield _laid_down
        transaction.set_rollback(True)


_DESKS = ("wang", "zhao", "zhou", "wu", "zheng", "he", "feng", "xu", "sun", "luo", "chen")


def _moments(issue: Issue) -> Iterator[datetime]:
    for at in (issue.warn_at, issue.soon_at, issue.due_at, town.NOW):
        if at is not None:
            yield from (at - timedelta(seconds=1), at, at + timedelta(seconds=1))


def test_the_header_says_of_a_deadline_what_the_list_of_clocks_says() -> None:
    compared = 0
    with scope(SYSTEM):
        known = matters()
        for issue in Issue.objects.exclude(state=State.SUSPENDED):
            clock = pressing(known[issue.pk])
            assert (clock is None) is (issue.due_at is None)
            for now in _moments(issue) if clock else ():
                assert clock is not None
                assert standing_of(issue, now) == standing(clock, now)
                compared += 1
    assert compared > 300


@pytest.mark.parametrize("wanted", [Standing.OVERDUE, Standing.DUE_SOON])
def test_a_list_narrowed_by_a_standing_holds_the_rows_that_stand_so(
    issues: list[Issue], wanted: Standing
) -> None:
    moments = sorted(at for issue in issues for at in _moments(issue))[::40]
    found = 0
    with scope(SYSTEM):
        for now in moments:
            listed = set(narrowed(Issue.objects.all(), Filters(due=wanted), now))
            assert listed == {one for one in issues if standing_of(one, now) == wanted}
            found += len(listed)
    assert found


def _walked(matters: QuerySet[Issue], by: str, size: int) -> list[Issue]:
    """Every page from the first to the last, and back to the first again."""
    page = page_of(matters, by=by, size=size)
    forth, last = list(page.rows), page
    while last.older:
        last = page_of(matters, by=by, size=size, after=last.older)
        forth += last.rows
    back = list(last.rows)
    while last.newer:
        last = page_of(matters, by=by, size=size, before=last.newer)
        back = [*last.rows, *back]
    assert back == forth
    return forth


_FILTERS = (
    Filters(),
    Filters(states=(State.CLOSED,)),
    Filters(states=(State.HANDLED, State.VOIDED)),
    Filters(family=Family.NEIGHBOURHOOD),
    Filters(level=Level.COMMUNITY, open_only=True),
    Filters(due=Standing.OVERDUE),
    Filters(words="太吵"),
)


@pytest.mark.parametrize("view", list(View))
def test_no_order_hides_a_row_of_any_list(view: View) -> None:
    supervisor = town.viewer("wu")
    with scope(supervisor):
        for filters in _FILTERS:
            listed = narrowed(matters_in(view, supervisor, town.NOW), filters, town.NOW)
            everything = set(listed)
            for by in ORDERS:
                walked = _walked(listed, by, size=40)
                assert len(walked) == len(everything)
                assert set(walked) == everything


def test_what_has_no_clock_stands_last_among_the_most_urgent() -> None:
    with scope(SYSTEM):
        walked = _walked(Issue.objects.all(), "due", size=50)
    timed = [issue.due_at is not None for issue in walked]
    assert timed == sorted(timed, reverse=True)
    assert True in timed
    assert False in timed


def _every_state_and_level() -> None:
    """One matter a state and rung, each with a deadline and without; orders where they hold."""
    with scope(SYSTEM):
        ids = list(Issue.objects.order_by("id").values_list("pk", flat=True))
        combinations = [
            (state, level, due)
            for state in State
            if state is not State.DISPATCHED
            for level in Level
            for due in (town.NOW, None)
        ]
        for issue_id, (state, level, due) in zip(ids, combinations, strict=False):
            Issue.objects.filter(pk=issue_id).update(state=state, level=level, due_at=due)


def test_lists_notices_and_headers_agree_on_who_acts_next() -> None:
    _every_state_and_level()
    with scope(SYSTEM):
        issues = list(Issue.objects.all())
        told = {
            issue.pk: posts_of_audience(Audience.NEXT_HOLDER, issue, None, town.TODAY)
            for issue in issues
        }
        words = holders_of(issues)
    assert {issue.state for issue in issues} == set(State)
    for username in _DESKS:
        viewer = town.viewer(username)
        with scope(viewer):
            waiting = set(waiting_for(viewer, town.NOW).values_list("pk", flat=True))
        mine = {post.post_id for post in viewer.posts}
        timed = [issue for issue in issues if issue.due_at is not None]
        assert waiting == {issue.pk for issue in timed if told[issue.pk] & mine}, username
    for issue in issues:
        seat = next_seat(State(issue.state), Level(issue.level), is_timed=issue.due_at is not None)
        if seat is not None:
            assert words[issue.pk] == seat.words
        if seat and told[issue.pk]:
            holders = Post.objects.filter(pk__in=told[issue.pk])
            assert {holder.role for holder in holders} == {seat.role}


def test_a_returned_order_is_nobodys_and_an_open_one_is_its_holders() -> None:
    with scope(SYSTEM):
        issues = list(Issue.objects.filter(state=State.DISPATCHED))
        words = holders_of(issues)
        names: dict[UUID, set[str]] = {issue.pk: set() for issue in issues}
        for each in named_orders(list(names)):
            if each.is_open:
                names[each.order.issue_id].add(each.holder)
        for issue in issues:
            assert set(words[issue.pk].split("、")) == (names[issue.pk] or {""})
        assert any(words.values())


def test_who_only_looks_on_has_no_list_of_waiting_matters() -> None:
    leader = town.viewer("xu")
    with scope(leader):
        assert leader.roles == {Role.LEADER}
        assert not waiting_for(leader, town.NOW).exists()


def test_a_clock_says_it_was_kept_only_where_its_order_was_done() -> None:
    verdicts: dict[str, set[Standing]] = {}
    with scope(SYSTEM):
        for matter in matters().values():
            for clock in matter.clocks:
                order = matter.order(clock.order_id)
                if order and clock.kind is ClockKind.HANDLE and not clock.is_live:
                    verdicts.setdefault(order.state, set()).add(standing(clock, town.NOW))
    assert verdicts["done"] <= {Standing.MET, Standing.MISSED}
    for state in ("returned", "recalled", "waived"):
        assert verdicts.get(state, set()) <= {Standing.ENDED, Standing.ENDED_LATE}
    assert verdicts["returned"]
