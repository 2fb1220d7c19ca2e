"""Contiguous, compact, even parts out of neighbouring patches of ground."""

import math
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import Polygon, STRtree
from shapely.geometry.base import BaseGeometry

STARTS: Final = 6
FLIPS_PER_PATCH: Final = 120


@dataclass(frozen=True)
class Patch:
    """Something a border may not cut; `weight` is its share of the load to be evened out."""

    x: float
    y: float
    area: float
    perimeter: float
    weight: float


Links = Mapping[int, Mapping[int, float]]


def patch(shape: Polygon, weight: float) -> Patch:
    centre = shape.centroid
    return Patch(centre.x, centre.y, shape.area, shape.length, weight)


def shared_borders(
    shapes: Sequence[Polygon], main_roads: BaseGeometry
) -> dict[int, dict[int, float]]:
    """Pull between shapes: metres of common border, below nought where a main road runs along it.

    Shapes that touch at one point only are not neighbours.
    """
    links: dict[int, dict[int, float]] = {i: {} for i in range(len(shapes))}
    shapely.prepare(main_roads)
    firsts, seconds = STRtree(shapes).query(shapes, predicate="dwithin", distance=0.05)
    for a, b in zip(firsts.tolist(), seconds.tolist(), strict=True):
        if a < b:
            strip = shapes[a].buffer(0.05).intersection(shapes[b].boundary)
            if strip.length > 8.0:
                on_main = main_roads.contains(strip.interpolate(0.5, normalized=True))
                pull = float(strip.length) * (-1.5 if on_main else 1.0)
                links[a][b] = links[b][a] = pull
    return links


def bundled(links: Links, bundles: Sequence[Collection[int]]) -> dict[int, dict[int, float]]:
    """Links between bundles of the patches that `links` speaks of."""
    home = {i: n for n, bundle in enumerate(bundles) for i in bundle}
    summed: dict[int, dict[int, float]] = {n: {} for n in range(len(bundles))}
    for i, n in home.items():
        for j, pull in links[i].items():
            m = home.get(j, n)
            if m != n:
                summed[n][m] = summed[n].get(m, 0.0) + pull
    return summed


def connected(members: Collection[int], links: Links) -> list[set[int]]:
    """Connected groups, the largest first."""
    left, groups = set(members), []
    while left:
        group, queue = set(), [min(left)]
        while queue:
            here = queue.pop()
            if here in left:
                left.discard(here)
                group.add(here)
                queue.extend(sorted(left & links[here].keys()))
        groups.append(group)
    return sorted(groups, key=lambda g: (-len(g), min(g)))


@dataclass(frozen=True)
class Division:
    """One connected set of patches to be cut into `count` parts."""

    patches: Mapping[int, Patch]
    links: Links
    count: int

    @property
    def target(self) -> float:
        return sum(p.weight for p in self.patches.values()) / self.count

    def cost(self, part: Iterable[int]) -> float:
        members = [self.patches[i] for i in part]
        inside = set(part)
        area = sum(p.area for p in members)
        even = (sum(p.weight for p in members) / self.target - 1) ** 2
        shared = sum(n for i in inside for j, n in self.links[i].items() if j in inside)
        border = (sum(p.perimeter for p in members) - shared) / math.sqrt(area)
        return 9.0 * even + 0.5 * border + 2.5 * _spread(members, area)

    def best(self, seed: int) -> list[set[int]]:
        rng = random.Random(seed)
        tries = (self._improve(self._seeded(rng), rng) for _ in range(STARTS))
        return min(tries, key=lambda parts: sum(self.cost(p) for p in parts))

    def _seeded(self, rng: random.Random) -> list[set[int]]:
        ids = sorted(self.patches)
        cores = [rng.choice(ids)]
        while len(cores) < self.count:
            cores.append(max(ids, key=lambda i: min(self._distance(i, c) for c in cores)))
        parts = [{core} for core in cores]
        free = set(ids) - set(cores)
        while free:
            self._grow_lightest(parts, free)
        return parts

    def _grow_lightest(self, parts: list[set[int]], free: set[int]) -> None:
        for part in sorted(parts, key=lambda p: sum(self.patches[i].weight for i in p)):
            around = sorted({j for i in part for j in self.links[i]} & free)
            if around:
                chosen = min(around, key=lambda j: self.cost(part | {j}))
                part.add(chosen)
                free.discard(chosen)
                return

    def _improve(self, parts: list[set[int]], rng: random.Random) -> list[set[int]]:
        ids = sorted(self.patches)
        home = {i: n for n, part in enumerate(parts) for i in part}
        costs = [self.cost(p) for p in parts]
        flips = FLIPS_PER_PATCH * len(ids)
        for step in range(flips):
            moved = rng.choice(ids)
            old = home[moved]
            near = sorted({home[j] for j in self.links[moved] if j in home} - {old})
            if not near or len(parts[old]) == 1:
                continue
            new = rng.choice(near)
            rest = parts[old] - {moved}
            grown = parts[new] | {moved}
            gain = costs[old] + costs[new] - self.cost(rest) - self.cost(grown)
            heat = 0.15 * (1 - step / flips) ** 2
            if gain <= 0 and (heat == 0 or rng.random() >= math.exp(gain / (heat + 1e-9))):
                continue
            if len(connected(rest, self.links)) == 1:
                parts[old], parts[new], home[moved] = rest, grown, new
                costs[old], costs[new] = self.cost(rest), self.cost(grown)
        return parts

    def _distance(self, a: int, b: int) -> float:
        one, two = self.patches[a], self.patches[b]
        return math.hypot(one.x - two.x, one.y - two.y)


def _spread(members: Sequence[Patch], area: float) -> float:
    """Moment of inertia over that of a square of the same area, roughly; 1 is compact."""
    x = sum(p.x * p.area for p in members) / area
    y = sum(p.y * p.area for p in members) / area
    about = sum(p.area * ((p.x - x) ** 2 + (p.y - y) ** 2 + p.area / 6) for p in members)
    return 6 * about / area**2


def divide(patches: Mapping[int, Patch], links: Links, count: int, seed: int) -> list[list[int]]:
    """Parts in no particular order; every connected group of patches gets its own share."""
    inner = {i: {j: n for j, n in links[i].items() if j in patches} for i in patches}
    groups = connected(patches, inner)
    shares = _shares([sum(patches[i].weight for i in g) for g in groups], count)
    parts: list[list[int]] = []
    for group, share in zip(groups, shares, strict=True):
        division = Division({i: patches[i] for i in sorted(group)}, inner, share)
        parts.extend(sorted(part) for part in division.best(seed))
    return parts


def _shares(weights: Sequence[float], count: int) -> list[int]:
    """Whole parts by largest quotient, at least one for each."""
    shares = [1] * len(weights)
    while sum(shares) < count:
        quotients = [w / (s + 0.5) for w, s in zip(weights, shares, strict=True)]
        shares[int(np.argmax(quotients))] += 1
    return shares


def union(shapes: Sequence[Polygon]) -> Polygon:
    merged = shapely.coverage_union_all(list(shapes))
    if not isinstance(merged, Polygon):
        raise ValueError(f"{len(shapes)} patches do not make one piece")
    return merged
