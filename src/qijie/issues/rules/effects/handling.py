"""From the dispatch to the last order's end, and what waits in between."""

from dataclasses import replace
from hashlib import sha256

from qijie.issues.rules.book import Book
from qijie.issues.rules.deadlines import classified
from qijie.issues.rules.effects.intake import answered, counted_as_filed
from qijie.issues.rules.effects.orders import changed, first_signer, named, opened, recalled, sent
from qijie.issues.rules.facts import (
    AddOrderFacts,
    ConveneFacts,
    DeclineFacts,
    DispatchFacts,
    DoneFacts,
    Facts,
    OrderFacts,
    OrderRequest,
    ReferFacts,
    RegridFacts,
    ReturnFacts,
    RulingFacts,
    SolveFacts,
    WhistleFacts,
)
from qijie.issues.rules.guards import RETURNED_TWICE, Case
from qijie.issues.rules.matter import Act, Matter, Order
from qijie.issues.rules.vocabulary import Evidence, Move, OrderState, Purpose, State
from qijie.kernel.codes import Level


def solve(matter: Matter, act: Act[SolveFacts], book: Book) -> Matter:
    """Counts as filed; opens and finishes an order of the solver's post, and recalls the others."""
    alone = recalled(matter, matter.open_orders, act.at)
    filed = counted_as_filed(classified(alone, act.facts), act)
    turn = filed.round + 1
    must_be_seen = rests_on_a_look(act.facts.evidence)
    order = _own_order(act, turn, OrderState.DONE, is_main=True)
    return opened(
        replace(
            filed,
            round=turn,
            handled_at=act.at,
            is_on_the_spot=True,
            is_sampled=must_be_seen or _is_drawn(matter, turn, book.numbers.sampled_percent),
            awaits_look=must_be_seen,
            answered_level=Level.GRID if act.actor.role == "grid_worker" else matter.level,
            verdict=None,
        ),
        replace(order, ended_at=act.at),
    )


def done(matter: Matter, act: Act[DoneFacts], book: Book) -> Matter:
    """The main order's outcome; what nothing shows yet waits for the verifier's own look."""
    order = matter.order(act.facts.order_id)
    if order is None or not order.is_main:
        return matter
    return replace(matter, awaits_look=rests_on_a_look(act.facts.evidence))


def rests_on_a_look(evidence: tuple[Evidence, ...]) -> bool:
    """How it looked before shows nothing of what was done."""
    return set(evidence) - {Evidence.PHOTO_BEFORE} == {Evidence.OWN_LOOK}


def _is_drawn(matter: Matter, turn: int, percent: int) -> bool:
    """The same matter is always drawn the same, and nobody chooses which."""
    drawn = sha256(matter.id.bytes + bytes([turn % 256])).digest()
    return int.from_bytes(drawn[:4]) % 100 < percent


def _own_order(
    act: Act[SolveFacts] | Act[ConveneFacts], turn: int, state: OrderState, *, is_main: bool
) -> Order:
    return Order(
        id=act.facts.order_id,
        unit_id=None,
        post_id=act.actor.post_id,
        is_main=is_main,
        state=state,
        round=turn,
        sent_at=act.at,
        signed_at=act.at,
        level=act.actor.level,
    )


def convene(matter: Matter, act: Act[ConveneFacts], book: Book) -> Matter:
    """Implies acceptance and filing. The convener leads, unless another unit already does."""
    filed = counted_as_filed(classified(matter, act.facts), act)
    turn = filed.round if filed.state is State.DISPATCHED else filed.round + 1
    leads = not _has_leader(filed, turn)
    own = _own_order(act, turn, OrderState.SIGNED, is_main=leads)
    forces = (
        sent(force, turn, act.at, is_main=False, purpose=Purpose.FORCE)
        for force in act.facts.forces
    )
    return opened(replace(filed, round=turn), own, *forces)


def _has_leader(matter: Matter, turn: int) -> bool:
    main = replace(matter, round=turn).main_order
    return main is not None and (main.is_open or main.state is OrderState.DONE)


def dispatch(matter: Matter, act: Act[DispatchFacts], book: Book) -> Matter:
    turn = matter.round + 1
    orders = (sent(each, turn, act.at, is_main=each.is_main) for each in act.facts.orders)
    return opened(replace(matter, round=turn), *orders)


def make_safe(matter: Matter, act: Act[OrderFacts], book: Book) -> Matter:
    return changed(matter, replace(named(matter, act.facts.order_id), made_safe_at=act.at))


def return_order(matter: Matter, act: Act[ReturnFacts], book: Book) -> Matter:
    """Moves the order only. After a second return the first signer makes safe until the ruling."""
    order = replace(named(matter, act.facts.order_id), return_reason=act.facts.reason)
    returned = changed(replace(matter, return_count=matter.return_count + 1), order)
    safe_id = act.facts.make_safe_order_id
    if safe_id is None or not RETURNED_TWICE.holds(Case(returned, act.actor, act.at, book.numbers)):
        return returned
    first = first_signer(matter)
    request = OrderRequest(safe_id, first.unit_id, first.post_id, level=first.level)
    safe = sent(request, matter.round, act.at, is_main=False, purpose=Purpose.MAKE_SAFE)
    return opened(returned, safe)


def rule_on_returns(matter: Matter, act: Act[RulingFacts], book: Book) -> Matter:
    """Binding: the unit named may not return its order again."""
    mains = (order for order in matter.open_orders if order.is_main)
    turn = matter.round if matter.state is State.DISPATCHED else matter.round + 1
    request = act.facts.order
    ruled = replace(
        recalled(matter, mains, act.at),
        round=turn,
        bound_unit_id=request.unit_id,
        bound_post_id=request.post_id,
    )
    return opened(ruled, sent(request, turn, act.at, is_main=True))


def add_order(matter: Matter, act: Act[AddOrderFacts], book: Book) -> Matter:
    request = act.facts.order
    return opened(matter, sent(request, matter.round, act.at, is_main=request.is_main))


def complete(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    return replace(matter, handled_at=act.at)


def whistle(matter: Matter, act: Act[WhistleFacts], book: Book) -> Matter:
    return replace(
        recalled(matter, matter.open_orders, act.at),
        level=act.facts.level or matter.level,
        whistled_from=(*matter.whistled_from, matter.level),
        resume_to=None,
        requests=(),
    )


def refer(matter: Matter, act: Act[ReferFacts], book: Book) -> Matter:
    taken_back = recalled(matter, matter.open_orders, act.at)
    return replace(taken_back, follow_up_on=act.facts.follow_up_on, resume_to=None)


def regrid(matter: Matter, act: Act[RegridFacts], book: Book) -> Matter:
    """The place keeps its ground; whoever lost the post hands open orders to the new worker."""
    facts = act.facts
    orders = tuple(
        replace(order, post_id=facts.to_post)
        if order.is_open and facts.to_post and order.post_id in facts.ended_posts
        else order
        for order in matter.orders
    )
    return replace(matter, path=facts.grid_path, grid_path=facts.grid_path, orders=orders)


def hang_up(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    return replace(
        answered(matter, Move.ASK_HANG_UP),
        suspension_count=matter.suspension_count + 1,
        resume_to=matter.state,
    )


def extend(matter: Matter, act: Act[Facts], book: Book) -> Matter:
    return replace(answered(matter, Move.ASK_EXTEND), is_extended=True)


def decline(matter: Matter, act: Act[DeclineFacts], book: Book) -> Matter:
    return answered(matter, act.facts.request)
