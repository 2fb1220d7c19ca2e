from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier, BrokenBarrierError

import pytest

from qijie.kernel.kept import Kept, forget_all


def test_what_was_read_is_not_read_again() -> None:
    kept, readings = Kept[int](seconds=60, most=10), count(1)
    assert [kept.get("a", lambda: next(readings)) for _ in range(3)] == [1, 1, 1]
    assert kept.get("b", lambda: next(readings)) == 2


def test_what_is_too_old_is_read_again() -> None:
    kept, readings = Kept[int](seconds=0, most=10), count(1)
    assert [kept.get("a", lambda: next(readings)) for _ in range(3)] == [1, 2, 3]


def test_nothing_is_a_value_too() -> None:
    kept, readings = Kept[None](seconds=60, most=10), count(1)
    for _ in range(3):
        kept.get("a", lambda: next(readings) and None)
    assert next(readings) == 2


def test_no_more_are_kept_than_was_said() -> None:
    kept = Kept[int](seconds=60, most=2)
    for key in (1, 2, 3):
        kept.get(key, lambda: 0)
    assert [kept.get(key, lambda: 9) for key in (2, 3, 1)] == [0, 0, 9]


def test_all_is_forgotten_at_once() -> None:
    first, second = Kept[int](seconds=60, most=2), Kept[int](seconds=60, most=2)
    for kept in (first, second):
        kept.get("a", lambda: 1)
    forget_all()
    assert [kept.get("a", lambda: 2) for kept in (first, second)] == [2, 2]


def test_of_many_who_ask_at_once_one_reads() -> None:
    kept, together, two_read = Kept[str](seconds=60, most=2), Barrier(8), Barrier(2)

    def read() -> str:
        try:
            two_read.wait(0.3)
        except BrokenBarrierError:
            return "alone"
        return "beside another"

    def ask(_: int) -> str:
        together.wait()
        return kept.get("a", read)

    with ThreadPoolExecutor(8) as many:
        assert set(many.map(ask, range(8))) == {"alone"}


def test_a_reading_that_failed_is_tried_again_by_the_next() -> None:
    kept = Kept[int](seconds=60, most=2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 2) == 2


def test_what_was_read_together_is_not_read_again_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("qijie.kernel.kept.time.monotonic", lambda: now[0])
    kept = Kept[float](seconds=60, most=1000)

    def read_at(moment: float) -> set[float]:
        now[0] = moment
        return {kept.get(key, lambda: moment) for key in range(500)}

    assert read_at(0) == {0}
    assert read_at(29) == {0}
    assert read_at(45) == {0, 45}
    assert read_at(60) == {45, 60}
