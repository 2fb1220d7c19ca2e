"""Markdown tables."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [_line(head), _line(["---"] * len(head)), *(_line(row) for row in rows), ""]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def code(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def generated_from(source: str) -> str:
    return f"Generated from `{source}` by `make docs`; edit the code, not this page."
