"""The buckets of what a network may send, by a clock of the test's own."""

from qijie.web import cost
from qijie.web.cost import Allowance, Meter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_is_spent_comes_back_by_itself() -> None:
    clock = Clock()
    meter = Meter(Allowance(units=10, refill=2), clock)
    assert [meter.wait_for("a", 4) for _ in range(2)] == [0, 0]
    assert meter.wait_for("a", 4) == 1
    assert meter.wait_for("a", 2) == 0
    clock.now += 1
    assert meter.wait_for("a", 2) == 0
    clock.now += 1000
    assert meter.wait_for("a", 10) == 0
    assert meter.wait_for("a", 1) == 0.5


def test_asking_too_early_costs_nothing() -> None:
    clock = Clock()
    meter = Meter(Allowance(units=10, refill=2), clock)
    meter.wait_for("a", 10)
    assert {meter.wait_for("a", 6) for _ in range(50)} == {3}
    clock.now += 3
    assert meter.wait_for("a", 6) == 0


def test_one_network_takes_nothing_from_another() -> None:
    meter = Meter(Allowance(units=10, refill=2), Clock())
    meter.wait_for("a", 10)
    assert meter.wait_for("a", 10) > 0
    assert meter.wait_for("b", 10) == 0


def test_what_costs_more_than_there_ever_is_waits_for_a_full_bucket() -> None:
    clock = Clock()
    meter = Meter(Allowance(units=10, refill=2), clock)
    assert meter.wait_for("a", 500) == 0
    assert meter.wait_for("a", 500) == 5
    clock.now += 5
    assert meter.wait_for("a", 500) == 0


def test_the_counts_have_a_bound_and_forget_the_quietest() -> None:
    meter = Meter(Allowance(units=10, refill=2), Clock())
    meter.wait_for("first", 10)
    for number in range(cost.MOST_COUNTED - 1):
        meter.wait_for(str(number), 1)
    assert meter.wait_for("first", 10) == 5
    for number in range(cost.MOST_COUNTED):
        meter.wait_for(f"other {number}", 1)
    assert meter.wait_for("first", 10) == 0


def test_web_processes_share_the_units_among_them() -> None:
    whole = Allowance(units=6000, refill=6)
    assert whole.shared(4) == Allowance(units=1500, refill=1.5)
