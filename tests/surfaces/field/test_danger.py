"""A worker who reports danger reads what to do and whom to call, on the form and on the receipt."""

import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from qijie.access.scope import scope
from qijie.issues import actions
from qijie.issues.models import Category
from qijie.issues.rules.vocabulary import Urgency
from qijie.kernel.codes import Level
from qijie.teams.models import OrgUnit
from tests import town
from tests.surfaces.field import acts
from tests.surfaces.field.test_report import all_matters

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

REPORT = "/field/report/"
FIRE, GAS = "三楼着火了，烟很大", "3栋楼道里煤气味很大，有人头晕"


@pytest.fixture(scope="module", autouse=True)
def kinds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Two kinds of danger as the shipped catalogue has them."""
    shown = Category.objects.using("owner")
    with django_db_blocker.unblock():
        for code, name, keywords in (
            ("hazard-gas", "燃气安全", []),
            ("matter-0595", "突发事件", ["突发", "险情"]),
        ):
            shown.create(
                code=code,
                family="hazard",
                name=name,
                plain_name=name,
                keywords=keywords,
                is_urgent=True,
                source="town",
                position=900,
            )
        yield
        shown.filter(pk__in=["hazard-gas", "matter-0595"]).delete()


def hand_in(client: Client, **typed: str) -> HttpResponse:
    client.force_login(town.user("chen"))
    return client.post(REPORT, {"path": town.GRID_1, **typed}, follow=True)


def main_of(answer: HttpResponse) -> str:
    return answer.content.decode().split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(("words", "kind"), [(FIRE, "突发事件"), (GAS, "燃气安全")])
def test_the_form_says_what_to_do_and_what_kind_it_may_be(
    client: Client, words: str, kind: str
) -> None:
    answer = hand_in(client, words=words)
    page = main_of(answer)
    assert 'href="tel:119"' in page
    assert "现在先这样做" in page
    assert f"写的像是“{kind}”" in page
    assert re.search(r'type="radio" name="category" value="([^"]+)"', page)
    assert answer.context["form"].fields["category"].widget.choices[0][1] == kind
    assert all_matters() == []


@pytest.mark.parametrize("said", [{"danger": "yes"}, {"urgent": "on"}])
def test_the_receipt_says_it_again_and_so_does_the_matters_page_while_it_is_danger(
    client: Client, said: dict[str, str]
) -> None:
    answer = hand_in(client, words=FIRE, **said)
    assert 'href="tel:119"' in main_of(answer)
    assert "现在先这样做" in main_of(answer)
    (issue,) = all_matters()
    later = client.get(f"/field/matters/{issue.pk}/")
    assert "现在先这样做" in main_of(later)
    assert 'href="tel:119"' in main_of(later)


def test_an_urgent_matter_of_no_known_danger_names_the_numbers(client: Client) -> None:
    page = main_of(hand_in(client, words="请马上来人", urgent="on"))
    assert all(f'href="tel:{number}"' in page for number in (110, 119, 120))
    assert 'href="tel:119"' not in main_of(hand_in(client, words="路灯不亮"))


def test_a_clock_of_the_matter_and_its_order_is_told_once(client: Client) -> None:
    case = acts.reported("有人困在电梯里", urgency=Urgency.URGENT, category=town.LAMP)
    unit = OrgUnit.objects.get(code=town.SANITATION)
    desk = acts.viewer("wang")
    with scope(desk):
        actions.direct_urgent(
            case, by=desk, at=timezone.now(), unit_id=unit.pk, unit_level=Level(unit.level)
        )
    client.force_login(town.user("sun"))
    clocks = client.get(f"/field/matters/{case}/").context["clocks"]
    assert len({clock["label"] for clock in clocks}) == len(clocks)


def test_danger_in_a_complaint_about_staff_is_answered_with_what_to_do(client: Client) -> None:
    answer = hand_in(client, words=FIRE, danger="yes", about="somebody")
    assert answer.redirect_chain[-1][0].startswith("/field/?reported=yes&danger=")
    assert 'data-draft-done="field-report"' in main_of(answer)
    assert "现在先这样做" in main_of(answer)
    assert 'href="tel:119"' in main_of(answer)


def test_no_danger_after_all_and_nothing_alarms(client: Client) -> None:
    assert "现在先这样做" not in main_of(hand_in(client, words=FIRE, danger="no"))


def test_the_desk_that_writes_down_a_call_reads_it_too(client: Client) -> None:
    client.force_login(town.user("wang"))
    answer = client.post("/console/report/", {"channel": "hotline", "words": FIRE})
    assert answer.status_code == 422
    assert "现在先这样做" in main_of(answer)
