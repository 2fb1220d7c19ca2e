"""Static files as a deployment serves them: hashed names that still find each other."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.slow


def names(collected: Path) -> dict[str, str]:
    return dict(json.loads((collected / "staticfiles.json").read_text("utf-8"))["paths"])


def test_every_asset_has_a_hashed_and_a_compressed_copy(collected: Path) -> None:
    for plain, hashed in names(collected).items():
        if plain.startswith(("ui/", "vendor/")):
            assert hashed != plain
            assert (collected / hashed).exists()
    assert (collected / (names(collected)["ui/ui.css"] + ".gz")).exists()


def test_our_modules_import_each_other_by_hashed_name(collected: Path) -> None:
    imported = 0
    for plain, hashed in names(collected).items():
        if not (plain.startswith("ui/") and plain.endswith(".js")):
            continue
        source = (collected / hashed).read_text("utf-8")
        for target in re.findall(r'^import .* from "(\./[^"]+)";', source, re.M):
            imported += 1
            assert re.search(r"\.[0-9a-f]{12}\.js$", target)
            assert ((collected / hashed).parent / target).exists()
    assert imported >= 4


def test_our_modules_end_every_import_in_a_semicolon(collected: Path) -> None:
    """Without one the hashed name would not be written in, and nobody would notice."""
    for plain in names(collected):
        if plain.startswith("ui/") and plain.endswith(".js"):
            statements = re.findall(r"^import .*$", (collected / plain).read_text("utf-8"), re.M)
            assert all(statement.endswith(";") for statement in statements)


@pytest.mark.browser
@pytest.mark.webgl
def test_the_map_draws_from_hashed_files_under_the_strict_policy(
    page: Page, hashed_gallery_url: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{hashed_gallery_url}/?frame=console")
    page.wait_for_selector("grid-map[data-map-ready]")
    scripts = [url for url in asked if re.search(r"\.m?js$", url)]
    assert any("maplibre-gl-worker" in url for url in scripts)
    assert all(re.search(r"\.[0-9a-f]{12}\.(min\.)?m?js$", url) for url in scripts)
