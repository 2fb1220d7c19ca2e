"""The activation codes of a new place, once, in a file that its maker alone can read."""

import csv
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from qijie.accounts.actions.life import CODE_LIFETIME
from qijie.setup.failures import SetupFailure
from qijie.setup.places import owned_folder
from qijie.setup.profile import StaffedPost

_ONLY_ME = 0o600


def write(staffed: Iterable[StaffedPost], codes: Mapping[str, str], at: datetime) -> Path:
    """One line a person; opens in a spreadsheet. Whatever the umask, nobody else reads it."""
    folder = owned_folder(settings.VAR / "activation")
    path = folder / f"codes-{timezone.localtime(at):%Y%m%d-%H%M%S-%f}.csv"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_ME)
        os.fchmod(descriptor, _ONLY_ME)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(_lines(staffed, codes, at))
    except OSError as error:
        raise SetupFailure.from_os_error(error, path) from error
    return path


def _lines(
    staffed: Iterable[StaffedPost], codes: Mapping[str, str], at: datetime
) -> Iterable[tuple[str, ...]]:
    until = f"{timezone.localtime(at + CODE_LIFETIME):%Y-%m-%d %H:%M}"
    yield ("用户名", "姓名", "岗位", "激活码", "有效期至")
    for post in staffed:
        yield (post.username, post.person, post.title, codes[post.username], until)
