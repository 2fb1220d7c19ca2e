"""A planner changes a plan in the browser: by hand, by keyboard, together with somebody else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from qijie.accounts.demo import PASSWORD
from tests.browser.conftest import BREACHES, DESK, PHONE, ROOT, House, Visitor, sign_in
from tests.browser.test_pages_are_accessible import judge

pytestmark = [pytest.mark.browser, pytest.mark.webgl, pytest.mark.slow]

COMMUNITY = "420103008006"
COPIES = 17
"""Plans alike, one for each test, since computing takes longer than looking."""
PLANNER, SECOND, LEADER = "desk-008006", "dispatcher-008006", "leader-008"
_DRAW = f"""
import django; django.setup()
from django.db import transaction
from django.utils import timezone
from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.accounts.models import User
from qijie.kernel.ids import new_id
from qijie.redrawing.actions import order
from qijie.redrawing.actions.drawing import draw
from qijie.redrawing.models import Plan
from qijie.redrawing.rules import Order, Purpose
from qijie.teams.queries import viewer_for

today = timezone.localdate()
by = viewer_for(User.objects.get(username="{PLANNER}"), today)
with transaction.atomic(), scope(by):
    run = order(path="{COMMUNITY}", purpose=Purpose.NEW, order=Order(plans=1), as_of=today, by=by,
                at=timezone.now())
draw(run.pk)
with transaction.atomic(), scope(SYSTEM):
    plan = Plan.objects.filter(run=run).first()
    print(run.pk, plan.pk)
    for number in range(10, 10 + {COPIES}):
        plan.pk, plan.number, plan.name = new_id(), number, f"方案 {{number}}"
        plan.save(force_insert=True)
        print(run.pk, plan.pk)
"""


@dataclass(frozen=True)
class Drawn:
    run: str
    plan: str

    @property
    def address(self) -> str:
        return f"/console/plans/{self.plan}/"


@pytest.fixture(scope="module")
def plans(house: House) -> list[Drawn]:
    """One community's drawing, computed as the worker would, and its plan many times over."""
    said = subprocess.run(
        [sys.executable, "-c", _DRAW],
        env=house.environment,
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return [Drawn(*line.split()) for line in said.stdout.splitlines()]


@pytest.fixture
def drawn(plans: list[Drawn]) -> Drawn:
    return plans.pop()


def opened(visitor: Visitor, drawn: Drawn, username: str = PLANNER, **size: Any) -> Page:
    page = visitor(username, **size)
    page.goto(drawn.address)
    page.wait_for_selector("plan-editor[data-ready]")
    page.wait_for_selector("plan-editor [data-map-ready]")
    return page


def state(page: Page) -> dict[str, Any]:
    """What the server has."""
    address = f"{page.url.split('?')[0].split('#')[0]}units.geojson"
    found = page.evaluate("url => fetch(url).then(answer => answer.json())", address)
    saved: dict[str, Any] = found["state"] | {"pairs": found["graph"]["pairs"]}
    saved["loads"] = [one["properties"]["loads"][0] for one in found["features"]]
    return saved


def neighbours(saved: dict[str, Any]) -> tuple[int, int, int]:
    """A block with homes, a grid beside its own, and a block of that grid."""
    grid = saved["grid"]
    for one, other in saved["pairs"]:
        if grid[one] != grid[other] and saved["loads"][one] > 0 and grid.count(grid[one]) > 1:
            return one, grid[other], other
    raise AssertionError("Two grids that touch were expected.")


def row(page: Page, grid: int) -> Any:
    return page.locator(f"tr[data-grid='{grid}']")


def households(page: Page, grid: int) -> int:
    return int(row(page, grid).locator("[data-cell=households]").inner_text().replace(",", ""))


def look_at(page: Page, grid: int) -> None:
    row(page, grid).locator("a").click()
    expect(page.locator("[data-part=current]")).to_have_text(f"第 {grid} 格")


def tick(page: Page, block: int) -> None:
    page.locator(f"input[name=block][value='{block}']").check()


def press(page: Page, verb: str) -> None:
    page.locator(f"button[name=verb][value={verb}]").click()


def saved_as(page: Page, version: int) -> None:
    expect(page.locator("input[name=version]").first).to_have_value(str(version))
    expect(page.locator("plan-editor")).not_to_have_attribute("data-sending", "")


def point_of(page: Page, block: int) -> tuple[float, float]:
    page.locator("[data-part=map]").scroll_into_view_if_needed()
    at = page.evaluate("block => document.querySelector('plan-editor').pointOf(block)", block)
    return at["x"], at["y"]


def drag(page: Page, block: int, onto: int) -> None:
    page.mouse.click(*point_of(page, block))
    page.mouse.move(*point_of(page, block))
    page.mouse.down()
    page.mouse.move(*point_of(page, onto), steps=8)
    expect(page.locator(".plan-carried")).to_contain_text("→ 第")
    page.mouse.up()


def test_a_block_dragged_onto_another_grid_is_counted_there_and_saved(
    visitor: Visitor, drawn: Drawn
) -> None:
    page = opened(visitor, drawn)
    before = state(page)
    block, to, onto = neighbours(before)
    held = households(page, to)
    drag(page, block, onto)
    saved_as(page, before["version"] + 1)
    assert households(page, to) == held + before["loads"][block]
    assert state(page)["grid"][block] == to
    assert BREACHES[page] == []


def test_a_block_is_moved_by_keyboard_alone_and_the_change_is_told(
    visitor: Visitor, drawn: Drawn
) -> None:
    page = opened(visitor, drawn)
    before = state(page)
    block, to, _ = neighbours(before)
    row(page, before["grid"][block]).locator("a").focus()
    page.keyboard.press("Enter")
    page.locator(f"input[name=block][value='{block}']").focus()
    page.keyboard.press("Space")
    page.locator("#plan-to").focus()
    page.locator("#plan-to").select_option(str(to))
    page.locator("button[value=move]").focus()
    page.keyboard.press("Enter")
    saved_as(page, before["version"] + 1)
    told = page.locator("[data-part=said]")
    expect(told).to_contain_text("已保存")
    expect(told).to_contain_text(f"第 {to} 格")
    assert state(page)["grid"][block] == to


def test_a_step_over_an_ended_session_is_kept_and_saved_once_after_signing_in(
    visitor: Visitor, drawn: Drawn
) -> None:
    page = opened(visitor, drawn)
    before = state(page)
    block, to, _ = neighbours(before)
    look_at(page, before["grid"][block])
    tick(page, block)
    page.locator("#plan-to").select_option(str(to))
    page.context.clear_cookies(name="qijie")
    press(page, "move")
    page.fill("dialog.sign-in-again input[name=login]", PLANNER)
    page.fill("dialog.sign-in-again input[name=password]", PASSWORD)
    page.click("dialog.sign-in-again form button[type=submit]")
    saved_as(page, before["version"] + 1)
    assert state(page)["grid"][block] == to


def test_the_block_under_the_cross_is_picked_with_enter(visitor: Visitor, drawn: Drawn) -> None:
    page = opened(visitor, drawn)
    page.locator("[data-part=map] canvas").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=picked]")).to_contain_text("已选第")


def test_figures_change_before_the_server_has_answered(visitor: Visitor, drawn: Drawn) -> None:
    page = opened(visitor, drawn)
    before = state(page)
    block, to, _ = neighbours(before)
    held, waiting = households(page, to), []
    page.route("**/edit/", lambda route: waiting.append(route))
    look_at(page, before["grid"][block])
    tick(page, block)
    page.locator("#plan-to").select_option(str(to))
    press(page, "move")
    expect(page.locator("[data-part=saved]")).to_have_text("正在保存…")
    assert households(page, to) == held + before["loads"][block]
    taken = page.evaluate("performance.getEntriesByName('plan-editor:step').map(e => e.duration)")
    assert len(taken) == 1
    assert state(page)["grid"] == before["grid"]
    waiting[0].continue_()
    saved_as(page, before["version"] + 1)


def test_grids_are_merged_split_locked_and_every_step_taken_back(
    visitor: Visitor, drawn: Drawn
) -> None:
    page = opened(visitor, drawn)
    before = state(page)
    block, into, _ = neighbours(before)
    gone, version = before["grid"][block], before["version"]
    look_at(page, gone)
    page.locator("#plan-to").select_option(str(into))
    press(page, "merge")
    saved_as(page, version + 1)
    expect(row(page, gone)).to_have_count(0)
    expect(row(page, into)).to_contain_text("超出")
    press(page, "split")
    saved_as(page, version + 2)
    halves = state(page)["grid"]
    assert len(set(halves)) == len(set(before["grid"]))
    look_at(page, into)
    press(page, "lock")
    saved_as(page, version + 3)
    expect(row(page, into).locator("[data-cell=lock]")).to_be_visible()
    expect(page.locator("[data-part=lock]")).to_have_text("解锁这一格")
    for step in (4, 5, 6):
        press(page, "undo")
        saved_as(page, version + step)
    assert state(page)["grid"] == before["grid"]
    assert state(page)["locked"] == []
    expect(page.locator("[data-part=undo]")).to_be_disabled()


def test_the_figures_of_the_page_are_those_of_the_server(visitor: Visitor, drawn: Drawn) -> None:
    page = opened(visitor, drawn)
    before = state(page)
    block, to, _ = neighbours(before)
    look_at(page, before["grid"][block])
    tick(page, block)
    page.locator("#plan-to").select_option(str(to))
    press(page, "move")
    saved_as(page, before["version"] + 1)
    counted_here, rows_here = figures(page), page.locator("[data-part=grids]").inner_text()
    plain = page.context.new_page()
    plain.route("**/units.geojson", lambda route: route.abort())
    plain.goto(drawn.address)
    assert figures(plain) == counted_here
    assert plain.locator("[data-part=grids]").inner_text().split() == rows_here.split()


def figures(page: Page) -> dict[str, str]:
    shown: dict[str, str] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-figure]')]"
        ".map(e => [e.dataset.figure, e.textContent]))"
    )
    return shown


def test_undo_answers_to_its_key(visitor: Visitor, drawn: Drawn) -> None:
    page = opened(visitor, drawn)
    before = state(page)
    press(page, "lock")
    saved_as(page, before["version"] + 1)
    page.keyboard.press("Control+z")
    saved_as(page, before["version"] + 2)
    assert state(page)["locked"] == []


def test_a_grid_in_pieces_is_shown_in_words_and_not_refused(visitor: Visitor, drawn: Drawn) -> None:
    page = opened(visitor, drawn)
    before = state(page)
    block, to = far_apart(before)
    look_at(page, before["grid"][block])
    tick(page, block)
    page.locator("#plan-to").select_option(str(to))
    press(page, "move")
    saved_as(page, before["version"] + 1)
    expect(row(page, to)).to_contain_text("不连通（2 片）")
    expect(page.locator("[data-part=said]")).to_contain_text("不连通")
    page.reload()
    expect(row(page, to)).to_contain_text("不连通（2 片）")


def far_apart(saved: dict[str, Any]) -> tuple[int, int]:
    """A block of a grid with several, and a grid no neighbour of it lies in."""
    grid = saved["grid"]
    for block, own in enumerate(grid):
        near = {grid[b] for a, b in saved["pairs"] if a == block}
        near |= {grid[a] for a, b in saved["pairs"] if b == block}
        far = sorted(set(grid) - near - {own})
        if grid.count(own) > 1 and far:
            return block, far[0]
    raise AssertionError("Grids that do not touch were expected.")


def test_two_planners_at_once_are_told_and_nothing_is_lost(visitor: Visitor, drawn: Drawn) -> None:
    first, second = opened(visitor, drawn), opened(visitor, drawn, SECOND)
    before = state(first)
    block, to, _ = neighbours(before)
    press(first, "lock")
    saved_as(first, before["version"] + 1)
    locked = state(first)["locked"]
    look_at(second, before["grid"][block])
    tick(second, block)
    second.locator("#plan-to").select_option(str(to))
    if {before["grid"][block], to} & set(locked):
        press(first, "unlock")
        saved_as(first, before["version"] + 2)
    press(second, "move")
    trouble = second.locator("[data-part=trouble-words]")
    expect(trouble).to_be_visible()
    expect(trouble).not_to_be_empty()
    assert state(second)["grid"] == before["grid"]
    assert second.locator(f"input[name=block][value='{block}']").is_checked()
    second.get_by_role("button", name="再做一次这一步").click()
    expect(trouble).to_be_hidden()
    expect(second.locator("plan-editor")).not_to_have_attribute("data-sending", "")
    assert state(second)["grid"][block] == to


def test_without_a_network_the_step_is_taken_back_and_may_be_tried_again(
    visitor: Visitor, drawn: Drawn
) -> None:
    page = opened(visitor, drawn)
    before = state(page)
    block, to, _ = neighbours(before)
    held = households(page, to)

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/edit/", cut)
    look_at(page, before["grid"][block])
    tick(page, block)
    page.locator("#plan-to").select_option(str(to))
    press(page, "move")
    expect(page.locator("[data-part=trouble-words]")).to_contain_text("没有保存")
    assert households(page, to) == held
    page.unroute("**/edit/", cut)
    page.get_by_role("button", name="再做一次这一步").click()
    saved_as(page, before["version"] + 1)
    assert state(page)["grid"][block] == to


def test_the_map_shows_today_and_what_changes_hands(visitor: Visitor, drawn: Drawn) -> None:
    page = opened(visitor, drawn)
    page.get_by_label("今天的网格").check()
    expect(page.locator("[data-part=said]")).to_have_text("地图上是今天的网格。")
    page.get_by_label("标出换网格的地块").check()
    page.wait_for_selector("plan-editor [data-map-ready]")


@pytest.fixture
def plain(browser: Browser, house: House) -> Iterator[Page]:
    context = browser.new_context(base_url=house.url, viewport=DESK, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(15_000)
    sign_in(page, PLANNER)
    yield page
    context.close()


def test_without_scripts_the_form_moves_a_block_and_takes_it_back(
    visitor: Visitor, plain: Page, drawn: Drawn
) -> None:
    watching = opened(visitor, drawn)
    before = state(watching)
    block, to, _ = neighbours(before)
    plain.goto(f"{drawn.address}?grid={before['grid'][block]}")
    tick(plain, block)
    plain.locator("#plan-to").select_option(str(to))
    press(plain, "move")
    assert state(watching)["grid"][block] == to
    expect(plain.locator("[data-part=current]")).to_have_text(f"第 {to} 格")
    expect(plain.locator(".plan-still svg")).to_be_visible()
    press(plain, "undo")
    assert state(watching)["grid"] == before["grid"]


def test_the_pages_of_a_drawing_are_accessible(visitor: Visitor, drawn: Drawn) -> None:
    page = visitor(LEADER, DESK)
    for address in (
        "/console/drawings/",
        "/console/drawings/?path=420103008006#order",
        f"/console/drawings/{drawn.run}/",
        drawn.address,
        f"{drawn.address}adopt/",
        f"{drawn.address}withdraw/",
    ):
        judge(page, address)


def test_on_a_phone_the_list_comes_before_the_map_and_everything_is_in_reach(
    visitor: Visitor, drawn: Drawn
) -> None:
    page = opened(visitor, drawn, size=PHONE)
    tops = {part: page.locator(f"[data-part={part}]").bounding_box() for part in ("blocks", "map")}
    assert tops["blocks"]["y"] < tops["map"]["y"]  # type: ignore[index]
    small = page.evaluate(
        "[...document.querySelectorAll('plan-editor :is(button, select, label, summary)')]"
        ".filter(e => e.checkVisibility()).map(e => [e.textContent.trim(), e.clientHeight])"
        ".filter(([, high]) => high > 0 && high < 24)"
    )
    assert json.dumps(small, ensure_ascii=False) == "[]"
