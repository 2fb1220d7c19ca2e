"""`python -m bench.drawing.ground HOUSEHOLDS OUT`: streets to units in a process of its own.

OUT is JSON: units made, seconds, the most memory held before and after.
"""

import json
import sys
import time
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely import LineString, Polygon

from bench.drawing.city import settled
from bench.drawing.fabric import Shapes, dissolved, near
from bench.drawing.ours import megabytes
from qijie.territory.drawing.enclosures import Buildings, Compounds, units_of


@dataclass(frozen=True)
class Layers:
    streets: list[LineString]
    buildings: Buildings
    communities: dict[str, Polygon]
    compounds: Compounds


def layers(households: int, seed: int) -> Layers:
    """The same city before it is made into units: what a planner would have."""
    made, buildings = settled(households, seed)
    community = _dissolved_by(made.units.shapes, made.units.communities)
    compound = _dissolved_by(buildings.shapes, buildings.compound)
    compound.pop("", None)
    # A compound torn by the shape of its block is left to its buildings' words.
    whole = {word: shape for word, shape in compound.items() if isinstance(shape, Polygon)}
    return Layers(
        streets=list(near(shapely.union_all(list(community.values())))),
        buildings=Buildings(
            keys=tuple(f"h{position:06d}" for position in range(len(made.buildings))),
            shapes=made.buildings,
            loads=buildings.households.astype(float)[:, None],
            compounds=tuple(word if word in whole else "" for word in buildings.compound),
            dedicated=buildings.dedicated,
        ),
        communities=community,
        compounds=Compounds(tuple(whole), np.array(list(whole.values()), dtype=object)),
    )


def _dissolved_by(shapes: Shapes, words: tuple[str, ...]) -> dict[str, Polygon]:
    names, group = np.unique(words, return_inverse=True)
    return dict(zip(names.tolist(), dissolved(shapes, group.astype(np.int64)), strict=True))


def main() -> int:
    parser = ArgumentParser(prog="python -m bench.drawing.ground")
    parser.add_argument("households", type=int)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    given = layers(options.households, 0)
    before, begun = megabytes(), time.perf_counter()
    units, findings = units_of(
        given.streets, given.buildings, given.communities, compounds=given.compounds
    )
    found = {
        "ground_seconds": time.perf_counter() - begun,
        "ground_megabytes_before": before,
        "ground_megabytes": megabytes(),
        "ground_units": len(units),
        "ground_households": float(units.households.sum()),
        "ground_findings": len(findings),
        "ground_whole": bool(shapely.coverage_is_valid(units.shapes)),
        "ground_buildings": len(given.buildings),
    }
    options.out.write_text(json.dumps(found), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
