from itertools import count

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
