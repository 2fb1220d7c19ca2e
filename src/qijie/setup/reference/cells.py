"""One row's cells as typed values; what does not fit becomes a defect and a stand-in value.

A stand-in never leaves the reader: any defect at all refuses the whole of the data.
"""

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from qijie.kernel.working_time import Limit, LimitUnit
from qijie.setup.reference.tables import Findings, RawRow

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")

# How a file may write wall-clock limits shorter than an hour; kept as urgent hours.
URGENT_MINUTE = "urgent_minute"
_CODE = re.compile(r"[a-z0-9_]+(-[a-z0-9_]+)*")
_YES_NO = {"yes": True, "no": False}
_STAND_IN_LIMIT = Limit(1, LimitUnit.NATURAL_DAY)


class Cells:
    def __init__(self, row: RawRow, findings: Findings) -> None:
        self._row = row
        self._findings = findings

    def optional_text(self, column: str) -> str:
        return self._row.cells[column].strip()

    def text(self, column: str) -> str:
        words = self.optional_text(column)
        if not words:
            self._refuse(column, "没有填写", "请填写")
        return words

    def code(self, column: str) -> str:
        words = self.text(column)
        if words and not _CODE.fullmatch(words):
            self._refuse(column, f"“{words}”不合代码规则", "请只用小写字母、数字、下划线和连字符")
        return words

    def words(self, column: str) -> tuple[str, ...]:
        return tuple(self.optional_text(column).split())

    def calls(self, column: str) -> tuple[tuple[str, str], ...]:
        """Whom to call: label and number; a number may be missing where a place has its own."""
        pairs = [call.rpartition(":") for call in self.text(column).split("|")]
        if not all(label and (not number or number.isdigit()) for label, _, number in pairs):
            self._refuse(column, "不是“名称:号码”", "请写成 火警:119|急救:120 的样子")
        return tuple((label, number) for label, _, number in pairs)

    def choice(self, column: str, options: type[Choice]) -> Choice:
        return self.optional_choice(column, options, required=True) or next(iter(options))

    def optional_choice(
        self, column: str, options: type[Choice], *, required: bool = False
    ) -> Choice | None:
        words = self.optional_text(column)
        if not words and not required:
            return None
        return self._one_of(column, words, options)

    def choices(self, column: str, options: type[Choice]) -> tuple[Choice, ...]:
        listed = self.words(column)
        if not listed:
            self._refuse(column, "没有填写", "请至少填写一项")
        found = (self._one_of(column, words, options) for words in listed)
        return tuple(option for option in found if option is not None)

    def yes(self, column: str) -> bool:
        words = self.optional_text(column)
        if words not in _YES_NO:
            self._refuse(column, f"“{words}”不是 yes 或 no", "请改为 yes 或 no")
        return _YES_NO.get(words, False)

    def number(self, column: str) -> int:
        return self._parsed(column, int, "不是整数", "请填写整数", 0)

    def number_within(self, column: str, least: int, most: int) -> int:
        found = self._parsed(column, int, "不是整数", "请填写整数", least)
        if not least <= found <= most:
            problem = f"“{found}”不在 {least} 到 {most} 之间"
            self._refuse(column, problem, f"请填写 {least} 到 {most} 之间的整数")
        return found

    def percents(self, column: str) -> tuple[int, ...]:
        listed = self.words(column)
        shares = tuple(int(words) for words in listed if words.isascii() and words.isdigit())
        in_order = list(shares) == sorted(set(shares)) and all(0 < share < 100 for share in shares)
        if len(shares) != len(listed) or not in_order:
            problem = f"“{self.optional_text(column)}”不是从小到大的百分数"
            self._refuse(column, problem, "请写成 50 80 的样子")
        return shares

    def day(self, column: str) -> date:
        return self._parsed(
            column, date.fromisoformat, "不是日期", "请写成 2026-10-01 的样子", date.min
        )

    def clock_time(self, column: str) -> time:
        return self._parsed(column, time.fromisoformat, "不是时刻", "请写成 08:30 的样子", time.min)

    def limit(self, value_column: str, unit_column: str) -> Limit:
        found = self.optional_limit(value_column, unit_column)
        if found is None:
            self._refuse(value_column, "没有填写期限", "请填写期限的数值和单位")
        return found or _STAND_IN_LIMIT

    def optional_limit(self, value_column: str, unit_column: str) -> Limit | None:
        """None where both cells are empty: the limit is unset."""
        value, unit = self.optional_text(value_column), self.optional_text(unit_column)
        if not value and not unit:
            return None
        if not value or not unit:
            self._refuse(value_column, "期限的数值和单位只填了一个", "请两格都填或都不填")
            return _STAND_IN_LIMIT
        amount = self._positive(value_column, value)
        if unit == URGENT_MINUTE:
            return Limit.of_minutes(int(amount)) if amount >= 1 else _STAND_IN_LIMIT
        known = self._one_of(unit_column, unit, LimitUnit)
        return Limit(amount, known) if known else _STAND_IN_LIMIT

    def _positive(self, column: str, words: str) -> Decimal:
        try:
            amount = Decimal(words)
        except InvalidOperation:
            amount = Decimal(0)
        if not (amount.is_finite() and amount > 0):
            self._refuse(column, f"“{words}”不是大于 0 的数", "请填写大于 0 的数")
            return Decimal(1)
        return amount

    def _one_of(self, column: str, words: str, options: type[Choice]) -> Choice | None:
        try:
            return options(words)
        except ValueError:
            known = "、".join(option.value for option in options)
            self._refuse(column, f"“{words}”不在可选项内", f"请改为 {known} 之一")
            return None

    def _parsed(
        self,
        column: str,
        parse: Callable[[str], Value],
        problem: str,
        cure: str,
        stand_in: Value,
    ) -> Value:
        words = self.optional_text(column)
        try:
            return parse(words)
        except ValueError:
            self._refuse(column, f"“{words}”{problem}", cure)
            return stand_in

    def _refuse(self, column: str, problem: str, cure: str) -> None:
        self._findings.add(self._row.defect(column, problem, cure))
