"""The pages of docs/reference that are made from the code, and the list of decisions."""

from collections.abc import Callable
from pathlib import Path

from tools.document_life_cycle import page as life_cycle
from tools.reference import decisions, fields, permissions, row_policies, settings

ROOT = Path(__file__).resolve().parents[2]
PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/life-cycle.md": life_cycle,
    "docs/reference/permissions.md": permissions.page,
    "docs/reference/row-policies.md": row_policies.page,
    "docs/reference/fields.md": fields.page,
    "docs/reference/settings.md": lambda: settings.page(ROOT / "src"),
    "docs/adr/README.md": lambda: decisions.page(ROOT / "docs/adr"),
}


def stale() -> list[str]:
    """Pages that do not say what the code says."""
    return [name for name, page in PAGES.items() if _written(name) != page()]


def _written(name: str) -> str:
    path = ROOT / name
    return path.read_text("utf-8") if path.exists() else ""


def write() -> None:
    for name in stale():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGES[name](), "utf-8")
