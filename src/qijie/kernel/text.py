"""Words people type, made safe to keep without changing what they say."""

import re
import unicodedata

from qijie.kernel.refusal import Refusal

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_TOO_MANY_BLANK_LINES = re.compile(r"\n{4,}")
# Halves of a pair, and what a decoder puts where it could not read.
_BROKEN = re.compile("[\ud800-\udfff\ufffd]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Embeddings, overrides and isolates: with them a screen shows other words than are stored.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Soft hyphen, direction marks, zero-width spaces, byte-order mark, tag characters.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
)
_PICTURE = "[\u00a9\u00ae\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]"
# Between two pictures the joiner makes one emoji of them (a family, a profession) and is kept;
# elsewhere it only makes two equal-looking words differ, so that searching misses one.
_STRAY_JOINER = re.compile(f"(?<!{_PICTURE})\u200d|\u200d(?!{_PICTURE})")

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))(\d{7,8})", re.ASCII)
_COUNTRY_CODE = re.compile(r"\+86|0086|86(?=1[3-9]\d{9}$)")
_PUNCTUATION = re.compile(r"[\s\-‐–—().·]")
_EXTENSION = re.compile(r"(?:转|分机|[xX#]|ext\.?|-)\s*(\d{1,5})$", re.ASCII)

_COMPOUND_SURNAMES = frozenset(
    {"欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒"}
    | {"司空", "端木", "百里", "呼延", "轩辕", "长孙", "宇文", "独孤", "东方", "西门", "南宫"}
)


def clean_words(text: str, field_label: str, max_chars: int) -> str:
    """The words in NFC, trimmed, with at most two blank lines in a row; may be empty."""
    _refuse_unsafe(text, field_label)
    words = _LINE_BREAKS.sub("\n", text).replace("\t", " ")
    words = _STRAY_JOINER.sub("", _INVISIBLE.sub("", words))
    words = "\n".join(line.rstrip() for line in unicodedata.normalize("NFC", words).split("\n"))
    words = _TOO_MANY_BLANK_LINES.sub("\n\n\n", words).strip()
    if len(words) > max_chars:
        raise Refusal(
            f"{field_label}有 {len(words)} 个字，最多 {max_chars} 个字，"
            f"请删去 {len(words) - max_chars} 个字。"
        )
    return words


def one_line(text: str, field_label: str, max_chars: int) -> str:
    """The same for a single line: line breaks and runs of spaces become one space."""
    _refuse_unsafe(text, field_label)
    return clean_words(" ".join(text.split()), field_label, max_chars)


def as_far_as_it_can_be_kept(text: str) -> str:
    """The words without what `clean_words` would refuse them for, of any length."""
    readable = _BROKEN.sub("", _LINE_BREAKS.sub("\n", text))
    readable = _BIDI.sub("", _CONTROL.sub("", readable))
    # A composed letter may take more places than it was typed in, never more than three times.
    return clean_words(readable, "", 3 * len(readable) + 1)


def _refuse_unsafe(text: str, field_label: str) -> None:
    if _BROKEN.search(text):
        raise Refusal(f"{field_label}里有损坏的字符，请删去显示为方框或问号的字后重新输入。")
    checked = _LINE_BREAKS.sub("\n", text)
    if found := _CONTROL.search(checked):
        raise Refusal(
            f"{field_label}第 {found.start() + 1} 个字是看不见的控制字符，"
            "请删去它，或改为手工输入这一段。"
        )
    if found := _BIDI.search(checked):
        raise Refusal(
            f"{field_label}第 {found.start() + 1} 个字是改变文字方向的隐藏字符，"
            "请删去它，或改为手工输入这一段。"
        )


def phone(text: str, field_label: str = "电话") -> str:
    """A mainland number as it is kept: `13912345678`, `027-85481234`, `027-85481234-801`."""
    typed = unicodedata.normalize("NFKC", text).strip()
    extension = _EXTENSION.search(typed)
    known = _known_number(typed)
    if known is None and extension and (landline := _known_number(typed[: extension.start()])):
        known = None if _MOBILE.fullmatch(landline) else f"{landline}-{extension.group(1)}"
    if known is not None:
        return known
    if re.fullmatch(r"[2-8]\d{6,7}", _PUNCTUATION.sub("", typed)):
        raise Refusal(f"{field_label}“{typed[:40]}”缺少区号，请写成 027-85481234 的样子。")
    raise Refusal(
        f"{field_label}“{typed[:40]}”不是大陆的手机或固定电话号码，"
        "手机应为 11 位数字，固定电话请带区号，例如 027-85481234。"
    )


def _known_number(typed: str) -> str | None:
    digits = _national(_PUNCTUATION.sub("", typed))
    if _MOBILE.fullmatch(digits):
        return digits
    found = _LANDLINE.fullmatch(digits)
    return f"{found.group(1)}-{found.group(2)}" if found else None


def _national(digits: str) -> str:
    """Without the country code; abroad a landline is dialled without its area code's zero."""
    found = _COUNTRY_CODE.match(digits)
    if found is None:
        return digits
    rest = digits[found.end() :]
    return rest if _MOBILE.fullmatch(rest) or rest.startswith("0") else f"0{rest}"


def mask_phone(number: str) -> str:
    """`139****5678`, `027-****1234`: enough for its owner to know it, not for others to call."""
    if _MOBILE.fullmatch(number):
        return f"{number[:3]}****{number[-4:]}"
    area, _, rest = number.partition("-")
    local = rest.partition("-")[0]
    return f"{area}-****{local[-4:]}" if len(local) > 4 else "****"


def mask_name(name: str) -> str:
    """The surname and one asterisk, whatever the length: `张*`, `欧阳*`."""
    plain = name.strip()
    if not plain:
        return ""
    compound = len(plain) > 2 and plain[:2] in _COMPOUND_SURNAMES
    return f"{plain[:2] if compound else plain[0]}*"
