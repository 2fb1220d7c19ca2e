"""Plans: taken apart, each piece divided on its own, put together, numbered, measured."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from time import perf_counter

import numpy as np

from qijie.territory.drawing.changing import redivided
from qijie.territory.drawing.dividing import Divided, divided
from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.model import (
    Aim,
    Graph,
    Numbers,
    Plan,
    Progress,
    Reason,
    Rules,
    Units,
    never,
    silent,
)
from qijie.territory.drawing.numbering import numbered
from qijie.territory.drawing.pieces import Parts, parts_of
from qijie.territory.drawing.reasons import gave_way
from qijie.territory.drawing.working import Cancel, all_done, threads_here

_SEEDS_TO_TRY = 4
"""For one more plan that differs from those there are."""


def plan(
    units: Units,
    graph: Graph,
    rules: Rules,
    *,
    locked: Numbers | None = None,
    progress: Progress = silent,
    cancelled: Cancel = never,
    threads: int | None = None,
) -> Plan:
    """A grid for every unit, the same for the same input and seed on any machine.

    `locked` holds a number for units that stay together in a grid as they are, else 0.
    Raises Cancelled when `cancelled` says so; it is asked ten times a second.
    """
    began = perf_counter()
    parts = parts_of(units, graph, rules, locked)
    work = [(piece.community, len(piece), partial(divided, piece, rules)) for piece in parts.pieces]
    answers = all_done(work, progress, cancelled, threads or threads_here())
    raw, found = _together(len(units), parts, answers)
    return _finished(units, graph, rules, raw, found, locked, None, began)


def plans(
    units: Units,
    graph: Graph,
    rules: Rules,
    count: int,
    *,
    locked: Numbers | None = None,
    progress: Progress = silent,
    cancelled: Cancel = never,
    threads: int | None = None,
) -> list[Plan]:
    """Up to `count` different plans: as asked, then one for each other aim, then other seeds.
    Each plan's own `rules` say which, and draw it again."""
    others = [replace(rules, aim=aim) for aim in Aim if aim is not rules.aim]
    seeds = [
        replace(rules, seed=rules.seed + step)
        for step in range(1, max(count - len(others) - 1, 0) + _SEEDS_TO_TRY)
    ]
    drawn: list[Plan] = []
    for each in [rules, *others, *seeds]:
        if len(drawn) == count:
            break
        one = plan(
            units,
            graph,
            each,
            locked=locked,
            progress=_share_of(progress, len(drawn), count),
            cancelled=cancelled,
            threads=threads,
        )
        if not any(np.array_equal(one.grid, other.grid) for other in drawn):
            drawn.append(one)
    return drawn


def replan(
    units: Units,
    graph: Graph,
    old: Numbers,
    rules: Rules,
    *,
    locked: Numbers | None = None,
    progress: Progress = silent,
    cancelled: Cancel = never,
    threads: int | None = None,
) -> Plan:
    """The least disturbance: a plan near `old` (0: a unit that had no grid), in which a household
    that changes hands has its price and never more than `most_moved` do."""
    began = perf_counter()
    answer = redivided(
        units,
        graph,
        np.asarray(old, dtype=np.int32),
        rules,
        locked,
        progress,
        cancelled,
        threads or threads_here(),
    )
    return _finished(units, graph, rules, answer.grid, answer.found, locked, np.asarray(old), began)


def _finished(
    units: Units,
    graph: Graph,
    rules: Rules,
    raw: Numbers,
    found: Mapping[int, Reason],
    locked: Numbers | None,
    old: Numbers | None,
    began: float,
) -> Plan:
    grid = numbered(units, raw)
    number = dict(zip(raw.tolist(), grid.tolist(), strict=True))
    known = {number[one]: reason for one, reason in found.items()}
    measures = measure(units, graph, grid, rules, old)
    why = gave_way(units, graph, grid, rules, locked=locked, found=known, measures=measures)
    return Plan(grid, rules, measures, why, perf_counter() - began)


def _together(
    count: int, parts: Parts, answers: list[Divided]
) -> tuple[Numbers, dict[int, Reason]]:
    grid = np.zeros(count, dtype=np.int32)
    found: dict[int, Reason] = {}
    last = 0
    for group in parts.fixed:
        last += 1
        grid[group] = last
    for piece, answer in zip(parts.pieces, answers, strict=True):
        grid[piece.units] = last + 1 + answer.grid[piece.row]
        top = int(answer.grid.max()) + 1
        if answer.proved:
            found |= dict.fromkeys(range(last + 1, last + top + 1), Reason.PROVED_IN_MODEL)
        last += top
    return grid, found


def _share_of(progress: Progress, before: int, count: int) -> Progress:
    def tell(done: int, of: int, community: str) -> None:
        progress(before * of + done, count * of, community)

    return tell
