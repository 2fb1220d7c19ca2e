"""The board on paper, opened again: what stands on it, how large, in which letters."""

import re
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from pytest_django import Settings

from qijie.boards.picture import Panel, picture
from qijie.boards.rules import Answerer, Change, Paper
from qijie.boards.sheet import PRINTED, Press, page_of
from tests.boards.print import (
    A3_POINTS,
    A4_POINTS,
    BOARD,
    GROUND,
    TOP_OF_REPORT_POINTS,
    WORKER,
    code_on,
    lowest_of_people,
    pressed,
    read,
    with_people,
    words_on,
)

pytestmark = pytest.mark.slow

PLACE = "https://wangge.example.gov.cn"


@pytest.fixture(autouse=True)
def _at_a_public_address(settings: Settings) -> None:
    settings.PUBLIC_ADDRESS = PLACE


@cache
def printed() -> PdfReader:
    """The plain board on A3, made once."""
    return read(pressed())


@pytest.mark.parametrize(("paper", "size"), [(Paper.A3, A3_POINTS), (Paper.A4, A4_POINTS)])
def test_a_board_is_one_landscape_page_of_its_paper(
    paper: Paper, size: tuple[float, float]
) -> None:
    [page] = read(pressed(paper=paper)).pages
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(size, abs=1)


def test_it_says_who_answers_how_to_reach_them_and_since_when() -> None:
    [page] = printed().pages
    words = words_on(page)
    for told in (
        *("青石街道", "槐荫社区第一网格", "综合网格", "429901001001001"),
        *("网格员陈静", "027-85559999", "周一至周五8:30–17:30", "社区受理席王芳", "全天"),
        *("居民380户", "楼房20栋", "槐荫苑、芷和里", "12345", "110", "wangge.example.gov.cn"),
        "自2026年9月1日起有效",
    ):
        assert told in words
    for on_the_map in ("第二网格", "槐荫苑", "3栋", "9号", "北", "100米"):
        assert on_the_map in words
    assert "邻居1栋" not in words


def test_a_phone_reads_the_grids_public_page_from_the_printed_code() -> None:
    [page] = printed().pages
    assert code_on(page) == f"{PLACE}/grids/429901001001001/"


def test_the_code_is_a_link_on_screen_too() -> None:
    [page] = printed().pages
    links = {str(note.get_object()["/A"]["/URI"]) for note in page["/Annots"]}  # type: ignore[index,union-attr]
    assert links == {f"{PLACE}/grids/429901001001001/"}


def test_every_letter_is_embedded_and_only_those_needed() -> None:
    content = pressed()
    [page] = read(content).pages
    fonts = page["/Resources"]["/Font"]  # type: ignore[index]
    for font in fonts.values():
        described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        # The six letters before the sign say that a font is a part of one.
        assert str(described.get_object()["/FontName"])[7] == "+"
        assert any(str(key).startswith("/FontFile") for key in described.get_object())
        assert "CJK" in str(described.get_object()["/FontName"])
    assert len(content) < 400_000


def test_it_is_tagged_titled_and_in_chinese() -> None:
    document = printed()
    root = document.trailer["/Root"]
    assert isinstance(root, DictionaryObject)
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"].value  # type: ignore[index]
    assert "/StructTreeRoot" in root
    assert document.metadata is not None
    assert document.metadata.title == "网格公示牌 槐荫社区 第一网格（青石街道）"


def test_the_same_board_is_the_same_bytes() -> None:
    assert pressed() == pressed()
    assert pressed() != pressed(replace(BOARD, households=381))


def test_nothing_is_fetched(settings: Settings) -> None:
    page = page_of(BOARD, Paper.A3, GROUND)
    assert "src=" not in page
    assert "url(" not in page
    assert page.count("http") == page.count(PLACE) + page.count("http://www.w3.org/2000/svg")


@pytest.mark.parametrize("count", [0, 3, 5, 6, 8, 12])
def test_however_many_answer_all_stand_on_the_one_page(count: int) -> None:
    [page] = read(pressed(with_people(count), Paper.A4)).pages
    words = words_on(page)
    assert [f"第{number}岗欧阳青山" in words for number in range(count)] == [True] * count
    assert ("负责的人正在安排" in words) == (count == 0)


def test_the_thirteenth_is_found_behind_the_code_and_the_board_says_so() -> None:
    [page] = read(pressed(with_people(13))).pages
    assert "还有1个岗位" in words_on(page)


def test_a_vacancy_is_said_with_who_stands_in() -> None:
    people = (
        WORKER,
        Answerer("网格长", stand_ins=("刘洋",)),
        Answerer("民警", instead="网格员 陈静"),
    )
    [page] = read(pressed(replace(BOARD, answerers=people))).pages
    words = words_on(page)
    assert "网格长暂缺由刘洋代班" in words
    assert "民警暂缺请找网格员陈静" in words


def test_a_change_to_come_is_announced() -> None:
    redrawn = replace(BOARD, change=Change(date(2027, 3, 1), is_end=False))
    assert "2027年3月1日起本网格边界调整" in words_on(read(pressed(redrawn)).pages[0])
    takers = (("x", "槐荫社区 第二网格"), ("y", "柳溪社区 第一网格"), ("z", "槐荫社区 第三网格"))
    ended = replace(BOARD, change=Change(date(2027, 3, 1), is_end=True, takers=takers))
    words = words_on(read(pressed(ended)).pages[0])
    assert "2027年3月1日起撤销，并入第二网格、柳溪社区第一网格等" in words


def test_a_grid_without_a_border_or_a_house_has_a_board_of_one_page() -> None:
    bare = replace(BOARD, households=0, buildings=0, places=(), answerers=())
    [page] = read(pressed(bare, Paper.A4, ground=None)).pages
    words = words_on(page)
    assert "边界图正在绘制" in words
    assert "还没有楼房" in words
    assert code_on(page) == f"{PLACE}/grids/429901001001001/"


def test_long_names_stay_on_the_page() -> None:
    long = replace(
        BOARD,
        name="建材家居批发市场专属网格",
        community="长江日报路中山公园南社区",
        places=tuple(f"长江日报路第{number}小区" for number in range(40)),
        answerers=(
            Answerer("包联干部（区住房和城乡建设局）", "迪丽热巴·买买提江", phone="13800000000"),
        ),
    )
    [page] = read(pressed(long)).pages
    words = words_on(page)
    assert "长江日报路中山公园南社区建材家居批发市场专属网格" in words
    assert "等40处" in words
    assert "迪丽热巴·买买提江" in words


@pytest.mark.parametrize("count", [3, 5, 6, 8, 12])
def test_names_of_twenty_one_characters_stand_whole_inside_their_box(count: int) -> None:
    names = [f"阿卜杜热西提·麦麦提吐尔逊·阿不都拉江{n:02d}" for n in range(count)]
    people = tuple(Answerer("社区党委副书记兼网格长", name, phone="13800000000") for name in names)
    [page] = read(pressed(replace(BOARD, answerers=people))).pages
    words = words_on(page)
    assert [name for name in names if name not in words] == []
    assert lowest_of_people(page) > TOP_OF_REPORT_POINTS


def test_a_name_that_cannot_stand_whole_is_marked_and_the_board_says_where_it_does() -> None:
    people = (Answerer("网格员", "很" * 40, phone="13800000000"),)
    [page] = read(pressed(replace(BOARD, answerers=people))).pages
    words = words_on(page)
    assert "很" * 20 + "…" in words
    assert "带“…”的没有写全，请扫码看" in words


def test_several_boards_are_one_file_in_order() -> None:
    press = Press(Paper.A4)
    for number in (3, 1, 2):
        press.lay_out(
            replace(BOARD, name=f"第{number}网格", code=f"42990100100100{number}"), GROUND
        )
    pages = read(press.pdf()).pages
    for number, page in zip((3, 1, 2), pages, strict=True):
        assert f"第{number}网格" in words_on(page)
    assert [code_on(page)[-2:] for page in pages] == ["3/", "1/", "2/"]


def test_words_from_outside_stay_words_on_the_map_and_off_it() -> None:
    tricky = replace(BOARD, name="<b>&第一", places=("</svg><script>",))
    ground = replace(GROUND, neighbours=(replace(GROUND.neighbours[0], name="<i>&二"),))
    [page] = read(pressed(tricky, ground=ground)).pages
    words = words_on(page)
    assert "<b>&第一" in words
    assert "</svg><script>" in words
    assert "<i>&二" in words


def test_no_two_names_on_the_map_cover_each_other() -> None:
    crowded = replace(
        GROUND,
        compounds=tuple(replace(GROUND.compounds[0], name=f"小区{n}") for n in range(6)),
    )
    drawn = picture(crowded, PRINTED, "图")
    assert 1 <= drawn.count(">小区") / 2 < 6


def test_a_picture_without_letters_for_houses_names_none() -> None:
    drawn = picture(GROUND, Panel(120, 105, compound=5, neighbour=4, house=0), "图")
    assert "3栋" not in drawn
    assert "槐荫苑" in drawn
    assert "style=" not in drawn


def test_a_neighbours_name_stands_beside_the_grid_and_never_on_it() -> None:
    drawn = picture(GROUND, PRINTED, "图")
    [(x, size)] = set(
        re.findall(r'class="map-neighbour-name" x="([\d.]+)"[^>]* font-size="([\d.]+)"', drawn)
    )
    east_of_grid = (300 - GROUND.west) * PRINTED.width / (GROUND.east - GROUND.west)
    assert float(x) - 2 * float(size) >= east_of_grid
