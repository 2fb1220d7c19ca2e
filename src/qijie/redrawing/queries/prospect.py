"""What putting a plan into force would do, grid by grid, before anything is written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import cast
from uuid import UUID

import numpy as np
import shapely
from django.conf import settings
from django.contrib.gis.geos import MultiPolygon
from django.db.models import Q

from qijie.access.viewer import Role
from qijie.issues.queries.places import Spot, open_in_grids
from qijie.kernel.codes import Level
from qijie.redrawing.models import Block, Plan
from qijie.redrawing.queries.pending import pending_over
from qijie.redrawing.queries.shapes import border_of, is_nearly, is_same
from qijie.redrawing.rules.coding import Coded, coded, grid_name
from qijie.redrawing.rules.values import bare_units, shares_of
from qijie.teams.models import Post
from qijie.teams.queries import posts_of_places
from qijie.territory.drawing.model import HOUSEHOLDS, Units
from qijie.territory.drawing.numbering import numbered
from qijie.territory.models import Building, Node
from qijie.territory.queries import buildings, coding, nodes
from qijie.territory.shapes import stored

_NAMED = 3


@dataclass(frozen=True, slots=True)
class NextGrid:
    """One grid of a plan as it would be."""

    number: int
    code: str
    name: str
    kind: str
    community: str
    is_new: bool
    is_redrawn: bool
    """Rows are written for it."""
    is_changed: bool
    """Its ground or its homes change: whoever works there has to know."""
    boundary: MultiPolygon
    building_codes: frozenset[str]
    households: int
    households_before: int
    donors: tuple[str, ...]
    """Codes of today its homes come from, the most first."""


@dataclass(frozen=True, slots=True)
class PostToOpen:
    """A post of a new grid, made like one of a grid of today."""

    like: Post
    number: int
    path: str
    code: str
    title: str
    holder_id: UUID | None
    holder_name: str

    @property
    def is_worker(self) -> bool:
        return self.like.role == Role.GRID_WORKER


@dataclass
class Prospect:
    """Everything that follows from a plan and a day; reads once, writes nothing."""

    plan: Plan
    on: date
    today: date
    blocks: list[Block] = field(init=False)
    old: dict[str, Node] = field(init=False)
    homes: list[Building] = field(init=False)

    def __post_init__(self) -> None:
        self.blocks = list(self.plan.run.blocks.all())
        paths = self.communities
        grids = nodes(self.today).filter(kind="grid", parent__path__in=paths)
        self.old = {node.code: node for node in grids.order_by("path")}
        inside = Q(grid__parent__path__in=paths)
        found = buildings(self.today).filter(inside).select_related("grid").defer("footprint")
        self.homes = list(found.order_by("path"))

    @property
    def communities(self) -> list[str]:
        return sorted({block.community_code for block in self.blocks})

    @cached_property
    def shapes(self) -> np.ndarray:
        return np.array([shapely.from_wkb(bytes(b.shape.wkb)) for b in self.blocks], dtype=object)

    @cached_property
    def units(self) -> Units:
        rows = [vars(block) for block in self.blocks]
        bare = bare_units(rows, (HOUSEHOLDS, *self.plan.run.graph.get("measures", ())[1:]))
        return Units(
            bare.keys,
            self.shapes,
            bare.communities,
            bare.measures,
            bare.loads,
            bare.blocks,
            bare.compounds,
            bare.dedicated,
        )

    @cached_property
    def coded(self) -> Coded:
        grid = np.array(self.plan.grid, dtype=np.int32)
        read = numbered(self.units, grid)
        order = dict(sorted(zip(read.tolist(), grid.tolist(), strict=True)))
        ever = Node.objects.filter(kind="grid", parent__path__in=self.communities)
        return coded(
            self.plan.grid,
            [block.today_grid if block.today_grid in self.old else "" for block in self.blocks],
            [block.loads[0] for block in self.blocks],
            [block.community_code for block in self.blocks],
            reading_order=list(order.values()),
            ever_used=set(ever.values_list("code", flat=True)),
            coding=coding(),
        )

    @cached_property
    def grids(self) -> list[NextGrid]:
        """In the order of their codes."""
        members: dict[int, list[int]] = {}
        for position, number in enumerate(self.plan.grid):
            members.setdefault(number, []).append(position)
        shares = shares_of(
            self.plan.grid,
            [block.today_grid for block in self.blocks],
            [block.loads[0] for block in self.blocks],
        )
        found = [
            self._next(number, inside, tuple(shares.get(number, ())))
            for number, inside in members.items()
        ]
        return sorted(found, key=lambda grid: grid.code)

    def _next(self, number: int, inside: list[int], donors: tuple[str, ...]) -> NextGrid:
        code = self.coded.codes[number]
        before = self.old.get(code)
        codes = frozenset(c for at in inside for c in self.blocks[at].building_codes)
        shape = shapely.union_all(self.shapes[inside])
        same_homes = before is not None and self._homes_of.get(code, frozenset()) == codes
        ground = border_of(before)
        return NextGrid(
            number=number,
            code=code,
            name=before.name if before else grid_name(code, coding()),
            kind=self._kind(number, code, inside),
            community=self.blocks[inside[0]].community_code,
            is_new=before is None,
            is_redrawn=not (same_homes and is_same(shape, ground)),
            is_changed=not (same_homes and is_nearly(shape, ground)),
            boundary=stored(shape),
            building_codes=codes,
            households=sum(self._households.get(one, 0) for one in codes),
            households_before=before.households if before else 0,
            donors=donors,
        )

    def _kind(self, number: int, code: str, inside: list[int]) -> str:
        """A dedicated or undeveloped grid of today that stays what it is keeps its kind."""
        measured = {row["grid"]: row["kind"] for row in self.plan.measures.get("grids", ())}
        kind = str(measured.get(number, "general"))
        before = self.old.get(code)
        fixed = before is not None and all(self.blocks[at].dedicated == code for at in inside)
        return before.grid_kind if before is not None and fixed else kind

    @cached_property
    def _households(self) -> dict[str, int]:
        return {home.code: home.households for home in self.homes}

    @cached_property
    def _homes_of(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for home in self.homes:
            found.setdefault(home.grid.code, set()).add(home.code)
        return {code: frozenset(codes) for code, codes in found.items()}

    @cached_property
    def by_number(self) -> dict[int, NextGrid]:
        return {grid.number: grid for grid in self.grids}

    @cached_property
    def ended(self) -> list[Node]:
        kept = {grid.code for grid in self.grids}
        return [node for code, node in self.old.items() if code not in kept]

    @cached_property
    def successors(self) -> dict[str, str]:
        """Code of every grid that ends to the code of the one that goes on with its ground."""
        return {node.code: self._successor(node).code for node in self.ended}

    def _successor(self, node: Node) -> NextGrid:
        number = self.coded.successors.get(node.code)
        if number is not None:
            return self.by_number[number]
        near = [g for g in self.grids if g.community == node.path[: len(g.community)]]
        ground = border_of(node)
        if ground is None:
            return near[0]
        return min(near, key=lambda grid: cast(float, shapely.distance(_shape(grid), ground)))

    def to_write(self, community: str) -> list[NextGrid]:
        """Grids of a community that have to be written; none where nothing changes."""
        grids = [grid for grid in self.grids if grid.community == community]
        if not any(grid.is_changed for grid in grids):
            return []
        return [grid for grid in grids if grid.is_redrawn]

    # Posts

    @cached_property
    def posts(self) -> dict[str, list[Post]]:
        """Posts of today's grids and micro-grids by path, holders as `holders_today`."""
        found: dict[str, list[Post]] = {}
        for post in posts_of_places(self.communities, Level.GRID, self.today):
            found.setdefault(post.path, []).append(post)
        return found

    def posts_of_grid(self, code: str) -> list[Post]:
        """Those of a grid and of the micro-grids in it."""
        return [
            post
            for path, posts in sorted(self.posts.items())
            if path.split("-")[0] == code
            for post in posts
        ]

    @cached_property
    def posts_ended(self) -> list[Post]:
        return [post for node in self.ended for post in self.posts_of_grid(node.code)]

    def posts_opened(self, holders: Mapping[int, UUID]) -> list[PostToOpen]:
        """For each new grid the posts of the grid most of its homes come from, so staffed."""
        return [
            self._opened(grid, post, holders.get(grid.number))
            for grid in self.grids
            if grid.is_new
            for post in self._models(grid)
        ]

    def _models(self, grid: NextGrid) -> list[Post]:
        """The first of its donors that has a worker; nobody works in a grid nobody worked in."""
        for code in grid.donors:
            posts = self.posts.get(code, [])
            if any(post.role == Role.GRID_WORKER for post in posts):
                return posts
        return []

    def _opened(self, grid: NextGrid, like: Post, chosen: UUID | None) -> PostToOpen:
        donor = self.old[like.path]
        held = [h for h in like.holders_today if not h.is_stand_in]  # type: ignore[attr-defined]
        is_chosen = chosen is not None and like.role == Role.GRID_WORKER
        return PostToOpen(
            like=like,
            number=grid.number,
            path=grid.code,
            code=_code_like(like.code, donor.code, grid.code),
            title=like.title.replace(donor.name, grid.name, 1),
            holder_id=chosen if is_chosen else held[0].user_id if held else None,
            holder_name="" if is_chosen else held[0].user.name if held else "",
        )

    # Matters

    @cached_property
    def matters_in(self) -> Counter[int]:
        """Open matters of the viewer's scope that would move, by the number they move into."""
        return Counter(number for _, number in self._moving)

    @cached_property
    def _moving(self) -> list[tuple[Spot, int]]:
        touched = [g.code for g in self.grids if g.is_changed and not g.is_new]
        spots = open_in_grids([*touched, *self.successors])
        shapes = [_shape(grid) for grid in self.grids]
        tree = shapely.STRtree(shapes)
        found = []
        for spot in spots:
            code = self._code_at(tree, spot) or self.successors.get(spot.grid_path, spot.grid_path)
            if code != spot.grid_path:
                found.append((spot, next(g.number for g in self.grids if g.code == code)))
        return found

    def _code_at(self, tree: shapely.STRtree, spot: Spot) -> str | None:
        """The lowest code of the grids that hold the point, as `locate` has it."""
        if spot.lon is None or spot.lat is None:
            return None
        hits = tree.query(shapely.Point(spot.lon, spot.lat), predicate="intersects")
        return min((self.grids[hit].code for hit in hits), default=None)

    # Objections

    @property
    def out_of_band(self) -> tuple[int, ...]:
        return tuple(self.plan.measures.get("out_of_band", ()))

    def objections(self) -> list[str]:
        """Why it cannot be put into force as it is; each says what to mend."""
        return [
            *self._about_the_day(),
            *self._about_others(),
            *self._about_stale_data(),
            *self._about_shape(),
        ]

    def _about_the_day(self) -> list[str]:
        if self.on <= self.today:
            return [f"启用日期 {self.on} 须晚于今天（{self.today}），请改为明天或更晚。"]
        return []

    def _about_others(self) -> list[str]:
        found = []
        for plan in pending_over(self.communities, self.today):
            found.append(
                f"“{plan.name}”已定于 {plan.in_force_on} 启用，涉及同一社区；"
                "请等它启用，或先撤回它。"
            )
        coming = Q(valid_from__gt=self.today) | Q(valid_to__gt=self.today)
        rows = Node.objects.filter(coming, kind="grid", parent__path__in=self.communities)
        if not found and (node := rows.order_by("valid_from").first()):
            found.append(f"网格“{node.name}”已有将要生效的改动，请等它生效后重新划分。")
        return found

    def _about_stale_data(self) -> list[str]:
        if {node.pk for node in self.old.values()} != set(self.plan.run.grids_then):
            return [f"网格自 {self.plan.run.as_of} 以来已经变动，本方案过时，请重新划分。"]
        now = {home.code for home in self.homes}
        then = {code for block in self.blocks for code in block.building_codes}
        return [
            *_strangers("有新增楼栋", now - then),
            *_strangers("有楼栋已停用", then - now),
        ]

    def _about_shape(self) -> list[str]:
        broken = [row["grid"] for row in self.plan.measures.get("grids", ()) if row["pieces"] > 1]
        found = []
        if broken:
            named = "、".join(map(str, broken))
            found.append(f"第 {named} 格不连片，请把零散的地块移到相邻网格。")
        if any(number < 1 for number in self.plan.grid):
            found.append("有地块没有分到网格，请把它们移入相邻网格。")
        return found


def _strangers(what: str, codes: set[str]) -> list[str]:
    if not codes:
        return []
    named = "、".join(sorted(codes)[:_NAMED])
    return [f"划分之后{what}（{named}等 {len(codes)} 栋），请重新划分后再采用。"]


def _code_like(code: str, donor: str, new: str) -> str:
    """The donor's post code with the new grid's digits in place of the donor's."""
    for length in range(len(donor), settings.GRID_SUFFIX_WIDTH - 1, -1):
        if code.endswith(donor[-length:]):
            return code[:-length] + new[-length:]
    return f"{code}-{new}"


def _shape(grid: NextGrid) -> shapely.Geometry:
    return shapely.from_wkb(bytes(grid.boundary.wkb))
