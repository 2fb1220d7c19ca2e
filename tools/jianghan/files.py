"""The drawn territory written as the files of a profile."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from jianghan import place
from jianghan.blocks import Street
from jianghan.fabric import Building
from jianghan.homes import Settled
from jianghan.plane import DECIMALS, degrees
from jianghan.territory import Territory, reading_order

ATTRIBUTION: Final = "© OpenStreetMap contributors, ODbL 1.0"
NUMERALS: Final = "一二三四五六七八九十"
LEVELS: Final = ("city", "district", "street", "community")

Feature = tuple[Mapping[str, Any], BaseGeometry]


@dataclass(frozen=True)
class Division:
    """One row of the national division table; `path` holds the significant digits only."""

    path: str
    name: str
    level: str
    parent: str

    @property
    def code(self) -> str:
        return self.path.ljust(12, "0")


def read_divisions(path: Path) -> list[Division]:
    """The city, the district and everything below the district."""
    with path.open(encoding="utf-8", newline="") as opened:
        found = [
            Division(r["code"], r["name"], r["level"], r["parent_code"])
            for r in csv.DictReader(opened)
        ]
    kept = [d for d in found if d.path == place.CITY or d.path.startswith(place.DISTRICT)]
    return sorted(kept, key=lambda d: (LEVELS.index(d.level), d.path))


def communities_by_street(divisions: Iterable[Division]) -> dict[str, list[str]]:
    codes: dict[str, list[str]] = {}
    for division in divisions:
        if division.level == "street":
            codes[division.path] = []
        elif division.level == "community":
            codes[division.parent].append(division.path)
    return codes


def write_divisions(out: Path, divisions: Sequence[Division]) -> None:
    with (out / "divisions.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(["code", "path", "kind", "name", "parent_code", "official_name", "remark"])
        for d in divisions:
            parent = d.parent.ljust(12, "0") if d.level != "city" else ""
            writer.writerow([d.code, d.path, d.level, _short(d), parent, d.name, _remark(d)])


def _short(division: Division) -> str:
    return division.name.removesuffix("居委会")


def _remark(division: Division) -> str:
    if division.level == "street" and division.path[6:] >= "400":
        return "类似街道的功能区，不是街道办事处"
    if division.level == "community" and division.path[9:] >= "498":
        return "统计用虚拟社区，没有居委会"
    return ""


def write_boundaries(out: Path, territory: Territory, divisions: Sequence[Division]) -> None:
    features = []
    for d in divisions:
        if d.level != "city":
            properties = {
                "code": d.code,
                "path": d.path,
                "kind": d.level,
                "name": _short(d),
                "parent_code": d.parent.ljust(12, "0"),
                "illustrative": True,
            }
            features.append((properties, territory.shape_of(d.path)))
    write_features(out / "boundaries.geojson", features)


def write_grids(out: Path, settled: Sequence[Settled]) -> None:
    write_features(out / "grids.geojson", [_grid(one) for one in settled])


def _grid(one: Settled) -> Feature:
    grid = one.grid
    return {
        "code": grid.code,
        "community": one.community.code,
        "kind": grid.kind,
        "purpose": grid.purpose or None,
        "name": grid.name,
        "households": one.households,
        "illustrative": True,
    }, grid.shape


def write_compounds(out: Path, settled: Sequence[Settled]) -> None:
    write_features(
        out / "compounds.geojson",
        [
            (
                {
                    "code": c.code,
                    "grid": one.grid.code,
                    "name": c.name,
                    "buildings": len(c.buildings),
                    "households": sum(b.households for b in c.buildings),
                    "illustrative": True,
                },
                degrees(c.shape),
            )
            for one in settled
            for c in one.compounds
        ],
    )


@dataclass(frozen=True)
class Standing:
    """A building with where it stands; `label` is what people call it inside its compound."""

    building: Building
    grid: str
    compound: str | None
    shape: BaseGeometry
    doorplate: str
    label: str


def write_buildings(out: Path, settled: Sequence[Settled]) -> None:
    features: list[Feature] = []
    communities = sorted({one.community.code for one in settled})
    for number, community in enumerate(communities, 1):
        road = f"万松街示范{_numeral(number)}路"
        standing = _standing([one for one in settled if one.community.code == community], road)
        standing.sort(key=lambda s: reading_order(s.shape))
        features += [_building(s, f"{community}-b{n:05d}") for n, s in enumerate(standing, 1)]
    write_features(out / "buildings.geojson", features)


def _standing(settled: Sequence[Settled], road: str) -> list[Standing]:
    """Compounds and lone buildings take doorplates in turn, going through the grids in order."""
    plates = (f"{road}{n}号" for n in range(1, 10_000))
    return [s for one in settled for s in _in_grid(one, plates)]


def _in_grid(one: Settled, plates: Iterator[str]) -> Iterator[Standing]:
    for compound in one.compounds:
        plate = next(plates)
        drawn = sorted(
            ((degrees(b.shape), b) for b in compound.buildings),
            key=lambda pair: reading_order(pair[0]),
        )
        for n, (shape, building) in enumerate(drawn, 1):
            label = f"{compound.name}{n}栋"
            yield Standing(building, one.grid.code, compound.code, shape, plate + label, label)
    for building in one.loose:
        plate = next(plates)
        label = plate.rpartition("街")[2]
        yield Standing(building, one.grid.code, None, degrees(building.shape), plate, label)


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("十" if tens else "") + (NUMERALS[ones - 1] if ones else "")


def _building(standing: Standing, code: str) -> Feature:
    building = standing.building
    return {
        "code": code,
        "grid": standing.grid,
        "compound": standing.compound,
        "name": standing.label,
        "address": standing.doorplate,
        "use": building.use,
        "floors": building.floors,
        "units": building.units,
        "flats_per_floor": building.flats_per_floor,
        "households": building.households,
        "illustrative": True,
    }, standing.shape


def write_streets(out: Path, streets: Sequence[Street], territory: Territory) -> None:
    """Known streets of the district, then the lanes drawn to cut up large blocks."""
    near = shapely.union_all([c.plane for c in territory.cells]).buffer(60.0)
    shapely.prepare(near)
    inside = [s for s in streets if near.intersects(s.line)]
    features: list[Feature] = []
    for highway in sorted({s.highway for s in inside}):
        lines = [s.line.intersection(near) for s in inside if s.highway == highway]
        merged = shapely.line_merge(shapely.union_all(lines)).simplify(2.0)
        features += [
            ({"highway": highway, "illustrative": False}, degrees(line))
            for line in shapely.get_parts(merged)
        ]
    features += [
        ({"highway": "service", "illustrative": True}, degrees(lane))
        for lane in _lanes(inside, territory)
    ]
    write_features(out / "streets.geojson", features, decimals=6)


def _lanes(streets: Sequence[Street], territory: Territory) -> list[BaseGeometry]:
    members = [i for c in territory.communities if c.grids for i in c.cells]
    borders = shapely.union_all([territory.cells[i].plane.boundary for i in members])
    covered = shapely.union_all([s.line.buffer(16.0, quad_segs=2) for s in streets])
    rest = shapely.line_merge(shapely.union_all([borders.difference(covered)]))
    return [line for line in shapely.get_parts(rest) if line.length > 25.0]


def write_features(path: Path, features: Iterable[Feature], decimals: int = DECIMALS) -> None:
    lines = ",\n".join(_line(properties, shape, decimals) for properties, shape in features)
    head = json.dumps(
        {"type": "FeatureCollection", "attribution": ATTRIBUTION}, ensure_ascii=False
    )[:-1]
    path.write_text(f'{head}, "features": [\n{lines}\n]}}\n', encoding="utf-8")


def _line(properties: Mapping[str, Any], shape: BaseGeometry, decimals: int) -> str:
    turned = shapely.orient_polygons(shape, exterior_cw=False)
    geometry = _rounded(shapely.geometry.mapping(turned), decimals)
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))


def _rounded(geometry: Mapping[str, Any], decimals: int) -> dict[str, Any]:
    def keep(given: Any) -> Any:
        return round(given, decimals) if isinstance(given, float) else [keep(g) for g in given]

    return {"type": geometry["type"], "coordinates": keep(geometry["coordinates"])}
