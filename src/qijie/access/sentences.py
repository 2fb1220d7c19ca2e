"""What a field says when it is filled in wrong: its own name and the cure, never Django's sentence.

A field that brings a sentence of its own keeps it.
"""

from collections.abc import Mapping

from django import forms

_UNKNOWN = "{label}：没有这一项，请重新选择{or_not}。"
_WRONG = "{label}填得不对，请检查后重新填写{or_not}。"
_TOO_LONG = "{label}太长，最多 %(limit_value)d 个字符，现在有 %(show_value)d 个，请缩短。"
_SENTENCES: Mapping[str, str] = {
    "invalid": _WRONG,
    "invalid_choice": _UNKNOWN,
    "invalid_list": _UNKNOWN,
    "invalid_pk_value": _UNKNOWN,
    "list": _UNKNOWN,
    "max_length": _TOO_LONG,
    "min_length": "{label}太短，至少 %(limit_value)d 个字符，请补全。",
    "max_value": "{label}最大是 %(limit_value)s，请改小。",
    "min_value": "{label}最小是 %(limit_value)s，请改大。",
    "step_size": _WRONG,
    "max_digits": _WRONG,
    "overflow": _WRONG,
    "null_characters_not_allowed": "{label}里有看不见的特殊字符，请删去后重新填写。",
}
_A_DAY = "{label}应写成 2026-11-21 的样子，请检查。"
_AN_ADDRESS = "{label}应写成 name@example.com 的样子，请检查{or_not}。"


def say_in_our_words(field: forms.Field) -> None:
    """Gives a field a sentence for each thing that may be wrong where it has only Django's."""
    stock = _stock(type(field))
    # A per cent sign would be read as a place to fill in.
    label = str(field.label or "这一项").replace("%", "％")
    or_not = "" if field.required else "，或者不填"
    for code, sentence in {**_SENTENCES, **_by_kind(field)}.items():
        if field.error_messages.get(code) is stock.get(code):
            field.error_messages[code] = sentence.format(label=label, or_not=or_not)


def _by_kind(field: forms.Field) -> dict[str, str]:
    match field:
        case forms.BooleanField():
            return {"required": "请勾选“{label}”。"}
        case forms.ChoiceField() | forms.ModelChoiceField():
            return {"required": "请选择{label}。"}
        case forms.DateField():
            return {"required": "请填写{label}。", "invalid": _A_DAY}
        case forms.EmailField():
            return {"required": "请填写{label}。", "invalid": _AN_ADDRESS}
    return {"required": "请填写{label}。"}


def _stock(kind: type[forms.Field]) -> dict[str, object]:
    """What Django says by itself, by code; the nearest class of the field speaks for it."""
    found: dict[str, object] = {}
    for base in reversed(kind.__mro__):
        found |= getattr(base, "default_error_messages", {})
    return found
