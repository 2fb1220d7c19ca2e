"""Draws the demo street's grids with the product's own machine and writes them into the profile.

Two commands anybody may type (`qijie draw blocks`, `qijie draw plan`) on the profile's files; the
result gets the profile's attribution and rounding. The same seed gives the same bytes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from jianghan.files import write_features
from shapely.geometry import shape

STREET = "420103008"
QIJIE = (sys.executable, "-m", "qijie.cli", "draw")


def main() -> None:
    options = _options()
    profile: Path = options.profile
    with tempfile.TemporaryDirectory() as folder:
        drawn = _drawn(profile, Path(folder), options.seed)
    features = [(_properties(one), shape(one["geometry"])) for one in drawn]
    write_features(profile / "plan.geojson", features)
    print(f"{len(features)} units in {len({one['grid'] for one, _ in features})} grids")


def _drawn(profile: Path, work: Path, seed: int) -> list[dict[str, Any]]:
    grids = _features(profile / "grids.geojson")
    layers = {
        "communities": _communities(profile),
        "keep": [one for one in grids if one["properties"]["kind"] != "general"],
    }
    for name, features in layers.items():
        _put(work / f"{name}.geojson", features)
    given = [word for name in layers for word in (f"--{name}", str(work / f"{name}.geojson"))]
    for name in ("buildings", "compounds"):
        given += [f"--{name}", str(profile / f"{name}.geojson")]
    blocks = ("blocks", str(profile / "streets.geojson"), "--out", str(work / "units.geojson"))
    subprocess.run([*QIJIE, *blocks, *given, "--quiet"], check=True)
    plan = ("plan", str(work / "units.geojson"), "--seed", str(seed))
    subprocess.run([*QIJIE, *plan, "--out", str(work / "plan.geojson"), "--quiet"], check=True)
    return _features(work / "plan.geojson")


def _communities(profile: Path) -> list[dict[str, Any]]:
    found = _features(profile / "boundaries.geojson")
    inside = [
        one
        for one in found
        if one["properties"]["kind"] == "community" and one["properties"]["path"].startswith(STREET)
    ]
    for one in inside:
        one["properties"]["community"] = one["properties"]["path"]
    return inside


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    return {**feature["properties"], "illustrative": True}


def _features(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return found


def _put(path: Path, features: list[dict[str, Any]]) -> None:
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", type=Path, default=Path("profiles/jianghan"))
    parser.add_argument("--seed", type=int, default=7, help="another seed, another plan")
    return parser.parse_args()


if __name__ == "__main__":
    main()
