"""What came with words of danger and could not be taken: carried in the address, said by name."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.http import HttpRequest

from qijie.ui.moves.anyway import MOST_CHARS, PHOTOS

_LABELS: Mapping[str, str] = {
    "words": f"{MOST_CHARS} 字以后的话",
    "place": "图上的点",
    "category": "类别",
    "about": "反映的是哪一个",
    "name": "称呼",
    "phone": "电话",
    "email": "邮箱",
    PHOTOS: "照片（有的或全部）",
}
_CONTACT = frozenset({"name", "phone", "email"})
_BY_ADDING: Mapping[str, str] = {
    "words": "没收下的话",
    "place": "在哪里",
    PHOTOS: "照片",
}


def left_in_address(names: Sequence[str]) -> str:
    """What an address says of them after its question mark; empty for none that has a name."""
    known = [name for name in _LABELS if name in names]
    return f"&{urlencode({'left': '.'.join(known)})}" if known else ""


def left_out(request: HttpRequest) -> str:
    """What was not taken, and how to add it; empty where everything was."""
    names = [name for name in request.GET.get("left", "").split(".") if name in _LABELS]
    if not names:
        return ""
    said = f"已经先收下了。没能一起收下的：{'、'.join(_LABELS[name] for name in names)}。"
    added = "、".join(_BY_ADDING[name] for name in names if name in _BY_ADDING)
    if added:
        said += f"{added}请用“补充情况”再加。"
    if _CONTACT & set(names):
        said += "要留联系方式，请告诉社区的受理席，由他们登记。"
    return said
