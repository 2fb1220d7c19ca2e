"""What shows that something was done, asked in a form: a photo, or one of what may stand for it."""

from collections.abc import Collection
from typing import Any

from django import forms

from qijie.access.typed import OneValue
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Evidence
from qijie.records.photos import Photo
from qijie.records.queries import photos_that_count
from qijie.ui.moves.fields import WordsField

WITHOUT_A_PHOTO = (Evidence.RECORD, Evidence.OTHER_SIDE, Evidence.OWN_LOOK)
_SAID = frozenset({Evidence.RECORD.value, Evidence.OTHER_SIDE.value})
"""These are shown by words alone, so the words are asked for."""
_INSTEAD = "没有照片时，以什么为凭"


class EvidenceForm(OneValue, forms.Form):
    """The two fields beside the photos, and what they come to."""

    evidence_asked: tuple[Evidence, ...] = ()

    shown_by = forms.ChoiceField(label=_INSTEAD, required=False)
    proof = WordsField(
        label="凭证说明（记录编号，或对方是谁、怎么确认的）", required=False, max_chars=200, rows=2
    )

    def ask_for(self, accepted: Collection[str]) -> None:
        """Offers what may stand for a photo; nothing where only photos or nothing is asked."""
        offered = [word for word in WITHOUT_A_PHOTO if word in accepted]
        if not offered:
            del self.fields["shown_by"], self.fields["proof"]
            return
        choices = [("", "有照片，不另选"), *((word.value, word.label) for word in offered)]
        self.fields["shown_by"] = forms.ChoiceField(label=_INSTEAD, required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("shown_by") in _SAID and not cleaned.get("proof"):
            self.add_error("proof", "请写明记录编号，或对方是谁、怎么确认的。")
        return cleaned

    def shown(self, issue: Issue, photos: Collection[Photo]) -> tuple[Evidence, ...]:
        """What the photos and the choice come to."""
        found = set()
        if photos:
            found.add(Evidence.PHOTO_AFTER)
        if len(photos) > 1 or photos_that_count(issue.pk).exists():
            found.add(Evidence.PHOTO_BEFORE)
        if chosen := self.cleaned_data.get("shown_by"):
            found.add(Evidence(chosen))
        return tuple(found)

    @property
    def words_and_proof(self) -> str:
        """The outcome, and after it what shows it: the history and the verifier read both."""
        words, chosen = self.cleaned_data["words"], self.cleaned_data.get("shown_by")
        proof = self.cleaned_data.get("proof", "")
        if not chosen:
            return str(words)
        return f"{words}\n凭证：{Evidence(chosen).label}{f'，{proof}' if proof else ''}"
