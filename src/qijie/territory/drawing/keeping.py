"""Grids that stay as they are: their ground is kept whole, and out of the way of the rest."""

from collections.abc import Iterable, Mapping

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from qijie.territory.drawing.arrangement import array_of
from qijie.territory.drawing.model import Units

_RASTER_METRES = 0.01
# What is left between two drawings of one line belongs to nobody's walk.
_HAIR_METRES = 1.0
Area = Polygon | MultiPolygon


def apart(
    communities: Mapping[str, Area], kept: Mapping[str, Area]
) -> tuple[dict[str, Area], dict[str, str]]:
    """Communities without the kept ground, each kept ground as a place of its own; and the
    community each of those lies in. Ground lying in no community is left out."""
    places: dict[str, Area] = {}
    home: dict[str, str] = {}
    for name, area in communities.items():
        mine = {key: _within(shape, area) for key, shape in kept.items() if _is_in(shape, area)}
        if not mine:
            places[name] = area
            continue
        rest, hairs = _rest(area, mine.values())
        for hair in hairs:
            nearest = min(mine, key=lambda key: (shapely.distance(mine[key], hair), key))
            mine[nearest] = _area_of(shapely.union(mine[nearest], hair, grid_size=_RASTER_METRES))
        if not rest.is_empty:
            places[name] = rest
        places |= mine
        home |= dict.fromkeys(mine, name)
    return places, home


def _is_in(shape: Area, area: Area) -> bool:
    return bool(shapely.intersects(area, shapely.point_on_surface(shape)))


def _within(shape: Area, area: Area) -> Area:
    """A kept grid ends at its community's border, however far a drawing of it lapped over."""
    return _area_of(shapely.intersection(shape, area, grid_size=_RASTER_METRES))


def _rest(area: Area, kept: Iterable[Area]) -> tuple[Area, list[Polygon]]:
    """What is left of an area, and hairs of it that are no ground to walk."""
    taken = shapely.union_all(list(kept), grid_size=_RASTER_METRES)
    left = shapely.get_parts(shapely.difference(area, taken, grid_size=_RASTER_METRES))
    thin = shapely.is_empty(shapely.buffer(left, -_HAIR_METRES / 2))
    return _area_of(MultiPolygon(left[~thin].tolist())), left[thin].tolist()


def _area_of(shape: BaseGeometry) -> Area:
    parts = [part for part in shapely.get_parts(shape).tolist() if isinstance(part, Polygon)]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def whole_again(units: Units, home: Mapping[str, str]) -> Units:
    """Each kept ground as one unit, a dedicated one called by its own key, in its community."""
    if not home:
        return units
    names = [
        community if community in home else key
        for key, community in zip(units.keys, units.communities, strict=True)
    ]
    first = {name: position for position, name in reversed(list(enumerate(names)))}
    order = sorted(first, key=first.__getitem__)
    number = {name: place for place, name in enumerate(order)}
    into = np.array([number[name] for name in names], dtype=np.intp)
    loads = np.zeros((len(order), units.loads.shape[1]))
    np.add.at(loads, into, units.loads)

    def told(words: tuple[str, ...], *, kept: bool) -> tuple[str, ...]:
        """The words of each unit; of kept ground its key, or nothing."""
        said = [words[first[name]] for name in order]
        return tuple(
            (name if kept else "") if name in home else word
            for name, word in zip(order, said, strict=True)
        )

    return Units(
        keys=tuple(order),
        shapes=array_of(
            shapely.union_all(units.shapes[into == place], grid_size=_RASTER_METRES)
            if name in home
            else units.shapes[first[name]]
            for place, name in enumerate(order)
        ),
        communities=tuple(home.get(name, units.communities[first[name]]) for name in order),
        measures=units.measures,
        loads=loads,
        blocks=told(units.blocks, kept=True),
        compounds=told(units.compounds, kept=False),
        dedicated=told(units.dedicated, kept=True),
    )
