import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_written_life_cycle_says_what_the_table_says() -> None:
    checked = subprocess.run(
        [sys.executable, "tools/document_life_cycle.py", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
