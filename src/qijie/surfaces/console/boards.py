"""Notice boards at the desk: one grid's at once, a whole street's as a file the worker makes."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qijie.access.permissions import PRINT_BOARDS, roles_that_may
from qijie.access.typed import only
from qijie.access.viewer import Viewer
from qijie.boards import files
from qijie.boards.actions import KEPT, cancel_file, order_file
from qijie.boards.models import BoardFile
from qijie.boards.queries import (
    board_of,
    days_of_change,
    files_of,
    grids_of,
    ground_of_board,
    visible_files,
)
from qijie.boards.rules import FileState, Paper
from qijie.boards.sheet import print_board
from qijie.kernel.codes import Level, is_within
from qijie.kernel.refusal import Refusal
from qijie.surfaces.console.frame import page, target_of
from qijie.surfaces.console.queries import place_names
from qijie.surfaces.console.territory import WITH_BOARDS, day_asked, trail_of
from qijie.teams.gate import GuardedRequest, not_visible
from qijie.teams.models import Post
from qijie.teams.queries import roster
from qijie.territory.models import Node
from qijie.territory.queries import lineage

UNPROCESSABLE = 422
REFRESH_SECONDS = 2
_PROGRESS = "file-progress"
_NOT_YOURS = (
    "整个文件由负责这个街道或社区的受理、派遣、督查、领导岗位和总网格长制作；"
    "您可以从下面逐个打印网格的公示牌。"
)


@require_http_methods(["GET", "HEAD", "POST"])
def boards(request: GuardedRequest, path: str) -> HttpResponse:
    """Every grid of a street or community with its board; POST orders them as one file."""
    on, objection = day_asked(request)
    trail = lineage(path, on)
    node = next((one for one in trail if one.path == path and one.kind in WITH_BOARDS), None)
    if node is None:
        raise Http404
    if request.method == "POST":
        try:
            return redirect("console:board_file", _ordered(request, path).pk)
        except Refusal as refusal:
            objection = refusal.sentence
    today = timezone.localdate()
    context = {
        "node": node,
        "trail": trail_of(trail, last="公示牌"),
        "on": on,
        "is_today": on == today,
        "days": [day for day in days_of_change(path, today) if day != on],
        "objection": objection,
        "rows": _rows(node, on),
        "files": files_of(path, request.viewer),
        "may_print": node.kind != "grid" and may_print(request.viewer, path),
        "papers": list(Paper),
        "kept_days": KEPT.days,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return page(request, "boards.html", "territory", context, status=status)


def may_print(viewer: Viewer, path: str) -> bool:
    """Whether one of the viewer's posts has the right within its own street or community."""
    roles = roles_that_may(PRINT_BOARDS)
    return any(
        post.role in roles and post.level is not Level.GRID and is_within(path, post.path)
        for post in viewer.posts
    )


def _ordered(request: GuardedRequest, path: str) -> BoardFile:
    if not may_print(request.viewer, path):
        raise Refusal(_NOT_YOURS)
    on, objection = _day_typed(only(request.POST, "on", "公示日期"))
    if objection:
        raise Refusal(objection)
    try:
        size = Paper(only(request.POST, "size", "纸张"))
    except ValueError:
        raise Refusal("纸张只有 A3 和 A4 两种，请选一种。") from None
    return order_file(path, on, size, by=request.viewer, at=timezone.now())


def _day_typed(typed: str) -> tuple[date, str]:
    today = timezone.localdate()
    try:
        on = date.fromisoformat(typed) if typed else today
    except ValueError:
        return today, f"公示日期“{typed[:20]}”应写成 2026-06-01 的样子，请检查。"
    return on, "" if on >= today else f"公示日期 {on} 已经过去，请选今天或以后的日子。"


def _rows(node: Node, on: date) -> list[dict[str, object]]:
    """Each grid with its community's name and who works it; three queries."""
    grids = list(grids_of(node.path, on))
    names = place_names([grid.path for grid in grids], on)
    posts: dict[str, list[Post]] = {}
    for post in roster([node.path], on).filter(level=Level.GRID).exclude(role=""):
        posts.setdefault(post.path, []).append(post)
    return [
        {
            "grid": grid,
            "name": names.get(grid.path, grid.name),
            "people": _people(posts.get(grid.path, [])),
            "vacant": sum(not _main_holders(post) for post in posts.get(grid.path, [])),
        }
        for grid in grids
    ]


def _main_holders(post: Post) -> list[str]:
    holders = getattr(post, "holders_today", [])
    return [holding.user.name for holding in holders if not holding.is_stand_in]


def _people(posts: Iterable[Post]) -> str:
    return "、".join(dict.fromkeys(name for post in posts for name in _main_holders(post)))


@require_safe
def board_pdf(request: GuardedRequest, grid: str, size: str) -> HttpResponse:
    on, _ = day_asked(request)
    node = grids_of(grid, on).filter(path=grid).first()
    if node is None or size not in set(Paper):
        raise Http404
    board = board_of(node, on)
    content = print_board(board, Paper(size), ground_of_board(board))
    return _pdf(content, f"board-{node.code}-{on:%Y%m%d}-{size}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


# A whole street as one file


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: GuardedRequest, file_id: UUID) -> HttpResponse:
    """How far it is; POST cancels."""
    found = _file_seen(request, file_id)
    if request.method == "POST":
        cancel_file(found.pk, by=request.viewer, at=timezone.now())
        return redirect("console:board_file", found.pk)
    state = FileState(found.state)
    context: dict[str, object] = {
        "file": found,
        "state": state.value,
        "is_under_way": state.is_under_way,
        "refresh_seconds": REFRESH_SECONDS,
        "progress_id": _PROGRESS,
        "can_fetch": state is FileState.DONE,
        "kept_days": KEPT.days,
    }
    if target_of(request) == _PROGRESS:
        return render(request, "console/board_file_progress.html", context)
    trail = lineage(found.path, found.made_for)
    context |= {"trail": trail_of(trail, last="公示牌文件"), "place": _name(trail, found.path)}
    return page(request, "board_file.html", "territory", context)


def _name(trail: list[Node], path: str) -> str:
    return next((node.name for node in trail if node.path == path), path)


@require_safe
def file_pdf(request: GuardedRequest, file_id: UUID) -> HttpResponse:
    found = _file_seen(request, file_id)
    stored = files.path_of(found.sha256)
    if found.state != FileState.DONE or not stored.exists():
        raise Http404
    name = f"boards-{found.path}-{found.made_for:%Y%m%d}-{found.paper}.pdf"
    return _pdf(stored.read_bytes(), name)


def _file_seen(request: GuardedRequest, file_id: UUID) -> BoardFile:
    found = visible_files(request.viewer).filter(pk=file_id).first()
    if found is None:
        raise not_visible(request, file_id)
    return found
