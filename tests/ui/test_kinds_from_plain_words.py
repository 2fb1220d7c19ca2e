"""What plain sentences are proposed as: the shipped catalogue, read by the pages' own script."""

import csv
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from qijie.issues.rules.vocabulary import Family
from qijie.ui.catalogue import FAMILY_WORDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "src/qijie/ui/static/ui/category-search.js"
SENTENCES = (
    ("三号楼楼道灯不亮，晚上看不清台阶", "neighbourhood-lighting"),
    ("楼道灯坏了", "neighbourhood-lighting"),
    ("小区里的路灯不亮，很黑", "neighbourhood-lighting|part-0137"),
    ("马路边的路灯不亮了", "part-0137"),
    ("家里有煤气味", "hazard-gas"),
    ("厨房闻到燃气味，头有点晕", "hazard-gas"),
    ("天然气管子漏气", "hazard-gas"),
    ("家里停气了，打不着火", "neighbourhood-gas_outage"),
    ("电梯坏了，要爬楼", "neighbourhood-elevator"),
    ("电梯老是抖，有异响", "neighbourhood-elevator"),
    ("有人被困在电梯里", "hazard-elevator_trapped"),
    ("电梯关人了", "hazard-elevator_trapped"),
    ("二号楼电梯里困了人", "hazard-elevator_trapped"),
    ("老人困住在电梯里了", "hazard-elevator_trapped"),
    ("楼上漏水到我家", "neighbourhood-leak"),
    ("下水道堵了，污水往外冒", "neighbourhood-sewer"),
    ("楼下有人跳广场舞，很吵", "neighbourhood-noise"),
    ("隔壁半夜装修声音大", "neighbourhood-noise|neighbourhood-renovation"),
    ("楼道里堆了鞋柜和杂物", "neighbourhood-corridor_clutter"),
    ("电动车推进楼里充电", "hazard-ebike"),
    ("小区车位被人占了", "neighbourhood-parking"),
    ("邻居遛狗不牵绳", "neighbourhood-pets|matter-0184"),
    ("小区停水一天了", "neighbourhood-water_outage"),
    ("家里停电了", "neighbourhood-power_outage"),
    ("暖气不热", "neighbourhood-heating"),
    ("小区垃圾桶满了没人清", "neighbourhood-garbage"),
    ("楼下餐馆油烟很大", "neighbourhood-fumes"),
    ("家里有老鼠和蟑螂", "neighbourhood-pests"),
    ("消防通道被车堵了", "hazard-fire_lane|matter-0496"),
    ("灭火器过期了", "hazard-fire_equipment"),
    ("外墙皮要掉下来", "hazard-falling|neighbourhood-roof_wall"),
    ("大树要倒了", "hazard-tree"),
    ("井盖没了，怕人掉下去", "hazard-manhole"),
    ("屋顶漏雨", "neighbourhood-roof_wall"),
    ("楼道的灯不亮", "neighbourhood-lighting"),
    ("天然气灶漏气", "hazard-gas"),
)
FIRST_OF_EACH = """async ([source, kinds, sentences]) => {
  const blob = new Blob([source], { type: "text/javascript" });
  const { fit, kindOf, plain } = await import(URL.createObjectURL(blob));
  const known = kinds.map(([code, names, words]) => ({ code, ...kindOf(names, words) }));
  return sentences.map((said) => {
    const scored = known.map((kind) => [fit(kind, plain(said)), kind.code]).filter(([by]) => by);
    return scored.sort(([one], [other]) => other - one)[0]?.[1] ?? "";
  });
}"""


def _kinds() -> list[tuple[str, list[str], str]]:
    """In the order the pages list them."""
    families = list(FAMILY_WORDS)
    with (ROOT / "refdata/categories.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: families.index(Family(row["family"])))
    return [
        (row["code"], [row["resident_name_zh"], row["name_zh"]], row["keywords"]) for row in rows
    ]


def test_the_kind_proposed_first_is_what_was_said(page: Page) -> None:
    given: list[Any] = [SCRIPT.read_text(), _kinds(), [said for said, _ in SENTENCES]]
    found: list[str] = page.evaluate(FIRST_OF_EACH, given)
    proposed = zip(SENTENCES, found, strict=True)
    assert [(*one, kind) for one, kind in proposed if kind not in one[1].split("|")] == []
