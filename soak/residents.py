"""Residents who report and say more, and desks that accept: what each was told is written down."""

import io
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from PIL import Image

from qijie.accounts.demo import PASSWORD
from soak.house import House
from soak.visitor import NO_ANSWER, Answer, Visitor, form_to

PLACES = Path(__file__).resolve().parents[1] / "profiles" / "jianghan" / "grids.geojson"
RECEIVED, TAKEN = 303, {302, 303}
# What a browser or a person tries again: cut off, away for a moment, too many at once.
AGAIN = {429, 502, 503, 504}
MOVES = ("add", "accept")
"""What the crowd does besides reporting."""
CATEGORIES = ("part-0101", "part-0102", "")


@dataclass(slots=True)
class Report:
    mark: str
    email: str
    has_photo: bool
    link: str = ""
    """Empty until the receipt came."""
    tries: int = 0


@dataclass(slots=True)
class Said:
    """A move of a resident or a desk."""

    mark: str
    move: str
    is_acknowledged: bool = False


class Ledger:
    """What was sent, and what was acknowledged."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.moves: list[Said] = []
        self.wrong: list[str] = []
        """Answers nobody should get."""
        self.stopping = threading.Event()

    @property
    def acknowledged(self) -> list[Report]:
        return [one for one in self.reports if one.link]


def crowd(
    house: House, ledger: Ledger, pause: float, residents: int, desks: int
) -> list[threading.Thread]:
    """Each one goes on until the ledger is closed, a pause between any two acts."""
    acts: list[Callable[[], None]] = [lambda: _reports(house, ledger, pause)] * residents
    acts += [lambda: _says_more(house, ledger, pause)]
    acts += [lambda: _accepts(house, ledger, pause)] * desks
    threads = [threading.Thread(target=act, daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    return threads


def _reports(house: House, ledger: Ledger, pause: float) -> None:
    while not ledger.stopping.wait(random.uniform(0, 2 * pause)):
        report(house, ledger, has_photo=random.random() < 0.4, has_email=random.random() < 0.6)


def report(house: House, ledger: Ledger, *, has_photo: bool, has_email: bool) -> Report:
    """Sent under one key until there is a receipt, as the form on the phone does."""
    mark = uuid4().hex
    one = Report(mark, f"{mark}@example.org" if has_email else "", has_photo)
    ledger.reports.append(one)
    typed = new_report(mark, one.email)
    photos = [("现场.jpg", new_photo())] if has_photo else []
    visitor = Visitor(house.address)

    def send() -> Answer:
        one.tries += 1
        form = form_to(visitor.get("/report/").text, "report")
        typed.setdefault("form_key", form.fields["form_key"])
        return visitor.post("/report/", {**form.fields, **typed}, photos)

    answer = _until_answered(ledger, "POST /report/", send)
    if answer is not None and answer.status == RECEIVED:
        one.link = answer.location.partition("?")[0]
    elif answer is not None:
        ledger.wrong.append(f"POST /report/ {answer.status}")
    visitor.hang_up()
    return one


def new_report(mark: str, email: str = "") -> dict[str, str]:
    lon, lat = random.choice(_points())
    return {
        "words": f"楼道灯不亮 {mark}",
        "place_words": "三号楼二单元",
        "lon": str(lon),
        "lat": str(lat),
        "system": "cgcs2000",
        "category": random.choice(CATEGORIES),
        "email": email,
    }


def new_photo(side: int = 320) -> bytes:
    """No two alike, so that none is kept under another's name."""
    content = io.BytesIO()
    noise = Image.frombytes("RGB", (16, 16), random.randbytes(768))
    noise.resize((side, side)).save(content, "JPEG", quality=85)
    return content.getvalue()


def _says_more(house: House, ledger: Ledger, pause: float) -> None:
    """Somebody whose report was received adds words by the private link."""
    while not ledger.stopping.wait(random.uniform(0, 2 * pause)):
        received = ledger.acknowledged[-200:]
        if received:
            _move(
                house, ledger, Visitor(house.address), f"{random.choice(received).link}add/", "add"
            )


def _accepts(house: House, ledger: Ledger, pause: float) -> None:
    """The desk of the place accepts what nobody has accepted yet."""
    desks: dict[str, Visitor] = {}
    while not ledger.stopping.wait(random.uniform(0, 2 * pause)):
        try:
            found = house.ask(_UNACCEPTED)
            if found:
                desk = desks.setdefault(str(found[0][1]), Visitor(house.address))
                _accept(house, ledger, desk, *map(str, found[0]))
        except (*NO_ANSWER, psycopg.Error, RuntimeError, LookupError):
            time.sleep(0.2)


_UNACCEPTED = """
    SELECT id, path FROM issues_issue WHERE state = 'reported'
    AND words LIKE '楼道灯不亮%%' ORDER BY random() LIMIT 1
"""


def _accept(house: House, ledger: Ledger, desk: Visitor, matter: str, path: str) -> None:
    url = f"/console/matters/{matter}/accept/"
    if desk.get("/console/").status != 200:
        desk.sign_in(f"desk-{path[6:12]}", PASSWORD)
    _move(house, ledger, desk, url, "accept")


def _move(house: House, ledger: Ledger, visitor: Visitor, url: str, move: str) -> None:
    said = Said(uuid4().hex, move)
    pages: list[dict[str, str]] = []

    def send() -> Answer:
        if not pages:
            page = visitor.get(url)
            if page.status != 200:
                return page
            form = form_to(page.text, f"/{move}/", url)
            chosen = {name: form.choices[name][0] for name in form.choices if form.choices[name]}
            pages.append({**chosen, **form.fields, "words": f"补充 {said.mark}"})
            ledger.moves.append(said)
        return visitor.post(url, pages[0])

    answer = _until_answered(ledger, url, send)
    if answer is not None and answer.status in TAKEN and "login" not in answer.location:
        said.is_acknowledged = True


def _until_answered(ledger: Ledger, what: str, send: Callable[[], Answer]) -> Answer | None:
    """Tries again what was cut off or put off, for a minute; a 500 is nobody's answer."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            answer = send()
        except (*NO_ANSWER, LookupError):
            time.sleep(0.3)
            continue
        if answer.status == 500:
            ledger.wrong.append(f"{what} 500")
        elif answer.status not in AGAIN:
            return answer
        time.sleep(0.3)
    return None


def _points() -> list[tuple[float, float]]:
    if not _POINTS:
        from shapely.geometry import shape

        for one in json.loads(PLACES.read_text("utf-8"))["features"]:
            point = shape(one["geometry"]).representative_point()
            _POINTS.append((round(point.x, 7), round(point.y, 7)))
    return _POINTS


_POINTS: list[tuple[float, float]] = []
