"""Which code each grid of a plan gets: continued where most homes stay, new in reading order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qijie.kernel.codes import DivisionCode, GridCoding
from qijie.redrawing.rules.values import numbers_of
from qijie.territory.drawing.numbering import matched

_ONES = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Coded:
    """codes: of every grid number. continued: those of today. successors: where those that end go,
    as a grid number, by code."""

    codes: Mapping[int, str]
    continued: Mapping[int, str]
    successors: Mapping[str, int]


def continued_codes(
    grid: Sequence[int], today: Sequence[str], households: Sequence[float]
) -> dict[int, str]:
    """Grid number to the code of today it continues, so that as many households as possible keep
    theirs."""
    old, code_of = numbers_of(today)
    found = matched(old, np.array(grid, dtype=np.int32), np.array(households, dtype=np.float64))
    return {number: code_of[before] for number, before in found.items()}


def coded(
    grid: Sequence[int],
    today: Sequence[str],
    households: Sequence[float],
    communities: Sequence[str],
    *,
    reading_order: Sequence[int],
    ever_used: Iterable[str],
    coding: GridCoding,
) -> Coded:
    """reading_order: the grid numbers from north to south and west to east. ever_used: codes of
    every grid there ever was; a code given up is never given out again."""
    continued = continued_codes(grid, today, households)
    codes, used = dict(continued), list(ever_used)
    home = dict(zip(grid, communities, strict=True))
    for number in reading_order:
        if number not in codes:
            code = coding.next_free(DivisionCode(home[number]), used).code
            codes[number] = code
            used.append(code)
    kept = set(continued.values())
    ended = sorted({code for code in today if code} - kept)
    successors = {code: _most_of(code, grid, today, households) for code in ended}
    return Coded(codes, continued, successors)


def _most_of(
    code: str, grid: Sequence[int], today: Sequence[str], households: Sequence[float]
) -> int:
    """The grid that takes most of the homes of one that ends; the most blocks where it has none."""
    taken: dict[int, tuple[float, int]] = {}
    for number, before, load in zip(grid, today, households, strict=True):
        if before == code:
            homes, blocks = taken.get(number, (0.0, 0))
            taken[number] = (homes + load, blocks + 1)
    return max(taken, key=lambda number: (*taken[number], -number))


def grid_name(code: str, coding: GridCoding) -> str:
    """第十二网格, by the number in its code."""
    return f"第{_in_words(coding.parse(code).sequence)}网格"


def _in_words(number: int) -> str:
    """1 to 99 as people say them; larger ones in digits."""
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_ONES[tens]}十"
    return head + (_ONES[ones] if ones or not tens else "")
