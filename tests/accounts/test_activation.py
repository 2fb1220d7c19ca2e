"""A code on paper: a password of one's own, then a second factor of one's own."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from qijie.access.scope import scope
from qijie.accounts import demo
from qijie.accounts.actions import life
from qijie.accounts.models import AccountChange, ActivationCode, User
from qijie.records.models import AccessEntry
from tests import town
from tests.accounts.people import (
    ACTIVATE,
    CODE,
    ENROL,
    NEW_PASSWORD,
    OFFICE,
    code_of,
    enrol,
    half_a_minute_later,
    paper_code,
    secret_on,
    sign_in,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WRONG = "用户名或激活码不对，或激活码已用过、已过期"


def activated(username: str, code: str, password: str = NEW_PASSWORD, client: Client | None = None):
    client = client or Client()
    typed = {"username": username, "activation_code": code}
    answer = client.post(ACTIVATE, typed | {"password1": password, "password2": password})
    answer.client = client
    return answer


def test_the_code_sets_a_password_and_signs_in() -> None:
    User.objects.filter(username="chen").update(password=make_password(None))
    assert sign_in("chen").status_code == 200
    answer = activated("chen", paper_code("chen"))
    assert answer["Location"] == "/home/"
    assert answer.client.get("/field/").status_code == 200
    assert sign_in("chen", NEW_PASSWORD).status_code == 302


def test_the_code_is_typed_as_people_type_and_kept_as_a_digest() -> None:
    code = paper_code("chen")
    assert code.encode() not in bytes(ActivationCode.objects.get().digest)
    assert activated(" Chen", code.lower().replace("-", " ")).status_code == 302


def test_a_code_sets_one_password() -> None:
    code = paper_code("chen")
    activated("chen", code)
    assert WRONG in activated("chen", code, "another-word-of-mine-8").content.decode()
    assert check_password(NEW_PASSWORD, town.user("chen").password)


def test_a_new_code_voids_the_one_before() -> None:
    old = paper_code("chen")
    new = paper_code("chen")
    assert WRONG in activated("chen", old).content.decode()
    assert activated("chen", new).status_code == 302


def test_a_code_is_good_for_a_fortnight() -> None:
    code = paper_code("chen")
    ActivationCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert WRONG in activated("chen", code).content.decode()


def test_wrong_codes_are_answered_alike_and_get_slower() -> None:
    paper_code("chen")
    known = [activated("chen", "AAAA-BBBB-CCCC-DDDD") for _ in range(6)]
    unknown = [activated("nope", "AAAA-BBBB-CCCC-DDDD") for _ in range(6)]
    assert [one.status_code for one in known] == [200] * 5 + [429]
    assert [one.status_code for one in unknown] == [200] * 5 + [429]
    assert [len(one.content) for one in known] == [len(one.content) for one in unknown]
    assert sign_in("chen").status_code == 302


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short-9", "10"),
        ("1234567890123", "数字"),
        ("password1234", "常见"),
        (demo.PASSWORD, "演示"),
    ],
)
def test_a_weak_password_costs_no_try_and_keeps_the_code(password: str, sentence: str) -> None:
    code = paper_code("chen")
    for _ in range(7):
        shown = activated("chen", code, password).content.decode()
    assert sentence in shown
    assert activated("chen", code).status_code == 302


def test_the_code_of_a_disabled_account_opens_nothing() -> None:
    code = paper_code("chen")
    life.disable(town.user("chen"), by=OFFICE, at=timezone.now())
    assert WRONG in activated("chen", code).content.decode()


def test_setting_a_password_ends_the_sessions_of_the_old_one() -> None:
    old = signed_in("chen")
    activated("chen", paper_code("chen"))
    assert old.get("/field/").status_code == 302


def test_who_has_a_second_factor_is_still_asked_for_it() -> None:
    secret = enrol(signed_in("wang"))
    answer = activated("wang", paper_code("wang"))
    assert answer["Location"] == CODE
    assert answer.client.get("/console/").status_code == 302
    assert answer.client.post(CODE, {"code": code_of(secret)}).status_code == 302
    assert answer.client.get("/console/").status_code == 200


def test_the_first_to_know_a_password_does_not_own_the_second_factor(settings: Settings) -> None:
    settings.MFA_REQUIRED = True
    thief = signed_in("wang")
    assert thief.get("/console/")["Location"] == f"{ENROL}?required=yes"
    thief.post("/account/reauthenticate/", {"password": town.PASSWORD})
    secret = secret_on(thief.get(ENROL).content.decode())
    shown = thief.post(ENROL, {"code": code_of(secret)}).content.decode()
    assert "请填写激活码；没有就向安全管理员领。" in shown
    typed = {"code": code_of(secret), "activation_code": "AAAA-BBBB-CCCC-DDDD"}
    assert WRONG in thief.post(ENROL, typed).content.decode()
    assert thief.get("/console/").status_code == 302


def test_from_the_paper_to_work_in_one_go(settings: Settings) -> None:
    settings.MFA_REQUIRED = True
    client = activated("wang", paper_code("wang")).client
    assert client.get("/console/")["Location"] == f"{ENROL}?required=yes"
    shown = client.get(f"{ENROL}?required=yes").content.decode()
    assert "须启用二次验证才能工作" in shown
    assert 'name="activation_code"' not in shown
    assert client.post(ENROL, {"code": code_of(secret_on(shown))}).status_code == 302
    assert client.get("/console/").status_code == 200
    assert not ActivationCode.objects.exists()


def test_the_code_of_enrolling_does_not_sign_in_within_its_half_minute() -> None:
    client = activated("wang", paper_code("wang")).client
    code = code_of(secret := secret_on(client.get(ENROL).content.decode()))
    client.post(ENROL, {"code": code})
    thief = sign_in("wang", NEW_PASSWORD).client
    assert "验证码不对" in thief.post(CODE, {"code": code}).content.decode()
    half_a_minute_later()
    assert thief.post(CODE, {"code": code_of(secret)}).status_code == 302


def test_a_new_factor_ends_the_sessions_begun_without_it() -> None:
    thief = signed_in("wang")
    owner = signed_in("wang")
    enrol(owner)
    assert owner.get("/console/").status_code == 200
    assert thief.get("/console/").status_code == 302


def test_a_password_alone_does_not_take_the_factor_away() -> None:
    secret = enrol(signed_in("wang"))
    client = sign_in("wang").client
    client.post(CODE, {"code": code_of(secret)})
    half_a_minute_later()
    answer = client.post("/account/reauthenticate/", {"password": town.PASSWORD})
    assert answer["Location"].startswith("/account/mfa/reauthenticate/")
    client.post("/account/mfa/totp/deactivate/")
    assert town.user("wang").authenticator_set.exists()


def test_the_owner_is_told_and_the_auditor_can_read_it() -> None:
    paper_code("wang")
    enrol(signed_in("wang"))
    changes = list(AccountChange.objects.values_list("what", "by"))
    assert ("启用了二次验证", "本人") in changes
    assert ("发了新的激活码", "安全管理员") in changes
    with scope(town.viewer("deng")):
        told = AccessEntry.objects.filter(kind="changed", subject="wang")
        assert any("启用了二次验证" in entry.purpose for entry in told)


def test_a_change_is_told_at_the_next_sign_in_once() -> None:
    paper_code("chen")
    shown = signed_in("chen").get("/field/").content.decode()
    assert "安全管理员发了新的激活码。不是您办的，请马上告诉安全管理员。" in shown
    assert "发了新的激活码" not in signed_in("chen").get("/field/").content.decode()


def test_a_lost_factor_is_reset_with_a_new_code() -> None:
    owner = signed_in("wang")
    enrol(owner)
    code = life.reset_second_factor(town.user("wang"), by=OFFICE, at=timezone.now())
    assert owner.get("/console/").status_code == 302
    assert activated("wang", code).client.get("/console/").status_code == 200


def test_a_disabled_person_is_out_at_the_next_page() -> None:
    client = signed_in("chen")
    life.disable(town.user("chen"), by=OFFICE, at=timezone.now())
    assert client.get("/field/").status_code == 302
    life.enable(town.user("chen"), by=OFFICE, at=timezone.now())
    assert sign_in("chen").status_code == 302


# Own password


def changed(client: Client, old: str, new: str, again: str | None = None):
    typed = {"oldpassword": old, "password1": new, "password2": again or new}
    return client.post("/account/password/", typed)


def test_one_changes_ones_own_password_and_other_sessions_end() -> None:
    client, other = signed_in("chen"), signed_in("chen")
    assert "改密码" in client.get("/account/password/").content.decode()
    assert changed(client, town.PASSWORD, NEW_PASSWORD)["Location"] == "/account/mfa/"
    assert client.get("/field/").status_code == 200
    assert other.get("/field/").status_code == 302
    assert sign_in("chen", NEW_PASSWORD).status_code == 302
    assert "本人改了密码" in client.get("/account/mfa/").content.decode()


def test_the_old_password_is_not_guessed_on_that_page() -> None:
    client = signed_in("chen")
    for _ in range(5):
        assert "现在的密码不对" in changed(client, "wrong", NEW_PASSWORD).content.decode()
    assert "这一次没有核对" in changed(client, town.PASSWORD, NEW_PASSWORD).content.decode()
    assert check_password(town.PASSWORD, town.user("chen").password)


def test_two_new_passwords_that_differ_are_said_so() -> None:
    shown = changed(signed_in("chen"), town.PASSWORD, NEW_PASSWORD, "other-word-9").content.decode()
    assert "两遍新密码不一样" in shown


# Left alone


def test_a_desk_left_alone_is_signed_out(settings: Settings) -> None:
    client = signed_in("chen")
    client.get("/field/")
    session = client.session
    session["qijie.seen"] -= settings.IDLE_MINUTES * 60 - 5
    session.save()
    assert client.get("/field/", headers={"HX-Request": "true"}).status_code == 200
    session = client.session
    session["qijie.seen"] -= 10
    session.save()
    assert client.get("/field/").status_code == 302
    assert "没有操作" in client.get("/account/login/").content.decode()


def test_nobody_stays_signed_in_for_longer_than_twelve_hours(settings: Settings) -> None:
    client = signed_in("chen")
    session = client.session
    session["qijie.began"] -= settings.SESSION_COOKIE_AGE + 1
    session.save()
    assert client.get("/field/").status_code == 302
    assert "已满 12 小时" in client.get("/account/login/").content.decode()
