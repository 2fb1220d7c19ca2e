"""No page is compressed: each carries a secret, some repeat what a stranger chose (BREACH)."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from tests.accounts.people import signed_in
from tests.surfaces.portal.resident import hand_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ASKED = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.fixture(autouse=True)
def _static_files_by_their_plain_names(settings: Settings) -> None:
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}


PUBLIC = ("/", "/report/", "/privacy/", "/addresses/?q=a", "/account/login/", "/m/nobody/", "/no/")


@pytest.mark.parametrize("path", PUBLIC)
def test_what_anybody_may_read_comes_as_it_is(client: Client, path: str) -> None:
    assert "Content-Encoding" not in client.get(path, headers=ASKED).headers


def test_a_private_page_comes_as_it_is(client: Client) -> None:
    link = f"/m/{hand_in(client)}/"
    for path in (link, f"{link}add/", f"{link}?done=report"):
        answer = client.get(path, headers=ASKED)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["/console/", "/console/find/?q=a", "/field/", "/account/mfa/"])
def test_a_page_of_staff_comes_as_it_is(path: str) -> None:
    answer = signed_in("wang").get(path, headers=ASKED, follow=True)
    assert "Content-Encoding" not in answer.headers


def test_the_secret_of_a_form_looks_different_on_each_page(client: Client) -> None:
    pages = [client.get("/report/").content for _ in range(2)]
    told = [page.partition(b'name="csrfmiddlewaretoken" value="')[2][:64] for page in pages]
    assert told[0] != told[1]
    assert len(told[0]) == 64


def test_nothing_in_the_product_compresses_an_answer() -> None:
    assert not [name for name in settings.MIDDLEWARE if "gzip" in name.lower()]
    source = Path(__file__).resolve().parents[2] / "src" / "qijie"
    for path in source.rglob("*.py"):
        assert "Content-Encoding" not in path.read_text(), path
