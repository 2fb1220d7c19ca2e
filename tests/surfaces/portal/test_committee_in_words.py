"""A bare 居委会 means that of the community the words speak of, where no grid is known."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from qijie.issues.rules.naming import asked_of
from qijie.kernel.codes import Level
from qijie.kernel.kept import forget_all
from qijie.teams.models import OrgUnit
from tests import town
from tests.surfaces.portal.resident import REPORT, a_report, hand_in, the_issue
from tests.surfaces.portal.test_danger import typed_on

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NO_POINT = {"lon": "", "lat": "", "system": "", "category": ""}
CODES = {town.HUAIYIN: "committee-1", town.LIUXI: "committee-2"}
QUESTION = "您说的是不是“槐荫社区居委会”？"


@pytest.fixture(scope="module", autouse=True)
def _committees(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One for each community; founded by the owner, as the app's role may not."""
    names = {town.HUAIYIN: "槐荫社区居委会", town.LIUXI: "柳溪社区居委会"}
    with django_db_blocker.unblock():
        units = OrgUnit.objects.using("owner")
        for path, code in CODES.items():
            units.create(
                code=code,
                name=names[path],
                kind="community_committee",
                level=Level.COMMUNITY,
                path=path,
            )
        forget_all()
        yield
        units.filter(code__in=CODES.values()).delete()
        forget_all()


SAID = (
    {"words": "居委会的人不开证明", "place_words": "槐荫社区活动室"},
    {"words": "槐荫社区的居委会不开证明", "place_words": "办事大厅"},
    {"words": "居委会的人不开证明", "place_words": "槐荫路1号"},
)


@pytest.mark.parametrize("said", SAID)
def test_it_is_asked_about_by_its_name(client: Client, said: dict[str, str]) -> None:
    page = client.post(REPORT, a_report(**NO_POINT | said)).content.decode()
    assert QUESTION in page
    committee = OrgUnit.objects.get(code=CODES[town.HUAIYIN])
    assert f'value="unit:{committee.pk}"' in page
    sent = client.post(REPORT, typed_on(page) | {"about": f"unit:{committee.pk}"})
    assert sent.status_code == 303


@pytest.mark.parametrize("said", SAID)
def test_unanswered_it_is_kept_from_that_committee_alone(
    client: Client, said: dict[str, str]
) -> None:
    issue = the_issue(hand_in(client, **NO_POINT | said))
    assert [asked.name for asked in asked_of(issue.hints)] == ["槐荫社区居委会"]
    assert issue.hinted_ids == [OrgUnit.objects.get(code=CODES[town.HUAIYIN]).pk]


def test_where_no_community_is_said_a_bare_word_means_nobody(client: Client) -> None:
    words = {"words": "居委会的人不开证明", "place_words": "大门口"}
    assert client.post(REPORT, a_report(**NO_POINT | words)).status_code == 303


def test_an_address_with_the_committee_in_it_is_no_complaint(client: Client) -> None:
    where = {"words": "垃圾满了", "place_words": "槐荫社区居委会门口"}
    issue = the_issue(hand_in(client, **NO_POINT | where))
    assert issue.hints == []
