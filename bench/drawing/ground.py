"""`python -m bench.drawing.ground HOUSEHOLDS OUT`: streets to units in a process of its own.

OUT is JSON: units made, seconds, the most memory held before and after.
"""

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

import shapely

from bench.drawing.city import layers
from bench.drawing.ours import megabytes
from qijie.territory.drawing.enclosures import units_of


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
