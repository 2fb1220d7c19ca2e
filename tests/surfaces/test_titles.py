"""How a place calls its units and posts is data: a word added is heard by portal and desk."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from qijie.issues.models import Reference
from qijie.issues.queries.book import TITLES, forget_book
from qijie.issues.rules.naming import asked_of
from tests import town
from tests.surfaces.portal.resident import REPORT, a_report, hand_in, id_of, the_issue

pytestmark = pytest.mark.django_db
WORDS = "小哥从来不上门"


@pytest.fixture(scope="module")
def _called_otherwise(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A place that calls its workers by one more word."""
    with django_db_blocker.unblock():
        kept = Reference.objects.using("owner").filter(name=TITLES)
        shipped = kept.get().rows
        word = {"kind": "grid_worker", "words": ["小哥"], "by_short_name": True}
        kept.update(rows=[*shipped, word])
        forget_book()
        yield
        kept.update(rows=shipped)
        forget_book()


def asks(client: Client) -> bool:
    return "您说的是不是" in client.post(REPORT, a_report(words=WORDS)).content.decode()


def test_a_word_nobody_is_called_by_asks_nothing(client: Client) -> None:
    assert not asks(client)


@pytest.mark.usefixtures("_called_otherwise")
def test_a_word_added_is_heard_at_the_portal_and_the_desk(client: Client) -> None:
    assert asks(client)
    token = hand_in(client, words=WORDS)
    assert [asked.words for asked in asked_of(the_issue(token).hints)] == ["小哥"]
    client.force_login(town.user("wang"))
    page = client.get(f"/console/matters/{id_of(token)}/").content.decode()
    assert "槐荫社区第一网格网格员（原话“小哥”）" in page
