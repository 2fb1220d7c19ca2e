from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.functional import cached_property

from qijie.access.typed import IdField, OneValue
from qijie.access.viewer import Viewer
from qijie.issues import actions
from qijie.issues.actions import NewReport, Receipt
from qijie.issues.actions.placing import place_of
from qijie.issues.queries.book import lexicon
from qijie.issues.queries.choices import kinds_of, known_category
from qijie.issues.queries.concerned import Choice, chosen, concerned_choice, concerned_choices
from qijie.issues.rules.danger import MOST_SHOWN, Danger, dangers_in
from qijie.issues.rules.decide import Refused
from qijie.issues.rules.vocabulary import Channel, Urgency
from qijie.kernel.coordinates import Coordinate
from qijie.kernel.refusal import Refusal
from qijie.records.actions import KeyReused
from qijie.records.photos import Photo
from qijie.surfaces.portal.places import words_of
from qijie.surfaces.portal.whom import may_mean
from qijie.territory.queries import Located, communities_said, nodes
from qijie.ui.danger import AnswerField, answer_in, said_in
from qijie.ui.moves.anyway import TakenAnyway
from qijie.ui.moves.fields import PhoneField, WordsField, as_error
from qijie.ui.where import asks_which, is_of_other_words, place_agreed, which_holds

ANOTHER_REPORT = "要另报一件，请再按一次“提交”；只是补充情况，请打开上次的专属链接，按“补充情况”。"
MOST_PLACE_CHARS = 200
_NO_GRID = "网格：没有这个网格，请写下地点。"
_NOBODY = ("", "说不清，或不想选")
_NO_KEY = "页面的提交编号丢失了，请再按一次“提交”。"
_STRANGE = "里有看不见的特殊字符，请删去后重新填写。"


def _hidden(label: str, max_length: int = 40) -> forms.CharField:
    """Filled by the map, kept by the draft."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=max_length,
        widget=forms.HiddenInput(attrs={"data-draft-keep": ""}),
        error_messages={
            "max_length": f"{label}太长，请在图上重新点一下位置。",
            "null_characters_not_allowed": f"{label}{_STRANGE}",
        },
    )


class ReportForm(TakenAnyway, OneValue, forms.Form):
    """What a resident typed. Only words or a category, and a place or “cannot say”, are asked; of
    somebody in danger only the words."""

    into_words = ("place_words", "about_words")

    key = IdField(
        label="提交编号",
        error_messages={"required": _NO_KEY, "invalid": _NO_KEY},
    )
    words = WordsField(
        label="发生了什么",
        required=False,
        help_text="一两句话就行，例如：三号楼楼道灯不亮，晚上看不清台阶。",
    )
    place_words = WordsField(
        label="在哪里",
        max_chars=MOST_PLACE_CHARS,
        one_line=True,
        required=False,
        help_text="小区名加楼号，或者路名加门牌号。",
    )
    lon = _hidden("经度")
    lat = _hidden("纬度")
    system = _hidden("坐标系")
    came = _hidden("图上的点", MOST_PLACE_CHARS + 20)
    """How the point came about, as the page notes it: search, map or here, and the words then."""
    grid = forms.CharField(
        label="所属网格",
        required=False,
        max_length=40,
        widget=forms.HiddenInput,
        error_messages={"max_length": _NO_GRID, "null_characters_not_allowed": _NO_GRID},
    )
    """Of the printed code or the notice board the report was begun at. Not kept by the draft: where
    it holds, the page says so in words."""
    not_here = forms.BooleanField(
        label="不是这里",
        required=False,
        widget=forms.CheckboxInput(attrs={"data-draft-never": ""}),
        help_text="事情在别处就勾上，再写地点或在图上点一下。",
    )
    which_holds = which_holds()
    place_unknown = forms.BooleanField(label="说不清在哪里", required=False)
    category = forms.CharField(
        label="是哪一类事",
        required=False,
        max_length=40,
        error_messages={
            "max_length": "是哪一类事：没有这个类别，请重新选择，或者不选。",
            "null_characters_not_allowed": f"类别{_STRANGE}",
        },
    )
    about_staff = forms.BooleanField(label="这是反映工作人员、岗位或单位的", required=False)
    about = forms.ChoiceField(
        label="哪个单位或岗位",
        required=False,
        error_messages={"invalid_choice": "哪个单位或岗位：没有这一个，请重新选择，或者不选。"},
    )
    about_words = WordsField(
        label="不在里面，或不知道叫什么",
        max_chars=100,
        one_line=True,
        required=False,
        help_text="写一句是谁、哪个单位，例如：管我们楼的网格员。",
    )
    photos = forms.FileField(label="照片", required=False)
    danger = AnswerField()
    """What was answered on the stop page: yes, no, or back to the form."""
    asked = forms.CharField(
        label="问过是谁", required=False, max_length=4, widget=forms.HiddenInput
    )
    """Whether it was asked whom the words mean; what was answered stands in `about`."""
    name = WordsField(label="怎么称呼您", max_chars=40, one_line=True, required=False)
    phone = PhoneField(
        label="电话",
        error_messages={
            "max_length": "电话太长，请只填一个号码，例如 13912345678。",
            "null_characters_not_allowed": f"电话{_STRANGE}",
        },
    )
    email = forms.EmailField(
        label="邮箱",
        required=False,
        max_length=254,
        error_messages={
            "invalid": "邮箱应写成 name@example.com 的样子，请检查，或者不填。",
            "max_length": "邮箱太长，最多 254 个字符，请检查，或者不填。",
            "null_characters_not_allowed": f"邮箱{_STRANGE}",
        },
    )

    is_another = False
    """The key came before with something else: pressed again, this is a report of its own."""
    _located: Located | None = None
    """Where it lies, once that was looked up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["about"]
        if isinstance(field, forms.ChoiceField):
            # Read when they are shown or one was chosen, which is seldom.
            field.choices = lambda: [_NOBODY, *self._answered(), *self._concerned()]

    def _answered(self) -> list[Choice]:
        """Who was named when it was asked whom the words mean: a post is in no list of a place."""
        if not self.data.get("asked"):
            return []
        choice = concerned_choice(str(self.data.get("about", "")), timezone.localdate())
        return [choice] if choice else []

    def _concerned(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Of the grid the report was begun on also the posts; else the units of the whole place."""
        on = timezone.localdate()
        if self.begun_at:
            return concerned_choices(str(self["grid"].value()), on)
        return concerned_choices(settings.HOME_PATH, on, names_units_only=True)

    @property
    def dangers(self) -> list[Danger]:
        """What the words, the place's too, or the category tell of, before anything is checked."""
        return dangers_in(said_in(self.data), str(self.data.get("category", "")), lexicon())

    @property
    def told(self) -> list[Danger]:
        """What a page shows what to do about; nothing where it was said that there is none."""
        return [] if answer_in(self.data) == "no" else self.dangers[:MOST_SHOWN]

    @property
    def must_stop(self) -> bool:
        """Words of danger are answered with what to do before they are taken in."""
        return not answer_in(self.data) and bool(self.dangers)

    @property
    def is_danger(self) -> bool:
        return self.is_for_now

    @property
    def asks_which(self) -> bool:
        return asks_which(self)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["place"], cleaned["said_path"] = self._place(), ""
        words = cleaned.get("place_words", "")
        is_readable = "place_words" not in self.errors
        if is_readable and is_of_other_words(cleaned.get("came", ""), words):
            cleaned["place"] = None
        if is_readable and not self.is_danger:
            on = timezone.localdate()
            cleaned["place"], cleaned["said_path"] = place_agreed(self, words, cleaned["place"], on)
        if not cleaned["place"] and not cleaned["said_path"]:
            cleaned["said_path"] = self._begun_in(cleaned, words)
        if not (cleaned.get("words") or cleaned.get("category")) and "words" not in self.errors:
            self.add_error("words", "请写一句发生了什么，或者在下面选一个类别。")
        if not self._says_where(cleaned) and "place_words" not in self.errors:
            self.add_error(
                "place_words", "请写下地点，或者在图上点一下；确实说不清，请勾选“说不清在哪里”。"
            )
        return cleaned

    def _place(self) -> Coordinate | None:
        given = [self.cleaned_data.get(name, "") for name in ("lon", "lat", "system")]
        if not any(given):
            return None
        try:
            return Coordinate.read(*given)
        except Refusal as refusal:
            if self.is_danger:
                self.leave_out("place")
                return None
            self.add_error("place_words", refusal.sentence)
            return None

    def _says_where(self, cleaned: dict[str, Any]) -> bool:
        said = ("place", "place_words", "place_unknown", "said_path")
        known = any(cleaned.get(name) for name in said)
        # Who is in danger is heard without a place.
        return known or self.is_danger

    def may_mean(self, *, at: datetime) -> list[Choice]:
        """Whom the words may mean, to be asked once; nobody in danger is asked."""
        if self.data.get("asked") or self.is_danger or not self.is_valid():
            return []
        new = self.new_report
        try:
            self._located = place_of(new, at)
        except Refused:
            # Handing it in says so in words.
            return []
        return may_mean(new, self._located.path, at)

    def submit(
        self, files: "Sequence[UploadedFile[bytes]]", *, by: Viewer, at: datetime
    ) -> Receipt | None:
        """Hands the report in; None when the form now carries the sentences that say why not."""
        if not self.is_valid():
            return None
        photos = self._photos(files)
        if photos is None:
            return None
        new = self._without_a_wrong_place(at) if self.is_danger else self.new_report
        try:
            return actions.hand_in(new, by=by, at=at, photos=photos, located=self._located)
        except KeyReused as reused:
            self.is_another = True
            self.add_error(None, f"{reused.sentence}{ANOTHER_REPORT}")
        except Refusal as refusal:
            field = getattr(refusal, "field", None)
            self.add_error(field if field in self.fields else None, as_error(refusal))
        return None

    def _without_a_wrong_place(self, at: datetime) -> NewReport:
        """A point outside the served area is left out, and so is a place that is not there."""
        new = self.new_report
        try:
            self._located = place_of(new, at)
        except Refused:
            self.leave_out("place")
            return replace(new, place=None, path="")
        return new

    def _photos(self, files: "Sequence[UploadedFile[bytes]]") -> tuple[Photo, ...] | None:
        try:
            return self.photos_of(files)
        except Refusal as refusal:
            self.add_error("photos", as_error(refusal))
            return None

    def _begun_in(self, cleaned: dict[str, Any], words: str) -> str:
        """The grid the report was begun at, unless another place was said; then the place said."""
        if cleaned.get("not_here") or cleaned.get("place_unknown") or not self.begun_at:
            return ""
        grid: str = cleaned.get("grid", "")
        said = list(communities_said(words, timezone.localdate())) if words else []
        return grid if not said or any(grid.startswith(path) for path in said) else said[0]

    @cached_property
    def begun_at(self) -> str:
        """The grid of the printed code or board this began at, in words; empty without one."""
        on, grid = timezone.localdate(), str(self["grid"].value() or "")
        is_known = grid.isalnum() and nodes(on).filter(path=grid, kind="grid").exists()
        return words_of(grid, on) if is_known else ""

    def _place_of_code(self, cleaned: dict[str, Any]) -> str:
        is_there = cleaned["said_path"] and cleaned["said_path"] == cleaned["grid"]
        return self.begun_at if is_there else ""

    def _category(self) -> str:
        """What was chosen, else what the confirmed danger is called in the catalogue, else any
        emergency: the grid's own worker is shown a report that has a kind, and is often the
        nearest to help."""
        chosen: str = self.cleaned_data["category"]
        if not self.is_danger or (chosen and self._is_known(chosen)):
            return chosen
        return next(iter(kinds_of(self.dangers)), "")

    def _is_known(self, category: str) -> bool:
        try:
            return known_category(category) is not None
        except Refused:
            self.leave_out("category")
            return False

    @property
    def new_report(self) -> NewReport:
        cleaned = self.cleaned_data
        unit_id, post_id = chosen(cleaned["about"])
        is_about_staff = cleaned["about_staff"] or cleaned["about"] or cleaned["about_words"]
        return NewReport(
            key=cleaned["key"],
            words=cleaned["words"],
            channel=Channel.PORTAL,
            about_unit_id=unit_id,
            about_post_id=post_id,
            # Who was chosen and is not known is somebody all the same.
            is_about_staff=bool(is_about_staff or "about" in self.left_out),
            about_words=cleaned["about_words"],
            category=self._category(),
            place=cleaned["place"],
            path=cleaned["said_path"],
            place_words=cleaned["place_words"] or self._place_of_code(cleaned),
            urgency=Urgency.URGENT if self.is_danger else Urgency.NORMAL,
            name=cleaned["name"],
            phone=cleaned["phone"],
            email=cleaned["email"],
        )
