from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from qijie.accounts.address import client_address
from qijie.accounts.models import User
from qijie.accounts.sealing import seal, unseal


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made with the post, by the security administrator; nobody signs up."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": (
            "用户名或密码不对，请核对后再试；忘记密码请找安全管理员重设。"
        ),
        "incorrect_password": "密码不对，请重新输入；忘记密码请找安全管理员重设。",
        "too_many_login_attempts": "登录失败次数太多，请过几分钟再试，或找安全管理员。",
        "rate_limited": "操作太快，请过一会儿再试。",
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or ""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, "这个账号已停用，请联系安全管理员。")
        return redirect("account_login")


class MFAAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, str]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "验证码不对或已过期，请输入验证器上现在显示的 6 位数字。",
        "cannot_delete_authenticator": "现在不能停用两步验证，请先重新登录。",
        "cannot_generate_recovery_codes": "启用两步验证以后才有恢复码，请先启用。",
    }

    def encrypt(self, text: str) -> str:
        """Second factors are kept sealed: a stolen table opens no account."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)
