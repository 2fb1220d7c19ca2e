"""Words of danger from staff: the form asks once whether it is so before anything is stored."""

from collections.abc import Mapping
from typing import Any

from django import forms

from qijie.access.typed import OneValue
from qijie.issues.models import Issue
from qijie.issues.queries.book import lexicon
from qijie.issues.rules.danger import MOST_SHOWN, Danger, dangers_in

_YES, _NO, _BACK = "yes", "no", "back"
OF_ITS_OWN = "先前那一份也在。这一次说有危险，已经作为新的一件按紧急收下。"
"""Said of danger under a key that brought something else before."""
ANSWERS = ((_YES, "是，按紧急报，马上要有人接"), (_NO, "不是，或已经没有危险，照常报"))


SAID = ("words", "place_words", "about_words")
"""Where somebody in a hurry may write it: the words of a report, its place, whom it is about."""


def said_in(typed: Mapping[str, object]) -> str:
    """Everything a report form was told in words, each on a line of its own."""
    return "\n".join(str(typed.get(name) or "") for name in SAID)


def said_of(issue: Issue) -> str:
    """The same of a report that was taken in."""
    return said_in(vars(issue))


def answer_in(data: Mapping[str, Any]) -> str:
    """What was answered on the stop page: yes, no, or back to the form; empty for anything else."""
    typed = str(data.get("danger", ""))
    return typed if typed in (_YES, _NO, _BACK) else ""


class AnswerField(forms.CharField):
    """The answer a form goes on with, hidden; what is none counts as not answered."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(label="有没有危险", required=False)

    def clean(self, value: Any) -> str:
        return answer_in({"danger": value})


class AsksOfDanger(OneValue, forms.Form):
    """A report form of staff; `asked_of_danger` says whether the page shows the question.

    It stands between the words and their filing, as the stop page does for a resident. Whoever
    chose “urgent” already is not asked.
    """

    danger = forms.ChoiceField(
        label="听起来有危险，是不是？",
        required=False,
        choices=ANSWERS,
        error_messages={"invalid_choice": "听起来有危险：请在两项里选一项。"},
    )

    danger_choices = ANSWERS
    danger_words = ""
    asked_apart = ("danger",)
    """No field to mend: the page asks below, and the list of errors leaves it out."""

    @property
    def danger_answer(self) -> str:
        """What was answered already, in words."""
        return dict(ANSWERS).get(str(self.data.get("danger", "")), "")

    @property
    def is_only_asked(self) -> bool:
        return set(self.errors) == {"danger"}

    @property
    def is_danger(self) -> bool:
        return self.cleaned_data.get("danger") == _YES

    @property
    def asked_of_danger(self) -> bool:
        return bool(self.data.get("danger")) or "danger" in self.errors

    @property
    def told(self) -> list[Danger]:
        """What the page shows what to do about; nothing where it was said that there is none."""
        if self.data.get("danger") == _NO or self.data.get("solved"):
            return []
        category = str(self.data.get("category", ""))
        return dangers_in(said_in(self.data), category, lexicon())[:MOST_SHOWN]

    def ask_of_danger(self, *, is_urgent: bool) -> None:
        """Leaves an error on `danger` where the words tell of one and nobody answered yet."""
        if is_urgent or self.cleaned_data.get("danger") or "danger" in self.errors:
            return
        dangers = dangers_in(said_in(self.cleaned_data), "", lexicon())
        if not dangers:
            return
        calls = {call.number: call.label for danger in dangers for call in danger.calls}
        first = "、".join(f"{number}（{label}）" for number, label in calls.items() if number)
        kinds = "、".join(danger.name for danger in dangers)
        self.danger_words = f"写的像是“{kinds}”。人还在危险里的，先请打 {first}。"
        self.add_error("danger", f"{self.danger_words}再选一项提交。")
