"""Photos at the door: decoded in a limited child process, re-encoded, named by what they hold."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from qijie.kernel.refusal import Refusal
from qijie.records.decode_photo import MAX_PIXELS, SECONDS, TOO_MANY_PIXELS

MAX_BYTES = 10 * 1024 * 1024
MAX_PHOTOS = 6


@dataclass(frozen=True, slots=True)
class Photo:
    """A re-encoded JPEG without metadata."""

    content: bytes
    width: int
    height: int
    media_type: str = "image/jpeg"


def take_in(raw: bytes, name: str) -> Photo:
    """A photo from bytes somebody sent; raises Refusal naming the file and the cure."""
    if not raw:
        raise Refusal(f"照片“{name}”是空文件，请重新选择。")
    if len(raw) > MAX_BYTES:
        raise Refusal(
            f"照片“{name}”有 {len(raw) / 1_048_576:.0f} MB，超过 10 MB，请用较小的尺寸重拍。"
        )
    try:
        child = subprocess.run(
            [sys.executable, "-m", "qijie.records.decode_photo"],
            input=raw,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={"PATH": "", "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except subprocess.TimeoutExpired:
        raise Refusal(f"照片“{name}”处理时间过长，请换一张或用较小的尺寸重拍。") from None
    if child.returncode == TOO_MANY_PIXELS:
        raise Refusal(f"照片“{name}”超过 {MAX_PIXELS // 1_000_000}00 万像素，请用较小的尺寸重拍。")
    if child.returncode != 0:
        raise Refusal(f"“{name}”不是能打开的照片，请选择 JPG、PNG、WebP 或 HEIC 照片。")
    sizes, content = child.stdout.split(b"\n", 1)
    width, height = map(int, sizes.split())
    return Photo(content, width, height)


def path_of(digest: str) -> Path:
    return Path(settings.PHOTO_FOLDER) / digest[:2] / f"{digest}.jpg"


def store(photo: Photo) -> str:
    """Puts the photo on disk under its SHA-256, whole or not at all; returns the digest."""
    digest = sha256(photo.content).hexdigest()
    target = path_of(digest)
    if target.exists():
        return digest
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
        draft.write(photo.content)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(target)
    return digest
