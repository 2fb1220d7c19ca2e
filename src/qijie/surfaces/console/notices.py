"""What the viewer's posts should know, until they have read it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

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
    mine = notices_for(request.viewer)
    unread_only = request.GET.get("view") != "all"
    if unread_only:
        mine = mine.filter(read_at__isnull=True)
    try:
        shown, objection = newest(mine, request.GET.get("after", "")), ""
    except Refusal as refusal:
        shown, objection = Slice([], ""), refusal.sentence
    context = {"page": shown, "unread_only": unread_only, "objection": objection}
    return page(request, "notices.html", "notices", context)


def _mark(request: GuardedRequest) -> HttpResponse:
    """Only ids that are ids count; a notice of somebody else's post is not found and stays."""
    marked = mark_read(
        list(filter(None, map(_id, request.POST.getlist("notice")))),
        by=request.viewer,
        at=timezone.now(),
    )
    messages.success(request, f"{marked} 条通知已标为已读。")
    return redirect("console:notices")


def _id(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None
