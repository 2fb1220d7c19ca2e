"""Keyset pages of notices and of the access log, the newest first."""

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

PAGE_SIZE = 50


M = TypeVar("M", Notice, AccessEntry)


@dataclass(frozen=True, slots=True)
class Slice(Generic[M]):
    rows: list[M]
    older: str
    """Cursor of the next page; empty on the last."""


def newest(rows: QuerySet[M], after: str = "", size: int = PAGE_SIZE) -> Slice[M]:
    """One page of rows that have `at`; raises Refusal for a cursor that is not one of ours."""
    if after:
        at, last_id = _read(after)
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=last_id))
    found = list(rows.order_by("-at", "-pk")[: size + 1])
    shown = found[:size]
    return Slice(shown, _write(shown[-1]) if len(found) > size else "")


def _write(row: Notice | AccessEntry) -> str:
    plain = json.dumps([row.at.isoformat(), str(row.pk)])
    return base64.urlsafe_b64encode(plain.encode()).decode()


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, last_id = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(at), UUID(last_id)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise Refusal("翻页位置无效，请回到第一页。") from None
