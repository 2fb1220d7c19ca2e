import pytest
from hypothesis import given
from hypothesis import strategies as st

from qijie.kernel.refusal import Refusal
from qijie.kernel.text import clean_words, mask_name, mask_phone, one_line, phone

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  井盖坏了  ", "井盖坏了"),
        ("一\r\n二\r三\u2028四\x0b五", "一\n二\n三\n四\n五"),
        ("一\t二", "一 二"),
        ("一\n\n\n\n\n\n二", "一\n\n\n二"),
        ("一\n \n\u3000\n  \n \n二", "一\n\n\n二"),
        ("行尾有空格   \n二", "行尾有空格\n二"),
        ("零\u200b宽\ufeff字\u2060符\u200e", "零宽字符"),
        ("e\u0301", "\u00e9"),
        ("一\u200d二", "一二"),
        (FAMILY, FAMILY),
        ("井盖\u200d" + FAMILY, "井盖" + FAMILY),
        ("\u200b \n", ""),
        ("全角ＡＢＣ１２３保留", "全角ＡＢＣ１２３保留"),
    ],
)
def test_words_are_tidied_without_changing_what_they_say(typed, kept):
    assert clean_words(typed, "描述", 100) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("井盖\x00坏了", "描述第 3 个字是看不见的控制字符"),
        ("\x1b[31m红", "描述第 1 个字是看不见的控制字符"),
        ("井盖\u202e坏了", "描述第 3 个字是改变文字方向的隐藏字符"),
        ("\u2066井盖\u2069", "描述第 1 个字是改变文字方向的隐藏字符"),
        ("井盖\ud83d", "描述里有损坏的字符"),
        ("井盖\ufffd\ufffd", "描述里有损坏的字符"),
    ],
)
@pytest.mark.parametrize("clean", [clean_words, one_line])
def test_unsafe_characters_are_refused_by_name_and_place(clean, typed, said):
    with pytest.raises(Refusal, match=said) as refused:
        clean(typed, "描述", 100)
    assert refused.value.sentence.endswith("。")


def test_too_long_words_are_refused_with_the_count_and_the_limit():
    with pytest.raises(Refusal, match=r"^描述有 12 个字，最多 10 个字，请删去 2 个字。$"):
        clean_words("字" * 12, "描述", 10)
    assert clean_words("字" * 10 + "   ", "描述", 10) == "字" * 10


def test_a_megabyte_of_spaces_or_text_is_only_too_long():
    for typed in ("a" + " " * 1_000_000 + "b", "字" * 1_000_000, "\n " * 500_000 + "x" * 11):
        with pytest.raises(Refusal, match="最多 10 个字"):
            clean_words(typed, "描述", 10)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_cleaning_twice_changes_nothing_more(typed):
    try:
        once = clean_words(typed, "描述", 200)
    except Refusal:
        return
    assert clean_words(once, "描述", 200) == once


def test_a_single_line_has_no_breaks_left():
    assert one_line(" 万松园路\n  12 号\t东侧 ", "地址", 50) == "万松园路 12 号 东侧"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13912345678", "13912345678"),
        (" 139 1234-5678 ", "13912345678"),
        ("＋８６ １３９１２３４５６７８", "13912345678"),
        ("8613912345678", "13912345678"),
        ("0086-139-1234-5678", "13912345678"),
        ("027-85481234", "027-85481234"),
        ("（027）8548 1234", "027-85481234"),
        ("02785481234", "027-85481234"),
        ("010-12345678", "010-12345678"),
        ("07176251234", "0717-6251234"),
        ("+86 27 8548 1234", "027-85481234"),
        ("027-85481234 转 801", "027-85481234-801"),
        ("027-85481234-801", "027-85481234-801"),
    ],
)
def test_a_phone_number_is_kept_in_one_form(typed, kept):
    assert phone(typed) == kept
    assert phone(kept) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "手机应为 11 位"),
        ("1391234567", "手机应为 11 位"),
        ("139123456789", "手机应为 11 位"),
        ("12345678901", "手机应为 11 位"),
        ("没有电话", "手机应为 11 位"),
        ("1391234567\u0668", "手机应为 11 位"),
        ("85481234", "缺少区号"),
        ("+1 202 555 0123", "手机应为 11 位"),
    ],
)
def test_what_is_no_mainland_number_is_refused_with_a_sentence(typed, said):
    with pytest.raises(Refusal, match=said):
        phone(typed, "联系电话")


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13912345678", "139****5678"),
        ("027-85481234", "027-****1234"),
        ("027-85481234-801", "027-****1234"),
        ("0717-6251234", "0717-****1234"),
        ("", "****"),
        ("12345", "****"),
    ],
)
def test_a_masked_number_cannot_be_called(number, masked):
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"),
        ("张三丰", "张*"),
        ("欧阳修远", "欧阳*"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),
        (" 李 ", "李*"),
        ("John Smith", "J*"),
        ("", ""),
    ],
)
def test_a_masked_name_keeps_the_surname_and_hides_the_length(name, masked):
    assert mask_name(name) == masked
