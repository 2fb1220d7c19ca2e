"""When an adopted plan's day comes, open matters go where their ground went."""

from datetime import timedelta

import pytest

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues import actions as issues
from qijie.issues.models import Issue, WorkOrder
from qijie.issues.rules.vocabulary import Move, OrderState, State, VoidReason
from qijie.outbound.models import Notice
from qijie.outbound.worker import turn
from qijie.records.models import Event, OutboxEntry, Timer
from qijie.teams.models import Post
from qijie.territory.queries import node_at
from tests import town
from tests.redrawing import village
from tests.redrawing.acting import adopted, noon, withdrawn
from tests.redrawing.village import (
    DAY,
    EAST_GRID,
    FOUR_COLUMNS,
    FOURTH,
    SOUTH_GRID,
    WEST_GRID,
)

pytestmark = pytest.mark.slow

EVE = DAY - timedelta(days=1)
# The third grid ends: its two blocks go to the second.
TWO = {place: 1 if place[0] < 2 else 2 for place in village.TODAY}


def rounds(count: int = 4) -> None:
    """The worker at noon of the day."""
    for _ in range(count):
        turn(noon(DAY))


def now(issue: Issue) -> Issue:
    with scope(SYSTEM):
        return Issue.objects.get(pk=issue.pk)


def regrids(issue: Issue) -> list[Event]:
    with scope(SYSTEM):
        return list(Event.objects.filter(subject_id=issue.pk, verb=Move.REGRID))


def test_an_open_matter_moves_to_the_grid_its_point_lies_in() -> None:
    issue = village.report((0, 1))
    plan = adopted(village.plan(FOUR_COLUMNS))
    to = plan.codes["1"]
    assert to != WEST_GRID
    turn(noon(EVE))
    before = now(issue)
    assert before.path == WEST_GRID
    rounds()
    moved, node = now(issue), node_at(to, DAY)
    assert (moved.path, moved.grid_id) == (to, node.pk if node else None)
    assert moved.state == before.state
    assert moved.due_at == before.due_at


def test_one_event_says_from_where_to_where_and_the_reporter_is_told_nothing() -> None:
    issue = village.report((0, 1))
    plan = adopted(village.plan(FOUR_COLUMNS))
    rounds()
    [event] = regrids(issue)
    assert event.facts["grid_path"] == plan.codes["1"]
    assert event.words == (f"网格调整：由“第一网格”（{WEST_GRID}）转到“第四网格”（{FOURTH}）。")
    assert event.sentence == ""
    assert event.actor_kind == "system"


def test_a_matter_whose_ground_stays_is_left_alone() -> None:
    issue = village.report((1, 1))
    adopted(village.plan(FOUR_COLUMNS))
    rounds()
    assert now(issue).path == WEST_GRID
    assert not regrids(issue)


def test_a_matter_without_a_point_goes_with_the_grid_that_goes_on() -> None:
    ending = village.report(None, path=SOUTH_GRID, by="xinglin-3")
    staying = village.report(None, path=WEST_GRID)
    adopted(village.plan(TWO))
    rounds()
    assert now(ending).path == EAST_GRID
    assert now(staying).path == WEST_GRID


def test_a_closed_matter_keeps_the_grid_of_its_day() -> None:
    issue = village.report((3, 2), by="xinglin-3")
    desk = village.viewer("xinglin-5")
    with scope(desk):
        issues.void(
            issue.pk, by=desk, at=town.NOW, reason=VoidReason.NOT_FOUND, words="现场没有发现。"
        )
    adopted(village.plan(TWO))
    rounds()
    assert now(issue).state == State.VOIDED
    assert now(issue).path == SOUTH_GRID


def test_a_matter_opened_again_belongs_to_whoever_works_there_now() -> None:
    issue = village.report((0, 1), phone="13900000000")
    desk, worker = village.viewer("xinglin-5"), village.viewer("xinglin-1")
    plan = adopted(village.plan(FOUR_COLUMNS))
    with scope(desk):
        issues.void(
            issue.pk, by=desk, at=noon(EVE), reason=VoidReason.NOT_FOUND, words="现场没有发现。"
        )
    rounds()
    assert now(issue).path == WEST_GRID
    with scope(worker):
        issues.object_(issue.pk, by=worker, at=noon(DAY), words="还在那里。")
    assert now(issue).path == plan.codes["1"]
    assert len(regrids(issue)) == 1


def test_an_order_of_a_post_that_ended_goes_to_the_new_grid_s_worker() -> None:
    issue = village.report((3, 2), by="xinglin-3")
    mine, theirs = (Post.objects.get(path=path) for path in (SOUTH_GRID, EAST_GRID))
    with scope(SYSTEM):
        # As the dispatcher's move leaves it.
        Issue.objects.filter(pk=issue.pk).update(
            state=State.DISPATCHED, round=1, participant_ids=[mine.pk]
        )
        order = WorkOrder.objects.create(
            region_code=issue.region_code,
            issue=issue,
            post_id=mine.pk,
            purpose="share",
            state=OrderState.SIGNED,
            round=1,
            sent_at=town.NOW,
            signed_at=town.NOW,
        )
    adopted(village.plan(TWO))
    rounds()
    with scope(SYSTEM):
        order.refresh_from_db()
    assert order.post_id == theirs.pk
    assert order.state == OrderState.SIGNED
    assert theirs.pk in now(issue).participant_ids
    worker = village.viewer("xinglin-2", on=DAY)
    with scope(worker):
        assert (
            issues.done(
                issue.pk, order_id=order.pk, by=worker, at=noon(DAY), words="已清理。"
            ).state
            == State.HANDLED
        )


def test_every_open_matter_is_moved_however_many_there_are() -> None:
    reported = [village.report((0, row % 3)) for row in range(7)]
    plan = adopted(village.plan(FOUR_COLUMNS))
    rounds()
    assert {now(issue).path for issue in reported} == {plan.codes["1"]}
    with scope(SYSTEM):
        assert not Timer.objects.filter(subject_id=plan.pk, done_at__isnull=True).exists()
    rounds(2)
    assert {len(regrids(issue)) for issue in reported} == {1}


def test_a_withdrawn_plan_moves_nothing() -> None:
    issue = village.report((0, 1))
    withdrawn(adopted(village.plan(FOUR_COLUMNS)))
    rounds()
    assert now(issue).path == WEST_GRID


def test_a_matter_that_cannot_move_keeps_no_other_and_is_a_task_after_some_tries() -> None:
    broken, fine = village.report((0, 1)), village.report((0, 2))
    plan = adopted(village.plan(FOUR_COLUMNS))
    with scope(SYSTEM):
        Issue.objects.filter(pk=broken.pk).update(hands=[{"user": "nobody", "side": "none"}])
    moment = noon(DAY)
    turn(moment)
    assert now(fine).path == plan.codes["1"]
    for tries in range(1, 9):
        assert _tasks_of("han") == []
        turn(moment)
        with scope(SYSTEM):
            timer = Timer.objects.get(subject_id=plan.pk, done_at=None)
        assert timer.tries == tries
        assert timer.retry_at is not None
        moment = timer.retry_at
    turn(moment)
    assert _tasks_of("han") == ["网格调整后有事项转不到新网格，失败了 8 次，请查看运行记录。"]


def _tasks_of(username: str) -> list[str]:
    posts = town.viewer(username).post_ids
    with scope(SYSTEM):
        found = Notice.objects.filter(post_id__in=posts, number="网格调整没有完成")
        return list(found.values_list("sentence", flat=True))


# Who is told


def told(username: str, on: str = "") -> list[Notice]:
    posts = village.viewer(username, DAY if on else town.TODAY).post_ids
    with scope(SYSTEM):
        return list(Notice.objects.filter(post_id__in=posts, number="网格调整"))


def delivered() -> None:
    for _ in range(3):
        turn(town.NOW)


def test_whoever_works_in_a_changed_grid_is_told_once() -> None:
    adopted(village.plan(TWO))
    delivered()
    [notice] = told("xinglin-2")
    assert notice.sentence == (
        "自 2030-03-01 起，您负责的“第二网格”边界调整：户数由 480 变为 720。"
    )
    assert notice.page == f"/console/territory/{EAST_GRID}/"
    assert not told("xinglin-1"), "nothing changes in the first grid"


def test_whoever_loses_the_post_is_told_where_the_homes_go() -> None:
    adopted(village.plan(TWO))
    delivered()
    [notice] = told("xinglin-3")
    assert "“第三网格”撤销，本岗位随之撤销；住户多数划入“第二网格”" in notice.sentence


@pytest.mark.parametrize("username", ["xinglin-4", "xinglin-5"])
def test_leads_and_desks_are_told_what_changes_with_the_plan_s_page(username: str) -> None:
    plan = adopted(village.plan(TWO))
    delivered()
    [notice] = told(username)
    assert notice.sentence == (
        "“杏林社区”网格自 2030-03-01 起调整：变更 1 个、新设 0 个、撤销 1 个。"
    )
    assert notice.page == f"/console/plans/{plan.pk}/"


def test_the_new_post_s_holder_finds_it_said_on_the_day() -> None:
    adopted(village.plan(FOUR_COLUMNS))
    delivered()
    assert any("您负责“第四网格”" in notice.sentence for notice in told("xinglin-1", on="day"))


def test_a_withdrawal_is_told_to_the_same_people_once() -> None:
    withdrawn(adopted(village.plan(TWO)))
    delivered()
    for username in ("xinglin-2", "xinglin-3", "xinglin-4"):
        assert [n.sentence for n in told(username)][-1].startswith("原定 2030-03-01 启用的")
        assert len(told(username)) == 2
    with scope(SYSTEM):
        assert not OutboxEntry.objects.exists()
