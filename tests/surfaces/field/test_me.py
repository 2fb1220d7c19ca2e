import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from qijie.teams.models import OrgUnit, Post
from tests import town

pytestmark = pytest.mark.django_db


def page(client: Client, username: str) -> str:
    client.force_login(town.user(username))
    return client.get("/field/me/").content.decode()


def test_it_names_me_my_posts_and_since_when(client: Client) -> None:
    shown = page(client, "chen")
    assert "陈静" in shown
    assert "槐荫社区第一网格网格员" in shown
    assert "2026年1月1日起" in shown


def test_colleagues_and_offices_of_my_place_can_be_called(client: Client) -> None:
    Post.objects.filter(code="lead").update(duty_phone="02785550001")
    Post.objects.filter(code="worker-3").update(duty_phone="02785550003")
    OrgUnit.objects.filter(code=town.PROPERTY).update(duty_phone="02785550002")
    shown = page(client, "chen")
    assert 'href="tel:02785550001"' in shown
    assert "宋佳" in shown
    assert 'href="tel:02785550002"' in shown
    assert "02785550003" not in shown


def test_it_leads_to_the_second_step_and_out(client: Client) -> None:
    shown = page(client, "han")
    assert 'href="/account/mfa/"' in shown
    assert 'action="/account/logout/"' in shown


def test_it_shows_nothing_of_how_much_anybody_did(client: Client) -> None:
    shown = page(client, "chen")
    assert not any(word in shown for word in ("排名", "打卡", "积分"))


def test_the_page_costs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(town.user("chen"))
    with django_assert_max_num_queries(10 + 2):
        client.get("/field/me/")
