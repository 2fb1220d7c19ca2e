"""Fetch the pinned browser libraries again, or check the committed ones against their hashes.

    python tools/vendor.py check     every file is the one vendor.json names (no network)
    python tools/vendor.py refresh   npm pack each pinned version and write files and hashes

To move a library to another version, change `version` in vendor.json and refresh.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "src/qijie/ui/static/vendor", ROOT / "tests/browser/vendor")
MANIFEST = "vendor.json"


class VendoredFile(TypedDict):
    path: str  # in the folder of the manifest
    packed: str  # in the npm package
    sha256: str


class Library(TypedDict):
    name: str
    npm: str
    version: str
    licence: str
    licence_file: str
    files: list[VendoredFile]


def libraries(folder: Path) -> list[Library]:
    return list(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["libraries"])


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def faults(folder: Path) -> list[str]:
    """One sentence for each missing, changed or unlisted file."""
    listed = {file["path"]: file for library in libraries(folder) for file in library["files"]}
    present = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    return [
        *(f"{name} is listed but missing" for name in sorted(listed.keys() - present.keys())),
        *(f"{name} is not listed" for name in sorted(present.keys() - listed.keys())),
        *(
            f"{name} is not the file that was vendored"
            for name in sorted(listed.keys() & present.keys())
            if sha256(present[name]) != listed[name]["sha256"]
        ),
    ]


def packed(library: Library, into: Path) -> Path:
    """The tarball of the pinned version, fetched by npm from wherever npm is set up to look."""
    spec = f"{library['npm']}@{library['version']}"
    done = subprocess.run(
        ["npm", "pack", spec, "--silent", "--pack-destination", str(into)],
        check=True,
        capture_output=True,
        text=True,
    )
    return into / done.stdout.split()[-1]


def unpack(library: Library, tarball: Path, folder: Path) -> None:
    with tarfile.open(tarball) as archive:
        for file in library["files"]:
            member = archive.extractfile(str(PurePosixPath("package") / file["packed"]))
            if member is None:
                sys.exit(f"{library['npm']} {library['version']} has no {file['packed']}")
            target = folder / file["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(member.read())
            file["sha256"] = sha256(target)


def refresh(folder: Path) -> None:
    pinned = libraries(folder)
    with tempfile.TemporaryDirectory() as scratch:
        for library in pinned:
            unpack(library, packed(library, Path(scratch)), folder)
            print(f"{library['name']} {library['version']}")
    text = json.dumps({"libraries": pinned}, ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("action", choices=["check", "refresh"])
    action = parser.parse_args().action
    for folder in FOLDERS:
        if action == "refresh":
            refresh(folder)
        for fault in (found := faults(folder)):
            print(f"{folder.relative_to(ROOT)}: {fault}", file=sys.stderr)
        if found:
            sys.exit(1)


if __name__ == "__main__":
    main()
