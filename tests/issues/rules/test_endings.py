from datetime import timedelta

import pytest

from qijie.issues.rules.book import Book, Numbers
from qijie.issues.rules.deadlines import handling_due_at
from qijie.issues.rules.decide import Refused, replay
from qijie.issues.rules.standing import pressing, standing
from qijie.issues.rules.vocabulary import ClockKind, Family, Move, Standing, State, Verdict
from qijie.kernel.codes import Level
from tests.issues.rules.cast import (
    BOOK,
    CALENDAR,
    CONDITIONS,
    DESK,
    LIGHTING,
    REPORTER,
    SUPERVISOR,
    SYSTEM,
    VERIFIER,
    VERIFIER_ABOVE,
    WORKER,
    Story,
    post,
)

ALL_DRAWN = Book({"": CALENDAR}, conditions=CONDITIONS, numbers=Numbers(sampled_percent=100))


def test_solving_on_the_spot_counts_as_filed_and_ends_at_the_grid() -> None:
    matter = Story().solved().matter
    assert matter.state is State.HANDLED
    assert matter.filed_at is not None
    assert matter.answered_level is Level.GRID
    assert [order.state for order in matter.orders] == ["done"]


def test_solving_a_dispatched_matter_recalls_the_unit() -> None:
    matter = Story().dispatched().solved().matter
    assert [order.state for order in matter.orders] == ["recalled", "done"]


def test_a_question_answered_at_the_desk_ends_at_the_desks_level() -> None:
    story = Story(family=Family.SERVICE).do(Move.SOLVE, DESK)
    assert story.matter.answered_level is Level.COMMUNITY
    assert story.do(Move.CONFIRM, REPORTER).matter.verdict is Verdict.SOLVED


def test_silence_closes_as_unconfirmed_after_seven_days() -> None:
    story = Story().solved()
    with pytest.raises(Refused, match="确认期"):
        story.after(timedelta(days=6)).do(Move.AUTO_CONFIRM, SYSTEM)
    story.after(timedelta(days=1)).do(Move.AUTO_CONFIRM, SYSTEM)
    assert (story.matter.state, story.matter.verdict) == (State.CLOSED, Verdict.UNCONFIRMED)


def test_a_drawn_matter_waits_for_another_persons_look() -> None:
    story = Story(book=ALL_DRAWN).solved()
    assert story.matter.is_sampled
    assert story.matter.live(ClockKind.VERIFY)
    with pytest.raises(Refused, match="抽中"):
        story.after(timedelta(days=8)).do(Move.AUTO_CONFIRM, SYSTEM)
    assert story.do(Move.CLOSE, VERIFIER).matter.state is State.CLOSED


def test_a_reporter_confirms_nothing_but_what_was_solved_on_the_spot() -> None:
    with pytest.raises(Refused, match="只有即时解的事项"):
        Story().handled().do(Move.CONFIRM, REPORTER)


def test_work_sent_back_a_second_time_is_watched_from_one_level_up() -> None:
    story = Story().handled().do(Move.SEND_BACK, VERIFIER)
    assert story.matter.level is Level.COMMUNITY
    story.handled_again().do(Move.SEND_BACK, VERIFIER)
    assert (story.matter.level, story.matter.rework_count) == (Level.STREET, 2)
    assert story.matter.open_orders[0].unit_id == LIGHTING.unit_id


def test_what_a_worker_solved_badly_goes_back_to_that_worker() -> None:
    story = Story().solved().do(Move.SEND_BACK, VERIFIER)
    assert story.matter.open_orders[0].post_id == WORKER.post_id
    assert not story.matter.is_on_the_spot


def test_reopening_climbs_to_the_districts_final_review_and_no_further() -> None:
    story = Story().closed()
    levels = []
    for _ in range(3):
        story.do(Move.REOPEN, REPORTER)
        levels.append(story.matter.level)
        story.sent_out().handled_again().closed_again()
    assert levels == [Level.COMMUNITY, Level.STREET, Level.DISTRICT]
    assert story.matter.is_final_review
    with pytest.raises(Refused, match="行政复议"):
        story.do(Move.REOPEN, REPORTER)


def test_the_right_to_reopen_ends_after_fifteen_days_but_not_for_a_supervisor() -> None:
    story = Story().closed().after(timedelta(days=16))
    with pytest.raises(Refused, match="重开期限已过"):
        story.do(Move.REOPEN, REPORTER)
    assert story.do(Move.REOPEN, SUPERVISOR).matter.state is State.FILED


def test_not_solved_starts_a_call_back_that_may_reopen() -> None:
    story = Story().closed().do(Move.JUDGE, REPORTER)
    assert story.matter.live(ClockKind.CALL_BACK)
    assert story.do(Move.REOPEN, VERIFIER).matter.state is State.FILED


def test_a_call_back_nobody_made_ends_and_is_counted_apart() -> None:
    story = Story().closed().do(Move.JUDGE, REPORTER).after(timedelta(days=2))
    assert pressing(story.matter) is not None
    with pytest.raises(Refused, match="回访期（3个工作日）未满"):
        story.do(Move.NOT_REACHED, SYSTEM)
    story.after(timedelta(days=2)).do(Move.NOT_REACHED, SYSTEM)
    assert (story.matter.state, story.matter.verdict) == (State.CLOSED, Verdict.NOT_REACHED)
    assert pressing(story.matter) is None
    (missed,) = (c for c in story.matter.clocks if c.kind is ClockKind.CALL_BACK)
    assert standing(missed, story.now) is Standing.ENDED_LATE
    assert replay(story.events, BOOK) == story.matter


def test_who_was_not_called_back_may_still_reopen() -> None:
    story = Story().closed().after(timedelta(days=14)).do(Move.JUDGE, REPORTER)
    story.after(timedelta(days=7)).do(Move.NOT_REACHED, SYSTEM)
    assert "申请重开" in story.sentence()
    story.after(timedelta(days=14))
    assert story.do(Move.REOPEN, REPORTER).matter.state is State.FILED


def test_a_call_back_made_in_time_ends_its_window() -> None:
    for move in (Move.REOPEN, Move.FINAL_ANSWER):
        story = Story().closed().do(Move.JUDGE, REPORTER).do(move, VERIFIER)
        assert story.matter.live(ClockKind.CALL_BACK_WINDOW) is None


def test_what_is_not_closed_yet_stays_somebodys_task() -> None:
    story = Story().handled().do(Move.JUDGE, REPORTER)
    assert story.matter.running(ClockKind.CALL_BACK)
    assert story.matter.live(ClockKind.CALL_BACK_WINDOW) is None


def test_a_follow_up_nobody_made_ends_too() -> None:
    story = Story().filed().do(Move.REFER, DESK).after(timedelta(days=40))
    assert story.do(Move.NOT_REACHED, SYSTEM).matter.state is State.REFERRED
    assert not [clock for clock in story.matter.clocks if clock.is_running]


def test_a_verifier_reopens_only_while_calling_back() -> None:
    with pytest.raises(Refused):
        Story().closed().do(Move.REOPEN, VERIFIER)


def test_what_the_reporter_calls_unsolved_is_not_closed_over_the_reporters_head() -> None:
    story = Story().handled().do(Move.JUDGE, REPORTER)
    with pytest.raises(Refused, match="没有解决"):
        story.do(Move.CLOSE, VERIFIER)
    story.do(Move.FINAL_ANSWER, VERIFIER)
    assert (story.matter.state, story.matter.verdict) == (State.CLOSED, Verdict.NOT_SOLVED)


def test_a_final_answer_is_open_to_one_objection_one_level_up() -> None:
    story = Story().closed().do(Move.JUDGE, REPORTER).do(Move.FINAL_ANSWER, VERIFIER)
    story.do(Move.OBJECT, REPORTER)
    assert (story.matter.state, story.matter.level) == (State.FILED, Level.STREET)
    story.sent_out().handled_again().do(Move.JUDGE, REPORTER)
    story.do(Move.FINAL_ANSWER, VERIFIER_ABOVE)
    assert story.sentence().endswith("可依法申请行政复议、提起行政诉讼或仲裁。")
    with pytest.raises(Refused):
        story.do(Move.OBJECT, REPORTER)


def test_a_refusal_may_be_objected_to_once_within_fifteen_days() -> None:
    story = Story().do(Move.VOID, DESK).after(timedelta(days=14)).do(Move.OBJECT, REPORTER)
    assert (story.matter.state, story.matter.level) == (State.REPORTED, Level.STREET)
    story.do(Move.VOID, post("desk", Level.STREET))
    with pytest.raises(Refused, match="只能提出一次"):
        story.do(Move.OBJECT, REPORTER)


def test_a_withdrawn_hazard_stays_with_the_desk() -> None:
    story = Story(family=Family.HAZARD).do(Move.WITHDRAW, REPORTER)
    assert story.matter.state is State.REPORTED
    story.accepted()
    assert "reporter" not in {notice.audience for notice in story.told}


def test_a_follower_is_asked_when_its_master_ends_and_may_reopen() -> None:
    story = Story().dispatched().do(Move.MERGE, DESK)
    assert story.matter.open_orders == ()
    with pytest.raises(Refused, match="尚未办结"):
        story.do(Move.REOPEN, REPORTER)
    story.do(Move.FOLLOW, SYSTEM)
    assert "一并办结" in story.sentence()
    with pytest.raises(Refused, match="不能再解除并案"):
        story.do(Move.UNMERGE, DESK)
    assert story.do(Move.REOPEN, REPORTER).matter.state is State.FILED


def test_unmerging_gives_back_the_deadline_the_matter_always_had() -> None:
    story = Story().filed()
    due = handling_due_at(story.matter)
    story.do(Move.MERGE, DESK).after(timedelta(days=1)).do(Move.UNMERGE, DESK)
    assert story.matter.running(ClockKind.HANDLE)
    assert handling_due_at(story.matter) == due


def test_an_appeal_is_decided_one_level_above_its_first_review() -> None:
    story = Story().signed().after(timedelta(days=20)).do(Move.DONE, LIGHTING).closed_again()
    story.do(Move.APPEAL, LIGHTING).do(Move.REVIEW_APPEAL, VERIFIER)
    assert story.matter.appeal == "reviewed"
    story.do(Move.REVIEW_APPEAL, VERIFIER_ABOVE)
    assert story.matter.appeal == "upheld"
    late = [clock for clock in story.matter.clocks if clock.was_late]
    assert late, "the fact stays"


def test_a_referred_matter_is_followed_up_on_the_date_named() -> None:
    story = Story().dispatched().do(Move.REFER, DESK)
    assert [clock.kind for clock in story.matter.clocks if clock.is_running] == [
        ClockKind.FOLLOW_UP,
        ClockKind.CALL_BACK_WINDOW,
    ]
    story.do(Move.ANSWER, DESK)
    (followed,) = (c for c in story.matter.clocks if c.kind is ClockKind.FOLLOW_UP)
    assert followed.is_met
    assert not [clock for clock in story.matter.clocks if clock.is_running]


def test_both_parties_of_a_dispute_are_asked_and_in_other_matters_there_are_none() -> None:
    dispute, light = Story(family=Family.DISPUTE).closed(), Story().closed()
    assert "parties" in {notice.audience for notice in dispute.told}
    assert "parties" not in {notice.audience for notice in light.told}


def test_the_history_says_at_which_level_a_matter_ended() -> None:
    story = Story().solved()
    assert story.events[-1].level is Level.GRID
    assert Story().closed().events[-1].level is Level.COMMUNITY
