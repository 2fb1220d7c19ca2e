"""The lexicon of danger against sentences as people write them."""

import csv
from pathlib import Path

import pytest

from qijie.issues.rules.danger import Danger, danger_of, dangers_in
from qijie.setup.load_reference import danger_rows
from qijie.setup.reference import read_reference

FOLDER = Path(__file__).parents[2] / "refdata"
LEAST_RECALL, MOST_FALSE = 0.98, 0.03
UNSEEN = Path(__file__).parent / "danger_held_out.csv"
"""Written before the lexicon was read; no pattern is ever made from it."""
LEAST_UNSEEN_RECALL = 0.95


@pytest.fixture(scope="module")
def lexicon() -> tuple[Danger, ...]:
    return tuple(danger_of(row) for row in danger_rows(read_reference(FOLDER)))


@pytest.fixture(scope="module")
def sentences() -> list[dict[str, str]]:
    with (FOLDER / "danger_sentences.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_danger_is_heard(lexicon, sentences):
    told = [one["sentence"] for one in sentences if one["danger"]]
    missed = [words for words in told if not dangers_in(words, "", lexicon)]
    assert len(told) >= 400
    assert len(missed) <= (1 - LEAST_RECALL) * len(told), missed


def test_what_only_sounds_like_danger_stops_nobody(lexicon, sentences):
    harmless = [one["sentence"] for one in sentences if not one["danger"]]
    stopped = [words for words in harmless if dangers_in(words, "", lexicon)]
    assert len(harmless) >= 400
    assert len(stopped) <= MOST_FALSE * len(harmless), stopped


def test_sentences_the_lexicon_was_never_tuned_on(lexicon):
    with UNSEEN.open(encoding="utf-8") as file:
        unseen = list(csv.DictReader(file))
    told = [one["sentence"] for one in unseen if one["danger"]]
    harmless = [one["sentence"] for one in unseen if not one["danger"]]
    heard = [words for words in told if dangers_in(words, "", lexicon)]
    stopped = [words for words in harmless if dangers_in(words, "", lexicon)]
    assert (len(told), len(harmless)) == (125, 125)
    assert len(heard) >= LEAST_UNSEEN_RECALL * len(told)
    assert len(stopped) <= MOST_FALSE * len(harmless), stopped


def test_each_sentence_is_known_for_what_it_is(lexicon, sentences):
    told = [one for one in sentences if one["danger"]]
    other = [
        one["sentence"]
        for one in told
        if one["danger"] not in {each.code for each in dangers_in(one["sentence"], "", lexicon)}
    ]
    assert len(other) <= 0.05 * len(told), other


@pytest.mark.parametrize(
    ("words", "code", "advice"),
    [
        ("楼下井盖没有了", "manhole", "立在洞口四周"),
        ("孩子掉进没盖的窨井里", "manhole", "不要跟着下去"),
        ("电梯里关了人", "elevator", "待在电梯里"),
        ("老人困在电梯里半个钟头了", "elevator", "按住电梯里的警铃"),
        ("墙要塌了", "collapse", "倒下来够不着的地方"),
    ],
)
def test_the_advice_fits_the_danger(lexicon, words, code, advice):
    told = dangers_in(words, "", lexicon)
    assert told[0].code == code
    assert code != "elevator" or len(told) == 1
    assert advice in "".join(told[0].advice)


def test_every_danger_says_what_to_do_and_whom_to_call(lexicon):
    for danger in lexicon:
        assert len(danger.advice) >= 3, danger.code
        assert any(call.number for call in danger.calls), danger.code


def test_no_opinion_and_no_gathering_is_a_danger(lexicon):
    for words in (
        "我要上访",
        "我们准备去市政府门口集会",
        "对社区书记有意见",
        "大家一起游行抗议物业",
    ):
        assert dangers_in(words, "", lexicon) == []


def test_somebody_who_thinks_of_dying_is_not_a_category(lexicon):
    reference = read_reference(FOLDER)
    named = " ".join(f"{row.name_zh}{row.resident_name_zh}" for row in reference.categories)
    assert not any(word in named for word in ("自杀", "自残", "轻生", "不想活"))


def test_a_place_overrides_the_number_to_call(tmp_path):
    (tmp_path / "danger.csv").write_text(
        "code,name_zh,advice_zh,calls,patterns,harmless,categories,source\n"
        "gas,闻到煤气味,离开,燃气抢修:96777,煤气味,,,emergency\n",
        encoding="utf-8",
    )
    rows = {row["code"]: row for row in danger_rows(read_reference(FOLDER, tmp_path))}
    assert rows["gas"]["calls"] == [["燃气抢修", "96777"]]


def test_spaces_and_wide_letters_hide_no_danger(lexicon):
    assert dangers_in("着 火 了", "", lexicon)
    assert dangers_in("煤气味，很　重", "", lexicon)
