"""A printed board, read back: its words, its code, its fonts."""

import io
import re
from dataclasses import replace
from datetime import date

import numpy
import zxingcpp
from pypdf import PageObject, PdfReader

from qijie.boards.ground import Ground, House, Ring, Street, Surface
from qijie.boards.queries import Board
from qijie.boards.rules import Answerer, Paper
from qijie.boards.sheet import Press

ON = date(2026, 11, 22)
A4_POINTS = (841.89, 595.28)
A3_POINTS = (1190.55, 841.89)
WORKER = Answerer("网格员", "陈静", phone="027-85559999", hours="周一至周五 8:30–17:30")
BOARD = Board(
    node_id=1,
    code="429901001001001",
    path="429901001001001",
    name="第一网格",
    kind_words="综合网格",
    community="槐荫社区",
    street="青石街道",
    district="示范区",
    on=ON,
    valid_from=date(2026, 9, 1),
    change=None,
    is_illustrative=False,
    households=380,
    buildings=20,
    places=("槐荫苑", "芷和里"),
    answerers=(WORKER, Answerer("社区受理席", "王芳", phone="027-85551111", hours="全天")),
)


def _square(west: float, south: float, side: float) -> Ring:
    east, north = west + side, south + side
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


GROUND = Ground(
    west=0,
    south=0,
    east=457.76,
    north=400,
    grid=Surface("", ((_square(100, 100, 200),),)),
    neighbours=(Surface("第二网格", ((_square(300, 100, 150),),)),),
    compounds=(Surface("槐荫苑", ((_square(120, 120, 90),),)),),
    houses=(
        House("槐荫苑3栋", "槐荫苑", True, _square(130, 130, 20)),
        House("青石街9号", "", True, _square(240, 240, 20)),
        House("邻居1栋", "", False, _square(320, 120, 20)),
    ),
    streets=(Street("residential", (((0, 90), (457, 90)),)),),
)


def pressed(board: Board = BOARD, paper: Paper = Paper.A3, ground: Ground | None = GROUND) -> bytes:
    press = Press(paper)
    press.lay_out(board, ground)
    return press.pdf()


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def words_on(page: PageObject) -> str:
    """Without blanks: where a line breaks is nobody's concern."""
    return re.sub(r"\s+", "", page.extract_text())


# `.report` of board.css starts 19.25 rem of 10 mm below the top of an A3 sheet.
TOP_OF_REPORT_POINTS = A3_POINTS[1] - 192.5 / 25.4 * 72


def lowest_of_people(page: PageObject) -> float:
    """Where the last line of the table of people stands, in points from the foot of the page."""
    lines: list[float] = []
    is_table = False

    def see(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        nonlocal is_table
        is_table = ("有事找谁" in text or is_table) and "怎么反映" not in text
        if is_table and text.strip():
            lines.append(tm[4] * cm[1] + tm[5] * cm[3] + cm[5])

    page.extract_text(visitor_text=see)
    return min(lines)


_PATH = re.compile(r"(?:[\d.]+ [\d.]+ [ml]\n|h\n){200,}")
_RUN = re.compile(r"(\d+) (\d+) m\n(\d+) \d+ l\n")


def code_on(page: PageObject) -> str:
    """What a phone reads from the QR code, from the very shapes that were printed."""
    contents = page.get_contents()
    assert contents is not None
    [drawn] = [
        path for path in _PATH.findall(contents.get_data().decode("latin1")) if "." not in path
    ]
    runs = [tuple(map(int, run)) for run in _RUN.findall(drawn)]
    side = max(end for _, _, end in runs)
    cells = numpy.full((side + 8, side + 8), 255, dtype=numpy.uint8)
    for start, row, end in runs:
        cells[row + 4, start + 4 : end + 4] = 0
    [found] = zxingcpp.read_barcodes(cells.repeat(8, axis=0).repeat(8, axis=1))
    return str(found.text)


def with_people(count: int) -> Board:
    people = tuple(
        Answerer(f"第{number}岗", "欧阳青山", phone="027-85550000", hours=f"{number} 点")
        for number in range(count)
    )
    return replace(BOARD, answerers=people)
