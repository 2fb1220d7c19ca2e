"""Nothing here looks at a clock: a figure is judged by people, on a machine that is at rest."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import BENCHES

ROOT = Path(__file__).resolve().parents[2]
DRIVING_A_BROWSER = {"pages"}


def measured(*names: str) -> tuple[str, list[str]]:
    """What one run says of the machine, and of each bench."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--tiny", *names],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    machine, *figures = re.split(rf"\n(?:{'|'.join(names)})\n", done.stdout)
    return machine, figures


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(DRIVING_A_BROWSER, marks=pytest.mark.browser, id="with a browser"),
        pytest.param(set(BENCHES) - DRIVING_A_BROWSER, id="without"),
    ],
)
def test_every_bench_prints_a_figure_beside_its_bar(names: set[str]) -> None:
    machine, figures = measured(*sorted(names))
    assert "cores" in machine
    assert "load" in machine
    assert "PostGIS" in machine
    assert len(figures) == len(names)
    assert all("(at most" in told or "(at least" in told for told in figures)
