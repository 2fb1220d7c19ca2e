"""Whom a report's words seem to name: proposed freely, as a desk looks at each."""

from uuid import uuid4

import pytest

from qijie.issues.rules.naming import Named, Titles, called, hints

PLACES = ("青石街道", "槐荫社区", "第一网格")
WORKER = Named(uuid4(), "槐荫社区第一网格网格员", "grid_worker", ("陈静",))
COMMITTEE = Named(uuid4(), "槐荫社区居委会", "community_committee")
ENFORCERS = Named(uuid4(), "青石街道城管执法中心", "urban_management")
PROPERTY = Named(uuid4(), "槐荫物业服务中心", "property_firm")
TITLES = {
    "grid_worker": Titles(("网格员",)),
    "community_committee": Titles(("居委会", "居委")),
    "urban_management": Titles(("城管",)),
    "property_firm": Titles(by_short_name=False),
}
AROUND = (WORKER, COMMITTEE, ENFORCERS, PROPERTY)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("我们网格员陈静态度恶劣，上门推我", {WORKER: "网格员"}),
        ("陈静从来不上门", {WORKER: "陈静"}),
        ("陈 静从来不上门", {WORKER: "陈静"}),
        ("陈·静从来不上门", {WORKER: "陈静"}),
        ("陳靜從來不上門", {WORKER: "陈静"}),
        ("网-格-员收了钱", {WORKER: "网格员"}),
        ("網\u200b格*員收了錢", {WORKER: "网格员"}),
        ("小区有两个网格。员工收了钱", {}),
        ("居委会不给开证明", {COMMITTEE: "居委会"}),
        ("城管把我的车收走了", {ENFORCERS: "城管"}),
        ("城管执法中心不接电话", {ENFORCERS: "城管执法中心"}),
        ("槐荫物业服务中心乱收费", {PROPERTY: "槐荫物业服务中心"}),
        # A mention proposes too: the desk looks and goes on.
        ("网格员说垃圾桶满了", {WORKER: "网格员"}),
        ("居委会楼下垃圾满了", {COMMITTEE: "居委会"}),
        # What most complaints are made of does not.
        ("物业不修电梯", {}),
        ("三号楼楼道灯不亮", {}),
        ("网格上的花坛坏了", {}),
        ("陈家院子有狗", {}),
        ("", {}),
    ],
)
def test_words_of_the_place_propose_who_is_meant(text: str, named: dict[Named, str]) -> None:
    found = {hint.id: hint.words for hint in hints(text, called(AROUND, TITLES, PLACES))}
    assert found == {one.id: word for one, word in named.items()}


def test_what_is_called_how_is_data() -> None:
    text = "小陈阿姨从来不上门"
    assert not hints(text, called(AROUND, TITLES, PLACES))
    (found,) = hints(text, called(AROUND, {"grid_worker": Titles(("小陈阿姨",))}, PLACES))
    assert (found.id, found.words) == (WORKER.id, "小陈阿姨")
    short = "物业服务中心乱收费"
    (found,) = hints(short, called([PROPERTY], {}, ("槐荫",)))
    assert found.id == PROPERTY.id
    assert not hints(short, called([PROPERTY], TITLES, ("槐荫",)))
