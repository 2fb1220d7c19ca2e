"""Reporting as a worker: what, where, a photo; and, where it is so, that it is solved already."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qijie.access.form_keys import renew_key, with_own_key
from qijie.access.permissions import may
from qijie.access.typed import IdField
from qijie.access.viewer import Viewer
from qijie.issues import actions
from qijie.issues.actions import NewReport, Receipt
from qijie.issues.queries import visible_or_none
from qijie.issues.queries.choices import kinds_of
from qijie.issues.queries.concerned import chosen, concerned_choices
from qijie.issues.rules.aim import WHO_SEES_IT
from qijie.issues.rules.vocabulary import Channel, Move, Urgency
from qijie.kernel.codes import Level, level_of_path
from qijie.kernel.coordinates import Coordinate, CoordinateSystem
from qijie.kernel.ids import new_id
from qijie.kernel.refusal import Refusal
from qijie.records.actions import KeyReused
from qijie.surfaces.field import categories, places
from qijie.surfaces.field.frame import REFUSED, go_to, is_fragment, page
from qijie.teams.gate import GuardedRequest
from qijie.ui.danger import OF_ITS_OWN, AsksOfDanger
from qijie.ui.moves.fields import WordsField, as_error, photos_in, status_of

CATEGORY_CHOICES = "category-choices"


class ReportForm(AsksOfDanger):
    """Four things to say at most: what kind, what, where, a photo."""

    key = IdField(
        label="提交编号",
        required=False,
        error_messages={"invalid": "这一页放得太久或已损坏，请刷新页面后重新提交。"},
    )
    category = forms.CharField(
        label="类别", required=False, max_length=40, widget=forms.RadioSelect
    )
    words = WordsField(label="情况", required=False, max_chars=2000, rows=3)
    path = forms.ChoiceField(label="地点", required=False)
    lon = forms.CharField(label="经度", required=False, widget=forms.HiddenInput)
    lat = forms.CharField(label="纬度", required=False, widget=forms.HiddenInput)
    system = forms.CharField(label="坐标系", required=False, widget=forms.HiddenInput)
    about = forms.ChoiceField(
        label="是反映工作人员或单位的",
        required=False,
        help_text=f"{WHO_SEES_IT}您自己可能也看不到，编号请记下。",
        error_messages={"invalid_choice": "没有这个单位或岗位，请重新选择，或者不选。"},
    )
    urgent = forms.BooleanField(label="现在就有危险，按紧急上报", required=False)
    solved = forms.BooleanField(label="当场已解决", required=False)

    def __init__(self, data: Any = None, *, viewer: Viewer, at: datetime, chosen: str = "") -> None:
        super().__init__(data, initial={"category": chosen})
        self.viewer, self.at, self.is_another = viewer, at, False
        choices = places.choices(viewer, timezone.localdate(at))
        _choice(self, "path").choices = choices
        if not choices:
            del self.fields["path"]
        _choice(self, "about").choices = _concerned(viewer, timezone.localdate(at))
        if not may(viewer, Move.SOLVE):
            del self.fields["solved"]
        chosen, likely = self["category"].value() or "", kinds_of(self.told)
        shown = categories.offered(viewer, chosen=chosen, likely=likely)
        _choice(self, "category").choices = shown
        named = "、".join(f"“{name}”" for code, name in shown if code in likely)
        self["category"].help_text = f"写的像是{named}，请选一个。" if named else ""
        self.fields["words"].help_text = "选了类别可以不写。当场解决的，写一句怎么解决的。"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("solved"):
            self.ask_of_danger(is_urgent=bool(cleaned.get("urgent")))
        return cleaned

    def new_report(self) -> NewReport:
        """Raises Refusal where the position is no position."""
        cleaned = self.cleaned_data
        path = cleaned.get("path", "")
        where = places.of(path, self._here(), timezone.localdate(self.at))
        unit_id, post_id = chosen("" if cleaned["about"] == _SOMEBODY else cleaned["about"])
        return NewReport(
            about_unit_id=unit_id,
            about_post_id=post_id,
            is_about_staff=bool(cleaned["about"]),
            key=cleaned["key"] or new_id(),
            # Solved already: the category says what it was, the words say how it ended.
            words="" if self.is_solved and cleaned["category"] else cleaned["words"],
            channel=Channel.WORKER,
            category=cleaned["category"],
            place=where.point,
            path=where.path,
            place_words=where.words,
            urgency=Urgency.URGENT if self.is_for_now else Urgency.NORMAL,
            is_solved=self.is_solved,
            solved_words=cleaned["words"] if self.is_solved else "",
        )

    @property
    def is_for_now(self) -> bool:
        return self.is_danger or bool(self.cleaned_data.get("urgent"))

    @property
    def is_solved(self) -> bool:
        return bool(self.cleaned_data.get("solved")) and not self.cleaned_data.get("about")

    def _here(self) -> Coordinate | None:
        cleaned = self.cleaned_data
        if not (cleaned["lon"] and cleaned["lat"]):
            return None
        return Coordinate.read(
            cleaned["lon"], cleaned["lat"], cleaned["system"] or CoordinateSystem.WGS84
        )

    def refuse(self, refusal: Refusal) -> None:
        field = getattr(refusal, "field", None)
        self.add_error(field if field in self.fields else None, as_error(refusal))


_SOMEBODY = "somebody"


def _concerned(viewer: Viewer, on: date) -> list[Any]:
    """Of the first place the viewer serves; one's own post and unit are nobody's to report."""
    place = next((post.path for post in viewer.posts if post.path), "")
    own = [*viewer.post_ids, *viewer.unit_ids]
    is_wide = level_of_path(place) > Level.COMMUNITY if place else False
    named = concerned_choices(place, on, without=own, names_units_only=is_wide) if place else []
    return [("", "不涉及"), (_SOMEBODY, "是，不知道是谁"), *named]


def _choice(form: forms.Form, name: str) -> Any:
    """A choice field as such, or a text field drawn as a choice."""
    field = form.fields[name]
    return field if isinstance(field, forms.ChoiceField) else field.widget


@require_http_methods(["GET", "POST"])
def report(request: GuardedRequest) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST":
        data = with_own_key(request)
        return _handed_in(request, ReportForm(data, viewer=request.viewer, at=now), now)
    words, chosen = request.GET.get("q", ""), request.GET.get("category", "")
    form = ReportForm(viewer=request.viewer, at=now, chosen=chosen)
    if words:
        _choice(form, "category").choices = categories.found(words, chosen=chosen)
    if request.headers.get("HX-Target") == CATEGORY_CHOICES:
        return render(request, "field/parts/categories.html", {"form": form, "searched": words})
    return _shown(request, form, searched=words)


def _handed_in(request: GuardedRequest, form: ReportForm, now: datetime) -> HttpResponse:
    receipt = _submit(form, request.FILES.getlist("photos"), by=request.viewer, at=now)
    if form.is_another:
        renew_key(request)
    if receipt is None:
        return _shown(request, form, status=REFUSED)
    if visible_or_none(receipt.issue_id, request.viewer) is None:
        messages.success(
            request, f"已上报，编号 {receipt.number}。由上面一级办，您看不到它的进展。"
        )
        told = ".".join(one.code for one in form.told) if form.is_for_now else ""
        danger = f"&danger={told}" if told else ""
        return go_to(request, f"{reverse('field:today')}?reported=yes{danger}")
    done = "已上报并当场办结" if form.is_solved else "已上报"
    if receipt.is_its_own:
        messages.info(request, OF_ITS_OWN)
    messages.success(request, f"{done}，编号 {receipt.number}。")
    return go_to(request, f"{reverse('field:matter', args=[receipt.issue_id])}?reported")


def _submit(
    form: ReportForm, files: "Sequence[UploadedFile[bytes]]", *, by: Viewer, at: datetime
) -> Receipt | None:
    if not form.is_valid():
        return None
    try:
        return actions.hand_in(form.new_report(), by=by, at=at, photos=photos_in(files))
    except KeyReused as reused:
        # The first delivery arrived though its answer did not; what differs now is a new matter.
        form.is_another = True
        form.add_error(
            None,
            f"{reused.sentence}先前那一份可在“我报的”里查看；要作为新的事项上报，请再按一次提交。",
        )
    except Refusal as refusal:
        form.refuse(refusal)
    return None


def _shown(
    request: GuardedRequest, form: ReportForm, *, searched: str = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "searched": searched}
    if is_fragment(request) and status == REFUSED:
        return render(request, "field/parts/report_fields.html", context, status=status)
    return page(request, "field/report.html", context, current="report", status=status_of(form))
