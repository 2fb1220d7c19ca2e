import pytest


@pytest.fixture(autouse=True)
def _static_files_by_their_plain_names(settings: object) -> None:
    """Pages are asked for without collecting the assets first."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}  # type: ignore[attr-defined]
