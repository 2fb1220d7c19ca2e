"""Ids, numbers and choices are taken in the one spelling our pages write, one where one belongs.

Whatever else is sent is refused by the name of its field, with everything typed on the page again.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from qijie.access.typed import OneValue, number_of
from qijie.issues.models import Issue
from qijie.issues.queries.concerned import chosen
from qijie.issues.rules.decide import Refused
from qijie.kernel.ids import id_of
from qijie.teams.models import OrgUnit, Post
from tests import town
from tests.access.house import ANONYMOUS, as_served, clients, values

__all__ = ["as_served", "clients", "values"]
pytestmark = [pytest.mark.usefixtures("own_database"), pytest.mark.slow]
ID = "0195a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"
OTHER_SPELLINGS = (
    ID.upper(),
    ID.replace("-", ""),
    f"{{{ID}}}",
    f"urn:uuid:{ID}",
    f" {ID}",
    f"{ID}{ID}",
    f"{ID},{ID}",
    ID.replace("1", "１"),
    "garbage",
    "",
)
NO_NUMBERS = ("１２", "²", "٣", "012", "+1", "-1", " 1", "1_0", "1.0", "9" * 10, "9" * 5_000, "")


@pytest.mark.parametrize("text", OTHER_SPELLINGS)
def test_an_id_has_one_spelling(text: str) -> None:
    assert id_of(ID) == UUID(ID)
    assert id_of(text) is None


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_a_number_has_one_spelling(text: str) -> None:
    assert [number_of(one) for one in ("0", "12", "999999999")] == [0, 12, 999_999_999]
    assert number_of(text) is None


LOOSE = (
    *(f"{kind}:{ID}" for kind in ("x", "UNIT", "Post", "", " unit", "unit:post", "matter")),
    *(f"{kind}:{text}" for kind in ("unit", "post") for text in OTHER_SPELLINGS),
    ID,
    ":",
    "unit",
)


@pytest.mark.parametrize("value", LOOSE)
def test_whom_it_is_about_has_one_spelling(value: str) -> None:
    with pytest.raises(Refused) as refused:
        chosen(value)
    assert refused.value.field == "about"
    assert chosen(f"unit:{ID}") == (UUID(ID), None)
    assert chosen(f"post:{ID}") == (None, UUID(ID))
    assert chosen("") == (None, None)


def others_of(kind: str, pk: object) -> list[str]:
    """What is near `kind:pk` and is not it: another prefix, another kind's id, another spelling."""
    other = {"unit": "post", "post": "unit"}[kind]
    return [
        f"x:{pk}",
        f"{kind.upper()}:{pk}",
        f"{other}:{pk}",
        f"{kind}:{str(pk).upper()}",
        str(pk),
    ]


def told(answer: Any, name: str) -> str:
    """The page of a refusal, which must name the field."""
    page: str = answer.content.decode()
    assert answer.status_code == 422, (answer.status_code, page[:300])
    assert name in page
    return page


WORDS = "门口的灯不亮，说过两次"


@pytest.mark.parametrize(
    ("url_name", "name", "label"),
    [
        ("portal:report", ANONYMOUS, "哪个单位或岗位"),
        ("field:report", "sun", "是反映工作人员或单位的"),
        ("console:report", "wang", "反映的是哪个单位或岗位"),
    ],
)
def test_a_report_about_what_is_no_unit_and_no_post_comes_back_whole(
    url_name: str, name: str, label: str, clients: dict[str, Client]
) -> None:
    unit = OrgUnit.objects.get(code=town.SANITATION)
    post = Post.objects.get(code="desk")
    before = Issue.objects.using("owner").count()
    loose = [*others_of("unit", unit.pk), *others_of("post", post.pk), "unit:", "post:garbage"]
    for about in loose:
        sent = {"words": WORDS, "about": about, "asked": "yes", "place_words": "三号楼"}
        assert WORDS in told(clients[name].post(reverse(url_name), sent), label), about
    doubled = {"words": WORDS, "about": [f"unit:{unit.pk}", f"unit:{unit.pk}"]}
    assert WORDS in told(clients[name].post(reverse(url_name), doubled), "不止一个值")
    listed = {"words": WORDS, "about[]": f"unit:{unit.pk}"}
    assert WORDS in told(clients[name].post(reverse(url_name), listed), "不止一个值")
    assert Issue.objects.using("owner").count() == before


def test_the_key_of_a_report_has_one_spelling(clients: dict[str, Client]) -> None:
    for key in OTHER_SPELLINGS[:-1]:
        sent = {"words": WORDS, "place_words": "三号楼", "key": key}
        assert WORDS in told(clients["sun"].post(reverse("field:report"), sent), "提交编号")


@pytest.mark.parametrize(
    ("sent", "label"),
    [
        ({"seen": "１２"}, "页面的版本"),
        ({"seen": "9" * 5_000}, "页面的版本"),
        ({"seen": ["1", "2"]}, "页面的版本"),
        ({"order": "garbage"}, "工单"),
        ({"order": ID.upper()}, "工单"),
        ({"words[]": "再问一次"}, "说明"),
    ],
    ids=str,
)
def test_what_a_move_carries_unseen_is_refused_by_name(
    sent: dict[str, Any], label: str, clients: dict[str, Client], values: dict[str, object]
) -> None:
    url = reverse("console:move", args=[values["issue_id"], "about"])
    typed = {"words": WORDS, **sent}
    assert WORDS in told(clients["wang"].post(url, typed), label)


@pytest.mark.parametrize(
    ("sent", "label"),
    [
        ({"grid": "１"}, "网格"),
        ({"grid": ["1", "2"]}, "网格"),
        ({"to": "x:1"}, "去处"),
        ({"version": "0x1"}, "版本"),
        ({"block": ["0", "１"]}, "地块"),
        ({"blocks": "0,garbage"}, "地块"),
        ({"verb": ["lock", "unlock"]}, "动作"),
    ],
    ids=str,
)
def test_a_step_of_a_plan_with_something_unreadable_is_not_taken_in_part(
    sent: dict[str, Any], label: str, clients: dict[str, Client], values: dict[str, object]
) -> None:
    url = reverse("console:plan_edit", args=[values["plan_id"]])
    good = {"verb": "lock", "version": "1", "grid": "1"}
    told(clients["zhao"].post(url, {**good, **sent}), label)


@pytest.mark.parametrize(
    ("url_name", "name", "sent", "label"),
    [
        ("console:notices", "wang", {"notice": [ID, "garbage"]}, "标为已读"),
        ("console:undelivered", "han", {"letter": "garbage", "do": "drop"}, "邮件"),
        ("console:undelivered", "han", {"letter": ID, "do": "drop"}, "邮件"),
        ("console:undelivered", "han", {"letter": ID, "do": "burn"}, "处理"),
        ("console:undelivered", "han", {"letter": [ID, ID], "do": "drop"}, "邮件"),
        ("console:me", "wang", {"theme": "purple"}, "深浅色"),
        ("console:me", "wang", {"text_size": ["", "large"]}, "字号"),
    ],
    ids=str,
)
def test_a_page_that_reads_its_own_fields_names_the_one_it_cannot_read(
    url_name: str, name: str, sent: dict[str, Any], label: str, clients: dict[str, Client]
) -> None:
    told(clients[name].post(reverse(url_name), sent), label)


def ours(of: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for form in of.__subclasses__():
        if form.__module__.startswith("qijie."):
            yield form
        yield from ours(form)


def test_every_form_takes_one_value_where_one_belongs() -> None:
    found = set(ours(forms.Form))
    assert len(found) > 30
    assert {form.__name__ for form in found if not issubclass(form, OneValue)} == set()
