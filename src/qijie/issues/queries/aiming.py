"""Whom a matter is about, as the rules want to know it: rung, territory, holders, who takes it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from qijie.access.viewer import Role
from qijie.issues.rules.aim import Aim, Seat, aim
from qijie.issues.rules.decide import Refused
from qijie.kernel.codes import Level, path_at
from qijie.teams.models import OrgUnit, Post
from qijie.teams.queries import holders_by_post, posts_with_roles_over

_TAKES_PART = (Role.DESK, Role.DISPATCHER, Role.VERIFIER, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Concerned:
    """The accused: a post or a unit, or nobody named yet."""

    aim: Aim
    level: Level
    path: str
    post_id: UUID | None = None
    unit_id: UUID | None = None
    user_ids: tuple[UUID, ...] = ()


def concerned_in(
    path: str, on: date, *, post_id: UUID | None = None, unit_id: UUID | None = None
) -> Concerned:
    """Read as of a day. With nobody named: whoever works in the community, until a desk knows."""
    if post_id is None and unit_id is None:
        return _unnamed(path, on)
    row = _row(post_id, unit_id)
    level = Level(row.level)
    held = holders_by_post([post_id], on) if post_id else {}
    users = tuple(sorted(one for holders in held.values() for one in holders))
    seats = _seats(path, on, post_id, unit_id, frozenset(users))
    return Concerned(aim(level, seats), level, row.path.partition("-")[0], post_id, unit_id, users)


def _unnamed(path: str, on: date) -> Concerned:
    seats = _seats(path, on, None, None, frozenset())
    where = path_at(path, Level.COMMUNITY) or path
    return Concerned(aim(Level.COMMUNITY, seats), Level.COMMUNITY, where)


def _row(post_id: UUID | None, unit_id: UUID | None) -> Post | OrgUnit:
    found: Post | OrgUnit | None
    if unit_id is not None:
        found = OrgUnit.objects.filter(pk=unit_id).first()
    else:
        found = Post.objects.filter(pk__in=[post_id] if post_id else []).first()
    if found is None:
        raise Refused("unknown_concerned", "涉及谁：没有这个单位或岗位，请重新选择。", "about")
    return found


def rung_without(ids: Collection[UUID], path: str, lowest: Level, on: date) -> Level:
    """The lowest rung, from one upwards, with a desk that is none of these and in none of them."""
    return who_looks(ids, path, lowest, on)[0]


def who_looks(
    ids: Collection[UUID], path: str, lowest: Level, on: date
) -> tuple[Level, frozenset[UUID]]:
    """The rung whose desk looks whether these are meant, and who of them waits until it has.

    A word such as 受理员 may name every desk there is: then the highest looks all the same, so that
    the matter is never nobody's.
    """
    over = posts_with_roles_over(path, [Role.DESK], on)
    desks = [desk for desk in over if Level(desk.level) >= lowest]
    free = [Level(one.level) for one in desks if not {one.pk, one.unit_id} & set(ids)]
    if free or not desks:
        return min(free, default=lowest), frozenset(ids)
    top = max(Level(desk.level) for desk in desks)
    looking = {one for desk in desks if Level(desk.level) == top for one in (desk.pk, desk.unit_id)}
    return top, frozenset(ids) - looking


def _seats(
    path: str, on: date, post_id: UUID | None, unit_id: UUID | None, users: frozenset[UUID]
) -> list[Seat]:
    posts = posts_with_roles_over(path, _TAKES_PART, on)
    held = holders_by_post([post.pk for post in posts], on)
    return [
        Seat(
            Role(post.role),
            Level(post.level),
            post.pk == post_id
            or (unit_id is not None and post.unit_id == unit_id)
            or bool(users & held.get(post.pk, set())),
        )
        for post in posts
    ]


def unconcerned_units(units: QuerySet[OrgUnit], path: str, hidden: Level) -> QuerySet[OrgUnit]:
    """Units that do not stand below or beside the accused."""
    below = [level.value for level in Level if level <= hidden]
    around = Q(path__startswith=path) | Q(path__in=[path[:digits] for digits in (4, 6, 9, 12)])
    return units.exclude(around, level__in=below)
