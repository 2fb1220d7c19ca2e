"""The mark of an item stands within the list, and with it within the card around it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SHEET = Path(__file__).resolve().parents[2] / "src/qijie/ui/static/ui/ui.css"
INDENT = "list => parseFloat(getComputedStyle(list).paddingInlineStart)"


@pytest.mark.parametrize("kind", ["ul", "ol"])
def test_a_list_with_marks_is_indented(page: Page, kind: str) -> None:
    page.set_content(f"<style>{SHEET.read_text()}</style><{kind}><li>一件</li></{kind}>")
    assert page.locator(kind).evaluate(INDENT) >= 16
