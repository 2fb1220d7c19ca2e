import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import Settings

from qijie.accounts.models import User
from tests import town


@pytest.fixture(autouse=True)
def _static_files_by_their_plain_names(settings: Settings) -> None:
    """Pages are asked for without collecting the assets first."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}


@pytest.fixture(autouse=True)
def _passwords_checked_fast(settings: Settings, db: None) -> None:
    """The real hasher takes its time on purpose, and these tests sign in a hundred times."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.update(password=make_password(town.PASSWORD))
