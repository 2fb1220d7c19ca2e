"""One matter: its rows as the rules' frozen value, and what its page shows."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from qijie.access.accused import Accused
from qijie.access.viewer import Side, Viewer
from qijie.issues.models import Deadline, Issue, WorkOrder
from qijie.issues.queries.lists import visible_to
from qijie.issues.rules import vocabulary as v
from qijie.issues.rules.matter import Clock, Hand, Matter, Order, Pause, Request
from qijie.kernel.codes import Level
from qijie.kernel.working_time import Limit, LimitUnit
from qijie.records.models import Event
from qijie.records.queries import history_of as events_of


def visible_or_none(issue_id: UUID, viewer: Viewer) -> Issue | None:
    return (
        visible_to(viewer)
        .select_related("category", "condition", "grid", "master")
        .filter(pk=issue_id)
        .first()
    )


def accused_of(issue: Issue) -> Accused:
    """Whom it is about, read off its own row."""
    return Accused(
        path=issue.about_path,
        hidden_level=Level(issue.hidden_level) if issue.hidden_level else None,
        post_id=issue.about_post_id,
        unit_id=issue.about_unit_id,
        user_ids=tuple(issue.about_user_ids),
    )


def is_about_somebody(issue: Issue) -> bool:
    return bool(issue.about_path or issue.about_post_id or issue.about_unit_id)


def orders_of(issue: Issue) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.filter(issue=issue).order_by("sent_at", "id")


def history_of(issue: Issue) -> QuerySet[Event]:
    """The matter's events in order; months well before it was reported are not looked into."""
    return events_of(issue.pk, since=issue.reported_at)


def matter_of(
    issue: Issue,
    orders: Sequence[WorkOrder] | None = None,
    deadlines: Sequence[Deadline] | None = None,
) -> Matter:
    """The frozen value the rules decide on; reads orders and clocks unless they are handed in."""
    if orders is None:
        orders = list(orders_of(issue))
    if deadlines is None:
        deadlines = list(Deadline.objects.filter(issue=issue).order_by("position"))
    return Matter(
        id=issue.pk,
        region_code=issue.region_code,
        path=issue.path,
        level=Level(issue.level),
        state=v.State(issue.state),
        channel=v.Channel(issue.channel),
        reported_at=issue.reported_at,
        grid_path=issue.path if issue.grid_id else None,
        family=v.Family(issue.family) if issue.family else None,
        category=issue.category_id,
        condition=issue.condition_id,
        urgency=v.Urgency(issue.urgency),
        has_reporter=issue.has_reporter,
        reported_by=issue.reported_by_id,
        about_post_id=issue.about_post_id,
        about_unit_id=issue.about_unit_id,
        about_user_ids=tuple(issue.about_user_ids),
        about_path=issue.about_path,
        hidden_level=Level(issue.hidden_level) if issue.hidden_level else None,
        stand_in_roles=issue.stand_in_roles,
        hinted_ids=tuple(issue.hinted_ids),
        moved_from=issue.moved_from,
        is_move_refused=issue.is_move_refused,
        accepted_at=issue.accepted_at,
        filed_at=issue.filed_at,
        handled_at=issue.handled_at,
        closed_at=issue.closed_at,
        promised_at=issue.promised_at,
        orders=tuple(map(_order, orders)),
        clocks=tuple(map(_clock, deadlines)),
        hands=tuple(Hand(UUID(h["user"]), Side(h["side"])) for h in issue.hands),
        requests=tuple(map(_request, issue.requests)),
        round=issue.round,
        rework_count=issue.rework_count,
        reopen_count=issue.reopen_count,
        return_count=issue.return_count,
        suspension_count=issue.suspension_count,
        is_extended=issue.is_extended,
        objection_used=issue.objection_used,
        final_answer_given=issue.final_answer_given,
        final_answer_objected=issue.final_answer_objected,
        is_final_review=issue.is_final_review,
        is_on_the_spot=issue.is_on_the_spot,
        is_sampled=issue.is_sampled,
        awaits_look=issue.awaits_look,
        answered_level=Level(issue.answered_level) if issue.answered_level else None,
        worked_level=Level(issue.worked_level) if issue.worked_level else None,
        bound_unit_id=issue.bound_unit_id,
        bound_post_id=issue.bound_post_id,
        whistled_from=tuple(Level(level) for level in issue.whistled_from),
        resume_to=v.State(issue.resume_to) if issue.resume_to else None,
        master_id=issue.master_id,
        verdict=v.Verdict(issue.verdict) if issue.verdict else None,
        appeal=v.Appeal(issue.appeal),
        follow_up_on=issue.follow_up_on,
        last_urged_on=issue.last_urged_on,
        urge_count=issue.urge_count,
        version=issue.version,
    )


def _order(row: WorkOrder) -> Order:
    return Order(
        id=row.pk,
        unit_id=row.unit_id,
        post_id=row.post_id,
        is_main=row.is_main,
        state=v.OrderState(row.state),
        round=row.round,
        sent_at=row.sent_at,
        purpose=v.Purpose(row.purpose),
        level=Level(row.level) if row.level else None,
        signed_at=row.signed_at,
        made_safe_at=row.made_safe_at,
        ended_at=row.ended_at,
        return_reason=v.ReturnReason(row.return_reason) if row.return_reason else None,
    )


def limit_of(value: Decimal | None, unit: str) -> Limit | None:
    return Limit(value, LimitUnit(unit)) if value is not None else None


def _clock(row: Deadline) -> Clock:
    return Clock(
        kind=v.ClockKind(row.kind),
        started_at=row.started_at,
        due_at=row.due_at,
        order_id=row.order_id,
        limit=limit_of(row.limit_value, row.limit_unit),
        warn_at=row.warn_at,
        soon_at=row.soon_at,
        rule=row.rule,
        calendar_version=row.calendar_version,
        explanation=row.explanation,
        stopped_at=row.stopped_at,
        paused_at=row.paused_at,
        pauses=tuple(Pause(*map(datetime.fromisoformat, span)) for span in row.pauses),
        is_half=row.is_half,
        is_met=row.is_met,
        original_due_at=row.original_due_at,
        is_replaced=row.is_replaced,
    )


def _request(row: dict[str, str]) -> Request:
    return Request(
        move=v.Move(row["move"]),
        by_user_id=UUID(row["by"]) if row.get("by") else None,
        at=datetime.fromisoformat(row["at"]),
        order_id=UUID(row["order"]) if row.get("order") else None,
        family=v.Family(row["family"]) if row.get("family") else None,
        category=row.get("category"),
        condition=row.get("condition"),
    )
