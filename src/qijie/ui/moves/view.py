"""One move over HTTP, the same on every surface: fetch, form, perform."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.utils import timezone

from qijie.issues.actions.advance import NotVisible
from qijie.issues.models import Issue
from qijie.issues.queries import visible_or_none
from qijie.issues.rules.vocabulary import Move
from qijie.kernel.ids import id_of
from qijie.teams.gate import GuardedRequest, not_visible
from qijie.ui.moves.forms import MoveForm, form_for


@dataclass(frozen=True, slots=True)
class Attempt:
    """`moved` is the matter after the move, or None while the form is to be shown."""

    issue: Issue
    form: MoveForm
    moved: Issue | None


def fetch(request: GuardedRequest, issue_id: UUID) -> Issue:
    """The matter, or the 404 that absence and denial share; a miss is noted."""
    issue = visible_or_none(issue_id, request.viewer)
    if issue is None:
        raise not_visible(request, issue_id)
    return issue


def attempt(
    request: GuardedRequest,
    issue_id: UUID,
    move: str,
    photos: "Sequence[UploadedFile[bytes]] | None" = None,
) -> Attempt:
    """Shows the form on GET, performs the move on POST.

    photos: those that go with it, where not only the request's own do.
    """
    issue = fetch(request, issue_id)
    now = timezone.now()
    form = form_for(
        _move(move),
        request.POST if request.method == "POST" else None,
        issue=issue,
        order_id=_order_id(request),
        at=now,
    )
    if form is None:
        raise not_visible(request, issue_id)
    if request.method != "POST":
        return Attempt(issue, form, None)
    try:
        files = request.FILES.getlist("photos") if photos is None else photos
        moved = form.submit(files, by=request.viewer, at=now)
    except NotVisible as error:
        raise not_visible(request, issue_id) from error
    return Attempt(issue, form, moved)


def _move(word: str) -> Move:
    try:
        return Move(word)
    except ValueError:
        raise Http404 from None


def _order_id(request: GuardedRequest) -> UUID | None:
    raw = request.GET.get("order") or request.POST.get("order")
    return id_of(raw) if raw else None
