"""Rights change hands after a second press, and what was planned can be taken back."""

import re

import pytest
from django.test import Client

from qijie.teams.models import Holding
from tests import town
from tests.surfaces.console import acts
from tests.surfaces.console.test_posts import address, day, handed_over, holdings, stood_in

pytestmark = pytest.mark.django_db


def newest() -> Holding:
    return Holding.objects.filter(post__code="desk").latest("pk")


def ended(client: Client, holding: Holding):
    client.force_login(town.user("cao"))
    return client.post(address(), {"act": "end", "holding": holding.pk, "confirmed": "yes"})


def test_a_hand_over_is_shown_before_it_is_done_and_nothing_is_typed_twice(client: Client) -> None:
    client.force_login(town.user("cao"))
    before = holdings()
    typed = {"act": "hand_over", "hand_over-username": "liu", "hand_over-from_on": str(day(7))}
    shown = client.post(address(), typed).content.decode()
    assert f"自 {day(7)} 起由刘洋（liu）任职，现任者任到前一天。" in shown
    assert holdings() == before
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    assert client.post(address(), hidden | {"confirmed": "yes"}).status_code == 302
    assert len(holdings()) == len(before) + 1


def test_a_planned_hand_over_is_taken_back_and_the_holder_stays(client: Client) -> None:
    before = holdings()
    handed_over(client)
    assert ended(client, newest()).status_code == 302
    assert holdings() == before
    purposes = [entry.purpose for entry in acts.access_entries("changed")]
    assert any(purpose.startswith("取消：刘洋") for purpose in purposes)


def test_of_two_planned_hand_overs_the_last_goes_first(client: Client) -> None:
    handed_over(client)
    first = newest()
    handed_over(client, "sun", day(9))
    assert "请先取消最后那一次" in ended(client, first).content.decode()
    ended(client, newest())
    assert ended(client, first).status_code == 302


def test_a_stand_in_that_has_not_begun_is_taken_back(client: Client) -> None:
    before = holdings()
    stood_in(client)
    ended(client, newest())
    assert holdings() == before


def test_a_stand_in_ends_early_and_its_rights_with_it(client: Client) -> None:
    stood_in(client, from_on=day(0))
    Holding.objects.filter(pk=newest().pk).update(from_on=day(-3))
    assert town.user("liu").holdings.filter(to_on__gt=day(0)).exists()
    assert "提前结束" in acts.page(client, "cao", address())
    assert ended(client, newest()).status_code == 302
    assert newest().to_on == day(0)


def test_a_day_of_standing_in_that_has_begun_stays_in_the_record(client: Client) -> None:
    stood_in(client, from_on=day(0))
    ended(client, newest())
    assert newest().to_on == day(1)


def test_a_main_holder_leaves_by_a_hand_over_only(client: Client) -> None:
    main = Holding.objects.get(post__code="desk")
    assert "请办理交接" in ended(client, main).content.decode()
    assert Holding.objects.get(pk=main.pk).to_on is None


def test_the_holding_of_another_post_is_not_ended_here(client: Client) -> None:
    other = Holding.objects.get(post__code="dispatcher")
    assert "这条任职已不在" in ended(client, other).content.decode()
