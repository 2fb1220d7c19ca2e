"""The source as trees: read once, asked by several tests."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
# What is made by running, not written by hand.
_MADE = {"var", ".git", ".venv", "node_modules", "__pycache__", ".pytest_cache", ".mypy_cache"}
_MADE |= {".ruff_cache", ".import_linter_cache", ".hypothesis", "build"}


@dataclass(frozen=True)
class Module:
    path: Path
    tree: ast.Module
    lines: int

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    found = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(
        Module(path, ast.parse(text := path.read_text()), len(text.splitlines()))
        for path in found
        if "migrations" not in path.parts
    )


@cache
def written_files() -> tuple[Path, ...]:
    """Every text file somebody wrote or vendored, wherever the checkout came from."""
    return tuple(sorted(path for path in _walk(ROOT) if _is_text(path)))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _MADE or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.is_file():
            yield path


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" not in file.read(4096)
