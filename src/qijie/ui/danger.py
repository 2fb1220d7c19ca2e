"""Words of danger from staff: the form asks once whether it is so before anything is stored."""

from django import forms

from qijie.access.typed import OneValue
from qijie.issues.queries.book import lexicon
from qijie.issues.rules.danger import dangers_in

_YES, _NO = "yes", "no"


class AsksOfDanger(OneValue, forms.Form):
    """A report form of staff; `asked_of_danger` says whether the page shows the question.

    It stands between the words and their filing, as the stop page does for a resident. Whoever
    chose “urgent” already is not asked.
    """

    danger = forms.ChoiceField(
        label="听起来有危险，是不是？",
        required=False,
        choices=[(_YES, "是，按紧急报，马上要有人接"), (_NO, "不是，或已经没有危险，照常报")],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "听起来有危险：请在两项里选一项。"},
    )

    @property
    def is_danger(self) -> bool:
        return self.cleaned_data.get("danger") == _YES

    @property
    def asked_of_danger(self) -> bool:
        return bool(self.data.get("danger")) or "danger" in self.errors

    def ask_of_danger(self, words: str, *, is_urgent: bool) -> None:
        """Leaves an error on `danger` where the words tell of one and nobody answered yet."""
        if is_urgent or self.cleaned_data.get("danger") or "danger" in self.errors:
            return
        dangers = dangers_in(words, "", lexicon())
        if not dangers:
            return
        calls = {call.number: call.label for danger in dangers for call in danger.calls}
        first = "、".join(f"{number}（{label}）" for number, label in calls.items() if number)
        kinds = "、".join(danger.name for danger in dangers)
        self.add_error(
            "danger", f"写的像是“{kinds}”。人还在危险里的，先请打 {first}，再在下面选一项提交。"
        )
