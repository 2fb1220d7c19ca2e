"""The large house is only tried at a tiny size; its bars are for a machine that is at rest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_city_of_a_thousand_is_measured_beside_the_demo() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "city", "--matters", "1000"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "issue 1,000, " in done.stdout, done.stderr
    lines = done.stdout.splitlines()
    bars = [line for line in lines if "(at most" in line or "(at least" in line]
    assert len(bars) >= 25
    missed = any(line.startswith("  ✗") for line in bars)
    assert done.returncode == (1 if missed else 0), done.stderr
