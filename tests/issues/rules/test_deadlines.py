from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from qijie.issues.rules import facts as f
from qijie.issues.rules.book import Book
from qijie.issues.rules.matter import Clock, Matter
from qijie.issues.rules.standing import standing
from qijie.issues.rules.vocabulary import ClockKind, Family, Move, Standing, Urgency
from qijie.kernel.calendars import (
    SHANGHAI,
    CalendarOverride,
    DayKind,
    build_calendar,
)
from qijie.kernel.codes import Level
from tests.issues.rules.cast import (
    BOOK,
    CONDITIONS,
    DESK,
    DISPATCHER,
    LIGHTING,
    REPORTER,
    SUPERVISOR,
    SYSTEM,
    TUESDAY,
    VERIFIER,
    VERIFIER_ABOVE,
    Story,
    key,
    post,
    request,
)

# 2026: 1 to 7 October off, Saturday 10 October worked instead.
BEFORE_THE_HOLIDAY = datetime(2026, 9, 30, 15, 58, tzinfo=SHANGHAI)


def on(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def clock(matter: Matter, kind: ClockKind, order: str | None = None) -> Clock:
    found = matter.live(kind, key(order) if order else None)
    assert found is not None
    return found


def main_clock(matter: Matter, kind: ClockKind = ClockKind.HANDLE) -> Clock:
    assert matter.main_order is not None
    found = matter.live(kind, matter.main_order.id)
    assert found is not None
    return found


def test_three_working_days_over_the_national_day_end_on_the_make_up_saturday() -> None:
    story = Story(at=BEFORE_THE_HOLIDAY).filed()
    handling = clock(story.matter, ClockKind.HANDLE)
    assert (handling.started_at, handling.due_at) == (on(9, 30, 16), on(10, 10, 16))


def test_the_date_promised_adds_the_working_day_in_which_it_is_verified() -> None:
    story = Story(at=BEFORE_THE_HOLIDAY).filed()
    assert story.matter.promised_at == on(10, 12, 16)
    assert story.sentence() == "您反映的事项已立案，预计10月12日 16:00前办结。"


def test_a_deadline_explains_itself() -> None:
    handling = clock(Story(at=BEFORE_THE_HOLIDAY).filed().matter, ClockKind.HANDLE)
    assert handling.rule == "立案条件 LIGHT-1 的处置时限"
    assert "3 个工作日" in handling.explanation
    assert "国庆" in handling.explanation
    assert "10月10日调休上班照算" in handling.explanation
    assert handling.calendar_version == BOOK.calendar("").version


def test_a_report_at_night_is_to_be_accepted_in_the_first_working_hour() -> None:
    story = Story(at=on(10, 3, 23))
    assert clock(story.matter, ClockKind.ACCEPT).due_at == on(10, 8, 9, 30)


def test_an_urgent_report_at_night_is_to_be_accepted_in_ten_minutes() -> None:
    story = Story(at=on(10, 3, 23), urgency=Urgency.URGENT)
    assert clock(story.matter, ClockKind.ACCEPT).due_at == on(10, 3, 23, 10)


def test_the_first_answer_is_owed_only_where_somebody_waits_for_it() -> None:
    assert Story().matter.live(ClockKind.FIRST_ANSWER)
    assert Story(has_reporter=False).matter.live(ClockKind.FIRST_ANSWER) is None


def test_a_clock_is_on_time_then_due_soon_then_overdue() -> None:
    handling = clock(Story().filed().matter, ClockKind.HANDLE)
    # 21 working hours from Tuesday 9:02; 80 % of them are gone after 16 hours 48 minutes.
    assert handling.warn_at == on(3, 11, 14, 32)
    assert handling.soon_at == on(3, 12, 11, 50)
    moments = [on(3, 12, 11, 49), on(3, 12, 11, 50), handling.due_at + timedelta(seconds=1)]
    assert [standing(handling, now) for now in moments] == [
        Standing.ON_TIME,
        Standing.DUE_SOON,
        Standing.OVERDUE,
    ]


def test_a_clock_stopped_after_its_deadline_was_late() -> None:
    story = Story().after(timedelta(days=3)).accepted()
    accepting = story.matter.clocks[0]
    assert standing(accepting, story.now) is Standing.MISSED
    assert accepting.was_late


def test_a_condition_without_a_limit_uses_its_familys_and_says_so() -> None:
    handling = clock(Story().filed("LIGHT-3").matter, ClockKind.HANDLE)
    assert handling.limit == BOOK.family_limits[Family.CITY_MANAGEMENT]
    assert handling.rule == "条件未设时限，按“城市管理部件事项”大类默认时限"


def test_an_order_counts_from_its_own_dispatch_and_the_promise_from_the_filing() -> None:
    story = Story().filed()
    promised = story.matter.promised_at
    story.after(timedelta(days=1)).sent_out()
    assert main_clock(story.matter).started_at == story.now
    assert clock(story.matter, ClockKind.HANDLE).started_at == story.matter.filed_at
    assert story.matter.promised_at == promised


def test_a_condition_with_stages_times_making_safe_apart_from_restoring() -> None:
    story = Story(category="COVER").do(
        Move.ACCEPT, DESK, f.AcceptFacts(family=Family.HAZARD, category="COVER")
    )
    story.do(Move.FILE, DESK, f.Classified(condition="COVER-1")).sent_out()
    sent = story.now
    assert main_clock(story.matter, ClockKind.MAKE_SAFE).due_at == sent + timedelta(hours=2)
    assert main_clock(story.matter).limit == CONDITIONS["COVER-1"].stages[1].limit
    story.do(Move.SIGN, LIGHTING).do(Move.MAKE_SAFE, LIGHTING)
    assert story.matter.main_order is not None
    assert story.matter.main_order.made_safe_at == story.now
    assert story.matter.running(ClockKind.MAKE_SAFE, story.matter.main_order.id) is None


def test_an_unowned_matter_has_three_working_days_to_find_its_owner() -> None:
    story = Story(family=Family.OTHER).accepted()
    story.do(Move.FILE, DESK, f.Classified())
    assert clock(story.matter, ClockKind.NAME_OWNER).due_at == on(3, 13, 9, 2)
    story.sent_out()
    assert story.matter.live(ClockKind.NAME_OWNER) is None


def test_work_sent_back_gets_half_the_limit_and_the_promise_stays() -> None:
    story = Story().handled()
    promised = story.matter.promised_at
    story.do(Move.SEND_BACK, VERIFIER)
    handling = clock(story.matter, ClockKind.HANDLE)
    assert handling.due_at == on(3, 11, 14, 36)
    assert handling.rule.endswith("减半")
    assert main_clock(story.matter).due_at == on(3, 11, 14, 36)
    assert story.matter.promised_at == promised


def test_a_suspension_gives_back_exactly_the_time_that_was_left() -> None:
    story = Story().suspended()
    handling = clock(story.matter, ClockKind.HANDLE)
    assert standing(handling, story.now) is Standing.PAUSED
    story.after(timedelta(days=7)).do(Move.RESUME, DISPATCHER)
    resumed = clock(story.matter, ClockKind.HANDLE)
    # Paused at 9:05 after 3 working minutes, resumed a week later at 9:06.
    assert resumed.due_at == on(3, 20, 9, 3)
    assert "其间 3月10日 09:05 至 3月17日 09:06 暂停计时" in resumed.explanation
    assert story.matter.promised_at == on(3, 23, 9, 3)


def test_a_suspension_ends_by_itself_on_its_review_date() -> None:
    story = Story().suspended()
    story.now = on(3, 31, 0)
    assert story.do(Move.RESUME, SYSTEM).matter.state == "dispatched"


def test_an_extension_keeps_the_original_date_beside_the_new_one() -> None:
    story = Story().dispatched()
    original = clock(story.matter, ClockKind.HANDLE).due_at
    until = f.ExtendFacts(on(3, 20, 12))
    story.do(Move.ASK_EXTEND, LIGHTING, until)
    assert clock(story.matter, ClockKind.HANDLE).due_at == original
    story.do(Move.EXTEND, VERIFIER_ABOVE, until)
    extended = clock(story.matter, ClockKind.HANDLE)
    assert (extended.due_at, extended.original_due_at) == (on(3, 20, 12), original)
    assert main_clock(story.matter).due_at == on(3, 20, 12)
    assert story.matter.promised_at == on(3, 23, 12)


def test_another_class_is_reckoned_from_the_filing_and_the_old_deadline_is_kept() -> None:
    story = Story().filed("LIGHT-2").after(timedelta(days=1))
    filed_at = story.matter.filed_at
    story.do(Move.RECLASSIFY, DESK, f.Classified(condition="LIGHT-1"))
    handling = clock(story.matter, ClockKind.HANDLE)
    assert (handling.started_at, handling.due_at) == (filed_at, on(3, 13, 9, 2))
    assert [c.is_replaced for c in story.matter.clocks if c.kind is ClockKind.HANDLE] == [
        True,
        False,
    ]


def test_another_class_keeps_the_pauses_the_old_one_had() -> None:
    story = Story().filed("LIGHT-2").do(Move.ASK_HANG_UP, DISPATCHER)
    story.do(Move.HANG_UP, VERIFIER_ABOVE).after(timedelta(days=7)).do(Move.RESUME, DISPATCHER)
    story.do(Move.RECLASSIFY, DESK, f.Classified(condition="LIGHT-1"))
    assert clock(story.matter, ClockKind.HANDLE).due_at == on(3, 20, 9, 3)


def test_a_later_deadline_takes_a_second_person() -> None:
    slower = f.Classified(condition="LIGHT-2")
    colleague = post("desk", Level.COMMUNITY, "colleague")
    story = Story().filed().do(Move.ASK_RECLASSIFY, colleague, slower)
    story.do(Move.RECLASSIFY, DESK, slower)
    assert story.matter.condition == "LIGHT-2"
    assert story.matter.requests == ()


def test_a_whistle_leaves_the_promise_and_times_the_new_order_from_its_dispatch() -> None:
    story = Story().dispatched()
    promised = story.matter.promised_at
    story.after(timedelta(days=1)).do(Move.WHISTLE, DESK)
    assert story.matter.promised_at == promised
    unit = request(key("street order"), post("handler", Level.STREET, unit="street works"))
    story.sent_out(unit)
    assert main_clock(story.matter).started_at == story.now
    assert story.matter.promised_at == promised


def test_the_calendar_of_the_nearest_territory_counts() -> None:
    local = build_calendar(
        range(2025, 2029), overrides=[CalendarOverride(date(2026, 3, 11), DayKind.OFF, "停电")]
    )
    book = Book({"": BOOK.calendar(""), "420103008": local}, conditions=CONDITIONS)
    assert clock(Story(book=book).filed().matter, ClockKind.HANDLE).due_at == on(3, 16, 9, 2)


@pytest.mark.parametrize("kind", [ClockKind.ACCEPT, ClockKind.FIRST_ANSWER])
def test_acceptance_answers_the_reporter(kind: ClockKind) -> None:
    assert Story().accepted().matter.live(kind) is None


def test_urging_is_owed_an_answer_within_a_working_day() -> None:
    story = Story().dispatched().do(Move.URGE, REPORTER)
    assert clock(story.matter, ClockKind.URGE_ANSWER).due_at == on(3, 11, 9, 4)
    story.do(Move.ANSWER, LIGHTING, words="配件明天到")
    assert story.sentence() == "催办答复：配件明天到。"
    assert story.matter.live(ClockKind.URGE_ANSWER) is None


def test_a_supervisor_names_the_date_of_the_answer() -> None:
    by = f.SuperviseFacts(TUESDAY + timedelta(days=2))
    story = Story().dispatched().do(Move.SUPERVISE, SUPERVISOR, by)
    assert clock(story.matter, ClockKind.SUPERVISE_ANSWER).due_at == by.answer_by


def test_a_disputes_right_to_reopen_runs_from_its_follow_up_visit() -> None:
    story = Story(family=Family.DISPUTE).handled()
    visit = f.CloseFacts(is_standard_met=True, follow_up_on=date(2026, 4, 10))
    story.do(Move.CLOSE, VERIFIER, visit)
    assert clock(story.matter, ClockKind.REOPEN_WINDOW).due_at == on(4, 26, 0)


def test_two_clocks_of_one_book_are_equal_values() -> None:
    first, second = Story().filed().matter, Story().filed().matter
    assert first.clocks == second.clocks
    assert replace(first) == second
