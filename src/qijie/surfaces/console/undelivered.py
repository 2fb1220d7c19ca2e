"""Mails that were given up, for whoever administers the system: why, and once more."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qijie.access.typed import only
from qijie.access.viewer import Role, Viewer
from qijie.kernel.ids import id_of
from qijie.kernel.refusal import Refusal
from qijie.outbound.actions import drop_letter, send_again
from qijie.outbound.queries import undelivered as letters
from qijie.surfaces.console.frame import page
from qijie.teams.gate import GuardedRequest

_DONE = {"drop": "这封邮件不再发送。", "again": "这封邮件会再发一次。"}


@require_http_methods(["GET", "POST"])
def undelivered(request: GuardedRequest) -> HttpResponse:
    regions, objection = _regions(request.viewer), ""
    if request.method == "POST":
        try:
            messages.success(request, _decided(request, regions))
            return redirect("console:undelivered")
        except Refusal as refusal:
            objection = refusal.sentence
    rows = [{"letter": one, "domain": one.to.rpartition("@")[2]} for one in letters(regions)]
    context: dict[str, object] = {"rows": rows, "objection": objection}
    status = 422 if objection else 200
    return page(request, "undelivered.html", "undelivered", context, status=status)


def _decided(request: GuardedRequest, regions: list[str]) -> str:
    """What was done, as a sentence; raises Refusal."""
    letter_id = id_of(only(request.POST, "letter", "邮件"))
    do = only(request.POST, "do", "处理")
    if do not in _DONE:
        raise Refusal("处理只有“再发一次”和“不再发送”两种，请按其中一个按钮。")
    act = partial(drop_letter) if do == "drop" else partial(send_again, at=timezone.now())
    if letter_id is None or not act(letter_id, regions):
        raise Refusal("没有找到这封邮件，可能已有人处理，请看下面现在的清单。")
    return _DONE[do]


def _regions(viewer: Viewer) -> list[str]:
    """The counties a system administrator's posts are for."""
    return [post.path[:6] for post in viewer.posts if post.role is Role.SYSTEM_ADMIN]
