"""The number of a matter: county, day, the day's sequence, and a check digit.

The check digit is ISO 7064 MOD 11,10. Its one digit is always a plain 0–9, which can be keyed on a
telephone and read out (MOD 11-2, as on identity cards, sometimes needs an X), and it finds every
single wrong digit and nearly every pair of swapped neighbours: the slips of a number heard and
written down.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from qijie.kernel.refusal import Refusal

_REGION_DIGITS = 6
_DAY_DIGITS = 8
_SEQUENCE_DIGITS = 5
_SHORTEST = _REGION_DIGITS + _DAY_DIGITS + _SEQUENCE_DIGITS + 1
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—―−_]+")


@dataclass(frozen=True, slots=True, order=True)
class MatterNumber:
    """Shown grouped, `420103-20261121-00042-8`; stored and compared as you like, both read back."""

    region: str
    day: date
    sequence: int

    @property
    def digits(self) -> str:
        """All digits with the check digit last, without separators."""
        return f"{self._body}{check_digit(self._body)}"

    @property
    def grouped(self) -> str:
        return (
            f"{self.region}-{self.day:%Y%m%d}-{self.sequence:0{_SEQUENCE_DIGITS}d}"
            f"-{check_digit(self._body)}"
        )

    @property
    def _body(self) -> str:
        return f"{self.region}{self.day:%Y%m%d}{self.sequence:0{_SEQUENCE_DIGITS}d}"

    def __str__(self) -> str:
        return self.grouped


def make(region: str, day: date, sequence: int) -> MatterNumber:
    """A number of a county's day; the sequence starts at 1 and may outgrow its five digits."""
    if not (len(region) == _REGION_DIGITS and region.isascii() and region.isdigit()):
        raise ValueError(f"a matter number needs a six-digit county code, got {region!r}")
    if sequence < 1:
        raise ValueError(f"the day's sequence starts at 1, got {sequence}")
    return MatterNumber(region, day, sequence)


def read(text: str) -> MatterNumber:
    """The number a person typed, spaces, hyphens and full-width digits forgiven."""
    shown = text.strip()[:40]
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if not (digits.isascii() and digits.isdigit() and len(digits) >= _SHORTEST):
        raise Refusal(
            f"事项编号“{shown}”应为至少 {_SHORTEST} 位数字，"
            "例如 420103-20261121-00042-8，请对照短信或回执核对。"
        )
    if check_digit(digits[:-1]) != int(digits[-1]):
        raise Refusal(f"事项编号“{shown}”有数字不对，请对照短信或回执逐位核对后重新输入。")
    number = _parts(digits)
    if number is None or number.digits != digits:
        raise Refusal(f"事项编号“{shown}”中的日期或顺序号不存在，请对照短信或回执核对。")
    return number


def _parts(digits: str) -> MatterNumber | None:
    day_ends = _REGION_DIGITS + _DAY_DIGITS
    try:
        day = datetime.strptime(digits[_REGION_DIGITS:day_ends], "%Y%m%d").date()  # noqa: DTZ007
        return make(digits[:_REGION_DIGITS], day, int(digits[day_ends:-1]))
    except ValueError:
        return None


def check_digit(body: str) -> int:
    """The ISO 7064 MOD 11,10 check digit of a string of digits."""
    product = 10
    for digit in body:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10
