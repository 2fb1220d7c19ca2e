"""Many wrong passwords at one moment are looked at one after the other, and no more than may be."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from pytest_django import Settings

from qijie.accounts.models import FailedTries, User
from qijie.accounts.rules import FROM_EVERYWHERE, FROM_HERE
from tests import town
from tests.accounts.people import sign_in
from tests.records.side_by_side import side_by_side

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]
STRANGER, OFFICE = "203.0.113.66", "198.51.100.20"
AT_ONCE = 16
TAKEN, LOOKED_AT, HELD_OFF = 302, 200, 429


@pytest.fixture(autouse=True)
def _afresh(own_database: None, settings: Settings) -> Iterator[None]:
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.update(password=make_password(town.PASSWORD))
    FailedTries.objects.all().delete()
    yield
    connection.close()


def guesses(passwords: list[str], at: list[str] | str = STRANGER) -> Counter[int]:
    """How often each status was answered to one guess a thread, all begun at one moment."""

    def guess(number: int) -> int:
        network = at if isinstance(at, str) else at[number]
        status: int = sign_in("chen", passwords[number], at=network).status_code
        return status

    found = side_by_side(len(passwords), guess)
    assert not [one for one in found if isinstance(one, Exception)]
    return Counter(one for one in found if isinstance(one, int))


def wrong(count: int) -> list[str]:
    return [f"not-the-password-{number}" for number in range(count)]


def failures() -> list[int]:
    return sorted(FailedTries.objects.values_list("failures", flat=True))


def test_no_more_are_looked_at_than_one_after_the_other() -> None:
    assert guesses(wrong(AT_ONCE)) == {
        LOOKED_AT: FROM_HERE.free,
        HELD_OFF: AT_ONCE - FROM_HERE.free,
    }
    assert failures() == [FROM_HERE.free, FROM_HERE.free]
    # The next of the crowd finds the door as closed.
    assert guesses(wrong(4)) == {HELD_OFF: 4}
    assert failures() == [FROM_HERE.free, FROM_HERE.free]


def test_the_right_password_in_the_crowd_is_held_off_with_the_rest() -> None:
    guesses(wrong(FROM_HERE.free))
    assert guesses([town.PASSWORD] * AT_ONCE) == {HELD_OFF: AT_ONCE}


def test_from_many_networks_the_shared_count_holds() -> None:
    elsewhere = [f"192.0.2.{number}" for number in range(AT_ONCE)]
    # Each network's first try is always let in; every further one meets the one slow count.
    FailedTries.objects.all().delete()
    assert guesses(wrong(AT_ONCE), elsewhere) == {LOOKED_AT: AT_ONCE}
    FailedTries.objects.filter(failures=AT_ONCE).update(failures=FROM_EVERYWHERE.free)
    assert guesses(wrong(AT_ONCE), elsewhere) == {HELD_OFF: AT_ONCE}


def test_meanwhile_she_signs_in_on_the_device_she_is_known_by() -> None:
    hers = sign_in("chen", at=OFFICE).client
    hers.post("/account/logout/")

    def come(number: int) -> int:
        if number == 0:
            answer = sign_in("chen", client=hers, at=OFFICE)
        else:
            answer = sign_in("chen", f"wrong-{number}", at=OFFICE)
        status: int = answer.status_code
        return status

    first, *others = side_by_side(AT_ONCE, come)
    assert first == TAKEN
    assert Counter(others)[LOOKED_AT] <= FROM_HERE.free
    assert set(others) <= {LOOKED_AT, HELD_OFF}
    assert hers.get("/field/").status_code == LOOKED_AT


def test_a_crowd_of_her_own_tries_ends_with_her_signed_in() -> None:
    found = side_by_side(4, lambda _: sign_in("chen", client=Client(), at=OFFICE).status_code)
    assert found == [TAKEN] * 4
    assert sum(failures()) == 0
