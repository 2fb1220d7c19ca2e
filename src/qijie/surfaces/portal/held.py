"""Photos of a report that has not gone yet: kept on the server while its form is shown once more.

Nobody can name another's: the form carries a signed random name that is good for two hours. Nothing
is decoded here; what is held is checked like any upload when the report goes.
"""

import contextlib
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from qijie.records.photos import MAX_PHOTOS

LIFETIME_SECONDS = 2 * 3600
MOST_HELD = 500
"""Reports whose photos are held at once; beyond it a photo has to be chosen again."""
MOST_BYTES = 20 * 1024 * 1024
_SALT = "portal-held-photos"


def hold(files: "Sequence[UploadedFile[bytes]]", name: str = "") -> str:
    """Keeps the files beside those already under the name; the signed name, empty for none."""
    try:
        return _held(files, name)
    except OSError:
        # A full disk must not cost the words as well.
        return ""


def _held(files: "Sequence[UploadedFile[bytes]]", name: str) -> str:
    held = _folder_of(name)
    if not files:
        return name if held else ""
    _sweep()
    if held is None:
        held = _root() / str(uuid4())
        if len(list(_root().iterdir())) >= MOST_HELD:
            return ""
        held.mkdir(mode=0o700)
    _write(files, held)
    return signing.dumps(held.name, salt=_SALT)


def held_files(name: str) -> "list[UploadedFile[bytes]]":
    folder = _folder_of(name)
    if folder is None:
        return []
    return [
        SimpleUploadedFile(path.name, path.read_bytes(), "image/jpeg")
        for path in sorted(folder.iterdir())
    ]


def count_of(name: str) -> int:
    folder = _folder_of(name)
    return len(list(folder.iterdir())) if folder else 0


def bytes_of(name: str) -> int:
    folder = _folder_of(name)
    return sum(path.stat().st_size for path in folder.iterdir()) if folder else 0


def let_go(name: str) -> None:
    if folder := _folder_of(name):
        shutil.rmtree(folder, ignore_errors=True)


def _write(files: "Sequence[UploadedFile[bytes]]", folder: Path) -> None:
    kept = len(list(folder.iterdir()))
    for number, file in enumerate(files[: MAX_PHOTOS - kept], start=kept + 1):
        if (file.size or 0) > MOST_BYTES:
            continue
        file.seek(0)
        path = folder / f"{number}{Path(file.name or '').suffix.lower()[:6]}"
        try:
            path.write_bytes(file.read())
        except OSError:
            path.unlink(missing_ok=True)
            raise
        finally:
            file.seek(0)


def _folder_of(name: str) -> Path | None:
    with contextlib.suppress(signing.BadSignature, ValueError, TypeError, OSError):
        known = UUID(signing.loads(name, salt=_SALT, max_age=LIFETIME_SECONDS))
        folder = _root() / str(known)
        return folder if folder.is_dir() else None
    return None


def _root() -> Path:
    root = Path(settings.PHOTO_FOLDER) / "held"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


def _sweep() -> None:
    """Whatever nobody came back for."""
    limit = time.time() - LIFETIME_SECONDS
    for folder in _root().iterdir():
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < limit:
                shutil.rmtree(folder, ignore_errors=True)
