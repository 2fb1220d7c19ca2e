"""Keyset pages of notices, of the access log and of drawings, the newest first."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from qijie.kernel.refusal import Refusal
from qijie.outbound.models import Notice
from qijie.records.models import AccessEntry
from qijie.redrawing.models import Run

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
    if after:
        at, last_id = _read(after)
        rows = rows.filter(Q((f"{by}__lt", at)) | Q((by, at), pk__lt=last_id))
    found = list(rows.order_by(f"-{by}", "-pk")[: size + 1])
    shown = found[:size]
    return Slice(shown, _write(shown[-1], by) if len(found) > size else "")


def _write(row: Notice | AccessEntry | Run, by: str) -> str:
    plain = json.dumps([getattr(row, by).isoformat(), str(row.pk)])
    return base64.urlsafe_b64encode(plain.encode()).decode()


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, last_id = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(at), UUID(last_id)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise Refusal("翻页位置无效，请回到第一页。") from None
