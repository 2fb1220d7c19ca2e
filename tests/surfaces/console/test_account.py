"""What the security administrator does for one person's account."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from qijie.teams.models import Post
from tests import town
from tests.accounts.people import enrol, sign_in, signed_in
from tests.accounts.test_activation import activated
from tests.surfaces.console import acts
from tests.surfaces.console.test_reveal import code_of, with_factor

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def address(username: str = "wang") -> str:
    return reverse("console:account", args=[town.user(username).pk])


def done(client: Client, act: str, username: str = "wang", **typed: str):
    client.force_login(town.user("cao"))
    return client.post(address(username), {"act": act, **typed})


def paper_on(page: str) -> str:
    found = re.search(r"\b([2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){3})\b", page)
    assert found is not None, page
    return found[1]


def test_somebody_who_forgot_the_password_is_given_a_code(client: Client) -> None:
    client.force_login(town.user("cao"))
    assert "请先核对来人就是本人" in client.get(f"{address()}?act=activation_code").content.decode()
    shown = done(client, "activation_code")
    assert "no-store" in shown["Cache-Control"]
    code = paper_on(shown.content.decode())
    assert code not in acts.page(client, "cao", address())
    assert activated("wang", code).client.get("/console/").status_code == 200
    [entry] = [one for one in acts.access_entries("changed") if "激活码（安" in one.purpose]
    assert entry.user_id == town.user("cao").pk
    assert entry.subject == "wang"


def test_a_lost_factor_is_taken_away_and_a_code_given(client: Client) -> None:
    enrol(signed_in("wang"))
    shown = done(client, "reset_second_factor").content.decode()
    assert not town.user("wang").authenticator_set.exists()
    assert activated("wang", paper_on(shown)).status_code == 302


def test_somebody_who_left_is_out_at_once_and_may_be_let_in_again(client: Client) -> None:
    hers = signed_in("wang")
    assert done(client, "disable").status_code == 200
    assert hers.get("/console/").status_code == 302
    assert "已停用" in acts.page(client, "cao", address())
    assert done(client, "activation_code").status_code == 422
    done(client, "enable")
    assert sign_in("wang").status_code == 302


@pytest.mark.parametrize(("who", "sentence"), [("cao", "另一位安全管理员"), ("deng", "互不经手")])
def test_nobody_resets_oneself_or_another_administrator(
    client: Client, who: str, sentence: str
) -> None:
    shown = done(client, "activation_code", who)
    assert shown.status_code == 422
    assert sentence in shown.content.decode()
    assert not hasattr(town.user(who), "activation_code")


def test_whoever_serves_elsewhere_too_is_not_there(client: Client) -> None:
    Post.objects.filter(code="security").update(path=town.STREET)
    assert acts.status(client, "cao", address("wang")) == 200
    assert acts.status(client, "cao", address("qian")) == 404
    Post.objects.filter(code="desk").update(path=town.NEXT_COMMUNITY)
    assert acts.status(client, "cao", address("wang")) == 404


def test_the_administrators_own_factor_is_asked_again(client: Client) -> None:
    secret = with_factor("cao")
    assert "请输入验证码" in done(client, "activation_code").content.decode()
    assert not hasattr(town.user("wang"), "activation_code")
    paper_on(done(client, "activation_code", code=code_of(secret)).content.decode())


@pytest.mark.parametrize("username", ["wang", "wu", "han", "deng", "qian"])
def test_nobody_else_finds_the_page(client: Client, username: str) -> None:
    assert acts.status(client, username, address()) == 404


def test_an_unknown_act_changes_nothing(client: Client) -> None:
    assert done(client, "promote").status_code == 422
    assert acts.access_entries("changed") == []
