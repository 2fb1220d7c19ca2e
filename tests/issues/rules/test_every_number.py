"""A number a city may change is obeyed by the rules and said by every sentence."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from qijie.issues.rules.book import DEFAULT_LIMITS, Book, span_words
from qijie.issues.rules.decide import Refused, apply, offers
from qijie.issues.rules.table import TRANSITIONS
from qijie.issues.rules.vocabulary import ClockKind, Move, Urgency
from qijie.kernel.working_time import Limit
from tests.issues.rules.cast import (
    BOOK,
    DESK,
    DISPATCHER,
    LIGHTING,
    REPORTER,
    VERIFIER,
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
            for literal in ("七日", "十五日", "三十日", "一个工作日", "7天", "15天"):
                assert literal not in text


def test_the_windows_a_city_sets_are_what_the_reporter_is_told() -> None:
    key = (ClockKind.REOPEN_WINDOW, Urgency.NORMAL)
    book = replace(BOOK, limits={**DEFAULT_LIMITS, key: Limit(9, DEFAULT_LIMITS[key].unit)})
    story = Story(book=book).closed().after(timedelta(days=8))
    assert story.do(Move.REOPEN, REPORTER).matter.reopen_count == 1
    late = Story(book=book).closed().after(timedelta(days=10))
    with pytest.raises(Refused, match="9天"):
        late.do(Move.REOPEN, REPORTER)


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
