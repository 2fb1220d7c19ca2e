"""What a page's own map shows: the page's address again, asked for as GeoJSON.

Colours by what waits or is late depend on who looks, so they come from the guarded page and never
from the public borders.
"""

from django.http import HttpResponse

from qijie.surfaces.console.queries import Load
from qijie.teams.gate import GuardedRequest

_MEDIA_TYPE = "application/geo+json"
STREET_TILES = "/api/tiles/streets/{z}/{x}/{y}.mvt"


def wants_map(request: GuardedRequest) -> bool:
    return request.headers.get("Accept", "") == _MEDIA_TYPE


def map_response(body: str) -> HttpResponse:
    """Never stored: the browser's way back must find the page under this address, not its map."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    return HttpResponse(body, content_type=f"{_MEDIA_TYPE}; charset=utf-8", headers=headers)


def tone_of(load: Load) -> str:
    if load.overdue:
        return "late"
    return "active" if load.open else "plain"


def words_of(load: Load) -> str:
    if load.overdue:
        return f"超期 {load.overdue}"
    return f"在办 {load.open}" if load.open else ""
