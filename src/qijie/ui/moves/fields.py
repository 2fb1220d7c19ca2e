"""Form fields whose values are safe to keep, and photos checked at the door."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model

from qijie.access.typed import PickField
from qijie.kernel import text
from qijie.kernel.refusal import Refusal
from qijie.records.photos import (
    MAX_PHOTOS,
    MAX_PIXELS_TOGETHER,
    NoRoom,
    Photo,
    drop_waiting,
    take_in,
)

_NO_ROOM = "no_room"


class WordsField(forms.CharField):
    """Free text: cleaned of what must not be stored, refused with a sentence when it cannot be."""

    def __init__(
        self,
        *,
        label: str,
        max_chars: int = 2000,
        rows: int = 4,
        one_line: bool = False,
        **kwargs: Any,
    ) -> None:
        self.max_chars, self.one_line = max_chars, one_line
        widget = forms.TextInput() if one_line else forms.Textarea(attrs={"rows": rows})
        kwargs.setdefault("error_messages", {"required": f"请填写{label}。"})
        super().__init__(label=label, widget=widget, strip=False, **kwargs)

    def clean(self, value: Any) -> str:
        typed = self.to_python(value) or ""
        clean = text.one_line if self.one_line else text.clean_words
        try:
            words = clean(typed, str(self.label), self.max_chars)
        except Refusal as refusal:
            raise ValidationError(refusal.sentence) from refusal
        self.validate(words)
        return words


class PhoneField(forms.CharField):
    """A mainland phone number, normalised; may be left empty."""

    def __init__(self, *, label: str = "电话", **kwargs: Any) -> None:
        too_long = f"{label}太长，请只填一个号码，例如 13912345678。"
        kwargs["error_messages"] = {"max_length": too_long} | kwargs.get("error_messages", {})
        widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})
        super().__init__(label=label, widget=widget, required=False, max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        try:
            return text.phone(typed, str(self.label)) if typed else ""
        except Refusal as refusal:
            raise ValidationError(refusal.sentence) from refusal


class UnitField(PickField):
    """A unit to send an order to; `notes` by its id say what speaks against it."""

    notes: Mapping[UUID, str] | None = None

    def label_from_instance(self, obj: Model) -> str:
        note = (self.notes or {}).get(obj.pk)
        return f"{obj}（{note}）" if note else str(obj)


class YesNoField(forms.TypedChoiceField):
    """A question with two answers in words; True, False, or None where it was left open."""

    def __init__(self, *, yes: str, no: str, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": f"请选择“{yes}”或“{no}”。"})
        super().__init__(
            choices=[("yes", yes), ("no", no)],
            coerce=lambda word: word == "yes",
            empty_value=None,
            widget=forms.RadioSelect,
            **kwargs,
        )


def photos_in(files: "Sequence[UploadedFile[bytes]]") -> tuple[Photo, ...]:
    """The photos of a request, on disk as they came; a Refusal names the first that is none."""
    return take_in([(file.name or "照片", file.read()) for file in files])


def photos_that_go(files: "Sequence[UploadedFile[bytes]]") -> tuple[Photo, ...]:
    """Of the photos of a request those that can be taken, of too many the first ones."""
    taken: list[Photo] = []
    for file in files:
        if len(taken) == MAX_PHOTOS:
            break
        with suppress(Refusal):
            taken += photos_in([file])
        if sum(photo.header.pixels for photo in taken) > MAX_PIXELS_TOGETHER:
            drop_waiting(taken.pop().waiting_name)
    return tuple(taken)


def as_error(refusal: Refusal) -> ValidationError:
    """A refusal as a form carries it; a full disk stays known as such (`status_of`)."""
    return ValidationError(refusal.sentence, code=_NO_ROOM if isinstance(refusal, NoRoom) else None)


def status_of(form: forms.Form) -> int:
    """What an answer that shows the form is called: 200, 422 with errors, 507 for a full disk."""
    if not form.errors:
        return HTTPStatus.OK
    found = [error.code for errors in form.errors.as_data().values() for error in errors]
    return HTTPStatus.INSUFFICIENT_STORAGE if _NO_ROOM in found else HTTPStatus.UNPROCESSABLE_ENTITY
