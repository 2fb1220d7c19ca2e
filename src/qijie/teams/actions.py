"""The only writers of units, posts and who holds them."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from qijie.access.viewer import Viewer
from qijie.accounts.models import User
from qijie.kernel.refusal import Refusal
from qijie.teams.models import Holding, OrgUnit, Post


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

    Raises Refusal when the present holder began that very day or later, or is `to`, or when the
    post no longer exists by then.
    """
    if post.valid_to is not None and post.valid_to <= on:
        raise Refusal(f"“{post.title}”自 {post.valid_to} 起撤销，交接日期须早于这一天。")
    current = (
        Holding.objects.select_for_update()
        .filter(post=post, is_stand_in=False, to_on__isnull=True)
        .first()
    )
    if current is not None:
        if current.user_id == to.pk:
            raise Refusal(f"{to.name}已经在岗“{post.title}”，请选择另一位接任人。")
        if current.from_on >= on:
            raise Refusal(
                f"“{post.title}”现任者自 {current.from_on} 起任职，交接日期须晚于这一天。"
            )
        current.to_on = on
        current.save(update_fields=["to_on"])
    return Holding.objects.create(post=post, user=to, from_on=on, appointed_by_id=by.user_id)


@transaction.atomic
def stand_in(*, post: Post, by_user: User, from_on: date, to_on: date, by: Viewer) -> Holding:
    """Adds a stand-in for a span of days; the main holder stays responsible."""
    if to_on <= from_on:
        raise Refusal(f"代班结束日期 {to_on} 须晚于开始日期 {from_on}。")
    return Holding.objects.create(
        post=post,
        user=by_user,
        from_on=from_on,
        to_on=to_on,
        is_stand_in=True,
        appointed_by_id=by.user_id,
    )
