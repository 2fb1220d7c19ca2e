"""From the report to the filing."""

from dataclasses import replace
from uuid import UUID

from qijie.issues.rules.book import Book
from qijie.issues.rules.deadlines import classified
from qijie.issues.rules.effects.orders import opened, recalled, sent
from qijie.issues.rules.facts import (
    AboutFacts,
    AcceptFacts,
    Classified,
    DirectFacts,
    Facts,
    MergeFacts,
    MoveFacts,
    RefuseMoveFacts,
    ReportFacts,
    SeemFacts,
)
from qijie.issues.rules.matter import Act, Matter, Request
from qijie.issues.rules.relations import level_above
from qijie.issues.rules.vocabulary import Move, State, Urgency
from qijie.kernel.calendars import SHANGHAI


def nothing_more(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    """For moves of which the row says everything."""
    return matter


def received(act: Act[ReportFacts]) -> Matter:
    """The bare matter a report brings into being."""
    facts = act.facts
    return Matter(
        id=facts.id,
        region_code=facts.region_code,
        path=facts.path,
        grid_path=facts.grid_path,
        level=facts.level,
        state=State.REPORTED,
        channel=facts.channel,
        has_reporter=facts.has_reporter,
        reported_by=act.actor.user_id,
        reported_at=act.at,
        about_post_id=facts.about_post_id,
        about_unit_id=facts.about_unit_id,
        about_user_ids=facts.about_user_ids,
        about_path=facts.about_path,
        hidden_level=facts.hidden_level,
        stand_in_roles=facts.stand_in_roles,
        hinted_ids=facts.hinted_ids,
    )


def report(matter: Matter, act: Act[ReportFacts], book: Book) -> Matter:
    """A matter about a post or a unit starts above it."""
    facts = act.facts
    home = facts.home_level or (level_above(facts.about_level) if facts.about_level else None)
    level = max(matter.level, home) if home else matter.level
    return replace(classified(matter, facts), level=level)


def about(matter: Matter, act: Act[AboutFacts], book: Book) -> Matter:
    """To a desk that is not concerned, out of the hands of whoever was sent; what the words seemed
    to say is settled with it."""
    facts = act.facts
    others = (one for one in _still_hinted(matter) if one not in (facts.post_id, facts.unit_id))
    return replace(
        recalled(matter, matter.open_orders, act.at),
        level=facts.level,
        about_post_id=facts.post_id,
        about_unit_id=facts.unit_id,
        about_user_ids=facts.user_ids,
        about_path=facts.path,
        hidden_level=facts.hidden_level,
        stand_in_roles=facts.stand_in_roles,
        hinted_ids=tuple(others),
    )


def seem(matter: Matter, act: Act[SeemFacts], book: Book) -> Matter:
    """Kept from whoever more may be meant, at a desk that is none of them."""
    ids = dict.fromkeys((*matter.hinted_ids, *act.facts.hinted_ids))
    return replace(matter, hinted_ids=tuple(ids), level=max(matter.level, act.facts.level))


def not_meant(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    return replace(matter, hinted_ids=())


def move(matter: Matter, act: Act[MoveFacts], book: Book) -> Matter:
    """To the right place, out of the hands of whoever was sent; a superior's word is the last."""
    facts = act.facts
    is_ruled = matter.is_move_refused
    return replace(
        recalled(matter, matter.open_orders, act.at),
        path=facts.path,
        grid_path=facts.grid_path,
        level=facts.level,
        moved_from="" if is_ruled else matter.path,
    )


def refuse_move(matter: Matter, act: Act[RefuseMoveFacts], book: Book) -> Matter:
    return replace(matter, level=act.facts.level or matter.level, is_move_refused=True)


def withdraw(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    return replace(matter, has_reporter=False)


def urge(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    if act.actor.role == "supervisor":
        return matter
    today = act.at.astimezone(SHANGHAI).date()
    return replace(matter, last_urged_on=today, urge_count=matter.urged_on(today) + 1)


def accept(matter: Matter, act: Act[AcceptFacts], book: Book) -> Matter:
    facts = act.facts
    return replace(
        classified(matter, facts),
        path=facts.path or facts.grid_path or matter.path,
        grid_path=facts.grid_path or matter.grid_path,
        level=facts.level or matter.level,
        accepted_at=act.at,
        hinted_ids=_still_hinted(matter),
    )


def direct_urgent(matter: Matter, act: Act[DirectFacts], book: Book) -> Matter:
    """To the duty unit at once; called again, to the next on the roster instead.

    A desk that sends somebody has read whom the words seem to name.
    """
    is_looked_at = act.actor.role != "system"
    taken_back = recalled(matter, matter.open_orders, act.at)
    filed = counted_as_filed(classified(taken_back, act.facts), act)
    turn = filed.round + 1
    order = sent(act.facts.order, turn, act.at, is_main=True)
    hinted = _still_hinted(matter) if is_looked_at else matter.hinted_ids
    urgent = replace(filed, urgency=Urgency.URGENT, round=turn, hinted_ids=hinted)
    return opened(urgent, order)


def _still_hinted(matter: Matter) -> tuple[UUID, ...]:
    """What is about somebody already keeps a second one away until a desk has cleared them."""
    return matter.hinted_ids if matter.is_about_somebody else ()


def counted_as_filed(matter: Matter, act: Act[Facts]) -> Matter:
    return replace(
        matter,
        accepted_at=matter.accepted_at or act.at,
        filed_at=matter.filed_at or act.at,
    )


def object(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    """To the refusal or to the final answer; either is looked at once more, one level up."""
    higher = replace(matter, level=level_above(matter.level))
    if matter.state is State.VOIDED:
        return replace(higher, objection_used=True)
    return replace(
        higher,
        final_answer_objected=True,
        final_answer_given=False,
        closed_at=None,
        handled_at=None,
        verdict=None,
        is_on_the_spot=False,
        is_sampled=False,
        answered_level=None,
    )


def asks(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    """Something asked for, kept until it is answered."""
    facts = act.facts
    known = facts if isinstance(facts, Classified) else Classified()
    request = Request(
        move=act.move,
        by_user_id=act.actor.user_id,
        at=act.at,
        family=known.family,
        category=known.category,
        condition=known.condition,
    )
    return replace(matter, requests=(*matter.requests, request))


def answered(matter: Matter, move: Move | None) -> Matter:
    left = (request for request in matter.requests if request.move is not move)
    return replace(matter, requests=tuple(left))


def check(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    return answered(matter, Move.ASK_CHECK)


def merge(matter: Matter, act: Act[MergeFacts], book: Book) -> Matter:
    """Open orders are taken back, so a dispatched matter would come back as filed."""
    was = State.FILED if matter.state is State.DISPATCHED else matter.state
    taken_back = recalled(matter, matter.open_orders, act.at)
    return replace(taken_back, master_id=act.facts.master_id, resume_to=was)


def unmerge(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    return replace(matter, master_id=None)


def follow(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    return replace(matter, is_master_ended=True)


def reclassify(matter: Matter, act: Act[Classified], book: Book) -> Matter:
    return answered(classified(matter, act.facts), Move.ASK_RECLASSIFY)


def file(matter: Matter, act: Act[Classified], book: Book) -> Matter:
    """Whom the words seemed to name the desk has read: filed means they are not meant."""
    return replace(classified(matter, act.facts), filed_at=act.at, hinted_ids=_still_hinted(matter))
