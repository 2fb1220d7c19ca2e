"""The key of a form: where it travels, and which one a page shows."""

from uuid import UUID, uuid4

from django.http import HttpRequest, QueryDict

from qijie.kernel.ids import id_of

FIELD, HEADER = "form_key", "X-Form-Key"
"""Forms carry the key in a hidden field, scripts may send it as a header. No address holds it:
whoever has the key is told where the form led, and addresses stand in logs."""
_NEXT = "qijie_next_key"


def key_given(request: HttpRequest) -> UUID | None:
    """The key that came with the request; None for none, one that is none, or several."""
    typed = {*request.POST.getlist(FIELD)} - {""} or {request.headers.get(HEADER, "")}
    return id_of(typed.pop()) if len(typed) == 1 else None


def key_to_show(request: HttpRequest) -> UUID:
    """The key a form on this page carries: a new one, or the one it came back with."""
    return getattr(request, _NEXT, None) or key_given(request) or uuid4()


def with_own_key(request: HttpRequest) -> QueryDict:
    """What was typed, with the form's key as the key of the report it hands in."""
    data = request.POST.copy()
    if "key" not in data:
        data["key"] = str(key_given(request) or "")
    return data


def renew_key(request: HttpRequest) -> None:
    """What is sent next from this page is something else."""
    show_key(request, uuid4())


def show_key(request: HttpRequest, key: UUID) -> None:
    """The forms of this page carry this key."""
    setattr(request, _NEXT, key)
