"""Notice boards and the public page of a grid, in a real browser."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, ROOT, House, Visitor
from tests.browser.test_pages_are_accessible import judge, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GENERAL = "420103008001001"
DRAW = (
    "import sys, django; django.setup();"
    "from uuid import UUID; from qijie.boards.actions import draw_file;"
    "draw_file(UUID(sys.argv[1]))"
)


def test_a_resident_reports_from_the_grids_page(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    settled(page, f"/grids/{GENERAL}/")
    assert page.locator("main svg.map-sheet").bounding_box() is not None
    page.get_by_role("link", name="我要反映一件事").click()
    page.wait_for_url("**/report/?grid=*")
    expect(page.locator("main")).to_contain_text("武展社区 第一网格")
    assert page.locator("input[name=place_words]").input_value() == ""
    judge(page, page.url)


def test_a_file_ordered_at_the_desk_appears_by_itself_when_it_is_made(
    visitor: Visitor, house: House
) -> None:
    page = visitor("supervisor-008", DESK)
    settled(page, "/console/boards/420103008001/")
    page.get_by_role("button", name="整社区一个文件").click()
    page.wait_for_url("**/console/boards/files/**")
    assert page.locator("progress").get_attribute("max") == "4"
    judge(page, page.url)
    file_id = page.url.rstrip("/").rpartition("/")[2]
    subprocess.run(
        [sys.executable, "-c", DRAW, file_id],
        env=house.environment | {"QIJIE_BOARD_FOLDER": f"{house.environment['QIJIE_VAR']}/boards"},
        cwd=ROOT,
        check=True,
    )
    fetch = page.get_by_role("link", name="打开 PDF")
    fetch.wait_for()
    judge(page, page.url)
    answer = page.request.get(str(fetch.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
