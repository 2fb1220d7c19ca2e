"""Sign-in's forms: django-allauth's own, counted by our one count, with sentences of ours."""

from datetime import timedelta
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from qijie.access.typed import OneValue
from qijie.accounts.actions import life, tries
from qijie.accounts.adapter import MustWait, take_turn
from qijie.accounts.models import ActivationCode
from qijie.accounts.rules import folded

SAID_FROM = 3
"""So many tries before a wait the page begins to count down."""


class SignInForm(OneValue, LoginForm):
    """Names what is missing, says how many tries are left, and how long to wait."""

    wait: timedelta | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].error_messages["required"] = "请填写用户名。"
        self.fields["password"].error_messages["required"] = "请填写密码。"

    def clean_login(self) -> str:
        return folded(self.cleaned_data["login"])

    def clean(self) -> Any:
        try:
            return super().clean()
        except MustWait as early:
            self.wait = early.wait
            raise
        except ValidationError as wrong:
            left = getattr(self.request, "tries_left", None)
            raise ValidationError([*wrong.messages, *_count_down(left)]) from wrong


def _count_down(left: int | None) -> list[str]:
    if left is None or left > SAID_FROM:
        return []
    if left == 0:
        return ["从下一次起，每次要等一会儿才能再试，越错等得越久。"]
    return [f"再输错 {left} 次，就要等一会儿才能再试。"]


class _Counted:
    """A form of allauth's with a code, looked at when its turn has come."""

    user: Any

    def clean_code(self) -> str:
        turn = take_turn(context.request, self.user.username, trying="code")
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            tries.failed(turn, timezone.now())
            raise
        tries.succeeded(turn)
        return code


class CodeForm(_Counted, OneValue, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(_Counted, OneValue, ReauthenticateForm):
    """The code once more before something weighty."""


class EnrolForm(OneValue, ActivateTOTPForm):
    """A first factor. Whoever came by a password alone shows the code on paper as well."""

    activation_code = forms.CharField(
        label="激活码",
        max_length=40,
        help_text="安全管理员给您的那张纸上的，如 ABCD-EFGH-JKLM-NPQR。没有就向安全管理员领。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "请填写激活码；没有就向安全管理员领。"},
    )

    def __init__(self, *args: Any, needs_paper_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_paper_code:
            del self.fields["activation_code"]

    def clean_activation_code(self) -> str:
        typed: str = self.cleaned_data["activation_code"]
        opened_code(self.user.username, typed)
        return typed

    def clean_code(self) -> str:
        """The same code does not sign in within its half minute."""
        code: str = super().clean_code()
        if not self.errors:
            TOTP(Authenticator(user=self.user))._mark_code_used(code)
        return code


WRONG_CODE = "用户名或激活码不对，或激活码已用过、已过期，请核对；还不行就向安全管理员重新领一个。"


def opened_code(username: str, typed: str) -> ActivationCode:
    """The account's live code, or a sentence that is the same whatever was wrong."""
    turn = take_turn(context.request, username, trying="activation")
    at = timezone.now()
    code = life.open_code(username, typed, at)
    if code is None:
        tries.failed(turn, at)
        raise ValidationError(WRONG_CODE)
    tries.succeeded(turn)
    return code


class _NewPassword(OneValue, forms.Form):
    """A new password, twice."""

    password1 = forms.CharField(
        label="新密码",
        strip=False,
        help_text="至少 10 个字符，不要用姓名、用户名、常见密码或纯数字。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请填写新密码。"},
    )
    password2 = forms.CharField(
        label="再输一遍新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请再输一遍新密码。"},
    )

    def _judge_new_password(self, user: Any = None) -> None:
        given = self.cleaned_data
        if given.get("password1") and given.get("password2") not in (None, given["password1"]):
            self.add_error("password2", "两遍新密码不一样，请重新输入。")
        try:
            validate_password(given.get("password1") or "", user)
        except ValidationError as weak:
            if given.get("password1"):
                self.add_error("password1", weak)


class ActivateForm(_NewPassword):
    """User name and code on paper for a password of one's own."""

    username = forms.CharField(
        label="用户名",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        error_messages={"required": "请填写用户名。"},
    )
    activation_code = forms.CharField(
        label="激活码",
        max_length=40,
        help_text="安全管理员给您的，如 ABCD-EFGH-JKLM-NPQR；大小写和横线不限。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "请填写激活码。"},
    )
    field_order = ("username", "activation_code", "password1", "password2")
    wait: timedelta | None = None
    code: ActivationCode

    def clean_username(self) -> str:
        return folded(self.cleaned_data["username"])

    def clean(self) -> None:
        """The code is looked at last, so that a slip in the password costs no try."""
        super().clean()
        self._judge_new_password()
        if self.errors:
            return
        try:
            self.code = opened_code(
                self.cleaned_data["username"], self.cleaned_data["activation_code"]
            )
        except MustWait as early:
            self.wait = early.wait
            raise
        if self.code.password_set_at is not None:
            raise ValidationError(WRONG_CODE)
        self._judge_new_password(self.code.user)


class OwnPasswordForm(_NewPassword, ChangePasswordForm):
    """A new password for the old one, which is counted like a sign-in."""

    oldpassword = forms.CharField(
        label="现在的密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请填写现在的密码。"},
    )
    field_order = ("oldpassword", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        forms.Form.__init__(self, *args, **{k: v for k, v in kwargs.items() if k != "user"})
        self.user = kwargs["user"]

    def clean_oldpassword(self) -> str:
        from allauth.account.adapter import get_adapter

        typed: str = self.cleaned_data["oldpassword"]
        adapter = get_adapter()
        if not adapter.reauthenticate(self.user, typed):
            raise adapter.validation_error("enter_current_password")
        return typed

    def clean(self) -> dict[str, Any]:
        self._judge_new_password(self.user)
        return self.cleaned_data
