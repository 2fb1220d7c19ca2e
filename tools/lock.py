"""Writes requirements.lock and requirements-dev.lock from pyproject.toml: hashes, no addresses.

`uv` resolves for every platform at once. It is taken from the PATH or beside the running Python.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
OPTIONS = (
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet"),
)
LOCKS = {
    "requirements.lock": (),
    # The same releases as at run time, and the tools of the dev group.
    "requirements-dev.lock": ("--group", "dev", "--constraints", "requirements.lock"),
}


def main() -> int:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        print("没有找到 uv，请先运行：.venv/bin/pip install uv", file=sys.stderr)
        return 1
    newest = ("--upgrade",) if "--upgrade" in sys.argv[1:] else ()
    for name, extra in LOCKS.items():
        command = (uv, "pip", "compile", "pyproject.toml", "-o", name, *OPTIONS, *extra, *newest)
        subprocess.run(command, cwd=HOME, check=True)
        refuse_addresses(HOME / name)
    return 0


def refuse_addresses(lock: Path) -> None:
    """A lock that names a host would send every other machine there."""
    if "://" in lock.read_text():
        raise SystemExit(f"{lock.name} 里有网址，请检查 uv 的设置后再锁定")


if __name__ == "__main__":
    raise SystemExit(main())
