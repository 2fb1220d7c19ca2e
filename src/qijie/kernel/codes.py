"""Where things are, as codes and paths.

A *code* is an identity (`420103008001`, twelve digits); a *path* is the code's significant digits,
longest for the lowest node, so that a subtree is a prefix: city `4201`, district `420103`, street
`420103008`, community `420103008001`, grid `420103008001` + suffix, and below the grid one
dash-separated segment each: `-m1` micro-grid, `-c01` compound, `-b0001` building, `-u1` unit.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from qijie.kernel.refusal import Refusal

DIVISION_DIGITS = 12
REGION_DIGITS = 6
# Source: GB/T 2260, the two-digit codes of the provincial level.
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]")
_SEGMENT = re.compile(r"[mcbu][0-9]+")


class Level(StrEnum):
    """The ladder, lowest first; compares by height, so `Level.GRID < Level.CITY`."""

    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"
    CITY = "city"

    @property
    def rank(self) -> int:
        return list(Level).index(self)

    @property
    def above(self) -> "Level | None":
        """One step up the ladder; None above the city."""
        steps = list(Level)
        return steps[self.rank + 1] if self.rank + 1 < len(steps) else None

    def __lt__(self, other: str) -> bool:
        return self.rank < Level(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Level(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Level(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Level(other).rank


class NodeKind(StrEnum):
    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    TOWN = "town"
    COMMUNITY = "community"
    VILLAGE = "village"
    GRID = "grid"
    MICRO_GRID = "micro_grid"
    COMPOUND = "compound"
    BUILDING = "building"
    UNIT = "unit"

    @property
    def level(self) -> Level:
        """The rung that answers for such a node: a building is the grid's."""
        return _LEVEL_OF_KIND.get(self, Level.GRID)


_LEVEL_OF_KIND = {
    NodeKind.CITY: Level.CITY,
    NodeKind.DISTRICT: Level.DISTRICT,
    NodeKind.STREET: Level.STREET,
    NodeKind.TOWN: Level.STREET,
    NodeKind.COMMUNITY: Level.COMMUNITY,
    NodeKind.VILLAGE: Level.COMMUNITY,
}
_DIGITS_OF_LEVEL = {Level.CITY: 4, Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12}
_LEVEL_OF_DIGITS = {digits: level for level, digits in _DIGITS_OF_LEVEL.items()}


@dataclass(frozen=True, slots=True, order=True)
class DivisionCode:
    """A twelve-digit statistical division code from the city down to the community or village.

    Source: the National Bureau of Statistics' division codes, 2 + 2 + 2 + 3 + 3 digits.
    """

    value: str

    def __post_init__(self) -> None:
        _refuse_bad_division(self.value)

    @classmethod
    def parse(cls, text: str) -> "DivisionCode":
        return cls(_plain_digits(text))

    @property
    def path(self) -> str:
        """The significant digits; a city without districts keeps its `00` (`441900003`)."""
        for length in (4, 6, 9):
            if not self.value[length:].strip("0"):
                return self.value[:length]
        return self.value

    @property
    def level(self) -> Level:
        return _LEVEL_OF_DIGITS[len(self.path)]

    @property
    def region(self) -> str:
        """The six-digit county code every event-side row carries."""
        return self.value[:REGION_DIGITS]

    def __str__(self) -> str:
        return self.value


def _plain_digits(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _refuse_bad_division(value: str) -> None:
    if not (len(value) == DIVISION_DIGITS and value.isascii() and value.isdigit()):
        raise Refusal(f"区划代码“{value}”应为 12 位数字，不足的请在末尾补 0，例如 420103000000。")
    if not _PROVINCE.fullmatch(value[:2]):
        raise Refusal(f"区划代码“{value}”的前两位不是任何省份的代码，请对照国家统计局代码核对。")
    if value[2:4] == "00":
        raise Refusal(f"区划代码“{value}”没有到市一级，请填写市、区、街道或社区的代码。")
    if value[6:9] == "000" and value[9:] != "000":
        raise Refusal(f"区划代码“{value}”有社区却没有街道，请检查第 7 至 9 位。")


def code_of_path(path: str) -> str:
    """The twelve digits of a division's path: `420103` gives `420103000000`."""
    if len(path) not in _LEVEL_OF_DIGITS:
        raise Refusal(f"路径“{path}”不是市、区、街道或社区的路径，位数应为 4、6、9 或 12。")
    return DivisionCode(path.ljust(DIVISION_DIGITS, "0")).value


@dataclass(frozen=True, slots=True, order=True)
class GridCode:
    """A grid's identity: its community and a number in it. Code and path are the same string."""

    community: DivisionCode
    sequence: int
    width: int

    @property
    def code(self) -> str:
        return f"{self.community.value}{self.sequence:0{self.width}d}"

    @property
    def path(self) -> str:
        return self.code

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class GridCoding:
    """How a place numbers its grids: `width` digits after the community's twelve."""

    width: int = 3

    def __post_init__(self) -> None:
        if not 2 <= self.width <= 5:
            raise Refusal(f"网格序号位数是 {self.width}，应在 2 至 5 之间，请修改网格编码设置。")

    @property
    def digits(self) -> int:
        return DIVISION_DIGITS + self.width

    def make(self, community: DivisionCode, sequence: int) -> GridCode:
        if community.level is not Level.COMMUNITY:
            raise Refusal(f"网格必须属于社区或村，“{community}”不是，请先选到社区。")
        if not 1 <= sequence < 10**self.width:
            raise Refusal(
                f"网格序号 {sequence} 超出 {self.width} 位编码的范围（1 至 {10**self.width - 1}），"
                "请加长网格序号位数。"
            )
        return GridCode(community, sequence, self.width)

    def format(self, community: DivisionCode, sequence: int) -> str:
        return self.make(community, sequence).code

    def parse(self, text: str) -> GridCode:
        digits = _plain_digits(text)
        if not (len(digits) == self.digits and digits.isascii() and digits.isdigit()):
            raise Refusal(
                f"网格编码“{text}”应为 {self.digits} 位数字：社区 12 位加序号 {self.width} 位。"
            )
        community = DivisionCode(digits[:DIVISION_DIGITS])
        return self.make(community, int(digits[DIVISION_DIGITS:]))

    def next_free(self, community: DivisionCode, ever_used: Iterable[str]) -> GridCode:
        """One after the highest ever used: a code given up by a redrawn grid stays its own."""
        taken = [self.parse(code) for code in ever_used]
        highest = max((code.sequence for code in taken if code.community == community), default=0)
        return self.make(community, highest + 1)


DEFAULT_GRID_CODING = GridCoding()


def building_code(community: DivisionCode, sequence: int) -> str:
    """The building's identity; it names the community, so redrawing grids never changes it."""
    return f"{community.value}-b{sequence:05d}"


def compound_code(community: DivisionCode, sequence: int) -> str:
    """The compound's identity; like a building's, it outlives the grid it lies in."""
    return f"{community.value}-c{sequence:04d}"


def micro_grid_path(grid_path: str, sequence: int) -> str:
    return f"{grid_path}-m{sequence}"


def compound_path(grid_path: str, sequence: int) -> str:
    return f"{grid_path}-c{sequence:02d}"


def building_path(grid_path: str, sequence: int) -> str:
    return f"{grid_path}-b{sequence:04d}"


def unit_path(parent_path: str, sequence: int) -> str:
    return f"{parent_path}-u{sequence}"


def level_of_path(path: str, coding: GridCoding = DEFAULT_GRID_CODING) -> Level:
    digits, *segments = path.split("-")
    well_formed = digits.isascii() and digits.isdigit() and all(map(_SEGMENT.fullmatch, segments))
    if well_formed and len(digits) == coding.digits:
        return Level.GRID
    if well_formed and not segments and len(digits) in _LEVEL_OF_DIGITS:
        return _LEVEL_OF_DIGITS[len(digits)]
    raise Refusal(
        f"路径“{path}”不合规则：应为 4、6、9、12 位区划数字，"
        f"或 {coding.digits} 位网格编码（其后可接 -m、-c、-b、-u 段）。"
    )


def ancestors(path: str) -> tuple[str, ...]:
    """Every path above this one, the city first and the nearest last; the path itself is not in it.

    Works for any suffix width: whatever follows the twelfth digit is one step.
    """
    digits, *segments = path.split("-")
    steps = [digits[:length] for length in _LEVEL_OF_DIGITS if length < len(digits)]
    steps.sort(key=len)
    if segments:
        steps.append(digits)
    for count in range(1, len(segments)):
        steps.append("-".join([digits, *segments[:count]]))
    return tuple(steps)


def is_within(path: str, ancestor_path: str) -> bool:
    """Whether the path is the ancestor or lies below it, step by step rather than by raw prefix.

    `420103008001` is not within `42010300800`, nor `…-b00010` within `…-b0001`.
    """
    return path == ancestor_path or ancestor_path in ancestors(path)


def path_at(path: str, level: Level) -> str | None:
    """The part of a path that names its node on one rung; None if the path ends above it."""
    digits = path.split("-")[0]
    if level is Level.GRID:
        return digits if len(digits) > DIVISION_DIGITS else None
    length = _DIGITS_OF_LEVEL[level]
    return digits[:length] if len(digits) >= length else None
