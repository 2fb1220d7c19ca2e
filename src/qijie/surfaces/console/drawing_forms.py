"""What a planner asks of a drawing: where, what to even out, within which limits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from qijie.access.typed import CountField, OneValue
from qijie.redrawing import rules
from qijie.redrawing.queries import Preview
from qijie.redrawing.rules import MEASURES, MOST_PLANS, Order, Purpose
from qijie.surfaces.console.posts import DAYS_AHEAD, DayField
from qijie.territory.drawing.model import Balance
from qijie.territory.models import Node
from qijie.ui.moves import WordsField

WEIGHTS = [("1", "一般"), ("2", "较重"), ("4", "很重")]
PRICES = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Steps of the slider, from reaching the limits to moving few; a household's price."""
USUAL_PRICE = 3
_MOST_LOAD = 100_000.0
_MOST_MOVED = 10_000_000


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """The fields of one measure side by side."""

    wanted: forms.BoundField
    low: forms.BoundField
    high: forms.BoundField
    weight: forms.BoundField


def _number(label: str, least: float, most: float, **kwargs: Any) -> forms.FloatField:
    written = f"{label}应是 {least:g} 到 {most:g} 之间的数字，请改正。"
    words = {"required": f"请填写{label}。", "invalid": written}
    words |= {"min_value": written, "max_value": written}
    return forms.FloatField(
        label=label, min_value=least, max_value=most, error_messages=words, **kwargs
    )


def _whole(label: str, least: int, most: int, **kwargs: Any) -> forms.IntegerField:
    written = f"{label}应是 {least} 到 {most} 之间的整数，请改正。"
    words = {"required": f"请填写{label}。", "invalid": written}
    words |= {"min_value": written, "max_value": written}
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, error_messages=words, **kwargs
    )


class ChangeForm(OneValue, forms.Form):
    """How much may change when a drawing goes on from one that stands."""

    most_moved = _whole(
        "最多调整户数",
        0,
        _MOST_MOVED,
        required=False,
        help_text="换网格的户数不超过这个数；不填就不设上限。",
    )
    price = _whole(
        "取舍",
        1,
        len(PRICES),
        required=False,
        initial=USUAL_PRICE,
        help_text="往左，让更多网格达标；往右，让更少的户换网格。",
        widget=forms.NumberInput(
            attrs={"type": "range", "min": 1, "max": len(PRICES), "list": "price-words"}
        ),
    )

    def price_of(self) -> float:
        return PRICES[(self.cleaned_data.get("price") or USUAL_PRICE) - 1]


class OrderForm(ChangeForm):
    path = forms.ChoiceField(
        label="划哪里",
        error_messages={
            "required": "请选择要划分的街道或社区。",
            "invalid_choice": "“%(value)s”不在您可以划分的范围内，请从列表中选择。",
        },
    )
    purpose = forms.ChoiceField(
        label="怎么划",
        choices=[
            (Purpose.NEW.value, "重新划分：不看现在的网格，从头划"),
            (Purpose.CHANGE.value, "动态调整：在现在的网格上少改"),
        ],
        initial=Purpose.NEW.value,
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择重新划分还是动态调整。",
            "invalid_choice": "没有“%(value)s”这种划法，请从列表中选择。",
        },
    )
    plans = _whole("要几份方案", 1, MOST_PLANS, initial=3, help_text="算好后并排比较，再选一份。")
    seed = _whole(
        "随机种子",
        0,
        rules.MOST_SEED,
        initial=0,
        required=False,
        help_text="同样的数据和种子，划出来的方案总是一样；换一个数就换一组方案。",
    )

    def __init__(self, data: Any = None, *, places: Sequence[Node], path: str = "") -> None:
        super().__init__(data, initial={"path": path, "purpose": Purpose.NEW.value})
        self.fields["path"].choices = [(node.path, _place_words(node)) for node in places]  # type: ignore[attr-defined]
        for measure, label in MEASURES.items():
            self._add_balance(measure, label)

    def _add_balance(self, measure: str, label: str) -> None:
        is_first = measure == rules.HOUSEHOLDS
        low, high = _usual_band(measure)
        self.fields[f"{measure}_wanted"] = forms.BooleanField(
            label=label, required=False, initial=is_first
        )
        self.fields[f"{measure}_low"] = _number(
            f"{label}下限", 0, _MOST_LOAD, required=False, initial=low
        )
        self.fields[f"{measure}_high"] = _number(
            f"{label}上限", 0, _MOST_LOAD, required=False, initial=high
        )
        self.fields[f"{measure}_weight"] = forms.ChoiceField(
            label=f"{label}分量",
            choices=WEIGHTS,
            required=False,
            initial="1",
            error_messages={
                "invalid_choice": f"{label}分量没有“%(value)s”这一档，请从列表中选择。"
            },
        )

    def balance_rows(self) -> list[BalanceRow]:
        return [
            BalanceRow(*(self[f"{measure}_{part}"] for part in ("wanted", "low", "high", "weight")))
            for measure in MEASURES
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        wanted = [measure for measure in MEASURES if given.get(f"{measure}_wanted")]
        if not wanted:
            raise ValidationError("请至少勾选一项要均衡的工作量，例如户数。")
        for measure in wanted:
            self._check_band(measure)
        return given

    def _check_band(self, measure: str) -> None:
        low_name, high_name = f"{measure}_low", f"{measure}_high"
        low, high = self.cleaned_data.get(low_name), self.cleaned_data.get(high_name)
        for name, value in ((low_name, low), (high_name, high)):
            if value is None and name not in self.errors:
                label = self.fields[name].label
                self.add_error(name, f"勾选了{MEASURES[measure]}，请填写{label}。")
        if low is not None and high is not None and low >= high:
            self.add_error(
                high_name, f"{MEASURES[measure]}上限 {high:g} 应大于下限 {low:g}，请改正。"
            )

    def order(self) -> Order:
        given = self.cleaned_data
        balances = tuple(
            Balance(
                measure,
                given[f"{measure}_low"],
                given[f"{measure}_high"],
                float(given[f"{measure}_weight"] or 1),
            )
            for measure in MEASURES
            if given[f"{measure}_wanted"]
        )
        return Order(
            balances=balances,
            seed=given["seed"] or 0,
            plans=given["plans"],
            price=self.price_of(),
            most_moved=given["most_moved"],
        )


def _place_words(node: Node) -> str:
    is_whole = node.kind in ("street", "town")
    return f"{node.name}（整个{node.get_kind_display()}）" if is_whole else node.name


def _usual_band(measure: str) -> tuple[float | None, float | None]:
    """The limits this place's settings name; none for measures nobody has named a limit of."""
    bands = {
        rules.HOUSEHOLDS: settings.GRID_HOUSEHOLD_BAND,
        rules.PEOPLE: settings.GRID_PEOPLE_BAND,
    }
    low, high = bands.get(measure, (None, None))
    return low, high


class AdoptForm(OneValue, forms.Form):
    """From which day a plan is in force, and who works in grids that have no post yet."""

    on = DayField(label="启用日期", help_text="从这一天零点起按新的网格走；启用前都可以撤回。")
    version = CountField(label="方案的版本")
    reason = WordsField(label="仍要采用的理由", max_chars=400, rows=3, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        preview: Preview,
        people: Mapping[UUID, str],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.today = today
        self.new_grids = [change for change in preview.changes if change.is_new]
        for change in self.new_grids:
            default = next((one.user_id for one in change.workers_after if one.user_id), "")
            self.fields[f"holder_{change.row.number}"] = forms.ChoiceField(
                label=f"{change.row.community_name}{change.name}（新）的网格员",
                choices=[("", "由多数住户现在的网格员担任"), *_choices(people)],
                required=False,
                initial=str(default),
                error_messages={"invalid_choice": "请从列表中选择一位现在的网格员。"},
            )
        if preview.out_of_band:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        latest = self.today + timedelta(days=DAYS_AHEAD)
        if day <= self.today:
            first = self.today + timedelta(days=1)
            raise ValidationError(f"启用日期 {day} 太早，最早是明天 {first}，请改正。")
        if day > latest:
            raise ValidationError(f"启用日期 {day} 太远，请填写 {latest} 或以前的日期。")
        return day

    def holder_fields(self) -> list[forms.BoundField]:
        return [self[f"holder_{change.row.number}"] for change in self.new_grids]

    def holders(self) -> dict[int, UUID]:
        given = {
            change.row.number: self.cleaned_data[f"holder_{change.row.number}"]
            for change in self.new_grids
        }
        return {number: UUID(chosen) for number, chosen in given.items() if chosen}


def _choices(people: Mapping[UUID, str]) -> Iterator[tuple[str, str]]:
    return ((str(account), name) for account, name in people.items())
