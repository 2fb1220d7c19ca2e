"""Who sends without end waits; what was typed waits too, and is never lost."""

import re
from collections.abc import Iterator
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from qijie.web import cost
from tests import town
from tests.accounts.people import signed_in
from tests.surfaces.portal.resident import REPORT, WORDS, a_picture, a_report, hand_in, stored

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HERE, NEIGHBOUR, ELSEWHERE = "198.51.100.7", "198.51.100.200", "203.0.113.7"


@pytest.fixture(autouse=True)
def _few_units(settings: Settings) -> Iterator[None]:
    """A network may send three reports at once."""
    settings.INTAKE_UNITS = 3.5
    cost.meters.cache_clear()
    yield
    cost.meters.cache_clear()


def exhausted() -> Client:
    client = Client(REMOTE_ADDR=HERE)
    for _ in range(3):
        hand_in(client)
    return client


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def test_an_empty_bucket_answers_with_a_page_that_holds_everything() -> None:
    client, typed = exhausted(), a_report(phone="13912345678", danger="no")
    before = stored()
    answer = client.post(REPORT, typed)
    assert answer.status_code == 429
    seconds = int(answer["Retry-After"])
    assert cost.SHORTEST_WAIT <= seconds <= cost.LONGEST_WAIT
    page = answer.content.decode()
    assert {**hidden(page), "form_key": ""} == {**typed, "form_key": ""}
    assert f'data-send-again="{seconds}"' in page
    assert 'href="tel:119"' in page
    assert stored() == before


def test_what_waited_goes_later_with_its_photos_as_one_matter(settings: Settings) -> None:
    client = exhausted()
    before = stored()
    answer = client.post(REPORT, a_report() | {"photos": [a_picture("a.jpg"), a_picture("b.jpg")]})
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "2 张照片也收好了" in page
    kept = hidden(page)
    for _ in range(3):
        assert hidden(client.post(REPORT, kept).content.decode()) == kept
    settings.INTAKE_UNITS = 6000
    cost.meters.cache_clear()
    assert client.post(REPORT, kept).status_code == 303
    assert client.post(REPORT, kept).status_code == 303
    after = stored()
    assert after["Issue"] == before["Issue"] + 1
    assert after["Attachment"] == before["Attachment"] + 2


def test_a_network_waits_whatever_cookie_or_key_it_brings_and_others_do_not() -> None:
    exhausted()
    for address in (HERE, NEIGHBOUR):
        assert Client(REMOTE_ADDR=address).post(REPORT, a_report()).status_code == 429
    assert Client(REMOTE_ADDR=ELSEWHERE).post(REPORT, a_report()).status_code == 303


@pytest.mark.parametrize(("address", "status"), [("2001:db8:1:2::9", 429), ("2001:db8:2::1", 303)])
def test_a_newer_network_is_counted_by_its_first_48_bits(address: str, status: int) -> None:
    first = Client(REMOTE_ADDR="2001:db8:1::1")
    for _ in range(3):
        hand_in(first)
    assert Client(REMOTE_ADDR=address).post(REPORT, a_report()).status_code == status


def test_reading_and_what_stays_in_the_form_cost_nothing() -> None:
    client = exhausted()
    assert client.get(REPORT).status_code == 200
    back = client.post(REPORT, a_report(danger="back"))
    assert back.status_code == 200
    assert WORDS in back.content.decode()


def test_the_stop_page_for_danger_is_never_kept_waiting() -> None:
    stop = exhausted().post(REPORT, a_report(words="三楼着火了，有人困在里面"))
    assert stop.status_code == 200
    assert "先保证安全" in stop.content.decode()


def test_holders_of_a_link_and_staff_are_not_counted_with_strangers() -> None:
    client = Client(REMOTE_ADDR=HERE)
    token = hand_in(client)
    hand_in(client)
    hand_in(client)
    assert client.post(REPORT, a_report()).status_code == 429
    more = {"words": "今天又多了一袋", "key": str(uuid4())}
    assert client.post(f"/m/{token}/add/", more).status_code == 303
    staff = signed_in("wang")
    staff.defaults["REMOTE_ADDR"] = HERE
    assert staff.post(REPORT, a_report(category=town.RUBBISH)).status_code == 303


def test_photos_of_what_waits_are_held_within_a_bound(settings: Settings) -> None:
    settings.INTAKE_UNITS = 0.001
    cost.meters.cache_clear()
    client = Client(REMOTE_ADDR=HERE)
    hand_in(client)
    held = [
        client.post(REPORT, a_report() | {"photos": [a_picture()]}).content.decode()
        for _ in range(3)
    ]
    assert "1 张照片也收好了" in held[0]
    assert "照片没能先收好" in held[-1]
    assert hidden(held[-1])["words"] == WORDS


def test_one_key_sent_over_and_over_waits_by_itself(settings: Settings) -> None:
    settings.INTAKE_UNITS = 1_000_000
    cost.meters.cache_clear()
    client, typed = Client(REMOTE_ADDR=HERE), a_report(form_key=str(uuid4()))
    # The same again is answered by what is kept of the first; other words are looked at each time.
    assert {client.post(REPORT, typed).status_code for _ in range(3)} == {303}
    keys = cost.meters().keys
    keys.wait_for(typed["form_key"], keys.allowance.units - 4)
    others = [typed | {"words": f"{WORDS}，第 {n} 次"} for n in range(4)]
    statuses = [client.post(REPORT, other).status_code for other in others]
    assert statuses[-1] == 429
    assert client.post(REPORT, a_report()).status_code == 303
