"""Where photos cannot be written the answer says so and keeps what was typed; no half file."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues.models import Issue
from tests import town
from tests.surfaces.console import acts
from tests.surfaces.portal.resident import REPORT, WORDS, a_picture, a_report, hand_in

pytestmark = pytest.mark.django_db
INSUFFICIENT_STORAGE = 507
SAID = "系统暂时存不下照片"


@pytest.fixture(autouse=True)
def _static_files_by_their_plain_names(settings: Settings) -> None:
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}


@pytest.fixture
def no_room(settings: Settings, tmp_path: Path) -> Path:
    """Nothing can be written where the photos belong: a file stands in the folder's place."""
    settings.PHOTO_FOLDER = tmp_path / "full"
    settings.PHOTO_FOLDER.write_bytes(b"")
    return tmp_path


def matters() -> int:
    with scope(SYSTEM):
        return Issue.objects.count()


def test_a_resident_keeps_what_was_typed_and_may_send_without_photos(
    client: Client, no_room: Path
) -> None:
    typed = a_report(phone="13912345678", form_key=str(uuid4()))
    before = matters()
    answer = client.post(REPORT, typed | {"photos": [a_picture()]})
    page = answer.content.decode()
    assert answer.status_code == INSUFFICIENT_STORAGE
    assert SAID in page
    assert WORDS in page
    assert "13912345678" in page
    assert f'value="{typed["form_key"]}"' in page
    assert matters() == before
    assert [path.name for path in no_room.iterdir()] == ["full"]
    assert client.post(REPORT, typed).status_code == 303


def test_a_residents_addition_is_kept(client: Client, no_room: Path) -> None:
    token = hand_in(client)
    more = {"words": "又多了两袋", "photos": [a_picture()]}
    answer = client.post(f"/m/{token}/add/", more)
    assert answer.status_code == INSUFFICIENT_STORAGE
    assert SAID in answer.content.decode()
    assert "又多了两袋" in answer.content.decode()


def test_the_workers_and_the_desks_reports_are_kept(client: Client, no_room: Path) -> None:
    for username, address, said in (
        ("chen", "/field/report/", {"category": town.RUBBISH, "words": "楼道堆物"}),
        (
            "wang",
            "/console/report/",
            {"channel": "desk", "urgency": "normal", "words": "楼道堆物", "path": town.GRID_1},
        ),
    ):
        client.force_login(town.user(username))
        key = str(uuid4())
        answer = client.post(address, {"form_key": key, **said, "photos": [a_picture()]})
        assert answer.status_code == INSUFFICIENT_STORAGE, address
        assert SAID in answer.content.decode()
        assert "楼道堆物" in answer.content.decode()
        assert key in answer.content.decode()


def test_a_units_outcome_is_kept(client: Client, no_room: Path) -> None:
    issue_id = acts.dispatched()
    client.force_login(town.user("sun"))
    with scope(SYSTEM):
        order = Issue.objects.get(pk=issue_id).orders.get()
    client.post(f"/field/matters/{issue_id}/sign/?order={order.pk}", {})
    address = f"/field/matters/{issue_id}/done/?order={order.pk}"
    answer = client.post(address, {"words": "已清运", "photos": [a_picture()]})
    assert answer.status_code == INSUFFICIENT_STORAGE
    assert "已清运" in answer.content.decode()
