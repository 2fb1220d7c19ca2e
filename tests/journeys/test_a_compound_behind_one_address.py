"""A day of 300 people who all come from one address: nobody is asked to wait for the others."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from qijie.accounts.models import User
from qijie.web import cost
from tests.accounts.people import sign_in
from tests.surfaces.portal.resident import REPORT, a_report, token_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
ADDRESS, PEOPLE, REPORTING = "198.51.100.7", 300, 60
PASSWORD, WRONG = "a-word-of-my-own-9", "not-the-word"


@pytest.fixture(autouse=True)
def _counts_of_its_own(settings: Settings) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cost.meters.cache_clear()
    yield
    cost.meters.cache_clear()


def test_everybody_signs_in_the_clumsy_ones_too() -> None:
    people = [User(username=f"office-{number}", name="某人") for number in range(PEOPLE)]
    for user in people:
        user.set_password(PASSWORD)
    User.objects.bulk_create(people)
    statuses = []
    for number, user in enumerate(people):
        # A third mistype once or twice before.
        for _ in range(number % 3):
            statuses.append(sign_in(user.username, WRONG, at=ADDRESS).status_code)
        answer = sign_in(user.username, PASSWORD, at=ADDRESS)
        assert answer.status_code == 302, (number, answer.status_code)
    assert set(statuses) == {200}


def test_everybody_reports_adds_and_urges() -> None:
    client = Client(REMOTE_ADDR=ADDRESS)
    for _ in range(REPORTING):
        made = client.post(REPORT, a_report())
        assert made.status_code == 303
        link = f"/m/{token_in(made.url)}/"
        assert client.get(link).status_code == 200
        added = {"words": "还是没有人来", "key": str(uuid4())}
        assert client.post(f"{link}add/", added).status_code == 303
        assert client.post(f"{link}urge/", {"key": str(uuid4())}).status_code == 303


def test_what_300_people_send_with_photos_is_less_than_half_of_what_they_may() -> None:
    """Three photos of 2.5 MB each, at the same moment, all by one web process of two."""
    meter = cost.Meter(cost.meters().networks.allowance.shared(2), clock=lambda: 0.0)
    assert {meter.wait_for(ADDRESS, 1 + 3 * 2.5) for _ in range(PEOPLE)} == {0}
    assert cost.meters().networks.allowance.units == 6000
