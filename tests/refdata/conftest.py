import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2] / "refdata"


@pytest.fixture
def shipped() -> Path:
    return SHIPPED


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped files, free to be broken."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "refdata"))


@pytest.fixture
def rewrite() -> Callable[[Path, str, dict[str, str]], None]:
    """Change cells of the row whose first column is the key."""

    def change(file: Path, key: str, cells: dict[str, str]) -> None:
        with file.open(encoding="utf-8", newline="") as lines:
            header, *rows = list(csv.reader(lines))
        row = next(row for row in rows if row[0] == key)
        for column, words in cells.items():
            row[header.index(column)] = words
        with file.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, lineterminator="\n").writerows([header, *rows])

    return change


@pytest.fixture
def drop() -> Callable[[Path, str], None]:
    """Delete the row whose first column is the key."""

    def delete(file: Path, key: str) -> None:
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(f"{key},")]
        assert len(kept) == len(lines) - 1
        file.write_text("".join(kept), encoding="utf-8")

    return delete
