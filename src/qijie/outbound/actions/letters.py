"""Letters: written with the act they tell of, sent one by one with no transaction open."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import QuerySet

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.outbound import taken
from qijie.outbound.actions.alarm import tell_administrators
from qijie.outbound.models import Letter
from qijie.outbound.queries import letters_without_contact
from qijie.outbound.rules import pause_after
from qijie.records.hand import LOOKED_OVER, Kind, hand

UNDELIVERED_PAGE = "/console/undelivered/"
_log = logging.getLogger(__name__)


class MailServerAway(Exception):
    """The server cannot be reached or says nothing: no other letter would fare better now."""


def write_letter(
    region_code: str, to: str, subject: str, body: str, *, at: datetime, reporter_of: UUID | None
) -> None:
    Letter.objects.bulk_create(
        [
            Letter(
                region_code=region_code,
                reporter_of_id=reporter_of,
                to=to,
                subject=subject[:120],
                body=body,
                made_at=at,
                send_at=at,
            )
        ]
    )


def send_next(at: datetime) -> bool:
    """Sends the letter that waits longest and nobody has in hand; False when none is due.

    Begun and committed, sent with no row locked, then recorded: whoever dies in between has nothing
    in hand any more, and has left a note where the server had taken it. Raises MailServerAway.
    """
    with scope(SYSTEM):
        waiting = list(_due(at).order_by("send_at").values_list("pk", flat=True)[:LOOKED_OVER])
    if not waiting:
        return False
    with hand(Kind.LETTER) as take:
        for letter_id in filter(take, waiting):
            with taken.being_sent(letter_id) as is_ours:
                if is_ours and (letter := _begun(letter_id, at)):
                    _send(letter, at)
                    return True
    return False


def _due(at: datetime) -> QuerySet[Letter]:
    return Letter.objects.filter(given_up_at__isnull=True, send_at__lte=at)


def _begun(letter_id: UUID, at: datetime) -> Letter | None:
    """None where another has just sent it, or where nobody shall have it any more."""
    with scope(SYSTEM):
        letter = _due(at).select_for_update(skip_locked=True).filter(pk=letter_id).first()
        if letter is None:
            return None
        if letters_without_contact().filter(pk=letter_id).exists():
            # The reporter took the address back, or its time ran out: the letter ends with it.
            letter.delete()
            return None
        letter.tries += 1
        letter.save(update_fields=["tries"])
        return letter


def _send(letter: Letter, at: datetime) -> None:
    if taken.is_noted(letter.pk) or _is_sent(letter, at):
        with scope(SYSTEM):
            Letter.objects.filter(pk=letter.pk).delete()
        taken.forget(letter.pk)


def _is_sent(letter: Letter, at: datetime) -> bool:
    try:
        with get_connection() as connection:
            connection.send_messages([_message(letter)])
            # Before anything else, the farewell to the server included.
            taken.note(letter.pk)
    except (SMTPRecipientsRefused, SMTPDataError, SMTPSenderRefused) as refusal:
        _refused(letter, _codes(refusal), at)
    except OSError as error:
        # Every other fault of smtplib is one too: away, silent, cut, or it does not know us.
        _failed(letter, f"邮件服务器没有接收（{type(error).__name__}）。", at)
        raise MailServerAway from error
    except Exception as error:
        _log.exception("Letter %s cannot be sent", letter.pk)
        _give_up(letter, f"这封信写不成邮件（{type(error).__name__}），请核对收件地址。", at)
    else:
        return True
    return False


def _message(letter: Letter) -> EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or "localhost"
    headers = {"Message-ID": f"<{letter.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(letter.subject, letter.body, to=[letter.to], headers=headers)


def _codes(refusal: Exception) -> Sequence[int]:
    if isinstance(refusal, SMTPRecipientsRefused):
        return [code for code, _ in refusal.recipients.values()]
    return [int(getattr(refusal, "smtp_code", 0))]


def _refused(letter: Letter, codes: Sequence[int], at: datetime) -> None:
    """From 500 on it is for good; below, the server asks to come again."""
    why = f"邮件服务器拒收（{'、'.join(map(str, codes))}）。"
    if codes and min(codes) >= 500:
        _give_up(letter, why, at)
    else:
        _failed(letter, why, at)


def _failed(letter: Letter, why: str, at: datetime) -> None:
    if at - letter.made_at >= timedelta(hours=settings.EMAIL_GIVE_UP_HOURS):
        _give_up(letter, why, at)
        return
    with scope(SYSTEM):
        Letter.objects.filter(pk=letter.pk).update(
            send_at=at + pause_after(letter.tries), failure=why
        )


def _give_up(letter: Letter, why: str, at: datetime) -> None:
    """Leaves it for the system administrators, who are told once a day."""
    with scope(SYSTEM):
        Letter.objects.filter(pk=letter.pk).update(given_up_at=at, failure=why)
        tell_administrators(
            letter.region_code,
            letter.pk,
            number="没有送达",
            sentence="有邮件没有送达，请查看原因，改好后再发一次。",
            page=UNDELIVERED_PAGE,
            at=at,
        )


def send_again(letter_id: UUID, region_codes: Sequence[str], at: datetime) -> bool:
    """The administrator mended what kept it: it waits from the beginning once more.

    False where there is no such letter that was given up.
    """
    with scope(SYSTEM):
        found = _given_up(letter_id, region_codes).update(
            given_up_at=None, failure="", tries=0, send_at=at, made_at=at
        )
    return bool(found)


def drop_letter(letter_id: UUID, region_codes: Sequence[str]) -> bool:
    """False where there is no such letter that was given up."""
    with scope(SYSTEM):
        found, _ = _given_up(letter_id, region_codes).delete()
    return bool(found)


def _given_up(letter_id: UUID, region_codes: Sequence[str]) -> QuerySet[Letter]:
    return Letter.objects.filter(
        pk=letter_id, given_up_at__isnull=False, region_code__in=region_codes
    )


def forget_letters(at: datetime) -> int:
    """Letters end with the contact they belong to; given-up ones after their time as well."""
    old = at - timedelta(days=settings.KEPT_DAYS["letters"])
    with scope(SYSTEM):
        orphans, _ = Letter.objects.filter(
            pk__in=list(letters_without_contact().values_list("pk", flat=True))
        ).delete()
        stale, _ = Letter.objects.filter(given_up_at__lt=old).delete()
    return orphans + stale
