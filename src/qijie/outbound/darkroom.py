"""Photos are decoded here and nowhere else: a few at a time, each in a limited process of its own.

A photo is taken in hand, decoded with no row locked, and then shown or refused in words. Whoever
dies in between has nothing in hand any more (`records/hand.py`), and the next worker begins on it.
"""

import logging
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.records import actions as records
from qijie.records.decode_photo import NOT_A_PHOTO, TOO_MANY_PIXELS
from qijie.records.hand import LOOKED_OVER, Kind, hand
from qijie.records.models import Attachment
from qijie.records.photos import drop_drafts, drop_waiting, forgotten, store, waiting_path
from qijie.records.queries import names_waited_for, photos_to_look_at

AT_ONCE = max(1, (os.cpu_count() or 2) // 2)
MOST_TRIES = 3
PATIENCE_SECONDS = 90
"""On a busy machine a decoder waits its turn behind everybody else; what it may use is ten seconds
of the processor (`decode_photo.SECONDS`)."""
CANNOT_OPEN = "照片打不开，请补一张。"
TOO_LARGE = "照片太大，打不开，请用较小的尺寸重拍一张。"
LOST = "照片没有保存好，请补一张。"
_log = logging.getLogger(__name__)


class Unreadable(Exception):
    """What came is no photo that can be shown; `str()` is the sentence for the page."""


@dataclass(frozen=True, slots=True)
class Developed:
    """A re-encoded JPEG without metadata."""

    content: bytes
    width: int
    height: int


def develop(raw: bytes) -> Developed:
    """Decodes and re-encodes one photo in a child process.

    Raises Unreadable with a sentence, or TimeoutError when the machine was too busy for it.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-m", "qijie.records.decode_photo"],
            input=raw,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
            env={"PATH": "", "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError("The decoder did not get its turn") from error
    if child.returncode in (TOO_MANY_PIXELS, -signal.SIGXCPU):
        raise Unreadable(TOO_LARGE)
    if child.returncode != 0:
        if child.returncode != NOT_A_PHOTO:
            _log.warning("A photo's decoder ended with %s", child.returncode)
        raise Unreadable(CANNOT_OPEN)
    sizes, content = child.stdout.split(b"\n", 1)
    width, height = map(int, sizes.split())
    return Developed(content, width, height)


def develop_waiting(at: datetime) -> int:
    """One round: a few photos at once; returns how many were begun on."""
    with scope(SYSTEM):
        longest = photos_to_look_at(at).values_list("pk", flat=True)
        waiting = list(longest[: AT_ONCE + LOOKED_OVER])
    if not waiting:
        return 0
    with hand(Kind.PHOTO) as take:
        mine = list(islice(filter(take, waiting), AT_ONCE))
        begun = records.begin_on(mine, at)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for photo, found in zip(begun, pool.map(_look_at, begun), strict=True):
                _settle(photo, found, at)
    return len(begun)


def _look_at(photo: Attachment) -> Developed | Unreadable | OSError:
    """Touches no database: this runs on a thread of the pool."""
    if photo.tries > MOST_TRIES:
        # Whoever decoded it died of it each time.
        return Unreadable(CANNOT_OPEN)
    try:
        return develop(waiting_path(photo.waiting_name).read_bytes())
    except FileNotFoundError:
        return Unreadable(LOST)
    except (Unreadable, OSError) as trouble:
        return trouble


def _settle(photo: Attachment, found: Developed | Unreadable | OSError, at: datetime) -> None:
    try:
        if isinstance(found, OSError):
            raise found
        if isinstance(found, Unreadable):
            records.refuse(photo, str(found))
        else:
            records.show(
                photo,
                digest=store(found.content),
                size_bytes=len(found.content),
                width=found.width,
                height=found.height,
            )
    except OSError as error:
        # The machine is too busy, or the disk full.
        _log.error("Photo %s could not be shown yet: %s", photo.pk, error)
        records.put_off(photo, at)
        return
    drop_waiting(photo.waiting_name)


def sweep() -> int:
    """Deletes files nobody waits for and half files, both older than an hour; how many."""
    names = set(forgotten())
    with scope(SYSTEM):
        names -= names_waited_for(names)
    for name in names:
        drop_waiting(name)
    return len(names) + drop_drafts()
