"""Borders, buildings and streets for maps. Nothing here depends on who asks."""

from datetime import UTC, date, datetime, time

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from qijie.kernel.codes import Level, level_of_path
from qijie.kernel.refusal import Refusal
from qijie.surfaces.api.problems import Absent, tells_problems
from qijie.teams.gate import GuardedRequest
from qijie.territory.borders import (
    collection,
    drawing_of_children,
    drawn_buildings,
    drawn_children,
    feature,
    streets_in,
    streets_tile,
)
from qijie.territory.models import Node
from qijie.territory.queries import node_at

_HOUR, _DAY = 3600, 86_400
DEEPEST_ZOOM = 16
WIDEST_BOX_DEGREES = 0.04
"""About 4 km: a resident's walk, and no more lines than a phone draws at once."""
MOST_STREETS = 3000


@require_safe
@tells_problems
def children(request: GuardedRequest, path: str) -> HttpResponse:
    on = _day(request)
    level_of_path(path)
    drawing = drawing_of_children(path, on)
    if drawing is None:
        raise Absent(f"{on} 没有编码为 {path} 且划有下级边界的地方，请核对编码和日期。")
    etag = f'"{drawing.digest}"'
    modified = int(datetime.combine(drawing.since, time(), UTC).timestamp())
    response = get_conditional_response(request, etag=etag, last_modified=modified)
    if response is None:
        nodes = drawn_children(path, on)
        response = _geojson(collection(feature(shape, _of_node(node)) for node, shape in nodes))
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified)
    return _kept(response, _HOUR)


def _of_node(node: Node) -> dict[str, object]:
    below = "buildings" if node.kind == "grid" else "children"
    return {
        "id": node.path,
        "path": node.path,
        "name": node.name,
        "label": node.name,
        "kind": node.kind,
        "grid_kind": node.grid_kind,
        "households": node.households,
        "is_illustrative": node.is_illustrative,
        "href": reverse(f"api:{below}", args=[node.path]),
    }


@require_safe
@tells_problems
def buildings(request: GuardedRequest, path: str) -> HttpResponse:
    on = _day(request)
    if level_of_path(path) > Level.COMMUNITY:
        raise Refusal(f"“{path}”范围太大，楼栋请按社区或网格取。")
    if node_at(path, on) is None:
        raise Absent(f"{on} 没有编码为 {path} 的社区或网格，请核对编码和日期。")
    features = (
        feature(
            shape,
            {
                "id": building.code,
                "path": building.path,
                "name": building.name,
                "label": building.name,
                "address": building.address,
                "use": building.use,
                "floors": building.floors,
                "households": building.households,
            },
        )
        for building, shape in drawn_buildings(path, on)
    )
    return _kept(_geojson(collection(features)), _HOUR)


@require_safe
@tells_problems
def tile(request: GuardedRequest, z: int, x: int, y: int) -> HttpResponse:
    if z > DEEPEST_ZOOM:
        raise Refusal(f"缩放级 {z} 太深，瓦片只到 {DEEPEST_ZOOM} 级。")
    if max(x, y) >= 2**z:
        raise Refusal(f"没有瓦片 {z}/{x}/{y}：{z} 级的行列号应小于 {2**z}。")
    content = streets_tile(z, x, y)
    response = HttpResponse(
        content,
        status=200 if content else 204,
        content_type="application/vnd.mapbox-vector-tile",
    )
    return _kept(response, _DAY)


@require_safe
@tells_problems
def streets_here(request: GuardedRequest) -> HttpResponse:
    box = _box(request.GET.get("bbox", ""))
    streets = streets_in(box, MOST_STREETS)
    lines = (feature(shape, {"class": street.street_class}) for street, shape in streets)
    return _kept(_geojson(collection(lines)), _DAY)


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Refusal(
            f"bbox“{text[:60]}”应为四个数：西,南,东,北，例如 114.26,30.58,114.28,30.60。"
        ) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Refusal(f"bbox“{text[:60]}”的次序或范围不对，应为西,南,东,北，单位为度。")
    if max(east - west, north - south) > WIDEST_BOX_DEGREES:
        raise Refusal(f"bbox 太大：每边最多 {WIDEST_BOX_DEGREES} 度（约 4 公里），请缩小范围。")
    return west, south, east, north


def _day(request: GuardedRequest) -> date:
    typed = request.GET.get("on", "")
    try:
        return date.fromisoformat(typed) if typed else timezone.localdate()
    except ValueError:
        raise Refusal(f"日期 on“{typed[:40]}”应写成 2026-06-01 的样子。") from None


def _geojson(body: str) -> HttpResponse:
    return HttpResponse(body, content_type="application/geo+json; charset=utf-8")


def _kept(response: HttpResponse, seconds: int) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=seconds)
    return response
