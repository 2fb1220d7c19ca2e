"""The pages that read no matter: the way in, and what is kept."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from qijie.issues.actions.intake import NOTICE_VERSION
from qijie.records.actions import LINK_LIFETIME
from qijie.records.photos import MAX_PHOTOS
from qijie.surfaces.portal.drawn import drawn
from qijie.surfaces.portal.places import words_of
from qijie.teams.gate import GuardedRequest

HOTLINE = "12345"
EMERGENCIES = (
    {"number": "110", "label": "报警"},
    {"number": "119", "label": "火警"},
    {"number": "120", "label": "急救"},
)
STEPS = (
    {"title": "您交上来", "text": "写一句话、拍张照片就行，不用注册。"},
    {"title": "有人受理", "text": "工作人员看过后告诉您最晚哪天办好；小事能当场解决的，当场就办。"},
    {"title": "去办、再核实", "text": "派给单位去办的，办完由另一个人核实，不是谁办谁说了算。"},
    {"title": "您来评价", "text": "问您两个问题：解决了吗，满意吗。没解决可以要求重新办。"},
)
_YEAR_DAYS = 365


# A page without a form leaves no cookie: the token is never asked for.
NO_FORM = {"csrf_token": ""}


def shell(current: str = "", place: str = "") -> dict[str, Any]:
    """What the frame of every portal page shows; one query for whose portal it is, unless said."""
    links = (("我要反映", "portal:report"), ("查进度", "portal:start"))
    return {
        "place": place or words_of(settings.HOME_PATH, timezone.localdate()),
        "navigation": [
            {
                "label": label,
                "url": reverse(name) + ("#follow" if name == "portal:start" else ""),
                "current": name == current,
            }
            for label, name in links
        ],
        "hotline": HOTLINE,
        "privacy_url": reverse("portal:privacy"),
        "emergencies": EMERGENCIES,
    }


@require_safe
def start(request: GuardedRequest) -> HttpResponse:
    steps = [{**step, "standing": "next"} for step in STEPS]
    return drawn(request, lambda _: _page(request, "portal/start.html", steps=steps))


@require_safe
def privacy(request: GuardedRequest) -> HttpResponse:
    context = {
        "notice_version": NOTICE_VERSION,
        "link_years": LINK_LIFETIME.days // _YEAR_DAYS,
        "most_photos": MAX_PHOTOS,
    }
    return drawn(request, lambda _: _page(request, "portal/privacy.html", **context))


def _page(request: GuardedRequest, template: str, **context: object) -> HttpResponse:
    return render(request, template, {**shell(), **NO_FORM, **context})
