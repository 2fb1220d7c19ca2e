"""What hangs on a notice board: who is named and in which order, what is said of a gap; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qijie.kernel.words import Word


class Paper(Word):
    A3 = "a3", "A3"
    A4 = "a4", "A4"


class FileState(Word):
    WAITING = "waiting", "等待制作"
    RUNNING = "running", "正在制作"
    DONE = "done", "已做好"
    FAILED = "failed", "没有做成"
    CANCELLED = "cancelled", "已取消"

    @property
    def is_under_way(self) -> bool:
        return self in UNDER_WAY


UNDER_WAY = (FileState.WAITING, FileState.RUNNING)

# Whom a resident turns to, as post kinds of `refdata/`, in the order of the board. Who dispatches,
# verifies or judges is the offices' own affair and is not named.
NAMED = (
    "grid_lead",
    "deputy_grid_lead",
    "grid_worker",
    "dedicated_grid_worker",
    "grid_assistant",
    "beat_officer",
    "chief_grid_lead",
    "lead",
    "desk",
    "duty_desk",
    "mediator",
    "property_manager",
    "contact_cadre",
    "building_lead",
    "residents_group_lead",
)
MOST_NAMED = 12
"""As many as can be read at two metres; the rest stand on the grid's public page."""
HOTLINE = "12345"
EMERGENCIES = (("110", "报警"), ("119", "火警"), ("120", "急救"))
_LEVEL_WORDS = {"community": "社区", "street": "街道", "district": "区"}


@dataclass(frozen=True, slots=True)
class Answerer:
    """One post as a resident reads it."""

    post: str
    name: str = ""
    """Empty while nobody holds the post."""
    stand_ins: tuple[str, ...] = ()
    phone: str = ""
    is_shared_phone: bool = False
    """The post has no number of its own; this is its community's."""
    hours: str = ""
    instead: str = ""
    """Whom to ask while the post is vacant and nobody stands in."""

    @property
    def is_vacant(self) -> bool:
        return not self.name

    @property
    def note(self) -> str:
        """What is said beside the name; empty where the name says all."""
        standing_in = "、".join(self.stand_ins)
        if standing_in:
            return f"由 {standing_in} 代班"
        return f"请找{self.instead}" if self.is_vacant and self.instead else ""


def with_deputies(answerers: Sequence[Answerer]) -> tuple[Answerer, ...]:
    """A vacant post without a stand-in sends people to the first post that is held."""
    held = next((one for one in answerers if not one.is_vacant), None)
    instead = f"{held.post} {held.name}" if held else f"热线 {HOTLINE}"
    return tuple(
        replace(one, instead=instead) if one.is_vacant and not one.stand_ins else one
        for one in answerers
    )


def common_hours(answerers: Iterable[Answerer]) -> str:
    """The hours all of them keep; empty where they differ or none are known."""
    kept = {one.hours for one in answerers}
    return kept.pop() if len(kept) == 1 else ""


def has_shared_phone(answerers: Iterable[Answerer]) -> bool:
    return any(one.phone and one.is_shared_phone for one in answerers)


def short_title(title: str, level: str, places: Iterable[str]) -> str:
    """What a post is called on its own board: 武展社区第一网格网格员 is 网格员 there."""
    short = title
    for place in places:
        rest = short.removeprefix(place).strip()
        short = rest or short
    above = _LEVEL_WORDS.get(level, "")
    return short if short.startswith(above) or short == title else f"{above}{short}"


@dataclass(frozen=True, slots=True)
class Change:
    """What is already decided of a grid's days to come."""

    on: date
    is_end: bool
    """The code ends; otherwise it goes on with another border."""
    takers: tuple[tuple[str, str], ...] = ()
    """Code and name of the grids that take over its ground, the largest share first."""


# What was solved lately

FLOOR = 3
"""A count below it could point at one matter: of 1 or 2 only “少于 3” is ever stored."""
MONTHS_SHOWN = 6


def months_before(on: date, count: int = MONTHS_SHOWN) -> list[date]:
    """The first days of the whole months before a day, the latest first.

    The running month is left out: its count would grow by one on the day a matter closes, and tell
    a neighbour which.
    """
    months = []
    first = on.replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(first)
    return months


def as_stored(count: int) -> int | None:
    return count if count >= FLOOR else None


def solved_words(count: int | None) -> str:
    return f"少于 {FLOOR}" if count is None else str(count)
