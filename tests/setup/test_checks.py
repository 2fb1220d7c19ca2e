from pathlib import Path
from typing import Any

import pytest
from django import conf
from django.test import override_settings

from qijie.setup.checks import database_is_ready, settings_are_safe


@pytest.fixture
def sound(tmp_path: Path) -> dict[str, Any]:
    # Django reads the old value when an override ends, and refuses to where it is empty.
    conf.settings.SECRET_KEY = "the suite's own key, of no worth to anybody"
    return {
        "SECRET_KEY": "k" * 50,
        "ENCRYPTION_KEYS": ["e" * 50],
        "DEMO": False,
        "HTTPS": True,
        "ALLOWED_HOSTS": ["grid.example"],
        "REFERENCE_FOLDER": tmp_path,
        "PROFILE_FOLDER": tmp_path,
        "PHOTO_FOLDER": tmp_path / "photos",
    }


def test_sound_settings_have_no_findings(sound: dict[str, Any]) -> None:
    with override_settings(**sound):
        assert settings_are_safe(None) == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"SECRET_KEY": ""}, "qijie.E001"),
        ({"SECRET_KEY": "short"}, "qijie.E001"),
        ({"ENCRYPTION_KEYS": []}, "qijie.W002"),
        ({"DEMO": True}, "qijie.E002"),
        ({"HTTPS": False}, "qijie.W001"),
        ({"PROFILE_FOLDER": Path("/no/such/place")}, "qijie.E003"),
        ({"REFERENCE_FOLDER": Path("/no/such/place")}, "qijie.E003"),
    ],
)
def test_each_unsafe_setting_is_told_with_a_cure(
    sound: dict[str, Any], changes: dict[str, Any], finding: str
) -> None:
    with override_settings(**sound | changes):
        messages = settings_are_safe(None)
    assert [message.id for message in messages] == [finding]
    assert messages[0].hint


def test_a_demo_on_this_machine_alone_is_fine(sound: dict[str, Any]) -> None:
    local = {"DEMO": True, "HTTPS": False, "ALLOWED_HOSTS": ["127.0.0.1", "localhost"]}
    with override_settings(**sound | local):
        assert settings_are_safe(None) == []


@pytest.mark.django_db
def test_the_suites_own_database_is_ready() -> None:
    assert database_is_ready(None, ["default"]) == []


def test_no_database_is_asked_unless_the_check_names_it() -> None:
    assert database_is_ready(None, None) == []
