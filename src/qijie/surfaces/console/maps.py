"""What a page's own map shows: the page's address again, asked for as GeoJSON.

Colours by what waits or is late depend on who looks, so they come from the guarded page and never
from the public borders.
"""

from qijie.surfaces.console.queries import Load
from qijie.teams.gate import GuardedRequest

GEOJSON = "application/geo+json; charset=utf-8"
STREET_TILES = "/api/tiles/streets/{z}/{x}/{y}.mvt"


def wants_map(request: GuardedRequest) -> bool:
    return request.headers.get("Accept", "") == "application/geo+json"


def tone_of(load: Load) -> str:
    if load.overdue:
        return "late"
    return "active" if load.open else "plain"


def words_of(load: Load) -> str:
    if load.overdue:
        return f"超期 {load.overdue}"
    return f"在办 {load.open}" if load.open else ""
