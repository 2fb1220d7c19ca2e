import pytest
from django.test import Client
from pytest_django import Settings

from tests import town

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


def sign_in(client: Client, username: str, password: str = town.PASSWORD, **more: str):
    typed = {"login": username, "password": password}
    return client.post(LOGIN, typed, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("username", "lands_on"),
    [
        ("chen", "/field/"),
        ("sun", "/field/"),
        ("wang", "/console/"),
        ("han", "/console/territory/"),
    ],
)
def test_signing_in_leads_to_the_work_of_the_post(
    client: Client, username: str, lands_on: str
) -> None:
    assert sign_in(client, username)["Location"] == "/home/"
    if lands_on == "/field/":
        assert client.get("/home/")["Location"] == lands_on


def test_the_page_wanted_is_shown_after_signing_in(client: Client) -> None:
    answer = client.get("/field/me/")
    shown = client.get(answer["Location"]).content.decode()
    assert 'name="next" value="/field/me/"' in shown
    typed = {"login": "chen", "password": town.PASSWORD, "next": "/field/me/"}
    assert client.post(LOGIN, typed)["Location"] == "/field/me/"


def test_another_host_is_never_the_page_wanted(client: Client) -> None:
    typed = {"login": "chen", "password": town.PASSWORD, "next": "//example.org/"}
    assert client.post(LOGIN, typed)["Location"] == "/home/"


@pytest.mark.parametrize(
    ("username", "password"), [("chen", "wrong-password"), ("nobody-of-this-name", "whatever-7")]
)
def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(
    client: Client, username: str, password: str
) -> None:
    shown = sign_in(client, username, password).content.decode()
    assert "用户名或密码不对，请核对后再试；忘记密码请找安全管理员领激活码。" in shown
    assert f'value="{username}"' in shown
    assert password not in shown


def test_empty_fields_are_named(client: Client) -> None:
    shown = sign_in(client, "", "").content.decode()
    assert "请填写用户名。" in shown
    assert "请填写密码。" in shown


def test_an_account_closed_to_sign_in_stays_out(client: Client) -> None:
    user = town.user("chen")
    user.is_active = False
    user.save(update_fields=["is_active"])
    shown = client.get(sign_in(client, "chen")["Location"]).content.decode()
    assert "这个账号已停用，请联系安全管理员。" in shown
    assert "_auth_user_id" not in client.session


def test_signing_out_forgets_who_it_was(client: Client) -> None:
    sign_in(client, "chen")
    assert "退出登录？" in client.get("/account/logout/").content.decode()
    assert client.post("/account/logout/")["Location"] == LOGIN
    assert client.get("/field/").status_code == 302


def test_a_look_at_the_sign_out_page_signs_nobody_out(client: Client) -> None:
    sign_in(client, "chen")
    client.get("/account/logout/")
    assert client.get("/field/").status_code == 200


def test_the_page_says_where_demo_accounts_are_printed_and_lists_none(
    client: Client, settings: Settings
) -> None:
    settings.DEMO = True
    shown = client.get(LOGIN).content.decode()
    assert "make demo" in shown
    assert not any(name in shown for name in ("chen", "陈静", town.PASSWORD))
    settings.DEMO = False
    assert "make demo" not in client.get(LOGIN).content.decode()


@pytest.mark.parametrize("path", ["/account/signup/", "/account/password/reset/", "/account/"])
def test_nobody_signs_up_or_resets_by_mail(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_form_from_elsewhere_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, "chen").status_code == 403
