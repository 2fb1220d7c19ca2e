"""One place's profile folder as frozen rows; every defect is a sentence naming file and row."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from qijie.kernel.codes import ancestors
from qijie.setup.failures import SetupFailure

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Feature:
    properties: Mapping[str, Any]
    geometry: Mapping[str, Any]


@dataclass(frozen=True)
class Profile:
    folder: Path

    def rows(self, name: str) -> list[Row]:
        try:
            with (self.folder / name).open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))
        except OSError as error:
            raise SetupFailure(f"地方档案缺少 {name}：{error.strerror}（{self.folder}）") from error

    def features(self, name: str) -> Iterator[Feature]:
        try:
            collection = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SetupFailure(f"地方档案的 {name} 读不出来：{error}（{self.folder}）") from error
        for feature in collection["features"]:
            yield Feature(feature["properties"], feature["geometry"])

    @cached_property
    def divisions(self) -> list[Row]:
        return sorted(self.rows("divisions.csv"), key=lambda row: len(row["path"]))

    @cached_property
    def grids(self) -> list[Feature]:
        return list(self.features("grids.geojson"))

    @cached_property
    def places(self) -> list["Place"]:
        """Every node a post or unit may be set up at, the city first."""
        divisions = [Place(r["path"], r["kind"], r["name"], "") for r in self.divisions]
        grids = [
            Place(f.properties["code"], "grid", f.properties["name"], f.properties["kind"])
            for f in self.grids
        ]
        return [*divisions, *grids]

    def staffed(self) -> Iterator["StaffedPost"]:
        """Every post of `posts.csv` at every place it names, each with its made-up holder."""
        names = iter(self._names())
        units = list(self.units())
        for row in self.rows("posts.csv"):
            if row["each"] == "unit":
                yield from (_handler(row, unit, next(names)) for unit in units)
            else:
                yield from (
                    _post(row, place, self._name_above(place), units, next(names))
                    for place in self._matching(row)
                )

    def units(self) -> Iterator["Unit"]:
        for row in self.rows("units.csv"):
            for place in self._matching(row):
                yield Unit(
                    code=f"{row['code']}-{place.path}",
                    kind=row["kind"],
                    name=row["name"].format(name=place.name),
                    level=row["level"],
                    path=place.path,
                )

    def _matching(self, row: Row) -> list["Place"]:
        within, each = row["within"], row["each"]
        return [
            place
            for place in self.places
            if place.path.startswith(within) and each in (place.kind, place.grid_kind)
        ]

    def _name_above(self, place: "Place") -> str:
        above = ancestors(place.path)
        return next((p.name for p in self.places if above and p.path == above[-1]), "")

    def _names(self) -> Iterator[str]:
        """Made-up names without a repeat: each surname meets each given name once."""
        rows = self.rows("names.csv")
        for turn in range(len(rows)):
            for index, row in enumerate(rows):
                yield row["surname"] + rows[(index + turn * 11) % len(rows)]["given"]


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    kind: str
    name: str
    grid_kind: str


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    kind: str
    name: str
    level: str
    path: str


@dataclass(frozen=True, slots=True)
class StaffedPost:
    code: str
    kind: str
    title: str
    path: str
    level: str
    unit_code: str
    person: str

    @property
    def username(self) -> str:
        return self.code


_LEVELS = {"city": "city", "district": "district", "street": "street", "town": "street"}


def _level(place: Place) -> str:
    return {**_LEVELS, "community": "community", "village": "community"}.get(place.kind, "grid")


def _post(row: Row, place: Place, parent: str, units: list[Unit], person: str) -> StaffedPost:
    return StaffedPost(
        code=f"{row['code']}-{_short(place.path)}",
        kind=row["kind"],
        title=row["title"].format(name=place.name, parent=parent),
        path=place.path,
        level=_level(place),
        unit_code=_nearest(row["unit_kind"], place.path, units),
        person=person,
    )


def _handler(row: Row, unit: Unit, person: str) -> StaffedPost:
    return StaffedPost(
        code=f"{row['code']}-{unit.code.rpartition('-')[0]}-{_short(unit.path)}",
        kind=row["kind"],
        title=row["title"].format(unit=unit.name),
        path=unit.path,
        level=unit.level,
        unit_code=unit.code,
        person=person,
    )


def _short(path: str) -> str:
    """The digits a person needs to tell places of one county apart."""
    return path[6:] or path


def _nearest(kind: str, path: str, units: list[Unit]) -> str:
    covering = [unit for unit in units if unit.kind == kind and path.startswith(unit.path)]
    return max(covering, key=lambda unit: len(unit.path)).code if covering else ""
