"""One measured number beside its bar."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """None for a figure without a bar."""
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.at_least is not None:
            return self.value >= self.at_least
        return None

    def __str__(self) -> str:
        sign = {True: "✓", False: "✗", None: " "}[self.is_met]
        value = f"{self.value:,.3g}" if self.value < 1000 else f"{self.value:,.0f}"
        line = f"  {sign} {self.name}: {value}{self.unit and ' ' + self.unit}"
        return "  ".join(part for part in (line, self._bar(), self.note) if part)

    def _bar(self) -> str:
        if self.at_most is not None:
            return f"(at most {self.at_most:g})"
        return f"(at least {self.at_least:g})" if self.at_least is not None else ""


def milliseconds(times: int, act: Callable[[], object]) -> list[float]:
    """How long each of `times` runs took, sorted; a first run goes before and is not counted."""
    act()
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        found.append((time.perf_counter() - begun) * 1000)
    return sorted(found)


def side_by_side(
    times: int, one: Callable[[], object], other: Callable[[], object]
) -> tuple[float, float]:
    """The medians of two acts run in turns, so that what else the machine does hits both."""
    pairs = [(milliseconds(1, one)[0], milliseconds(1, other)[0]) for _ in range(times)]
    return median([first for first, _ in pairs]), median([second for _, second in pairs])


def median(sample: Sequence[float]) -> float:
    return statistics.median(sample)


def p95(sample: Sequence[float]) -> float:
    return sorted(sample)[min(len(sample) - 1, int(len(sample) * 0.95))]
