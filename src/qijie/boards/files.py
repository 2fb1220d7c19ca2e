"""Where made files lie: outside the web root, each under the SHA-256 of what it holds."""

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from django.conf import settings


def path_of(digest: str) -> Path:
    return Path(settings.BOARD_FOLDER) / digest[:2] / f"{digest}.pdf"


def store(content: bytes) -> str:
    """Puts a file on disk, whole or not at all; returns its digest."""
    digest = sha256(content).hexdigest()
    target = path_of(digest)
    if target.exists():
        return digest
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(target)
    return digest


def remove(digest: str) -> None:
    path_of(digest).unlink(missing_ok=True)
