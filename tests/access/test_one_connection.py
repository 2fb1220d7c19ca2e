"""Requests one after another on one connection: nothing of the first is left for the second."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from qijie.access.viewer import Kind
from qijie.issues.models import Issue
from qijie.kernel.ids import new_id
from qijie.outbound.models import Notice
from qijie.records.models import AccessEntry, DailyCounter
from qijie.teams.gate import GuardedRequest, not_visible, remember
from tests import town
from tests.access.matters import make_matters

pytestmark = pytest.mark.usefixtures("own_database")


def home(request: GuardedRequest) -> HttpResponse:
    """A staff page that can be made to go wrong half-way."""
    seen = Issue.objects.count()
    wish = request.GET.get("wish", "")
    if wish:
        DailyCounter.objects.create(
            region_code="000000", on=town.TODAY, series=wish[:12], last=seen
        )
    if wish == "raise":
        remember(request, "reveal", subject="half-way")
        raise ZeroDivisionError
    if wish == "database":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
    if wish == "answer 500":
        return HttpResponse("no", status=500)
    if wish == "miss":
        raise not_visible(request, MISSED)
    return HttpResponse(str(seen))


def health(request: GuardedRequest) -> HttpResponse:
    """A page for anybody, which runs unscoped."""
    return HttpResponse(f"{Issue.objects.count()} {Notice.objects.count()} {request.viewer.kind}")


MISSED = new_id()
urlpatterns = [path("home/", home, name="home"), path("health/", health, name="health")]


@pytest.fixture(scope="module")
def made(own_database: None) -> dict[str, UUID]:
    return make_matters()


@pytest.fixture(autouse=True)
def _pages_of_ours(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def supervisor(made: dict[str, UUID]) -> Iterator[Client]:
    client = Client(raise_request_exception=False)
    client.force_login(
        town.user("wu"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    yield client
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.kind', true)")
        assert not cursor.fetchone()[0]


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def left_by(series: str) -> bool:
    return DailyCounter.objects.filter(region_code="000000", series=series).exists()


def entries(kind: str, subject: str) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM records_accessentry WHERE kind = %s AND subject = %s",
            [kind, subject],
        )
        return int(cursor.fetchone()[0])


def test_a_page_sees_its_viewers_matters_and_the_next_anonymous_one_none(
    supervisor: Client,
) -> None:
    before = backend()
    assert int(supervisor.get("/home/").content) > 10
    assert Client().get("/health/").content.decode() == f"0 0 {Kind.NOBODY}"
    assert backend() == before, "both ran on one connection"


@pytest.mark.parametrize("wish", ["raise", "database", "answer 500"])
def test_after_a_page_that_went_wrong_half_way_nothing_is_left(
    wish: str, supervisor: Client
) -> None:
    before = backend()
    assert supervisor.get("/home/", {"wish": wish}).status_code == 500
    assert Client().get("/health/").content.decode() == f"0 0 {Kind.NOBODY}"
    assert Issue.objects.count() == 0
    assert not left_by(wish), "the half-done write was rolled back"
    assert backend() == before, "all ran on one connection"


def test_a_page_that_went_well_is_kept(supervisor: Client) -> None:
    supervisor.get("/home/", {"wish": "keep"})
    assert left_by("keep")


def test_what_was_looked_at_is_remembered_though_the_page_went_wrong(supervisor: Client) -> None:
    before = entries("reveal", "half-way")
    supervisor.get("/home/", {"wish": "raise"})
    assert entries("reveal", "half-way") == before + 1


def test_a_miss_by_id_is_remembered(supervisor: Client) -> None:
    assert supervisor.get("/home/", {"wish": "miss"}).status_code == 404
    assert entries("not_visible", str(MISSED)) == 1


def test_a_viewer_after_another_sees_its_own_and_not_the_others(supervisor: Client) -> None:
    outsider = Client()
    outsider.force_login(
        town.user("qian"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    here, there = (int(client.get("/home/").content) for client in (supervisor, outsider))
    assert (here, there) == (int(supervisor.get("/home/").content), there)
    assert here != there


def test_the_log_is_read_by_nobody_who_wrote_it(supervisor: Client) -> None:
    supervisor.get("/home/", {"wish": "miss"})
    assert AccessEntry.objects.count() == 0
