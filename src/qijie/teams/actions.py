"""The only writers of units, posts and who holds them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from qijie.access.permissions import MATTER_STAFF, STAFF
from qijie.access.viewer import Viewer
from qijie.accounts.models import User
from qijie.kernel.refusal import Refusal
from qijie.teams.models import Holding, OrgUnit, Post

_ADMINISTRATION = STAFF - MATTER_STAFF


def staff(
    *,
    units: Iterable[OrgUnit],
    people: Iterable[User],
    posts: Iterable[Post],
    holdings: Iterable[Holding],
    using: str,
) -> None:
    """Sets up the units and posts of a new place, each post with its first holder.

    The database refuses two main holders of a post on one day.
    """
    OrgUnit.objects.using(using).bulk_create(units)
    User.objects.using(using).bulk_create(people)
    Post.objects.using(using).bulk_create(posts)
    Holding.objects.using(using).bulk_create(holdings)


@transaction.atomic
def hand_over(*, post: Post, to: User, on: date, by: Viewer) -> Holding:
    """`to` holds the post from a day on, and whoever held it leaves it that same day: no gap.

    Raises Refusal when the last holder began that very day or later, or is `to`, when the post does
    not exist on that day, or when `to` may not be given it by `by`.
    """
    _wait_for_others(post)
    leaving = _whoever_leaves(post, to, on)
    _refuse_closed(post, on, on, "交接日期")
    _refuse_concentration(post, to, on, None, by)
    if leaving is not None:
        leaving.to_on = on
        leaving.save(update_fields=["to_on"])
    return Holding.objects.create(post=post, user=to, from_on=on, appointed_by_id=by.user_id)


@transaction.atomic
def stand_in(*, post: Post, by_user: User, from_on: date, to_on: date, by: Viewer) -> Holding:
    """Adds a stand-in up to, not including, `to_on`; the main holder stays responsible.

    Raises Refusal for days that are none, for somebody who works in the post on one of them, when
    the post does not exist then, or when `by_user` may not be given it by `by`.
    """
    if to_on <= from_on:
        raise Refusal(f"代班结束日期 {to_on} 须晚于开始日期 {from_on}。")
    _wait_for_others(post)
    _refuse_closed(post, from_on, to_on - timedelta(days=1), "代班日期")
    _refuse_concentration(post, by_user, from_on, to_on, by)
    if Holding.objects.filter(_overlapping(from_on, to_on), post=post, user=by_user).exists():
        raise Refusal(f"{by_user.name}在这些天里已在“{post.title}”任职或代班，请改日期或另选一位。")
    return Holding.objects.create(
        post=post,
        user=by_user,
        from_on=from_on,
        to_on=to_on,
        is_stand_in=True,
        appointed_by_id=by.user_id,
    )


@transaction.atomic
def end_early(*, holding: Holding, on: date) -> date | None:
    """Ends a stand-in from a day on, or takes back what was planned for later.

    Returns the day it ends, or None for what never began. A main holder leaves by a hand-over
    only, so that no post is left empty by a slip. Raises Refusal for what cannot be ended.
    """
    _wait_for_others(holding.post)
    holding = Holding.objects.select_related("user", "post").get(pk=holding.pk)
    if holding.from_on > on:
        _take_back(holding)
        return None
    if not holding.is_stand_in:
        raise Refusal(f"{holding.user.name}已在任，请办理交接，由接任人接手。")
    if holding.to_on is not None and holding.to_on <= on:
        raise Refusal(f"{holding.user.name}的代班已在 {holding.to_on} 结束。")
    # A day that has begun was worked: it stays in the record.
    holding.to_on = max(on, holding.from_on + timedelta(days=1))
    holding.save(update_fields=["to_on"])
    return holding.to_on


def _take_back(planned: Holding) -> None:
    """Whoever was to leave for a hand-over that is taken back stays."""
    main = Holding.objects.filter(post=planned.post, is_stand_in=False)
    if not planned.is_stand_in and main.filter(from_on__gt=planned.from_on).exists():
        raise Refusal("后面还有一次交接，请先取消最后那一次。")
    planned.delete()
    if not planned.is_stand_in:
        main.filter(to_on=planned.from_on).update(to_on=None)


def _wait_for_others(post: Post) -> None:
    """Two who appoint to one post at once take turns."""
    Post.objects.select_for_update().only("pk").get(pk=post.pk)


def _whoever_leaves(post: Post, to: User, on: date) -> Holding | None:
    """The main holder on that day; None for a post that will be vacant."""
    last = Holding.objects.filter(post=post, is_stand_in=False).order_by("from_on").last()
    if last is None or (last.to_on is not None and last.to_on <= on):
        return None
    if last.user_id == to.pk:
        raise Refusal(f"{to.name}已经在岗“{post.title}”，请选择另一位接任人。")
    if last.from_on >= on:
        raise Refusal(f"“{post.title}”现任者自 {last.from_on} 起任职，交接日期须晚于这一天。")
    return last


def _refuse_closed(post: Post, first: date, last: date, label: str) -> None:
    if first < post.valid_from:
        raise Refusal(f"“{post.title}”自 {post.valid_from} 起设立，{label}不能早于这一天。")
    if post.valid_to is not None and post.valid_to <= last:
        raise Refusal(f"“{post.title}”自 {post.valid_to} 起撤销，{label}须早于这一天。")


def _refuse_concentration(
    post: Post, to: User, from_on: date, to_on: date | None, by: Viewer
) -> None:
    """Nobody appoints themselves, and nobody administers system, security and audit together."""
    if to.pk == by.user_id:
        raise Refusal("不能把岗位办给自己，请由另一位安全管理员办理。")
    if post.role not in _ADMINISTRATION:
        return
    others = Holding.objects.filter(
        _overlapping(from_on, to_on), user=to, post__role__in=_ADMINISTRATION - {post.role}
    )
    if other := others.select_related("post").first():
        raise Refusal(
            f"{to.name}这时已任“{other.post.title}”：系统、安全、审计管理不能由一人兼任，请另选一位。"
        )


def _overlapping(from_on: date, to_on: date | None) -> Q:
    """Holdings that share a day with this span; None is without end."""
    lasting = Q(to_on__isnull=True) | Q(to_on__gt=from_on)
    return lasting & Q(from_on__lt=to_on) if to_on else lasting


# Posts of grids that end and begin with a drawing


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to be set up like another one, for another place."""

    like: Post
    path: str
    code: str
    title: str
    holder_id: UUID | None
    """None leaves it vacant."""


@transaction.atomic
def reassign(
    *, ended: Collection[UUID], opened: Sequence[NewPost], on: date, by: Viewer
) -> dict[str, Any]:
    """Closes posts and sets up others from a day on, with their holders: nobody serves a day less.

    Answers what `undo_reassign` needs, fit for JSON. Raises Refusal where somebody is to take up a
    closing post on that day or later, or would appoint themselves.
    """
    posts = list(Post.objects.select_for_update().filter(pk__in=ended).order_by("code"))
    leaving = list(Holding.objects.filter(_overlapping(on, None), post__in=posts))
    _refuse_late_starters(leaving, on)
    if any(new.holder_id == by.user_id for new in opened):
        raise Refusal("不能把岗位办给自己，请为新网格另选一位网格员。")
    before = {
        "posts": [(str(post.pk), _iso(post.valid_to)) for post in posts],
        "holdings": [(holding.pk, _iso(holding.to_on)) for holding in leaving],
    }
    Holding.objects.filter(pk__in=[holding.pk for holding in leaving]).update(to_on=on)
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(valid_to=on)
    made = Post.objects.bulk_create(_post_like(new, on) for new in opened)
    held = Holding.objects.bulk_create(
        Holding(post=post, user_id=new.holder_id, from_on=on, appointed_by_id=by.user_id)
        for post, new in zip(made, opened, strict=True)
        if new.holder_id is not None
    )
    return {
        "closed": before,
        "made": {"posts": [str(p.pk) for p in made], "holdings": [h.pk for h in held]},
    }


@transaction.atomic
def undo_reassign(written: Mapping[str, Any]) -> None:
    """Takes `reassign` back before its day; the database refuses to delete what was in force."""
    Holding.objects.filter(post__in=written["made"]["posts"]).delete()
    Post.objects.filter(pk__in=written["made"]["posts"]).delete()
    for pk, day in written["closed"]["posts"]:
        Post.objects.filter(pk=pk).update(valid_to=day)
    for pk, day in written["closed"]["holdings"]:
        Holding.objects.filter(pk=pk).update(to_on=day)


def _refuse_late_starters(leaving: Sequence[Holding], on: date) -> None:
    if late := next((holding for holding in leaving if holding.from_on >= on), None):
        raise Refusal(
            f"“{late.post.title}”已安排自 {late.from_on} 起的任职，而这个岗位将于 {on} 撤销；"
            "请把启用日期定在那之后。"
        )


def _post_like(new: NewPost, on: date) -> Post:
    return Post(
        code=new.code,
        kind=new.like.kind,
        title=new.title,
        role=new.like.role,
        level=new.like.level,
        path=new.path,
        unit_id=new.like.unit_id,
        needs_mfa=new.like.needs_mfa,
        duty_phone=new.like.duty_phone,
        office_hours=new.like.office_hours,
        valid_from=on,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
