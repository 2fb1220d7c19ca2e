"""What each unit is called and belongs to."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from qijie.territory.drawing.arrangement import (
    members_of,
)
from qijie.territory.drawing.built import Buildings
from qijie.territory.drawing.ground import Ground
from qijie.territory.drawing.homes import Parts
from qijie.territory.drawing.model import Numbers, Shapes
from qijie.territory.drawing.zones import Drawn


class Labels:
    """What each unit is called and belongs to."""

    def __init__(
        self,
        names: tuple[str, ...],
        buildings: Buildings,
        ground: Ground,
        parts: Parts,
        drawn: Drawn,
        unit: Numbers,
        of_building: Numbers,
    ) -> None:
        self.names, self.buildings, self.parts = names, buildings, parts
        self.count = int(unit.max(initial=-1)) + 1
        self.largest = _largest(drawn.faces, unit, self.count)
        self.under = drawn.ground[self.largest]
        self.ground = ground
        self.houses = list(members_of(of_building, self.count))
        self.of_unit = [
            self._parts_in(houses.tolist(), int(drawn.unit[face]))
            for houses, face in zip(self.houses, self.largest, strict=True)
        ]

    def _parts_in(self, houses: list[int], label: int) -> list[int]:
        found = {int(self.parts.of_building[house]) for house in houses}
        if not found and label < len(self.parts):
            found = {label}
        return sorted(found)

    def most_ground(self, of_faces: Numbers) -> list[int]:
        found: list[int] = of_faces[self.under].tolist()
        return found

    def blocks(self, shapes: Shapes) -> tuple[str, ...]:
        """Named by community and counted from north to south, as people read."""
        numbers = self.most_ground(self.ground.block)
        communities = self.most_ground(self.ground.community)
        north = shapely.bounds(shapes)[:, 3]
        order = sorted(range(self.count), key=lambda unit: (communities[unit], -north[unit], unit))
        names: dict[int, str] = {}
        counted: dict[int, int] = {}
        for unit in order:
            if numbers[unit] not in names:
                counted[communities[unit]] = counted.get(communities[unit], 0) + 1
                name = f"{self.names[communities[unit]]}/{counted[communities[unit]]:03d}"
                names[numbers[unit]] = name
        return tuple(names[number] for number in numbers)

    def compounds(self) -> tuple[str, ...]:
        """Shops without households do not count: they stand at the compound's gate.

        "" where a whole block holds several: none of those can be cut, and a word they shared
        would tie the block to nobody else's.
        """
        return tuple(self._compound(parts) for parts in self.of_unit)

    def _compound(self, parts: list[int]) -> str:
        lived_in = [part for part in parts if self.parts.households[part] > 0]
        words = {self.parts.compound[part] for part in lived_in or parts}
        return words.pop() if len(words) == 1 else ""

    def dedicated(self) -> tuple[str, ...]:
        return tuple(
            max((self.parts.dedicated[part] for part in parts), default="")
            for parts in self.of_unit
        )

    def keys(self, shapes: Shapes) -> tuple[str, ...]:
        """A small compound's word, else the smallest key of its buildings, else where it lies."""
        given: dict[str, int] = {}
        keys = []
        for word, parts, houses, shape in zip(
            self.compounds(), self.of_unit, self.houses, shapes, strict=True
        ):
            key = min((self.buildings.keys[house] for house in houses), default=_place(shape))
            if word and any(self.parts.small[part] for part in parts):
                key = word
            given[key] = given.get(key, 0) + 1
            keys.append(key if given[key] == 1 else f"{key}~{given[key]}")
        return tuple(keys)


def _place(shape: BaseGeometry) -> str:
    """A name for ground without buildings that outlives small changes of its border."""
    centre = shape.centroid
    return f"空地 {round(centre.x, -1):.0f} {round(centre.y, -1):.0f}"


def _largest(faces: Shapes, unit: Numbers, count: int) -> NDArray[np.intp]:
    order = np.argsort(shapely.area(faces), kind="stable")
    largest = np.zeros(count, dtype=np.intp)
    largest[unit[order]] = order
    return largest
