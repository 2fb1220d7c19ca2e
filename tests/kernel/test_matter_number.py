from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qijie.kernel.matter_number import MatterNumber, check_digit, make, read
from qijie.kernel.refusal import Refusal

NUMBER = make("420103", date(2026, 11, 21), 42)

numbers = st.builds(
    make,
    st.from_regex(r"[1-8][0-9]{5}", fullmatch=True),
    st.dates(date(2000, 1, 1), date(2199, 12, 31)),
    st.integers(1, 9_999_999),
)


@pytest.mark.parametrize(("body", "digit"), [("0794", 5), ("8609574271", 9), ("6943515153", 0)])
def test_the_check_digit_is_iso_7064_mod_11_10(body, digit):
    """Source: the standard's own example 0794-5, and published sample numbers that use it."""
    assert check_digit(body) == digit


def test_a_number_is_shown_in_groups():
    assert NUMBER.grouped == str(NUMBER) == "420103-20261121-00042-8"
    assert NUMBER.digits == "42010320261121000428"


@given(numbers)
def test_every_number_reads_back_from_both_forms(number):
    assert read(number.grouped) == read(number.digits) == number


@pytest.mark.parametrize(
    "typed",
    [
        " 420103 20261121 00042 8 ",
        "４２０１０３－２０２６１１２１－０００４２－８",
        "420103—20261121–00042−8",
        "42010320261121000428\n",
    ],
)
def test_spaces_dashes_and_full_width_digits_are_forgiven(typed):
    assert read(typed) == NUMBER


def test_a_busy_day_outgrows_five_digits():
    number = make("420103", date(2026, 11, 21), 123_456)
    assert number.grouped.split("-")[2] == "123456"
    assert read(number.grouped) == number


@given(numbers, st.data())
def test_any_single_wrong_digit_is_noticed(number, data):
    digits = number.digits
    place = data.draw(st.integers(0, len(digits) - 1))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    with pytest.raises(Refusal, match="有数字不对"):
        read(digits[:place] + wrong + digits[place + 1 :])


def test_nearly_every_swap_of_neighbours_is_noticed():
    swaps = noticed = 0
    for sequence in range(1, 2_000):
        digits = make("420103", date(2026, 11, 21), sequence).digits
        for place in range(len(digits) - 1):
            left, right = digits[place : place + 2]
            if left == right:
                continue
            swapped = digits[:place] + right + left + digits[place + 2 :]
            swaps += 1
            noticed += check_digit(swapped[:-1]) != int(swapped[-1])
    assert noticed / swaps > 0.97


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "至少 20 位数字"),
        ("12345", "至少 20 位数字"),
        ("42010320261121OOO428", "至少 20 位数字"),
        ("420103-20261121-00042-7", "有数字不对"),
    ],
)
def test_a_mistyped_number_is_refused_with_a_sentence(typed, said):
    with pytest.raises(Refusal, match=said) as refused:
        read(typed)
    assert refused.value.sentence.endswith("。")


@pytest.mark.parametrize(
    "body", ["4201032026133100042", "4201032026112100000", "42010320261121000042"]
)
def test_an_impossible_day_or_sequence_is_refused_even_with_a_right_check_digit(body):
    with pytest.raises(Refusal, match="日期或顺序号不存在"):
        read(f"{body}{check_digit(body)}")


@pytest.mark.parametrize(("region", "sequence"), [("4201", 1), ("42010x", 1), ("420103", 0)])
def test_a_number_is_made_of_a_county_and_a_sequence_from_one(region, sequence):
    with pytest.raises(ValueError, match=r"number|sequence"):
        make(region, date(2026, 11, 21), sequence)


def test_numbers_of_one_county_sort_by_day_and_sequence():
    later = MatterNumber("420103", date(2026, 11, 22), 1)
    assert NUMBER < MatterNumber("420103", date(2026, 11, 21), 43) < later
