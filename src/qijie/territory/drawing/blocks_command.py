"""`qijie draw blocks`: streets and buildings in files become a file of units."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from qijie.territory.drawing import intake, layers, placing, writing
from qijie.territory.drawing.command import TOLD, Say, band, read, write_json
from qijie.territory.drawing.enclosures import Compounds, units_of
from qijie.territory.drawing.intake import Chosen
from qijie.territory.drawing.layers import Layer
from qijie.territory.drawing.mending import Finding, Unusable
from qijie.territory.drawing.model import Floats, Units
from qijie.territory.drawing.one_place import refuse_other_places
from qijie.territory.drawing.planes import Plane, plane_of


def draw(options: Namespace, say: Say) -> None:
    out = writing.target(options.out, _inputs(options))
    low, high = band(options)
    chosen = _chosen(options)
    streets = read(options.streets, options, say)
    plane = plane_of(streets.shapes, streets.crs, streets.title)
    taken = _Taken(plane, options, say)
    lines = taken.lines(streets)
    buildings, found = intake.buildings_of(read(options.buildings, options, say), plane, chosen)
    taken.findings.extend(found)
    barriers = [*taken.file(options.rail), *taken.file(options.water)]
    communities = taken.communities()
    compounds = taken.compounds(chosen)
    refuse_other_places(plane, buildings.shapes, lines, communities)
    say("正在划分地块 …")
    units, findings = units_of(
        lines,
        buildings,
        communities,
        barriers=barriers,
        compounds=compounds,
        kept=taken.kept(),
        paths=taken.file(options.paths),
        most=high,
        whole=low / 3 if options.whole is None else options.whole,
    )
    crs = _written_crs(out, streets)
    shapes = plane.given_out(units.shapes, crs)
    table, renamed = writing.fitted(out, writing.table_of(_unit_columns(units)), shapes)
    say(f"写出 {out.path.name}：{len(units)} 个地块，{units.households.sum():.0f} 户")
    for sentence in [*renamed, *writing.write(out, shapes, table, crs)]:
        say(f"  {sentence}")
    _report([*taken.findings, *findings], out.path, say)


def _inputs(options: Namespace) -> list[str]:
    given = ("streets", "buildings", "communities", "compounds", "rail", "water", "paths", "keep")
    return [getattr(options, name) for name in given]


def _chosen(options: Namespace) -> Chosen:
    return Chosen(
        key=options.key,
        households=options.households,
        floors=options.floors,
        residential=options.residential,
        compound=options.compound,
        dedicated=options.dedicated,
        measures=tuple(options.measures),
        per_household=options.area_per_household,
        usual_floors=options.usual_floors,
    )


class _Taken:
    """Layers taken into one plane, with what was found on the way."""

    def __init__(self, plane: Plane, options: Namespace, say: Say) -> None:
        self.plane, self.options, self.say = plane, options, say
        self.findings: list[Finding] = []

    def lines(self, layer: Layer) -> list[BaseGeometry]:
        mended = placing.lines_of(layer, self.plane)
        self.findings.extend([*layer.findings, *mended.findings])
        if not len(mended.shapes):
            raise Unusable(f"{layer.title} 里没有一条线；请核对选的是不是对的文件。")
        return list(mended.shapes)

    def file(self, path: str) -> list[Any]:
        return self.lines(read(path, self.options, self.say)) if path else []

    def communities(self) -> dict[str, Any]:
        if not self.options.communities:
            self.say("没有给出社区边界，全部当作一个社区")
            return {}
        layer = read(self.options.communities, self.options, self.say)
        found, findings = intake.communities_of(layer, self.plane, self.options.community)
        self.findings.extend([*layer.findings, *findings])
        return found

    def compounds(self, chosen: Chosen) -> Compounds | None:
        if not self.options.compounds:
            return None
        layer = read(self.options.compounds, self.options, self.say)
        found, findings = intake.compounds_of(layer, self.plane, chosen)
        self.findings.extend([*layer.findings, *findings])
        return found

    def kept(self) -> dict[str, Any]:
        """Grids that stay as they are, by their codes."""
        if not self.options.keep:
            return {}
        layer = read(self.options.keep, self.options, self.say)
        found, findings = intake.compounds_of(layer, self.plane, Chosen())
        self.findings.extend([*layer.findings, *findings])
        return dict(zip(found.keys, found.shapes.tolist(), strict=True))


def _written_crs(out: writing.Target, streets: Layer) -> Any:
    """The streets' own, but degrees for GeoJSON, as RFC 7946 has it."""
    if out.driver == "GeoJSON" and not streets.crs.is_geographic:
        return layers.LONGITUDE_LATITUDE
    return streets.crs


def _unit_columns(units: Units) -> Mapping[str, Sequence[Any] | NDArray[Any]]:
    loads = {name: units.loads[:, place] for place, name in enumerate(units.measures)}
    return {
        "key": units.keys,
        "community": units.communities,
        **{name: _whole(values) for name, values in loads.items()},
        "block": units.blocks,
        "compound": units.compounds,
        "dedicated": units.dedicated,
    }


def _whole(values: Floats) -> NDArray[Any]:
    """Whole numbers where all are."""
    return values.astype(np.int64) if (values == np.floor(values)).all() else values


def _report(findings: Sequence[Finding], out: Path, say: Say) -> None:
    """Everything found, in a file beside the result; the first few on the screen."""
    place = out.with_suffix(".findings.json")
    place.unlink(missing_ok=True)
    if not findings:
        return
    ordered = sorted(findings, key=lambda finding: (finding.mended, finding))
    write_json(place, [asdict(finding) for finding in ordered])
    mended = sum(finding.mended for finding in findings)
    say(f"修好 {mended} 处，要核对 {len(findings) - mended} 处（全部写在 {place.name}）：")
    for finding in ordered[:TOLD]:
        say(f"  {'已修' if finding.mended else '核对'}  {finding.sentence}")
