"""A grid's public page, where the code on its notice board leads: the same facts, and what was
solved there lately. It reads open tables alone and runs without any scope."""

from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from qijie.boards.picture import Panel, picture
from qijie.boards.queries import (
    Board,
    board_of,
    grid_of_code,
    ground_of_board,
    is_in_force,
    solved_in,
)
from qijie.boards.rules import FLOOR, MONTHS_SHOWN, common_hours, has_shared_phone, solved_words
from qijie.surfaces.portal.drawn import drawn
from qijie.surfaces.portal.pages import HOTLINE, NO_FORM, shell
from qijie.teams.gate import GuardedRequest
from qijie.territory.models import Node

KEPT_SECONDS = 300
"""So long a browser keeps the page: a new worker's name is on it six minutes after the hand-over,
with the minute it is kept here."""
# On a phone a unit is some 2.7 pixels, so names are 12 pixels high; houses stay without a number.
ON_SCREEN = Panel(width=120, height=110, compound=5.2, neighbour=4.6, house=0)


@require_safe
def grid(request: GuardedRequest, grid: str) -> HttpResponse:
    return drawn(request, lambda _: _page(request, grid))


def _page(request: GuardedRequest, grid: str) -> HttpResponse:
    today = timezone.localdate()
    node = grid_of_code(grid, today)
    if node is None:
        raise Http404
    board = board_of(node, _day_shown(node, today))
    standing = _standing(node, today)
    context = {
        "board": board,
        "standing": standing,
        "hours": common_hours(board.answerers),
        "is_shared": has_shared_phone(board.answerers),
        "takers": _takers(board),
        "map": _map(board),
        "report_url": f"{reverse('portal:report')}?grid={board.code}",
        "solved": _solved(board, today) if standing != "coming" else [],
        "floor": FLOOR,
        "months": MONTHS_SHOWN,
        "hotline": HOTLINE,
    }
    place = f"{board.district} {board.street}".strip()
    response = render(request, "portal/grid.html", {**shell(place=place), **NO_FORM, **context})
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    # Text size and theme stand in cookies and are drawn by the server.
    patch_vary_headers(response, ["Cookie"])
    return response


def _day_shown(node: Node, today: date) -> date:
    """Today; the last day of a grid that ended; the first of one to come."""
    if node.valid_to is not None and node.valid_to <= today:
        return node.valid_to - timedelta(days=1)
    return max(node.valid_from, today)


def _standing(node: Node, today: date) -> str:
    if is_in_force(node, today):
        return "in_force"
    return "coming" if node.valid_from > today else "ended"


def _takers(board: Board) -> list[dict[str, str]]:
    if board.change is None:
        return []
    return [
        {"name": name, "url": reverse("portal:grid", args=[code])}
        for code, name in board.change.takers
    ]


def _map(board: Board) -> str:
    ground = ground_of_board(board, ON_SCREEN.aspect)
    return picture(ground, ON_SCREEN, f"{board.title}的边界和周围街道") if ground else ""


def _solved(board: Board, today: date) -> list[dict[str, object]]:
    return [
        {
            "month": one.month,
            "rows": [
                {"category": category, "count": solved_words(count)} for category, count in one.rows
            ],
        }
        for one in solved_in(board.path, today)
    ]
