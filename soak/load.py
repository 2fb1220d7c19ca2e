"""30 reports and 60 pages a second: how long each takes, and where the time goes."""

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg

from soak.house import House
from soak.residents import RECEIVED, new_report
from soak.verdict import Row
from soak.visitor import NO_ANSWER, Visitor, form_to

SECONDS = 60
CREATES, READS = 30, 60
WAKING_SECONDS = 10
PATIENCE = 30
READERS, WRITERS = 24, 24


@dataclass(slots=True)
class Times:
    """Seconds from the moment a request was due, so that waiting in line counts."""

    seconds: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    def share(self, part: float) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * part)] * 1000 if self.seconds else 0.0

    def row(self, what: str) -> Row:
        errors = ", ".join(f"{count} × {kind}" for kind, count in self.wrong.items())
        speed = f"p50 {self.share(0.5):.0f} ms, p95 {self.share(0.95):.0f} ms"
        return Row(
            what,
            len(self.seconds) + self.wrong.total(),
            self.wrong.total(),
            note=f"{speed} {errors}".strip(),
        )


def run(house: House, pace: float) -> list[Row]:
    seconds = max(5.0, SECONDS * pace)
    residents = [_Resident(house) for _ in range(WRITERS)]
    readers = [Visitor(house.address, PATIENCE) for _ in range(READERS)]
    # A site that has just started has its pages to draw and its statements to plan.
    waking = _offered(residents, readers, WAKING_SECONDS, share=0.5)
    watch, begun = _Watch(house), time.monotonic()
    created, read = _offered(residents, readers, seconds)
    return [
        waking[0].row("creates while waking, 15/s"),
        waking[1].row("reads while waking, 30/s"),
        created.row("creates, 30/s"),
        read.row("reads, 60/s"),
        watch.row(time.monotonic() - begun),
    ]


def _offered(
    residents: "list[_Resident]", readers: list[Visitor], seconds: float, share: float = 1.0
) -> tuple[Times, Times]:
    """What reports and pages took that were asked for at this share of the pace."""
    created, read = Times(), Times()
    with ThreadPoolExecutor(WRITERS) as writing, ThreadPoolExecutor(READERS) as reading:
        begun = time.monotonic()
        pace_of = (
            (writing, CREATES, _taking_turns(residents, lambda one: one.report(), created)),
            (reading, READS, _taking_turns(readers, _read, read)),
        )
        threads = [
            threading.Thread(target=_offer, args=(pool, rate * share, seconds, begun, act))
            for pool, rate, act in pace_of
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return created, read


def _offer(
    pool: ThreadPoolExecutor,
    rate: float,
    seconds: float,
    begun: float,
    act: Callable[[float], None],
) -> None:
    """At an even pace, whether the earlier ones have been answered or not."""
    for number in range(int(rate * seconds)):
        due = begun + number / rate
        time.sleep(max(0.0, due - time.monotonic()))
        pool.submit(act, due)


def _taking_turns(
    people: list[Any], act: Callable[[Any], str], times: Times
) -> Callable[[float], None]:
    # The one who rested longest comes next: a line idle for long is closed, as it may be.
    free = deque(people)

    def once(due: float) -> None:
        one = free.popleft()
        try:
            wrong = act(one)
        except NO_ANSWER as error:
            wrong = type(error).__name__
        finally:
            free.append(one)
        if wrong:
            times.wrong[wrong] += 1
        else:
            times.seconds.append(time.monotonic() - due)

    return once


class _Resident:
    def __init__(self, house: House) -> None:
        self.visitor = Visitor(house.address, PATIENCE)
        self.fields = form_to(self.visitor.get("/report/").text, "report").fields

    def report(self) -> str:
        mark = uuid4().hex
        typed = {**self.fields, **new_report(mark), "form_key": str(uuid4())}
        answer = self.visitor.post("/report/", typed)
        return "" if answer.status == RECEIVED else str(answer.status)


_PAGES = ("/", "/report/", "/privacy/", "/grids/420103008001001/")


def _read(visitor: Visitor) -> str:
    status = visitor.get(random.choice(_PAGES)).status
    return "" if status == 200 else str(status)


class _Watch:
    """Samples what the database's sessions wait for, and what each part uses of the processor."""

    def __init__(self, house: House) -> None:
        self._house, self._done = house, threading.Event()
        self._waits: Counter[str] = Counter()
        self._used = self._cpu()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def row(self, seconds: float) -> Row:
        self._done.set()
        self._thread.join()
        used = {name: spent - self._used[name] for name, spent in self._cpu().items()}
        shares = ", ".join(f"{name} {spent / seconds:.0%} CPU" for name, spent in used.items())
        total = self._waits.total() or 1
        waits = ", ".join(f"{kind} {n / total:.0%}" for kind, n in self._waits.most_common(4))
        return Row("samples of waiting", total, note=f"{shares}; sessions: {waits}")

    def _cpu(self) -> dict[str, float]:
        parts = ("web", "worker", "database")
        used = {name: self._house.cpu_seconds(name) for name in parts}
        return {**used, "visitors": time.process_time()}

    def _sample(self) -> None:
        with suppress(psycopg.Error), self._house.database() as connection:
            while not self._done.wait(0.1):
                found = connection.execute(_WAITING).fetchall()
                self._waits.update(str(kind) for (kind,) in found)


_WAITING = """
    SELECT CASE WHEN state = 'idle in transaction' THEN 'between statements'
           ELSE coalesce(wait_event_type || ':' || wait_event, 'computing') END
    FROM pg_stat_activity WHERE usename = 'qijie_app' AND state <> 'idle'
"""
