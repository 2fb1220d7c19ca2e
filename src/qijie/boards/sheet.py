"""Prints boards: the template, dressed, as PDF. Nothing is fetched from anywhere."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy
import zxingcpp
from django.conf import settings
from django.template.loader import render_to_string

from qijie.boards.ground import Ground
from qijie.boards.picture import Panel, code_path, picture
from qijie.boards.queries import MAP_ASPECT, Board
from qijie.boards.rules import (
    EMERGENCIES,
    HOTLINE,
    MOST_NAMED,
    Answerer,
    Paper,
    common_hours,
    has_shared_phone,
)

if TYPE_CHECKING:
    from weasyprint import Document

# Tenths of the sheet's rem, so that lengths on the map are millimetres of an A3 sheet.
PRINTED = Panel(width=222, height=222 / MAP_ASPECT, compound=6.4, neighbour=5.4, house=4.4)
_STYLES = Path(__file__).parent / "static" / "boards"
_SCOPE_CHARS = 34
_MOST_TAKERS = 2
# Characters of a name that three lines of a row hold, and two where something stands below.
_MOST_NAME_CHARS, _MOST_NAME_CHARS_OVER_A_NOTE = 21, 14
_MOST_POST_CHARS = 28
# With more people on it a row has no room under the number.
_MOST_WITH_HOURS = 8
# PDF/UA: tagged, titled, in a language, every letter embedded. A fixed identifier keeps the bytes
# of a board the same however often it is made.
_PDF = {"pdf_variant": "pdf/ua-1", "pdf_identifier": b"qijie board"}
# Pango's font maps are not made for several threads at once, and one sheet fills a processor.
_PRESS = Lock()


def page_of(board: Board, paper: Paper, ground: Ground | None) -> str:
    """The board as an HTML document of one page."""
    cells = _code(board.page_url)
    people = [_fitting(one) for one in board.answerers[:MOST_NAMED]]
    context = {
        "board": board,
        "paper": paper.value,
        "people": people,
        "more": len(board.answerers) - len(people),
        "is_shortened": any(one not in board.answerers for one in people),
        "rows": _density(len(people)),
        "hours_differ": len(people) > _MOST_WITH_HOURS and any(one.hours for one in people),
        "title_size": _title_size(board.title),
        "hours": common_hours(people),
        "is_shared": has_shared_phone(people),
        "map": picture(ground, PRINTED, _map_title(board), _style("map.css")) if ground else "",
        "scope": _scope(board),
        "takers": _takers(board),
        "code": code_path(cells),
        "side": len(cells),
        "address": _plain_address(),
        "hotline": HOTLINE,
        "emergencies": EMERGENCIES,
    }
    return render_to_string("boards/board.html", context)


def _fitting(one: Answerer) -> Answerer:
    """With words that stand whole in their row; what is left out is behind the code."""
    most = _MOST_NAME_CHARS_OVER_A_NOTE if one.note else _MOST_NAME_CHARS
    return replace(one, name=_cut(one.name, most), post=_cut(one.post, _MOST_POST_CHARS))


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _code(address: str) -> list[list[bool]]:
    """The cells of a QR code, true where dark; up to a seventh of it may be scratched off."""
    made = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = numpy.asarray(made.to_image(scale=1, add_quiet_zones=False))
    return [[bool(cell) for cell in row] for row in image == 0]


def _density(count: int) -> str:
    return next(f"rows-{most}" for most in (3, 5, 6, _MOST_WITH_HOURS, MOST_NAMED) if count <= most)


def _title_size(title: str) -> str:
    return (
        "title-short" if len(title) <= 14 else "title-long" if len(title) <= 19 else "title-longest"
    )


def _map_title(board: Board) -> str:
    return f"{board.title}的边界、楼房和周围街道"


def _scope(board: Board) -> str:
    """The compounds by name, as many as two lines hold."""
    words: list[str] = []
    left = list(board.places)
    while left and len("、".join([*words, left[0]])) <= _SCOPE_CHARS:
        words.append(left.pop(0))
    named = "、".join(words)
    return f"{named}等 {len(board.places)} 处" if left and words else named


def _takers(board: Board) -> str:
    """Who takes the grid over, neighbours of the same community by their short names."""
    takers = board.change.takers if board.change else ()
    names = [name.removeprefix(board.community).strip() for _, name in takers]
    more = "等" if len(names) > _MOST_TAKERS else ""
    return "、".join(names[:_MOST_TAKERS]) + more


def _plain_address() -> str:
    """The portal's address as somebody types it."""
    parts = urlsplit(settings.PUBLIC_ADDRESS)
    return f"{parts.netloc}{parts.path}".rstrip("/")


@cache
def _style(name: str) -> str:
    return (_STYLES / name).read_text("utf-8")


def _refuse(url: str, *_: object, **__: object) -> dict[str, Any]:
    raise ValueError(f"A board fetches nothing, not even {url}")


class Press:
    """Lays out boards one after the other and writes them as one PDF, a page each.

    All of them share one set of fonts: with a set each, sixty boards took a gigabyte.
    """

    def __init__(self, paper: Paper) -> None:
        # Loaded with the first sheet: it takes a moment and needs Pango, which only printing needs.
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration

        self.paper = paper
        self._fonts = FontConfiguration()
        self._dress = CSS(string=_style("board.css"), font_config=self._fonts, url_fetcher=_refuse)
        self._documents: list[Document] = []

    @property
    def pages(self) -> int:
        return sum(len(document.pages) for document in self._documents)

    def lay_out(self, board: Board, ground: Ground | None) -> None:
        from weasyprint import HTML

        page = page_of(board, self.paper, ground)
        with _PRESS:
            html = HTML(string=page, url_fetcher=_refuse)
            self._documents.append(
                html.render(stylesheets=[self._dress], font_config=self._fonts, **_PDF)
            )

    def pdf(self) -> bytes:
        """The same boards make the same bytes."""
        first, *_ = self._documents
        pages = [page for document in self._documents for page in document.pages]
        with _PRESS:
            content: bytes = first.copy(pages).write_pdf(**_PDF)
        return content


def print_board(board: Board, paper: Paper, ground: Ground | None) -> bytes:
    """One grid's board as a PDF of one page."""
    press = Press(paper)
    press.lay_out(board, ground)
    return press.pdf()
