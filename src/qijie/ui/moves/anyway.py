"""What somebody in danger sends is taken, whatever else on the form is wrong.

A telephone that is none, a photo too many or an unknown category is left out and named afterwards;
words that are too long or hold what must not be kept are taken as far as they can be.
"""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.forms import Field

from qijie.kernel import text
from qijie.records.photos import Photo
from qijie.ui.moves.fields import WordsField, photos_in, photos_that_go

MOST_CHARS = 20_000
"""Of words of danger, in place of what the form takes otherwise."""
PHOTOS = "photos"


class TakenAnyway:
    """For forms of residents, before OneValue: `is_for_now` says whether somebody is in danger.

    left_out: names of fields that came and were not taken, in their order.
    """

    into_words: ClassVar[Sequence[str]] = ()
    """Fields whose text, where it is too long for them, goes on in the words."""
    left_out: list[str]

    @property
    def is_for_now(self) -> bool:
        form: Any = self
        return str(form.data.get("danger", "")) == "yes"

    def _clean_fields(self) -> None:
        form: Any = self
        self.left_out = []
        super()._clean_fields()  # type: ignore[misc]
        if form.errors and self.is_for_now:
            for name in list(form.errors):
                self._take_anyway(name, form.fields[name])

    def _take_anyway(self, name: str, field: Field) -> None:
        form: Any = self
        typed = str(form.data.get(form.add_prefix(name), ""))
        taken: Any = None
        if name == "key":
            taken = uuid4()
        elif name == "words":
            taken = self._words(typed, "")
        elif name in self.into_words and isinstance(field, WordsField):
            taken = self._begun_there(typed, field)
        elif not field.required:
            taken = field.clean("")
            self.leave_out(name)
        if field.required and not taken:
            return
        form.cleaned_data[name] = taken
        del form.errors[name]

    def _words(self, typed: str, more: str) -> str:
        words = text.as_far_as_it_can_be_kept(f"{typed}\n{more}" if more else typed)
        if len(words) > MOST_CHARS:
            self.leave_out("words")
        return words[:MOST_CHARS]

    def _begun_there(self, typed: str, field: WordsField) -> str:
        """The first part stands in its field, the whole of it after the words."""
        form: Any = self
        line = " ".join(text.as_far_as_it_can_be_kept(typed).split())
        if len(line) > field.max_chars:
            words = form.cleaned_data.get("words", "")
            form.cleaned_data["words"] = self._words(words, f"（{field.label}：{line}）")
        return line[: field.max_chars]

    def leave_out(self, name: str) -> None:
        if name not in self.left_out:
            self.left_out.append(name)

    def photos_of(self, files: "Sequence[UploadedFile[bytes]]") -> tuple[Photo, ...]:
        """Raises Refusal for one that cannot be taken where nobody is in danger; else those that
        can be."""
        if not self.is_for_now:
            return photos_in(files)
        photos = photos_that_go(files)
        if len(photos) < len(files):
            self.leave_out(PHOTOS)
        return photos
