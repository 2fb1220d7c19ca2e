"""The households, streets and units every method is given; all households are invented."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from bench.drawing.city import City, city
from qijie.territory.drawing.enclosures import Buildings, Compounds, units_of
from qijie.territory.drawing.model import Units

JIANGHAN = Path(__file__).resolve().parents[2] / "profiles" / "jianghan"
STREET = "420103008"
"""万松街街道, the one with buildings."""
DEDICATED_USES = {"school", "hospital", "market"}
BUBENEC_FLOORS = 4.0
SQUARE_METRES_OF_A_HOUSEHOLD = 145.0


def bubenec(seed: int) -> City:
    import geopandas
    import momepy

    path = momepy.datasets.get_path("bubenec")
    buildings, streets = (
        geopandas.read_file(path, layer=layer).to_crs("EPSG:32633")
        for layer in ("buildings", "streets")
    )
    footprints = buildings.geometry.to_numpy()
    chance = np.random.default_rng(seed)
    floors = BUBENEC_FLOORS * chance.uniform(0.8, 1.2, len(footprints))
    homes = np.rint(shapely.area(footprints) * floors / SQUARE_METRES_OF_A_HOUSEHOLD)
    made = Buildings(
        keys=tuple(f"b{number:03d}" for number in buildings["uID"]),
        shapes=footprints,
        loads=homes[:, None],
    )
    units, _ = units_of(list(streets.geometry), made, {})
    return City(units, footprints)


def jianghan(seed: int) -> City:
    """The demo's own street, households as its register has them; the seed changes nothing."""
    homes, shapes = _layer("buildings")
    compound, grounds = _layer("compounds")
    made = Buildings(
        keys=tuple(home["code"] for home in homes),
        shapes=shapes,
        loads=np.array([[float(home["households"])] for home in homes]),
        compounds=tuple(home["compound"] or "" for home in homes),
        dedicated=tuple(h["use"] if h["use"] in DEDICATED_USES else "" for h in homes),
    )
    walls = Compounds(tuple(one["code"] for one in compound), grounds)
    areas, borders = _layer("boundaries")
    communities = {
        area["code"]: border
        for area, border in zip(areas, borders, strict=True)
        if area["kind"] == "community" and area["path"].startswith(STREET)
    }
    _, streets = _layer("streets")
    units, _ = units_of(list(streets), made, communities, compounds=walls)
    return City(units, shapes)


def _layer(name: str) -> tuple[list[dict], NDArray[np.object_]]:
    features = json.loads((JIANGHAN / f"{name}.geojson").read_text("utf-8"))["features"]
    turn = Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True).transform
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
    plane = shapely.transform(
        np.asarray(shapes), lambda at: np.column_stack(turn(at[:, 0], at[:, 1]))
    )
    return [feature["properties"] for feature in features], plane


@dataclass(frozen=True)
class Scenario:
    name: str
    made: Callable[[int], City]
    seeds: int


def wuhan(households: int, seeds: int) -> Scenario:
    return Scenario(f"wuhan{households // 1000}k", lambda seed: city(households, seed), seeds)


def perturbed(units: Units, seed: int, share: float) -> Units:
    """The same units when people have moved: `share` of all households more or fewer in all.

    Half of it is a drift everywhere; half falls on a few units where houses come down or rise.
    """
    chance = np.random.default_rng([seed, 7])
    now = units.households
    drift = now * chance.normal(0.0, 1.0, len(units))
    struck = chance.random(len(units)) < 0.05
    event = np.where(struck, now * chance.choice([-1.0, -0.5, 0.5, 1.0], len(units)), 0.0)
    budget = share * now.sum() / 2
    change = _scaled(drift, budget) + _scaled(event, budget)
    then = np.maximum(np.rint(now + change), 0.0)
    loads = units.loads.copy()
    loads[:, 0] = then
    return replace(units, loads=loads)


def _scaled(change: NDArray[np.float64], budget: float) -> NDArray[np.float64]:
    total = np.abs(change).sum()
    return change * (budget / total) if total else change
