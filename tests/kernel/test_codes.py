import pytest
from hypothesis import given
from hypothesis import strategies as st

from qijie.kernel.codes import (
    DivisionCode,
    GridCoding,
    Level,
    NodeKind,
    ancestors,
    building_code,
    building_path,
    code_of_path,
    compound_code,
    compound_path,
    is_within,
    level_of_path,
    micro_grid_path,
    path_at,
    unit_path,
)
from qijie.kernel.refusal import Refusal

WANSONGYUAN = DivisionCode("420103008001")
GRID = "420103008001001"


def test_the_ladder_is_ordered_by_height():
    assert sorted(Level, reverse=True) == [
        Level.CITY,
        Level.DISTRICT,
        Level.STREET,
        Level.COMMUNITY,
        Level.GRID,
    ]
    assert Level.GRID < Level.COMMUNITY <= Level.COMMUNITY < Level.CITY
    assert Level.CITY > Level.DISTRICT >= Level.STREET


def test_each_level_knows_the_one_above():
    climbed = [Level.GRID]
    while (above := climbed[-1].above) is not None:
        climbed.append(above)
    assert climbed == list(Level)


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (NodeKind.CITY, Level.CITY),
        (NodeKind.TOWN, Level.STREET),
        (NodeKind.VILLAGE, Level.COMMUNITY),
        (NodeKind.MICRO_GRID, Level.GRID),
        (NodeKind.BUILDING, Level.GRID),
    ],
)
def test_every_kind_of_node_is_answered_for_at_one_level(kind, level):
    assert kind.level is level


@pytest.mark.parametrize(
    ("code", "path", "level"),
    [
        ("420100000000", "4201", Level.CITY),
        ("420103000000", "420103", Level.DISTRICT),
        ("420103008000", "420103008", Level.STREET),
        ("420103008001", "420103008001", Level.COMMUNITY),
        ("429004000000", "429004", Level.DISTRICT),
        ("441900003000", "441900003", Level.STREET),
        ("420110000000", "420110", Level.DISTRICT),
        ("420103010000", "420103010", Level.STREET),
    ],
)
def test_a_division_code_gives_its_path_and_level_and_back(code, path, level):
    parsed = DivisionCode.parse(code)
    assert (parsed.path, parsed.level) == (path, level)
    assert code_of_path(path) == code
    assert level_of_path(path) is level


def test_a_code_may_be_typed_with_spaces_and_full_width_digits():
    assert DivisionCode.parse(" ４２０１０３ 008001 ").value == "420103008001"
    assert WANSONGYUAN.region == "420103"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4201", "应为 12 位数字"),
        ("42010300800x", "应为 12 位数字"),
        ("", "应为 12 位数字"),
        ("990103008001", "前两位不是任何省份"),
        ("420000000000", "没有到市一级"),
        ("420103000001", "有社区却没有街道"),
    ],
)
def test_a_bad_division_code_is_refused_with_a_sentence(text, said):
    with pytest.raises(Refusal, match=said) as refused:
        DivisionCode.parse(text)
    assert refused.value.sentence.endswith("。")


@pytest.mark.parametrize("path", ["42", "42010300800", GRID, "abcd"])
def test_only_a_division_has_a_twelve_digit_code(path):
    with pytest.raises(Refusal):
        code_of_path(path)


def test_a_grid_code_is_the_community_and_a_number():
    grid = GridCoding().make(WANSONGYUAN, 1)
    assert grid.code == grid.path == GRID
    assert GridCoding().parse(GRID) == grid


@given(st.integers(2, 5), st.data())
def test_a_grid_code_of_any_width_reads_back(width, data):
    coding = GridCoding(width)
    sequence = data.draw(st.integers(1, 10**width - 1))
    code = coding.format(WANSONGYUAN, sequence)
    assert len(code) == 12 + width
    assert coding.parse(code).sequence == sequence
    assert level_of_path(code, coding) is Level.GRID


def test_a_code_once_used_is_never_given_out_again():
    coding = GridCoding()
    ever_used = ["420103008001001", "420103008001007", "420103008002050"]
    assert coding.next_free(WANSONGYUAN, ever_used).code == "420103008001008"
    assert coding.next_free(WANSONGYUAN, []).code == GRID


@pytest.mark.parametrize(
    "refused",
    [
        lambda: GridCoding(1),
        lambda: GridCoding(6),
        lambda: GridCoding().make(WANSONGYUAN, 1000),
        lambda: GridCoding().make(WANSONGYUAN, 0),
        lambda: GridCoding().make(DivisionCode("420103008000"), 1),
        lambda: GridCoding().parse("42010300800101"),
        lambda: GridCoding().parse("420103008001000"),
        lambda: GridCoding(2).next_free(WANSONGYUAN, ["42010300800199"]),
    ],
)
def test_a_grid_code_that_does_not_fit_is_refused_with_a_sentence(refused):
    with pytest.raises(Refusal, match=r"。$"):
        refused()


def test_paths_below_the_grid_are_segments():
    assert micro_grid_path(GRID, 1) == f"{GRID}-m1"
    assert compound_path(GRID, 1) == f"{GRID}-c01"
    assert compound_code(DivisionCode("420103008001"), 7) == "420103008001-c0007"
    assert building_path(GRID, 1) == f"{GRID}-b0001"
    assert unit_path(building_path(GRID, 1), 2) == f"{GRID}-b0001-u2"
    assert building_code(WANSONGYUAN, 1) == "420103008001-b00001"


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("4201", ()),
        ("420103", ("4201",)),
        ("420103008001", ("4201", "420103", "420103008")),
        (GRID, ("4201", "420103", "420103008", "420103008001")),
        (f"{GRID}-b0001", ("4201", "420103", "420103008", "420103008001", GRID)),
        (f"{GRID}-c01", ("4201", "420103", "420103008", "420103008001", GRID)),
        (
            f"{GRID}-b0001-u2",
            ("4201", "420103", "420103008", "420103008001", GRID, f"{GRID}-b0001"),
        ),
        (
            "42010300800100012-m1",
            ("4201", "420103", "420103008", "420103008001", "42010300800100012"),
        ),
    ],
)
def test_the_ancestors_of_a_path_end_with_the_nearest(path, above):
    assert ancestors(path) == above


@pytest.mark.parametrize(
    ("path", "ancestor", "within"),
    [
        (GRID, "420103008001", True),
        (GRID, GRID, True),
        (f"{GRID}-b0001", "4201", True),
        (f"{GRID}-b0001-u1", f"{GRID}-b0001", True),
        ("420103008001", "42010300800", False),
        ("4201030080010011", GRID, False),
        (f"{GRID}-b00010", f"{GRID}-b0001", False),
        (f"{GRID}-m12", f"{GRID}-m1", False),
        ("420103", "420103008", False),
        ("420104", "420103", False),
        ("420103", "", False),
    ],
)
def test_within_goes_step_by_step_and_not_by_raw_prefix(path, ancestor, within):
    assert is_within(path, ancestor) is within


@pytest.mark.parametrize(
    "path", ["", "42", "42010300800", "42010300800100", f"{GRID}-x1", f"{GRID}-", "420103-b0001"]
)
def test_a_malformed_path_has_no_level(path):
    with pytest.raises(Refusal, match="不合规则"):
        level_of_path(path)


def test_everything_below_a_grid_is_the_grids():
    assert level_of_path(f"{GRID}-b0001-u2") is Level.GRID


@pytest.mark.parametrize(
    ("level", "part"),
    [
        (Level.CITY, "4201"),
        (Level.STREET, "420103008"),
        (Level.COMMUNITY, "420103008001"),
        (Level.GRID, GRID),
    ],
)
def test_the_node_on_any_rung_can_be_read_off_a_path(level, part):
    assert path_at(f"{GRID}-b0001", level) == part


def test_a_path_names_nothing_below_its_own_end():
    assert path_at("420103008", Level.COMMUNITY) is None
    assert path_at("420103008001", Level.GRID) is None
