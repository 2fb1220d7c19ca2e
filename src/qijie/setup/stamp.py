"""A digest of files: when it has not changed, the work that read them need not be done again."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

LOCKS = ("requirements.lock",)
BOOTSTRAP = ("src/qijie/setup/database.py", "src/qijie/access/grants.py")
SCHEMA = ("src/qijie/*/migrations/*.py", "src/qijie/access/*.py", "src/qijie/setup/database.py")
DATA = ("refdata/**/*", "profiles/**/*", "src/qijie/setup/**/*.py")


def digest(home: Path, *patterns: str) -> str:
    """Twelve hex digits of the names and contents of every file that matches, in name order."""
    total = hashlib.sha256()
    for path in sorted(_files(home, patterns)):
        total.update(f"{path.relative_to(home)}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


def _files(home: Path, patterns: Iterable[str]) -> set[Path]:
    found = {path for pattern in patterns for path in home.glob(pattern)}
    return {path for path in found if path.is_file() and "__pycache__" not in path.parts}
