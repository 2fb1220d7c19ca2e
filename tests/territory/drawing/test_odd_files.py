"""Files nobody should send: drawn or refused in one sentence, never a traceback."""

from pathlib import Path

import pytest

from tests.territory.drawing import files
from tests.territory.drawing.files import draw, said

pytestmark = pytest.mark.slow

RING = [[114.26, 30.58], [114.262, 30.58], [114.262, 30.582], [114.26, 30.582], [114.26, 30.58]]


def odd(geometry: str, coordinates: list[object], **columns: object) -> dict[str, object]:
    shape = {"type": geometry, "coordinates": coordinates}
    return {"type": "Feature", "properties": columns, "geometry": shape}


ODD = {
    "no corners": odd("Polygon", [], households=1),
    "a point": odd("Point", RING[0], households=1),
    "two corners": odd("Polygon", [RING[:2]], households=1),
    "a corner beyond the world": odd("Polygon", [[[1e300, 30], *RING[1:]]], households=1),
    "the pole": odd("Polygon", [[[x, 90 if y > 30.581 else 89] for x, y in RING]], households=1),
    "households in a list": odd("Polygon", [RING], households=[1, 2]),
    "columns with odd names": odd("Polygon", [RING], households=3, GRID="x", grid=2, **{"": 5}),
    "columns of every kind": odd("Polygon", [RING], households=3, big=2**62, n=[1], o={"a": 1}),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_files_are_drawn_or_refused_but_never_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    files.town(tmp_path)
    files.raw(tmp_path / "odd.geojson", [ODD[case]])
    monkeypatch.chdir(tmp_path)
    around = ("blocks", "streets.geojson", "--buildings")
    for arguments in (
        ("plan", "odd.geojson"),
        (*around, "odd.geojson"),
        ("blocks", "odd.geojson", "--buildings", "buildings.geojson"),
        (*around, "buildings.geojson", "--communities", "odd.geojson", "--community", "households"),
        (*around, "buildings.geojson", "--compounds", "odd.geojson", "--water", "odd.geojson"),
    ):
        refused = draw(*arguments, "--out", "out.gpkg", "--quiet")
        told = said(capsys)
        assert (refused, told[:2], told.count("\n")) in {(1, "✗ ", 1), (0, "", 0)}
        assert "nan" not in told
        assert (tmp_path / "out.gpkg").exists() != bool(refused)
        (tmp_path / "out.gpkg").unlink(missing_ok=True)
