"""Where: what a point is called, and addresses by their words. Both are public."""

import unicodedata
from datetime import date

from django.contrib.gis.db.models.functions import PointOnSurface
from django.db.models import Q
from django.db.models.functions import Length
from django.http import JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from qijie.issues.rules.folding import simplified
from qijie.kernel.addresses import ways
from qijie.kernel.coordinates import Coordinate, CoordinateSystem
from qijie.kernel.refusal import Refusal
from qijie.teams.gate import GuardedRequest
from qijie.territory.models import Building
from qijie.territory.queries import buildings, lineage, locate, node_at

LEAST_CHARS = 2
MOST_CHARS = 60
MOST_FOUND = 10
WIDEST_DEGREES = 0.039
"""As much as the street lines are answered for at once; the middle of a larger place is shown."""
OUTSIDE = "这个点不在本平台服务的区域内，请在图上重新点，或者只写地址。"
_TOO_WIDE = frozenset({"city"})


def words_of(path: str, on: date) -> str:
    """示范区 青石街道 槐荫社区 第一网格: a place by its divisions below the city; one query."""
    return " ".join(node.name for node in lineage(path, on) if node.kind not in _TOO_WIDE)


@require_safe
def where(request: GuardedRequest) -> JsonResponse:
    """What a resident would call the point they set; refusals are words too, so never a 4xx."""
    on = timezone.localdate()
    given = (request.GET.get(name) for name in ("lon", "lat", "system"))
    try:
        found = locate(Coordinate.read(*given), on)
    except Refusal as refusal:
        return JsonResponse({"error": refusal.sentence})
    if found is None:
        return JsonResponse({"error": OUTSIDE})
    return JsonResponse({"words": words_of(found.path, on)})


@require_safe
def addresses(request: GuardedRequest) -> JsonResponse:
    typed = _searched(request.GET.get("q", ""))
    words = typed.split()
    if sum(map(len, words)) < LEAST_CHARS:
        return JsonResponse([], safe=False)
    # Written otherwise only where nothing is called so to the letter.
    found = _called([[word] for word in words]) or _called(ways(simplified(typed)))
    return JsonResponse([_found(building) for building in found], safe=False)


def _searched(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed.replace("\x00", " "))[:MOST_CHARS]


def _called(words: list[list[str]]) -> list[Building]:
    """Buildings whose address or name holds every word in one of its spellings, the shortest
    address first; one query."""
    found = buildings(timezone.localdate())
    for spellings in words:
        holds = Q()
        for word in spellings:
            holds |= Q(address__contains=word) | Q(name__contains=word)
        found = found.filter(holds)
    spots = found.annotate(spot=PointOnSurface("footprint"), length=Length("address"))
    return list(spots.order_by("length", "address", "code").defer("footprint")[:MOST_FOUND])


def _found(building: Building) -> dict[str, object]:
    spot = building.spot  # type: ignore[attr-defined]  # annotated above
    named = building.name if building.name in building.address else f" {building.name}"
    return {
        "label": building.address if named == building.name else building.address + named,
        "lon": spot.x,
        "lat": spot.y,
        "system": CoordinateSystem.CGCS2000,
    }


def streets_url(path: str, on: date) -> str:
    """Where the light map finds the streets of a place; empty where no border is drawn."""
    node = node_at(path, on)
    if node is None or node.boundary is None:
        return ""
    west, south, east, north = node.boundary.extent
    lon, lat = (west + east) / 2, (south + north) / 2
    across, up = (min(side, WIDEST_DEGREES) / 2 for side in (east - west, north - south))
    box = (lon - across, lat - up, lon + across, lat + up)
    return f"{reverse('api:streets_here')}?bbox={','.join(f'{edge:.5f}' for edge in box)}"
