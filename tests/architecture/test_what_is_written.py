"""What lies in the repository: no place on somebody's machine, no registry, links that lead on."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.architecture.source import ROOT, written_files

# Joined here so that this file does not name them either.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("npmmirror", "com"),
        ("deb", "debian", "org"),
        ("mirrors", "aliyun", "com"),
        ("mirrors", "tuna"),
        ("pypi", "tuna"),
        ("proxy", "golang", "org"),
        ("conda", "anaconda", "org"),
    )
)
_MACHINE_PATH = re.compile(r"(?<![\w.}%])/(?:work|root|Users|mnt)/[\w.-]+|/home/\w+/")
_UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|NotImplemented" r"Error")
_LINK = re.compile(r"(?<!\!)\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
DEPENDENCIES = ROOT / "docs" / "reference" / "dependencies.md"


def ours() -> Iterator[tuple[Path, str]]:
    for path in written_files():
        if "vendor" not in path.parts:
            yield path, path.read_text(errors="replace")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_names_the_host_of_a_registry() -> None:
    found = {
        (name(path), host)
        for path in written_files()
        for host in REGISTRIES
        if host in path.read_text(errors="replace")
    }
    assert found == set()


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = {(name(path), hit) for path, text in ours() for hit in _MACHINE_PATH.findall(text)}
    assert found == set()


def test_nothing_is_left_to_be_finished() -> None:
    """Vendored files are other people's; words in data are residents'."""
    written = {".py", ".js", ".css", ".html", ".sh", ".toml", ".md"}
    found = {
        (name(path), hit)
        for path, text in ours()
        if path.suffix in written
        for hit in _UNFINISHED.findall(text)
    }
    assert found == set()


def test_a_lock_holds_versions_and_hashes_and_no_address() -> None:
    locks = sorted(ROOT.glob("*.lock"))
    assert len(locks) == 2
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text
        assert "--hash=sha256:" in text


def documents() -> list[Path]:
    return [path for path in written_files() if path.suffix == ".md" and "vendor" not in path.parts]


def slug(heading: str) -> str:
    plain = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")


def anchors(document: Path) -> set[str]:
    return {slug(heading) for heading in _HEADING.findall(document.read_text())}


def broken_links(document: Path) -> Iterator[str]:
    for match in _LINK.finditer(_FENCE.sub("", document.read_text())):
        target = unquote(match.group(1) or match.group(2))
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        aimed = (document.parent / file).resolve() if file else document
        if not aimed.exists() or (
            anchor and aimed.suffix == ".md" and anchor not in anchors(aimed)
        ):
            yield target


@pytest.mark.parametrize("document", documents(), ids=name)
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    assert list(broken_links(document)) == []


def declared_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return {re.split(r"[\[<>=!~ ;]", line, maxsplit=1)[0].lower() for line in wanted}


def explained_dependencies() -> dict[str, list[str]]:
    rows = re.findall(r"^\| `([\w.-]+)` \|(.*)\|$", DEPENDENCIES.read_text(), re.MULTILINE)
    return {package: [cell.strip() for cell in cells.split("|")] for package, cells in rows}


def test_every_dependency_says_why_it_is_there() -> None:
    explained = explained_dependencies()
    assert explained.keys() == declared_dependencies()
    for package, (why, licence, release) in explained.items():
        assert len(why) > 10, package
        assert licence, package
        assert re.match(r"\d+\.", release), package
