"""A small street: who holds which post, what the book says, how a story is told move by move."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from qijie.access.viewer import Side
from qijie.issues.rules import facts as f
from qijie.issues.rules.book import FAMILY_DEFAULTS, Book, ConditionRule, Numbers, StageLimit
from qijie.issues.rules.decide import apply, report
from qijie.issues.rules.matter import Act, Actor, EventValue, Matter, Notice
from qijie.issues.rules.vocabulary import (
    Channel,
    Evidence,
    Family,
    Move,
    Receiver,
    Relation,
    ReturnReason,
    Stage,
    State,
    Urgency,
    VoidReason,
)
from qijie.kernel.calendars import SHANGHAI, build_calendar
from qijie.kernel.codes import Level
from qijie.kernel.working_time import Limit, LimitUnit

REGION = "420103"
PATHS = {
    Level.GRID: "420103008001001",
    Level.COMMUNITY: "420103008001",
    Level.STREET: "420103008",
    Level.DISTRICT: "420103",
    Level.CITY: "4201",
}
GRID = PATHS[Level.GRID]
NEW_GRID = "420103008001007"
CALENDAR = build_calendar(range(2025, 2029))

LIGHT = ConditionRule(
    "LIGHT-1", "LIGHT", Limit(3, LimitUnit.WORKING_DAY), evidence=(Evidence.PHOTO_AFTER,)
)
LIGHT_SLOW = ConditionRule("LIGHT-2", "LIGHT", Limit(10, LimitUnit.WORKING_DAY))
LIGHT_UNSET = ConditionRule("LIGHT-3", "LIGHT")
COVER = ConditionRule(
    "COVER-1",
    "COVER",
    stages=(
        StageLimit(Stage.MAKE_SAFE, Limit(2, LimitUnit.URGENT_HOUR)),
        StageLimit(Stage.RESTORE, Limit(2, LimitUnit.WORKING_DAY)),
    ),
)
CONDITIONS = {rule.code: rule for rule in (LIGHT, LIGHT_SLOW, LIGHT_UNSET, COVER)}
BOOK = Book(
    {"": CALENDAR},
    conditions=CONDITIONS,
    family_limits={**FAMILY_DEFAULTS, Family.CITY_MANAGEMENT: Limit(3, LimitUnit.WORKING_DAY)},
    numbers=Numbers(sampled_percent=0),
)

# A plain working Tuesday, well inside office hours and far from any holiday.
TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=SHANGHAI)
ONE_MINUTE = timedelta(minutes=1)

SIDE_OF = {
    "desk": Side.SUPERVISION,
    "verifier": Side.SUPERVISION,
    "supervisor": Side.SUPERVISION,
    "dispatcher": Side.COMMAND,
    "lead": Side.COMMAND,
    "grid_worker": Side.FIELD,
    "handler": Side.UNIT,
}


def key(name: str) -> UUID:
    return uuid5(UUID(int=0), name)


def post(role: str, level: Level, name: str = "", unit: str | None = None) -> Actor:
    """Somebody in that post; another name is another person in the same post."""
    label = f"{role} of {level} {name}"
    return Actor(
        role=role,
        side=SIDE_OF[role],
        user_id=key(f"user {label}"),
        post_id=key(f"post {label}"),
        post_title=label,
        level=level,
        path=PATHS[level],
        unit_id=key(unit) if unit else None,
    )


WORKER = post("grid_worker", Level.GRID)
LEAD = post("lead", Level.GRID)
DESK = post("desk", Level.COMMUNITY)
DISPATCHER = post("dispatcher", Level.COMMUNITY)
VERIFIER = post("verifier", Level.COMMUNITY)
SUPERVISOR = post("supervisor", Level.COMMUNITY)
VERIFIER_ABOVE = post("verifier", Level.STREET)
SUPERIOR = post("dispatcher", Level.STREET)
LIGHTING = post("handler", Level.COMMUNITY, "lighting", unit="lighting")
PROPERTY = post("handler", Level.COMMUNITY, "property", unit="property")
SYSTEM = Actor.system()
MATTER_ID = key("matter")
REPORTER = Actor.reporter(MATTER_ID)
PASSER_BY = Actor.reporter()
NEIGHBOUR_DESK = replace(DESK, path="420103008002", post_id=key("next door"), user_id=key("next"))

ACTOR_OF = {
    Relation.ANYONE: PASSER_BY,
    Relation.REPORTER: REPORTER,
    Relation.WORKER_OF_GRID: WORKER,
    Relation.LEAD_OVER_GRID: LEAD,
    Relation.DESK_OF_LEVEL: DESK,
    Relation.DISPATCHER_OF_LEVEL: DISPATCHER,
    Relation.VERIFIER_OF_LEVEL: VERIFIER,
    Relation.UNIT_OF_ORDER: LIGHTING,
    Relation.SUPERVISOR_OVER: SUPERVISOR,
    Relation.SUPERVISION_ABOVE: VERIFIER_ABOVE,
    Relation.SUPERIOR: SUPERIOR,
    Relation.SYSTEM: SYSTEM,
}


def actor_for(relation: Relation, matter: Matter) -> Actor:
    """The cast's member for a relation, at the rung the matter has climbed to."""
    actor = ACTOR_OF[relation]
    if relation in (Relation.SUPERVISION_ABOVE, Relation.SUPERIOR):
        return post(actor.role, matter.level.above or Level.CITY)
    if relation in AT_LEVEL and matter.level is not Level.COMMUNITY:
        return post(actor.role, matter.level)
    return actor


AT_LEVEL = (
    Relation.DESK_OF_LEVEL,
    Relation.DISPATCHER_OF_LEVEL,
    Relation.VERIFIER_OF_LEVEL,
    Relation.SUPERVISOR_OVER,
)


def request(order: UUID, who: Actor = LIGHTING, *, is_main: bool = True) -> f.OrderRequest:
    return f.OrderRequest(order, unit_id=who.unit_id, is_main=is_main, level=who.level)


def report_facts(**changes: Any) -> f.ReportFacts:
    plain = f.ReportFacts(
        id=MATTER_ID,
        region_code=REGION,
        path=GRID,
        grid_path=GRID,
        channel=Channel.PORTAL,
        has_reporter=True,
    )
    return replace(plain, **changes)


def about_facts(**changes: Any) -> f.AboutFacts:
    """About the committee of the community, by the desk of the street."""
    plain = f.AboutFacts(
        level=Level.STREET,
        unit_id=key("committee"),
        path=PATHS[Level.COMMUNITY],
        hidden_level=Level.COMMUNITY,
    )
    return replace(plain, **changes)


def _answer_to(matter: Matter) -> f.Classified | None:
    """Exactly what the first person proposed."""
    asked = matter.request(Move.ASK_RECLASSIFY)
    return f.Classified(asked.family, asked.category, asked.condition) if asked else None


def facts_for(move: Move, matter: Matter, at: datetime, new: UUID) -> f.Facts:
    """Complete facts for a move: nothing the table needs is missing from them."""
    order = next((each.id for each in reversed(matter.orders) if each.is_open), new)
    day = at.astimezone(SHANGHAI).date()
    known = f.Classified(family=matter.family or Family.CITY_MANAGEMENT, category="LIGHT")
    made: dict[Move, f.Facts] = {
        Move.REPORT: report_facts(category="LIGHT"),
        Move.ADD: f.PhotoFacts((key("photo"),)),
        Move.ACCEPT: f.AcceptFacts(
            family=matter.family or Family.CITY_MANAGEMENT,
            category="LIGHT",
            grid_path=GRID,
            rule="路灯归照明所",
        ),
        Move.DIRECT_URGENT: f.DirectFacts(
            family=Family.CITY_MANAGEMENT, category="LIGHT", order=request(new)
        ),
        Move.VOID: f.VoidFacts(VoidReason.NOT_PUBLIC),
        Move.ABOUT: about_facts(),
        Move.SEEM: f.SeemFacts(hinted_ids=(key("somebody"),), level=matter.level),
        Move.MOVE: f.MoveFacts(
            path=NEW_GRID,
            grid_path=NEW_GRID,
            level=Level.COMMUNITY,
            place_name="机场社区第七网格",
            from_path=matter.path,
        ),
        Move.REFUSE_MOVE: f.RefuseMoveFacts(Level.STREET),
        Move.CHECK: f.PhotoFacts(),
        Move.MERGE: f.MergeFacts(key("master"), State.FILED),
        Move.ASK_RECLASSIFY: replace(known, condition="LIGHT-2"),
        Move.RECLASSIFY: _answer_to(matter) or replace(known, condition="LIGHT-3"),
        Move.FILE: replace(known, condition="LIGHT-1"),
        Move.SOLVE: f.SolveFacts(
            family=matter.family or Family.SERVICE,
            category="LIGHT",
            order_id=new,
            evidence=(Evidence.PHOTO_AFTER,),
        ),
        Move.CONVENE: f.ConveneFacts(
            family=matter.family or Family.NEIGHBOURHOOD,
            category="LIGHT",
            order_id=new,
            forces=(request(key(f"force {new}"), PROPERTY, is_main=False),),
            meet_at=at + timedelta(hours=2),
            place="中心花园",
        ),
        Move.DISPATCH: f.DispatchFacts((request(new),)),
        Move.SIGN: f.OrderFacts(order),
        Move.MAKE_SAFE: f.OrderFacts(order),
        Move.DONE: f.DoneFacts(order, evidence=(Evidence.PHOTO_AFTER,)),
        Move.RETURN_ORDER: f.ReturnFacts(order, ReturnReason.NOT_OURS, new),
        Move.RULE_ON_RETURNS: f.RulingFacts(request(new), key("lighting")),
        Move.ADD_ORDER: f.AddOrderFacts(request(new, PROPERTY, is_main=False)),
        Move.RECALL: f.OrderFacts(order),
        Move.WAIVE: f.OrderFacts(order),
        Move.WHISTLE: f.WhistleFacts(matter.level.above),
        Move.REFER: f.ReferFacts(Receiver.COURT, "民调〔2026〕12号", day + timedelta(days=30)),
        Move.ASK_HANG_UP: f.HangUpFacts(day + timedelta(days=20)),
        Move.HANG_UP: f.HangUpFacts(day + timedelta(days=20)),
        Move.ASK_EXTEND: f.ExtendFacts(at + timedelta(days=40)),
        Move.EXTEND: f.ExtendFacts(at + timedelta(days=40)),
        Move.DECLINE: f.DeclineFacts(matter.requests[0].move if matter.requests else None),
        Move.SUPERVISE: f.SuperviseFacts(at + timedelta(days=2)),
        Move.REGRID: f.RegridFacts(grid_path=NEW_GRID),
        Move.SEND_BACK: f.SendBackFacts(new),
        Move.CLOSE: f.CloseFacts(is_standard_met=True, follow_up_on=_visit(matter, day)),
        Move.CONFIRM: f.ConfirmFacts(is_satisfied=True),
        Move.JUDGE: f.JudgeFacts(is_solved=False, is_satisfied=False),
        Move.REVIEW_APPEAL: f.ReviewAppealFacts(is_upheld=True),
    }
    return made.get(move, f.Facts())


def _visit(matter: Matter, day: date) -> date | None:
    return day + timedelta(days=30) if matter.family is Family.DISPUTE else None


class Story:
    """A matter told move by move: each step says who did what, with complete facts unless given."""

    def __init__(
        self,
        at: datetime = TUESDAY,
        book: Book = BOOK,
        by: Actor = PASSER_BY,
        **report_changes: Any,
    ) -> None:
        self.book, self.now = book, at
        act = Act(Move.REPORT, by, at, report_facts(**report_changes), "路灯不亮")
        outcome = report(act, book)
        self.matter: Matter = outcome.matter
        self.events: list[EventValue] = list(outcome.events)
        self.told: list[Notice] = list(outcome.told)

    def after(self, span: timedelta) -> "Story":
        self.now += span
        return self

    def act(
        self, move: Move, actor: Actor, facts: f.Facts | None = None, words: str = "已写明情况。"
    ) -> Act[f.Facts]:
        new = key(f"{self.matter.version} {move}")
        given = facts or facts_for(move, self.matter, self.now, new)
        return Act(move, actor, self.now, given, words)

    def do(
        self, move: Move, actor: Actor, facts: f.Facts | None = None, words: str = "已写明情况。"
    ) -> "Story":
        self.now += ONE_MINUTE
        outcome = apply(self.matter, self.act(move, actor, facts, words), self.book)
        self.matter = outcome.matter
        self.events += outcome.events
        self.told = list(outcome.told)
        return self

    def sentence(self) -> str:
        """What the reporter read last."""
        return next(notice.sentence for notice in self.told if notice.sentence)

    # The usual road

    def accepted(self) -> "Story":
        return self.do(Move.ACCEPT, actor_for(Relation.DESK_OF_LEVEL, self.matter))

    def filed(self, condition: str = "LIGHT-1") -> "Story":
        self.accepted()
        desk = actor_for(Relation.DESK_OF_LEVEL, self.matter)
        return self.do(Move.FILE, desk, f.Classified(condition=condition))

    def dispatched(self, *requests: f.OrderRequest, condition: str = "LIGHT-1") -> "Story":
        self.filed(condition)
        return self.sent_out(*requests)

    def sent_out(self, *requests: f.OrderRequest) -> "Story":
        dispatcher = actor_for(Relation.DISPATCHER_OF_LEVEL, self.matter)
        orders = requests or (request(key(f"order {self.matter.version}")),)
        return self.do(Move.DISPATCH, dispatcher, f.DispatchFacts(orders))

    def signed(self) -> "Story":
        return self.dispatched().do(Move.SIGN, LIGHTING)

    def handled(self) -> "Story":
        return self.signed().do(Move.DONE, LIGHTING)

    def handled_again(self) -> "Story":
        """The open main order signed for and done by its unit."""
        return self.do(Move.SIGN, LIGHTING).do(Move.DONE, LIGHTING)

    def closed(self) -> "Story":
        return self.handled().closed_again()

    def closed_again(self) -> "Story":
        return self.do(Move.CLOSE, actor_for(Relation.VERIFIER_OF_LEVEL, self.matter))

    def solved(self) -> "Story":
        if self.matter.state is State.REPORTED:
            self.accepted()
        return self.do(Move.SOLVE, WORKER)

    def suspended(self) -> "Story":
        self.dispatched().do(Move.ASK_HANG_UP, LIGHTING)
        return self.do(Move.HANG_UP, actor_for(Relation.SUPERVISION_ABOVE, self.matter))

    def returned_twice(self) -> "Story":
        """Lighting signed for it and sent it back; the property firm sent it back as well."""
        self.dispatched().do(Move.SIGN, LIGHTING).do(Move.RETURN_ORDER, LIGHTING)
        self.sent_out(request(key("second"), PROPERTY))
        return self.do(Move.RETURN_ORDER, PROPERTY)


URGENT: dict[str, Any] = {
    "urgency": Urgency.URGENT,
    "category": "LIGHT",
    "family": Family.CITY_MANAGEMENT,
}
