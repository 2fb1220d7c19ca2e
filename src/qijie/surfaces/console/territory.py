"""The tree at the desk: city, district, street, community, grid, building, and who answers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from qijie.access.permissions import CHECK_TERRITORY, SEE_MATTERS, may
from qijie.access.viewer import Role
from qijie.kernel.codes import Level, ancestors
from qijie.kernel.refusal import Refusal
from qijie.redrawing.queries import may_draw
from qijie.redrawing.queries import pending as pending_plans
from qijie.surfaces.console.frame import page
from qijie.surfaces.console.maps import STREET_TILES, map_response, tone_of, wants_map, words_of
from qijie.surfaces.console.queries import (
    Load,
    drawings_of,
    households_below,
    load_below,
    load_of,
    load_together,
)
from qijie.teams.gate import GuardedRequest
from qijie.teams.models import LEVELS, Post
from qijie.teams.queries import posts_responsible_for
from qijie.territory.borders import (
    Shape,
    collection,
    drawn_buildings,
    drawn_children,
    drawn_node,
    feature,
    homes_in,
)
from qijie.territory.checks import Finding, findings
from qijie.territory.models import Building, Node
from qijie.territory.queries import buildings, children, level_of, lineage, nodes

_ANSWERABLE = frozenset(
    {Role.GRID_WORKER, Role.LEAD, Role.DESK, Role.DISPATCHER, Role.VERIFIER, Role.SUPERVISOR}
)
_DIVISIONS = ("district", "street", "town", "community", "village")
_WITH_HOMES = ("grid", "compound")
WITH_BOARDS = ("street", "town", "community", "village", "grid")
_GRID_KIND_WORDS = {"general": "综合网格", "dedicated": "专属网格", "undeveloped": "待开发网格"}


@require_safe
def territory(request: GuardedRequest) -> HttpResponse:
    """The viewer's own place; from there the trail leads up and the list down."""
    own = next((post.path for post in request.viewer.posts), "")
    roots = nodes(timezone.localdate()).filter(parent=None).values_list("path", flat=True)
    path = own or roots.order_by("path").first()
    if path is None:
        return page(request, "territory_empty.html", "territory", {})
    return redirect("console:place", path)


@require_safe
def place(request: GuardedRequest, path: str) -> HttpResponse:
    on, objection = day_asked(request)
    trail = lineage(path, on)
    node = next((one for one in trail if one.path == path), None)
    if node is None:
        return _no_such_place(request, path, on, objection)
    loads = _loads(request, node, on)
    if wants_map(request):
        return map_response(_map_of(node, on, loads))
    households = households_below(path, on)
    queue = reverse("console:queue")
    context = {
        "node": node,
        "kind_words": kind_words(node),
        "trail": trail_of(trail),
        "on": on,
        "is_today": on == timezone.localdate(),
        "objection": objection,
        "children": [
            _child_row(child, loads, households) for child in children(path, on).defer("boundary")
        ],
        "shows_loads": on == timezone.localdate() and node.kind != "grid",
        "households": households_in(node, households),
        "buildings": homes_in(path, on) if node.kind in _WITH_HOMES else [],
        "own_load": _own_load(request, node, on, loads),
        "ladder": ladder_of(path, on),
        "drawings": list(drawings_of(node)),
        "may_draw": _may_draw(request, node),
        "pending": pending_plans(path, timezone.localdate()) if _is_drawable(node) else [],
        "has_boards": node.kind in WITH_BOARDS,
        "may_check": may(request.viewer, CHECK_TERRITORY) and _is_checkable(path),
        "streets": STREET_TILES,
        "map_src": request.get_full_path(),
        "queue_url": f"{queue}?view=open&place={path}",
        "late_url": f"{queue}?view=overdue&place={path}",
    }
    return page(request, "place.html", "territory", context)


def _is_drawable(node: Node) -> bool:
    return node.kind in ("street", "town", "community", "village")


def _may_draw(request: GuardedRequest, node: Node) -> bool:
    return _is_drawable(node) and may_draw(request.viewer, node.path)


def _no_such_place(request: GuardedRequest, path: str, on: date, objection: str) -> HttpResponse:
    """A place of another day is offered with its days; anything else is a plain 404."""
    known = Node.objects.filter(path=path).defer("boundary").order_by("-valid_from").first()
    if known is None:
        raise Http404
    context = {"node": known, "on": on, "objection": objection, "drawings": drawings_of(known)}
    return page(request, "place_other_day.html", "territory", context, status=404)


def day_asked(request: GuardedRequest) -> tuple[date, str]:
    """The day a page is asked for, today unless said; and the sentence about one that is none."""
    typed = request.GET.get("on", "")
    today = timezone.localdate()
    try:
        return (date.fromisoformat(typed) if typed else today), ""
    except ValueError:
        return today, f"日期“{typed[:20]}”应写成 2026-06-01 的样子，现在显示的是今天。"


def _loads(request: GuardedRequest, node: Node, on: date) -> dict[str, Load]:
    """What runs below a place now; a past drawing shows no figures, since they are of today."""
    if on != timezone.localdate() or not may(request.viewer, SEE_MATTERS):
        return {}
    return load_below(node.path, level_of(node.path), request.viewer, timezone.now())


def _own_load(request: GuardedRequest, node: Node, on: date, loads: dict[str, Load]) -> Load | None:
    if on != timezone.localdate() or not may(request.viewer, SEE_MATTERS) or "-" in node.path:
        return None
    if loads:
        return load_together(loads.values())
    return load_of(node.path, level_of(node.path), request.viewer, timezone.now())


def kind_words(node: Node) -> str:
    return _GRID_KIND_WORDS.get(node.grid_kind, "") or node.get_kind_display()


def _child_row(
    child: Node, loads: dict[str, Load], households: dict[str, int]
) -> dict[str, object]:
    return {
        "node": child,
        "kind_words": kind_words(child),
        "households": child.households or households.get(child.path, 0),
        "load": loads.get(child.path, Load()),
    }


def households_in(node: Node, below: dict[str, int]) -> int:
    return node.households or sum(below.values())


def trail_of(trail: Sequence[Node], last: str = "") -> list[dict[str, str]]:
    """The way down to a place; `last` names what stands below it."""
    steps = [
        {"label": node.name, "url": reverse("console:place", args=[node.path])} for node in trail
    ]
    return [*steps, {"label": last, "url": ""}] if last else steps


def ladder_of(path: str, on: date) -> list[dict[str, Any]]:
    """Who answers for a place, the nearest rung first: level, and its posts with their holders."""
    posts = [post for post in posts_responsible_for(path, on) if post.role in _ANSWERABLE]
    rungs: dict[str, list[Post]] = {}
    for post in posts:
        rungs.setdefault(post.level, []).append(post)
    labels = dict(LEVELS)
    ordered = sorted(rungs.items(), key=lambda rung: Level(rung[0]).rank)
    return [{"label": labels[Level(level)], "posts": held} for level, held in ordered]


def _map_of(node: Node, on: date, loads: dict[str, Load]) -> str:
    if node.kind in _WITH_HOMES:
        outline = drawn_node(node.path, on)
        own = [feature(outline[1], {"id": node.path})] if outline else []
        homes = drawn_buildings(node.path, on)
        return collection([*own, *(_building_feature(*home) for home in homes)])
    drawn = drawn_children(node.path, on)
    return collection(_child_feature(child, shape, loads, on) for child, shape in drawn)


def _child_feature(child: Node, shape: Shape, loads: dict[str, Load], on: date) -> str:
    load = loads.get(child.path, Load())
    href = reverse("console:place", args=[child.path])
    properties: dict[str, object] = {
        "id": child.path,
        "label": child.name,
        "status": tone_of(load),
        "href": href if on == timezone.localdate() else f"{href}?on={on}",
    }
    return feature(shape, properties | ({"note": words_of(load)} if load.open else {}))


def _building_feature(building: Building, shape: Shape, *, is_this: bool = False) -> str:
    properties: dict[str, object] = {
        "id": building.code,
        "label": building.name,
        "status": "active" if is_this else "plain",
        "href": reverse("console:building", args=[building.code]),
    }
    return feature(shape, properties)


@require_safe
def building(request: GuardedRequest, code: str) -> HttpResponse:
    on = timezone.localdate()
    found = buildings(on).filter(code=code).select_related("grid", "compound")
    home = found.defer("footprint", "grid__boundary", "compound__boundary").first()
    if home is None:
        raise Http404
    if wants_map(request):
        return map_response(_map_of_building(home, on))
    context = {
        "building": home,
        "trail": trail_of(lineage(home.grid.path, on), last=home.name),
        "ladder": ladder_of(home.grid.path, on),
        "streets": STREET_TILES,
    }
    return page(request, "building.html", "territory", context)


def _map_of_building(home: Building, on: date) -> str:
    """The building among its neighbours in the grid."""
    around = drawn_buildings(home.grid.path, on)
    return collection(
        _building_feature(one, shape, is_this=one.code == home.code) for one, shape in around
    )


# Is the tree whole?


def _is_checkable(path: str) -> bool:
    """Reading every border of a district takes longer than a page may."""
    return "-" not in path and level_of(path) <= Level.STREET


@require_safe
def checks(request: GuardedRequest) -> HttpResponse:
    on = timezone.localdate()
    path, objection = _checked_path(request)
    trail = lineage(path, on)
    node = next((one for one in trail if one.path == path), None)
    if node is None and not objection:
        objection = f"没有编码为 {path} 的地方，请从列表中选择。"
    found = findings(path, on) if node and _is_checkable(path) else None
    context: dict[str, object] = {
        "node": node,
        "trail": trail_of(trail),
        "objection": objection,
        "findings": None if found is None else [_finding_row(one) for one in found],
        "choices": children(path, on).filter(kind__in=_DIVISIONS).defer("boundary"),
    }
    return page(request, "checks.html", "territory_checks", context)


def _checked_path(request: GuardedRequest) -> tuple[str, str]:
    own = request.viewer.posts[0].path
    typed = request.GET.get("path", "")
    try:
        level_of(typed or own)
    except Refusal as refusal:
        return own, refusal.sentence
    return typed or own, ""


def _finding_row(finding: Finding) -> dict[str, str]:
    """A building's finding leads to its grid, where the building is listed and drawn."""
    path = finding.path if "-b" not in finding.path else ancestors(finding.path)[-1]
    return {
        "name": finding.name,
        "sentence": finding.sentence,
        "url": reverse("console:place", args=[path]),
    }
