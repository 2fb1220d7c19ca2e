"""The gate every request passes: who is asking, in which scope, through which door.

It opens the request's one transaction itself, since a scope set inside `ATOMIC_REQUESTS` would be
gone before a middleware's response work; it rolls back on any answer of 500 or above, and it writes
what must be remembered of a refusal in a transaction of its own, after the rollback.
"""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from qijie.access.doors import door_of
from qijie.access.permissions import Door, Who, lets_in, needs_second_factor
from qijie.access.scope import clear_scope, scope, set_scope
from qijie.access.viewer import INTAKE, NOBODY, Kind, Viewer, reporter_of
from qijie.accounts.address import PROVIDER_LOT, client_address, client_network
from qijie.accounts.models import User
from qijie.accounts.sending import POSTED_FOR, typed_in
from qijie.accounts.step_up import has_second_factor
from qijie.records import actions as records
from qijie.records.actions import AccessNote
from qijie.records.queries import subject_of_link
from qijie.teams import once
from qijie.teams.once import Claim
from qijie.teams.queries import viewer_for


class GuardedRequest(HttpRequest):
    """A request that passed the gate."""

    viewer: Viewer
    door: Door
    notes: list[AccessNote]
    htmx: HtmxDetails
    claim: Claim | None
    did_nothing: bool
    """A view says so where it leads on without having done what was asked."""
    sent_to: str
    """Where the form this page was opened with led to, if it went before."""
    is_another: bool
    """The form's key came before with other words, and its door hears danger all the same."""


GetResponse = Callable[[HttpRequest], HttpResponseBase]


class GateMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: GuardedRequest) -> HttpResponseBase:
        request.viewer, request.notes = NOBODY, []
        request.claim, request.did_nothing = None, False
        try:
            with transaction.atomic():
                response = self.get_response(request)
                if (
                    isinstance(response, StreamingHttpResponse)
                    and request.viewer.kind is not Kind.NOBODY
                ):
                    raise RuntimeError("A streaming answer would be read outside its scope.")
                if response.status_code >= 500:
                    transaction.set_rollback(True)
                else:
                    once.keep_answer(request, response)
            if connection.in_atomic_block:
                # The scope ends with our transaction, unless another one goes on around it.
                clear_scope()
        finally:
            _write_notes(request)
        return response

    def process_view(
        self,
        request: GuardedRequest,
        view: Callable[..., HttpResponse],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        door = door_of(match.view_name) if match else None
        if door is None:
            raise Http404
        request.door = door
        request.viewer = _viewer(request, door, kwargs)
        set_scope(request.viewer)
        if lets_in(door, request.viewer):
            return _second_factor_first(request) or once.answer_before(request)
        return _turned_away(request, door)


def _viewer(request: HttpRequest, door: Door, kwargs: dict[str, object]) -> Viewer:
    if door.who is Who.INTAKE:
        return INTAKE
    if door.who is Who.LINK_HOLDER:
        matter_id = subject_of_link(str(kwargs.get("token", "")), at=timezone.now())
        return reporter_of(matter_id) if matter_id else NOBODY
    if door.who is Who.STAFF and isinstance(request.user, User):
        return viewer_for(request.user, timezone.localdate())
    return NOBODY


def _turned_away(request: GuardedRequest, door: Door) -> HttpResponseBase:
    """Absence and denial look the same; only somebody not signed in is told where to sign in."""
    if door.who is Who.STAFF and not request.user.is_authenticated:
        typed = typed_in(request) if request.method == "POST" else []
        return _signed_out(request, typed) if typed else redirect_to_login(request.get_full_path())
    remember(request, "denied", subject=request.path[:64])
    raise Http404


def _signed_out(request: GuardedRequest, typed: list[tuple[str, str]]) -> HttpResponse:
    """The session ended under a form: what was typed stands in the page, to be sent again."""
    context = {
        "typed": typed,
        "posted_for": request.POST.get(POSTED_FOR, ""),
        "had_photos": bool(request.FILES),
    }
    answer = render(request, "ui/errors/signed_out.html", context, status=401)
    answer["Cache-Control"] = "no-store"
    return answer


def _second_factor_first(request: GuardedRequest) -> HttpResponse | None:
    if not settings.MFA_REQUIRED or request.door.who is not Who.STAFF:
        return None
    if not needs_second_factor(request.viewer) or has_second_factor(request.user):
        return None
    return redirect(f"{reverse('mfa_activate_totp')}?required=yes")


def remember(
    request: GuardedRequest,
    kind: str,
    *,
    subject: str | UUID = "",
    fields: tuple[str, ...] = (),
    purpose: str = "",
    region_code: str = "",
) -> None:
    """Notes a read of personal fields, an export, a denial or a miss; written after the answer."""
    request.notes.append(
        AccessNote(
            kind=kind,
            door=request.door.url_name,
            # What somebody typed into an address may hold what a database cannot.
            subject=str(subject).replace("\0", "")[:64],
            fields=fields,
            purpose=purpose,
            region_code=region_code,
        )
    )


def not_visible(request: GuardedRequest, subject: str | UUID) -> Http404:
    """The answer to an id the viewer may not see or that does not exist: the same 404, noted."""
    remember(request, "not_visible", subject=subject)
    return Http404()


_REFUSALS = frozenset({"denied", "not_visible"})


def _write_notes(request: GuardedRequest) -> None:
    """What staff tried stands by itself; refusals of strangers are counted by network and day."""
    viewer, at, is_known = request.viewer, timezone.now(), request.viewer.user_id is not None
    counted = [one.kind for one in request.notes if one.kind in _REFUSALS and not is_known]
    kept = [one for one in request.notes if one.kind not in _REFUSALS or is_known]
    if counted:
        network, today = client_network(request, PROVIDER_LOT), timezone.localdate(at)
        records.count_misses(counted, network=network, on=today, at=at)
    if kept:
        with scope(viewer if viewer.kind is not Kind.NOBODY else INTAKE):
            records.note_access(kept, viewer=viewer, address=client_address(request), at=at)
