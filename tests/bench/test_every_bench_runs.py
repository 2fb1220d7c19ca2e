"""Nothing here looks at a clock: a figure is judged by people, on a machine that is at rest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import BENCHES

ROOT = Path(__file__).resolve().parents[2]
DRIVES_A_BROWSER = {"pages"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.browser] if name in DRIVES_A_BROWSER else [])
        for name in BENCHES
    ],
)
def test_every_bench_prints_a_figure_beside_its_bar(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--tiny", name],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    machine, figures = done.stdout.split(f"\n{name}\n")
    assert "cores" in machine
    assert "load" in machine
    assert "PostGIS" in machine
    assert "(at most" in figures or "(at least" in figures
