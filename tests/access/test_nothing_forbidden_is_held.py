"""No ethnicity, religion, political opinion or petitioning history of a person: no place for it.

What a resident writes in a report is never refused for naming them; what is looked at here is the
places we make: columns, choices, form fields, headers, labels.
"""

import csv
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.utils.functional import Promise

import qijie
from qijie.issues.rules.vocabulary import Receiver, VoidReason, Word
from qijie.ui.moves import FORMS
from tests.access.forbidden import forbidden_in

ROOT = Path(__file__).resolve().parents[2]
# A matter may be referred to the office that takes petitions; nothing of it is kept on a person.
ALLOWED = {Receiver.PETITION.value, Receiver.PETITION.label}
_TEMPLATE_LABEL = re.compile(
    r"<(?:label|legend|th|dt|option)\b[^>]*>(.*?)</|\b(?:name|id|placeholder|aria-label)=\"(.*?)\"",
    re.DOTALL,
)


def choices_of(field: object) -> Iterator[str]:
    for value, label in getattr(field, "choices", None) or ():
        if isinstance(label, (list, tuple)):
            yield from (str(text) for pair in label for text in pair)
        else:
            yield from (str(value), str(label))


def columns_and_choices() -> Iterator[str]:
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("qijie."):
            yield from (model.__name__, str(model._meta.verbose_name))
            for field in model._meta.get_fields():
                label = getattr(field, "verbose_name", "")
                yield from (field.name, str(label) if isinstance(label, (str, Promise)) else "")
                yield from choices_of(field)


def every_form() -> Iterator[type[forms.BaseForm]]:
    for module in pkgutil.walk_packages(qijie.__path__, "qijie."):
        if module.name.startswith(("qijie.ui.", "qijie.surfaces.")):
            importlib.import_module(module.name)
    waiting = [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.startswith("qijie."):
            yield form


def words_of_vocabularies() -> Iterator[str]:
    for vocabulary in Word.__subclasses__():
        for word in vocabulary:
            yield from (word.value, word.label)


def test_no_column_label_or_choice_of_a_model_names_one() -> None:
    assert [text for text in columns_and_choices() if forbidden_in(text)] == []


def test_no_word_of_the_closed_loop_names_one() -> None:
    found = {text for text in words_of_vocabularies() if forbidden_in(text)}
    assert found <= ALLOWED


def test_no_form_asks_for_one() -> None:
    found, asked = set(), 0
    for form in every_form():
        for name, field in form.base_fields.items():  # type: ignore[attr-defined]
            asked += 1
            texts = (name, str(field.label or ""), str(field.help_text or ""), *choices_of(field))
            found |= {text for text in texts if forbidden_in(text)}
    assert asked > len(FORMS)
    assert found <= ALLOWED


# What the product makes, and what it is installed with, is not what it loads.
NOT_LOADED = (ROOT / "var", ROOT / ".venv")
LOADED = [
    path
    for path in sorted(ROOT.glob("*/**/*.csv"))
    if not any(path.is_relative_to(folder) for folder in NOT_LOADED)
]


@pytest.mark.parametrize("path", LOADED, ids=lambda path: path.name)
def test_no_header_of_loaded_data_names_one(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    assert [name for name in header if forbidden_in(name)] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("profiles/**/*.geojson")), ids=lambda p: p.name)
def test_no_property_of_a_places_geometry_names_one(path: Path) -> None:
    features = json.loads(path.read_text())["features"]
    names = {name for feature in features for name in feature["properties"]}
    assert [name for name in names if forbidden_in(name)] == []


def test_no_label_of_a_template_names_one() -> None:
    templates = sorted((ROOT / "src").rglob("templates/**/*.html"))
    assert templates
    found = {
        (template.name, text)
        for template in templates
        for match in _TEMPLATE_LABEL.findall(template.read_text())
        for text in match
        if forbidden_in(text)
    }
    assert found == set()


@pytest.mark.parametrize(
    "disguised",
    [
        "民族",
        "民 族",
        "户主民族",
        "族别（汉/回/其他）",
        "宗 教 信 仰",
        "信仰情况",
        "政治面貌",
        "政治-面貌",
        "是否党员",
        "入党时间",
        "上访次数",
        "信访记录",
        "是否访民",
        "重点人员类别",
        "minzu",
        "hz_minzu",
        "MinZu",
        "zong_jiao",
        "zzmm",
        "ZZMM2",
        "xinfangcishu",
        "ethnic_group",
        "ethnicGroup",
        "Ethnicity",
        "religion_code",
        "personReligion",
        "political_status",
        "party-member",
        "petition_count",
        "isPetitioner",
        "race",
    ],
)
def test_a_disguised_header_is_recognised(disguised: str) -> None:
    assert forbidden_in(disguised)


@pytest.mark.parametrize(
    "clean",
    [
        "姓名",
        "联系电话",
        "居住地址",
        "楼栋编码",
        "民生服务",
        "社区民警",
        "信息来源",
        "访问时间",
        "上门时间",
        "维修记录",
        "服务对象类别",
        "trace_id",
        "embrace",
        "third_party_licence",
        "competition",
        "repetition",
        "faithful_copy",
        "interface",
        "source",
        "grid_code",
        "min_zoom",
    ],
)
def test_a_clean_header_raises_no_alarm(clean: str) -> None:
    assert forbidden_in(clean) is None


def test_reasons_for_not_taking_up_a_matter_never_judge_the_person() -> None:
    assert not any(forbidden_in(reason.label) for reason in VoidReason)
