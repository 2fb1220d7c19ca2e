"""Keyset pages of notices, of the access log and of drawings, the newest first."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Q, QuerySet

from qijie.outbound.models import Notice
from qijie.records.models import AccessEntry
from qijie.redrawing.models import Run
from qijie.web import cursors
from qijie.web.cursors import Place

PAGE_SIZE = 50


M = TypeVar("M", Notice, AccessEntry, Run)


@dataclass(frozen=True, slots=True)
class Slice(Generic[M]):
    rows: list[M]
    older: str
    """Cursor of the next page; empty on the last."""


def newest(
    rows: QuerySet[M], after: str = "", size: int = PAGE_SIZE, *, by: str = "at"
) -> Slice[M]:
    """One page of rows by the moment in `by`; raises Refusal for a cursor not one of ours."""
    name = rows.model._meta.label_lower
    if after:
        shown_last = cursors.read(after, of=name)
        is_tied = Q((by, shown_last.at), pk__lt=shown_last.id)
        rows = rows.filter(Q((f"{by}__lt", shown_last.at)) | is_tied)
    found = list(rows.order_by(f"-{by}", "-pk")[: size + 1])
    shown = found[:size]
    if len(found) <= size:
        return Slice(shown, "")
    last = Place(getattr(shown[-1], by), shown[-1].pk)
    return Slice(shown, cursors.written(last, of=name))
