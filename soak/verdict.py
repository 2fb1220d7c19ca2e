"""One table: what was tried, what was lost, who was let in, how long until it was right."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    tried: int
    lost: int = 0
    """Acknowledged and gone, done twice, or answered wrongly."""
    let_in: int = 0
    """Shown or allowed to somebody it is not for."""
    worst_return: float | None = None
    """Seconds from the fault to the first of a row of right answers."""
    note: str = ""

    @property
    def is_good(self) -> bool:
        return self.tried > 0 and self.lost == 0 and self.let_in == 0


def table(rows: Sequence[Row]) -> str:
    head = ("what", "tried", "lost", "let in", "worst return", "")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *_right(line[1:5], widths[1:]), line[5]]).rstrip()
        for line in cells
    )


def _right(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [cell.rjust(width) for cell, width in zip(cells, widths, strict=True)]


def _cells(row: Row) -> tuple[str, ...]:
    worst = "" if row.worst_return is None else f"{row.worst_return:.1f} s"
    mark = row.note if row.is_good else f"✗ {row.note}"
    return row.what, f"{row.tried:,}", str(row.lost), str(row.let_in), worst, mark
