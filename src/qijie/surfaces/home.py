"""Where somebody lands after signing in, by the posts they hold."""

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect

from qijie.access.permissions import HAND_OVER_POST, may
from qijie.access.viewer import Role
from qijie.teams.gate import GuardedRequest

_ON_THE_PHONE = frozenset({Role.GRID_WORKER, Role.HANDLER})
_ADMINISTRATION = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


def home(request: GuardedRequest) -> HttpResponse:
    roles = request.viewer.roles
    if roles and roles <= _ON_THE_PHONE:
        return redirect("field:today")
    if roles and roles <= _ADMINISTRATION:
        return redirect(
            "console:posts" if may(request.viewer, HAND_OVER_POST) else "console:territory"
        )
    return redirect("console:queue")


def health(request: GuardedRequest) -> HttpResponse:
    """Whether this process can answer and reach its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
