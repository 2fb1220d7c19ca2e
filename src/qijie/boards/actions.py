"""The only writers of board files and of what was solved where."""

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Viewer
from qijie.boards import files
from qijie.boards.ground import Ground
from qijie.boards.models import BoardFile, Solved
from qijie.boards.queries import (
    Board,
    board_of,
    closed_by_month,
    file_under_way,
    grids_of,
    ground_of_board,
    visible_files,
)
from qijie.boards.rules import UNDER_WAY, FileState, Paper, as_stored, months_before
from qijie.boards.sheet import Press
from qijie.kernel.codes import Level, path_at
from qijie.kernel.refusal import Refusal
from qijie.records.actions import queue_job
from qijie.territory.models import Node
from qijie.territory.queries import within

DRAW_FILE = "boards.draw_file"
DRAWING_QUEUE = "drawing"
KEPT = timedelta(days=30)
"""How long a made file can be fetched; the boards can be made again at any time."""
_BROKEN = "制作时出了差错，请再做一次；仍不成功请告诉系统管理员。"
_EMPTY = "这一天这里没有网格，没有可以印的公示牌。"
_log = logging.getLogger(__name__)


@transaction.atomic
def order_file(path: str, on: date, size: Paper, by: Viewer, at: datetime) -> BoardFile:
    """Has the worker make the boards of a street or community for a day as one PDF.

    Ordering what is already waiting or being made returns that file. Raises Refusal for a place
    that has no grid on that day.
    """
    under_way = file_under_way(path, on, size)
    if under_way is not None:
        return under_way
    count = grids_of(path, on).count()
    if not count:
        raise Refusal(f"{on} 编码为 {path} 的地方没有网格，请核对地点和日期。")
    file = BoardFile(
        region_code=path_at(path, Level.DISTRICT) or "",
        street_code=path_at(path, Level.STREET) or "",
        community_code=path_at(path, Level.COMMUNITY) or "",
        path=path,
        made_for=on,
        paper=size,
        of=count,
        asked_by_id=by.user_id,
        asked_at=at,
    )
    try:
        with transaction.atomic():
            file.save(force_insert=True)
    except IntegrityError:
        # Somebody else ordered the same thing in this very moment.
        return BoardFile.objects.get(
            path=path, made_for=on, paper=size, state__in=[state.value for state in UNDER_WAY]
        )
    queue_job(DRAW_FILE, queue=DRAWING_QUEUE, file_id=str(file.pk))
    return file


@transaction.atomic
def cancel_file(file_id: UUID, *, by: Viewer, at: datetime) -> None:
    """Stops a file that waits or is being made; one that ended stays as it is."""
    mine = visible_files(by).filter(pk=file_id, state__in=UNDER_WAY)
    mine.update(state=FileState.CANCELLED, ended_at=at)


def drop_files(path: str, on: date, at: datetime) -> None:
    """Boards of a day that will not come: whoever opens their page is not handed them any more."""
    with scope(SYSTEM):
        made_for = BoardFile.objects.filter(within(path), made_for=on)
        made_for.exclude(state=FileState.FAILED).update(state=FileState.CANCELLED, ended_at=at)


class Interrupted(Exception):
    """The worker has to end; the next one makes the file anew."""


def draw_file(file_id: UUID, *, stopping: Callable[[], bool] = lambda: False) -> None:
    """Makes an ordered file; the worker's. Begun again after a crash, it starts anew.

    Each step is noted in a transaction of its own, so that the page sees how far it is and a
    cancelled file stops at the next grid. stopping: whether the process has to end; then raises
    Interrupted at the next grid.
    """
    file = _begin(file_id)
    if file is None:
        return
    try:
        press = Press(Paper(file.paper))
        for number, (board, ground) in enumerate(_boards(file), 1):
            press.lay_out(board, ground)
            if not _note(file_id, done=number):
                return
            if stopping():
                raise Interrupted
        if not press.pages:
            _end(file_id, FileState.FAILED, failure=_EMPTY)
            return
        content = press.pdf()
        digest = files.store(content)
        _end(file_id, FileState.DONE, sha256=digest, size_bytes=len(content))
    except Interrupted:
        raise
    except Exception:
        _log.exception("Boards %s were not made", file_id)
        _end(file_id, FileState.FAILED, failure=_BROKEN)


def _begin(file_id: UUID) -> BoardFile | None:
    """The file, now running from nought; None for one that ended before."""
    with scope(SYSTEM):
        begun = _under_way(file_id).update(state=FileState.RUNNING, done=0)
        return BoardFile.objects.get(pk=file_id) if begun else None


def _boards(file: BoardFile) -> Iterator[tuple[Board, Ground | None]]:
    with scope(SYSTEM):
        grids = list(grids_of(file.path, file.made_for))
        _under_way(file.pk).update(of=len(grids))
    for grid in grids:
        yield _read(grid, file.made_for)


def _read(grid: Node, on: date) -> tuple[Board, Ground | None]:
    with scope(SYSTEM):
        board = board_of(grid, on)
        return board, ground_of_board(board)


def _note(file_id: UUID, *, done: int) -> bool:
    """False when the file was cancelled meanwhile."""
    with scope(SYSTEM):
        return bool(_under_way(file_id).update(done=done))


def _end(file_id: UUID, state: FileState, **facts: object) -> None:
    with scope(SYSTEM):
        _under_way(file_id).update(state=state, ended_at=timezone.now(), **facts)


def _under_way(file_id: UUID) -> QuerySet[BoardFile]:
    return BoardFile.objects.filter(pk=file_id, state__in=UNDER_WAY)


def forget_files(at: datetime) -> int:
    """Deletes files that ended longer than `KEPT` ago, and their bytes unless another file has
    the same; returns how many."""
    with scope(SYSTEM):
        old = BoardFile.objects.filter(ended_at__lt=at - KEPT)
        digests = set(old.exclude(sha256="").values_list("sha256", flat=True))
        count, _ = old.delete()
        kept = set(BoardFile.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    for digest in digests - kept:
        files.remove(digest)
    return count


def count_solved(at: datetime) -> None:
    """Counts what was closed in each grid in the last whole months, and writes what is not so yet.

    A month that ended hardly changes (a matter is opened again, or gets another category), so
    writing it anew each time would only fill the database's log. The table is open, so that a
    public page needs no scope that could see a matter: it never holds a count below the floor.
    """
    for month in months_before(timezone.localdate(at)):
        with scope(SYSTEM):
            _write_month(month)


def _write_month(month: date) -> None:
    rows = Solved.objects.filter(month=month).values_list("path", "category_id", "count")
    kept = {(path, category): count for path, category, count in rows}
    until = (month + timedelta(days=31)).replace(day=1)
    counted = {
        (path, category): as_stored(count)
        for path, _, category, count in closed_by_month([month], until)
    }
    for path, category in (key for key in kept if counted.get(key, -1) != kept[key]):
        Solved.objects.filter(path=path, month=month, category_id=category).delete()
    Solved.objects.bulk_create(
        [
            Solved(path=path, month=month, category_id=category, count=count)
            for (path, category), count in counted.items()
            if kept.get((path, category), -1) != count
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )


def count_solved_once(at: datetime) -> int:
    """For a house that never counted the month that ended: a new one has its counts at once."""
    last = max(months_before(timezone.localdate(at)))
    if not Solved.objects.filter(month=last).exists():
        count_solved(at)
    return 0
