"""For every row a matter and an act that pass it; and ways to spoil each of its conditions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from qijie.access.viewer import Side
from qijie.issues.rules import facts as f
from qijie.issues.rules import needs as n
from qijie.issues.rules.decide import apply, report
from qijie.issues.rules.matter import Act, Hand, Matter, Outcome, Request
from qijie.issues.rules.needs import Need
from qijie.issues.rules.table import TRANSITIONS, Transition
from qijie.issues.rules.vocabulary import (
    Appeal,
    Family,
    Move,
    Relation,
    State,
    Urgency,
    Verdict,
)
from qijie.kernel.codes import Level
from tests.issues.rules import cast
from tests.issues.rules.cast import (
    DESK,
    LIGHTING,
    PROPERTY,
    REPORTER,
    SYSTEM,
    VERIFIER,
    Story,
    key,
    request,
)

Scene = tuple[Matter, Act[f.Facts]]


def _plain(row: Transition) -> Story:
    """A matter in the row's first state, come there by the usual road."""
    return {
        State.REPORTED: lambda: Story(),
        State.ACCEPTED: lambda: Story().accepted(),
        State.FILED: lambda: Story().filed(),
        State.DISPATCHED: lambda: Story().dispatched(),
        State.HANDLED: lambda: Story().handled(),
        State.SUSPENDED: lambda: Story().suspended(),
        State.CLOSED: lambda: Story().closed(),
        State.VOIDED: lambda: Story().do(Move.VOID, DESK),
        State.MERGED: lambda: Story().filed().do(Move.MERGE, DESK),
        State.REFERRED: lambda: Story().filed().do(Move.REFER, DESK),
    }[row.sources[0]]()


def _late_and_closed() -> Story:
    story = Story().signed().after(timedelta(days=20)).do(Move.DONE, LIGHTING)
    return story.closed_again()


def _denied(story: Story) -> Story:
    return story.do(Move.JUDGE, REPORTER)


def _reopened(times: int) -> Story:
    story = Story().closed()
    for _ in range(times):
        story.do(Move.REOPEN, REPORTER).sent_out().handled_again().closed_again()
    return story


def _assisted() -> Story:
    return Story().dispatched(
        request(key("main")), request(key("assisting"), PROPERTY, is_main=False)
    )


def _urgent_sent() -> Story:
    story = Story(**cast.URGENT).do(Move.DIRECT_URGENT, SYSTEM)
    return story.after(timedelta(minutes=11))


def _named_holder() -> Story:
    story = Story().dispatched()
    named = f.SeemFacts(hinted_ids=(LIGHTING.unit_id,), level=story.matter.level)
    return story.do(Move.SEEM, SYSTEM, named)


def _finally_answered() -> Story:
    return _denied(Story().closed()).do(Move.FINAL_ANSWER, VERIFIER)


# Rows whose conditions ask for more than the usual road, by the clause they come from.
_SPECIAL: dict[str, Callable[[], Story]] = {
    "withdraw 撤回: a hazard may be kept by the desk as its own": lambda: Story(
        family=Family.HAZARD
    ),
    "urge 催办: holder answers within 1 working day; supervise 督办": (
        lambda: Story().dispatched().do(Move.URGE, REPORTER)
    ),
    "accept 受理: by itself where a category was chosen and a rule matches": lambda: Story(
        category="LIGHT", family=Family.CITY_MANAGEMENT
    ),
    "urgent 紧急直派: by itself for urgent categories": lambda: Story(**cast.URGENT),
    "urgent 紧急直派: unanswered 10 minutes → next on the roster": _urgent_sent,
    "urgent 紧急直派: danger told later, or nobody sent yet who may see it": (
        lambda: Story().dispatched().do(Move.RAISE, SYSTEM)
    ),
    "urgent 紧急: nobody who was sent may see it any more; others are sent": (_named_holder),
    "Not solved: a written final answer open to one objection one level up": _finally_answered,
    "about 涉及工作人员: the words name somebody of the place it was given later": (
        lambda: Story().filed().do(Move.SEEM, SYSTEM)
    ),
    "about 涉及工作人员: while somebody was sent, who is taken back": (
        lambda: Story().dispatched().do(Move.SEEM, SYSTEM)
    ),
    "about 涉及工作人员: the words that ended it, or came after its end, name somebody": (
        lambda: Story().closed().do(Move.SEEM, SYSTEM)
    ),
    "about 涉及工作人员: whom the words seem to name is not meant": (
        lambda: Story().do(Move.SEEM, SYSTEM)
    ),
    "check 前置核查": lambda: Story().accepted().do(Move.ASK_CHECK, DESK),
    "file 立案: other/unowned, 3 working days to name an owner": lambda: Story(
        family=Family.OTHER
    ).accepted(),
    "sign for 签收": lambda: Story().dispatched(),
    "Words: FilingCondition stages, make safe 止险": (
        lambda: Story(**cast.URGENT).do(Move.DIRECT_URGENT, SYSTEM).do(Move.SIGN, LIGHTING)
    ),
    "done 反馈": lambda: Story().signed(),
    "return 退单: the common superior rules within 1 working day, binding": (
        lambda: Story().returned_twice()
    ),
    "waive 免除": _assisted,
    "hang up 挂账": lambda: Story().dispatched().do(Move.ASK_HANG_UP, LIGHTING),
    "hang up 挂账: unit proposes": lambda: Story().dispatched(),
    "Not solved: a call-back nobody made ends, and is counted as not solved": (
        lambda: _denied(Story().closed()).after(timedelta(days=6))
    ),
    "refer 转介: a follow-up nobody made ends": (
        lambda: Story().filed().do(Move.REFER, DESK).after(timedelta(days=40))
    ),
    "resume: by itself on the date": lambda: Story().suspended().after(timedelta(days=21)),
    "extend 延期: unit asks before the deadline": lambda: Story().dispatched(),
    "extend 延期": lambda: Story().dispatched().do(Move.ASK_EXTEND, LIGHTING),
    "hang up 挂账, extend 延期: supervision side one level up decides": (
        lambda: Story().dispatched().do(Move.ASK_EXTEND, LIGHTING)
    ),
    "reclassify 改类: a second person": lambda: Story().filed().do(Move.ASK_RECLASSIFY, DESK),
    "solve on the spot 即时解": lambda: Story().accepted(),
    "about 涉及工作人员: corrected by the desk above, both kept": lambda: Story(
        about_path=cast.PATHS[Level.COMMUNITY],
        about_unit_id=key("the property firm"),
        hidden_level=Level.COMMUNITY,
        home_level=Level.STREET,
    ),
    "move 改辖区: any before handled": lambda: Story().dispatched(),
    "move 改辖区: refused once, then the common superior says": (
        lambda: Story().do(Move.MOVE, DESK)
    ),
    "reclassify 改类: the second person may sit one level up": (
        lambda: Story().filed().do(Move.ASK_RECLASSIFY, DESK)
    ),
    "confirm 确认": lambda: Story().solved(),
    "confirm 确认: by itself after 7 days if not sampled": (
        lambda: Story().solved().after(timedelta(days=8))
    ),
    "reopen: second one level up": lambda: _reopened(1),
    "reopen: third, district's final review, remedies named": lambda: _reopened(2),
    "merge 并案: each follower is asked at the end and may reopen": (
        lambda: Story().filed().do(Move.MERGE, DESK).do(Move.FOLLOW, SYSTEM)
    ),
    "appeal 申诉": _late_and_closed,
    "appeal 申诉: two-level review": lambda: _late_and_closed().do(Move.APPEAL, LIGHTING),
    "appeal 申诉: the fact stays, the statistic is corrected": lambda: (
        _late_and_closed().do(Move.APPEAL, LIGHTING).do(Move.REVIEW_APPEAL, VERIFIER)
    ),
}


def _story(row: Transition) -> Story:
    if row.move is Move.FINAL_ANSWER and row.sources != (State.SUSPENDED,):
        return _denied(_plain(row))
    return _SPECIAL.get(row.source, lambda: _plain(row))()


def _facts(row: Transition) -> f.Facts | None:
    if row.source == "waive 免除":
        return f.OrderFacts(key("assisting"))
    return None


def scene(row: Transition, relation: Relation | None = None) -> Scene:
    """A matter and an act, by one of those who may, which this very row lets pass."""
    if not row.sources:
        act = Act(row.move, cast.PASSER_BY, cast.TUESDAY, cast.report_facts(), "路灯不亮")
        return Story().matter, act
    story = _story(row)
    if row.move is Move.REOPEN and relation is Relation.VERIFIER_OF_LEVEL:
        _denied(story)
    actor = cast.actor_for(relation or row.who[0], story.matter)
    return story.matter, story.act(row.move, actor, _facts(row))


def played(matter: Matter, act: Act[f.Facts]) -> Outcome:
    if isinstance(act.facts, f.ReportFacts):
        return report(
            Act(act.move, act.actor, act.at, act.facts, act.words, act.device_at), cast.BOOK
        )
    return apply(matter, act, cast.BOOK)


# Rows anybody asks for; the others follow by themselves.
ASKED = tuple(row for row in TRANSITIONS if not row.at_once)
SCENES = {row: scene(row) for row in ASKED}


# How to spoil one condition and leave the rest as it was

Spoil = Callable[[Matter, Act[f.Facts]], Scene]


def _matter_with(**changes: Any) -> Spoil:
    return lambda matter, act: (replace(matter, **changes), act)


def _facts_with(**changes: Any) -> Spoil:
    return lambda matter, act: (matter, replace(act, facts=replace(act.facts, **changes)))


def _moved_in_time(span: timedelta) -> Spoil:
    return lambda matter, act: (matter, replace(act, at=act.at + span))


def _unasked(matter: Matter, act: Act[f.Facts]) -> Scene:
    return replace(matter, requests=()), act


def _asked(move: Move) -> Spoil:
    return _matter_with(requests=(Request(move, None, cast.TUESDAY),))


def _other_side_taken(matter: Matter, act: Act[f.Facts]) -> Scene:
    was_watching = act.actor.side is Side.SUPERVISION
    side = Side.UNIT if was_watching else Side.SUPERVISION
    return _with_hand(matter, act, side)


def _did_it(matter: Matter, act: Act[f.Facts]) -> Scene:
    return _with_hand(matter, act, Side.UNIT)


def _with_hand(matter: Matter, act: Act[f.Facts], side: Side) -> Scene:
    user_id = act.actor.user_id or key("a reporter who signed in")
    hand = Hand(user_id, side)
    actor = replace(act.actor, user_id=user_id)
    return replace(matter, hands=(*matter.hands, hand)), replace(act, actor=actor)


def _urged_today(matter: Matter, act: Act[f.Facts]) -> Scene:
    return replace(matter, last_urged_on=act.at.date()), act


def _urgent_urged_today(matter: Matter, act: Act[f.Facts]) -> Scene:
    return _urged_today(replace(matter, urgency=Urgency.URGENT), act)


def _main_order_meant(matter: Matter, act: Act[f.Facts]) -> Scene:
    return matter, replace(act, facts=f.OrderFacts(key("main")))


def _bound(matter: Matter, act: Act[f.Facts]) -> Scene:
    return replace(matter, bound_unit_id=LIGHTING.unit_id), act


SPOIL_GUARD: dict[str, Spoil] = {
    "one_side": _other_side_taken,
    "independent": _did_it,
    "not_own_work": _did_it,
    "urge_once_a_day": _urged_today,
    "urgent_is_urged_once": _urgent_urged_today,
    "not_a_hazard": _matter_with(family=Family.HAZARD),
    "is_a_hazard": _matter_with(family=None),
    "objection_open": _moved_in_time(timedelta(days=16)),
    "not_objected": _matter_with(objection_used=True),
    "final_answer_given": _matter_with(final_answer_given=False),
    "final_answer_not_objected": _matter_with(final_answer_objected=True),
    "may_reopen": _moved_in_time(timedelta(days=20)),
    "master_has_ended": _matter_with(is_master_ended=False),
    "first_reopening": _matter_with(reopen_count=3),
    "reopened_again": _matter_with(reopen_count=3),
    "last_reopening": _matter_with(reopen_count=3),
    "may_judge": _matter_with(verdict=Verdict.SOLVED),
    "category_was_chosen": _matter_with(category=None),
    "is_urgent": _matter_with(urgency=Urgency.NORMAL),
    "danger_is_new": _matter_with(urgency=Urgency.URGENT),
    "danger_waits": _matter_with(clocks=()),
    "holder_kept_out": _matter_with(hinted_ids=(), urgency=Urgency.URGENT),
    "place_is_in_a_grid": _matter_with(grid_path=None),
    "duty_is_silent": _moved_in_time(timedelta(minutes=-5)),
    "named_family": _matter_with(family=Family.OTHER),
    "unowned_family": _matter_with(family=Family.DISPUTE),
    "is_a_question": _matter_with(family=Family.HAZARD),
    "check_asked": _unasked,
    "check_not_asked": _asked(Move.ASK_CHECK),
    "reclassify_asked": _unasked,
    "taken_or_classified": _matter_with(category=None, accepted_at=None),
    "seems_to_name": _matter_with(hinted_ids=()),
    "not_about_yet": _matter_with(about_unit_id=key("the property firm")),
    "about_already": _matter_with(about_path="", about_unit_id=None, about_post_id=None),
    "move_not_ruled": _matter_with(is_move_refused=True, moved_from=""),
    "moved_here": _matter_with(moved_from=""),
    "reclassify_not_asked": _asked(Move.ASK_RECLASSIFY),
    "master_is_open": _matter_with(is_master_ended=True),
    "answer_is_owed": _matter_with(clocks=()),
    "returnable": _bound,
    "to_be_made_safe": _matter_with(clocks=()),
    "assisting_only": _main_order_meant,
    "ruling_due": _matter_with(clocks=()),
    "level_above": _matter_with(level=Level.CITY),
    "hang_up_asked": _unasked,
    "hang_up_not_asked": _asked(Move.ASK_HANG_UP),
    "suspensions_left": _matter_with(suspension_count=2),
    "review_due": _moved_in_time(timedelta(days=-10)),
    "before_deadline": _moved_in_time(timedelta(days=60)),
    "not_extended": _matter_with(is_extended=True),
    "extend_asked": _unasked,
    "extend_not_asked": _asked(Move.ASK_EXTEND),
    "waiting_asked": _unasked,
    "on_the_spot": _matter_with(is_on_the_spot=False),
    "not_sampled": _matter_with(is_sampled=True),
    "confirm_window_passed": _moved_in_time(timedelta(days=-5)),
    "not_denied": _matter_with(verdict=Verdict.NOT_SOLVED),
    "call_back_due": _matter_with(clocks=()),
    "call_back_window_passed": _moved_in_time(timedelta(days=-10)),
    "follow_up_due": _matter_with(clocks=()),
    "appeal_unused": _matter_with(appeal=Appeal.UPHELD),
    "was_late": _matter_with(clocks=()),
    "appeal_lodged": _matter_with(appeal=Appeal.NONE),
    "appeal_reviewed": _matter_with(appeal=Appeal.NONE),
}


def _without(name: str) -> Spoil:
    """Known neither before nor now."""

    def spoil(matter: Matter, act: Act[f.Facts]) -> Scene:
        nothing: dict[str, Any] = {name: None}
        return replace(matter, **nothing), replace(act, facts=replace(act.facts, **{name: None}))

    return spoil


def _wordless(matter: Matter, act: Act[f.Facts]) -> Scene:
    return matter, replace(act, words=" \n ")


def _speechless(**changes: Any) -> Spoil:
    def spoil(matter: Matter, act: Act[f.Facts]) -> Scene:
        return _wordless(matter, replace(act, facts=replace(act.facts, **changes)))

    return spoil


def _with_requests(**changes: Any) -> Spoil:
    """Every order asked for, changed in the same way."""

    def spoil(matter: Matter, act: Act[f.Facts]) -> Scene:
        facts: Any = act.facts
        for name in ("orders", "forces"):
            if hasattr(facts, name):
                changed = tuple(replace(each, **changes) for each in getattr(facts, name))
                return matter, replace(act, facts=replace(facts, **{name: changed}))
        return matter, replace(act, facts=replace(facts, order=replace(facts.order, **changes)))

    return spoil


def _about_those_asked(matter: Matter, act: Act[f.Facts]) -> Scene:
    _, spoilt = _with_requests(unit_id=key("the unit complained of"))(matter, act)
    return replace(matter, about_unit_id=key("the unit complained of")), spoilt


def _seemingly_those_asked(matter: Matter, act: Act[f.Facts]) -> Scene:
    _, spoilt = _with_requests(unit_id=key("the unit named"))(matter, act)
    return replace(matter, hinted_ids=(key("the unit named"),)), spoilt


def _another_of_those_asked(matter: Matter, act: Act[f.Facts]) -> Scene:
    about = replace(matter, about_unit_id=key("the unit complained of"))
    return _seemingly_those_asked(about, act)


def _returned_before(matter: Matter, act: Act[f.Facts]) -> Scene:
    return _facts_with(make_safe_order_id=None)(replace(matter, return_count=1), act)


def _filed_without(matter: Matter, act: Act[f.Facts]) -> Scene:
    return _facts_with(evidence=())(replace(matter, condition="LIGHT-1"), act)


def _unseen(matter: Matter, act: Act[f.Facts]) -> Scene:
    return _wordless(replace(matter, awaits_look=True), act)


def _a_dispute(matter: Matter, act: Act[f.Facts]) -> Scene:
    return _facts_with(follow_up_on=None)(replace(matter, family=Family.DISPUTE), act)


def _same_level(matter: Matter, act: Act[f.Facts]) -> Scene:
    return _facts_with(level=matter.level)(matter, act)


def _the_same_again(matter: Matter, act: Act[f.Facts]) -> Scene:
    return _facts_with(unit_id=matter.about_unit_id, post_id=matter.about_post_id)(matter, act)


def _where_it_is(matter: Matter, act: Act[f.Facts]) -> Scene:
    return _facts_with(path=matter.path)(matter, act)


def _back_again(matter: Matter, act: Act[f.Facts]) -> Scene:
    return replace(matter, moved_from=cast.NEW_GRID), act


def _as_it_was(matter: Matter, act: Act[f.Facts]) -> Scene:
    return _facts_with(category=matter.category, condition=matter.condition)(matter, act)


def _alone(matter: Matter, act: Act[f.Facts]) -> Scene:
    """A later deadline, proposed and agreed to by the same person."""
    asked = tuple(replace(each, by_user_id=act.actor.user_id) for each in matter.requests)
    return _facts_with(condition="LIGHT-2")(replace(matter, requests=asked), act)


SPOIL_NEED: dict[Need, Spoil] = {
    n.WHAT: _speechless(category=None),
    n.WHERE: _facts_with(grid_path=None, place_unknown=False),
    n.MORE: _speechless(photos=()),
    n.CATEGORY: _without("category"),
    n.FAMILY: _without("family"),
    n.GRID: _without("grid_path"),
    n.RULE: _facts_with(rule=""),
    n.CONDITION: _facts_with(condition="COVER-1"),
    n.CONCERNED: _facts_with(unit_id=None),
    n.OTHER_CONCERNED: _the_same_again,
    n.NEW_PLACE: _where_it_is,
    n.NOT_RETURNED: _back_again,
    n.OTHER_CLASS: _as_it_was,
    n.FITTING_CONDITION: _facts_with(condition="COVER-1"),
    n.QUESTION: _facts_with(family=Family.HAZARD),
    n.VOID_REASON: _facts_with(reason=None),
    n.RETURN_REASON: _facts_with(reason=None),
    n.MAKE_SAFE_ORDER: _returned_before,
    n.MASTER: _facts_with(master_state=State.CLOSED),
    n.ONE_MAIN: _with_requests(is_main=False),
    n.FORCES: _facts_with(forces=()),
    n.MEET_AT: _facts_with(meet_at=None),
    n.MEET_PLACE: _facts_with(place=""),
    n.ADDRESSED: _with_requests(unit_id=None),
    n.NOT_THE_CONCERNED: _about_those_asked,
    n.NOT_THE_HINTED: _seemingly_those_asked,
    n.NOT_ANOTHER_HINTED: _another_of_those_asked,
    n.CONSENT: _matter_with(whistled_from=(Level.COMMUNITY,)),
    n.A_MAIN_ORDER: _with_requests(is_main=False),
    n.LEAVES_ONE_MAIN: _with_requests(is_main=True),
    n.EVIDENCE: _facts_with(evidence=()),
    n.EVIDENCE_ON_THE_SPOT: _filed_without,
    n.OWN_LOOK: _unseen,
    n.HIGHER_LEVEL: _same_level,
    n.RECEIVER: _facts_with(receiver=None),
    n.RECEIPT: _facts_with(receipt=""),
    n.FOLLOW_UP: _facts_with(follow_up_on=cast.TUESDAY.date()),
    n.REVIEW_ON: _facts_with(review_on=cast.TUESDAY.date() + timedelta(days=31)),
    n.NEW_DATE: _facts_with(new_due_at=cast.TUESDAY + timedelta(days=1)),
    n.ANSWER_BY: _facts_with(answer_by=cast.TUESDAY),
    n.SECOND_PERSON: _alone,
    n.WAITING_REQUEST: _facts_with(request=Move.ASK_RECLASSIFY),
    n.CLASS_REQUEST: _facts_with(request=Move.ASK_EXTEND),
    n.STANDARD_MET: _facts_with(is_standard_met=False),
    n.AGREED_FOLLOW_UP: _a_dispute,
    n.IS_SOLVED: _facts_with(is_solved=None),
    n.IS_UPHELD: _facts_with(is_upheld=None),
}


def spoil_need(need: Need) -> Spoil:
    """Rows word their own need of a reason; all of them are spoilt by saying nothing."""
    return SPOIL_NEED.get(need, _wordless)
