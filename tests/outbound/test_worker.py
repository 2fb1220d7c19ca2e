"""The worker's rounds: news told once, clocks that ring, matters that move by themselves."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, reporter_of
from qijie.accounts.models import User
from qijie.issues import actions
from qijie.issues.models import Deadline, Issue
from qijie.issues.rules.vocabulary import ClockKind
from qijie.outbound.models import Letter, Notice
from qijie.outbound.queries import notices_for, unread_for
from qijie.outbound.worker import turn
from qijie.records.models import OutboxEntry, Timer
from tests import town
from tests.outbound import matters

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def notices(username: str) -> list[str]:
    viewer = town.viewer(username)
    with scope(viewer):
        return list(notices_for(viewer).values_list("sentence", flat=True))


def letters() -> list[dict[str, str]]:
    """What waits in the box, in the order it was written."""
    with scope(SYSTEM):
        waiting = list(Letter.objects.order_by("made_at", "id"))
    return [{"to": one.to, "subject": one.subject, "body": one.body} for one in waiting]


def state_of(issue_id: UUID) -> str:
    with scope(SYSTEM):
        return Issue.objects.get(pk=issue_id).state


def clock(issue_id: UUID, kind: ClockKind) -> Deadline:
    with scope(SYSTEM):
        return Deadline.objects.get(issue=issue_id, kind=kind, stopped_at=None)


# News


def test_a_report_is_told_to_the_desk_that_holds_it(at: datetime) -> None:
    matters.reported("楼下垃圾三天没清", category="", at=at)
    turn(at)
    assert notices("wang") == ["上报：楼下垃圾三天没清"]
    assert notices("qian") == []


def test_news_is_told_once(at: datetime) -> None:
    matters.reported(category="", at=at)
    for _ in range(3):
        turn(at)
    assert len(notices("wang")) == 1
    with scope(SYSTEM):
        assert not OutboxEntry.objects.exists()


def test_a_report_without_words_is_told_by_its_category(at: datetime) -> None:
    matters.reported("", category=town.NOISE, at=at)
    turn(at)
    assert notices("wang") == ["上报：噪音扰民"]


def test_an_order_is_told_to_the_unit_it_goes_to_and_to_no_other(at: datetime) -> None:
    matters.dispatched(at=at)
    turn(at)
    assert any(sentence.startswith("派单") for sentence in notices("sun"))
    assert notices("luo") == []


def test_a_step_already_taken_waits_for_nobody_any_more(at: datetime) -> None:
    matters.dispatched(at=at)
    turn(at)
    assert [sentence[:2] for sentence in notices("sun")] == ["派单"]
    assert notices("wang") == []


def test_a_closed_matter_said_to_be_not_solved_is_told_to_the_verifier(at: datetime) -> None:
    issue_id = matters.closed(at=at)
    turn(at)
    before = len(notices("zhou"))
    reporter = reporter_of(issue_id)
    with scope(reporter):
        actions.judge(issue_id, by=reporter, at=at, is_solved=False, is_satisfied=False)
    turn(at)
    assert len(notices("zhou")) == before + 1


def test_a_post_counts_what_it_has_not_read(at: datetime) -> None:
    from qijie.outbound.actions import mark_read

    matters.reported(category="", at=at)
    turn(at)
    desk = town.viewer("wang")
    with scope(desk):
        assert unread_for(desk).count() == 1
        assert mark_read([Notice.objects.get().pk], by=desk, at=at) == 1
        assert unread_for(desk).count() == 0


def test_one_broken_entry_does_not_keep_the_others_back(at: datetime) -> None:
    broken = matters.reported("坏掉的一件", category="", at=at)
    matters.reported("好的一件", category="", at=at)
    with scope(SYSTEM):
        OutboxEntry.objects.filter(subject_id=broken).update(told=[{"audience": "nobody"}])
    turn(at)
    assert notices("wang") == ["上报：好的一件"]
    with scope(SYSTEM):
        left = OutboxEntry.objects.get(subject_id=broken)
        assert (left.tries, left.retry_at) == (1, at + timedelta(seconds=30))
    assert turn(at) == 0


def test_news_that_cannot_be_told_is_a_task_of_the_administrator_after_some_tries(
    at: datetime,
) -> None:
    broken = matters.reported("坏掉的一件", category="", at=at)
    with scope(SYSTEM):
        OutboxEntry.objects.filter(subject_id=broken).update(told=[{"audience": "nobody"}])
    moment = at
    for tries in range(1, 9):
        assert notices("han") == []
        turn(moment)
        with scope(SYSTEM):
            left = OutboxEntry.objects.get(subject_id=broken)
        assert left.tries == tries
        assert left.retry_at is not None
        moment = left.retry_at
    assert notices("han") == ["有通知试了 8 次都没有送到，请查看运行记录。"]
    turn(moment)
    assert len(notices("han")) == 1


# Mail


def test_a_mail_is_queued_for_whoever_holds_the_post_and_gave_an_address(at: datetime) -> None:
    User.objects.filter(username="wang").update(email="wang@example.org")
    issue_id = matters.reported(category="", at=at)
    turn(at)
    (letter,) = letters()
    assert letter["to"] == "wang@example.org"
    assert letter["body"].endswith(f"/console/matters/{issue_id}/")


def test_a_handler_is_led_to_the_page_of_the_phone(at: datetime) -> None:
    User.objects.filter(username="sun").update(email="sun@example.org")
    issue_id = matters.dispatched(at=at)
    turn(at)
    assert letters()[-1]["body"].endswith(f"/field/matters/{issue_id}/")


def test_the_reporter_reads_the_sentence_and_no_link(at: datetime) -> None:
    matters.reported(category="", email="reporter@example.org", at=at)
    turn(at)
    (letter,) = letters()
    assert letter["to"] == "reporter@example.org"
    assert "您说的已经收到" in letter["body"]
    assert "http" not in letter["body"]


def test_what_is_rolled_back_queues_no_mail(at: datetime) -> None:
    from django.db import transaction

    User.objects.filter(username="wang").update(email="wang@example.org")
    matters.reported(category="", at=at)
    with transaction.atomic():
        turn(at)
        transaction.set_rollback(True)
    assert letters() == []
    turn(at)
    assert len(letters()) == 1


# Clocks


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("warn_at", "受理时限已用50%，请留意。"),
        ("soon_at", "受理时限已用80%，请留意。"),
        ("due_at", "受理时限已到，请尽快办理。"),
    ],
)
def test_the_holder_is_warned_at_half_at_four_fifths_and_at_the_end(
    at: datetime, moment: str, sentence: str
) -> None:
    issue_id = matters.reported(category="", at=at)
    turn(at)
    rings_at = getattr(clock(issue_id, ClockKind.ACCEPT), moment)
    turn(rings_at - timedelta(seconds=1))
    assert sentence not in notices("wang")
    turn(rings_at)
    assert notices("wang")[0] == sentence


def test_the_supervisor_above_learns_of_the_end_alone(at: datetime) -> None:
    issue_id = matters.reported(category="", at=at)
    accept = clock(issue_id, ClockKind.ACCEPT)
    turn(accept.soon_at or at)
    assert notices("wu") == []
    turn(accept.due_at)
    assert notices("wu") == ["受理时限已到，请尽快办理。"]


def test_an_orders_clock_warns_the_unit_that_has_it(at: datetime) -> None:
    issue_id = matters.dispatched(at=at)
    turn(at)
    turn(clock(issue_id, ClockKind.SIGN).due_at)
    assert "签收时限已到，请尽快办理。" in notices("sun")
    assert not any("签收" in sentence for sentence in notices("zhao"))


def test_a_worker_that_slept_over_a_deadline_still_tells_of_it(at: datetime) -> None:
    issue_id = matters.reported(category="", at=at)
    turn(at)
    turn(clock(issue_id, ClockKind.ACCEPT).due_at + timedelta(hours=6))
    assert "受理时限已到，请尽快办理。" in notices("wang")
    assert "受理时限已用50%，请留意。" not in notices("wang")


def test_a_step_taken_in_time_warns_nobody(at: datetime) -> None:
    issue_id = matters.reported(at=at)
    due_at = clock(issue_id, ClockKind.ACCEPT).due_at
    desk = town.viewer("wang")
    with scope(desk):
        actions.accept(issue_id, by=desk, at=at)
    turn(due_at)
    assert not any("受理时限" in sentence for sentence in notices("wang"))


def test_no_timer_is_served_twice(at: datetime) -> None:
    issue_id = matters.reported(category="", at=at)
    due_at = clock(issue_id, ClockKind.ACCEPT).due_at
    turn(due_at)
    before = len(notices("wang"))
    assert turn(due_at) == 0
    assert len(notices("wang")) == before


def test_one_broken_matter_does_not_stop_the_others_clocks(at: datetime) -> None:
    broken = matters.reported("坏掉的一件", category="", at=at)
    fine = matters.reported("好的一件", category="", at=at)
    turn(at)
    due_at = clock(fine, ClockKind.ACCEPT).due_at
    with scope(SYSTEM):
        Issue.objects.filter(pk=broken).update(hands=[{"user": "nobody", "side": "none"}])
    turn(due_at)
    with scope(SYSTEM):
        waits = Timer.objects.get(subject_id=broken, done_at=None)
        assert (waits.tries, waits.retry_at) == (1, due_at + timedelta(seconds=10))
        assert Notice.objects.filter(subject_id=fine, sentence__contains="时限已到").exists()
        assert not Notice.objects.filter(subject_id=broken, sentence__contains="时限").exists()


def test_a_clock_that_fails_is_a_task_of_the_administrator_after_some_tries(at: datetime) -> None:
    broken = matters.reported("坏掉的一件", category="", at=at)
    turn(at)
    moment = clock(broken, ClockKind.ACCEPT).due_at
    with scope(SYSTEM):
        Issue.objects.filter(pk=broken).update(hands=[{"user": "nobody", "side": "none"}])
    for _ in range(8):
        assert notices("han") == []
        turn(moment)
        with scope(SYSTEM):
            moment = Timer.objects.get(subject_id=broken, done_at=None).retry_at or moment
    turn(moment)
    assert notices("han") == ["有一件事项的定时工作失败了 8 次，请查看运行记录。"]


# Moves that make themselves


def test_a_classified_report_with_a_rule_is_accepted_by_itself(at: datetime) -> None:
    known = matters.reported(category=town.RUBBISH, at=at)
    unknown = matters.reported(category=town.NOISE, at=at)
    unclassified = matters.reported(category="", at=at)
    turn(at)
    assert state_of(known) == "accepted"
    assert state_of(unknown) == state_of(unclassified) == "reported"


def test_the_desk_that_was_faster_is_left_alone(at: datetime) -> None:
    issue_id = matters.reported(category=town.RUBBISH, at=at)
    desk = town.viewer("wang")
    with scope(desk):
        actions.accept(issue_id, by=desk, at=at)
        actions.file(issue_id, by=desk, at=at, condition="rubbish-1")
    turn(at)
    assert state_of(issue_id) == "filed"


def test_what_was_solved_on_the_spot_closes_itself_after_the_window(at: datetime) -> None:
    issue_id = matters.solved(at=at)
    window = clock(issue_id, ClockKind.CONFIRM_WINDOW)
    turn(window.due_at - timedelta(seconds=1))
    assert state_of(issue_id) == "handled"
    turn(window.due_at)
    assert state_of(issue_id) == "closed"
    with scope(SYSTEM):
        issue = Issue.objects.get(pk=issue_id)
    assert issue.verdict == "unconfirmed"


def test_a_sampled_matter_waits_for_the_verifier(at: datetime) -> None:
    issue_id = matters.solved(at=at)
    window = clock(issue_id, ClockKind.CONFIRM_WINDOW)
    with scope(SYSTEM):
        Issue.objects.filter(pk=issue_id).update(is_sampled=True)
    turn(window.due_at)
    assert state_of(issue_id) == "handled"


def test_what_the_reporter_confirmed_is_not_confirmed_again(at: datetime) -> None:
    issue_id = matters.solved(at=at)
    due_at = clock(issue_id, ClockKind.CONFIRM_WINDOW).due_at
    reporter = reporter_of(issue_id)
    with scope(reporter):
        actions.confirm(issue_id, by=reporter, at=at, is_satisfied=True)
    turn(due_at)
    with scope(SYSTEM):
        assert Issue.objects.get(pk=issue_id).verdict == "solved"


def test_the_worker_leaves_no_scope_behind(at: datetime) -> None:
    matters.reported(at=at)
    turn(at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM issues_issue")
        assert cursor.fetchone()[0] == 0
