from pathlib import Path
from typing import Any

import pytest

from qijie.setup.checks import database_is_ready, settings_are_safe


def found() -> set[str | None]:
    return {message.id for message in settings_are_safe(None)}


@pytest.fixture
def sound(settings: Any, tmp_path: Path) -> Any:
    settings.SECRET_KEY = "k" * 50
    settings.DEMO, settings.HTTPS = False, True
    settings.ALLOWED_HOSTS = ["grid.example"]
    settings.REFERENCE_FOLDER = settings.PROFILE_FOLDER = tmp_path
    settings.PHOTO_FOLDER = tmp_path / "photos"
    return settings


def test_sound_settings_have_no_findings(sound: Any) -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"SECRET_KEY": ""}, "qijie.E001"),
        ({"SECRET_KEY": "short"}, "qijie.E001"),
        ({"DEMO": True}, "qijie.E002"),
        ({"HTTPS": False}, "qijie.W001"),
        ({"PROFILE_FOLDER": Path("/no/such/place")}, "qijie.E003"),
        ({"REFERENCE_FOLDER": Path("/no/such/place")}, "qijie.E003"),
    ],
)
def test_each_unsafe_setting_is_told_with_a_cure(
    sound: Any, changes: dict[str, Any], finding: str
) -> None:
    for name, value in changes.items():
        setattr(sound, name, value)
    messages = settings_are_safe(None)
    assert [message.id for message in messages] == [finding]
    assert messages[0].hint


def test_a_demo_on_this_machine_alone_is_fine(sound: Any) -> None:
    sound.DEMO, sound.HTTPS, sound.ALLOWED_HOSTS = True, False, ["127.0.0.1", "localhost"]
    assert found() == set()


@pytest.mark.django_db
def test_the_suites_own_database_is_ready() -> None:
    assert database_is_ready(None, ["default"]) == []


def test_no_database_is_asked_unless_the_check_names_it() -> None:
    assert database_is_ready(None, None) == []
