"""Photos of a report that has not gone yet: kept on the server while its form is shown once more.

Nobody can name another's: the form carries a signed random name that is good for two hours. Nothing
is decoded here; what is held is checked like any upload when the report goes. Holding costs the
network its share (`web/cost.py`) and is bounded in number and in bytes, for one network and for
all; what could not be held is said on the page that stands in between, and holds up nothing.
"""

import contextlib
import hmac
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest

from qijie.records.photos import MAX_PHOTOS
from qijie.web import cost
from qijie.web.limits import MEGABYTE

LIFETIME_SECONDS = 2 * 3600
MOST_HELD, MOST_HELD_BYTES = 2000, 4096 * MEGABYTE
"""Reports whose photos are held at once, and their bytes together; beyond it a photo has to be
chosen again."""
SHARE = 20
"""One network holds one part in so many at most."""
MOST_BYTES = 20 * MEGABYTE
_SALT = "portal-held-photos"
_NAME = re.compile(r"[0-9a-f]{16}_[0-9a-f]{32}")


def keep(request: HttpRequest) -> dict[str, object]:
    """Holds what came along, where it may be; what the page in between says of the photos.

    held: the name they are kept under, with held_count. had_photos: some of them, or of those held
    from an earlier try, are not there and have to be chosen again.
    """
    files, name = request.FILES.getlist("photos"), request.POST.get("held", "")
    before = count_of(name)
    may_keep = bool(files) and cost.may_keep(request)
    kept = hold(files if may_keep else (), name, network=cost.network_of(request))
    count = count_of(kept)
    is_lost = bool(name) and not before
    return {
        "held": kept,
        "held_count": count,
        "had_photos": is_lost or count < before + len(files),
    }


def hold(files: "Sequence[UploadedFile[bytes]]", name: str = "", *, network: str) -> str:
    """Keeps the files beside those already under the name; the name to go on with, or empty."""
    earlier = name if _folder_of(name) else ""
    try:
        return _held(files, name, network) if files else earlier
    except OSError:
        # A full disk must not cost the words as well, nor what is held already.
        return earlier if count_of(earlier) else ""


def _held(files: "Sequence[UploadedFile[bytes]]", name: str, network: str) -> str:
    _sweep()
    held, mark = _folder_of(name), _mark(network)
    if not _has_room(mark, sum(file.size or 0 for file in files), is_new=held is None):
        return name if held else ""
    if held is None:
        held = _root() / f"{mark}_{uuid4().hex}"
        held.mkdir(mode=0o700)
    _write(files, held)
    return signing.dumps(held.name, salt=_SALT)


def _has_room(mark: str, more_bytes: int, *, is_new: bool) -> bool:
    """Whether so much more may lie there: of this network, and of all together."""
    everything = list(_root().iterdir())
    own = [folder for folder in everything if folder.name.startswith(mark)]
    return all(
        len(folders) + is_new <= MOST_HELD // share
        and _bytes_in(folders) + more_bytes <= MOST_HELD_BYTES // share
        for folders, share in ((own, SHARE), (everything, 1))
    )


def _bytes_in(folders: Sequence[Path]) -> int:
    total = 0
    for folder in folders:
        with contextlib.suppress(OSError):
            total += sum(path.stat().st_size for path in folder.iterdir())
    return total


def _mark(network: str) -> str:
    """Tells the networks' folders apart without saying which they are."""
    key = settings.SECRET_KEY.encode()
    return hmac.digest(key, f"held:{network}".encode(), "sha256")[:8].hex()


def held_files(name: str) -> "list[UploadedFile[bytes]]":
    folder = _folder_of(name)
    if folder is None:
        return []
    return [
        SimpleUploadedFile(path.name, path.read_bytes(), "image/jpeg")
        for path in sorted(folder.iterdir())
    ]


def photos_of(request: HttpRequest) -> "list[UploadedFile[bytes]]":
    """What came along now, after what was held from an earlier try."""
    return [*held_files(request.POST.get("held", "")), *request.FILES.getlist("photos")]


def count_of(name: str) -> int:
    folder = _folder_of(name)
    return len(list(folder.iterdir())) if folder else 0


def bytes_of(name: str) -> int:
    folder = _folder_of(name)
    return _bytes_in([folder]) if folder else 0


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
        known = str(signing.loads(name, salt=_SALT, max_age=LIFETIME_SECONDS))
        folder = _root() / known
        return folder if _NAME.fullmatch(known) and folder.is_dir() else None
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
