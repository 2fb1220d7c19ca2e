import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Browser, Page

from tests.ui import gallery

ROOT = Path(__file__).resolve().parents[2]
if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    gallery.configure()


@pytest.fixture(autouse=True)
def plain_static_names() -> Iterator[None]:
    """Templates are read for what they say, not for which hash their style sheet has today."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    with override_settings(STORAGES=storages, TIME_ZONE="Asia/Shanghai", USE_TZ=True):
        yield


def serve(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    environment = {name: value for name, value in os.environ.items() if "DJANGO" not in name}
    serving = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.gallery", "serve", "0", *arguments],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": "src"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout is not None
    return serving, f"http://127.0.0.1:{serving.stdout.readline().strip()}"


@pytest.fixture(scope="session")
def gallery_url() -> Iterator[str]:
    serving, url = serve()
    yield url
    serving.terminate()
    serving.wait()


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files as a deployment has them, under hashed names."""
    folder = tmp_path_factory.mktemp("static")
    environment = {name: value for name, value in os.environ.items() if "DJANGO" not in name}
    subprocess.run(
        [sys.executable, "-m", "tests.ui.gallery", "collect", str(folder)],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": "src"},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder


@pytest.fixture(scope="session")
def hashed_gallery_url(collected: Path) -> Iterator[str]:
    serving, url = serve(str(collected))
    yield url
    serving.terminate()
    serving.wait()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone whose console must stay free of policy violations and script errors."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        reduced_motion="reduce",
        timezone_id="Asia/Shanghai",
    )
    phone = context.new_page()
    trouble: list[str] = []
    phone.on("pageerror", lambda error: trouble.append(str(error)))
    phone.on(
        "console",
        lambda message: (
            trouble.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield phone
    context.close()
    assert trouble == []
