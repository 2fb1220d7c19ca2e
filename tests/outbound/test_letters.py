"""Letters: sent if and only if their act is committed, whatever the mail server does."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket

import pytest
from django.conf import settings as current
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError
from django.db.models.signals import pre_delete
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.testing import InMemoryConnector
from pytest_django.fixtures import Settings

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.accounts.models import User
from qijie.issues import actions
from qijie.issues.models import Reporter
from qijie.outbound.actions import MailServerAway, forget_letters, send_next
from qijie.outbound.models import Letter, Notice
from qijie.outbound.queries import notices_for
from qijie.outbound.worker import turn
from qijie.records.actions import queue_job
from qijie.records.models import Timer
from tests import town
from tests.outbound import matters
from tests.web.site import SOURCE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def written(at: datetime) -> Letter:
    matters.reported(category="", email="reporter@example.org", at=at)
    turn(at)
    with scope(SYSTEM):
        return Letter.objects.get()


def waiting() -> list[Letter]:
    with scope(SYSTEM):
        return list(Letter.objects.all())


@contextmanager
def mail_server(settings: Settings, *, recipient: str = "250 ok") -> Iterator[None]:
    """Speaks enough SMTP for one letter at a time; `recipient` is what it says to the address."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        settings.EMAIL_HOST, settings.EMAIL_PORT = door.getsockname()
        threading.Thread(target=_serve, args=(door, recipient), daemon=True).start()
        yield


def _serve(door: socket, recipient: str) -> None:
    line, _ = door.accept()
    with line, line.makefile("rwb", buffering=0) as talk:
        talk.write(b"220 here\r\n")
        for said in talk:
            answer = recipient if said.lower().startswith(b"rcpt") else "250 ok"
            talk.write(f"{answer}\r\n".encode())
            if said.lower().startswith(b"quit"):
                return


def test_a_letter_waits_without_any_job_and_is_sent_once(at: datetime) -> None:
    letter = written(at)
    assert not ProcrastinateJob.objects.exists()
    assert send_next(at)
    assert not send_next(at)
    (sent,) = mail.outbox
    assert sent.to == ["reporter@example.org"]
    assert str(letter.pk) in sent.extra_headers["Message-ID"]
    assert waiting() == []


def test_a_letter_whose_sender_died_is_sent_again_at_once(at: datetime, settings: Settings) -> None:
    letter = written(at)
    settings.EMAIL_BACKEND = "tests.outbound.test_letters.Dying"
    with pytest.raises(SystemExit):
        send_next(at)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_next(at)
    assert str(letter.pk) in mail.outbox[0].extra_headers["Message-ID"]


def test_a_letter_the_server_took_is_not_sent_again_though_nothing_else_was_recorded(
    at: datetime, settings: Settings, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    letter = written(at)
    pre_delete.connect(_breaks_off, sender=Letter)
    try:
        with pytest.raises(OperationalError):
            send_next(at)
    finally:
        pre_delete.disconnect(_breaks_off, sender=Letter)
    assert [one.pk for one in waiting()] == [letter.pk]
    assert send_next(at)
    assert len(mail.outbox) == 1
    assert waiting() == []
    assert list((tmp_path / "taken").iterdir()) == []


def test_what_another_process_is_sending_is_left_to_it_though_the_database_forgot(
    at: datetime, settings: Settings, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    letter = written(at)
    sending = [sys.executable, "-c", SENDING, str(letter.pk)]
    environment = os.environ | {"QIJIE_VAR": str(tmp_path), "PYTHONPATH": SOURCE}
    with subprocess.Popen(sending, env=environment, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        assert not send_next(at)
        other.kill()
    assert send_next(at)
    assert len(mail.outbox) == 1


SENDING = """
import sys, time, uuid, django
django.setup()
from qijie.outbound.taken import being_sent
with being_sent(uuid.UUID(sys.argv[1])) as is_ours:
    print(is_ours, flush=True)
    time.sleep(600)
"""


def _breaks_off(**_: object) -> None:
    raise OperationalError("the database went away")


class Dying(BaseEmailBackend):
    """The process ends while the letter is on its way."""

    def send_messages(self, _: object) -> int:
        raise SystemExit


def test_a_server_that_says_nothing_is_left_after_the_time_limit(
    at: datetime, settings: Settings
) -> None:
    written(at)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert settings.EMAIL_TIMEOUT
    settings.EMAIL_TIMEOUT = 0.2
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        with pytest.raises(MailServerAway):
            send_next(at)
    (letter,) = waiting()
    assert letter.given_up_at is None
    assert letter.send_at == at + timedelta(seconds=15)
    assert letter.failure


def test_pauses_grow_until_the_letter_is_given_up(at: datetime, settings: Settings) -> None:
    written(at)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
    moment, pauses = at, []
    while (letter := waiting()[0]).given_up_at is None:
        with pytest.raises(MailServerAway):
            send_next(moment)
        pauses.append(waiting()[0].send_at - moment)
        moment = max(waiting()[0].send_at, moment + timedelta(minutes=1))
    assert [pause.total_seconds() for pause in pauses[:4]] == [15, 30, 60, 120]
    assert pauses[20] == timedelta(hours=1)
    assert letter.given_up_at - at >= timedelta(hours=current.EMAIL_GIVE_UP_HOURS)


def test_an_address_refused_for_good_is_a_task_of_the_administrator(
    at: datetime, settings: Settings
) -> None:
    written(at)
    with mail_server(settings, recipient="550 nobody here"):
        assert send_next(at)
    (letter,) = waiting()
    assert letter.given_up_at == at
    assert "550" in letter.failure
    han = town.viewer("han")
    with scope(han):
        assert [notice.page for notice in notices_for(han)] == ["/console/undelivered/"]


def test_an_address_refused_for_now_is_tried_again(at: datetime, settings: Settings) -> None:
    written(at)
    with mail_server(settings, recipient="451 later"):
        assert send_next(at)
    assert waiting()[0].given_up_at is None
    assert not send_next(at)


def test_a_letter_ends_with_the_contact_it_belongs_to(at: datetime) -> None:
    written(at)
    with scope(SYSTEM):
        Reporter.objects.update(email="")
    assert not send_next(at)
    assert mail.outbox == []
    assert waiting() == []


def test_by_night_letters_without_a_contact_are_forgotten(at: datetime) -> None:
    written(at)
    assert forget_letters(at) == 0
    with scope(SYSTEM):
        Reporter.objects.update(email="")
    assert forget_letters(at) == 1


def test_one_s_own_act_is_told_to_others_only(at: datetime) -> None:
    User.objects.filter(username="wang").update(email="wang@example.org")
    issue_id = matters.reported(category=town.RUBBISH, at=at)
    with scope(SYSTEM):
        Timer.objects.all().delete()
    turn(at)
    desk = town.viewer("wang")
    with scope(desk):
        before = notices_for(desk).count()
        actions.accept(issue_id, by=desk, at=at)
    letters = len(waiting())
    turn(at)
    with scope(desk):
        assert notices_for(desk).count() == before
    assert len(waiting()) == letters
    with scope(SYSTEM):
        assert Notice.objects.filter(sentence__startswith="受理").exists()


def test_a_job_is_queued_in_the_transaction_of_its_rows_even_in_the_worker() -> None:
    """There the shared app has another connection, which knows nothing of this transaction."""
    with app.replace_connector(InMemoryConnector()):
        queue_job("boards.draw_file", queue="drawing", file_id="1")
    assert ProcrastinateJob.objects.get().args == {"file_id": "1"}
