"""What this host knows of its letters: which are being sent, and which the mail server has taken.

Between the server's answer and the deletion of the row the worker or the database may die. An
empty file under the letter's id, made at once, lets whoever claims the letter next on this host
delete the row instead of sending the mail again. And whoever sends a letter holds a byte of a file:
a database that was away knows of nobody's hand, while the letter may still be on its way.
"""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

_log = logging.getLogger(__name__)


@contextmanager
def being_sent(letter_id: UUID) -> Iterator[bool]:
    """False where another process of this host is sending it; free the moment that one died."""
    with ExitStack() as until_sent:
        try:
            file = until_sent.enter_context((Path(settings.VAR) / "sending").open("ab"))
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, letter_id.int % 2**31)
        except BlockingIOError:
            yield False
            return
        except OSError:
            _log.exception("Letter %s is sent without holding a file for it", letter_id)
        yield True


def note(letter_id: UUID) -> None:
    """Without room on the disk nothing is noted: a repeat carries the same Message-ID."""
    try:
        _touch(_file(letter_id))
    except OSError:
        _log.exception("Letter %s was taken, which cannot be noted", letter_id)


def _touch(file: Path) -> None:
    # At once where it can be: whatever happens first is a chance to die with nothing noted.
    try:
        file.touch(mode=0o600)
    except FileNotFoundError:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)


def is_noted(letter_id: UUID) -> bool:
    return _file(letter_id).exists()


def forget(letter_id: UUID) -> None:
    with suppress(OSError):
        _file(letter_id).unlink(missing_ok=True)


def sweep(before: datetime) -> int:
    """Removes notes whose letter went with its row, as a crash between the two leaves them."""
    old = [one for one in _folder().glob("*") if one.stat().st_mtime < before.timestamp()]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return Path(settings.VAR) / "taken"


def _file(letter_id: UUID) -> Path:
    return _folder() / str(letter_id)
