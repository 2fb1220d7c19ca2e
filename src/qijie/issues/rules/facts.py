"""What each move brings with it: small frozen values, made once at the door and then trusted.

Whoever calls makes the ids (of a matter, of an order), so the same acts always give the same rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from qijie.issues.rules.matter import JSON
from qijie.issues.rules.vocabulary import (
    Channel,
    Evidence,
    Family,
    Move,
    Receiver,
    ReturnReason,
    State,
    Urgency,
    VoidReason,
)
from qijie.kernel.calendars import SHANGHAI
from qijie.kernel.codes import Level


def end_of(day: date) -> datetime:
    """The last moment of a day named as a deadline: the midnight after it, Shanghai time."""
    return datetime.combine(day, time(), SHANGHAI) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """Nothing beyond the words of the act."""

    @property
    def until(self) -> datetime | None:
        """The moment a person named, for clocks that run to a named date."""
        return None


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order to be opened for one unit or one post."""

    id: UUID
    unit_id: UUID | None = None
    post_id: UUID | None = None
    is_main: bool = False
    # The rung the unit or post belongs to; matters once the matter was whistled up from there.
    level: Level | None = None
    path: str = ""
    has_consented: bool = False


@dataclass(frozen=True, slots=True)
class Classified(Facts):
    """What kind of matter it is, as far as this move says so; None leaves it as it was."""

    family: Family | None = None
    category: str | None = None
    condition: str | None = None
    urgency: Urgency | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts(Classified):
    id: UUID
    region_code: str
    path: str
    channel: Channel
    grid_path: str | None = None
    place_unknown: bool = False
    # Where the lowest desk of that place is; a place without a community desk starts higher.
    level: Level = Level.COMMUNITY
    has_reporter: bool = False
    about_post_id: UUID | None = None
    about_unit_id: UUID | None = None
    # The rung of the post or unit complained of.
    about_level: Level | None = None
    about_path: str = ""
    about_user_ids: tuple[UUID, ...] = ()
    hidden_level: Level | None = None
    # Where a desk sits that is not concerned; without it, one step above the accused.
    home_level: Level | None = None
    stand_in_roles: str = ""
    about_words: str = ""
    hinted_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutFacts(Facts):
    """Whom it is about; with none named it is about nobody, which takes an earlier word back."""

    # Where a desk sits that is not concerned.
    level: Level
    post_id: UUID | None = None
    unit_id: UUID | None = None
    user_ids: tuple[UUID, ...] = ()
    path: str = ""
    hidden_level: Level | None = None
    stand_in_roles: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeemFacts(Facts):
    """Posts and units the words seem to name at the place it has now, besides those before."""

    hinted_ids: tuple[UUID, ...]
    # Where a desk sits that is none of them.
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFacts(Facts):
    # The new place, and the rung of its desk.
    path: str
    level: Level
    grid_path: str | None = None
    place_name: str = ""
    # What it was: the history keeps both.
    from_path: str = ""
    from_point: str = ""


@dataclass(frozen=True, slots=True)
class RefuseMoveFacts(Facts):
    # The rung of the lowest desk over both places.
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class PhotoFacts(Facts):
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptFacts(Classified):
    path: str | None = None
    grid_path: str | None = None
    level: Level | None = None
    # The routing rule that matched; only the system's own acceptance needs one.
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectFacts(Classified):
    order: OrderRequest


@dataclass(frozen=True, slots=True)
class VoidFacts(Facts):
    reason: VoidReason | None = None


@dataclass(frozen=True, slots=True)
class MergeFacts(Facts):
    master_id: UUID | None = None
    # As the caller finds it; a matter that has ended, or follows another itself, leads nobody.
    master_state: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveFacts(Classified):
    order_id: UUID
    evidence: tuple[Evidence, ...] = ()
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConveneFacts(Classified):
    # The convener's own order.
    order_id: UUID
    forces: tuple[OrderRequest, ...] = ()
    meet_at: datetime | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class DispatchFacts(Facts):
    orders: tuple[OrderRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderFacts(Facts):
    order_id: UUID


@dataclass(frozen=True, slots=True)
class DoneFacts(OrderFacts):
    evidence: tuple[Evidence, ...] = ()
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnFacts(OrderFacts):
    reason: ReturnReason | None = None
    # Used only by the second return on one matter: the first signer's order to make safe.
    make_safe_order_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RulingFacts(Facts):
    order: OrderRequest
    pays_unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AddOrderFacts(Facts):
    order: OrderRequest


@dataclass(frozen=True, slots=True)
class WhistleFacts(Facts):
    level: Level | None = None
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ReferFacts(Facts):
    receiver: Receiver | None = None
    receipt: str = ""
    follow_up_on: date | None = None

    @property
    def until(self) -> datetime | None:
        return end_of(self.follow_up_on) if self.follow_up_on else None


@dataclass(frozen=True, slots=True)
class HangUpFacts(Facts):
    review_on: date | None = None

    @property
    def until(self) -> datetime | None:
        return end_of(self.review_on) if self.review_on else None


@dataclass(frozen=True, slots=True)
class ExtendFacts(Facts):
    new_due_at: datetime | None = None

    @property
    def until(self) -> datetime | None:
        return self.new_due_at


@dataclass(frozen=True, slots=True)
class DeclineFacts(Facts):
    request: Move | None = None


@dataclass(frozen=True, slots=True)
class SuperviseFacts(Facts):
    answer_by: datetime | None = None

    @property
    def until(self) -> datetime | None:
        return self.answer_by


@dataclass(frozen=True, slots=True, kw_only=True)
class RegridFacts(Facts):
    # The grid the place lies in from now on.
    grid_path: str
    # Posts that ended with their grid, and the one that takes their open orders over.
    ended_posts: tuple[UUID, ...] = ()
    to_post: UUID | None = None


@dataclass(frozen=True, slots=True)
class SendBackFacts(Facts):
    # The order opened anew for whoever handled it last.
    order_id: UUID


@dataclass(frozen=True, slots=True)
class CloseFacts(Facts):
    is_standard_met: bool = False
    # A dispute's agreed follow-up visit; the right to reopen runs until 15 days after it.
    follow_up_on: date | None = None


@dataclass(frozen=True, slots=True)
class ConfirmFacts(Facts):
    is_satisfied: bool | None = None


@dataclass(frozen=True, slots=True)
class JudgeFacts(Facts):
    is_solved: bool | None = None
    is_satisfied: bool | None = None


@dataclass(frozen=True, slots=True)
class ReviewAppealFacts(Facts):
    is_upheld: bool | None = None


F = TypeVar("F", bound=Facts)


def to_json(facts: Facts) -> dict[str, JSON]:
    return {name: plain for name, plain in _plain_fields(facts).items() if plain is not None}


def _plain_fields(value: Any) -> dict[str, JSON]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> JSON:
    if is_dataclass(value):
        return _plain_fields(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | StrEnum):
        return str(value)
    assert value is None or isinstance(value, str | int | bool)  # noqa: S101
    return value


def from_json(kind: type[F], data: Mapping[str, JSON]) -> F:
    """The facts again, equal to those `to_json` was given."""
    facts = _read(kind, data)
    assert isinstance(facts, kind)  # noqa: S101
    return facts


def _read(kind: Any, data: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        return None if data is None else _read(_without_none(kind), data)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in data)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], value) for name, value in data.items()})
    if kind in (datetime, date):
        return kind.fromisoformat(data)
    return kind(data)


def _without_none(kind: Any) -> Any:
    return next(option for option in get_args(kind) if option is not NoneType)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
