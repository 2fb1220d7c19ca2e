"""What an actor is to a matter: read off the post held and the place it covers, nothing else."""

from collections.abc import Callable, Mapping

from qijie.access.accused import is_named, is_near
from qijie.access.viewer import Side
from qijie.issues.rules.matter import Actor, Matter, Order
from qijie.issues.rules.vocabulary import Relation
from qijie.kernel.codes import Level, is_within


def level_above(level: Level) -> Level:
    """One step up; the city, having nobody above, answers for itself."""
    return level.above or Level.CITY


def covers(actor: Actor, matter: Matter) -> bool:
    return bool(actor.path) and is_within(matter.path, actor.path)


def _is_reporter(matter: Matter, actor: Actor) -> bool:
    by_link = actor.matter_id is not None and actor.matter_id == matter.id
    by_name = actor.user_id is not None and actor.user_id == matter.reported_by
    return by_link or by_name


def _covers_grid(matter: Matter, actor: Actor) -> bool:
    """A micro-grid's worker answers for the grid it lies in."""
    if matter.grid_path is None or not actor.path:
        return False
    return is_within(matter.grid_path, actor.path) or is_within(actor.path, matter.grid_path)


def _is_post_of_level(role: str) -> Callable[[Matter, Actor], bool]:
    def holds(matter: Matter, actor: Actor) -> bool:
        stands_in = actor.role == "supervisor" and role in matter.stand_in_roles.split()
        has_role = actor.role == role or stands_in
        return has_role and actor.level == matter.level and covers(actor, matter)

    return holds


def _is_supervisor_over(matter: Matter, actor: Actor) -> bool:
    high_enough = actor.level is not None and actor.level >= matter.level
    return actor.role == "supervisor" and high_enough and covers(actor, matter)


def _is_one_level_up(matter: Matter, actor: Actor) -> bool:
    return actor.level == level_above(matter.level) and covers(actor, matter)


_HOLDS: Mapping[Relation, Callable[[Matter, Actor], bool]] = {
    Relation.ANYONE: lambda matter, actor: True,
    Relation.REPORTER: _is_reporter,
    Relation.WORKER_OF_GRID: lambda matter, actor: (
        actor.role == "grid_worker" and _covers_grid(matter, actor)
    ),
    Relation.LEAD_OVER_GRID: lambda matter, actor: (
        actor.role == "lead" and _covers_grid(matter, actor)
    ),
    Relation.DESK_OF_LEVEL: _is_post_of_level("desk"),
    Relation.DISPATCHER_OF_LEVEL: _is_post_of_level("dispatcher"),
    Relation.VERIFIER_OF_LEVEL: _is_post_of_level("verifier"),
    Relation.SUPERVISOR_OVER: _is_supervisor_over,
    Relation.SUPERVISION_ABOVE: lambda matter, actor: (
        actor.side is Side.SUPERVISION and _is_one_level_up(matter, actor)
    ),
    Relation.SUPERIOR: lambda matter, actor: (
        actor.role == "dispatcher" and _is_one_level_up(matter, actor)
    ),
    Relation.SYSTEM: lambda matter, actor: actor.role == "system",
}


def holds_order(actor: Actor, order: Order) -> bool:
    by_unit = order.unit_id is not None and order.unit_id == actor.unit_id
    by_post = order.post_id is not None and order.post_id == actor.post_id
    return by_unit or by_post


def concerns(matter: Matter, actor: Actor) -> bool:
    """Whether it is about this post, unit or person, or about somebody above or beside them."""
    accused = matter.accused
    return is_near(accused, actor.level, actor.path) or is_named(
        accused, actor.post_id, actor.unit_id, actor.user_id
    )


def relations(matter: Matter, actor: Actor, order: Order | None = None) -> frozenset[Relation]:
    """Everything the actor is to the matter; with an order named, its own unit only."""
    if concerns(matter, actor):
        return frozenset()
    found = {relation for relation, holds in _HOLDS.items() if holds(matter, actor)}
    orders = matter.orders if order is None else (order,)
    if any(holds_order(actor, each) for each in orders):
        found.add(Relation.UNIT_OF_ORDER)
    return frozenset(found)
