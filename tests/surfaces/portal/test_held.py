"""Photos held while a page stands in between: bounded for a network, and never lost in silence."""

import pytest
from django.test import Client
from pytest_django import Settings

from qijie.surfaces.portal import held
from qijie.web import cost
from tests.surfaces.portal.resident import REPORT, a_picture, a_report, hand_in
from tests.surfaces.portal.test_waiting import hidden

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.7"
FIRE = "三楼着火了，有人困在里面"
LOST = "照片没能先收好，要重新选"


def stop_page(address: str = HERE, path: str = REPORT, **changes: object) -> str:
    typed = a_report(words=FIRE, **{"photos": a_picture()} | changes)
    answer = Client(REMOTE_ADDR=address).post(path, typed)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "先保证安全" in page
    return page


@pytest.fixture
def two_for_each_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MOST_HELD", 2 * held.SHARE)


@pytest.mark.usefixtures("two_for_each_network")
def test_one_network_cannot_take_the_room_of_another() -> None:
    pages = [stop_page() for _ in range(3)]
    assert ["held" in hidden(page) for page in pages] == [True, True, False]
    assert [LOST in page for page in pages] == [False, False, True]
    assert "1 张照片也收好了" in stop_page(ELSEWHERE)


def test_the_bytes_of_a_network_are_bounded_and_those_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = a_picture().size or 0
    monkeypatch.setattr(held, "MOST_HELD_BYTES", held.SHARE * size)
    assert LOST not in stop_page()
    assert LOST in stop_page()
    monkeypatch.setattr(held, "MOST_HELD_BYTES", size)
    monkeypatch.setattr(held, "SHARE", 1)
    assert LOST in stop_page(ELSEWHERE)


def test_holding_costs_the_network_its_share_and_the_danger_waits_for_nothing(
    settings: Settings,
) -> None:
    settings.INTAKE_UNITS = 0.01
    cost.meters.cache_clear()
    try:
        pages = [stop_page() for _ in range(3)]
        assert LOST not in pages[0]
        assert LOST in pages[-1]
    finally:
        cost.meters.cache_clear()


@pytest.mark.usefixtures("two_for_each_network")
def test_the_page_of_a_private_link_says_it_too() -> None:
    link = f"/m/{hand_in(Client())}/add/"
    for _ in range(2):
        stop_page()
    assert LOST in stop_page(path=link)
    back = Client(REMOTE_ADDR=HERE).post(
        link, {"words": FIRE, "danger": "back", "photos": a_picture()}
    )
    assert "照片没能先收好，请在下面重新选" in back.content.decode()


def test_what_was_held_and_is_gone_has_to_be_chosen_again(client: Client) -> None:
    kept = hidden(stop_page())
    held.let_go(kept["held"])
    again = client.post(REPORT, kept | {"danger": ""})
    assert LOST in again.content.decode()
    assert "held" not in hidden(again.content.decode())


def test_more_than_a_report_takes_is_said_before_it_goes() -> None:
    page = stop_page(photos=[a_picture(f"{n}.jpg", (8, 8 + n)) for n in range(8)])
    assert "6 张照片也收好了" in page
    assert f"有的{LOST}" in page
