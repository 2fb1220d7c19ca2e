"""What is pressed is sent, at the first press, with a real mouse and a real finger."""

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FROM_THE_BOARD = "/report/?grid=420103008001001"
WORDS = "楼下垃圾桶满了没人清"
PUSHES_ON_LEAVING = """() => {
  const words = document.querySelector("textarea[name=words]");
  words.addEventListener("blur", () => {
    const pushed = document.createElement("p");
    pushed.className = "stack";
    pushed.append(...Array.from({ length: 9 }, () => document.createElement("br")));
    words.after(pushed);
  });
}"""


def typed(page: Page) -> list[Response]:
    """The page with words typed and the cursor still in them; what it posts from now on."""
    page.goto(FROM_THE_BOARD)
    posts: list[Response] = []
    page.on("response", lambda one: posts.append(one) if one.request.method == "POST" else None)
    page.locator("textarea[name=words]").click()
    page.keyboard.type(WORDS)
    return posts


def press(page: Page, name: str = "提交") -> None:
    """Down and up at one place, as a hand does it, whatever moves in between."""
    button = page.get_by_role("button", name=name, exact=True)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.up()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_first_press_on_submit_sends_the_report(visitor: Visitor, size: dict[str, int]) -> None:
    page = visitor("", size)
    posts = typed(page)
    press(page)
    page.wait_for_url("**/m/**")
    assert len(posts) == 1


def test_kinds_are_proposed_while_typing_and_leaving_moves_nothing(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    typed(page)
    expect(page.locator("category-search li")).not_to_have_count(0)
    button = page.get_by_role("button", name="提交", exact=True)
    before = button.bounding_box()
    page.locator("textarea[name=words]").blur()
    assert button.bounding_box() == before


def test_a_page_that_moves_under_the_finger_still_takes_the_press(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    posts = typed(page)
    page.evaluate(PUSHES_ON_LEAVING)
    press(page)
    page.wait_for_url("**/m/**")
    assert len(posts) == 1


def test_a_press_that_slides_away_is_thought_better_of(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    posts = typed(page)
    button = page.get_by_role("button", name="提交", exact=True)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] - 60)
    page.mouse.up()
    page.locator("h1").click()
    assert posts == []
