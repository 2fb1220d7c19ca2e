from pathlib import Path

import pytest

from tools.reference.decisions import PARTS, written

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "adr"
MOST_WORDS = 600


@pytest.mark.parametrize("path", written(FOLDER), ids=lambda path: path.stem)
def test_a_decision_says_status_context_decision_and_cost_on_one_page(path: Path) -> None:
    text = path.read_text("utf-8")
    headings = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert tuple(headings) == PARTS
    assert text.startswith(f"# {path.name[:4]} ")
    assert len(text.split()) <= MOST_WORDS


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in written(FOLDER)]
    assert numbers == list(range(1, len(numbers) + 1))
