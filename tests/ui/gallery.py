"""The gallery of every part, served without the product's settings under a strict content policy.

`python -m tests.ui.gallery serve [port] [collected]` answers /?frame=console, field or portal;
`python -m tests.ui.gallery collect <folder>` writes the static files under their hashed names.
"""

import io
import json
import math
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django
from django import forms
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import engines
from django.urls import path
from django.utils import timezone
from PIL import Image

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
FRAMES = ("console", "field", "portal")
WEST, SOUTH, CELL = 114.255, 30.585, 0.006


def configure(static_root: str = "", hashed: bool = False) -> None:
    storage = (
        "qijie.ui.storage.HashedAssets"
        if hashed
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1", "testserver"],
        SECRET_KEY="gallery",
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.staticfiles", "django.contrib.messages", "qijie.ui"],
        MIDDLEWARE=[
            f"{__name__}.strict_policy",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        STATIC_URL="/static/",
        STATIC_ROOT=static_root or None,
        STORAGES={"staticfiles": {"BACKEND": storage}},
        WHITENOISE_USE_FINDERS=not hashed,
        WHITENOISE_AUTOREFRESH=not hashed,
        LANGUAGE_CODE="zh-hans",
        TIME_ZONE="Asia/Shanghai",
        USE_TZ=True,
    )
    django.setup()


def strict_policy(get_response: Any) -> Any:
    def answer(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return answer


class ReportForm(forms.Form):
    words = forms.CharField(
        label="发生了什么",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一两句话就行，例如：楼道灯不亮，晚上看不清台阶。",
        error_messages={"required": "请写下发生了什么，一两句话就行。"},
    )
    family = forms.ChoiceField(
        label="属于哪一类",
        choices=[("", "请选择"), ("city", "市容环境"), ("home", "小区物业")],
        required=False,
    )
    urgency = forms.ChoiceField(
        label="急不急",
        choices=[("normal", "不急，几天内办好就行"), ("urgent", "急，有危险")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选一项：急，还是不急。"},
    )
    phone = forms.CharField(
        label="联系电话", required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    agree = forms.BooleanField(
        label="可以把我的电话告诉办理的人", required=False, help_text="不勾选也能提交。"
    )


class PlaceForm(forms.Form):
    address = forms.CharField(label="在哪里", help_text="小区名、路名加门牌号，或者楼栋号。")
    lon = forms.CharField(widget=forms.HiddenInput, required=False)
    lat = forms.CharField(widget=forms.HiddenInput, required=False)
    system = forms.CharField(widget=forms.HiddenInput, required=False)


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(
        label="理由", choices=[("duplicate", "重复上报"), ("outside", "不在本辖区")]
    )
    words = forms.CharField(label="告诉上报人的话", widget=forms.Textarea(attrs={"rows": 3}))


def fact(label: str, value: str, **more: str) -> dict[str, str]:
    return {"label": label, "value": value, **more}


def navigation(frame: str) -> list[dict[str, Any]]:
    entries = {
        "console": [
            ("待受理", "inbox", 12),
            ("派单", "send", 3),
            ("处置", "order", None),
            ("核查", "check", 5),
            ("地图", "map", None),
            ("网格与岗位", "team", None),
            ("数字", "list", None),
        ],
        "field": [
            ("今日", "today", 4),
            ("上报", "report", None),
            ("工单", "order", 2),
            ("我的", "person", None),
        ],
        "portal": [("我要上报", "report", None), ("查进度", "search", None)],
    }[frame]
    return [
        {"label": label, "url": "#", "icon": icon, "current": not place, "count": count}
        for place, (label, icon, count) in enumerate(entries)
    ]


def matter_rows() -> list[dict[str, Any]]:
    now = timezone.now()
    matters = [
        ("楼道灯不亮，老人晚上下楼看不清", "reported", "on_time", timedelta(minutes=42)),
        ("小区东门外共享单车堵住盲道", "dispatched", "due_soon", timedelta(hours=3)),
        ("三楼住户反映楼上漏水，物业不管", "suspended", "paused", timedelta(days=4)),
        ("菜场后巷垃圾堆了两天没人清", "filed", "overdue", -timedelta(days=1, hours=2)),
        ("健身器材松动，孩子差点摔着", "closed", "met", -timedelta(days=3)),
    ]
    return [
        {
            "url": f"#matter-{place}",
            "cells": [
                {"text": words, "note": f"420103-20261121-00{place}7-5 · 商城社区第{place}网格"},
                {"state": state},
                {"standing": standing, "due_at": now + left, "basis": "按 2 个工作日计算"},
                {"at": now - timedelta(hours=7 * place)},
                {"text": "居民"},
            ],
        }
        for place, (words, state, standing, left) in enumerate(matters, 1)
    ]


def timeline_entries() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "at": now - timedelta(hours=20),
            "title": "上报",
            "who": "居民（匿名）",
            "icon": "report",
            "text": "楼道灯不亮，老人晚上下楼看不清。\n已经三天了。",
        },
        {
            "at": now - timedelta(hours=19),
            "title": "受理",
            "who": "街道值守台 周敏",
            "icon": "inbox",
            "tone": "active",
        },
        {
            "at": now - timedelta(hours=3),
            "title": "退单",
            "who": "物业科 陈立",
            "icon": "order-returned",
            "tone": "late",
            "text": "理由：楼道灯属开发商保修期内。",
        },
        {
            "at": now,
            "title": "办结反馈",
            "who": "网格员 王芳",
            "icon": "check",
            "tone": "good",
            "photos": [{"url": "/data/photo.jpg", "alt": "换好的楼道灯"}],
        },
    ]


def clocks() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {"standing": "on_time", "due_at": now + timedelta(days=2, hours=1)},
        {
            "standing": "due_soon",
            "due_at": now + timedelta(hours=3, minutes=5),
            "basis": "立案时限 2 个工作时",
        },
        {"standing": "overdue", "due_at": now - timedelta(days=1, hours=5)},
        {"standing": "paused", "due_at": now},
        {"standing": "met", "due_at": now},
        {"standing": "missed", "due_at": now},
    ]


def steps() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {"title": "我们收到了", "at": now - timedelta(hours=20), "standing": "done"},
        {
            "title": "已交给物业科去办",
            "at": now - timedelta(hours=18),
            "text": "办的人会先到现场看。",
            "standing": "now",
        },
        {"title": "办好后，另一个人会去核实", "standing": "next"},
        {"title": "请您说说满不满意", "standing": "next"},
    ]


def actions() -> list[dict[str, Any]]:
    return [
        {"label": "派单", "icon": "send", "look": "primary", "url": "#dispatch"},
        {"label": "不予受理", "icon": "close", "look": "danger", "dialog": "void-dialog"},
        {"label": "改类", "icon": "edit", "url": "/echo", "post": True, "name": "move"},
        {
            "label": "结案",
            "icon": "check",
            "name": "close",
            "why_not": "还不能结案：主办单位没有反馈。办结反馈后，由没有经办过的核查员结案。",
        },
        {
            "label": "挂账",
            "icon": "clock-pause",
            "name": "hang_up",
            "why_not": "挂账由承办单位提出，您现在的岗位是派遣员。",
        },
    ]


def parts(frame: str) -> dict[str, Any]:
    from qijie.ui.states import ISSUE_LOOKS, ORDER_LOOKS

    return {
        "frame": f"ui/{frame}.html",
        "place": "江汉区 · 万松街道",
        "search_url": "#search",
        "navigation": navigation(frame),
        "account": {
            "name": "周敏",
            "post": "街道值守台",
            "switch_url": "/echo",
            "settings_url": "#settings",
            "sign_out_url": "/echo",
            "posts": [
                {"id": 1, "label": "街道值守台", "place": "万松街道", "current": True},
                {"id": 2, "label": "副网格长", "place": "商城社区第3网格", "current": False},
            ],
        },
        "trail": [
            {"label": "江汉区", "url": "#"},
            {"label": "万松街道", "url": "#"},
            {"label": "商城社区", "url": "#"},
            {"label": "第3网格", "url": "#"},
        ],
        "issue_states": list(ISSUE_LOOKS),
        "order_states": list(ORDER_LOOKS),
        "clocks": clocks(),
        "stats": [
            {"label": "今天上报", "value": 37, "unit": "件", "note": "昨天 41 件"},
            {"label": "临期", "value": 5, "unit": "件", "tone": "soon", "url": "#soon"},
            {"label": "超期", "value": 2, "unit": "件", "tone": "late", "url": "#late"},
            {
                "label": "按时办结率",
                "value": "93.4",
                "unit": "%",
                "tone": "good",
                "note": "不含挂账 4 件",
            },
        ],
        "columns": [
            {"label": "事项"},
            {"label": "状态"},
            {"label": "时限"},
            {"label": "上报"},
            {"label": "来源"},
        ],
        "rows": matter_rows(),
        "filters": [
            {
                "name": "state",
                "label": "状态",
                "value": "filed",
                "options": [
                    {"value": "filed", "label": "已立案", "count": 8},
                    {"value": "closed", "label": "已结案", "count": 120},
                ],
            },
            {"name": "place", "label": "社区", "value": "", "options": []},
        ],
        "words": "",
        "active": [{"label": "状态：已立案", "url": "?"}],
        "entries": timeline_entries(),
        "facts": [
            fact("编号", "420103-20261121-0017-5"),
            fact("地点", "商城社区 3 栋 2 单元", url="#place", note="第3网格 · 网格员 王芳"),
            fact("类别", "小区物业 › 公共照明"),
            fact("立案条件", ""),
        ],
        "actions": actions(),
        "steps": steps(),
        "promised_on": date(2026, 11, 25),
        "wrong_form": ReportForm({"phone": "139"}),
        "place_form": PlaceForm(),
        "reason_form": ReasonForm(auto_id="void_%s"),
        "photos": [
            {"url": "/data/photo.jpg", "alt": "楼道灯", "at": timezone.now()},
            {"url": "/data/photo.jpg", "alt": "楼道"},
        ],
        "map_columns": [{"label": "网格"}, {"label": "网格员"}, {"label": "在办", "number": True}],
        "map_rows": [
            {
                "feature": f"g{number}",
                "url": f"#g{number}",
                "cells": [
                    {"text": f"第{number}网格", "note": "3 件超期" if number == 3 else ""},
                    {"text": name},
                    {"text": str(number * 2), "number": True},
                ],
            }
            for number, name in enumerate(["王芳", "李强", "赵静", "孙浩", "吴丽", "郑伟"], 1)
        ],
    }


def gallery(request: HttpRequest) -> HttpResponse:
    frame = request.GET.get("frame", "console")
    return render(request, "ui/gallery.html", parts(frame if frame in FRAMES else "console"))


FRAGILE_FORM = """
<form id="live" class="form" action="/refuse" method="post" hx-post="/refuse" hx-target="this"
  hx-swap="outerHTML" data-submit-once data-draft="live">
  <input type="hidden" name="client_uuid" data-submit-key>
  <label class="entry">说明<input name="words" required></label>
  <label class="entry">电话<input type="tel" name="contact"></label>
  <button class="button" type="submit">提交</button>
</form>"""
MAP = (
    "<grid-map label='网格' library='/static/vendor/maplibre/maplibre-gl.mjs'"
    " worker='/static/vendor/maplibre/maplibre-gl-worker.mjs' {attributes}></grid-map>"
)
HIDDEN = "".join(f"<input type='hidden' name='{name}'>" for name in ("lon", "lat", "system"))
PAGES = {
    "live": FRAGILE_FORM,
    "waiting": "<form action='/refuse' method='post' data-submit-once data-send-again='2'>"
    "<input type='hidden' name='words' value='好'><p data-send-again-told>请过 2 秒再按下面。</p>"
    "<button type='submit'>现在再交</button></form>",
    "done": "<p data-draft-done='live'>收到了</p>",
    "missing": MAP.format(attributes="src='/data/missing.geojson' center='114.26,30.59'"),
    "broken-streets": MAP.format(
        attributes="src='/data/grids.geojson' streets='/data/broken/{z}/{x}/{y}'"
    ),
    "pick": "<form>"
    + HIDDEN
    + "<label>地点<input name='place_words'></label>"
    + "<select name='path' aria-label='选网格'><option value=''>不选</option><option>2</select>"
    + MAP.format(
        attributes="mode='pick' beside='place_words path' center='114.26,30.59' zoom='15'"
        " lon-input='lon' lat-input='lat' system-input='system'"
    )
    + "</form>",
    "by-view": MAP.format(
        attributes="src='/data/grids.geojson?in={bbox}' center='114.264,30.594' zoom='14'"
    ),
}
SCRIPTS = ("grid-map", "place-picker", "photo-field", "submit-once", "keep-draft", "send-again")


def page(request: HttpRequest, name: str) -> HttpResponse:
    scripts = "".join(
        f"<script type='module' src='/static/ui/{script}.js'></script>" for script in SCRIPTS
    )
    source = (
        '{% extends "ui/portal.html" %}{% block title %}试页{% endblock %}'
        f"{{% block heading %}}试页{{% endblock %}}{{% block scripts %}}{scripts}{{% endblock %}}"
        f"{{% block main %}}{{% verbatim %}}{PAGES[name]}{{% endverbatim %}}{{% endblock %}}"
    )
    return HttpResponse(engines["django"].from_string(source).render({}, request))


def refuse(request: HttpRequest) -> HttpResponse:
    """Answer as `words` asks: an error of the form, a broken server, or a good end."""
    match request.POST.get("words"):
        case "坏":
            return HttpResponse(status=500)
        case "好":
            answer = HttpResponse("<p id='live' data-draft-done='live' tabindex='-1'>收到了</p>")
            answer["HX-Trigger"] = json.dumps({"toast": {"text": "已提交", "tone": "good"}})
            return answer
        case _:
            summary = (
                "<section class='error-summary' tabindex='-1' data-focus>请写清楚一些</section>"
            )
            return HttpResponse(FRAGILE_FORM.replace("<input", summary + "<input", 1), status=422)


def square(column: int, row: int) -> list[list[float]]:
    """A cell whose corners lean, so neighbours share every edge and nothing is a chessboard."""
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    return [
        [
            WEST + CELL * (column + dx + 0.12 * math.sin(row + dy)),
            SOUTH + CELL * (row + dy + 0.1 * math.sin(2 * (column + dx))),
        ]
        for dx, dy in corners
    ]


def feature(geometry: str, coordinates: object, **properties: object) -> dict[str, Any]:
    shape = {"type": geometry, "coordinates": coordinates}
    return {"type": "Feature", "geometry": shape, "properties": properties}


def grids(request: HttpRequest) -> JsonResponse:
    looks: dict[int, dict[str, str]] = {
        2: {"status": "soon", "note": "1件临期"},
        3: {"status": "late", "note": "3件超期"},
        5: {"status": "good", "note": "全部办结"},
    }
    areas = [
        feature(
            "Polygon",
            [square((number - 1) % 3, (number - 1) // 3)],
            id=f"g{number}",
            label=f"第{number}网格",
            href=f"#g{number}",
            **looks.get(number, {}),
        )
        for number in range(1, 7)
    ]
    point = feature(
        "Point", [WEST + CELL * 1.4, SOUTH + CELL * 1.6], id="p1", label="漏水", status="late"
    )
    return JsonResponse({"type": "FeatureCollection", "features": [*areas, point]})


def streets(request: HttpRequest) -> JsonResponse:
    roads = ["primary", "residential", "residential", "secondary", "footway", "residential"]
    lines = []
    for number in range(18):
        road = roads[number % len(roads)]
        along = number * CELL / 5
        lines.append(
            feature(
                "LineString",
                [[WEST + along, SOUTH], [WEST + along + 0.001, SOUTH + 3 * CELL]],
                highway=road,
            )
        )
        lines.append(
            feature(
                "LineString",
                [[WEST, SOUTH + along], [WEST + 3 * CELL, SOUTH + along + 0.0006]],
                highway=road,
            )
        )
    return JsonResponse({"type": "FeatureCollection", "features": lines})


def search(request: HttpRequest) -> JsonResponse:
    if "没有" in request.GET.get("q", ""):
        return JsonResponse([], safe=False)
    found = [
        {"label": "商城社区 3 栋", "lon": WEST + CELL, "lat": SOUTH + CELL},
        {"label": "商城路 3 号", "lon": WEST + 2 * CELL, "lat": SOUTH + CELL},
    ]
    return JsonResponse(found, safe=False)


def where(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"words": "商城社区第3网格，商城路附近"})


def photo(request: HttpRequest) -> HttpResponse:
    picture = Image.new("RGB", (320, 240), (126, 150, 140))
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG")
    return HttpResponse(drawn.getvalue(), content_type="image/jpeg")


def echo(request: HttpRequest) -> JsonResponse:
    """What arrived, so a test can say what the browser sent."""
    files = [
        {"name": file.name, "size": file.size, **picture_facts(file.read())}
        for file in request.FILES.getlist("photos")
    ]
    return JsonResponse({"fields": request.POST.dict(), "files": files})


def picture_facts(content: bytes) -> dict[str, Any]:
    with Image.open(io.BytesIO(content)) as picture:
        return {
            "format": picture.format,
            "width": picture.width,
            "height": picture.height,
            "exif": len(picture.getexif()),
            "corner": picture.convert("RGB").getpixel((8, 8)),
        }


def gone(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=404)


def broken(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=503)


urlpatterns = [
    path("", gallery),
    path("echo", echo),
    path("data/grids.geojson", grids),
    path("data/streets.geojson", streets),
    path("data/tiles/<int:z>/<int:x>/<int:y>", gone),
    path("data/broken/<int:z>/<int:x>/<int:y>", broken),
    path("data/missing.geojson", gone),
    path("page/<slug:name>", page),
    path("refuse", refuse),
    path("data/search", search),
    path("data/where", where),
    path("data/photo.jpg", photo),
]


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def server(port: int = 0) -> WSGIServer:
    from socketserver import ThreadingMixIn

    class Threaded(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    listening = Threaded(("127.0.0.1", port), QuietHandler)
    listening.set_app(WSGIHandler())
    return listening


def main(arguments: list[str]) -> None:
    if arguments[0] == "collect":
        folder = arguments[1]
        configure(static_root=folder, hashed=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        manifest = json.loads((Path(folder) / "staticfiles.json").read_text(encoding="utf-8"))
        print(json.dumps(manifest["paths"]))
        return
    hashed_root = arguments[2] if len(arguments) > 2 else ""
    configure(static_root=hashed_root, hashed=bool(hashed_root))
    listening = server(int(arguments[1]) if len(arguments) > 1 else 0)
    print(listening.server_port, flush=True)
    listening.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
