from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from qijie.access.form_keys import FIELD, key_to_show
from qijie.issues.rules.aim import WHO_SEES_IT
from qijie.ui.phrases import day_words, full_words, moment_words, until_words
from qijie.ui.states import STANDING_LOOKS, Kind, Look, look_of

register = template.Library()
register.simple_tag(lambda: WHO_SEES_IT, name="who_sees_a_complaint")

SPRITE = "ui/icons.svg"
CURSORS = frozenset({"after", "before"})


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Silent to a screen reader unless `label` says what the sign means on its own."""
    href = f"{static(SPRITE)}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href
    )


@register.simple_tag(takes_context=True)
def form_key(context: Mapping[str, Any]) -> SafeString:
    """What every form that writes carries beside its token, so that it takes effect once.

    A form opened again after it went says so, with the way to what it led to.
    """
    request = context["request"]
    hidden = format_html(
        '<input type="hidden" name="{}" value="{}" data-submit-key>', FIELD, key_to_show(request)
    )
    led_to = getattr(request, "sent_to", "")
    if not led_to:
        return hidden
    match = request.resolver_match
    another = "再报另一件" if match and match.url_name == "report" else "另填一份"
    # Another address than this page's: a browser takes the same one for this page once more.
    anew = f"{request.path}?new=yes"
    return hidden + format_html(_SENT, icon("check"), led_to, anew, another)


_SENT = (
    '<div class="note tone-good" role="status" data-form-sent>{}<div class="note-body">'
    '<p>这一份已经交上去了，不用再交。</p><p><a href="{}">去看这一件</a>　<a href="{}">{}</a></p>'
    '<p class="form-another">现在写的与它不同，会作为另一份交上去。</p></div></div>'
)


@register.filter
def pressable(actions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [action for action in actions if not action.get("why_not")]


@register.filter
def refused(actions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [action for action in actions if action.get("why_not")]


@register.filter
def moment(value: date | datetime | None) -> str:
    """A <time> in local words with the full date as its title; nothing for no value."""
    if value is None:
        return ""
    now = timezone.localtime()
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        words = moment_words(value, now)
    else:
        words = day_words(value, now.date())
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), full_words(value), words
    )


@register.filter
def until(due_at: datetime | None, now: datetime | None = None) -> str:
    """还剩3小时 or 超期1天, against the clock or against `now`."""
    return until_words(due_at, now or timezone.now()) if due_at else ""


@register.simple_tag
def state_look(state: str, kind: Kind | None = None) -> Look:
    return look_of(state, kind or "issue")


@register.simple_tag
def standing_look(due_at: datetime | None, standing: str = "") -> Look:
    """`standing` as the rules derived it; without one, only overdue or not can be told."""
    if standing:
        return STANDING_LOOKS[standing]
    late = due_at is not None and due_at < timezone.now()
    return STANDING_LOOKS["overdue" if late else "on_time"]


@register.simple_tag(takes_context=True)
def query_with(context: Mapping[str, Any], **changes: object) -> str:
    """The page's query string with `changes`; None or '' drops a name.

    Paging cursors are dropped unless given, so a changed filter begins at the first page.
    """
    query = context["request"].GET.copy()
    for name in CURSORS - changes.keys():
        query.pop(name, None)
    for name, value in changes.items():
        set_or_drop(query, name, value)
    return f"?{query.urlencode()}"


def set_or_drop(query: QueryDict, name: str, value: object) -> None:
    if value in (None, ""):
        query.pop(name, None)
    elif isinstance(value, list | tuple):
        query.setlist(name, [str(item) for item in value])
    else:
        query[name] = str(value)
