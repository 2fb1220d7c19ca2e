"""A small town as files people send: four blocks, three communities' worth of trouble."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from shapely import LineString, box
from shapely.geometry.base import BaseGeometry

from qijie import cli

LON, LAT = 114.26, 30.58
"""The south-west corner. A ten-thousandth of a degree is about 10 m here."""

STREETS = [
    *(LineString([(x, -1), (x, 41)]) for x in (0, 20, 40)),
    *(LineString([(-1, y), (41, y)]) for y in (0, 20, 40)),
]
HOUSES = [
    box(x + 2 + 6 * column, y + 3 + 6 * row, x + 6 + 6 * column, y + 5 + 6 * row)
    for x in (0, 20)
    for y in (0, 20)
    for column in range(3)
    for row in range(3)
]
COMMUNITIES = [box(0, 0, 20, 40), box(20, 0, 40, 40)]


def draw(*arguments: str | Path) -> int:
    return cli.main(["draw", *(str(argument) for argument in arguments)])


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def placed(shape: BaseGeometry, step: float = 1e-4) -> BaseGeometry:
    """From tens of metres to degrees."""
    return shapely.transform(shape, lambda at: at * step + [LON, LAT])


def geojson(
    path: Path, shapes: Sequence[BaseGeometry | None], rows: Sequence[Mapping[str, Any]] = ()
) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": dict(rows[number]) if rows else {},
            "geometry": None if shape is None else shapely.geometry.mapping(placed(shape)),
        }
        for number, shape in enumerate(shapes)
    ]
    return raw(path, features)


def raw(path: Path, features: Sequence[Mapping[str, Any]], **more: Any) -> Path:
    collection = {"type": "FeatureCollection", **more, "features": list(features)}
    path.write_text(json.dumps(collection, ensure_ascii=False), "utf-8")
    return path


def town(folder: Path, households: int = 40) -> dict[str, Path]:
    """36 houses of 40 households in two communities of two blocks each."""
    names = [{"社区": "东风"}, {"社区": "解放"}]
    homes = [{"code": f"b{n:02d}", "households": households} for n in range(len(HOUSES))]
    return {
        "streets": geojson(folder / "streets.geojson", STREETS),
        "buildings": geojson(folder / "buildings.geojson", HOUSES, homes),
        "communities": geojson(folder / "communities.geojson", COMMUNITIES, names),
    }


def written(
    path: Path,
    shapes: Sequence[BaseGeometry],
    columns: Mapping[str, Sequence[Any]],
    *,
    crs: str | None,
    encoding: str | None = None,
    layer: str | None = None,
    append: bool = False,
) -> Path:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [
            np.array(values, dtype=None if _numeric(values) else object)
            for values in columns.values()
        ],
        list(columns),
        crs=crs,
        encoding=encoding,
        layer=layer,
        append=append,
        geometry_type=shapes[0].geom_type,
    )
    return path


def _numeric(values: Sequence[Any]) -> bool:
    return all(isinstance(value, (int, float)) for value in values)


def columns_of(path: Path) -> dict[str, list[Any]]:
    meta, _, _, fields = pyogrio.raw.read(path)
    return {str(name): values.tolist() for name, values in zip(meta["fields"], fields, strict=True)}


def shapes_of(path: Path) -> np.ndarray:
    return shapely.from_wkb(pyogrio.raw.read(path)[2])
