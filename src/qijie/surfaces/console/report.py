"""A call or a visitor at the desk: what was said becomes a matter, and the caller gets a number."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qijie.access.form_keys import renew_key, with_own_key
from qijie.access.typed import IdField
from qijie.access.viewer import Viewer
from qijie.issues import actions
from qijie.issues.actions import NewReport, Receipt
from qijie.issues.queries import visible_or_none
from qijie.issues.queries.concerned import chosen
from qijie.issues.queries.waiting import topmost
from qijie.issues.rules.aim import WHO_SEES_IT
from qijie.issues.rules.vocabulary import Channel, Urgency
from qijie.kernel.codes import Level
from qijie.kernel.coordinates import Coordinate
from qijie.kernel.refusal import Refusal
from qijie.records.actions import KeyReused
from qijie.surfaces.console.casefile import may_see_reporter
from qijie.surfaces.console.frame import page
from qijie.surfaces.console.maps import STREET_TILES
from qijie.teams.gate import GuardedRequest
from qijie.teams.models import OrgUnit, Post
from qijie.teams.queries import units_serving
from qijie.territory.queries import subtree
from qijie.ui.catalogue import options
from qijie.ui.danger import OF_ITS_OWN, AsksOfDanger
from qijie.ui.moves import WordsField
from qijie.ui.moves.fields import PhoneField, as_error, photos_in, status_of
from qijie.ui.where import asks_which, place_agreed, which_holds

CHANNELS = (Channel.HOTLINE, Channel.DESK, Channel.VISIT)
_CHANNEL_WORDS = {Channel.HOTLINE: "电话", Channel.DESK: "窗口", Channel.VISIT: "来访接待"}
_UNIT, _POST, _SOMEBODY = "unit", "post", "somebody"
_ON_THE_RECEIPT = ("words", "place_words", "name", "phone", "email", "about_words")
_HOME_HELP = "不改就由您这里受理；在图上标了点，以点为准。"
_ELSEWHERE = "地点没有落到您的辖区，由那里或上一级的受理席办理，联系方式只有他们看得到。"
_UNCONCERNED = "这件事由上面一级办，您看不到它的进展。"
Choice = tuple[str, str]


class DeskReportForm(AsksOfDanger):
    key = IdField(label="提交编号", required=False)
    channel = forms.ChoiceField(
        label="怎么来的",
        choices=[(word.value, _CHANNEL_WORDS[word]) for word in CHANNELS],
        initial=Channel.HOTLINE,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择这件事是怎么来的。"},
    )
    words = WordsField(label="反映的情况")
    category = forms.CharField(label="类别", required=False, max_length=40)
    urgency = forms.ChoiceField(
        label="紧急程度",
        choices=Urgency.choices(),
        initial=Urgency.NORMAL,
        widget=forms.RadioSelect,
    )
    place_words = WordsField(label="地点", max_chars=200, one_line=True, required=False)
    path = forms.ChoiceField(label="所属网格或社区", required=False)
    lon = forms.CharField(label="经度", widget=forms.HiddenInput, required=False)
    lat = forms.CharField(label="纬度", widget=forms.HiddenInput, required=False)
    system = forms.CharField(label="坐标系", widget=forms.HiddenInput, required=False)
    which_holds = which_holds()
    name = WordsField(label="反映人称呼", max_chars=40, one_line=True, required=False)
    phone = PhoneField(label="反映人电话")
    email = forms.EmailField(
        label="反映人邮箱",
        required=False,
        error_messages={"invalid": "邮箱应写成 name@example.cn 的样子，请检查。"},
    )
    about = forms.ChoiceField(
        label="反映的是哪个单位或岗位",
        required=False,
        help_text=f"只在反映某个单位或岗位本身时选择。{WHO_SEES_IT}反映您自己岗位的，请转上一级登记。",
    )
    about_words = WordsField(label="反映人说的是谁", max_chars=100, one_line=True, required=False)

    def __init__(
        self, data: Any = None, *, viewer: Viewer, channel: str = "", near: str = ""
    ) -> None:
        """near: the path of the place whose grids are offered first."""
        came = {"channel": channel} if channel in set(CHANNELS) else {}
        super().__init__(data, initial={**came, "path": near})
        self.viewer = viewer
        if data is None:
            self.fields["words"].widget.attrs["data-focus"] = ""
        self._offer("path", "按地图上的位置，或地点不明", _places(viewer, near))
        self.home = _home(viewer)
        if self.home:
            self.initial["path"] = near or self.home
            self.fields["path"].help_text = _HOME_HELP
        self._offer("about", "不涉及", _concerned(viewer))

    def _offer(self, name: str, empty: str, choices: list[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", empty), *choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["place"] = None
        # A field that failed has no value here.
        lon, lat, system = (cleaned.get(name, "") for name in ("lon", "lat", "system"))
        if lon or lat:
            try:
                cleaned["place"] = Coordinate.read(lon, lat, system)
            except Refusal as refusal:
                self.add_error("place_words", refusal.sentence)
        is_urgent = cleaned.get("urgency") == Urgency.URGENT
        self.ask_of_danger(is_urgent=is_urgent)
        words, chosen = cleaned.get("place_words", ""), cleaned.get("path", "")
        # What the page filled in was chosen by nobody: a point says it better.
        is_default = cleaned["place"] is not None and chosen == self.home
        cleaned["place"], cleaned["path"] = place_agreed(
            self,
            words,
            cleaned["place"],
            timezone.localdate(),
            chosen="" if is_default else chosen,
        )
        return cleaned

    @property
    def asks_which(self) -> bool:
        return asks_which(self)

    @property
    def new_report(self) -> NewReport:
        cleaned = self.cleaned_data
        about = "" if cleaned["about"] == _SOMEBODY else cleaned["about"]
        unit_id, post_id = chosen(about)
        return NewReport(
            key=cleaned["key"] or uuid4(),
            words=cleaned["words"],
            channel=Channel(cleaned["channel"]),
            category=cleaned["category"],
            place=cleaned["place"],
            path="" if cleaned["place"] else cleaned["path"],
            place_words=cleaned["place_words"],
            urgency=Urgency.URGENT if self.is_danger else Urgency(cleaned["urgency"]),
            name=cleaned["name"],
            phone=cleaned["phone"],
            email=cleaned["email"],
            about_unit_id=unit_id,
            about_post_id=post_id,
            is_about_staff=bool(cleaned["about"] or cleaned["about_words"]),
            about_words=cleaned["about_words"],
        )


def _home(viewer: Viewer) -> str:
    """The community of whoever sits at one community's desk; a wider desk has to say."""
    tops = topmost(viewer)
    at_one = len(tops) == 1 and tops[0].level is Level.COMMUNITY
    return tops[0].path if at_one else ""


def _places(viewer: Viewer, near: str) -> list[tuple[str, list[Choice]]]:
    """The grids of a street or community, by community; of a district its communities.

    The group that lies in `near` comes first.
    """
    groups: dict[str, list[Choice]] = {}
    for top in topmost(viewer):
        below = ("grid",) if top.level <= Level.STREET else ("community", "village")
        own = ("community", "village") if top.level is Level.COMMUNITY else ()
        found = subtree(top.path, timezone.localdate()).filter(kind__in=(*below, *own))
        for path, name, above in found.values_list("path", "name", "parent__name"):
            is_own = path == top.path
            label = f"{name}（网格待定）" if is_own else f"{above} {name}"
            groups.setdefault(name if is_own else above or "", []).append((path, label))
    return sorted(groups.items(), key=lambda group: not _lies_in(group[1], near))


def _lies_in(places: list[Choice], near: str) -> bool:
    return near != "" and any(path.startswith(near) for path, _ in places)


def _concerned(viewer: Viewer) -> list[tuple[str, list[Choice]]]:
    """Units and posts of the viewer's territory, without the viewer's own: nobody takes down
    a complaint about themselves."""
    tops = topmost(viewer)
    units: dict[str, str] = {}
    posts: dict[str, str] = {}
    for top in tops:
        around = units_serving(top.path) | OrgUnit.objects.filter(path__startswith=top.path)
        others = around.exclude(pk__in=viewer.unit_ids)
        units |= {f"{_UNIT}:{pk}": name for pk, name in others.values_list("pk", "name")}
        near = Q(path__startswith=top.path) if top.level <= Level.STREET else Q(path=top.path)
        held = Post.objects.filter(near, valid_to__isnull=True).exclude(role="")
        named = held.exclude(pk__in=viewer.post_ids).order_by("path").values_list("pk", "title")
        posts |= {f"{_POST}:{pk}": title for pk, title in named}
    unnamed = [(_SOMEBODY, "是反映工作人员的，还不知道是谁")]
    return [("", unnamed), ("单位", list(units.items())), ("岗位", list(posts.items()))]


@require_http_methods(["GET", "POST"])
def report(request: GuardedRequest) -> HttpResponse:
    data = with_own_key(request) if request.method == "POST" else None
    asked = {name: request.GET.get(name, "") for name in ("channel", "near")}
    asked["near"] = asked["near"] if asked["near"].isdecimal() else ""
    form = DeskReportForm(data, viewer=request.viewer, **asked)
    receipt = _handed_in(request, form) if form.is_valid() else None
    if receipt is not None:
        return _received(request, form, receipt)
    context = {
        "form": form,
        "options": options(form["category"].value() or "", officially=True),
        "streets": STREET_TILES,
        "center": _center(request.viewer, asked["near"]),
    }
    return page(request, "report.html", "report", context, status=status_of(form))


def _handed_in(request: GuardedRequest, form: DeskReportForm) -> Receipt | None:
    try:
        photos = photos_in(request.FILES.getlist("photos"))
        receipt = actions.hand_in(
            form.new_report, by=request.viewer, at=timezone.now(), photos=photos
        )
    except KeyReused as reused:
        renew_key(request)
        again = "先前那一份可按反映的情况查到；要另登记一件，请再按一次“登记”。"
        form.add_error(None, f"{reused.sentence}{again}")
        return None
    except Refusal as refusal:
        field = getattr(refusal, "field", None)
        form.add_error(field if field in form.fields else None, as_error(refusal))
        return None
    if receipt.is_its_own:
        messages.info(request, OF_ITS_OWN)
    return receipt


def _received(request: GuardedRequest, form: DeskReportForm, receipt: Receipt) -> HttpResponse:
    issue = visible_or_none(receipt.issue_id, request.viewer)
    if issue is None or not may_see_reporter(issue, request.viewer):
        return _receipt_of_another_desk(request, form, receipt, is_visible=issue is not None)
    return redirect(f"{reverse('console:matter', args=[receipt.issue_id])}?registered=yes")


def _receipt_of_another_desk(
    request: GuardedRequest, form: DeskReportForm, receipt: Receipt, *, is_visible: bool
) -> HttpResponse:
    """What was typed, once more: its taker sees no contact there, or no matter at all."""
    typed = ((form[name].label, form.cleaned_data[name]) for name in _ON_THE_RECEIPT)
    facts = [{"label": label, "value": value} for label, value in typed if value]
    context: dict[str, object] = {
        "number": receipt.number,
        "why": _ELSEWHERE if is_visible else _UNCONCERNED,
        "facts": facts,
        "issue_id": receipt.issue_id if is_visible else None,
    }
    answer = page(request, "received.html", "report", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _center(viewer: Viewer, near: str) -> str:
    """Where the map opens, as "lon,lat": the middle of `near`, else of the viewer's own place."""
    tops = [top.path for top in topmost(viewer)]
    path = next((near for top in tops if near.startswith(top)), next(iter(tops), ""))
    node = subtree(path, timezone.localdate()).filter(path=path).first() if path else None
    if node is None or node.boundary is None:
        return ""
    spot = node.boundary.point_on_surface
    return f"{spot.x:.5f},{spot.y:.5f}"
