"""Doing at sign-in's pages what a person does there."""

import re

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from qijie.access.viewer import SYSTEM
from qijie.accounts.actions import life
from qijie.accounts.actions.life import Doer
from tests import town

LOGIN, ACTIVATE = "/account/login/", "/account/activate/"
ENROL, CODE, CODES = (
    "/account/mfa/totp/activate/",
    "/account/mfa/authenticate/",
    "/account/mfa/recovery-codes/",
)
NEW_PASSWORD = "a-word-of-my-own-9"
OFFICE = Doer("安全管理员", SYSTEM)


def sign_in(
    username: str = "wang",
    password: str = town.PASSWORD,
    client: Client | None = None,
    at: str = "",
):
    """The answer; its `client` is who came."""
    client = client or Client()
    where = {"REMOTE_ADDR": at} if at else {}
    answer = client.post(LOGIN, {"login": username, "password": password}, **where)
    answer.client = client
    return answer


def signed_in(username: str = "wang") -> Client:
    return sign_in(username).client


def paper_code(username: str = "wang") -> str:
    return life.issue_code(town.user(username), by=OFFICE, at=timezone.now())


def prove(client: Client) -> Client:
    """Types the password once more, which safety settings ask for."""
    client.post("/account/reauthenticate/", {"password": town.PASSWORD})
    return client


def secret_on(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7]{16,})</code>", page)
    assert found is not None, page
    return found[1]


def code_of(secret: str) -> str:
    """What the app on the phone shows now: the first that is taken is the one about to lapse."""
    counters = list(yield_hotp_counters_from_time())
    counter = counters[len(counters) // 2]
    return format_hotp_value(hotp_value(secret, counter))


def enrol(client: Client, username: str = "wang") -> str:
    """Goes through the page as a person does; returns the secret."""
    paper = paper_code(username)
    prove(client)
    secret = secret_on(client.get(ENROL).content.decode())
    answer = client.post(ENROL, {"code": code_of(secret), "activation_code": paper})
    assert answer["Location"] == CODES
    half_a_minute_later()
    return secret


def half_a_minute_later() -> None:
    """A code that was used is remembered as long as the phone shows it."""
    cache.clear()
