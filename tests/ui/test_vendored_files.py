import json
from pathlib import Path

import pytest

from tools.vendor import FOLDERS, MANIFEST, faults, libraries


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_vendored_file_is_the_one_listed(folder: Path) -> None:
    assert faults(folder) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_library_brings_its_licence(folder: Path) -> None:
    for library in libraries(folder):
        assert library["licence"]
        assert (folder / library["licence_file"]).stat().st_size > 0


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_the_list_names_packages_and_no_hosts(folder: Path) -> None:
    assert "://" not in (folder / MANIFEST).read_text(encoding="utf-8")


def test_htmx_stays_on_its_second_major_version() -> None:
    versions = {library["npm"]: library["version"] for library in libraries(FOLDERS[0])}
    assert versions["htmx.org"].startswith("2.")


def copy_with_one_file(folder: Path) -> Path:
    listed = {
        "name": "small",
        "npm": "small",
        "version": "1.0.0",
        "licence": "MIT",
        "licence_file": "LICENSE",
        "files": [{"path": "small.js", "packed": "small.js", "sha256": "0" * 64}],
    }
    (folder / MANIFEST).write_text(json.dumps({"libraries": [listed]}), encoding="utf-8")
    return folder


def test_a_changed_file_a_missing_file_and_a_stray_file_are_each_named(tmp_path: Path) -> None:
    folder = copy_with_one_file(tmp_path)
    assert faults(folder) == ["small.js is listed but missing"]
    (folder / "small.js").write_text("changed", encoding="utf-8")
    (folder / "stray.js").write_text("", encoding="utf-8")
    assert faults(folder) == [
        "stray.js is not listed",
        "small.js is not the file that was vendored",
    ]
