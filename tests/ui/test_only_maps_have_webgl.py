"""Drawing by shaders is paid for by the tests that need it, and by no other."""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("draws", [pytest.param(True, marks=pytest.mark.webgl), False])
def test_a_page_can_draw_a_map_when_its_test_is_marked(page: Page, *, draws: bool) -> None:
    context = "document.createElement('canvas').getContext('webgl') !== null"
    assert page.evaluate(context) is draws
