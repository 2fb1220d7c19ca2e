"""Tells whom an act concerns, once each."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Viewer
from qijie.accounts.models import User
from qijie.issues.models import Issue, Reporter
from qijie.issues.rules.vocabulary import Audience, Move
from qijie.outbound.actions.alarm import tell_administrators
from qijie.outbound.actions.letters import write_letter
from qijie.outbound.models import Notice
from qijie.outbound.queries import (
    Reached,
    begin_batch,
    emails_by_page,
    events_told,
    notices_for,
    posts_of_audience,
)
from qijie.records import actions as records
from qijie.records.models import OutboxEntry
from qijie.teams.queries import emails_of_posts

_BATCH = 100
_RETRY_AFTER = timedelta(seconds=30)
_SLOWEST = 7
TRIES_BEFORE_A_TASK = 8
"""After about two hours news that cannot be told is somebody's task; it goes on being tried."""
_NOTICES_PAGE = "/console/notices/"
_log = logging.getLogger(__name__)


def deliver(at: datetime) -> int:
    """Tells a batch of what waits in the outbox; returns how many entries it told.

    Notices and letters are written in the transaction that takes the entries away, so a crash
    tells nobody twice in the app; a mail may be repeated, never lost.
    """
    begin_batch()
    with scope(SYSTEM):
        entries = records.claim_outbox(at, _BATCH)
        issues = Issue.objects.select_related("category").in_bulk(
            [entry.subject_id for entry in entries]
        )
        batch = _Batch(events_told(entries), _with_email(issues), at)
        told = [entry for entry in entries if _is_told(entry, issues.get(entry.subject_id), batch)]
        records.told(told)
    return len(told)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is read once for all entries told together."""

    reached: Mapping[UUID, Reached]
    with_email: Collection[UUID]
    at: datetime


def _with_email(issue_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Most leave no e-mail; of the others it is read when it is used."""
    reporters = Reporter.objects.filter(issue__in=list(issue_ids)).exclude(email="")
    return frozenset(reporters.values_list("issue_id", flat=True))


def _is_told(entry: OutboxEntry, issue: Issue | None, batch: _Batch) -> bool:
    try:
        with transaction.atomic():
            if issue is not None:
                _tell(entry, issue, batch)
            else:
                _tell_posts(entry, batch.at)
    except Exception:
        # One broken entry must not keep everybody else's news back; it is tried again later.
        _log.exception("Outbox entry %s of %s failed", entry.pk, entry.subject_id)
        _leave_for_later(entry, batch.at)
        return False
    return True


def _leave_for_later(entry: OutboxEntry, at: datetime) -> None:
    records.postpone(entry, until=at + _RETRY_AFTER * 2 ** min(entry.tries, _SLOWEST))
    if entry.tries + 1 == TRIES_BEFORE_A_TASK:
        tell_administrators(
            entry.region_code,
            entry.subject_id,
            number="通知没有送到",
            sentence=f"有通知试了 {TRIES_BEFORE_A_TASK} 次都没有送到，请查看运行记录。",
            page=_NOTICES_PAGE,
            at=at,
        )


def _tell(entry: OutboxEntry, issue: Issue, batch: _Batch) -> None:
    """Where the matter went on since, that step waits for nobody any more."""
    at, reached = batch.at, batch.reached.get(entry.pk)
    is_stale = reached is not None and reached.state != issue.state
    by_user_id = reached.by_user_id if reached else None
    on = timezone.localdate(at)
    sentences: dict[UUID, str] = {}
    for one in entry.told:
        audience = Audience(one["audience"])
        if audience is Audience.REPORTER:
            if issue.pk in batch.with_email:
                _mail_reporter(issue, one["sentence"], at)
            continue
        if audience is Audience.NEXT_HOLDER and is_stale:
            continue
        order_id = UUID(one["order"]) if one["order"] else None
        for post_id in posts_of_audience(audience, issue, order_id, on):
            sentences.setdefault(post_id, one["sentence"] or _sentence(issue, Move(one["move"])))
    _notify(entry, issue, sentences, at, by_user_id)
    _mail_staff(issue, sentences, at, by_user_id)


def _tell_posts(entry: OutboxEntry, at: datetime) -> None:
    """News of no matter, addressed by whoever wrote it: a post, a sentence and the page to see."""
    told = [one for one in entry.told if "post" in one]
    Notice.objects.bulk_create(
        [
            Notice(
                region_code=entry.region_code,
                post_id=UUID(one["post"]),
                subject_id=entry.subject_id,
                event_id=entry.pk,
                number=one["number"][:32],
                sentence=one["sentence"][:200],
                page=one["page"][:80],
                at=at,
            )
            for one in told
        ],
        ignore_conflicts=True,
    )
    letters: dict[str, Mapping[str, str]] = {}
    for one in told:
        for email in emails_of_posts([UUID(one["post"])], timezone.localdate(at)):
            letters.setdefault(email, one)
    for email, one in letters.items():
        link = f"{settings.PUBLIC_ADDRESS}{one['page'] or '/'}"
        write_letter(
            entry.region_code,
            email,
            f"齐解：{one['number']}",
            f"有一条通知给您。\n{link}",
            at=at,
            reporter_of=None,
        )


def _sentence(issue: Issue, move: Move) -> str:
    what = issue.words[:60] or (issue.category.name if issue.category else issue.number)
    return f"{move.label}：{what}"


def _notify(
    entry: OutboxEntry,
    issue: Issue,
    sentences: dict[UUID, str],
    at: datetime,
    by_user_id: UUID | None,
) -> None:
    Notice.objects.bulk_create(
        [
            Notice(
                region_code=issue.region_code,
                post_id=post_id,
                subject_id=issue.pk,
                event_id=entry.pk,
                number=issue.number,
                sentence=sentence[:200],
                by_user_id=by_user_id,
                at=at,
            )
            for post_id, sentence in sentences.items()
        ],
        ignore_conflicts=True,
    )


def _mail_staff(
    issue: Issue, post_ids: Collection[UUID], at: datetime, by_user_id: UUID | None
) -> None:
    """One mail an address, however many of the posts told are held by its owner; none for the one
    whose own act it was."""
    on = timezone.localdate(at)
    pages: dict[str, str] = {}
    for page, emails in emails_by_page(post_ids, issue.pk, on):
        pages |= {email: page for email in emails if email not in pages}
    if pages and by_user_id:
        pages.pop(User.objects.values_list("email", flat=True).get(pk=by_user_id), None)
    for email, page in pages.items():
        link = f"{settings.PUBLIC_ADDRESS}{page}"
        write_letter(
            issue.region_code,
            email,
            f"齐解事项 {issue.number}",
            f"有一件事项等您办理。\n{link}",
            at=at,
            reporter_of=None,
        )


def _mail_reporter(issue: Issue, sentence: str, at: datetime) -> None:
    contact = Reporter.objects.filter(issue=issue).exclude(email="").first()
    if contact is None or not sentence:
        return
    write_letter(
        issue.region_code,
        contact.email,
        f"您反映的事项 {issue.number} 有新进展",
        f"{sentence}\n\n请用提交时得到的专属链接查看详情。这封邮件不含链接，以免他人代您打开。",
        at=at,
        reporter_of=issue.pk,
    )


@transaction.atomic
def mark_read(notice_ids: Sequence[UUID], *, by: Viewer, at: datetime) -> int:
    return notices_for(by).filter(pk__in=notice_ids, read_at__isnull=True).update(read_at=at)


@transaction.atomic(savepoint=False)
def mark_read_of(subject_id: UUID, *, by: Viewer, at: datetime) -> int:
    """Whoever opens a matter has read what was told of it."""
    mine = Notice.objects.filter(post_id__in=by.post_ids, read_at__isnull=True)
    return mine.filter(subject_id=subject_id).update(read_at=at)
