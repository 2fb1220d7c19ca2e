"""Guessing is slow from wherever it comes, and never shuts the owner out."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from qijie.accounts.models import FailedTries
from qijie.accounts.rules import FROM_EVERYWHERE, FROM_HERE, OWN_DEVICE, Pace, in_words
from tests import town
from tests.accounts.people import CODE, LOGIN, code_of, enrol, sign_in, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STRANGER, HER_PHONE, OFFICE = "203.0.113.66", "198.51.100.7", "198.51.100.20"


def guess(name: str = "chen", times: int = 1, at: str = STRANGER):
    for _ in range(times):
        answer = sign_in(name, "not-the-password", at=at)
    return answer


def later(wait: timedelta) -> None:
    FailedTries.objects.update(last_at=F("last_at") - wait)


def test_a_few_slips_cost_nothing_and_are_counted_down() -> None:
    shown = guess(times=2).content.decode()
    assert "再输错 3 次，就要等一会儿才能再试。" in shown
    assert "再输错 1 次" in guess(times=2).content.decode()
    assert sign_in("chen", at=STRANGER)["Location"] == "/home/"
    assert "再输错" not in guess(at=STRANGER).content.decode()


def test_after_that_a_try_has_to_wait_and_the_page_says_how_long() -> None:
    assert "每次要等一会儿" in guess(times=FROM_HERE.free).content.decode()
    early = sign_in("chen", at=STRANGER)
    assert early.status_code == 429
    assert int(early["Retry-After"]) <= 10
    shown = early.content.decode()
    assert "这一次没有核对。请等 10 秒" in shown
    assert 'value="chen"' in shown
    later(timedelta(seconds=10))
    assert sign_in("chen", at=STRANGER)["Location"] == "/home/"


def test_the_wait_doubles_and_has_an_end() -> None:
    waits = [FROM_HERE.wait_after(failures) for failures in range(4, 30)]
    assert waits[0] == timedelta()
    assert waits[1:4] == [timedelta(seconds=s) for s in (10, 20, 40)]
    assert waits[-1] == timedelta(minutes=15)


def test_coming_too_early_prolongs_nothing() -> None:
    guess(times=FROM_HERE.free)
    for _ in range(20):
        assert sign_in("chen", at=STRANGER).status_code == 429
    later(timedelta(seconds=10))
    assert sign_in("chen", at=STRANGER).status_code == 302


def test_a_stranger_elsewhere_never_keeps_the_owner_out() -> None:
    guess(times=60)
    assert sign_in("chen", at=HER_PHONE).status_code == 302


def test_strangers_everywhere_never_keep_a_new_network_out_of_its_first_try() -> None:
    for network in range(30):
        guess(times=FROM_HERE.free, at=f"192.0.2.{network}")
    assert guess(at="192.0.2.5").status_code == 429
    assert sign_in("chen", at=HER_PHONE).status_code == 302


def test_strangers_everywhere_share_one_slow_count() -> None:
    for network in range(FROM_EVERYWHERE.free):
        guess(at=f"192.0.2.{network}")
    first = guess(at=STRANGER)
    assert first.status_code == 200
    assert guess(at=STRANGER).status_code == 429


def test_a_stranger_behind_her_own_address_does_not_hold_her_known_device() -> None:
    hers = sign_in("chen", at=OFFICE).client
    hers.post("/account/logout/")
    guess(times=60, at=OFFICE)
    assert sign_in("chen", at=OFFICE).status_code == 429
    assert sign_in("chen", client=hers, at=OFFICE).status_code == 302


def test_a_known_device_has_a_count_of_its_own() -> None:
    hers = signed_in("chen")
    hers.post("/account/logout/")
    for _ in range(OWN_DEVICE.free):
        sign_in("chen", "not-the-password", client=hers)
    assert sign_in("chen", client=hers).status_code == 429
    assert sign_in("chen").status_code == 302


def test_a_device_is_known_for_the_one_who_signed_in_on_it() -> None:
    hers = signed_in("liu")
    hers.post("/account/logout/")
    guess(times=10, at="127.0.0.1")
    assert sign_in("chen", client=hers).status_code == 429


def test_a_made_up_device_is_no_known_one() -> None:
    client = Client()
    client.cookies["qijie-device"] = "eyJjaGVuIjoieCJ9:1x:forged"
    guess(times=10, at="127.0.0.1")
    assert sign_in("chen", client=client).status_code == 429


@pytest.mark.parametrize("spelling", ["CHEN", "Chen", " chen ", "ｃｈｅｎ", "chEN"])
def test_one_person_in_any_spelling(spelling: str) -> None:
    assert sign_in(spelling, at=HER_PHONE).status_code == 302
    guess(times=3)
    guess(spelling, times=2)
    assert sign_in("chen", at=STRANGER).status_code == 429


def test_an_unknown_name_is_answered_like_a_known_one() -> None:
    def told(name: str) -> list[tuple[int, int]]:
        answers = [guess(name, at=STRANGER) for _ in range(7)]
        return [
            (
                one.status_code,
                one.get("Retry-After", ""),
                len(one.content.replace(name.encode(), b"")),
            )
            for one in answers
        ]

    known, unknown = told("chen"), told("nobody")
    assert [one[0] for one in known] == [one[0] for one in unknown]
    # The masked token of a form differs in value, never in length.
    assert [one[2] for one in known] == [one[2] for one in unknown]


def test_neighbours_behind_one_address_do_not_feel_each_other() -> None:
    guess(times=40)
    assert sign_in("liu", at=STRANGER).status_code == 302


def test_behind_a_proxy_strangers_are_told_apart(settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    stranger = Client(headers={"X-Forwarded-For": f"1.2.3.4, {STRANGER}"})
    hers = Client(headers={"X-Forwarded-For": HER_PHONE})
    for _ in range(12):
        sign_in("chen", "not-the-password", client=stranger)
    assert sign_in("chen", client=stranger).status_code == 429
    assert sign_in("chen", client=hers).status_code == 302


def test_a_made_up_forwarded_address_buys_no_new_tries(settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 0
    for last in range(FROM_HERE.free):
        client = Client(headers={"X-Forwarded-For": f"192.0.2.{last}"})
        sign_in("chen", "not-the-password", client=client, at=STRANGER)
    assert sign_in("chen", at=STRANGER).status_code == 429


def test_a_day_later_all_is_forgotten() -> None:
    guess(times=8)
    later(timedelta(days=1, seconds=1))
    shown = guess()
    assert shown.status_code == 200
    assert "再输错" not in shown.content.decode()


def test_codes_are_guessed_as_slowly_and_only_by_who_knows_the_password() -> None:
    secret = enrol(signed_in("wang"))
    thief = sign_in("wang", at=STRANGER).client
    for _ in range(FROM_HERE.free):
        thief.post(CODE, {"code": "000000"}, REMOTE_ADDR=STRANGER)
    shown = thief.post(CODE, {"code": code_of(secret)}, REMOTE_ADDR=STRANGER).content.decode()
    assert "这一次没有核对" in shown
    hers = sign_in("wang", at=HER_PHONE).client
    assert hers.post(CODE, {"code": code_of(secret)}, REMOTE_ADDR=HER_PHONE).status_code == 302


def guesses_a_day(pace: Pace) -> int:
    clock, failures = timedelta(), 0
    while clock < timedelta(days=1):
        failures += 1
        clock += pace.wait_after(failures)
    return failures


def test_a_day_of_guessing_is_bounded() -> None:
    assert guesses_a_day(FROM_HERE) <= 110
    assert guesses_a_day(FROM_EVERYWHERE) <= 1_600
    assert guesses_a_day(OWN_DEVICE) <= 310


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "1 秒"), (40, "40 秒"), (600.5, "11 分钟")])
def test_a_wait_is_never_told_shorter_than_it_is(seconds: float, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words


def test_the_table_holds_no_name_and_no_address() -> None:
    guess()
    rows = list(FailedTries.objects.all())
    assert len(rows) == 2
    assert not any(b"chen" in bytes(row.key) or b"203" in bytes(row.key) for row in rows)
    assert all(row.last_at <= timezone.now() for row in rows)


def test_the_password_is_not_asked_while_waiting(client: Client) -> None:
    guess(times=6)
    user = town.user("chen")
    before = user.password
    client.post(LOGIN, {"login": "chen", "password": town.PASSWORD}, REMOTE_ADDR=STRANGER)
    assert town.user("chen").password == before
    assert "_auth_user_id" not in client.session
