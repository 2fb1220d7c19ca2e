from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from qijie.access.typed import CountField, IdField, OneValue
from qijie.access.viewer import Viewer
from qijie.issues import actions
from qijie.issues.actions.advance import NotVisible
from qijie.issues.models import Issue
from qijie.issues.queries import is_about_somebody
from qijie.issues.queries.book import lexicon
from qijie.issues.queries.choices import (
    categories,
    condition_to_make_safe,
    conditions_of,
    kinds_of,
    units_for,
)
from qijie.issues.queries.concerned import chosen, concerned_choices
from qijie.issues.queries.orders import returned_by
from qijie.issues.rules import needs
from qijie.issues.rules.aim import WHO_SEES_IT
from qijie.issues.rules.danger import dangers_in
from qijie.issues.rules.needs import Need
from qijie.issues.rules.vocabulary import Evidence, Family, Move, ReturnReason, Urgency, VoidReason
from qijie.kernel.codes import Level
from qijie.kernel.refusal import Refusal
from qijie.kernel.words import Word
from qijie.records.photos import Photo
from qijie.teams.models import OrgUnit
from qijie.territory.queries import subtree
from qijie.ui.danger import AnswerField, answer_in
from qijie.ui.moves.anyway import TakenAnyway
from qijie.ui.moves.evidence import WITHOUT_A_PHOTO, EvidenceForm
from qijie.ui.moves.fields import UnitField, WordsField, YesNoField, as_error, photos_in


def _words_of(vocabulary: type[Word], empty: str) -> list[tuple[str, str]]:
    return [("", empty), *vocabulary.choices()]


class MoveForm(OneValue, forms.Form):
    """A move of one matter. Sub-classes add fields and say which action they perform."""

    move: ClassVar[Move]
    takes_photos: ClassVar[bool] = False
    either: tuple[str, ...] = ()
    """Fields of which the move asks one at least; none of them is called 选填."""

    seen = CountField(label="页面的版本", required=False)
    order = IdField(label="工单", required=False)

    def __init__(
        self, data: Any = None, *, issue: Issue, order_id: UUID | None = None, at: datetime
    ) -> None:
        super().__init__(data, initial={"seen": issue.version, "order": order_id}, prefix=None)
        self.issue, self.at, self.named_order = issue, at, order_id
        self.prepare()

    def prepare(self) -> None:
        """Narrows choices to this matter."""

    def ask(self, name: str, need: Need) -> None:
        """What the rules need of this matter is asked for, not called 选填."""
        field = self.fields[name]
        field.required = True
        field.error_messages = {**field.error_messages, "required": need.missing}

    def offer(self, name: str, choices: Iterable[Any], initial: str | None = None) -> None:
        """Fills a choice field, an empty choice first."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "请选择"), *choices]
        self.initial[name] = initial or ""

    def picked(self, name: str) -> str:
        """Which of the offered choices was sent, where others depend on it before all is cleaned;
        empty for none of them."""
        field, sent = self.fields[name], str(self.data.get(name, ""))
        return sent if isinstance(field, forms.ChoiceField) and field.valid_value(sent) else ""

    def submit(
        self, files: "Sequence[UploadedFile[bytes]]", *, by: Viewer, at: datetime
    ) -> Issue | None:
        """Performs the move; None when the form now carries the sentence that says why not."""
        if not self.is_valid():
            return None
        try:
            return self.perform(self.photos_of(files), by=by, at=at)
        except Refusal as refusal:
            field = getattr(refusal, "field", None)
            self.add_error(field if field in self.fields else None, as_error(refusal))
            return None

    def photos_of(self, files: "Sequence[UploadedFile[bytes]]") -> tuple[Photo, ...]:
        """Raises Refusal naming the first that cannot be taken."""
        return photos_in(files)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        raise NotVisible(self.issue.pk)

    @property
    def common(self) -> dict[str, Any]:
        return {"seen": self.cleaned_data["seen"]}


Act = Callable[..., Issue]


def _order_id(form: MoveForm) -> UUID:
    order_id = form.cleaned_data["order"] or form.named_order
    if order_id is None:
        raise Refusal("没有指明是哪一张工单，请回到事项页重新操作。")
    return UUID(str(order_id))


class AcceptForm(MoveForm):
    move = Move.ACCEPT
    category = forms.ChoiceField(label="类别", required=False)
    path = forms.ChoiceField(label="所属网格", required=False)
    urgency = forms.ChoiceField(
        label="紧急程度",
        choices=Urgency.choices(),
        initial=Urgency.NORMAL,
        widget=forms.RadioSelect,
    )
    words = WordsField(label="说明", required=False, max_chars=500, rows=2)

    def prepare(self) -> None:
        self.offer("category", categories(), self.issue.category_id)
        self.offer("path", _grids_near(self.issue, self.at), self.issue.path)
        self.initial["urgency"] = self.issue.urgency
        if not self.issue.category_id:
            self.ask("category", needs.CATEGORY)
        if not self.issue.grid_id:
            self.ask("path", needs.GRID)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        cleaned = self.cleaned_data
        moved_to = cleaned["path"] if cleaned["path"] != self.issue.path else ""
        return actions.accept(
            self.issue.pk,
            by=by,
            at=at,
            category=cleaned["category"],
            path=moved_to,
            urgency=Urgency(cleaned["urgency"]),
            words=cleaned["words"],
            **self.common,
        )


def _grids_near(issue: Issue, at: datetime) -> list[tuple[str, str]]:
    """The grids of the matter's community, or of its street where no community is known."""
    near = subtree(issue.community_code or issue.street_code or issue.region_code, at.date())
    grids = near.filter(kind="grid").select_related("parent").only("path", "name", "parent__name")
    return [(grid.path, f"{grid.parent.name} {grid.name}") for grid in grids if grid.parent]


class VoidForm(MoveForm):
    move = Move.VOID
    reason = forms.ChoiceField(
        label="理由",
        choices=_words_of(VoidReason, "请选择理由"),
        error_messages={"required": "请从清单中选择不予受理的理由。"},
    )
    words = WordsField(label="向反映人说明", max_chars=500)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        cleaned = self.cleaned_data
        return actions.void(
            self.issue.pk,
            by=by,
            at=at,
            reason=VoidReason(cleaned["reason"]),
            words=cleaned["words"],
            **self.common,
        )


class FileForm(MoveForm):
    move = Move.FILE
    condition = forms.ChoiceField(label="立案条件", required=False)
    words = WordsField(label="说明", required=False, max_chars=500, rows=2)

    def prepare(self) -> None:
        self.offer("condition", conditions_of(self.issue.category_id))
        if self.issue.family != Family.OTHER and not self.issue.condition_id:
            self.ask("condition", needs.CONDITION)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        cleaned = self.cleaned_data
        return actions.file(
            self.issue.pk,
            by=by,
            at=at,
            condition=cleaned["condition"],
            words=cleaned["words"],
            **self.common,
        )


class DispatchForm(MoveForm):
    move = Move.DISPATCH
    unit = UnitField(
        label="主办单位",
        queryset=OrgUnit.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择主办单位。"},
    )
    words = WordsField(label="派单说明", required=False, max_chars=500, rows=2)

    thought = ""
    """The category it seems to be, where it has none yet."""

    def prepare(self) -> None:
        field = self.fields["unit"]
        suggested, serving = units_for(self.issue, self.thought)
        returned = {
            unit_id: f"已退回过：{reason}" for unit_id, reason in returned_by(self.issue.pk).items()
        }
        if isinstance(field, UnitField):
            field.queryset, field.notes = serving, returned
        if suggested is not None:
            note = returned.get(suggested.pk)
            # What came back is sent again only by somebody's own choice.
            self.initial["unit"] = None if note else suggested
            advice = f"按权责清单建议：{suggested.name}"
            field.help_text = f"{advice}（{note}）" if note else advice

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        unit = self.cleaned_data["unit"]
        return actions.dispatch(
            self.issue.pk,
            by=by,
            at=at,
            unit_id=unit.pk,
            unit_level=Level(unit.level),
            unit_path=unit.path,
            words=self.cleaned_data["words"],
            **self.common,
        )


def _look_at_it(unit: OrgUnit) -> None:
    raise ValidationError(f"按权责清单选了“{unit}”，请核对，再按一次“紧急直派”。")


def _kinds_in_words(codes: Sequence[str]) -> str:
    names = {code: name for _, group in categories() for code, name in group}
    named = "、".join(f"“{names[code]}”" for code in codes)
    return f"写的像是{named}，请核对。" if named else ""


class DirectUrgentForm(DispatchForm):
    """Where every minute counts: what kind, and who is on duty; the rest is asked later."""

    move = Move.DIRECT_URGENT
    category = forms.ChoiceField(
        label="类别", error_messages={"required": "还没有选定类别，请从目录中选择一个。"}
    )
    condition = forms.ChoiceField(label="现场是哪一种", required=False)
    field_order = ("category", "condition", "unit", "words")

    def prepare(self) -> None:
        likely = [] if self.issue.category_id else self._likely()
        proposed = likely[0] if len(likely) == 1 else ""
        if self.issue.category_id:
            del self.fields["category"]
        else:
            self.offer("category", categories(), proposed)
            self.fields["category"].help_text = _kinds_in_words(likely)
            self.thought = self.picked("category") if self.is_bound else proposed
        super().prepare()
        unit = self.fields["unit"]
        unit.label = "派给哪个值班单位"
        if self.is_bound and self.thought:
            self._propose_unit()
        elif not (self.issue.category_id or self.thought):
            unit.help_text = "选好类别，按一次“紧急直派”，就按权责清单提出单位。"
        kinds = conditions_of(self.issue.category_id) if self.issue.category_id else []
        if kinds:
            self.offer("condition", kinds, condition_to_make_safe(self.issue.category_id))
            self.fields["condition"].help_text = "先排除危险的时限由它决定；不选的按紧急止险时限。"
        else:
            del self.fields["condition"]

    def _likely(self) -> list[str]:
        return kinds_of(dangers_in(self.issue.words, "", lexicon()))

    def _propose_unit(self) -> None:
        """What the list says of the category just chosen is filled in, to be looked at and sent."""
        unit, field = self.initial.get("unit"), self.fields["unit"]
        if unit is not None and not self.data.get("unit"):
            self.data = {**dict(self.data.items()), "unit": str(unit.pk)}
            field.validators = [*field.validators, _look_at_it]

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        unit = self.cleaned_data["unit"]
        return actions.direct_urgent(
            self.issue.pk,
            by=by,
            at=at,
            unit_id=unit.pk,
            unit_level=Level(unit.level),
            category=self.cleaned_data.get("category", ""),
            condition=self.cleaned_data.get("condition", ""),
            words=self.cleaned_data["words"],
            **self.common,
        )


class MakeSafeForm(MoveForm):
    move = Move.MAKE_SAFE
    words = WordsField(label="怎么排除的危险", max_chars=500, rows=2)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        return actions.make_safe(
            self.issue.pk,
            order_id=_order_id(self),
            by=by,
            at=at,
            words=self.cleaned_data["words"],
            **self.common,
        )


class SignForm(MoveForm):
    move = Move.SIGN

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        return actions.sign(self.issue.pk, order_id=_order_id(self), by=by, at=at, **self.common)


class SolveForm(EvidenceForm, MoveForm):
    move = Move.SOLVE
    takes_photos = True
    category = forms.ChoiceField(label="类别", required=False)
    words = WordsField(label="怎么解决的", max_chars=1000)
    field_order = ("category", "words", "shown_by", "proof")

    def prepare(self) -> None:
        self.evidence_asked = _asked_by(self.issue)
        # A question is answered in words; everything else may be shown by something.
        is_question = self.issue.family == Family.SERVICE
        accepted = self.evidence_asked or (() if is_question else WITHOUT_A_PHOTO)
        self.either = ("photos", "shown_by", "proof") if accepted else ()
        self.ask_for(accepted)
        if self.issue.category_id:
            del self.fields["category"]
            return
        self.offer("category", categories())
        self.ask("category", needs.CATEGORY)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        category = self.cleaned_data.get("category", "")
        return actions.solve(
            self.issue.pk,
            by=by,
            at=at,
            words=self.words_and_proof,
            category=category,
            evidence=self.shown(self.issue, photos),
            photos=photos,
            **self.common,
        )


class DoneForm(EvidenceForm, MoveForm):
    move = Move.DONE
    takes_photos = True
    words = WordsField(label="处置结果", max_chars=1000)
    field_order = ("words", "shown_by", "proof")

    def prepare(self) -> None:
        self.evidence_asked = _asked_by(self.issue)
        self.either = ("photos", "shown_by", "proof") if self.evidence_asked else ()
        self.ask_for(self.evidence_asked)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        return actions.done(
            self.issue.pk,
            order_id=_order_id(self),
            by=by,
            at=at,
            words=self.words_and_proof,
            evidence=self.shown(self.issue, photos),
            photos=photos,
            **self.common,
        )


def _asked_by(issue: Issue) -> tuple[Evidence, ...]:
    """What the filing condition accepts; nothing where there is none yet."""
    accepted = set(issue.condition.evidence) if issue.condition else set()
    return tuple(word for word in Evidence if word in accepted)


class ReturnForm(MoveForm):
    move = Move.RETURN_ORDER
    reason = forms.ChoiceField(
        label="退单理由",
        choices=_words_of(ReturnReason, "请选择理由"),
        error_messages={"required": "请从清单中选择退单理由。"},
    )
    words = WordsField(label="说明", max_chars=500)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        return actions.return_order(
            self.issue.pk,
            order_id=_order_id(self),
            by=by,
            at=at,
            reason=ReturnReason(self.cleaned_data["reason"]),
            words=self.cleaned_data["words"],
            **self.common,
        )


class RecallForm(MoveForm):
    move = Move.RECALL
    words = WordsField(label="撤单原因", max_chars=500)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        return actions.recall(
            self.issue.pk,
            order_id=_order_id(self),
            by=by,
            at=at,
            words=self.cleaned_data["words"],
            **self.common,
        )


_LONGEST_AGREEMENT = timedelta(days=3653)


class CloseForm(MoveForm):
    move = Move.CLOSE
    is_standard_met = forms.BooleanField(
        label="已达到结案标准",
        required=True,
        error_messages={"required": "请确认已达到结案标准；没有达到请选择返工。"},
    )
    follow_up_on = forms.DateField(
        label="协议回访日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "回访日期应写成 2026-11-21 这样的日期。"},
    )
    words = WordsField(label="核查意见", required=False, max_chars=500, rows=2)

    def prepare(self) -> None:
        if self.issue.family != "dispute":
            del self.fields["follow_up_on"]
        if self.issue.awaits_look:
            self.fields["words"].required = True
            self.fields["words"].label = "您到现场看到了什么"
        if self.issue.condition and self.issue.condition.close_standard:
            self.fields["is_standard_met"].help_text = self.issue.condition.close_standard

    def clean_follow_up_on(self) -> date | None:
        day: date | None = self.cleaned_data["follow_up_on"]
        today = timezone.localdate(self.at)
        latest = today + _LONGEST_AGREEMENT
        if day is not None and not today <= day <= latest:
            raise ValidationError(f"协议回访日期 {day} 应在今天以后、{latest} 以前，请检查。")
        return day

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        cleaned = self.cleaned_data
        return actions.close(
            self.issue.pk,
            by=by,
            at=at,
            is_standard_met=cleaned["is_standard_met"],
            follow_up_on=cleaned.get("follow_up_on"),
            words=cleaned["words"],
            **self.common,
        )


class AboutForm(MoveForm):
    """Whom it is about; once said, another or nobody, with the reason."""

    move = Move.ABOUT
    about = forms.ChoiceField(
        label="涉及谁",
        error_messages={
            "required": "请选择涉及的单位或岗位。",
            "invalid_choice": "涉及谁：没有这个单位或岗位，请重新选择。",
        },
    )
    words = WordsField(label="说明", max_chars=500, rows=2, required=False)

    def prepare(self) -> None:
        choices: list[Any] = [*concerned_choices(self.issue.path, self.at.date())]
        if is_about_somebody(self.issue):
            choices.insert(0, (_NOBODY, "不涉及工作人员"))
            self.fields["words"].label = "更正的理由"
            self.fields["words"].required = True
        self.offer("about", choices, _concerned_now(self.issue))
        self.fields["about"].help_text = WHO_SEES_IT

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        about = self.cleaned_data["about"]
        unit_id, post_id = chosen("" if about == _NOBODY else about)
        return actions.about(
            self.issue.pk,
            by=by,
            at=at,
            unit_id=unit_id,
            post_id=post_id,
            words=self.cleaned_data["words"],
            **self.common,
        )


_NOBODY = "nobody"


def _concerned_now(issue: Issue) -> str:
    if issue.about_unit_id:
        return f"unit:{issue.about_unit_id}"
    return f"post:{issue.about_post_id}" if issue.about_post_id else ""


class PlaceForm(MoveForm):
    move = Move.MOVE
    path = forms.ChoiceField(
        label="改到哪里",
        error_messages={
            "required": "请选择改到哪个社区或网格。",
            "invalid_choice": "改到哪里：没有这个社区或网格，请重新选择。",
        },
    )
    words = WordsField(label="改辖区的理由", max_chars=500, rows=2)

    def prepare(self) -> None:
        self.offer("path", _places_of_region(self.issue, self.at))

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        cleaned = self.cleaned_data
        return actions.move(
            self.issue.pk,
            by=by,
            at=at,
            path=cleaned["path"],
            words=cleaned["words"],
            **self.common,
        )


def _places_of_region(issue: Issue, at: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    """Communities of the whole district by street, then every grid of the matter's own street."""
    divisions = subtree(issue.region_code, at.date()).filter(kind__in=("community", "village"))
    groups: dict[str, list[tuple[str, str]]] = {}
    for path, name, street in divisions.order_by("path").values_list(
        "path", "name", "parent__name"
    ):
        groups.setdefault(street or "", []).append((path, name))
    if issue.street_code:
        grids = subtree(issue.street_code, at.date()).filter(kind="grid").order_by("path")
        for path, name, around in grids.values_list("path", "name", "parent__name"):
            groups.setdefault(f"{around}的网格", []).append((path, f"{around} {name}"))
    return list(groups.items())


class ReclassifyForm(MoveForm):
    move = Move.RECLASSIFY
    category = forms.ChoiceField(
        label="改成哪一类", error_messages={"required": "请选择改成哪一类。"}
    )
    condition = forms.ChoiceField(label="立案条件", required=False)
    words = WordsField(label="改类理由", max_chars=500, rows=2)

    def prepare(self) -> None:
        asked: dict[str, Any] = next(
            (r for r in self.issue.requests if r["move"] == Move.ASK_RECLASSIFY), {}
        )
        category = asked.get("category") or self.issue.category_id
        self.offer("category", categories(), category)
        self.offer("condition", conditions_of(self.picked("category") or category))
        self.initial["condition"] = asked.get("condition") or ""
        if not self.issue.filed_at:
            del self.fields["condition"]

    def clean(self) -> dict[str, Any]:
        """A filed matter's deadline hangs on its condition, so another category asks for one."""
        cleaned: dict[str, Any] = super().clean() or {}
        category = cleaned.get("category")
        has_choice = "condition" in self.fields and bool(conditions_of(category))
        if has_choice and "condition" not in self.errors and not cleaned.get("condition"):
            self.add_error("condition", "请从该类别下选择一条立案条件，处置时限由它决定。")
        return cleaned

    act: ClassVar[Act] = staticmethod(actions.reclassify)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        cleaned = self.cleaned_data
        return self.act(
            self.issue.pk,
            by=by,
            at=at,
            category=cleaned["category"],
            condition=cleaned.get("condition", ""),
            words=cleaned["words"],
            **self.common,
        )


class AskReclassifyForm(ReclassifyForm):
    move = Move.ASK_RECLASSIFY
    act: ClassVar[Act] = staticmethod(actions.ask_reclassify)


class DeclineForm(MoveForm):
    move = Move.DECLINE
    request = forms.ChoiceField(
        label="驳回哪一项", error_messages={"required": "请选择要驳回的申请。"}
    )
    words = WordsField(label="理由", max_chars=500, rows=2)

    def prepare(self) -> None:
        asked = [Move(one["move"]) for one in self.issue.requests]
        only = asked[0].value if len(asked) == 1 else ""
        self.offer("request", [(move.value, move.label) for move in asked], only)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        cleaned = self.cleaned_data
        return actions.decline(
            self.issue.pk,
            by=by,
            at=at,
            request=Move(cleaned["request"]),
            words=cleaned["words"],
            **self.common,
        )


def _words_form(
    move: Move,
    act: Act,
    label: str,
    *,
    required: bool = True,
    takes_seen: bool = True,
    base: type[MoveForm] = MoveForm,
) -> type[MoveForm]:
    """A form for a move that needs words and nothing else."""

    class WordsForm(base):  # type: ignore[valid-type, misc]
        words = WordsField(label=label, max_chars=1000, required=required)

        def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
            extra = self.common if takes_seen else {}
            meant = {"is_danger": self.is_danger} if base is SaysHowItIs else {}
            words = self.cleaned_data["words"]
            issue: Issue = act(self.issue.pk, by=by, at=at, words=words, **extra, **meant)
            return issue

    WordsForm.move = move
    return WordsForm


class SaysHowItIs(TakenAnyway, MoveForm):
    """Its words tell how it is there now: of danger they may be asked whether it is now."""

    danger = AnswerField()

    @property
    def is_for_now(self) -> bool:
        """Nobody is asked of what is urgent anyway: there the words alone say it."""
        answer = answer_in(self.data)
        if answer or self.issue.urgency != Urgency.URGENT:
            return answer == "yes"
        return bool(dangers_in(str(self.data.get("words", "")), "", lexicon()))

    @property
    def is_danger(self) -> bool | None:
        """What was answered; None where nobody was asked."""
        return {"yes": True, "no": False}.get(self.cleaned_data["danger"])


class AddForm(SaysHowItIs):
    move = Move.ADD
    takes_photos = True
    either = ("words", "photos")
    words = WordsField(label="补充的情况", max_chars=1000, required=False)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        return actions.add(
            self.issue.pk,
            by=by,
            at=at,
            words=self.cleaned_data["words"],
            photos=photos,
            is_danger=self.is_danger,
        )


class ConfirmForm(MoveForm):
    """The reporter's two questions after a matter was solved on the spot."""

    move = Move.CONFIRM
    is_satisfied = YesNoField(label="您对办理过程满意吗？", yes="满意", no="不满意", required=False)
    words = WordsField(label="想对我们说的话", max_chars=500, required=False)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        return actions.confirm(
            self.issue.pk,
            by=by,
            at=at,
            is_satisfied=self.cleaned_data["is_satisfied"],
            words=self.cleaned_data["words"],
        )


class JudgeForm(SaysHowItIs):
    """The two questions at the end: is it solved, and were you treated well."""

    move = Move.JUDGE
    is_solved = YesNoField(label="问题解决了吗？", yes="解决了", no="没有解决")
    is_satisfied = YesNoField(label="您对办理过程满意吗？", yes="满意", no="不满意", required=False)
    words = WordsField(label="想对我们说的话", max_chars=500, required=False)

    def perform(self, photos: tuple[Photo, ...], *, by: Viewer, at: datetime) -> Issue:
        cleaned = self.cleaned_data
        return actions.judge(
            self.issue.pk,
            by=by,
            at=at,
            is_solved=cleaned["is_solved"],
            is_satisfied=cleaned["is_satisfied"],
            words=cleaned["words"],
            is_danger=self.is_danger,
        )


_FORMS: Sequence[type[MoveForm]] = (
    AboutForm,
    AcceptForm,
    AddForm,
    AskReclassifyForm,
    CloseForm,
    ConfirmForm,
    DeclineForm,
    DirectUrgentForm,
    DispatchForm,
    DoneForm,
    FileForm,
    JudgeForm,
    MakeSafeForm,
    PlaceForm,
    RecallForm,
    ReclassifyForm,
    ReturnForm,
    SignForm,
    SolveForm,
    VoidForm,
    _words_form(Move.ANSWER, actions.answer, "答复"),
    _words_form(Move.FINAL_ANSWER, actions.final_answer, "书面答复"),
    _words_form(Move.NOT_MEANT, actions.not_meant, "说明", required=False),
    _words_form(Move.OBJECT, actions.object_, "为什么不同意", takes_seen=False, base=SaysHowItIs),
    _words_form(Move.REFUSE_MOVE, actions.refuse_move, "为什么不属于这里"),
    _words_form(Move.REOPEN, actions.reopen, "为什么要重新办理", base=SaysHowItIs),
    _words_form(Move.SEND_BACK, actions.send_back, "哪里不合格"),
    _words_form(
        Move.URGE, actions.urge, "催办说明", required=False, takes_seen=False, base=SaysHowItIs
    ),
    _words_form(Move.WITHDRAW, actions.withdraw, "撤回原因", required=False, takes_seen=False),
)
FORMS: dict[Move, type[MoveForm]] = {form.move: form for form in _FORMS}


def form_for(
    move: Move, data: Any = None, *, issue: Issue, order_id: UUID | None, at: datetime
) -> MoveForm | None:
    """The form of a move, or None where the move is not on pages yet."""
    form = FORMS.get(move)
    return form(data, issue=issue, order_id=order_id, at=at) if form else None
