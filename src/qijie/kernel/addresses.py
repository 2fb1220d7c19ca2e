"""One address and the many ways people write it, so that each of them finds it."""

import re
from itertools import product
from math import prod

_DIGITS = {
    sign: value
    for value, signs in enumerate(
        ("零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for sign in signs
}
_PLAIN = "零一二三四五六七八九"
_NUMBER = f"[0-9]{{1,4}}|[{''.join(_DIGITS)}十拾]{{1,4}}"
_HOUSE = ("栋", "幢", "号楼", "座")
_NUMBERED = re.compile(rf"第?({_NUMBER})(号楼|栋|幢|座|号|路|街|巷|弄|期)")
_DIVISIONS = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,6}?市)?"
    r"(?:[\u4e00-\u9fff]{2,6}?(?:(?<![小社园街])区|县))?(?:[\u4e00-\u9fff]{1,6}?街?(?:街道|镇|乡))?"
)
"""省、市、区、街道 before the address proper."""
_INSIDE = re.compile(rf"(?<=[栋幢座楼])(?:[\s-]*(?:{_NUMBER})(?:单元|[梯门层楼室号户房])?)+$")
"""Unit, floor and flat after the building."""
_FLAT = re.compile(r"([0-9]{1,4})-[0-9]{1,2}-[0-9]{1,4}(?:室|号)?$")
_MARKED = re.compile(r"#([0-9]{1,4})|([0-9]{1,4})#")
_AFTER_NUMBER = re.compile(r"(?<=号)(?=\w)(?!楼)")
_LEAST, _MOST_WAYS = 2, 48


def ways(typed: str) -> list[list[str]]:
    """Words that must all be found, each in any of its spellings; the first is as it was typed.

    typed: in narrow letters and simplified characters.
    """
    words = [part for word in typed.split() for part in _AFTER_NUMBER.split(_bare(word))]
    return [_spellings(word) for word in words]


def _bare(word: str) -> str:
    """Without the divisions around the address and without what lies inside the building."""
    house = _FLAT.sub(r"\1栋", _MARKED.sub(lambda found: f"{found[1] or found[2]}栋", word))
    house = _INSIDE.sub("", house)
    bare = _DIVISIONS.sub("", house)
    return bare if len(bare) >= _LEAST else house


def _spellings(word: str) -> list[str]:
    """Each number in digits and in characters, each building by each of its nouns."""
    pieces, at = [], 0
    for found in _NUMBERED.finditer(word):
        pieces += [[word[at : found.start()]], _of_number(*found.groups())]
        at = found.end()
    pieces.append([word[at:]])
    if prod(map(len, pieces)) > _MOST_WAYS:
        return [word]
    made = dict.fromkeys("".join(one) for one in product(*pieces))
    return list(dict.fromkeys([word, *made]))


def _of_number(number: str, noun: str) -> list[str]:
    value = _value(number)
    nouns = _HOUSE if noun in _HOUSE else (noun,)
    written = dict.fromkeys((number, str(value), _in_characters(value)))
    return [f"{one}{each}" for one in written for each in nouns]


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    tens, ten, ones = number.replace("拾", "十").partition("十")
    if not ten:
        return int("".join(str(_DIGITS[sign]) for sign in tens))
    return 10 * (_value(tens) if tens else 1) + (_value(ones) if ones.strip("十") else 0)


def _in_characters(value: int) -> str:
    if value > 99:
        return "".join(_PLAIN[int(sign)] for sign in str(value))
    tens, ones = divmod(value, 10)
    ten = ("" if tens < 2 else _PLAIN[tens]) + ("十" if tens else "")
    return ten + (_PLAIN[ones] if ones or not tens else "")
