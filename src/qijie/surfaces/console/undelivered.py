"""Mails that were given up, for whoever administers the system: why, and once more."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qijie.access.viewer import Role, Viewer
from qijie.outbound.actions import drop_letter, send_again
from qijie.outbound.queries import undelivered as letters
from qijie.surfaces.console.frame import page
from qijie.teams.gate import GuardedRequest


@require_http_methods(["GET", "POST"])
def undelivered(request: GuardedRequest) -> HttpResponse:
    regions = _regions(request.viewer)
    if request.method == "POST":
        return _decide(request, regions)
    rows = [{"letter": one, "domain": one.to.rpartition("@")[2]} for one in letters(regions)]
    return page(request, "undelivered.html", "undelivered", {"rows": rows})


def _decide(request: GuardedRequest, regions: list[str]) -> HttpResponse:
    try:
        letter_id = UUID(request.POST.get("letter", ""))
    except ValueError:
        messages.error(request, "没有找到这封邮件，请刷新页面后再试。")
        request.did_nothing = True
        return redirect("console:undelivered")
    if request.POST.get("do") == "drop":
        drop_letter(letter_id, regions)
        messages.success(request, "这封邮件不再发送。")
    else:
        send_again(letter_id, regions, timezone.now())
        messages.success(request, "这封邮件会再发一次。")
    return redirect("console:undelivered")


def _regions(viewer: Viewer) -> list[str]:
    """The counties a system administrator's posts are for."""
    return [post.path[:6] for post in viewer.posts if post.role is Role.SYSTEM_ADMIN]
