"""The rules' values as rows."""

from collections.abc import Iterable
from uuid import UUID

from qijie.issues.models import Deadline, Issue, WorkOrder
from qijie.issues.rules.matter import Clock, EventValue, Matter, Order, Outcome, Request
from qijie.issues.rules.standing import pressing
from qijie.issues.rules.vocabulary import Audience
from qijie.kernel.codes import Level, path_at
from qijie.kernel.ids import new_id
from qijie.records.models import Event

_SAME_NAME = (
    "level",
    "state",
    "channel",
    "reported_at",
    "urgency",
    "has_reporter",
    "about_post_id",
    "about_unit_id",
    "about_path",
    "stand_in_roles",
    "moved_from",
    "is_move_refused",
    "accepted_at",
    "filed_at",
    "handled_at",
    "closed_at",
    "promised_at",
    "round",
    "rework_count",
    "reopen_count",
    "return_count",
    "suspension_count",
    "is_extended",
    "objection_used",
    "final_answer_given",
    "final_answer_objected",
    "is_final_review",
    "is_on_the_spot",
    "is_sampled",
    "awaits_look",
    "bound_unit_id",
    "bound_post_id",
    "appeal",
    "follow_up_on",
    "last_urged_on",
    "urge_count",
    "version",
)

# What a move may change of an order or a clock that is already there.
ORDER_CHANGES = (
    "post_id",
    "is_main",
    "state",
    "signed_at",
    "made_safe_at",
    "ended_at",
    "return_reason",
)
DEADLINE_CHANGES = (
    "due_at",
    "warn_at",
    "soon_at",
    "original_due_at",
    "stopped_at",
    "paused_at",
    "pauses",
    "is_half",
    "is_met",
    "is_replaced",
    "limit_value",
    "limit_unit",
    "explanation",
)


def put_on_issue(issue: Issue, matter: Matter) -> None:
    """Everything of the matter that has a column on its row."""
    for name in _SAME_NAME:
        setattr(issue, name, getattr(matter, name))
    issue.reported_by_id = matter.reported_by
    issue.about_user_ids = list(matter.about_user_ids)
    issue.hidden_level = matter.hidden_level or ""
    issue.hinted_ids = list(matter.hinted_ids)
    issue.family = matter.family or ""
    issue.category_id = matter.category
    issue.condition_id = matter.condition
    issue.answered_level = matter.answered_level or ""
    issue.worked_level = matter.worked_level or ""
    issue.resume_to = matter.resume_to or ""
    issue.verdict = matter.verdict or ""
    issue.master_id = matter.master_id
    issue.whistled_from = [level.value for level in matter.whistled_from]
    issue.hands = [{"user": str(h.user_id), "side": h.side.value} for h in matter.hands]
    issue.requests = [_request(request) for request in matter.requests]
    issue.unit_ids = _distinct(order.unit_id for order in matter.orders)
    issue.participant_ids = _distinct(
        [*issue.participant_ids, *(order.post_id for order in matter.orders)]
    )
    _put_pressing(issue, matter)
    _put_place(issue, matter)


def _put_place(issue: Issue, matter: Matter) -> None:
    issue.path = matter.path
    issue.region_code = matter.region_code
    issue.street_code = path_at(matter.path, Level.STREET) or ""
    issue.community_code = path_at(matter.path, Level.COMMUNITY) or ""


def _distinct(ids: Iterable[UUID | None]) -> list[UUID]:
    return list(dict.fromkeys(one for one in ids if one is not None))


def _put_pressing(issue: Issue, matter: Matter) -> None:
    """The moments of the deadline somebody has to keep now; how it stands is told from them."""
    clock = pressing(matter)
    issue.due_at = clock.due_at if clock else None
    issue.soon_at = clock.soon_at if clock else None
    issue.warn_at = clock.warn_at if clock else None


def _request(request: Request) -> dict[str, str | None]:
    return {
        "move": request.move.value,
        "by": str(request.by_user_id) if request.by_user_id else None,
        "at": request.at.isoformat(),
        "order": str(request.order_id) if request.order_id else None,
        "family": request.family.value if request.family else None,
        "category": request.category,
        "condition": request.condition,
    }


def order_rows(issue: Issue, orders: Iterable[Order]) -> list[WorkOrder]:
    return [
        WorkOrder(
            id=order.id,
            region_code=issue.region_code,
            issue_id=issue.pk,
            unit_id=order.unit_id,
            post_id=order.post_id,
            is_main=order.is_main,
            purpose=order.purpose,
            state=order.state,
            round=order.round,
            level=order.level or "",
            sent_at=order.sent_at,
            signed_at=order.signed_at,
            made_safe_at=order.made_safe_at,
            ended_at=order.ended_at,
            return_reason=order.return_reason or "",
        )
        for order in orders
    ]


def deadline_row(issue: Issue, position: int, clock: Clock, row_id: UUID) -> Deadline:
    return Deadline(
        id=row_id,
        region_code=issue.region_code,
        issue_id=issue.pk,
        position=position,
        kind=clock.kind,
        order_id=clock.order_id,
        started_at=clock.started_at,
        due_at=clock.due_at,
        warn_at=clock.warn_at,
        soon_at=clock.soon_at,
        original_due_at=clock.original_due_at,
        stopped_at=clock.stopped_at,
        paused_at=clock.paused_at,
        pauses=[[pause.from_at.isoformat(), pause.to_at.isoformat()] for pause in clock.pauses],
        is_half=clock.is_half,
        is_met=clock.is_met,
        is_replaced=clock.is_replaced,
        limit_value=clock.limit.value if clock.limit else None,
        limit_unit=clock.limit.unit if clock.limit else "",
        rule=clock.rule,
        calendar_version=clock.calendar_version,
        explanation=clock.explanation,
    )


def event_rows(issue: Issue, outcome: Outcome) -> list[Event]:
    """One row an event, with the sentence the reporter was told by it."""
    told = {n.move: n.sentence for n in outcome.told if n.audience is Audience.REPORTER}
    return [_event(issue, value, told.get(value.move, "")) for value in outcome.events]


def _event(issue: Issue, value: EventValue, sentence: str) -> Event:
    return Event(
        id=new_id(),
        region_code=issue.region_code,
        street_code=issue.street_code,
        community_code=issue.community_code,
        grid_id=issue.grid_id,
        subject_id=issue.pk,
        sequence=value.sequence,
        at=value.at,
        device_at=value.device_at,
        verb=value.move,
        from_state=value.from_state or "",
        to_state=value.to_state,
        level=value.level,
        order_id=value.order_id,
        actor_kind=value.actor.role,
        actor_user_id=value.actor.user_id,
        actor_post_id=value.actor.post_id,
        actor_title=value.actor.post_title,
        actor_side=value.actor.side,
        words=value.words,
        sentence=sentence,
        facts=dict(value.facts),
        follows=value.follows,
    )


def told_rows(outcome: Outcome) -> list[dict[str, str]]:
    return [
        {
            "audience": notice.audience.value,
            "move": notice.move.value,
            "order": str(notice.order_id or ""),
            "sentence": notice.sentence,
        }
        for notice in outcome.told
    ]
