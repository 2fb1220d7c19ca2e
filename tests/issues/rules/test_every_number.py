"""A number a city may change is obeyed by the rules and said by every sentence."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from qijie.issues.rules.book import DEFAULT_LIMITS, Book, span_words
from qijie.issues.rules.decide import Refused, apply, offers, replay
from qijie.issues.rules.table import TRANSITIONS
from qijie.issues.rules.vocabulary import ClockKind, Move, Urgency
from qijie.kernel.codes import Level
from qijie.kernel.working_time import Limit
from tests.issues.rules.cast import (
    BOOK,
    DESK,
    DISPATCHER,
    LIGHTING,
    REPORTER,
    VERIFIER,
    VERIFIER_ABOVE,
    WORKER,
    Story,
)
from tests.issues.rules.scenes import ASKED, SCENES

_EVERYBODY = (DESK, DISPATCHER, LIGHTING, REPORTER, VERIFIER, WORKER)
_KEYS = [key for key in DEFAULT_LIMITS if key[1] is Urgency.NORMAL]


def _changed(key: tuple[ClockKind, Urgency]) -> Limit:
    old = DEFAULT_LIMITS[key]
    return Limit(old.value + 61, old.unit)


def _sentences(book: Book) -> Iterator[str]:
    """Everything the rules say on every row of the table with this book."""
    for row in ASKED:
        matter, act = SCENES[row]
        try:
            yield from (told.sentence for told in apply(matter, act, book).told)
        except Refused as refused:
            yield refused.sentence
        for actor in _EVERYBODY:
            yield from (o.why_not for o in offers(matter, actor, act.at, book))


def _template_of(kind: ClockKind) -> list[str]:
    blank = f"{{{kind.value}_span}}"
    return [
        sentence
        for row in TRANSITIONS
        for sentence in (
            row.sentence_for_reporter,
            *(guard.why_not for guard in row.guards),
            *(need.missing for need in row.needs),
        )
        if blank in sentence
    ]


@pytest.mark.parametrize("key", _KEYS, ids=lambda key: key[0].value)
def test_another_limit_is_reckoned_by_and_said(key: tuple[ClockKind, Urgency]) -> None:
    kind, new = key[0], _changed(key)
    book = replace(BOOK, limits={**DEFAULT_LIMITS, key: new})
    assert book.limit(kind, Urgency.NORMAL) == new
    old_words, new_words = span_words(DEFAULT_LIMITS[key]), span_words(new)
    for template in _template_of(kind):
        said = template.replace(f"{{{kind.value}_span}}", book.spans[f"{kind.value}_span"])
        assert new_words in said
        assert old_words not in said.replace(new_words, "")


def test_no_sentence_of_the_rules_leaves_a_blank_or_writes_a_limit_itself() -> None:
    for sentence in _sentences(BOOK):
        assert "{" not in sentence
    for row in TRANSITIONS:
        texts = (row.sentence_for_reporter, *(g.why_not for g in row.guards))
        for text in (*texts, *(need.missing for need in row.needs)):
            for literal in (
                "七日",
                "十五日",
                "三十日",
                "一个工作日",
                "7天",
                "15天",
                "两次",
                "三次",
                "一次催",
            ):
                assert literal not in text


def test_the_windows_a_city_sets_are_what_the_reporter_is_told() -> None:
    key = (ClockKind.REOPEN_WINDOW, Urgency.NORMAL)
    book = replace(BOOK, limits={**DEFAULT_LIMITS, key: Limit(9, DEFAULT_LIMITS[key].unit)})
    story = Story(book=book).closed().after(timedelta(days=8))
    assert story.do(Move.REOPEN, REPORTER).matter.reopen_count == 1
    late = Story(book=book).closed().after(timedelta(days=10))
    with pytest.raises(Refused, match="9天"):
        late.do(Move.REOPEN, REPORTER)


def _with(**numbers: int) -> Book:
    return replace(BOOK, numbers=replace(BOOK.numbers, **numbers))


@pytest.mark.parametrize("often", [1, 3])
def test_a_city_says_how_often_a_reporter_may_urge_on_a_day(often: int) -> None:
    story = Story(book=_with(urges_a_day=often)).dispatched()
    for _ in range(often):
        story.do(Move.URGE, REPORTER)
    with pytest.raises(Refused, match=f"催办过 {often} 次"):
        story.do(Move.URGE, REPORTER)
    story.after(timedelta(days=1)).do(Move.URGE, REPORTER)
    assert story.matter.urge_count == 1


@pytest.mark.parametrize("often", [1, 3])
def test_a_city_says_how_often_a_matter_may_be_suspended(often: int) -> None:
    story = Story(book=_with(suspensions=often)).dispatched()
    for _ in range(often):
        story.do(Move.ASK_HANG_UP, LIGHTING).do(Move.HANG_UP, VERIFIER_ABOVE)
        story.do(Move.RESUME, DISPATCHER)
    with pytest.raises(Refused, match=f"最多挂账 {often} 次"):
        story.do(Move.ASK_HANG_UP, LIGHTING)


@pytest.mark.parametrize("often", [1, 2, 4])
def test_a_city_says_how_often_a_matter_may_be_reopened(often: int) -> None:
    story = Story(book=_with(reopenings=often)).closed()
    levels = []
    for turn in range(often):
        story.do(Move.REOPEN, REPORTER)
        levels.append(story.matter.level)
        assert story.matter.is_final_review is (turn == often - 1)
        story.sent_out().handled_again().closed_again()
    assert levels[0] is (Level.DISTRICT if often == 1 else Level.COMMUNITY)
    assert levels[-1] is Level.DISTRICT
    with pytest.raises(Refused, match=f"最多重开 {often} 次"):
        story.do(Move.REOPEN, REPORTER)
    assert replay(story.events, story.book) == story.matter


def test_a_city_says_how_large_the_sample_is() -> None:
    assert Story(book=_with(sampled_percent=100)).solved().matter.is_sampled
    assert not Story(book=_with(sampled_percent=0)).solved().matter.is_sampled


def test_a_city_says_when_handling_falls_due_soon() -> None:
    numbers = replace(BOOK.numbers, warn_percent=(20, 40))
    clock = Story(book=replace(BOOK, numbers=numbers)).filed().matter.live(ClockKind.HANDLE)
    usual = Story().filed().matter.live(ClockKind.HANDLE)
    assert clock
    assert usual
    assert clock.due_at == usual.due_at
    assert clock.soon_at
    assert usual.warn_at
    assert clock.soon_at < usual.warn_at


@pytest.mark.parametrize(("percents", "warned"), [((30, 60), True), ((90,), False)])
def test_a_city_may_say_when_a_deadline_falls_due_soon(
    percents: tuple[int, ...], warned: bool
) -> None:
    book = replace(BOOK, warn_percent={(ClockKind.FILE, Urgency.NORMAL): percents})
    clock = Story(book=book).accepted().matter.live(ClockKind.FILE)
    assert clock is not None
    whole = clock.due_at - clock.started_at
    assert clock.soon_at == clock.started_at + whole * percents[-1] / 100
    assert (clock.warn_at is not None) is warned
