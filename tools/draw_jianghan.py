"""Draws the demo district: streets and division codes in, the files of profiles/jianghan out."""

import argparse
from pathlib import Path

from jianghan import files, homes, territory
from jianghan.blocks import near, read_streets
from jianghan.place import OUTLINE
from jianghan.plane import metres
from shapely import Polygon


def main() -> None:
    options = _options()
    divisions = files.read_divisions(options.divisions)
    around = metres(Polygon(OUTLINE)).buffer(150.0)
    streets = near(read_streets(options.streets), around)
    drawn = territory.draw(streets, files.communities_by_street(divisions), options.seed)
    territory.add_grids(drawn, options.seed)
    settled = homes.build(drawn, streets, options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    files.write_divisions(options.out, divisions)
    files.write_boundaries(options.out, drawn, divisions)
    files.write_grids(options.out, settled)
    files.write_compounds(options.out, settled)
    files.write_buildings(options.out, settled)
    files.write_streets(options.out, streets, drawn)
    general = [one.households for one in settled if one.grid.kind == "general"]
    print(
        f"{len(drawn.communities)} communities, {len(settled)} grids ({len(general)} general), "
        f"{sum(general)} households, {min(general)} to {max(general)} in a general grid"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--streets",
        type=Path,
        required=True,
        help="street lines with a highway class, GeoJSON or GeoJSON gzipped",
    )
    parser.add_argument(
        "--divisions",
        type=Path,
        required=True,
        help="division codes and names, CSV: code, name, level, parent_code",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another drawing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
