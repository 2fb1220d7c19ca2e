"""A page of a hundred matters: first and far, with row security and without."""

import time

from django.conf import settings
from django.db import connections
from django.test import Client

from bench import place
from bench.figures import Figure, side_by_side
from bench.sizes import Sizes
from bench.statements import Statement, captured
from qijie.access.scope import scope
from qijie.access.viewer import Viewer
from qijie.accounts.models import User
from qijie.issues.queries.lists import LONGEST_PAGE, Page, page_of, visible_to

QUEUE = f"/console/?view=all&order=newest&size={LONGEST_PAGE}"


def measure(sizes: Sizes) -> list[Figure]:
    return [figure for name in place.VIEWERS for figure in _of_viewer(name, sizes)]


def _of_viewer(username: str, sizes: Sizes) -> list[Figure]:
    viewer, desk = place.viewer(username), _signed_in(username)
    with scope(viewer):
        far = _cursor_of(viewer, sizes.page)
    queries, cpu = _over_http(desk, sizes.repeats)
    with_security, without = _walls(viewer, desk, sizes.repeats)
    found = [
        Figure(f"{username}, page of {LONGEST_PAGE}: queries", queries, at_most=12),
        Figure(f"{username}, page of {LONGEST_PAGE}: CPU", cpu, "ms", at_most=100),
        Figure(
            f"{username}: with row security against without",
            with_security / without,
            at_most=1.5,
            note=f"{with_security:.1f} ms against {without:.1f} ms",
        ),
    ]
    if far:
        found.append(_far_against_first(username, desk, far, sizes))
    return found


def _signed_in(username: str) -> Client:
    desk = Client()
    backend = settings.AUTHENTICATION_BACKENDS[-1]
    desk.force_login(User.objects.get(username=username), backend)
    return desk


def _over_http(desk: Client, repeats: int) -> tuple[int, float]:
    """Queries of one page, and milliseconds of this process's CPU."""
    _shown(desk, QUEUE)
    with captured() as statements:
        _shown(desk, QUEUE)
    before = time.process_time()
    for _ in range(repeats):
        _shown(desk, QUEUE)
    return len(statements), (time.process_time() - before) * 1000 / repeats


def _far_against_first(username: str, desk: Client, far: str, sizes: Sizes) -> Figure:
    at_far, at_first = side_by_side(
        sizes.repeats // 2,
        lambda: _shown(desk, f"{QUEUE}&after={far}"),
        lambda: _shown(desk, QUEUE),
    )
    return Figure(
        f"{username}: page {sizes.page} against page 1",
        at_far / at_first,
        at_most=1.5,
        note=f"{at_far:.0f} ms against {at_first:.0f} ms",
    )


def _shown(desk: Client, url: str) -> None:
    status = desk.get(url).status_code
    if status != 200:
        raise RuntimeError(f"{url} was answered with {status}.")


def _page(viewer: Viewer, after: str = "") -> Page:
    return page_of(visible_to(viewer), after=after, size=LONGEST_PAGE)


def _cursor_of(viewer: Viewer, page: int) -> str:
    """Where the page before `page` ends, by turning pages; empty when the list ends earlier."""
    after = ""
    for _ in range(page - 1):
        after = _page(viewer, after).older
        if not after:
            return ""
    return after


def _walls(viewer: Viewer, desk: Client, repeats: int) -> tuple[float, float]:
    """The page's list as the app role under its policies, and as the role that passes them."""
    with captured() as statements:
        _shown(desk, QUEUE)
    [listing] = [one for one in statements if f"LIMIT {LONGEST_PAGE + 1}" in one[0]]
    _run("owner", ("SET max_parallel_workers_per_gather = 0", ()))
    with scope(viewer):
        return side_by_side(
            repeats, lambda: _run("default", listing), lambda: _run("owner", listing)
        )


def _run(alias: str, statement: Statement) -> list[object]:
    with connections[alias].cursor() as cursor:
        cursor.execute(*statement)
        return cursor.fetchall() if cursor.description else []
