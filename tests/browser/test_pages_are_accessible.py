"""Every page, phone and desk, light and dark: axe finds nothing, nothing scrolls sideways."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import BREACHES, DESK, ERRORS, PHONE, Visitor, axe_findings
from tests.records.samples import encoded, picture

pytestmark = [pytest.mark.browser, pytest.mark.webgl, pytest.mark.slow]

SCHEMES = ("light", "dark")
WHO_SEES_WHAT = {
    "": [
        "/",
        "/report/",
        "/privacy/",
        "/account/login/",
        "/account/activate/",
        "/no-such-page/",
        # A general grid, a dedicated one, and one not built on yet.
        "/grids/420103008001001/",
        "/grids/420103008003005/",
        "/grids/420103008013003/",
    ],
    "worker-008001001": ["/field/", "/field/report/", "/field/me/"],
    "handler-committee-008001": ["/field/"],
    "desk-008001": [
        "/console/",
        "/console/report/",
        "/console/territory/",
        "/console/territory/420103/",
        "/console/territory/420103008/",
        "/console/territory/420103008001/",
        "/console/territory/420103008001001/",
        "/console/notices/",
        "/console/me/",
    ],
    "supervisor-008": [
        "/console/?view=all",
        "/console/territory/checks/?path=420103008",
        "/console/boards/420103008001/",
        "/console/boards/420103008001001/",
    ],
    "system-admin-420103": ["/console/undelivered/"],
    "security-admin-420103": [
        "/console/posts/",
        "/console/posts/?view=vacant",
        "/account/password/",
        "/account/mfa/",
        "/account/mfa/totp/activate/",
    ],
    "audit-admin-420103": ["/console/access-log/"],
}


def settled(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    for element in page.query_selector_all("grid-map"):
        element.wait_for_element_state("stable")


def any_matter(page: Page) -> str:
    page.goto("/console/?view=all")
    return str(page.locator("a[href*='/matters/']").first.get_attribute("href"))


def reported_by_worker(page: Page) -> str:
    """A matter of the worker's own, since the demo may have none for this grid today."""
    page.goto("/field/report/")
    page.locator("input[type=radio]").first.check()
    page.fill("textarea[name=words]", "楼道里堆了纸箱，不好走")
    page.locator("main form").get_by_role("button", name="提交").click()
    page.wait_for_url("**/field/matters/**")
    return page.url.split("?")[0]


def is_asked_for(error: str, address: str) -> bool:
    """A page that is not there is told so by its own status."""
    return address == "/no-such-page/" and "404" in error


def judge(page: Page, address: str) -> None:
    """One visit, looked at by day and by night on the desk and on the phone."""
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    BREACHES[page].clear()
    ERRORS[page].clear()
    settled(page, address)
    # Before axe, which sets styles of its own.
    assert BREACHES[page] == [], address
    assert [error for error in ERRORS[page] if not is_asked_for(error, address)] == [], address
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in SCHEMES:
            assert axe_findings(page, scheme) == [], (address, size, scheme)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{address} scrolls sideways by {wide} px"


@pytest.mark.parametrize("username", WHO_SEES_WHAT, ids=lambda name: name or "resident")
def test_pages_are_accessible_and_keep_the_content_policy(visitor: Visitor, username: str) -> None:
    page = visitor(username, DESK)
    for address in WHO_SEES_WHAT[username]:
        judge(page, address)


@pytest.mark.parametrize(
    ("username", "find"),
    [("desk-008001", any_matter), ("worker-008001001", reported_by_worker)],
    ids=["desk", "worker"],
)
def test_a_matter_and_its_moves_are_accessible(
    visitor: Visitor, username: str, find: Callable[[Page], str]
) -> None:
    page = visitor(username, DESK)
    matter = find(page)
    judge(page, matter)
    path = urlsplit(matter).path
    moves = page.locator(f"a[href^='{path}']").evaluate_all("all => all.map(a => a.href)")
    forms = sorted({url for url in moves if re.search(r"/matters/[^/]+/[a-z_]+/(\?|$)", url)})
    for url in forms:
        judge(page, url)


def test_the_page_of_an_account_is_accessible(visitor: Visitor) -> None:
    page = visitor("security-admin-420103", DESK)
    page.goto("/console/posts/")
    page.locator("a[href*='/console/posts/']").nth(3).click()
    account = page.locator("main a[href*='/console/accounts/']").first
    judge(page, str(account.get_attribute("href")))


def test_the_page_between_danger_and_sending_is_accessible(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    page.goto("/report/?grid=420103008001001")
    page.fill("textarea[name=words]", "三号楼楼道里煤气味很大，有人头晕")
    page.get_by_role("button", name="提交").click()
    page.get_by_role("heading", name="先保证安全").wait_for()
    for scheme in SCHEMES:
        assert axe_findings(page, scheme) == [], scheme
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


NO_CLOCK = """
for (const name of ["setTimeout", "setInterval"]) {
  const own = window[name].bind(window);
  window[name] = (act, after = 0, ...rest) => (after < 900 ? own(act, after, ...rest) : 0);
}
"""
"""The page that waits would go on by itself in the middle of being looked at."""
SPEND = """
async (photos) => {
  const form = new FormData(document.querySelector("main form[method=post]"));
  form.set("words", "");
  for (let n = 0; n < photos; n++) form.append("photos", new Blob(["x"]), `${n}.jpg`);
  return (await fetch("/report/", {method: "POST", body: form})).status;
}
"""
"""A report without words is refused and costs its key as much as one that is taken."""


def test_the_page_that_waits_is_accessible(visitor: Visitor) -> None:
    page = visitor("", PHONE)
    page.add_init_script(NO_CLOCK)
    page.goto("/report/?grid=420103008001001")
    while page.evaluate(SPEND, 80) != 429:
        pass
    page.fill("textarea[name=words]", "三号楼楼道灯不亮")
    while page.evaluate(SPEND, 2) != 429:
        pass
    tiny = {"name": "a.png", "mimeType": "image/png", "buffer": encoded(picture(8, 8), "PNG")}
    page.set_input_files("input[name=photos]", [tiny] * 6)  # type: ignore[arg-type]
    # What comes back meanwhile is spent again, however slow the machine is.
    page.evaluate(f"() => {{ const on = async () => {{ for (;;) await ({SPEND})(2); }}; on(); }}")
    expect(page.locator("photo-field .photos li")).to_have_count(6)
    page.get_by_role("button", name="提交").click()
    page.locator("[data-send-again]").wait_for(state="attached")
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in SCHEMES:
            assert axe_findings(page, scheme) == [], (size, scheme)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
