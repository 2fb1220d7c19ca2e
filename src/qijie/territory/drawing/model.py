"""What goes into a drawing and what comes out of it: plain, frozen values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]
Shapes = NDArray[np.object_]
"""Shapely geometries in one array."""

HOUSEHOLDS = "households"


@dataclass(frozen=True)
class Units:
    """The pieces a plan is put together from; none is ever cut. All arrays have one length, n.

    A unit is a whole compound, a whole building with the ground around it, or a whole block.
    """

    keys: tuple[str, ...]
    """Names that stay the same when the units are made again; unique."""
    shapes: Shapes
    """Polygons that cover each community without gap or overlap, plane metres."""
    communities: tuple[str, ...]
    measures: tuple[str, ...]
    """Names of the columns of `loads`; households come first."""
    loads: Floats
    """(n, measures): how much of each measure lies in a unit."""
    blocks: tuple[str, ...] = ()
    """The enclosure of streets each lies in; between two different ones runs a street. Empty
    where unknown, and then no border counts as lying on a street."""
    compounds: tuple[str, ...] = ()
    """The compound (小区) each is part of, `""` for none, and for a block that holds several whole
    ones."""
    dedicated: tuple[str, ...] = ()
    """`""`, or what makes the unit a dedicated grid (专属网格): market, school, hospital …
    Neighbours with the same word in one community are one dedicated grid."""

    @property
    def households(self) -> Floats:
        return self.loads[:, 0]

    def __len__(self) -> int:
        return len(self.keys)


class Edge(IntEnum):
    """What a border between two units would run along."""

    STREET = 0
    BLOCK = 1
    """Inside one block."""
    COMPOUND = 2
    """Inside one compound."""


@dataclass(frozen=True)
class Graph:
    """Who borders on whom inside a community, and for how long."""

    pairs: Numbers
    """(m, 2), the lower index first, sorted; never across a community border."""
    border_metres: Floats
    """(m,)"""
    edge: NDArray[np.int8]
    """(m,) of `Edge`."""
    area: Floats
    """(n,) square metres."""
    perimeter_metres: Floats
    """(n,)"""
    street_metres: Floats
    """(n,): how much of a unit's outline lies on a street or on its community's border."""
    bridged: tuple[tuple[int, int], ...] = ()
    """Pairs that do not touch but were joined because the community itself is in pieces."""
    across: Floats = field(default_factory=lambda: np.zeros(0))
    """How many metres lie between the pairs that face each other across ground nobody drew."""


@dataclass(frozen=True)
class Balance:
    """One measure every general grid should hold between two limits."""

    measure: str = HOUSEHOLDS
    low: float = 300.0
    high: float = 500.0
    weight: float = 1.0

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


class Aim(StrEnum):
    """What a plan leans to where the band leaves a choice."""

    BALANCED = "balanced"
    STREETS = "streets"
    """Borders on streets, blocks whole."""
    COMPACT = "compact"
    EVEN = "even"
    """Grids of one size."""
    FEW = "few"
    """As few grids as fit."""


@dataclass(frozen=True)
class Rules:
    """What a plan must keep and what it weighs.

    The first balance decides how many grids there are; the others are evened out beside it.
    """

    balances: tuple[Balance, ...] = (Balance(),)
    seed: int = 0
    effort: int = 9
    """Starts of the search per community."""
    exact: bool = True
    """Try an exact model on communities still out of band."""
    aim: Aim = Aim.BALANCED
    price: float = 0.05
    """For `replan`: what one household that changes hands costs, in out-of-band grids per 100."""
    most_moved: float | None = None
    """For `replan`: no more households than this may change hands; None is no bound."""


class Rule(StrEnum):
    """The rules of a drawing, the strongest first."""

    WHOLE = "whole"
    """No building is cut, no compound of one grid's size."""
    COMMUNITY = "community"
    CONTIGUITY = "contiguity"
    DEDICATED = "dedicated"
    SIZE = "size"
    STREETS = "streets"
    COMPACTNESS = "compactness"


class Reason(StrEnum):
    """Why a rule gave way."""

    TOO_FEW_HERE = "too_few_here"
    """The whole connected piece has less than one grid needs."""
    UNIT_TOO_LARGE = "unit_too_large"
    """One unit alone is over the limit and may not be cut."""
    NO_COUNT_FITS = "no_count_fits"
    """The piece's total cannot be divided into whole grids within the limits."""
    COMMUNITY_IN_PIECES = "community_in_pieces"
    WOULD_CUT_OFF = "would_cut_off"
    """Taking the dedicated grid out would leave the rest in pieces."""
    PROVED_IN_MODEL = "proved_in_model"
    """The exact model found nothing better within its shapes."""
    BEST_FOUND = "best_found"
    LOCKED = "locked"
    BOUND = "bound"
    """More households would have to change hands than allowed."""
    BLOCK_TOO_LARGE = "block_too_large"
    """One block holds more than one grid may, so a border runs inside it."""
    BY_HAND = "by_hand"
    """Nothing on the ground asks for it; no search leaves it so, a hand does."""


@dataclass(frozen=True)
class GaveWay:
    """One place where a rule was not kept."""

    rule: Rule
    reason: Reason
    community: str
    grid: int
    amount: float
    """By how much: over (above 0) or under (below 0) the band, pieces too many, metres of border
    inside a block, households of a dedicated unit."""
    keys: tuple[str, ...] = ()
    """The units that show it."""
    measure: str = HOUSEHOLDS
    """What `amount` counts where the rule is SIZE."""
    beside: int = 0
    """The grid on the other side where the rule is STREETS, else 0."""


@dataclass(frozen=True)
class GridMeasures:
    """One grid of a plan."""

    grid: int
    community: str
    kind: str
    """general, dedicated or undeveloped"""
    units: int
    loads: tuple[float, ...]
    """In the order of `Units.measures`."""
    area: float
    perimeter_metres: float
    compactness: float
    """Polsby–Popper: 4π · area / perimeter², 1 for a circle."""
    on_street: float
    """Share of the outline on streets or the community's border, 0 to 1."""
    pieces: int
    in_band: bool
    """Every balance kept; always true of dedicated and undeveloped grids."""


@dataclass(frozen=True)
class Measures:
    """A whole plan. Shares are 0 to 1 and count general grids alone."""

    grids: tuple[GridMeasures, ...]
    general: int
    in_band: float
    out_of_band: tuple[int, ...]
    pieces_too_many: int
    compactness: float
    """Mean Polsby–Popper of the general grids."""
    on_street: float
    """Metres of border between grids that lie on a street, of all such metres."""
    whole_blocks: float
    """Share of the blocks no border runs through."""
    cut_compounds: int
    """Compounds of at most one grid's size that lie in more than one grid; their dedicated units
    are grids of their own and do not count."""
    deviation: float
    """Mean distance of the first measure from the middle of its band, as a share of the middle."""
    spread: tuple[float, ...]
    """Of each measure: largest grid over mean grid."""
    moved_households: float = 0.0
    """Against the plan it started from; 0 where there was none."""
    moved_share: float = 0.0


@dataclass(frozen=True)
class Plan:
    """A grid for every unit."""

    grid: Numbers
    """(n,) numbers from 1, in each community from north to south and west to east."""
    rules: Rules
    measures: Measures
    gave_way: tuple[GaveWay, ...] = ()
    seconds: float = field(default=0.0, compare=False)


class Cancelled(Exception):
    """The caller's `cancelled` said so; nothing is returned."""


Progress = Callable[[int, int, str], None]
"""Called as progress(done, of, community)."""


def silent(done: int, of: int, community: str) -> None:
    """Tells nobody."""


def never() -> bool:
    """Is not cancelled."""
    return False
