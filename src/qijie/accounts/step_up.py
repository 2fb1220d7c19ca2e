"""Asking for the second factor again, and who may set up a first one."""

import time
from datetime import timedelta

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from qijie.accounts.forms import CodeAgainForm
from qijie.accounts.models import User

FRESH_FOR = timedelta(minutes=10)
_ACTIVATED = "qijie.activated"
_PATIENCE_SECONDS = 30 * 60


def has_second_factor(user: User | AnonymousUser) -> bool:
    return bool(is_mfa_enabled(user))


def is_fresh(request: HttpRequest) -> bool:
    """A code was typed in this session a short while ago."""
    records = get_authentication_records(request, request.user)
    last = max((one["at"] for one in records if one["method"] == "mfa"), default=0.0)
    return bool(time.time() - last < FRESH_FOR.total_seconds())


def asks_for_code(request: HttpRequest) -> bool:
    """Whether something weighty has to wait for a code.

    Without a factor there is none to type: the gate leads whoever needs one to set it up, and the
    demo asks only those who did.
    """
    user = request.user
    return isinstance(user, User) and has_second_factor(user) and not is_fresh(request)


def objection_to(request: HttpRequest, code: str) -> str:
    """Why this code is not the one, as a sentence; empty once it was, and then it is fresh."""
    form = CodeAgainForm(user=request.user, data={"code": code})
    if not code:
        return "请输入验证码。"
    if not form.is_valid():
        return " ".join(form.errors["code"])
    post_authentication(request, form.authenticator, reauthenticated=True)
    return ""


# The first factor


def came_with_code(request: HttpRequest, user: User) -> None:
    """The owner just showed the code on paper in this session."""
    request.session[_ACTIVATED] = [str(user.pk), time.time()]


def needs_paper_code(request: HttpRequest) -> bool:
    """Whether a password alone stands behind this session: not enough to own the factor."""
    if settings.DEMO:
        return False
    who, at = request.session.get(_ACTIVATED, ("", 0.0))
    return bool(who != str(request.user.pk) or time.time() - at > _PATIENCE_SECONDS)
