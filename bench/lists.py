"""A page of a hundred matters: first and far, with row security and without."""

from collections.abc import Callable, Sequence

from django.db import connections

from bench import place
from bench.figures import Figure, median, milliseconds
from bench.sizes import Sizes
from qijie.access.scope import scope
from qijie.access.viewer import Viewer
from qijie.issues.queries.lists import LONGEST_PAGE, Page, page_of, visible_to

Statement = tuple[str, Sequence[object]]


def measure(sizes: Sizes) -> list[Figure]:
    return [figure for name in place.VIEWERS for figure in _of_viewer(name, sizes)]


def _of_viewer(username: str, sizes: Sizes) -> list[Figure]:
    viewer = place.viewer(username)
    with scope(viewer):
        first = _page(viewer)
        far = _cursor_of(viewer, sizes.page)
        at_first = median(milliseconds(sizes.repeats, lambda: _page(viewer)))
        at_far = median(milliseconds(sizes.repeats, lambda: _page(viewer, far))) if far else 0.0
    with_security, without = _walls(viewer, sizes.repeats)
    found = [
        Figure(f"{username}: first page", at_first, "ms", note=f"{len(first.rows)} rows"),
        Figure(
            f"{username}: with row security against without",
            with_security / without,
            at_most=1.5,
            note=f"{with_security:.1f} ms against {without:.1f} ms",
        ),
    ]
    if far:
        name = f"{username}: page {sizes.page} against page 1"
        found.append(Figure(name, at_far / at_first, at_most=1.5, note=f"{at_far:.1f} ms"))
    return found


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


def _walls(viewer: Viewer, repeats: int) -> tuple[float, float]:
    """The same statement as the app role under its policies, and as the role that passes them."""
    captured: list[Statement] = []

    def note(execute: Callable[..., object], sql: str, params: Sequence[object], *rest: object):
        captured.append((sql, params))
        return execute(sql, params, *rest)

    with scope(viewer):
        with connections["default"].execute_wrapper(note):
            _page(viewer)
        [statement] = captured
        behind = median(milliseconds(repeats, lambda: _run("default", statement)))
    free = median(milliseconds(repeats, lambda: _run("owner", statement)))
    return behind, free


def _run(alias: str, statement: Statement) -> list[object]:
    with connections[alias].cursor() as cursor:
        cursor.execute(*statement)
        return cursor.fetchall()
