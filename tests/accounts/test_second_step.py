import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from qijie.teams.models import Post
from tests import town
from tests.accounts.people import CODES, code_of, enrol, prove, signed_in
from tests.accounts.people import ENROL as ACTIVATE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _no_code_was_used_before() -> None:
    cache.clear()


def test_setting_up_shows_a_picture_a_secret_and_then_the_recovery_codes() -> None:
    client = prove(signed_in())
    shown = client.get(ACTIVATE).content.decode()
    assert "<svg" in shown.split('class="qr"')[1]
    assert "data:" not in shown
    enrol(client)
    shown = client.get(CODES).content.decode()
    assert len(re.findall(r"<li><code>\w+</code>", shown)) == 10
    assert "已启用" in client.get("/account/mfa/").content.decode()


def test_a_wrong_code_sets_nothing_up_and_says_what_to_type() -> None:
    client = prove(signed_in())
    client.get(ACTIVATE)
    shown = client.post(ACTIVATE, {"code": "000000"}).content.decode()
    assert "验证码不对或已过期，请输入验证器上现在显示的 6 位数字。" in shown
    assert not Authenticator.objects.exists()


def test_signing_in_then_asks_for_the_code() -> None:
    secret = enrol(signed_in())
    client = signed_in()
    assert client.get("/field/me/").status_code == 302
    assert "二次验证" in client.get("/account/mfa/authenticate/").content.decode()
    wrong = client.post("/account/mfa/authenticate/", {"code": "000000"})
    assert "验证码不对" in wrong.content.decode()
    right = client.post("/account/mfa/authenticate/", {"code": code_of(secret)})
    assert right["Location"] == "/home/"
    assert client.get("/field/me/").status_code == 200


def test_a_code_is_good_for_one_signed_in() -> None:
    secret = enrol(signed_in())
    code = code_of(secret)
    assert sign_in_with(code).status_code == 302
    assert sign_in_with(code).status_code == 200


def sign_in_with(code: str):
    return signed_in().post("/account/mfa/authenticate/", {"code": code})


def test_a_recovery_code_stands_in_once_for_a_lost_phone() -> None:
    client = signed_in()
    enrol(client)
    shown = client.get(CODES).content.decode()
    spare = re.findall(r"<li><code>(\w+)</code>", shown)[0]
    assert sign_in_with(spare).status_code == 302
    assert sign_in_with(spare).status_code == 200


def test_new_recovery_codes_void_the_old_ones() -> None:
    client = signed_in()
    enrol(client)
    old = re.findall(r"<li><code>(\w+)</code>", client.get(CODES).content.decode())
    assert "全部作废" in client.get(f"{CODES}generate/").content.decode()
    client.post(f"{CODES}generate/")
    new = re.findall(r"<li><code>(\w+)</code>", client.get(CODES).content.decode())
    assert not set(old) & set(new)
    assert new[0] in client.get(f"{CODES}download/").content.decode()


def test_switching_it_off_asks_first() -> None:
    client = signed_in()
    enrol(client)
    assert "停用二次验证？" in client.get("/account/mfa/totp/deactivate/").content.decode()
    assert Authenticator.objects.exists()
    client.post("/account/mfa/totp/deactivate/")
    assert not Authenticator.objects.exists()


def test_safety_settings_ask_for_the_password_once_more() -> None:
    client = signed_in()
    answer = client.get(ACTIVATE)
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert "请再输入一次密码" in client.get(answer["Location"]).content.decode()
    wrong = client.post(answer["Location"], {"password": "wrong"}).content.decode()
    assert "密码不对，请重新输入" in wrong
    right = client.post("/account/reauthenticate/", {"password": town.PASSWORD, "next": ACTIVATE})
    assert right["Location"] == ACTIVATE
    assert client.get(ACTIVATE).status_code == 200


def test_with_a_second_step_the_code_proves_it_too() -> None:
    secret = enrol(client := signed_in())
    assert "请再验证一次" in client.get("/account/mfa/reauthenticate/").content.decode()
    answer = client.post("/account/mfa/reauthenticate/", {"code": code_of(secret), "next": CODES})
    assert answer["Location"] == CODES


def test_where_it_is_required_a_post_that_asks_for_it_is_led_to_set_it_up(
    settings: Settings,
) -> None:
    settings.MFA_REQUIRED = True
    Post.objects.filter(code="worker-1").update(needs_mfa=True)
    client = signed_in("chen")
    assert client.get("/field/")["Location"] == f"{ACTIVATE}?required=yes"
    enrol(client, "chen")
    assert client.get("/field/").status_code == 200


def test_where_it_is_required_other_posts_go_on_without(settings: Settings) -> None:
    settings.MFA_REQUIRED = True
    assert signed_in("chen").get("/field/").status_code == 200


def test_in_the_demo_it_is_offered_and_not_required(settings: Settings) -> None:
    settings.MFA_REQUIRED = False
    Post.objects.filter(code="worker-1").update(needs_mfa=True)
    client = signed_in("chen")
    assert client.get("/field/").status_code == 200
    assert "现在启用" in client.get("/account/mfa/").content.decode()


@pytest.mark.parametrize(
    "path",
    ["", "totp/activate/", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/",
     "recovery-codes/download/", "reauthenticate/"],
)  # fmt: skip
def test_nobody_signed_in_sees_none_of_it(client: Client, path: str) -> None:
    answer = client.get(f"/account/mfa/{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/")


def test_one_account_never_shows_anothers_codes() -> None:
    enrol(signed_in("wang"))
    assert signed_in("zhao").get(CODES).status_code == 404
