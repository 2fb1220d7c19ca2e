"""Every field of every form names itself and the cure: none speaks in Django's stock sentences."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from django import forms
from django.http import QueryDict
from django.utils.translation import override

import qijie.accounts.forms
import qijie.surfaces
import qijie.ui
from qijie.access.typed import OneValue

for package in (qijie.surfaces, qijie.ui):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)

STOCK = re.compile(
    "确保该|有效的|这个字段|必填项|不在可用|字符数|输入一个|不允许空字符|空字符|"
    "Ensure|This field|Select a|Enter a|Null characters|not one of"
)
LATIN = re.compile("[A-Za-z]")
TRIED = {
    "too long": "9" * 30_000,
    "unknown": "zz",
    "empty": "",
    "invalid": "a\x00b",
    "below": "-99999999",
}


def classes(base: type = OneValue) -> Iterator[type[forms.Form]]:
    for kind in base.__subclasses__():
        if issubclass(kind, forms.BaseForm):
            yield kind
        yield from classes(kind)


def fields() -> list[tuple[str, str, forms.Field]]:
    """Each field of each form once, by the form that has it."""
    found = {}
    for kind in classes():
        if kind.__module__.startswith("qijie."):
            for name, field in kind.base_fields.items():
                found[f"{kind.__module__}.{kind.__qualname__}.{name}"] = (name, field)
    return [(where, name, field) for where, (name, field) in sorted(found.items())]


FIELDS = fields()


def said(name: str, field: forms.Field, value: str) -> list[str]:
    probe = type("Probe", (OneValue, forms.Form), {name: field})
    typed = QueryDict(mutable=True)
    typed[name] = value
    with override("zh-hans"):
        form = probe(typed)
        return [str(error) for error in form.errors.get(name, [])]


def test_the_forms_are_found() -> None:
    found = {where.rpartition(".")[0].rpartition(".")[2] for where, _, _ in FIELDS}
    assert {"ReportForm", "DeskReportForm", "AcceptForm", "OrderForm", "SignInForm"} <= found


@pytest.mark.parametrize("what", TRIED)
def test_no_field_speaks_in_stock_sentences(what: str) -> None:
    wrong = [
        (where, sentence)
        for where, name, field in FIELDS
        if not isinstance(field, forms.FileField)
        for sentence in said(name, field, TRIED[what])
        if STOCK.search(sentence)
    ]
    assert wrong == []


def test_every_field_is_called_by_a_word() -> None:
    with override("zh-hans"):
        wrong = [
            (where, str(field.label))
            for where, _, field in FIELDS
            if not field.label or LATIN.search(str(field.label))
        ]
    assert wrong == []


REASON = forms.ChoiceField(label="理由", choices=[("a", "甲")])
SENTENCES = [
    (forms.CharField(label="类别", max_length=3), "长长长长", "类别太长，最多 3 个字符，现在有 4"),
    (REASON, "zz", "理由：没有这一项，请重新选择。"),
    (REASON, "", "请选择理由。"),
    (forms.EmailField(label="邮箱"), "x", "邮箱应写成 name@example.com 的样子"),
    (forms.DateField(label="日期"), "x", "日期应写成 2026-11-21 的样子"),
    (forms.IntegerField(label="几个", max_value=3), "4", "几个最大是 3"),
]


@pytest.mark.parametrize(("field", "value", "sentence"), SENTENCES)
def test_a_sentence_names_the_field_and_the_cure(
    field: forms.Field, value: str, sentence: str
) -> None:
    assert sentence in said("one", field, value)[0]


def test_a_sentence_of_its_own_is_kept() -> None:
    field = forms.CharField(label="类别", max_length=3, error_messages={"max_length": "太长了"})
    assert said("one", field, "长长长长") == ["太长了"]
