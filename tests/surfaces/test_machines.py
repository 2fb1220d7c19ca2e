"""What programs ask for."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

pytestmark = pytest.mark.django_db
SECURITY = "/.well-known/security.txt"


def told(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer["Content-Type"].startswith("text/plain")
    return answer.content.decode()


def test_search_engines_are_kept_from_all_but_the_public_pages(client: Client) -> None:
    lines = told(client, "/robots.txt").splitlines()
    for kept in ("/account/", "/api/", "/console/", "/field/", "/m/"):
        assert f"Disallow: {kept}" in lines
    assert "Disallow: /" not in lines


def test_whoever_finds_a_weakness_is_told_whom_to_write_to(
    client: Client, settings: Settings
) -> None:
    settings.PUBLIC_ADDRESS = "https://qijie.example"
    assert "Contact: https://qijie.example/report/" in told(client, SECURITY)
    settings.SECURITY_CONTACT = "mailto:security@qijie.example"
    lines = dict(line.split(": ", 1) for line in told(client, SECURITY).splitlines())
    assert lines["Contact"] == "mailto:security@qijie.example"
    assert lines["Canonical"] == f"https://qijie.example{SECURITY}"
    until = datetime.fromisoformat(lines["Expires"])
    assert until.tzinfo == UTC
    assert timedelta(days=100) < until - timezone.now() < timedelta(days=366)
