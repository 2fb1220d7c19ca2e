"""What is known of one matter, who acts on it, and what an act leaves behind. All frozen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar
from uuid import UUID

from qijie.access.accused import Accused
from qijie.access.viewer import Side
from qijie.issues.rules.vocabulary import (
    Appeal,
    Audience,
    Channel,
    ClockKind,
    Family,
    Move,
    OrderState,
    Purpose,
    ReturnReason,
    State,
    Urgency,
    Verdict,
)
from qijie.kernel.codes import Level
from qijie.kernel.working_time import Limit

if TYPE_CHECKING:
    from qijie.issues.rules.facts import Facts

JSON: TypeAlias = "Mapping[str, JSON] | list[JSON] | str | int | float | bool | None"


@dataclass(frozen=True, slots=True)
class Pause:
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """One running time limit. It keeps the rule and the calendar it was reckoned by."""

    kind: ClockKind
    started_at: datetime
    due_at: datetime
    order_id: UUID | None = None
    # None where a person named the date: a review, an answer asked for by a date.
    limit: Limit | None = None
    warn_at: datetime | None = None
    soon_at: datetime | None = None
    rule: str = ""
    calendar_version: str = ""
    explanation: str = ""
    stopped_at: datetime | None = None
    paused_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    original_due_at: datetime | None = None
    is_half: bool = False
    # True where it stopped because what it timed was done, not because it was dropped.
    is_met: bool = False
    # True once another clock of the same kind was reckoned in its place by 改类.
    is_replaced: bool = False

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None and self.paused_at is None

    @property
    def is_live(self) -> bool:
        """Running or paused."""
        return self.stopped_at is None

    @property
    def was_late(self) -> bool:
        return self.stopped_at is not None and self.stopped_at > self.due_at


@dataclass(frozen=True, slots=True)
class Order:
    """One unit's or post's share of a matter."""

    id: UUID
    unit_id: UUID | None
    post_id: UUID | None
    is_main: bool
    state: OrderState
    round: int
    sent_at: datetime
    purpose: Purpose = Purpose.SHARE
    level: Level | None = None
    signed_at: datetime | None = None
    made_safe_at: datetime | None = None
    ended_at: datetime | None = None
    return_reason: ReturnReason | None = None

    @property
    def is_open(self) -> bool:
        return self.state.is_open


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked for and not yet answered: a check, a hang-up, more time, another class."""

    move: Move
    by_user_id: UUID | None
    at: datetime
    order_id: UUID | None = None
    family: Family | None = None
    category: str | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """One person acted on one side of the matter."""

    user_id: UUID
    side: Side


@dataclass(frozen=True, slots=True)
class Matter:
    id: UUID
    region_code: str
    # The deepest known territory path of the place; the region's own where the place is unknown.
    path: str
    level: Level
    state: State
    channel: Channel
    reported_at: datetime
    grid_path: str | None = None
    family: Family | None = None
    category: str | None = None
    condition: str | None = None
    urgency: Urgency = Urgency.NORMAL
    has_reporter: bool = False
    reported_by: UUID | None = None
    about_post_id: UUID | None = None
    about_unit_id: UUID | None = None
    about_user_ids: tuple[UUID, ...] = ()
    # The accused's territory; from `hidden_level` down nobody there sees the matter.
    about_path: str = ""
    hidden_level: Level | None = None
    # Roles, a space between, that the supervisor fills: at the top nobody else could.
    stand_in_roles: str = ""
    # Posts and units the words seem to name, until a desk has said whether they are meant.
    hinted_ids: tuple[UUID, ...] = ()
    # Where it came from by 改辖区, and whether the place it came to has sent it on upwards.
    moved_from: str = ""
    is_move_refused: bool = False
    accepted_at: datetime | None = None
    filed_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    promised_at: datetime | None = None
    orders: tuple[Order, ...] = ()
    clocks: tuple[Clock, ...] = ()
    hands: tuple[Hand, ...] = ()
    requests: tuple[Request, ...] = ()
    # Orders of the present attempt carry this number; those of earlier attempts are history.
    round: int = 0
    rework_count: int = 0
    reopen_count: int = 0
    return_count: int = 0
    suspension_count: int = 0
    is_extended: bool = False
    objection_used: bool = False
    final_answer_given: bool = False
    final_answer_objected: bool = False
    is_final_review: bool = False
    # Solved on the spot (即时解).
    is_on_the_spot: bool = False
    is_sampled: bool = False
    # Nothing but the verifier's own look is to show that it was done.
    awaits_look: bool = False
    # Where it ended: the rung that answered, and the highest whose unit worked on it.
    answered_level: Level | None = None
    worked_level: Level | None = None
    bound_unit_id: UUID | None = None
    bound_post_id: UUID | None = None
    whistled_from: tuple[Level, ...] = ()
    resume_to: State | None = None
    master_id: UUID | None = None
    is_master_ended: bool = False
    verdict: Verdict | None = None
    appeal: Appeal = Appeal.NONE
    follow_up_on: date | None = None
    last_urged_on: date | None = None
    # How often the reporter urged on that day.
    urge_count: int = 0
    # How many events it has had; the last event's `sequence`.
    version: int = 0

    @property
    def accused(self) -> Accused:
        return Accused(
            path=self.about_path,
            hidden_level=self.hidden_level,
            post_id=self.about_post_id,
            unit_id=self.about_unit_id,
            user_ids=self.about_user_ids,
        )

    @property
    def is_about_somebody(self) -> bool:
        return bool(self.about_path or self.about_post_id or self.about_unit_id)

    @property
    def orders_of_round(self) -> tuple[Order, ...]:
        return tuple(order for order in self.orders if order.round == self.round)

    @property
    def open_orders(self) -> tuple[Order, ...]:
        return tuple(order for order in self.orders if order.is_open)

    @property
    def main_order(self) -> Order | None:
        """The main order of the present round, the latest if it changed hands."""
        mains = [order for order in self.orders_of_round if order.is_main]
        return mains[-1] if mains else None

    def order(self, order_id: UUID | None) -> Order | None:
        return next((order for order in self.orders if order.id == order_id), None)

    def live(self, kind: ClockKind, order_id: UUID | None = None) -> Clock | None:
        """The clock of that kind that is running or paused; there is never more than one."""
        found = (c for c in self.clocks if c.kind is kind and c.order_id == order_id and c.is_live)
        return next(found, None)

    def running(self, kind: ClockKind, order_id: UUID | None = None) -> Clock | None:
        clock = self.live(kind, order_id)
        return clock if clock is not None and clock.is_running else None

    @property
    def is_made_safe(self) -> bool:
        """Whether the danger of what is urgent has been put out of the way, the last time asked."""
        asked = [c for c in self.clocks if c.kind is ClockKind.MAKE_SAFE and c.order_id is None]
        return bool(asked) and asked[-1].is_met

    @property
    def is_alarm(self) -> bool:
        """Urgent, and somebody is on the way to make it safe or has to be sent."""
        waits = self.state in (State.HANDLED, State.SUSPENDED) or self.state.is_end
        return self.urgency is Urgency.URGENT and not self.is_made_safe and not waits

    def is_kept_from(self, order: Order) -> bool:
        """Whether the words seem to name whoever has this order, who then does not see it."""
        return bool({order.unit_id, order.post_id} & set(self.hinted_ids))

    @property
    def is_kept_from_all_sent(self) -> bool:
        """Whether somebody has it, and nobody of them sees it: then nobody is on the way."""
        return bool(self.open_orders) and all(map(self.is_kept_from, self.open_orders))

    def request(self, move: Move) -> Request | None:
        return next((request for request in self.requests if request.move is move), None)

    def urged_on(self, day: date) -> int:
        """How often the reporter urged on that day; before it was counted, once."""
        return max(self.urge_count, 1) if self.last_urged_on == day else 0

    def sides_of(self, user_id: UUID | None) -> Iterator[Side]:
        return (hand.side for hand in self.hands if hand.user_id == user_id)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody in one post, a reporter with a link, or the system's own timer."""

    role: str
    side: Side = Side.NONE
    user_id: UUID | None = None
    post_id: UUID | None = None
    post_title: str = ""
    level: Level | None = None
    path: str = ""
    unit_id: UUID | None = None
    # The one matter a reporter's private link opens.
    matter_id: UUID | None = None

    @classmethod
    def reporter(cls, matter_id: UUID | None = None, user_id: UUID | None = None) -> "Actor":
        return cls(role="reporter", post_title="反映人", matter_id=matter_id, user_id=user_id)

    @classmethod
    def system(cls) -> "Actor":
        return cls(role="system", post_title="系统")


F_co = TypeVar("F_co", bound="Facts", covariant=True)


@dataclass(frozen=True, slots=True)
class Act(Generic[F_co]):
    """One wish to move a matter. `at` is the server's time and the one clocks count by."""

    move: Move
    actor: Actor
    at: datetime
    facts: F_co
    words: str = ""
    device_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventValue:
    """One line of a matter's history; the history alone rebuilds the matter."""

    matter_id: UUID
    sequence: int
    move: Move
    from_state: State | None
    to_state: State
    # The rung it stands at after the move; once handled or closed, the rung that ended it.
    level: Level
    actor: Actor
    at: datetime
    device_at: datetime | None
    words: str
    order_id: UUID | None
    facts: Mapping[str, JSON] = field(default_factory=dict)
    # True for a consequence drawn by the rules themselves, such as “every order has ended”.
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Who learns of an event; `sentence` is filled for reporters and parties, who read it as is."""

    audience: Audience
    move: Move
    order_id: UUID | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    matter: Matter
    events: tuple[EventValue, ...]
    told: tuple[Notice, ...]
