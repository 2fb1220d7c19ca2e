"""Contrast of every pair of tokens that meets on a page, computed as WCAG 2.2 defines it."""

import re
from pathlib import Path

import pytest

SHEET = Path(__file__).resolve().parents[2] / "src/qijie/ui/static/ui/ui.css"
CSS = SHEET.read_text(encoding="utf-8")

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft") for ground in ("paper", "sheet", "sunken")),
    ("ink-faint", "sheet"),
    ("ink-faint", "paper"),
    *(("link", ground) for ground in ("paper", "sheet", "sunken")),
    *((f"{tone}-ink", f"{tone}-bg") for tone in ("plain", "active", "soon", "late", "good")),
    *((f"{tone}-ink", "sheet") for tone in ("plain", "active", "soon", "late", "good")),
    ("late-ink", "paper"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-danger", "danger"),
    ("danger", "sheet"),
    ("ink", "good-bg"),
    ("sheet", "ink"),
]
EDGES = [
    *(("line-strong", ground) for ground in ("paper", "sheet")),
    *(("focus", ground) for ground in ("paper", "sheet", "sunken", "map-ground")),
    ("accent", "sheet"),
    ("danger", "map-ground"),
]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))


def block(selector: str) -> dict[str, str]:
    found = re.search(re.escape(selector) + r"\s*\{([^}]*)\}", CSS)
    assert found, selector
    return tokens(found[1])


SCHEMES = {"light": block(":root"), "dark": block(':root[data-theme="dark"]')}


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_words_stand_out_from_their_ground(scheme: str, ink: str, ground: str) -> None:
    assert contrast(SCHEMES[scheme][ink], SCHEMES[scheme][ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_and_focus_rings_can_be_seen(scheme: str, edge: str, ground: str) -> None:
    assert contrast(SCHEMES[scheme][edge], SCHEMES[scheme][ground]) >= 3


def test_dark_by_system_and_dark_by_choice_are_one_list() -> None:
    assert block(':root:not([data-theme="light"])') == SCHEMES["dark"]


def test_dark_changes_every_colour_light_defines() -> None:
    assert SCHEMES["light"].keys() == SCHEMES["dark"].keys()


def test_dark_changes_colours_alone() -> None:
    """So whatever is not about colour is as accessible by night as it was by day."""
    found = re.search(r":root\[data-theme=\"dark\"\]\s*\{([^}]*)\}", CSS)
    assert found
    names = re.findall(r"([\w-]+):\s*[^;]+;", found[1])
    assert {name for name in names if not name.startswith("--")} == {"color-scheme"}
    sheets = [one for one in SHEET.parents[3].rglob("*.css") if "vendor" not in one.parts]
    asking = [one for one in sheets if "prefers-color-scheme" in one.read_text("utf-8")]
    asking += [one for one in sheets if "[data-theme" in one.read_text("utf-8")]
    assert asking == [SHEET, SHEET]
    assert CSS.count("prefers-color-scheme") == 1
