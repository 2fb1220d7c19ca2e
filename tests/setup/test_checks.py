from pathlib import Path
from typing import Any

import pytest
from django import conf
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings

from qijie.accounts import demo
from qijie.accounts.models import User
from qijie.accounts.queries import accounts_with_demo_password
from qijie.setup.checks import database_is_ready, settings_are_safe

SOUND_KEY = "Qm9va3MgYXJlIG5vdCBtYWRlIHRvIGJlIGJlbGlldmVk"


@pytest.fixture
def sound(tmp_path: Path) -> dict[str, Any]:
    # Django reads the old value when an override ends, and refuses to where it is empty.
    conf.settings.SECRET_KEY = "the suite's own key, of no worth to anybody"
    return {
        "SECRET_KEY": SOUND_KEY,
        "ENCRYPTION_KEYS": ["dG8gYmUgc3ViamVjdGVkIHRvIGlucXVpcnkgd2hlbg"],
        "DEMO": False,
        "DEBUG": False,
        "HTTPS": True,
        "TRUSTED_PROXY_COUNT": 1,
        "PUBLIC_ADDRESS": "https://grid.example",
        "CSRF_TRUSTED_ORIGINS": [],
        "MFA_REQUIRED": True,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
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
        (
            {"HTTPS": False, "PUBLIC_ADDRESS": "http://grid.example", "TRUSTED_PROXY_COUNT": 0},
            "qijie.W001",
        ),
        ({"PUBLIC_ADDRESS": "grid.example"}, "qijie.E020"),
        ({"PUBLIC_ADDRESS": "https://other.example"}, "qijie.E021"),
        ({"PUBLIC_ADDRESS": "http://grid.example"}, "qijie.E022"),
        ({"HTTPS": False, "TRUSTED_PROXY_COUNT": 0}, "qijie.E022 qijie.W001"),
        ({"TRUSTED_PROXY_COUNT": -1}, "qijie.E023"),
        ({"TRUSTED_PROXY_COUNT": 0}, "qijie.E024"),
        ({"HTTPS": False, "PUBLIC_ADDRESS": "http://grid.example"}, "qijie.E025"),
        ({"CSRF_TRUSTED_ORIGINS": ["http://grid.example"]}, "qijie.E026"),
        ({"ALLOWED_HOSTS": ["*"]}, "qijie.E027"),
        ({"DEBUG": True}, "qijie.E030"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}, "qijie.E031"),
        ({"MFA_REQUIRED": False}, "qijie.W003"),
        ({"SECRET_KEY": "django-insecure-" + SOUND_KEY}, "qijie.E032"),
        ({"SECRET_KEY": "k" * 50}, "qijie.E032"),
        ({"PROFILE_FOLDER": Path("/no/such/place")}, "qijie.E003"),
        ({"REFERENCE_FOLDER": Path("/no/such/place")}, "qijie.E003"),
    ],
)
def test_each_unsafe_setting_is_told_with_a_cure(
    sound: dict[str, Any], changes: dict[str, Any], finding: str
) -> None:
    with override_settings(**sound | changes):
        messages = settings_are_safe(None)
    assert [message.id for message in messages] == finding.split()
    assert all(message.hint for message in messages)


def test_a_demo_on_this_machine_alone_is_fine(sound: dict[str, Any]) -> None:
    local = {
        "DEMO": True,
        "HTTPS": False,
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost"],
        "PUBLIC_ADDRESS": "http://127.0.0.1:8001",
    }
    with override_settings(**sound | local):
        assert settings_are_safe(None) == []


@pytest.mark.django_db
def test_the_suites_own_database_is_ready() -> None:
    assert database_is_ready(None, ["default"]) == []


def test_no_database_is_asked_unless_the_check_names_it() -> None:
    assert database_is_ready(None, None) == []


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["marked", "shared"])
def test_the_public_password_is_found_wherever_it_came_from(
    how: str, sound: dict[str, Any]
) -> None:
    old = make_password(demo.PASSWORD, salt="made before hashes were marked")
    hashed = demo.hashed() if how == "marked" else old
    names = ["chen"] if how == "marked" else ["chen", "liu"]
    User.objects.filter(username__in=names).update(password=hashed)
    with override_settings(**sound):
        [finding] = database_is_ready(None, ["default"])
    assert finding.id == "qijie.E033"
    assert "chen" in finding.msg
    assert "不能直接转为正式使用" in finding.msg
    with override_settings(**sound | {"DEMO": True}):
        assert database_is_ready(None, ["default"]) == []


@pytest.mark.django_db
def test_signing_in_to_the_demo_keeps_the_mark(client: Client) -> None:
    User.objects.filter(username="chen").update(password=demo.hashed())
    client.post("/account/login/", {"login": "chen", "password": demo.PASSWORD})
    assert "_auth_user_id" in client.session
    assert accounts_with_demo_password() == ["chen"]
