"""The list of decisions, from each one's own heading and status."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.reference.tables import table

PARTS = ("Status", "Context", "Decision", "What it costs")


def page(folder: Path) -> str:
    return "\n".join(
        [
            "# Decisions",
            "",
            "Why the product is built as it is: the question, the answer, what the answer costs."
            " One page each. A decision is not edited when it changes; a later one replaces it and"
            " both say so. This list is written by `make docs`.",
            "",
            *table(("", "decision", "status"), _rows(folder)),
        ]
    )


def written(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9][0-9][0-9][0-9]-*.md"))


def _rows(folder: Path) -> Iterator[tuple[str, str, str]]:
    for path in written(folder):
        text = path.read_text("utf-8")
        title = text.partition("\n")[0].removeprefix("# ").partition(" ")[2]
        yield path.name[:4], f"[{title}]({path.name})", _status(text)


def _status(text: str) -> str:
    found = re.search(r"^## Status\n+(.+)$", text, re.M)
    return found[1] if found else ""
