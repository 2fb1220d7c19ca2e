"""Danger in the frame of every page of staff: how many matters are urgent and the way to each.

The desk's frame holds it when the page is made, the phone's asks for it; `urgent.js` asks again
every half minute.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.text import Truncator

from qijie.issues.models import Issue
from qijie.issues.queries.lists import urgent_open
from qijie.teams.gate import GuardedRequest

REFRESH_SECONDS = 30
COUNTED_AT_MOST = 99
_SHOWN, _WORDS = 8, 30
_NO_WORDS = "只选了类别的紧急事项"
COLUMNS = ("pk", "words", "due_at")
Row = tuple[UUID, str, datetime | None]


@dataclass(frozen=True, slots=True)
class Ways:
    """Names of a surface's addresses: one matter, what is asked again, all of them."""

    matter: str
    again: str
    whole: str
    query: str = ""


def rows_of(matters: QuerySet[Issue]) -> "QuerySet[Issue, Row]":
    """What is urgent and open among some matters, which an index of its own holds."""
    return urgent_open(matters).values_list(*COLUMNS)[: COUNTED_AT_MOST + 1]


def told(rows: Iterable[Row], ways: Ways) -> dict[str, object]:
    """What `ui/parts/urgent.html` shows: the earliest due, and the newest, which is news."""
    found = sorted(rows, key=lambda row: (row[2] is None, row[2]))
    is_more = len(found) > COUNTED_AT_MOST
    newest = max(found, default=None)
    first = found[:_SHOWN]
    if newest and newest not in first:
        first[-1] = newest
    shown = [
        {"pk": pk, "words": _short(words), "url": reverse(ways.matter, args=[pk])}
        for pk, words, _ in first
    ]
    return {
        "ids": [pk for pk, _, _ in found],
        "count": f"{COUNTED_AT_MOST}+" if is_more else str(len(found)),
        "rows": shown,
        "src": reverse(ways.again),
        "all_url": reverse(ways.whole) + ways.query,
        "every": REFRESH_SECONDS,
    }


def asked_for(ways: Ways) -> dict[str, object]:
    """The same for a page that costs no query more: it asks as soon as it is there."""
    return {**told([], ways), "asks_first": True}


def _short(words: str) -> str:
    return Truncator(words or _NO_WORDS).chars(_WORDS)


def asked_again(request: GuardedRequest, urgent: dict[str, object]) -> HttpResponse:
    """The part of the frame, or 304 where it is as the page has it."""
    answer = render(request, "ui/parts/urgent_now.html", {"urgent": urgent})
    answer["ETag"] = tag = quote_etag(sha256(answer.content).hexdigest()[:32])
    again = get_conditional_response(request, etag=tag, response=answer)
    return again if isinstance(again, HttpResponse) else answer
