"""`qijie account`: what the security administrator needs done from the server."""

import getpass
from argparse import Namespace
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from qijie.access.viewer import SYSTEM
from qijie.accounts.actions import life
from qijie.accounts.actions.life import Doer
from qijie.accounts.models import User
from qijie.accounts.queries import account_of
from qijie.setup.failures import SetupFailure


def run(options: Namespace) -> None:
    user = account_of(options.name)
    if user is None:
        raise SetupFailure(f"没有用户名为“{options.name}”的账号，请核对后再试")
    if not user.is_active and options.action not in ("enable", "disable"):
        raise SetupFailure(
            f"账号 {user.username} 已停用；要恢复：qijie account enable {user.username}"
        )
    with transaction.atomic():
        print(_ACTIONS[options.action](user, _doer()))


def _doer() -> Doer:
    return Doer(f"服务器管理员 {getpass.getuser()}"[:60], SYSTEM)


def _activation_code(user: User, by: Doer) -> str:
    return _told(user, life.issue_code(user, by=by, at=timezone.now()))


def _reset_second_factor(user: User, by: Doer) -> str:
    code = life.reset_second_factor(user, by=by, at=timezone.now())
    return f"{user.name}（{user.username}）的二次验证和恢复码已清除。\n{_told(user, code)}"


def _disable(user: User, by: Doer) -> str:
    life.disable(user, by=by, at=timezone.now())
    return f"{user.name}（{user.username}）不能再登录，已登录的下一次打开页面时退出。"


def _enable(user: User, by: Doer) -> str:
    life.enable(user, by=by, at=timezone.now())
    return f"{user.name}（{user.username}）可以登录了。"


def _told(user: User, code: str) -> str:
    days = life.CODE_LIFETIME.days
    return (
        f"{user.name}（{user.username}）的激活码：{code}\n"
        f"请当面交给本人，{days} 天内有效，只此显示一次；此前发的激活码作废。"
    )


_ACTIONS: dict[str, Callable[[User, Doer], str]] = {
    "activation-code": _activation_code,
    "reset-second-factor": _reset_second_factor,
    "disable": _disable,
    "enable": _enable,
}
