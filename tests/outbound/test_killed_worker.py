"""`qijie worker`, killed with something in hand: the next one has it at once, nothing is lost."""

import os
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.kernel.ids import new_id
from qijie.outbound.actions.letters import write_letter
from qijie.outbound.models import Letter
from qijie.records import actions as records
from qijie.records.hand import Kind, hand
from qijie.records.models import Attachment
from qijie.records.photos import take_in, waiting_path
from soak.mailbox import Mailbox
from tests import town
from tests.outbound.processes import PATIENCE_SECONDS, Worker, until
from tests.records.samples import encoded, picture
from tests.web.line import Line

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committing")]

LETTERS, IN_THE_MIDDLE = 30, 15
Start = Callable[..., Worker]


def killed(worker: Worker) -> None:
    worker.process.kill()
    worker.process.wait(PATIENCE_SECONDS)


def is_free(kind: Kind, thing: UUID | int) -> bool:
    with hand(kind) as take:
        return take(thing)


class Box(Mailbox):
    """Keeps its answer to one letter back until told, as if the line were slow."""

    def __init__(self, held: int) -> None:
        super().__init__()
        self.held, self.go_on = held, threading.Event()

    def has_kept(self) -> None:
        if len(self.received) == self.held:
            self.go_on.wait(PATIENCE_SECONDS)

    @property
    def setting(self) -> dict[str, str]:
        return {"QIJIE_EMAIL_HOST": "127.0.0.1", "QIJIE_EMAIL_PORT": str(self.port)}

    def arrivals(self) -> Counter[str]:
        return Counter(str(one["Message-ID"]) for _, one in self.received)


def letters_left() -> int:
    with scope(SYSTEM):
        return Letter.objects.count()


@pytest.mark.parametrize(
    ("held", "seen"),
    [(IN_THE_MIDDLE, IN_THE_MIDDLE), (0, IN_THE_MIDDLE // 3)],
    ids=["the server has one in its hands", "at any moment"],
)
def test_of_thirty_letters_each_arrives_and_at_most_the_one_under_way_arrives_twice(
    start: Start, at: datetime, held: int, seen: int
) -> None:
    with scope(SYSTEM):
        for number in range(LETTERS):
            to = f"resident-{number}@example.org"
            write_letter(town.DISTRICT, to, "进展", f"第 {number} 封", at=at, reporter_of=None)
        wanted = set(Letter.objects.values_list("to", flat=True))
    with Box(held) as box:
        first = start(**box.setting)
        first.until(lambda: len(box.received) >= seen)
        killed(first)
        under_way = box.received[-1][1]["Message-ID"]
        box.go_on.set()
        second = start(**box.setting)
        second.until(lambda: letters_left() == 0)
        box.shutdown()
    arrivals = box.arrivals()
    twice = {letter: count for letter, count in arrivals.items() if count > 1}
    lost = wanted - {to for to, _ in box.received}
    print(f"{len(wanted)} letters, {len(lost)} lost, {len(twice)} twice")
    assert not lost
    assert len(arrivals) == LETTERS
    assert sum(twice.values()) <= 2
    if held:
        assert set(twice) == {under_way}, "kept by the server, which had no time to say so"


def test_a_photo_in_hand_is_looked_at_by_the_next_worker_at_once(
    start: Start, at: datetime, tmp_path: Path
) -> None:
    raw = encoded(picture(), "JPEG")
    settings.PHOTO_FOLDER = tmp_path / "photos"
    subject_id = new_id()
    photos = take_in([("a.jpg", raw)])
    path = waiting_path(photos[0].waiting_name)
    path.unlink()
    # Whoever reads it waits for somebody to write.
    os.mkfifo(path)
    with scope(SYSTEM):
        records.attach(
            photos,
            region_code=town.DISTRICT,
            subject_id=subject_id,
            event_id=new_id(),
            purpose="report",
            from_reporter=True,
            at=at,
        )

    def photo() -> Attachment:
        with scope(SYSTEM):
            return Attachment.objects.get(subject_id=subject_id)

    first = start()
    first.until(lambda: photo().tries == 1)
    assert not is_free(Kind.PHOTO, photo().pk)
    killed(first)
    path.unlink()
    path.write_bytes(raw)
    start().until(lambda: photo().state == "shown")
    assert photo().tries == 2


def test_a_job_in_hand_is_done_by_the_next_worker_at_once(start: Start, line: Line) -> None:
    records.queue_job("outbound.clear", queue="default", timestamp="0")
    job_id = ProcrastinateJob.objects.get(task_name="outbound.clear").pk
    with transaction.atomic(using="owner"):
        # The job waits in the middle of its work.
        connections["owner"].cursor().execute("LOCK TABLE records_miss")
        first = start()
        first.until(lambda: not is_free(Kind.JOB, job_id))
        killed(first)
        # What it asked is not asked for nobody, though what it waits for never came.
        until(line.is_quiet)
    start().until(lambda: ProcrastinateJob.objects.get(pk=job_id).status == "succeeded")
    assert ProcrastinateJob.objects.get(pk=job_id).attempts == 2
