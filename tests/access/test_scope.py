"""The scope: what it opens, that it closes again, and what it never lets through."""

from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import ProgrammingError

from qijie.access.policies import POLICED, Policed
from qijie.access.scope import SETTINGS, clear_scope, scope, set_scope
from qijie.access.viewer import INTAKE, NOBODY, SYSTEM, reporter_of
from qijie.issues.models import Deadline, Issue, Reporter, WorkOrder
from qijie.kernel.ids import new_id
from qijie.records.models import AccessEntry, Event
from qijie.territory.models import Node
from tests import town
from tests.access.matters import make_matters

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture(scope="module")
def made(own_database: None) -> dict[str, UUID]:
    return make_matters()


def settings_now() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{s}', true)" for s in SETTINGS))
        return [value or "" for value in cursor.fetchone()]


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
        return int(cursor.fetchone()[0])


def an_issue(**facts: object) -> Issue:
    values = {
        "number": str(new_id())[:32],
        "region_code": town.DISTRICT,
        "street_code": town.STREET,
        "community_code": town.HUAIYIN,
        "grid": Node.objects.get(path=town.GRID_1),
        "path": town.GRID_1,
        "level": "community",
        "words": "路灯不亮",
        "channel": "desk",
        "urgency": "normal",
        "state": "reported",
        "appeal": "none",
        "reported_at": town.NOW,
    }
    return Issue(**(values | facts))


# Unset


def test_unset_it_shows_nothing_and_raises_nothing(made: dict[str, UUID]) -> None:
    assert {policed.table: count(policed.table) for policed in POLICED} == dict.fromkeys(
        (policed.table for policed in POLICED), 0
    )


def test_set_to_nobody_it_shows_nothing_either(made: dict[str, UUID]) -> None:
    with scope(NOBODY):
        assert [count(policed.table) for policed in POLICED] == [0] * len(POLICED)


def test_half_set_it_shows_nothing(made: dict[str, UUID]) -> None:
    """A territory without a kind, or a kind without a territory, opens nothing."""
    for name, value in (("app.streets", town.STREET), ("app.kind", "staff")):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
            assert count("issues_issue") == 0


def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(RuntimeError):
        set_scope(SYSTEM)


# And closed again


def test_no_setting_outlives_the_transaction(made: dict[str, UUID]) -> None:
    with scope(town.viewer("wu")):
        assert count("issues_issue") > 0
    assert settings_now() == [""] * len(SETTINGS)
    assert count("issues_issue") == 0


def test_no_setting_outlives_an_exception(made: dict[str, UUID]) -> None:
    with pytest.raises(DatabaseError), scope(SYSTEM):
        count("no_such_table")
    assert settings_now() == [""] * len(SETTINGS)
    assert count("issues_issue") == 0


def test_an_inner_scope_gives_the_outer_one_back(made: dict[str, UUID]) -> None:
    with scope(town.viewer("wang")):
        before = settings_now()
        seen = count("issues_issue")
        with scope(reporter_of(made["new in grid 1"])):
            assert count("issues_issue") == 1
        assert settings_now() == before
        assert count("issues_issue") == seen
        with pytest.raises(DatabaseError), scope(SYSTEM), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert settings_now() == before
        assert count("issues_issue") == seen


def test_cleared_it_shows_nothing_for_the_rest_of_the_transaction(made: dict[str, UUID]) -> None:
    with transaction.atomic():
        set_scope(SYSTEM)
        assert count("issues_issue") == len(made)
        clear_scope()
        assert count("issues_issue") == 0


# What it never lets through


def test_a_row_cannot_be_put_into_foreign_territory(made: dict[str, UUID]) -> None:
    outsider = town.viewer("qian")
    with pytest.raises(ProgrammingError, match="row-level security"), scope(outsider):
        an_issue().save(force_insert=True)


def test_a_row_cannot_be_moved_into_foreign_territory(made: dict[str, UUID]) -> None:
    outsider, theirs = town.viewer("qian"), made["new in the next street"]
    moved = {"street_code": town.STREET, "community_code": town.HUAIYIN}
    with pytest.raises(ProgrammingError, match="row-level security"), scope(outsider):
        Issue.objects.filter(pk=theirs).update(**moved)


def test_a_row_cannot_be_made_to_be_about_the_viewer_to_hide_it(made: dict[str, UUID]) -> None:
    desk, issue = town.viewer("wang"), made["new in grid 2"]
    with pytest.raises(ProgrammingError, match="row-level security"), scope(desk):
        Issue.objects.filter(pk=issue).update(about_post_id=desk.post_ids[0])


def test_what_is_not_seen_cannot_be_changed(made: dict[str, UUID]) -> None:
    with scope(town.viewer("qian")):
        assert Issue.objects.filter(pk=made["new in grid 1"]).update(words="改了") == 0
        assert WorkOrder.objects.filter(issue=made["with the sanitation unit"]).update(round=9) == 0
    with scope(SYSTEM):
        assert Issue.objects.get(pk=made["new in grid 1"]).words != "改了"


def test_a_child_row_cannot_be_hung_on_a_matter_that_is_not_seen(made: dict[str, UUID]) -> None:
    deadline = Deadline(
        region_code=town.DISTRICT,
        issue_id=made["new in grid 1"],
        position=99,
        kind="accept",
        started_at=town.NOW,
        due_at=town.NOW,
    )
    with pytest.raises(ProgrammingError, match="row-level security"), scope(town.viewer("qian")):
        deadline.save(force_insert=True)


def test_an_anonymous_report_goes_in_and_nothing_comes_out() -> None:
    issue = an_issue(about_post_id=None)
    with scope(INTAKE):
        issue.save(force_insert=True)
        Reporter.objects.bulk_create(
            [Reporter(issue=issue, region_code=town.DISTRICT, notice_version="1")]
        )
        assert [count(policed.table) for policed in POLICED] == [0] * len(POLICED)
        assert Issue.objects.filter(pk=issue.pk).update(words="改了") == 0
    with scope(SYSTEM):
        Reporter.objects.filter(pk=issue.pk).get()


@pytest.mark.parametrize("model", [WorkOrder, AccessEntry])
def test_an_anonymous_report_brings_no_order_and_reads_no_log(model: type) -> None:
    with scope(INTAKE):
        assert not model.objects.exists()  # type: ignore[attr-defined]
    order = WorkOrder(
        region_code=town.DISTRICT,
        issue_id=new_id(),
        unit_id=new_id(),
        purpose="share",
        state="sent",
        sent_at=town.NOW,
    )
    with pytest.raises(ProgrammingError, match="row-level security"), scope(INTAKE):
        order.save(force_insert=True)


def test_the_holder_of_a_link_sees_one_matter_and_its_children(made: dict[str, UUID]) -> None:
    mine = made["with the sanitation unit"]
    with scope(reporter_of(mine)):
        assert list(Issue.objects.values_list("pk", flat=True)) == [mine]
        assert set(Event.objects.values_list("subject_id", flat=True)) == {mine}
        assert set(Deadline.objects.values_list("issue_id", flat=True)) == {mine}
        assert set(Reporter.objects.values_list("pk", flat=True)) == {mine}


@pytest.mark.parametrize("table", ["records_event", "records_accessentry"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET region_code = ''", "DELETE FROM {}"])
def test_history_cannot_be_rewritten_whatever_the_scope(table: str, verb: str) -> None:
    for viewer in (SYSTEM, town.viewer("deng"), NOBODY):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            scope(viewer),
            connection.cursor() as cursor,
        ):
            cursor.execute(verb.format(table))


def test_a_partition_cannot_be_read_round_the_wall() -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        scope(SYSTEM),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TABLE records_event_{town.NOW:%Y%m}")


@pytest.mark.parametrize("policed", POLICED, ids=lambda policed: policed.table)
def test_copying_rows_in_is_refused(policed: Policed) -> None:
    with (
        pytest.raises(psycopg.errors.FeatureNotSupported, match="row-level security"),
        scope(SYSTEM),
        connection.cursor() as cursor,
        cursor.copy(f"COPY {policed.table} FROM STDIN") as copy,
    ):
        copy.write("")


def test_copying_rows_out_shows_no_more_than_reading_them(made: dict[str, UUID]) -> None:
    with scope(town.viewer("qian")), connection.cursor() as cursor:
        with cursor.copy("COPY issues_issue (id) TO STDOUT") as copy:
            copied = {UUID(row[0]) for row in copy.rows()}
        assert copied == set(Issue.objects.values_list("pk", flat=True))
        assert made["new in grid 1"] not in copied


def test_the_wall_cannot_be_taken_down_from_inside() -> None:
    for statement in (
        "ALTER TABLE issues_issue DISABLE ROW LEVEL SECURITY",
        "DROP POLICY qijie_select ON issues_issue",
        "SET ROLE qijie_owner",
        "SET ROLE qijie_migrate",
        "SET row_security = off; SELECT count(*) FROM issues_issue",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
