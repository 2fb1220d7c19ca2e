"""Photos on disk: as they came, waiting to be looked at, and re-encoded under what they hold.

At the door only their headers are read, and their bytes are written before any row is. Decoding is
the darkroom's (`outbound/darkroom.py`); nobody is served a photo as it came.
"""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from qijie.kernel.refusal import Refusal
from qijie.records.decode_photo import MAX_PIXELS
from qijie.records.photo_headers import Header, header_of

MAX_BYTES = 10 * 1024 * 1024
MAX_PHOTOS = 6
MAX_PIXELS_TOGETHER = 150_000_000
"""Of one request: what it costs to decode is bound by pixels, not by bytes."""
FORGOTTEN_SECONDS = 3600
_WAITING, _DRAFTS = "waiting", "drafts"


class NoRoom(Refusal):
    """The photos could not be written: the disk is full or away. What was typed is kept."""

    field = "photos"


@dataclass(frozen=True, slots=True)
class Photo:
    """Bytes somebody sent, lying on disk as they came."""

    waiting_name: str
    digest: str
    header: Header
    size_bytes: int


def take_in(files: Sequence[tuple[str, bytes]]) -> tuple[Photo, ...]:
    """Photos from names and bytes somebody sent; they are on disk when this returns.

    Raises Refusal naming the first that cannot be one and the cure, or NoRoom.
    """
    if len(files) > MAX_PHOTOS:
        raise Refusal(f"照片最多 {MAX_PHOTOS} 张，现在选了 {len(files)} 张，请减少几张。")
    headers = [_checked(raw, name) for name, raw in files]
    together = sum(header.pixels for header in headers)
    if together > MAX_PIXELS_TOGETHER:
        raise Refusal(
            f"这些照片合起来有 {_pixels(together)}，超过 {_pixels(MAX_PIXELS_TOGETHER)}，"
            "请减少几张，或用较小的尺寸重拍。"
        )
    return tuple(
        Photo(_spooled(raw), sha256(raw).hexdigest(), header, len(raw))
        for (_, raw), header in zip(files, headers, strict=True)
    )


def _checked(raw: bytes, name: str) -> Header:
    if not raw:
        raise Refusal(f"照片“{name}”是空文件，请重新选择。")
    if len(raw) > MAX_BYTES:
        raise Refusal(
            f"照片“{name}”有 {len(raw) / 1_048_576:.0f} MB，超过 10 MB，请用较小的尺寸重拍。"
        )
    header = header_of(raw)
    if header is None:
        raise Refusal(f"“{name}”不是能打开的照片，请选择 JPG、PNG、WebP 或 HEIC 照片。")
    if header.pixels > MAX_PIXELS:
        raise Refusal(f"照片“{name}”超过 {_pixels(MAX_PIXELS)}，请用较小的尺寸重拍。")
    return header


def _pixels(count: int) -> str:
    return f"{count // 10_000} 万像素"


def _spooled(raw: bytes) -> str:
    name = str(uuid4())
    try:
        _write(raw, waiting_path(name))
    except OSError as error:
        raise NoRoom(
            "系统暂时存不下照片，这次没有提交；您写的内容都还在。"
            "可以先不带照片提交，过一会儿再补照片。"
        ) from error
    return name


def waiting_path(name: str) -> Path:
    return _folder(_WAITING) / name


def path_of(digest: str) -> Path:
    return Path(settings.PHOTO_FOLDER) / digest[:2] / f"{digest}.jpg"


def store(content: bytes) -> str:
    """Puts a re-encoded photo on disk under its SHA-256, whole or not at all; the digest."""
    digest = sha256(content).hexdigest()
    if not path_of(digest).exists():
        _write(content, path_of(digest))
    return digest


def drop_waiting(name: str) -> None:
    waiting_path(name).unlink(missing_ok=True)


def forgotten() -> Iterator[str]:
    """Names in the waiting folder that are old enough to have a row, if they ever get one."""
    yield from (path.name for path in _old(_WAITING))


def drop_drafts() -> int:
    """Deletes half-written files whose writer died; returns how many."""
    old = list(_old(_DRAFTS))
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _old(folder: str) -> Iterator[Path]:
    limit = time.time() - FORGOTTEN_SECONDS
    for path in _folder(folder).iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < limit:
                yield path


def _folder(name: str) -> Path:
    folder = Path(settings.PHOTO_FOLDER) / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _write(content: bytes, target: Path) -> None:
    """Whole and on the disk, or not at all: a half file is taken away again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=_folder(_DRAFTS), delete=False) as draft:
        try:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
        except OSError:
            Path(draft.name).unlink(missing_ok=True)
            raise
    Path(draft.name).replace(target)
    at_home = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(at_home)
    finally:
        os.close(at_home)
