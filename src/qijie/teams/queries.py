"""Who serves where, and what that lets a person see today."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, Func, OuterRef, Prefetch, Q, QuerySet, Value

from qijie.access.viewer import HeldPost, Kind, Role, Viewer
from qijie.accounts.models import User
from qijie.kernel.codes import Level, ancestors
from qijie.kernel.kept import Kept
from qijie.teams.models import Holding, OrgUnit, Post
from qijie.territory.models import Node
from qijie.territory.queries import within


def _held(on: date) -> Q:
    return Q(from_on__lte=on) & (Q(to_on__isnull=True) | Q(to_on__gt=on))


def _existing(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def viewer_for(user: User, on: date) -> Viewer:
    """The frozen value of what `user` may see on a day, from the posts held then; one query."""
    # A micro-grid's worker answers for the grid it lies in.
    grid_path = Func(
        OuterRef("post__path"),
        Value("-"),
        Value(1),
        function="split_part",
        output_field=CharField(),
    )
    drawings = Node.objects.filter(kind="grid", path=grid_path).values("pk")
    holdings = (
        Holding.objects.filter(_held(on), user=user)
        .exclude(post__role="")
        .filter(Q(post__valid_to__isnull=True) | Q(post__valid_to__gt=on))
        .filter(post__valid_from__lte=on)
        .select_related("post")
        .annotate(grid_ids=ArraySubquery(drawings))
        .order_by("is_stand_in", "post__code")
    )
    return Viewer(
        kind=Kind.STAFF,
        user_id=user.pk,
        name=user.name,
        posts=tuple(_held_post(holding.post, tuple(holding.grid_ids)) for holding in holdings),
    )


def _held_post(post: Post, grid_ids: tuple[int, ...]) -> HeldPost:
    return HeldPost(
        post_id=post.pk,
        title=post.title,
        role=Role(post.role),
        level=Level(post.level),
        path=post.path,
        unit_id=post.unit_id,
        grid_ids=grid_ids,
        needs_mfa=post.needs_mfa,
    )


def posts_at(path: str, on: date) -> QuerySet[Post]:
    """Posts of exactly this place, each with today's holders as `holders_today`."""
    return _with_holders(Post.objects.filter(_existing(on), path=path), on)


def posts_responsible_for(path: str, on: date) -> list[Post]:
    """Posts of a place and of everything above it, the nearest first; two queries."""
    places = [*ancestors(path), path]
    found = _with_holders(Post.objects.filter(_existing(on), path__in=places), on)
    return sorted(found, key=lambda post: (-len(post.path), post.code))


_desks = Kept[Level | None](seconds=60, most=5000)


def lowest_desk_lately(path: str, on: date) -> Level | None:
    """As `lowest_desk`, at most a minute old."""
    return _desks.get((path, on), lambda: lowest_desk(path, on))


def lowest_desk(path: str, on: date) -> Level | None:
    """The lowest rung with a desk that covers a place; None where nobody takes reports."""
    desks = Post.objects.filter(
        _existing(on), role=Role.DESK, path__in=[*ancestors(path), path]
    ).values_list("level", flat=True)
    return min((Level(level) for level in desks), default=None)


def posts_over(path: str, role: Role, level: Level, on: date) -> QuerySet[Post]:
    """Posts of one role and rung whose territory covers a place."""
    return Post.objects.filter(
        _existing(on), role=role, level=level, path__in=[*ancestors(path), path]
    )


def called_around(inside: Q, on: date) -> Iterable[tuple[str, UUID, str, str, str]]:
    """`unit`, `post` or `holder`; id of the unit or post; name; kind; path. One query.

    inside: where, as a condition on `path`. Administrators are met by nobody and are left out.
    """
    posts = Post.objects.filter(_existing(on), inside).exclude(role__in=_ADMINISTRATORS)
    units = OrgUnit.objects.filter(inside).values_list(Value("unit"), "pk", "name", "kind", "path")
    titles = posts.values_list(Value("post"), "pk", "title", "kind", "path")
    held = Holding.objects.filter(_held(on), post__in=posts)
    names = held.values_list(Value("holder"), "post_id", "user__name", Value(""), "post__path")
    return units.union(titles, names, all=True)


_ADMINISTRATORS = ("", Role.SYSTEM_ADMIN.value, Role.SECURITY_ADMIN.value, Role.AUDIT_ADMIN.value)


def posts_with_roles_over(path: str, roles: Iterable[Role], on: date) -> list[Post]:
    """Posts of these roles on any rung over a place."""
    found = Post.objects.filter(
        _existing(on), role__in=[role.value for role in roles], path__in=[*ancestors(path), path]
    )
    return list(found.order_by("path", "code"))


def holders_by_post(post_ids: Iterable[UUID], on: date) -> dict[UUID, set[UUID]]:
    """Who holds each of these posts on a day, stand-ins included; one query."""
    held = Holding.objects.filter(_held(on), post_id__in=list(post_ids))
    found: dict[UUID, set[UUID]] = {}
    for post_id, user_id in held.values_list("post_id", "user_id"):
        found.setdefault(post_id, set()).add(user_id)
    return found


def holdings_of_users(user_ids: Iterable[UUID], on: date) -> QuerySet[Holding]:
    return Holding.objects.filter(_held(on), user_id__in=list(user_ids))


def emails_of_posts(post_ids: Iterable[UUID], on: date) -> list[str]:
    """The addresses of those who hold these posts today and gave one."""
    held = Holding.objects.filter(_held(on), post_id__in=list(post_ids)).exclude(user__email="")
    return sorted(set(held.values_list("user__email", flat=True)))


def _with_holders(posts: QuerySet[Post], on: date) -> QuerySet[Post]:
    holders = Holding.objects.filter(_held(on)).select_related("user").order_by("is_stand_in")
    return posts.prefetch_related(Prefetch("holdings", holders, to_attr="holders_today")).order_by(
        "path", "code"
    )


def units_serving(path: str) -> QuerySet[OrgUnit]:
    """Units that take orders for a place: its own and those of every division above it."""
    return OrgUnit.objects.filter(takes_orders=True, path__in=[*ancestors(path), path])


def unheld(path: str, on: date) -> QuerySet[Post]:
    """Posts in a subtree that nobody holds on a day."""
    held = Holding.objects.filter(_held(on)).values("post")
    return Post.objects.filter(_existing(on), path__startswith=path).exclude(pk__in=held)


# Appointing


def _posts_within(paths: Iterable[str]) -> QuerySet[Post]:
    inside = Q(pk__in=[])
    for path in paths:
        inside |= within(path)
    return Post.objects.filter(inside).select_related("unit")


def post_within(paths: Iterable[str], post_id: UUID, on: date) -> Post | None:
    """A post of these territories, closed or not, with its `holders_today`."""
    return _with_holders(_posts_within(paths).filter(pk=post_id), on).first()


def roster(
    paths: Iterable[str], on: date, *, words: str = "", is_vacant: bool = False
) -> QuerySet[Post]:
    """Posts of these territories in the order of their codes, holders as `holders_today`.

    words: part of a post's title or of a holder's name. is_vacant: those without a main holder,
    whoever stands in.
    """
    posts = _posts_within(paths).filter(_existing(on))
    held = Holding.objects.filter(_held(on), post=OuterRef("pk"))
    if words:
        posts = posts.filter(
            Q(title__icontains=words) | Exists(held.filter(user__name__icontains=words))
        )
    if is_vacant:
        posts = posts.exclude(Exists(held.filter(is_stand_in=False)))
    return _with_holders(posts, on).order_by("code")


def holdings_of(post: Post) -> QuerySet[Holding]:
    """Everybody who held, holds or will hold a post, the latest first."""
    return post.holdings.select_related("user", "appointed_by").order_by("-from_on", "-pk")


def account_named(username: str) -> User | None:
    """The account that may sign in under this name, in any spelling."""
    return User.objects.filter(username=username, is_active=True).first()


def posts_of_account(user: User, on: date) -> list[Post]:
    """What somebody holds or will hold; for somebody who holds nothing any more, what it was."""
    held = Holding.objects.filter(user=user).select_related("post").order_by("post__code")
    lasting = [one.post for one in held if one.to_on is None or one.to_on > on]
    return lasting or [one.post for one in held]


def accounts_like(words: str, on: date) -> QuerySet[User]:
    """Accounts by part of a name or user name, each with today's posts as `held_today`."""
    held = Holding.objects.filter(_held(on)).select_related("post").order_by("is_stand_in")
    found = User.objects.filter(
        Q(name__icontains=words) | Q(username__icontains=words), is_active=True
    )
    return found.order_by("username").prefetch_related(
        Prefetch("holdings", held, to_attr="held_today")
    )


def posts_of_places(paths: Iterable[str], level: Level, on: date) -> list[Post]:
    """Posts of one rung anywhere below these places, holders as `holders_today`; two queries."""
    inside = Q(pk__in=[])
    for path in paths:
        inside |= within(path)
    return list(_with_holders(Post.objects.filter(_existing(on), inside, level=level), on))


def posts_covering(path: str, roles: Iterable[Role], lowest: Level, on: date) -> list[Post]:
    """Posts with one of these roles that cover a place, from a rung upwards to the street."""
    levels = [level.value for level in Level if lowest <= level <= Level.STREET]
    found = Post.objects.filter(
        _existing(on), role__in=[role.value for role in roles], level__in=levels
    )
    return list(found.filter(path__in=[*ancestors(path), path]).order_by("path", "code"))
