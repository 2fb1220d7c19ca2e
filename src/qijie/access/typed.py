"""What a form is sent is taken as our pages write it: one value where one belongs, ids and numbers
in their one spelling. Anything else was put there by hand or by a broken page, and is refused by
the name of its field instead of being read as something near it.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from qijie.access.sentences import say_in_our_words
from qijie.kernel.ids import id_of
from qijie.kernel.refusal import Refusal

_TWICE = "收到了不止一个值，只能有一个，请检查后再交一次。"
_STALE = "这一项不对，请刷新页面，重新选择后再交一次。"
_MOST_DIGITS = 9


class OneValue:
    """For forms: a field that takes one value is given one, and is refused in words of ours."""

    def _clean_fields(self) -> None:
        form: Any = self
        for field in form.fields.values():
            say_in_our_words(field)
        super()._clean_fields()  # type: ignore[misc]
        for name, field in form.fields.items():
            takes_several = getattr(field.widget, "allow_multiple_selected", False)
            if not takes_several and is_several(form.data, form.add_prefix(name)):
                form.add_error(name, _TWICE)


def is_several(data: Any, name: str) -> bool:
    """Whether a name came more than once, or as a list by its spelling."""
    if not isinstance(data, QueryDict):
        return False
    return len(data.getlist(name)) > 1 or any(f"{name}[{index}]" in data for index in ("", "0"))


def only(data: QueryDict, name: str, label: str) -> str:
    """The one value of a name; empty where there is none. Raises Refusal for several."""
    if is_several(data, name):
        raise Refusal(f"{label}{_TWICE}")
    return data.get(name, "")


def number_of(word: str) -> int | None:
    """A whole number not below nought as we write it; None for anything else."""
    is_ours = word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS
    return int(word) if is_ours and str(int(word)) == word else None


class IdField(forms.UUIDField):
    """An id nobody types, as our pages carry it."""

    widget = forms.HiddenInput

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": _STALE, "required": _STALE})
        super().__init__(label=label, **kwargs)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        found = id_of(str(value))
        if found is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class PickField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of a list of rows; what is no id at all is as unknown as an id that is not there."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            ) from error


class CountField(forms.IntegerField):
    """A number nobody types, as our pages carry it."""

    widget = forms.HiddenInput

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": _STALE, "required": _STALE})
        super().__init__(label=label, **kwargs)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        found = number_of(str(value))
        if found is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found
