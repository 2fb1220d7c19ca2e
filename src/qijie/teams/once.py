"""Each form takes effect once, whichever door it goes through.

Every page puts a key of its own into its form. The first request under a key does the work and
leaves, in the same transaction, what it was answered; the same request again is given that answer.
What was refused leaves nothing, so the corrected form may come under the same key.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.fernet import Fernet
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from qijie.access.form_keys import FIELD, key_given
from qijie.access.viewer import Kind
from qijie.records.actions import sent_forms
from qijie.records.models import SentForm
from qijie.records.queries import form_sent

if TYPE_CHECKING:
    from qijie.teams.gate import GuardedRequest

DONE_BEFORE = "先前已经交上去了，没有再做一遍。"
_NO_KEY = "这一页没有带提交编号，所以没有办。请按“后退”，刷新那一页后再交一次。"
_UNDER_WAY = "同一份正在办理，请等几秒钟再看，不用再交。"
_ANOTHER = "这一页刚才已经交上去了；这次填的与上次不同，没有办。要另办一次，请打开新的一页。"
_JSON = "application/json"
_MOVED_ON = frozenset({301, 302, 303, 307, 308})
# Not part of what is asked for: the key itself and what guards the way.
_APART = frozenset({FIELD, "csrfmiddlewaretoken"})


@dataclass(frozen=True, slots=True)
class Claim:
    """What this request will have done under its key, if it does it."""

    key: UUID
    digest: bytes
    body: bytes


def answer_before(request: "GuardedRequest") -> HttpResponse | None:
    """What to answer instead of doing it, or None where the door may go on.

    From here to the end of the transaction nobody else is inside with the same key.
    """
    request.claim, request.sent_to, request.is_another = None, "", False
    if request.door.keyless:
        return None
    if request.method != "POST":
        if not request.door.remembers:
            _look_back(request)
        return None
    key = key_given(request)
    if key is None:
        return _refused(request, _NO_KEY, 400)
    if request.door.remembers:
        return None
    claim = Claim(key, _digest(request, key), _body(request))
    if not sent_forms.hold_form(claim.digest):
        return _refused(request, _UNDER_WAY, 409)
    before = form_sent(claim.digest)
    if before is None:
        request.claim = claim
        return None
    if bytes(before.body) == claim.body:
        return _once_more(request, before, key)
    return _answer_another(request, claim, before)


def _answer_another(
    request: "GuardedRequest", claim: Claim, before: SentForm
) -> HttpResponse | None:
    if request.door.tells_another:
        return None
    if request.door.hears_danger:
        return _as_its_own(request, claim, before)
    return _refused(request, _ANOTHER, 409, _opened(before, claim.key))


def _as_its_own(request: "GuardedRequest", claim: Claim, before: SentForm) -> HttpResponse | None:
    """Other words under a used key go on to their door, which does them only in danger; the same
    again is answered what they were."""
    own = Claim(claim.key, sha256(claim.digest + claim.body).digest(), claim.body)
    if not sent_forms.hold_form(own.digest):
        return _refused(request, _UNDER_WAY, 409)
    done = form_sent(own.digest)
    if done is not None:
        return _once_more(request, done, claim.key)
    request.claim, request.sent_to = own, _opened(before, claim.key)["to"]
    request.is_another = True
    return None


def refuse_another(request: "GuardedRequest") -> HttpResponse:
    """For a door that hears danger first: these words are another act and there is none."""
    request.claim = None
    return _refused(request, _ANOTHER, 409, {"to": request.sent_to})


def keep_answer(request: "GuardedRequest", response: HttpResponseBase) -> None:
    """Leaves the answer of what took effect; in the transaction of the effect."""
    claim = request.claim
    if claim is None or not _took_effect(request, response):
        return
    kept: dict[str, str] = {"to": _way_on(response) or request.path}
    if isinstance(response, HttpResponse) and response.headers.get("Content-Type") == _JSON:
        kept["json"] = response.content.decode()
    sealed = _seal_of(claim.key).encrypt(json.dumps(kept).encode())
    sent_forms.keep_form(claim.digest, body=claim.body, answer=sealed, at=timezone.now())


def _look_back(request: "GuardedRequest") -> None:
    """A form opened once more by its key is told whether it went, and where to."""
    key = key_given(request)
    before = form_sent(_digest(request, key)) if key else None
    request.sent_to = _opened(before, key)["to"] if before and key else ""


def _took_effect(request: "GuardedRequest", response: HttpResponseBase) -> bool:
    if request.did_nothing:
        return False
    return bool(_way_on(response)) or (
        request.door.answers_in_place and response.status_code == 200
    )


def _way_on(response: HttpResponseBase) -> str:
    if response.status_code in _MOVED_ON:
        return str(response.get("Location", ""))
    return str(response.get("HX-Redirect", "")) if response.status_code == 200 else ""


def _once_more(request: "GuardedRequest", before: SentForm, key: UUID) -> HttpResponse:
    kept = _opened(before, key)
    if "json" in kept:
        return HttpResponse(kept["json"], content_type=_JSON)
    to = kept["to"]
    if request.viewer.kind is Kind.STAFF:
        messages.info(request, DONE_BEFORE)
    else:
        # A resident's browser keeps no message for us; the page itself says it.
        to += f"{'&' if '?' in to else '?'}again=yes"
    if request.htmx:
        return HttpResponseClientRedirect(to)
    answer = redirect(to)
    answer.status_code = 303
    return answer


def _refused(
    request: "GuardedRequest", sentence: str, status: int, kept: dict[str, str] | None = None
) -> HttpResponse:
    """In words, with everything typed still where it was typed."""
    if request.headers.get("Accept") == _JSON:
        return JsonResponse({"sentence": sentence}, status=status)
    if request.htmx:
        answer = HttpResponse(status=status)
        answer["HX-Reswap"] = "none"
        answer["HX-Trigger"] = json.dumps({"toast": {"text": sentence, "tone": "late"}})
        return answer
    context = {"sentence": sentence, "to": (kept or {}).get("to", "")}
    return render(request, "ui/errors/sent_before.html", context, status=status)


# What is kept says nothing to whoever has not got the key


def _digest(request: "GuardedRequest", key: UUID) -> bytes:
    """Of the door, what it leads to, who knocks and the key: another's key is another key."""
    who = str(request.viewer.user_id or "")
    parts = (request.door.url_name, request.path, who, str(key))
    return sha256("\n".join(parts).encode()).digest()


def _body(request: HttpRequest) -> bytes:
    """The digest of everything asked for, photos too."""
    measured = (len(piece).to_bytes(8, "big") + piece for piece in _pieces(request))
    return sha256(b"".join(measured)).digest()


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    for typed in (request.GET, request.POST):
        for name in sorted(typed.keys() - _APART):
            for value in typed.getlist(name):
                yield from (name.encode("utf-8", "replace"), value.encode("utf-8", "replace"))
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            yield from (name.encode("utf-8", "replace"), sha256(file.read()).digest())
            file.seek(0)


def _seal_of(key: UUID) -> Fernet:
    """An answer may hold a private link, of which the database keeps only the hash."""
    return Fernet(base64.urlsafe_b64encode(sha256(b"answer" + key.bytes).digest()))


def _opened(before: SentForm, key: UUID) -> dict[str, str]:
    opened: dict[str, str] = json.loads(_seal_of(key).decrypt(bytes(before.answer)))
    return opened
