"""Who is told of an adoption or a withdrawal, and in which words; `outbound` delivers them."""

from collections.abc import Iterable, Sequence
from datetime import date

from qijie.access.viewer import Role
from qijie.kernel.codes import Level
from qijie.redrawing.models import Plan
from qijie.redrawing.queries.prospect import NextGrid, Prospect
from qijie.teams.models import Post
from qijie.teams.queries import posts_covering
from qijie.territory.queries import node_at

_TOLD_ABOVE = (Role.LEAD, Role.DESK)
Told = dict[str, str]


def told_of_adoption(prospect: Prospect, new_posts: Sequence[str]) -> list[Told]:
    """One sentence for every post concerned: of changed, ended and new grids, leads and desks."""
    told: dict[str, Told] = {}
    for grid in prospect.grids:
        if grid.is_changed and not grid.is_new:
            _add(told, prospect.posts_of_grid(grid.code), _changed(grid, prospect), grid.code)
    for node in prospect.ended:
        to = prospect.successors[node.code]
        name = next(grid.name for grid in prospect.grids if grid.code == to)
        sentence = (
            f"自 {prospect.on} 起，您负责的“{node.name}”撤销，本岗位随之撤销；"
            f"住户多数划入“{name}”，在办事项移交接管的网格员。"
        )
        _add(told, prospect.posts_of_grid(node.code), sentence, to)
    names = {grid.code: grid.name for grid in prospect.grids}
    for post in Post.objects.filter(pk__in=new_posts).order_by("code"):
        name = names.get(post.path, post.title)
        sentence = f"自 {prospect.on} 起，您负责“{name}”，请提前熟悉边界和住户。"
        _add(told, [post], sentence, post.path)
    _add(told, _above(prospect.plan, prospect.today), _summary(prospect), "", prospect.plan)
    return list(told.values())


def told_of_withdrawal(plan: Plan, today: date) -> list[Told]:
    """The same posts again, those not yet in being left out."""
    told: dict[str, Told] = {}
    place = node_at(plan.run.path, today)
    name = place.name if place else plan.run.path
    sentence = f"原定 {plan.in_force_on} 启用的“{name}”网格调整已撤回，网格和岗位照旧。"
    touched = {*plan.codes.values(), *plan.successors}
    in_grids = Post.objects.filter(level=Level.GRID, valid_from__lte=today, path__in=touched)
    for post in in_grids.order_by("code"):
        _add(told, [post], sentence, post.path.split("-")[0])
    _add(told, _above(plan, today), sentence, "", plan)
    return list(told.values())


def _changed(grid: NextGrid, prospect: Prospect) -> str:
    return (
        f"自 {prospect.on} 起，您负责的“{grid.name}”边界调整："
        f"户数由 {grid.households_before} 变为 {grid.households}。"
    )


def _summary(prospect: Prospect) -> str:
    grids, plan = prospect.grids, prospect.plan
    place = node_at(plan.run.path, prospect.today)
    changed = sum(grid.is_changed and not grid.is_new for grid in grids)
    new = sum(grid.is_new for grid in grids)
    return (
        f"“{place.name if place else plan.run.path}”网格自 {prospect.on} 起调整："
        f"变更 {changed} 个、新设 {new} 个、撤销 {len(prospect.ended)} 个。"
    )


def _above(plan: Plan, today: date) -> list[Post]:
    """Leads and desks of the communities drawn and of their street."""
    places = {row["community"] for row in plan.measures.get("grids", ())} or {plan.run.path}
    found = {
        post.pk: post
        for place in sorted(places)
        for post in posts_covering(place, _TOLD_ABOVE, Level.COMMUNITY, today)
    }
    return list(found.values())


def _add(
    told: dict[str, Told],
    posts: Iterable[Post],
    sentence: str,
    grid_code: str,
    plan: Plan | None = None,
) -> None:
    """Each post once, with what concerns it most."""
    for post in posts:
        told.setdefault(
            str(post.pk),
            {
                "post": str(post.pk),
                "number": "网格调整",
                "sentence": sentence,
                "page": _page(grid_code, plan),
            },
        )


def _page(grid_code: str, plan: Plan | None) -> str:
    if plan is not None:
        return f"/console/plans/{plan.pk}/"
    return f"/console/territory/{grid_code}/"
