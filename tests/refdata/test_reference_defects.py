from pathlib import Path

import pytest

from qijie.setup.reference import ReferenceError, read_reference


def line_of(file: Path, key: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(f"{key},"))


def sentences(folder, overlay=None) -> list[str]:
    with pytest.raises(ReferenceError) as refused:
        read_reference(folder, overlay)
    return [defect.sentence for defect in refused.value.defects]


@pytest.mark.parametrize(
    ("file", "key", "cells", "sentence"),
    [
        (
            "categories.csv",
            "part-0101",
            {"family": "citi"},
            "categories.csv 第 {row} 行“family”：大类“citi”不存在，请改为 families.csv 中的代码。",
        ),
        (
            "categories.csv",
            "part-0101",
            {"main_unit_kind": "waterworks"},
            "categories.csv 第 {row} 行“main_unit_kind”：单位类型“waterworks”不存在，"
            "请改为 unit_kinds.csv 中的代码。",
        ),
        (
            "categories.csv",
            "part-0101",
            {"is_urgent": "是"},
            "categories.csv 第 {row} 行“is_urgent”：“是”不是 yes 或 no，请改为 yes 或 no。",
        ),
        (
            "categories.csv",
            "part-0101",
            {"successor_basis": ""},
            "categories.csv 第 {row} 行“successor_basis”：后继代码和依据只填了一个，"
            "请两格都填或都不填。",
        ),
        (
            "categories.csv",
            "part-0101",
            {"source": "hearsay"},
            "categories.csv 第 {row} 行“source”："
            "出处“hearsay”不在 sources.csv 中，请先登记这个出处。",
        ),
        (
            "conditions.csv",
            "part-0101-1",
            {"limit_unit": "hour"},
            "conditions.csv 第 {row} 行“limit_unit”：“hour”不在可选项内，"
            "请改为 urgent_hour、working_hour、working_day、natural_day 之一。",
        ),
        (
            "conditions.csv",
            "part-0101-1",
            {"limit_value": "-2"},
            "conditions.csv 第 {row} 行“limit_value”：“-2”不是大于 0 的数，请填写大于 0 的数。",
        ),
        (
            "conditions.csv",
            "part-0101-1",
            {"limit_value": ""},
            "conditions.csv 第 {row} 行“limit_value”："
            "期限的数值和单位只填了一个，请两格都填或都不填。",
        ),
        (
            "conditions.csv",
            "part-0101-1",
            {"wording_zh": " "},
            "conditions.csv 第 {row} 行“wording_zh”：没有填写，请填写。",
        ),
        (
            "conditions.csv",
            "part-0101-2",
            {"wording_zh": "缺失、移位或开裂，有人车掉落的危险"},
            "conditions.csv 第 {row} 行“wording_zh”："
            "同一类别里已有“缺失、移位或开裂，有人车掉落的危险”，请写得能与其他条件区分开。",
        ),
        (
            "conditions.csv",
            "part-0101-2",
            {"follows": "part-0101-1"},
            "conditions.csv 第 {row} 行“follows”：只有修复阶段才接在别的条件之后，"
            "请清空这一格或把 stage 改为 restore。",
        ),
        (
            "conditions.csv",
            "part-0101-2",
            {"stage": "restore", "follows": "part-0101-1"},
            "conditions.csv 第 {row} 行“follows”：修复阶段要接在同一类别的止险条件之后，"
            "“part-0101-1”不是，请填写 stage 为 make_safe 的条件代码。",
        ),
        (
            "families.csv",
            "help",
            {"default_limit_value": "", "default_limit_unit": ""},
            "families.csv 第 {row} 行“default_limit_value”：没有填写期限，请填写期限的数值和单位。",
        ),
        (
            "families.csv",
            "help",
            {"order": "四"},
            "families.csv 第 {row} 行“order”：“四”不是整数，请填写整数。",
        ),
        (
            "post_kinds.csv",
            "verifier",
            {"side": "command"},
            "post_kinds.csv 第 {row} 行“side”：角色“verifier”应属于“supervision”，写成了“command”，"
            "监督、指挥两侧不能混同，请更正。",
        ),
        (
            "post_kinds.csv",
            "grid_lead",
            {"levels": ""},
            "post_kinds.csv 第 {row} 行“levels”：没有填写，请至少填写一项。",
        ),
        (
            "clocks.csv",
            "accept",
            {"warn_percent": "80 50"},
            "clocks.csv 第 {row} 行“warn_percent”："
            "“80 50”不是从小到大的百分数，请写成 50 80 的样子。",
        ),
        (
            "conditions.csv",
            "part-0101-1",
            {"evidence": "photo_after"},
            "conditions.csv 第 {row} 行“evidence”：只收照片，"
            "请加上 own_look、other_side 或 record，任一项即可反馈。",
        ),
        (
            "conditions.csv",
            "part-0101-1",
            {"evidence": "photo_before_after photo_after"},
            "conditions.csv 第 {row} 行“evidence”：只收照片，"
            "请加上 own_look、other_side 或 record，任一项即可反馈。",
        ),
        (
            "numbers.csv",
            "reopenings",
            {"value": "0"},
            "numbers.csv 第 {row} 行“value”：“0”不在 1 到 99 之间，请填写 1 到 99 之间的整数。",
        ),
        (
            "numbers.csv",
            "sampled_percent",
            {"value": "101"},
            "numbers.csv 第 {row} 行“value”：“101”不在 0 到 100 之间，请填写 0 到 100 之间的整数。",
        ),
        (
            "numbers.csv",
            "warn_percent",
            {"value": ""},
            "numbers.csv 第 {row} 行“value”：没有填写，请填写。",
        ),
        (
            "responsibility.csv",
            "hazard-gas",
            {"may_summon": "gas_supply navy"},
            "responsibility.csv 第 {row} 行“may_summon”：单位类型“navy”不存在，"
            "请改为 unit_kinds.csv 中的代码。",
        ),
        (
            "responsibility.csv",
            "hazard-gas",
            {"main_unit_kind": "fire_rescue"},
            "responsibility.csv 第 {row} 行“main_unit_kind”：主办“fire_rescue”与分类表中的"
            "“gas_supply”不一致，请改成一致。",
        ),
        (
            "responsibility.csv",
            "hazard-gas",
            {"subject": "hazard-steam"},
            "responsibility.csv 第 {row} 行“subject”：“hazard-steam”既不是类别也不是大类，"
            "请改为已有的代码。",
        ),
        (
            "calendars/office_hours.csv",
            "standard-afternoon",
            {"opens": "11:00"},
            "calendars/office_hours.csv 第 {row} 行“opens”：与“standard-morning”的时段重叠，"
            "请更正时刻。",
        ),
        (
            "calendars/office_hours.csv",
            "standard-afternoon",
            {"closes": "下午"},
            "calendars/office_hours.csv 第 {row} 行“closes”：“下午”不是时刻，请写成 08:30 的样子。",
        ),
        (
            "calendars/office_hours.csv",
            "standard-afternoon",
            {"territory_path": "42010"},
            "calendars/office_hours.csv 第 {row} 行“territory_path”：“42010”不是区划路径，"
            "请填写如 420103 的路径，或留空。",
        ),
        (
            "titles.csv",
            "grid_worker",
            {"titles": "网格员 员"},
            "titles.csv 第 {row} 行“titles”：“员”太短，几乎每句话里都有，请写至少 2 个字的叫法。",
        ),
        (
            "titles.csv",
            "grid_worker",
            {"kind": "grid_aunt"},
            "titles.csv 第 {row} 行“kind”：单位或岗位类型“grid_aunt”不存在，"
            "请改为 unit_kinds.csv 或 post_kinds.csv 中的代码。",
        ),
        (
            "unit_kinds.csv",
            "drainage",
            {"code": "Drainage"},
            "unit_kinds.csv 第 {row} 行“code”：“Drainage”不合代码规则，"
            "请只用小写字母、数字、下划线和连字符。",
        ),
    ],
)
def test_a_broken_cell_is_named_with_its_cure(copy, rewrite, file, key, cells, sentence):
    row = line_of(copy / file, key)
    rewrite(copy / file, key, cells)
    assert sentence.format(row=row) in sentences(copy)


@pytest.mark.parametrize(
    ("file", "key", "found"),
    [
        ("clocks.csv", "verify", "clocks.csv“code”：缺少“verify”，这一行不能删去，请补上。"),
        ("families.csv", "other", "families.csv“code”：缺少“other”，这一行不能删去，请补上。"),
        (
            "responsibility.csv",
            "help",
            "responsibility.csv“subject”：缺少“help”，这一行不能删去，请补上。",
        ),
        (
            "conditions.csv",
            "part-0186-1",
            "“part-0186”没有可选的立案条件，请在 conditions.csv 中至少写一条。",
        ),
        (
            "categories.csv",
            "part-0186",
            "类别“part-0186”不存在，请改为 categories.csv 中的代码。",
        ),
    ],
)
def test_a_missing_row_is_missed(copy, drop, file, key, found):
    drop(copy / file, key)
    assert any(sentence.endswith(found) for sentence in sentences(copy))


def test_all_defects_are_listed_at_once(copy, rewrite, drop):
    rewrite(copy / "categories.csv", "part-0101", {"family": "citi", "is_urgent": "maybe"})
    rewrite(copy / "families.csv", "other", {"name_zh": ""})
    drop(copy / "clocks.csv", "sign")
    assert len(sentences(copy)) == 4


def test_the_error_reads_as_the_list_of_its_sentences(copy, rewrite):
    rewrite(copy / "categories.csv", "part-0101", {"is_urgent": "maybe"})
    with pytest.raises(ReferenceError) as refused:
        read_reference(copy)
    assert str(refused.value) == "\n".join(d.sentence for d in refused.value.defects)


def test_a_code_written_twice_is_named(copy):
    file = copy / "unit_kinds.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    assert "“property_firm”重复出现" in sentences(copy)[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"code,name_zh,standing_zh\nqijie,\xd6\xd0,x\n", "不是 UTF-8 编码"),
        (b"code,name_zh\nqijie,x\n", "“standing_zh”：缺少这一列"),
        (b"code,name_zh,standing_zh,ethnicity\n", "“ethnicity”：没有这样的列"),
        (b"code,name_zh,standing_zh,code\n", "有重复的列名"),
        (b"code,name_zh,standing_zh\nqijie,x\n", "第 2 行：有 2 格，表头有 3 格"),
        (b'code,name_zh,standing_zh\nqijie,"x,y\n', "不是完好的 CSV"),
        (b"", "“code”：缺少这一列"),
    ],
)
def test_a_broken_file_is_named(copy, content, said):
    (copy / "sources.csv").write_bytes(content)
    assert any(
        sentence.startswith("sources.csv") and said in sentence for sentence in sentences(copy)
    )


def test_a_missing_file_is_named(copy):
    (copy / "calendars" / "overrides.csv").unlink()
    assert sentences(copy) == ["calendars/overrides.csv：文件不存在，请从发行包恢复这个文件。"]


def test_a_file_saved_with_a_byte_order_mark_is_still_read(copy, shipped):
    file = copy / "clocks.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_reference(copy).version == read_reference(shipped).version
