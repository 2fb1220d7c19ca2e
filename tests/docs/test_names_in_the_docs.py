"""What the pages name is there: files, functions, links."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("profiles/**/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
FILE = re.compile(r"`((?:src|docs|tests|tools|bench|soak|refdata|profiles)/[\w./-]+)`")
NAMED = re.compile(r"`(src/[\w/]+\.py)`\s+·\s+((?:`\w+`(?:,\s+)?)+)")


def names_of(path: Path) -> set[str]:
    """What a module defines or imports at its top."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_named_are_there(page: Path) -> None:
    assert [name for name in FILE.findall(page.read_text("utf-8")) if not _exists(name)] == []


def _exists(name: str) -> bool:
    return (ROOT / name).exists()


def test_the_tour_names_what_stands_in_the_files_it_passes() -> None:
    found = NAMED.findall((ROOT / "docs/tour.md").read_text("utf-8"))
    assert len(found) > 30
    missing = [
        f"{path} · {name}"
        for path, names in found
        for name in re.findall(r"`(\w+)`", names)
        if name not in names_of(ROOT / path)
    ]
    assert missing == []
