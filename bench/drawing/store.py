"""Units and footprints in one compressed file, to hand a scenario to another process."""

from pathlib import Path

import numpy as np
import shapely

from bench.drawing.city import City
from qijie.territory.drawing.model import Units


def save(path: Path, made: City) -> None:
    units = made.units
    np.savez_compressed(
        path,
        keys=np.array(units.keys),
        shapes=shapely.to_wkb(units.shapes),
        communities=np.array(units.communities),
        measures=np.array(units.measures),
        loads=units.loads,
        blocks=np.array(units.blocks),
        compounds=np.array(units.compounds),
        dedicated=np.array(units.dedicated),
        buildings=shapely.to_wkb(made.buildings),
    )


def load(path: Path) -> City:
    # Shapes travel as an array of bytes objects; the file is one this bench wrote itself.
    with np.load(path, allow_pickle=True) as kept:
        words = {
            name: tuple(map(str, kept[name]))
            for name in ("keys", "communities", "measures", "blocks", "compounds", "dedicated")
        }
        units = Units(shapes=shapely.from_wkb(kept["shapes"]), loads=kept["loads"], **words)
        return City(units, shapely.from_wkb(kept["buildings"]))
