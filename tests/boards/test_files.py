"""A whole street or community as one file: ordered, made by the worker, fetched, forgotten."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Viewer
from qijie.boards import files
from qijie.boards.actions import (
    KEPT,
    Interrupted,
    cancel_file,
    draw_file,
    forget_files,
    order_file,
)
from qijie.boards.models import BoardFile
from qijie.boards.queries import files_of, visible_files
from qijie.boards.rules import FileState, Paper
from qijie.kernel.refusal import Refusal
from qijie.territory.actions import redraw_grid
from qijie.territory.models import Node
from tests import town
from tests.boards.print import read, words_on

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def ordered(path: str = town.HUAIYIN, by: str = "wu", on: date = town.TODAY) -> BoardFile:
    viewer = town.viewer(by)
    with scope(viewer):
        return order_file(path, on, Paper.A4, by=viewer, at=town.NOW)


def now(file: BoardFile) -> BoardFile:
    with scope(SYSTEM):
        return BoardFile.objects.get(pk=file.pk)


def jobs() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT queue_name, task_name, args ->> 'file_id' FROM procrastinate_jobs")
        return list(cursor.fetchall())


def seen(viewer: Viewer) -> int:
    with scope(viewer):
        behind_both = visible_files(viewer).count()
        assert BoardFile.objects.count() == behind_both
        return behind_both


def test_an_ordered_file_waits_in_the_drawing_queue() -> None:
    file = ordered()
    assert (file.state, file.of, file.region_code) == (FileState.WAITING, 2, town.DISTRICT)
    assert (file.street_code, file.community_code) == (town.STREET, town.HUAIYIN)
    assert jobs() == [("drawing", "boards.draw_file", str(file.pk))]


def test_ordering_the_same_again_returns_the_one_under_way() -> None:
    first = ordered()
    assert ordered().pk == first.pk
    assert ordered(by="wang").pk == first.pk
    assert ordered(town.STREET).pk != first.pk
    assert ordered(on=town.TODAY + timedelta(days=1)).pk != first.pk
    assert len(jobs()) == 3


def test_a_place_without_grids_is_refused_with_a_sentence() -> None:
    with pytest.raises(Refusal, match="没有网格"):
        ordered(on=town.SINCE - timedelta(days=1))
    assert jobs() == []


def test_the_worker_makes_a_page_for_every_grid() -> None:
    file = ordered(town.STREET)
    draw_file(file.pk)
    made = now(file)
    assert (made.state, made.done, made.of, made.failure) == (FileState.DONE, 3, 3, "")
    content = files.path_of(made.sha256).read_bytes()
    assert len(content) == made.size_bytes
    first, second, third = (words_on(page) for page in read(content).pages)
    assert "槐荫社区第一网格" in first
    assert "槐荫社区第二网格" in second
    assert "柳溪社区第一网格" in third
    assert ["陈静" in first, "刘洋" in second, "马丽" in third] == [True] * 3


def test_a_file_for_a_day_to_come_holds_the_grids_of_that_day() -> None:
    later = town.TODAY + timedelta(days=100)
    Node.objects.filter(code=town.GRID_1).update(valid_to=later)
    redraw_grid(code=town.GRID_2, boundary=town.square(0, columns=2), on=later)
    file = ordered(on=later)
    draw_file(file.pk)
    [page] = read(files.path_of(now(file).sha256).read_bytes()).pages
    assert "槐荫社区第二网格" in words_on(page)


def test_a_job_begun_again_makes_the_same_file_and_an_ended_one_nothing() -> None:
    file = ordered()
    with scope(SYSTEM):
        # As a worker leaves it that died in the middle.
        BoardFile.objects.filter(pk=file.pk).update(state=FileState.RUNNING, done=1)
    draw_file(file.pk)
    made = now(file)
    assert made.state == FileState.DONE
    draw_file(file.pk)
    assert now(file).ended_at == made.ended_at
    again = ordered()
    assert again.pk != file.pk
    draw_file(again.pk)
    assert now(again).sha256 == made.sha256


def test_a_worker_that_has_to_end_leaves_the_file_to_the_next_one() -> None:
    file = ordered()
    with pytest.raises(Interrupted):
        draw_file(file.pk, stopping=lambda: True)
    left = now(file)
    assert (left.state, left.done) == (FileState.RUNNING, 1)
    draw_file(file.pk)
    assert (now(file).state, now(file).done) == (FileState.DONE, 2)


def test_a_file_cancelled_in_the_middle_stops_at_the_next_grid() -> None:
    file = ordered(town.STREET)
    supervisor = town.viewer("wu")

    def cancelled_meanwhile() -> bool:
        with scope(supervisor):
            cancel_file(file.pk, by=supervisor, at=town.NOW)
        return False

    draw_file(file.pk, stopping=cancelled_meanwhile)
    ended = now(file)
    assert (ended.state, ended.done, ended.sha256) == (FileState.CANCELLED, 1, "")


def test_a_cancelled_file_is_not_made() -> None:
    file = ordered()
    supervisor = town.viewer("wu")
    with scope(supervisor):
        cancel_file(file.pk, by=supervisor, at=town.NOW)
    draw_file(file.pk)
    ended = now(file)
    assert (ended.state, ended.sha256, ended.done) == (FileState.CANCELLED, "", 0)


def test_a_made_file_cannot_be_cancelled_any_more() -> None:
    file = ordered()
    draw_file(file.pk)
    supervisor = town.viewer("wu")
    with scope(supervisor):
        cancel_file(file.pk, by=supervisor, at=town.NOW)
    assert now(file).state == FileState.DONE


def test_a_file_whose_grids_are_gone_says_why() -> None:
    file = ordered()
    Node.objects.filter(kind="grid").update(valid_to=town.SINCE + timedelta(days=1))
    draw_file(file.pk)
    ended = now(file)
    assert ended.state == FileState.FAILED
    assert ended.failure.endswith("没有可以印的公示牌。")


def test_a_file_that_breaks_says_so_and_can_be_ordered_again(
    settings: Settings, tmp_path: Path
) -> None:
    settings.BOARD_FOLDER = tmp_path / "taken"
    settings.BOARD_FOLDER.write_text("a file where the folder should be")
    file = ordered()
    draw_file(file.pk)
    ended = now(file)
    assert ended.state == FileState.FAILED
    assert "请再做一次" in ended.failure
    assert ordered().pk != file.pk


def test_old_files_are_forgotten_with_their_bytes() -> None:
    file = ordered()
    draw_file(file.pk)
    made = now(file)
    assert made.ended_at is not None
    assert forget_files(made.ended_at + KEPT) == 0
    assert files.path_of(made.sha256).exists()
    assert forget_files(made.ended_at + KEPT + timedelta(minutes=1)) == 1
    assert not files.path_of(made.sha256).exists()
    with scope(SYSTEM):
        assert not BoardFile.objects.exists()


def test_bytes_another_file_still_has_are_kept() -> None:
    old = ordered()
    draw_file(old.pk)
    young = ordered()
    draw_file(young.pk)
    with scope(SYSTEM):
        BoardFile.objects.filter(pk=old.pk).update(ended_at=town.NOW - KEPT * 2)
    assert forget_files(town.NOW) == 1
    assert files.path_of(now(young).sha256).exists()


def test_a_file_is_seen_from_its_division_and_above_and_nowhere_else() -> None:
    ordered(town.HUAIYIN)
    ordered(town.STREET)
    sees = {name: seen(town.viewer(name)) for name in ("wu", "xu", "wang", "song", "chen", "qian")}
    assert sees == {"wu": 2, "xu": 2, "wang": 1, "song": 1, "chen": 0, "qian": 0}
    with scope(town.viewer("wang")):
        assert [file.path for file in files_of(town.HUAIYIN, town.viewer("wang"))] == [town.HUAIYIN]


def test_the_database_itself_refuses_an_order_for_another_street() -> None:
    outsider = town.viewer("qian")
    with pytest.raises(DatabaseError), transaction.atomic(), scope(outsider):
        order_file(town.STREET, town.TODAY, Paper.A3, by=outsider, at=town.NOW)
