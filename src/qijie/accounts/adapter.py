from datetime import timedelta
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from qijie.accounts import idle
from qijie.accounts.actions import life, tries
from qijie.accounts.actions.tries import Caller, TooSoon, Turn
from qijie.accounts.address import PROVIDER_LOT, client_address, client_network
from qijie.accounts.devices import device_of, remember_device
from qijie.accounts.models import User
from qijie.accounts.rules import folded, in_words
from qijie.accounts.sealing import seal, unseal


class MustWait(ValidationError):
    """A try that was not looked at: how long to wait stands in the sentence and in `wait`."""

    def __init__(self, wait: timedelta, *, is_known_device: bool) -> None:
        again = timezone.localtime(timezone.now() + wait)
        elsewhere = "" if is_known_device else "在以前登录过的手机或电脑上不用等。"
        super().__init__(
            f"连续输错太多次，这一次没有核对。请等 {in_words(wait)}（{again:%H:%M:%S} 以后）再试，"
            f"提前试不会延长。{elsewhere}",
            code="must_wait",
        )
        self.wait = wait


def take_turn(request: HttpRequest, username: str, *, trying: str = "") -> Turn:
    """Lets a password or code be tried for this name, or raises MustWait.

    trying: what is tried besides a password: `code`, `activation`; each has counts of its own.
    """
    caller = Caller(
        who=f"{trying} {folded(username)}",
        network=client_network(request, PROVIDER_LOT),
        device=device_of(request, username),
        is_code=trying == "code",
    )
    try:
        return tries.take_turn(caller, timezone.now())
    except TooSoon as early:
        raise MustWait(early.wait, is_known_device=bool(caller.device)) from early


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made with the post, by the security administrator; nobody signs up."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": (
            "用户名或密码不对，请核对后再试；忘记密码请找安全管理员领激活码。"
        ),
        "incorrect_password": "密码不对，请重新输入；忘记密码请找安全管理员领激活码。",
        "enter_current_password": "现在的密码不对，请重新输入。",
        "rate_limited": "操作太快，请过一会儿再试。",
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or ""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Looks at a password when its turn has come; the only place that counts wrong ones."""
        turn = take_turn(request, str(credentials.get("username", "")))
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            request.tries_left = tries.failed(turn, timezone.now())  # type: ignore[attr-defined]
        else:
            tries.succeeded(turn)
        return user

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **details)
        idle.begin(request)
        remember_device(request, response, user)
        _tell_changes(request, user)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """Whoever has a second factor proves with it: a password alone must not take it away."""
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and is_mfa_enabled(user):
            return [one for one in methods if one["id"] != "reauthenticate"]
        return methods

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, "这个账号已停用，请联系安全管理员。")
        return redirect("account_login")


def _tell_changes(request: HttpRequest, user: User) -> None:
    """What happened to the account since its owner was last here."""
    for change in life.unseen_changes(user, timezone.now()):
        when = timezone.localtime(change.at)
        messages.warning(
            request,
            f"{when:%m月%d日 %H:%M} {change.by}{change.what}。不是您办的，请马上告诉安全管理员。",
        )


class MFAAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, str]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "验证码不对或已过期，请输入验证器上现在显示的 6 位数字。",
        "cannot_delete_authenticator": "现在不能停用二次验证，请先重新登录。",
        "cannot_generate_recovery_codes": "启用二次验证以后才有恢复码，请先启用。",
    }

    def encrypt(self, text: str) -> str:
        """Second factors are kept sealed: a stolen table opens no account."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)
