"""The table beside the map: every grid of a plan, what it continues, who works there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from qijie.access.viewer import Role
from qijie.kernel.codes import Level
from qijie.redrawing import rules
from qijie.redrawing.models import Plan
from qijie.redrawing.rules.coding import continued_codes
from qijie.redrawing.rules.values import shares_of
from qijie.teams.models import Post
from qijie.teams.queries import posts_of_places
from qijie.territory.models import Node
from qijie.territory.queries import nodes


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works in a grid, today or from the day."""

    post_id: UUID | None
    """None for a post that is not set up yet."""
    title: str
    user_id: UUID | None
    name: str
    """Empty where nobody holds the post."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One grid of a plan, as the table beside the map shows it."""

    number: int
    community: str
    community_name: str
    kind: str
    """general, dedicated or undeveloped"""
    code: str
    """The code it continues; empty for a grid that will get a new one."""
    name: str
    units: int
    loads: tuple[float, ...]
    """In the order of the run's measures, households first."""
    compactness: float
    on_street: float
    pieces: int
    in_band: bool
    is_locked: bool
    households_before: int
    """Of the grid whose code it continues; 0 for a new one."""
    workers: tuple[Worker, ...]
    """Who works today in the grid it continues, or for a new one where most of its homes lie."""


@dataclass(frozen=True, slots=True)
class EndedGrid:
    """A grid of today that nothing continues: whoever works there loses the post."""

    code: str
    name: str
    households: int
    workers: tuple[Worker, ...]
    goes_to: int
    """The number of the grid that takes most of its homes."""


@dataclass(frozen=True, slots=True)
class PlanTable:
    measures: tuple[str, ...]
    """The keys of `rules.MEASURES` the loads are in."""
    grids: tuple[GridRow, ...]
    ended: tuple[EndedGrid, ...]


def plan_table(plan: Plan, on: date) -> PlanTable:
    """Every grid of a plan with its measures, the code it continues and who works there on a day.

    A fixed number of queries, whatever the size of the plan.
    """
    blocks = list(plan.run.blocks.values_list("today_grid", "loads", "community_code"))
    today = [row[0] for row in blocks]
    households = [row[1][0] for row in blocks]
    communities = sorted({row[2] for row in blocks})
    standing = nodes(on).filter(
        Q(path__in=communities) | Q(kind="grid", parent__path__in=communities)
    )
    known = {node.code: node for node in standing.defer("boundary")}
    today = [code if code in known else "" for code in today]
    posts = posts_of_places(communities, Level.GRID, on)
    continued = continued_codes(plan.grid, today, households)
    shares = shares_of(plan.grid, today, households)
    rows = [
        _grid_row(plan, measured, continued, shares, known, posts)
        for measured in plan.measures.get("grids", ())
    ]
    kept = set(continued.values())
    grids = [node for node in known.values() if node.kind == "grid" and node.code not in kept]
    goes_to = _receivers(plan.grid, today, households)
    ended = [
        EndedGrid(
            node.code,
            node.name,
            node.households,
            _workers(posts, node.code),
            goes_to.get(node.code, 0),
        )
        for node in sorted(grids, key=lambda node: node.code)
    ]
    return PlanTable(tuple(rules.MEASURES), tuple(rows), tuple(ended))


def _grid_row(
    plan: Plan,
    measured: dict[str, Any],
    continued: dict[int, str],
    shares: dict[int, dict[str, float]],
    known: dict[str, Node],
    posts: Sequence[Post],
) -> GridRow:
    number, community = measured["grid"], measured["community"]
    code = continued.get(number, "")
    before = known.get(code)
    most = code or next(iter(shares.get(number, ())), "")
    home = known.get(community.ljust(12, "0"))
    return GridRow(
        number=number,
        community=community,
        community_name=home.name if home else community,
        kind=measured["kind"],
        code=code,
        name=before.name if before else "",
        units=measured["units"],
        loads=tuple(measured["loads"]),
        compactness=measured["compactness"],
        on_street=measured["on_street"],
        pieces=measured["pieces"],
        in_band=measured["in_band"],
        is_locked=number in plan.locked,
        households_before=before.households if before else 0,
        workers=_workers(posts, most),
    )


def _receivers(
    grid: Sequence[int], today: Sequence[str], households: Sequence[float]
) -> dict[str, int]:
    """Of each grid of today, the number of the grid that takes most of its homes."""
    best: dict[str, tuple[float, int]] = {}
    for number, of_code in shares_of(grid, today, households).items():
        for code, load in of_code.items():
            best[code] = max(best.get(code, (0.0, 0)), (load, number))
    return {code: number for code, (_, number) in best.items()}


def _workers(posts: Iterable[Post], code: str) -> tuple[Worker, ...]:
    """Grid workers of a grid and its micro-grids, main holders only."""
    here = [p for p in posts if p.role == Role.GRID_WORKER and p.path.split("-")[0] == code]
    return tuple(worker_of(post) for post in here) if code else ()


def worker_of(post: Post) -> Worker:
    held = [h for h in post.holders_today if not h.is_stand_in]  # type: ignore[attr-defined]
    if not held:
        return Worker(post.pk, post.title, None, "")
    return Worker(post.pk, post.title, held[0].user_id, held[0].user.name)
