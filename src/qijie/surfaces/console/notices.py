"""What the viewer's posts should know, until they have read it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qijie.kernel.ids import id_of
from qijie.kernel.refusal import Refusal
from qijie.outbound.actions import mark_read
from qijie.outbound.queries import notices_for
from qijie.surfaces.console.frame import page
from qijie.surfaces.console.paging import Slice, newest
from qijie.teams.gate import GuardedRequest


@require_http_methods(["GET", "POST"])
def notices(request: GuardedRequest) -> HttpResponse:
    if request.method == "POST":
        return _mark(request)
    return _page(request)


def _page(request: GuardedRequest, objection: str = "") -> HttpResponse:
    mine = notices_for(request.viewer)
    unread_only = request.GET.get("view") != "all"
    if unread_only:
        mine = mine.filter(read_at__isnull=True)
    try:
        shown = newest(mine, request.GET.get("after", ""))
    except Refusal as refusal:
        shown, objection = Slice([], ""), refusal.sentence
    context = {"page": shown, "unread_only": unread_only, "objection": objection}
    status = 422 if request.method == "POST" else 200
    return page(request, "notices.html", "notices", context, status=status)


def _mark(request: GuardedRequest) -> HttpResponse:
    """A notice of somebody else's post is not found and stays."""
    ticked = [id_of(one) for one in request.POST.getlist("notice")]
    known = [one for one in ticked if one]
    if len(known) < len(ticked):
        return _page(request, "标为已读：勾选的通知里有一条不是通知，请重新勾选。")
    marked = mark_read(known, by=request.viewer, at=timezone.now())
    messages.success(request, f"{marked} 条通知已标为已读。")
    return redirect("console:notices")
