"""Showing a reporter's contact: a reason, the second factor once more, then the number."""

from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from qijie.access.permissions import ADOPT_GRIDS, SEE_REPORTER, needs_second_factor, roles_that_may
from tests import town
from tests.accounts.people import ENROL, code_of
from tests.surfaces.console import acts

pytestmark = pytest.mark.django_db
PHONE = "13912345678"


@pytest.fixture
def issue_id() -> UUID:
    return acts.reported("楼道灯坏了", phone=PHONE)


def with_factor(username: str = "wang") -> str:
    secret = generate_totp_secret()
    TOTP.activate(town.user(username), secret)
    cache.clear()
    return secret


def asked(client: Client, issue_id: UUID, **typed: str):
    return client.post(f"/console/matters/{issue_id}/reporter/", typed)


def test_the_code_is_asked_again_and_what_was_typed_stays(client: Client, issue_id: UUID) -> None:
    secret = with_factor()
    client.force_login(town.user("wang"))
    shown = asked(client, issue_id, purpose="回访").content.decode()
    assert "请输入验证码。" in shown
    assert 'value="回访"' in shown
    assert PHONE not in shown
    wrong = asked(client, issue_id, purpose="回访", code="000000").content.decode()
    assert "验证码不对" in wrong
    assert PHONE not in wrong
    assert PHONE in asked(client, issue_id, purpose="回访", code=code_of(secret)).content.decode()
    assert len(acts.access_entries("reveal")) == 1


def test_a_missing_reason_does_not_use_up_the_code(client: Client, issue_id: UUID) -> None:
    secret = with_factor()
    client.force_login(town.user("wang"))
    code = code_of(secret)
    assert "请填写查看事由" in asked(client, issue_id, purpose="", code=code).content.decode()
    assert PHONE in asked(client, issue_id, purpose="回访", code=code).content.decode()


def test_for_ten_minutes_a_reason_is_enough(client: Client, issue_id: UUID) -> None:
    secret = with_factor()
    client.force_login(town.user("wang"))
    asked(client, issue_id, purpose="回访", code=code_of(secret))
    assert PHONE in asked(client, issue_id, purpose="再核对").content.decode()
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 601
    session.save()
    assert PHONE not in asked(client, issue_id, purpose="再核对").content.decode()


@pytest.mark.parametrize("username", ["wang", "zhou", "wu"])
def test_whoever_may_reveal_needs_a_second_factor(
    client: Client, settings: Settings, issue_id: UUID, username: str
) -> None:
    settings.MFA_REQUIRED = True
    client.force_login(town.user(username))
    answer = asked(client, issue_id, purpose="回访")
    assert answer["Location"] == f"{ENROL}?required=yes"
    assert not Authenticator.objects.exists()


def test_the_need_follows_from_what_a_post_may_do() -> None:
    weighty = roles_that_may(SEE_REPORTER) | roles_that_may(ADOPT_GRIDS)
    people = ("chen", "wang", "zhao", "sun", "zhou", "wu", "xu")
    viewers = [town.viewer(name) for name in people]
    assert all(needs_second_factor(one) for one in viewers if one.roles & weighty)
    assert not needs_second_factor(town.viewer("chen"))


def test_in_the_demo_it_is_shown_and_not_asked(
    client: Client, settings: Settings, issue_id: UUID
) -> None:
    settings.DEMO, settings.MFA_REQUIRED = True, False
    client.force_login(town.user("wang"))
    shown = client.get(f"/console/matters/{issue_id}/reporter/").content.decode()
    assert "正式使用时，这里还要输一次二次验证的数字" in shown
    assert PHONE in asked(client, issue_id, purpose="回访").content.decode()
