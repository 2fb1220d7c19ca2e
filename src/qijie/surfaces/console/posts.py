"""Who holds which post, for the security administrator: hand it over, find it a stand-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qijie.access.form_keys import FIELD
from qijie.access.permissions import HAND_OVER_POST, roles_that_may
from qijie.access.typed import OneValue, PickField
from qijie.access.viewer import HeldPost, Viewer
from qijie.accounts.models import User
from qijie.kernel import text
from qijie.kernel.codes import is_within
from qijie.kernel.refusal import Refusal
from qijie.surfaces.console.frame import page
from qijie.surfaces.console.paging import PAGE_SIZE
from qijie.surfaces.console.queries import choices_within, place_names
from qijie.teams.actions import end_early, hand_over, stand_in
from qijie.teams.gate import GuardedRequest, not_visible, remember
from qijie.teams.models import Holding, Post
from qijie.teams.queries import account_named, accounts_like, holdings_of, post_within, roster
from qijie.ui.moves import WordsField

DAYS_AHEAD = 366
"""What is planned later than this is a slip of the pen."""
MOST_FOUND = 20
_MOST_WORDS = 60
_REGION_DIGITS = 6
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105  # a field's name


def appointing_posts(viewer: Viewer) -> list[HeldPost]:
    """The viewer's posts that give the right to appoint, each within its own territory."""
    roles = roles_that_may(HAND_OVER_POST)
    return [post for post in viewer.posts if post.role in roles]


# The list


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for; `objection` is the sentence about words that cannot be."""

    path: str
    words: str
    after: str
    is_vacant: bool
    objection: str = ""


def _wish_of(request: GuardedRequest, tops: Sequence[HeldPost]) -> Wish:
    query, is_vacant = request.GET, request.GET.get("view") == "vacant"
    try:
        words = text.one_line(query.get("q", ""), "关键词", _MOST_WORDS)
        after = text.one_line(query.get("after", ""), "翻页位置", _MOST_WORDS)
        path = text.one_line(query.get("path", ""), "地点", _MOST_WORDS)
    except Refusal as refusal:
        return Wish("", "", "", is_vacant, refusal.sentence)
    if path and not any(is_within(path, top.path) for top in tops):
        return Wish("", words, "", is_vacant, f"“{path}”不在您的辖区内，请从列表中选择地点。")
    return Wish(path, words, after, is_vacant)


@require_safe
def posts(request: GuardedRequest) -> HttpResponse:
    on, tops = timezone.localdate(), appointing_posts(request.viewer)
    wish = _wish_of(request, tops)
    found = [] if wish.objection else _found(wish, tops, on)
    shown = found[:PAGE_SIZE]
    names = place_names([post.path for post in shown], on)
    context = {
        "rows": [_row(post, names) for post in shown],
        "after": shown[-1].code if len(found) > PAGE_SIZE else "",
        "is_first": not wish.after,
        "wish": wish,
        "words": request.GET.get("q", ""),
        "choices": choices_within(tops, on),
    }
    return page(request, "posts.html", "posts", context)


def _found(wish: Wish, tops: Sequence[HeldPost], on: date) -> list[Post]:
    """One more than a page holds, where there are more."""
    paths = [wish.path] if wish.path else [top.path for top in tops]
    listed = roster(paths, on, words=wish.words, is_vacant=wish.is_vacant)
    return list(listed.filter(code__gt=wish.after)[: PAGE_SIZE + 1])


def _row(post: Post, names: dict[str, str]) -> dict[str, object]:
    holders: list[Holding] = getattr(post, "holders_today", [])
    return {
        "post": post,
        "place": names.get(post.path, post.path),
        "holder": next((one for one in holders if not one.is_stand_in), None),
        "stand_ins": [one for one in holders if one.is_stand_in],
    }


# One post


class DayField(forms.DateField):
    def __init__(self, *, label: str, **kwargs: Any) -> None:
        super().__init__(
            label=label,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d"],
            error_messages={
                "required": f"请填写{label}。",
                "invalid": f"{label}应写成 2026-06-01 的样子，请检查。",
            },
            **kwargs,
        )


class AppointmentForm(OneValue, forms.Form):
    """Somebody, and days from today on: who held a post before is not rewritten."""

    name = ""

    def __init__(self, data: Any = None, *, today: date, username: str = "") -> None:
        initial = {"username": username, "from_on": today + timedelta(days=1)}
        super().__init__(data, prefix=self.name, initial=initial)
        self.today = today

    def clean_username(self) -> User:
        typed = self.cleaned_data["username"]
        account = account_named(typed)
        if account is None:
            raise ValidationError(
                f"没有用户名为“{typed}”且可登录的账号，请核对用户名，或在“找人”里按姓名查找。"
            )
        return account

    def clean_from_on(self) -> date:
        return self._planned("from_on")

    def _planned(self, name: str) -> date:
        day: date = self.cleaned_data[name]
        label, latest = self.fields[name].label, self.today + timedelta(days=DAYS_AHEAD)
        if day < self.today:
            raise ValidationError(f"{label} {day} 已经过去，请填写今天 {self.today} 或以后的日期。")
        if day > latest:
            raise ValidationError(f"{label} {day} 太远，请填写 {latest} 或以前的日期。")
        return day


class HandOverForm(AppointmentForm):
    name = "hand_over"

    username = WordsField(label="接任人用户名", max_chars=60, one_line=True)
    from_on = DayField(
        label="交接日期", help_text="从这一天起由接任人任职，现任者任到前一天，中间不空一天。"
    )

    def effect(self) -> str:
        given = self.cleaned_data
        to, on = given["username"], given["from_on"]
        return f"自 {on} 起由{to.name}（{to.username}）任职，现任者任到前一天。"

    def carry_out(self, post: Post, by: Viewer) -> str:
        """What was done, as a sentence; raises Refusal."""
        given = self.cleaned_data
        to, on = given["username"], given["from_on"]
        hand_over(post=post, to=to, on=on, by=by)
        return f"交接：自 {on} 起由{to.name}（{to.username}）任职。"


class StandInForm(AppointmentForm):
    name = "stand_in"

    username = WordsField(label="代班人用户名", max_chars=60, one_line=True)
    from_on = DayField(label="代班开始日期")
    to_on = DayField(label="代班结束日期", help_text="这一天起不再代班。")

    def clean_to_on(self) -> date:
        return self._planned("to_on")

    def effect(self) -> str:
        given = self.cleaned_data
        who, from_on, to_on = given["username"], given["from_on"], given["to_on"]
        return f"{from_on} 起由{who.name}（{who.username}）代班，{to_on} 起不再代班。"

    def carry_out(self, post: Post, by: Viewer) -> str:
        """What was done, as a sentence; raises Refusal."""
        given = self.cleaned_data
        who, from_on, to_on = given["username"], given["from_on"], given["to_on"]
        stand_in(post=post, by_user=who, from_on=from_on, to_on=to_on, by=by)
        return f"代班：{from_on} 起由{who.name}（{who.username}）代班，到 {to_on} 止。"


class EndForm(OneValue, forms.Form):
    """A stand-in ended early, or what was planned for later taken back."""

    name = "end"

    holding = PickField(
        Holding.objects.none(),
        label="哪一次任职",
        error_messages={
            "required": "请选择要结束或取消的任职。",
            "invalid_choice": "这条任职已不在，请刷新后再看。",
        },
    )

    def __init__(self, data: Any = None, *, today: date, post: Post) -> None:
        super().__init__(data)
        self.today = today
        chosen = self.fields["holding"]
        assert isinstance(chosen, PickField)  # noqa: S101
        chosen.queryset = post.holdings.select_related("user", "post")

    def effect(self) -> str:
        one: Holding = self.cleaned_data["holding"]
        who = f"{one.user.name}（{one.user.username}）"
        if one.from_on == self.today:
            return f"{who}今天已开始代班，明天起不再代班。"
        if one.from_on < self.today:
            return f"{who}的代班到昨天为止，马上看不到这个岗位的事项。"
        if one.is_stand_in:
            return f"{who}原定 {one.from_on} 起的代班取消。"
        return f"{who}原定 {one.from_on} 起的任职取消，现任者继续任职。"

    def carry_out(self, post: Post, by: Viewer) -> str:
        """What was done, as a sentence; raises Refusal."""
        one: Holding = self.cleaned_data["holding"]
        ended = end_early(holding=one, on=self.today)
        if ended is not None:
            return f"结束代班：{one.user.name}（{one.user.username}）代班到 {ended} 止。"
        return f"取消：{one.user.name}（{one.user.username}）原定 {one.from_on} 起的任职。"


Appointment = HandOverForm | StandInForm
FORMS: tuple[type[Appointment], ...] = (HandOverForm, StandInForm)


@require_http_methods(["GET", "POST"])
def post(request: GuardedRequest, post_id: UUID) -> HttpResponse:
    paths = [top.path for top in appointing_posts(request.viewer)]
    found = post_within(paths, post_id, timezone.localdate())
    if found is None:
        raise not_visible(request, post_id)
    offered = _forms(request)
    ending = _end_form(request, found)
    asked = next((form for form in (*offered, ending) if form.is_bound), None)
    if asked is not None and asked.is_valid():
        if "confirmed" not in request.POST:
            return _confirm(request, asked, found)
        if _carried_out(request, asked, found):
            return redirect("console:post", found.pk)
    context = _context(request, found) | {form.name: form for form in (*offered, ending)}
    return page(request, "post.html", "posts", context, status=422 if asked else 200)


def _forms(request: GuardedRequest) -> list[Appointment]:
    """Both forms, the one that was sent bound; what was found by name stands in the other."""
    today, sent = timezone.localdate(), request.POST.get("act", HandOverForm.name)
    return [
        kind(
            request.POST if request.method == "POST" and kind.name == sent else None,
            today=today,
            username=request.GET.get(kind.name, ""),
        )
        for kind in FORMS
    ]


def _end_form(request: GuardedRequest, found: Post) -> EndForm:
    is_asked = request.method == "POST" and request.POST.get("act") == EndForm.name
    return EndForm(request.POST if is_asked else None, today=timezone.localdate(), post=found)


def _confirm(request: GuardedRequest, asked: Appointment | EndForm, found: Post) -> HttpResponse:
    """What will be so, before it is: rights change hands with one press otherwise."""
    typed = [pair for pair in request.POST.items() if pair[0] not in (_TOKEN, FIELD)]
    context = {"post": found, "effect": asked.effect(), "typed": typed}
    return page(request, "post_confirm.html", "posts", context)


def _carried_out(request: GuardedRequest, form: Appointment | EndForm, found: Post) -> bool:
    try:
        done = form.carry_out(found, request.viewer)
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return False
    region = found.path[:_REGION_DIGITS]
    remember(request, "changed", subject=found.code, purpose=done[:120], region_code=region)
    messages.success(request, f"“{found.title}”已办理{done}")
    return True


def _context(request: GuardedRequest, found: Post) -> dict[str, object]:
    on = timezone.localdate()
    holdings = list(holdings_of(found)[:PAGE_SIZE])
    who, people, objection = _people(request, on)
    return {
        "row": _row(found, place_names([found.path], on)),
        "holdings": [(one, _standing(one, on)) for one in holdings],
        "is_cut": len(holdings) == PAGE_SIZE,
        "is_closed": found.valid_to is not None and found.valid_to <= on,
        "who": who,
        "people": people[:MOST_FOUND],
        "is_more": len(people) > MOST_FOUND,
        "objection": objection,
        "here": reverse("console:post", args=[found.pk]),
    }


def _people(request: GuardedRequest, on: date) -> tuple[str, list[User], str]:
    """What was looked for, who was found, and the sentence about words that cannot be."""
    typed = request.GET.get("who", "")
    try:
        words = text.one_line(typed, "姓名或用户名", _MOST_WORDS)
    except Refusal as refusal:
        return typed, [], refusal.sentence
    return words, list(accounts_like(words, on)[: MOST_FOUND + 1]) if words else [], ""


def _standing(holding: Holding, on: date) -> str:
    """`past`, `present` or `future`, as the page marks a line."""
    if holding.from_on > on:
        return "future"
    return "present" if holding.to_on is None or holding.to_on > on else "past"
