"""kill -9 and restarts of every part under load: nothing lost, nothing done twice."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from soak.house import House
from soak.residents import MOVES, Ledger, Report, crowd
from soak.verdict import Row
from soak.visitor import NO_ANSWER, Visitor

SECONDS = 390
FAULTS = 71
RIGHT_IN_A_ROW = 5
DRAIN_SECONDS = 60


def run(house: House, pace: float) -> list[Row]:
    ledger = Ledger()
    threads = crowd(house, ledger, pause=0.35, residents=6, desks=2)
    begun, seconds = time.monotonic(), SECONDS * pace
    times = [_break(house, kind) for kind in _turns(begun, seconds, max(6, round(FAULTS * pace)))]
    house.wait_until_right()
    ledger.stopping.set()
    for thread in threads:
        thread.join(90)
    _drain(house, ledger)
    return [*_returns(times), *_reports(house, ledger), *_others(house, ledger)]


# --- breaking ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Fault:
    kind: str
    back: float
    wrong: list[int] = field(default_factory=list)


def _turns(begun: float, seconds: float, faults: int) -> Iterator[str]:
    """Every kind equally often, in an order nobody chose, evenly over the time."""
    kinds = [list(_KINDS)[number % len(_KINDS)] for number in range(faults)]
    random.shuffle(kinds)
    for number, kind in enumerate(kinds):
        time.sleep(max(0.0, begun + seconds * number / faults - time.monotonic()))
        yield kind


def _break(house: House, kind: str) -> Fault:
    begun = time.monotonic()
    _KINDS[kind](house)
    if kind.startswith("worker"):
        back = _worker_is_back(house, house.ask("SELECT now()")[0][0])
    else:
        back = house.wait_until_right(RIGHT_IN_A_ROW)
    return Fault(kind, back - begun)


def _worker_is_back(house: House, at: object) -> float:
    """When a clock was first served after the fault."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(psycopg.Error):
            if house.ask("SELECT 1 FROM records_timer WHERE done_at > %s LIMIT 1", at):
                break
        time.sleep(0.05)
    return time.monotonic()


def _kill_web_worker(house: House) -> None:
    children = house.children("web")
    if children:
        _kill(random.choice(children))


def _kill_back_end(house: House) -> None:
    found = house.ask(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'qijie_app' ORDER BY random() LIMIT 1"
    )
    if found:
        _kill(int(str(found[0][0])))
    time.sleep(0.2)


def _kill_postmaster(house: House) -> None:
    _kill(house.postmaster())
    time.sleep(0.2)
    house.cluster.start()


def _restart_database(house: House) -> None:
    house.cluster.stop()
    house.cluster.start()


def _kill(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


_KINDS: dict[str, Callable[[House], None]] = {
    "web worker kill -9": _kill_web_worker,
    "web master kill -9": lambda house: _kill(house.pid("web")),
    "worker kill -9": lambda house: _kill(house.pid("worker")),
    "PostgreSQL back end kill -9": _kill_back_end,
    "PostgreSQL kill -9": _kill_postmaster,
    "PostgreSQL restart": _restart_database,
}


# --- looking ----------------------------------------------------------------------------------


def _drain(house: House, ledger: Ledger) -> None:
    """Until nothing waits to be told or sent."""
    deadline = time.monotonic() + DRAIN_SECONDS
    waiting = (
        "SELECT (SELECT count(*) FROM records_outboxentry) + (SELECT count(*) FROM outbound_letter)"
        " + (SELECT count(*) FROM records_attachment WHERE state = 'waiting')"
    )
    while time.monotonic() < deadline and house.ask(waiting)[0][0]:
        time.sleep(1)


def _returns(faults: list[Fault]) -> list[Row]:
    return [
        Row(kind, len(found), worst_return=max(one.back for one in found), note=_median(found))
        for kind in _KINDS
        if (found := [one for one in faults if one.kind == kind])
    ]


def _median(faults: list[Fault]) -> str:
    return f"median {sorted(one.back for one in faults)[len(faults) // 2]:.1f} s"


def _reports(house: House, ledger: Ledger) -> list[Row]:
    stored = Counter(
        str(words).rpartition(" ")[2]
        for (words,) in house.ask("SELECT words FROM issues_issue WHERE words LIKE '楼道灯不亮%%'")
    )
    kept = ledger.acknowledged
    lost = sum(stored[one.mark] == 0 for one in kept)
    doubled = sum(stored[one.mark] > 1 for one in ledger.reports)
    links = [_link_is_right(house, one) for one in kept]
    with_photo = [one for one in kept if one.has_photo]
    photos = sum(not _photo_is_there(house, one) for one in with_photo)
    unanswered = len(ledger.reports) - len(kept)
    return [
        Row("reports acknowledged", len(kept), lost, note=f"{unanswered} gave up unanswered"),
        Row("reports sent, done twice", len(ledger.reports), doubled),
        Row("private links", len(links), links.count(False)),
        Row("photos", len(with_photo), photos),
    ]


def _link_is_right(house: House, one: Report) -> bool:
    return one.mark in _page(house, one.link)


def _photo_is_there(house: House, one: Report) -> bool:
    """Shown on its page, perhaps after a moment of being looked at, and to be had."""
    visitor = Visitor(house.address)
    for _ in range(20):
        page = _page(house, one.link)
        pieces = [piece for piece in page.split('"') if "/photos/" in piece]
        if pieces:
            return visitor.get(pieces[0]).status == 200
        time.sleep(1)
    return False


def _page(house: House, path: str) -> str:
    for _ in range(3):
        with suppress(*NO_ANSWER):
            return Visitor(house.address).get(path).text
    return ""


def _others(house: House, ledger: Ledger) -> list[Row]:
    return [
        _moves(house, ledger),
        _numbers(house),
        _mails(house, ledger),
        _wrong(ledger),
        _ends(house),
    ]


def _moves(house: House, ledger: Ledger) -> Row:
    stored = Counter(
        str(words).rpartition(" ")[2]
        for (words,) in house.ask("SELECT words FROM records_event WHERE words LIKE '补充 %%'")
    )
    lost = sum(one.is_acknowledged and not stored[one.mark] for one in ledger.moves)
    doubled = sum(stored[one.mark] > 1 for one in ledger.moves)
    sure = sum(one.is_acknowledged for one in ledger.moves)
    made = Counter(one.move for one in ledger.moves if one.is_acknowledged)
    # A kind nobody managed once was not tried, and nothing is known of it.
    untried = [move for move in MOVES if not made[move]]
    kinds = ", ".join(f"{made[move]} × {move}" for move in MOVES)
    note = f"{kinds}, {lost} lost, {doubled} doubled"
    return Row("moves acknowledged", sure, lost + doubled + len(untried), note=note)


def _numbers(house: House) -> Row:
    numbers = [str(number) for (number,) in house.ask("SELECT number FROM issues_issue")]
    series = sorted(int(number.split("-")[2]) for number in numbers if number.count("-") == 3)
    gaps = (series[-1] - series[0] + 1 - len(set(series))) if series else 0
    return Row(
        "matter numbers", len(numbers), len(numbers) - len(set(numbers)), note=f"{gaps} gaps"
    )


def _mails(house: House, ledger: Ledger) -> Row:
    """One letter for each sentence the reporter was to be told, and none twice."""
    wanted = Counter(
        {
            str(email): int(str(count))
            for email, count in house.ask(
                "SELECT r.email, count(*) FROM issues_reporter r "
                "JOIN records_event e ON e.subject_id = r.issue_id AND e.sentence <> '' "
                "WHERE r.email LIKE '%%@example.org' GROUP BY r.email"
            )
        }
    )
    letters = house.mailbox.letters()
    sent, again = Counter(letters), len(house.mailbox.received) - len(letters)
    arrived = Counter(to for to, _, _ in sent)
    lost = sum(max(0, count - arrived[to]) for to, count in wanted.items())
    doubled = sum(count - 1 for count in sent.values())
    note = f"{lost} lost, {doubled} doubled, {again} again as the answer was unheard"
    return Row("mails", sum(wanted.values()), lost + doubled, note=note)


def _wrong(ledger: Ledger) -> Row:
    kinds = Counter(one.rpartition(" ")[2] for one in ledger.wrong)
    note = ", ".join(f"{count} × {status}" for status, count in kinds.items())
    tried = sum(one.tries for one in ledger.reports) + len(ledger.moves)
    return Row("answers 500 or refused", tried, len(ledger.wrong), note=note)


def _ends(house: House) -> Row:
    """A program that ends by itself says so by its code; killed ones say -9."""
    lies = [name for name, code in house.ended if code == 0]
    codes = Counter(f"{name} {code}" for name, code in house.ended)
    note = ", ".join(f"{count} × {what}" for what, count in sorted(codes.items()))
    return Row("programs that ended", max(1, len(house.ended)), len(lies), note=note)
