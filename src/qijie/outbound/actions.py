"""Tells whom an act concerns, once each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Viewer
from qijie.issues.models import Issue, Reporter
from qijie.issues.rules.vocabulary import Audience, Move
from qijie.outbound.models import Notice
from qijie.outbound.queries import notices_for, posts_of_audience
from qijie.outbound.tasks import send_mail
from qijie.records import actions as records
from qijie.records.models import OutboxEntry
from qijie.teams.queries import emails_of_posts

_BATCH = 100


def deliver(at: datetime) -> int:
    """Tells a batch of what waits in the outbox; returns how many entries it told.

    Notices are written and mails queued in the transaction that takes the entries away, so a crash
    tells nobody twice in the app; a mail may be repeated, never lost.
    """
    with scope(SYSTEM):
        entries = records.claim_outbox(_BATCH)
        issues = Issue.objects.in_bulk([entry.subject_id for entry in entries])
        for entry in entries:
            if issue := issues.get(entry.subject_id):
                _tell(entry, issue, at)
        records.told(entries)
    return len(entries)


def _tell(entry: OutboxEntry, issue: Issue, at: datetime) -> None:
    on = timezone.localdate(at)
    sentences: dict[UUID, str] = {}
    for one in entry.told:
        audience = Audience(one["audience"])
        if audience is Audience.REPORTER:
            _mail_reporter(issue, one["sentence"])
            continue
        order_id = UUID(one["order"]) if one["order"] else None
        for post_id in posts_of_audience(audience, issue, order_id, on):
            sentences.setdefault(post_id, one["sentence"] or _sentence(issue, Move(one["move"])))
    _notify(entry, issue, sentences, at)


def _sentence(issue: Issue, move: Move) -> str:
    return f"{move.label}：{issue.words[:60]}"


def _notify(entry: OutboxEntry, issue: Issue, sentences: dict[UUID, str], at: datetime) -> None:
    Notice.objects.bulk_create(
        [
            Notice(
                region_code=issue.region_code,
                post_id=post_id,
                subject_id=issue.pk,
                event_id=entry.pk,
                number=issue.number,
                sentence=sentence[:200],
                at=at,
            )
            for post_id, sentence in sentences.items()
        ],
        ignore_conflicts=True,
    )
    on = timezone.localdate(at)
    for email in emails_of_posts(sentences, on):
        link = f"{settings.PUBLIC_ADDRESS}/console/matters/{issue.pk}/"
        queue_mail(email, f"齐解事项 {issue.number}", f"有一件事项等您办理。\n{link}")


def _mail_reporter(issue: Issue, sentence: str) -> None:
    contact = Reporter.objects.filter(issue=issue).exclude(email="").first()
    if contact is None or not sentence:
        return
    queue_mail(
        contact.email,
        f"您反映的事项 {issue.number} 有新进展",
        f"{sentence}\n\n请用提交时得到的专属链接查看详情。这封邮件不含链接，以免他人代您打开。",
    )


def queue_mail(to: str, subject: str, body: str) -> None:
    send_mail.defer(to=to, subject=subject, body=body)


@transaction.atomic
def mark_read(notice_ids: Sequence[UUID], *, by: Viewer, at: datetime) -> int:
    return notices_for(by).filter(pk__in=notice_ids, read_at__isnull=True).update(read_at=at)
