"""Who looked at what, for the audit administrator: doors, fields and reasons, never contents."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from qijie.kernel.refusal import Refusal
from qijie.records.queries import access_entries, misses
from qijie.surfaces.console.frame import page
from qijie.surfaces.console.paging import Slice, newest
from qijie.surfaces.console.queries import names_of_users
from qijie.teams.gate import GuardedRequest

KINDS = {
    "reveal": "查看反映人",
    "export": "导出",
    "changed": "办理变更",
    "denied": "被拒绝",
    "not_visible": "查无或不可见",
}
_MISSES_SHOWN = 20
FIELDS = {
    "issues_reporter.name": "称呼",
    "issues_reporter.phone": "电话",
    "issues_reporter.email": "邮箱",
}


@require_safe
def access_log(request: GuardedRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    entries = access_entries().filter(at__lte=timezone.now())
    if kind in KINDS:
        entries = entries.filter(kind=kind)
    try:
        shown, objection = newest(entries, request.GET.get("after", "")), ""
    except Refusal as refusal:
        shown, objection = Slice([], ""), refusal.sentence
    names = names_of_users(entry.user_id for entry in shown.rows)
    context = {
        "page": shown,
        "rows": [
            {
                "entry": entry,
                "kind": KINDS.get(entry.kind, entry.kind),
                "name": names.get(entry.user_id, "") if entry.user_id else "未登录",
                "fields": "、".join(FIELDS.get(field, field) for field in entry.fields),
            }
            for entry in shown.rows
        ],
        "misses": _misses(kind) if not request.GET.get("after") else [],
        "kinds": KINDS,
        "kind": kind,
        "objection": objection,
    }
    return page(request, "access_log.html", "access_log", context)


def _misses(kind: str) -> list[dict[str, object]]:
    """Strangers who were refused: too many for a row each, so days and networks with a count."""
    found = misses().filter(kind=kind) if kind in KINDS else misses()
    return [
        {"miss": miss, "kind": KINDS.get(miss.kind, miss.kind)} for miss in found[:_MISSES_SHOWN]
    ]
