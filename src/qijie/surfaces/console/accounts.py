"""One person's account, for the security administrator: a code on paper, a lost factor, the end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qijie.access.permissions import MATTER_STAFF
from qijie.access.typed import OneValue
from qijie.accounts import step_up
from qijie.accounts.actions import life
from qijie.accounts.actions.life import Doer
from qijie.accounts.address import client_address
from qijie.accounts.models import User
from qijie.accounts.queries import changes_of
from qijie.kernel.codes import is_within
from qijie.surfaces.console.frame import page
from qijie.surfaces.console.posts import appointing_posts
from qijie.teams.gate import GuardedRequest, not_visible
from qijie.teams.models import Post
from qijie.teams.queries import posts_of_account


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to an account; `carry_out` returns the code to hand over, or nothing."""

    label: str
    consequence: str
    carry_out: Callable[[User, Doer, datetime], str | None]
    for_active: bool = True


ACTS = {
    "activation_code": Act(
        "发激活码",
        "生成一个新的激活码，此前发的作废。本人用它设新密码；现在的密码到那时才失效。",
        lambda user, by, at: life.issue_code(user, by=by, at=at),
    ),
    "reset_second_factor": Act(
        "清除二次验证",
        "手机和恢复码都丢了才办。原来的二次验证作废，已登录的全部退出，并发一个新的激活码。",
        lambda user, by, at: life.reset_second_factor(user, by=by, at=at),
    ),
    "disable": Act(
        "停用账号",
        "不能再登录，已登录的下一次打开页面时退出。岗位不变，须另办交接或代班。",
        lambda user, by, at: life.disable(user, by=by, at=at),
    ),
    "enable": Act(
        "恢复账号",
        "可以用原来的密码和二次验证登录。",
        lambda user, by, at: life.enable(user, by=by, at=at),
        for_active=False,
    ),
}


class ActForm(OneValue, forms.Form):
    """The administrator's own second factor, unless it was typed a short while ago."""

    code = forms.CharField(
        label="您自己的验证码",
        max_length=40,
        required=False,
        help_text="打开手机上的验证器，输入现在显示的 6 位数字；验证后 10 分钟内不再问。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def __init__(self, request: GuardedRequest, objection: str) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.request, self.objection = request, objection
        if not step_up.asks_for_code(request):
            del self.fields["code"]

    def clean(self) -> None:
        if self.objection:
            self.add_error(None, self.objection)
            return
        code = self.cleaned_data.get("code", "")
        if "code" in self.fields and (sentence := step_up.objection_to(self.request, code)):
            self.add_error("code", sentence)


@never_cache
@require_http_methods(["GET", "POST"])
def account(request: GuardedRequest, user_id: UUID) -> HttpResponse:
    user, posts = _account_within(request, user_id)
    asked = (request.POST if request.method == "POST" else request.GET).get("act", "")
    offered = {name: one for name, one in ACTS.items() if one.for_active == user.is_active}
    act, objection = offered.get(asked), _objection(request, user, posts)
    form = ActForm(request, objection or ("" if act else "请选择要办的事。"))
    context: dict[str, object] = {"person": user, "posts": posts, "objection": objection}
    if form.is_valid() and act is not None:
        context |= {"done": act, "paper": _carried_out(request, act, user)}
        act = None
    context |= {"act": act, "asked": asked, "form": form, "offered": offered}
    context |= {"changes": changes_of(user), "has_factor": step_up.has_second_factor(user)}
    return page(request, "account.html", "posts", context, status=422 if form.errors else 200)


def _account_within(request: GuardedRequest, user_id: UUID) -> tuple[User, list[Post]]:
    """Whoever serves in the administrator's territory and nowhere else; others are not there."""
    tops = [top.path for top in appointing_posts(request.viewer)]
    user = User.objects.filter(pk=user_id).first()
    posts = posts_of_account(user, timezone.localdate()) if user else []
    inside = [any(is_within(post.path, top) for top in tops) for post in posts]
    if user is None or not inside or not all(inside):
        raise not_visible(request, user_id)
    return user, posts


def _objection(request: GuardedRequest, user: User, posts: list[Post]) -> str:
    """Who resets an account could become its owner: not oneself, and not another administrator."""
    if user.pk == request.viewer.user_id:
        return "自己的账号请由另一位安全管理员办理；改密码在“我的”里。"
    if any(post.role and post.role not in MATTER_STAFF for post in posts):
        return "系统、安全、审计管理员的账号互不经手，请服务器管理员用 qijie account 办理。"
    return ""


def _carried_out(request: GuardedRequest, act: Act, user: User) -> str | None:
    by = Doer(f"安全管理员 {request.viewer.name}", request.viewer, client_address(request))
    with transaction.atomic():
        return act.carry_out(user, by, timezone.now())
