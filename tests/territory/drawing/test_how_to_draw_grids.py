"""What docs/how-to/draw-grids.md shows can be done as it stands."""

import re
import shlex
from pathlib import Path

import pytest

from qijie import cli
from tests.territory.drawing import files

HOME = Path(__file__).resolve().parents[3]
PAGE = (HOME / "docs" / "how-to" / "draw-grids.md").read_text("utf-8")


def shown(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


@pytest.mark.slow
def test_the_commands_shown_draw_the_demo_district(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "profiles").symlink_to(HOME / "profiles")
    monkeypatch.chdir(tmp_path)
    for line in "".join(shown("sh")).splitlines():
        program, *arguments = shlex.split(line)
        assert program == "qijie"
        assert cli.main([*arguments, "--quiet"]) == 0
    first, second = (files.columns_of(tmp_path / name) for name in ("plan.gpkg", "plan2.gpkg"))
    assert first["key"] == second["key"]
    assert sum(first["households"]) == 18_944
    assert len(set(first["grid"])) > 40


def test_the_python_shown_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = shown("python")
    exec(compile(code, "draw-grids.md", "exec"), {})  # noqa: S102
    told = capsys.readouterr().out
    assert "grids, 100% in band" in told
    assert told.endswith("households change hands\n")
