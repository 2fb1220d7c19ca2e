"""Refusals to machines: RFC 9457 problem details, whose `detail` a person can act on."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse

from qijie.kernel.refusal import Refusal
from qijie.teams.gate import GuardedRequest

P = ParamSpec("P")
View = Callable[Concatenate[GuardedRequest, P], HttpResponse]


def problem(status: int, title: str, detail: str) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        content_type="application/problem+json; charset=utf-8",
    )


class Absent(LookupError):
    """Nothing there; the message says what was asked for and what to check."""


def tells_problems(view: View[P]) -> View[P]:
    @wraps(view)
    def told(request: GuardedRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return problem(400, "请求有误", refusal.sentence)
        except Absent as absent:
            return problem(404, "没有找到", str(absent))

    return told
