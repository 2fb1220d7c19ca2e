"""Sent straight: the words propose the kind, the list the unit for that kind."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from qijie.issues.models import Category, Responsibility
from qijie.issues.rules.vocabulary import Urgency
from qijie.teams.models import OrgUnit
from tests import town
from tests.surfaces.console import acts
from tests.surfaces.field.test_urgent import said
from tests.surfaces.portal.resident import hand_in, id_of, the_issue

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FIRE, EMERGENCY = "三楼着火了，烟很大", "matter-0595"


@pytest.fixture(scope="module", autouse=True)
def lines(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Lines of whole families, and the kind of any emergency, as the shipped lists have them."""
    lists, kinds = (model.objects.using("owner") for model in (Responsibility, Category))
    with django_db_blocker.unblock():
        for family, unit_kind in (("city_management", "sanitation"), ("hazard", "sanitation")):
            lists.create(
                code=family, family=family, main_unit_kind=unit_kind, level=3, source="town"
            )
        kinds.create(
            code=EMERGENCY,
            family="hazard",
            name="其他突发事件",
            plain_name="其他突发事件",
            keywords=["险情"],
            is_urgent=True,
            source="town",
        )
        yield
        lists.filter(pk__in=["city_management", "hazard"]).delete()
        kinds.filter(pk=EMERGENCY).delete()


def url(issue_id: object) -> str:
    return f"/console/matters/{issue_id}/direct_urgent/"


def test_without_a_kind_no_unit_is_said_to_be_by_the_list(client: Client) -> None:
    case = acts.reported("有人在这里，请快来", urgency=Urgency.URGENT, category="")
    client.force_login(town.user("wang"))
    page = client.get(url(case))
    assert page.context["form"]["unit"].value() is None
    assert "按权责清单建议" not in page.content.decode()


def test_words_of_danger_propose_the_kind_and_with_it_the_unit(client: Client) -> None:
    case = acts.reported(FIRE, urgency=Urgency.URGENT, category="")
    client.force_login(town.user("wang"))
    page = client.get(url(case))
    assert page.context["form"]["category"].value() == EMERGENCY
    assert "写的像是“其他突发事件”" in page.content.decode()
    assert "按权责清单建议：青石环卫所" in page.content.decode()


def test_a_kind_chosen_in_the_form_brings_the_unit_of_its_line(client: Client) -> None:
    case = acts.reported("有人在这里，请快来", urgency=Urgency.URGENT, category="")
    client.force_login(town.user("wang"))
    typed = {"category": town.RUBBISH, "unit": "", "words": "", "order": ""}
    page = client.post(url(case), {**typed, "seen": acts.seen(case).version})
    unit = OrgUnit.objects.get(code=town.SANITATION)
    assert acts.seen(case).state == "reported"
    assert "请核对，再按一次“紧急直派”" in page.content.decode()
    assert page.context["form"]["unit"].value() == str(unit.pk)
    typed["unit"] = page.context["form"]["unit"].value()
    client.post(url(case), {**typed, "seen": acts.seen(case).version})
    assert acts.seen(case).state == "dispatched"


def test_a_fire_that_no_kind_is_named_for_alarms_the_grids_worker_too(client: Client) -> None:
    token = hand_in(client, words=FIRE, danger="yes", category="")
    assert the_issue(token).category_id == EMERGENCY
    assert str(id_of(token)) in said(client, "chen")


@pytest.mark.parametrize(("urgency", "look"), [("normal", "plain"), ("urgent", "primary")])
def test_it_is_the_main_button_of_danger_alone(client: Client, urgency: str, look: str) -> None:
    case = acts.reported("路灯不亮", urgency=Urgency(urgency), category=town.LAMP)
    client.force_login(town.user("wang"))
    shown = client.get(f"/console/matters/{case}/").context["actions"]
    assert [one["look"] for one in shown if one["name"] == "direct_urgent"] == [look]
