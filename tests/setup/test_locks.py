import json
import re
import tomllib
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def entries(lock: str) -> list[str]:
    """One text for each locked release, its hashes included."""
    return (HOME / lock).read_text().replace("\\\n", " ").splitlines()


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9_-]", line)[0].lower().replace("_", "-") for line in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    assert "://" not in (HOME / lock).read_text()


def test_no_json_of_ours_names_a_package_registry() -> None:
    registries = re.compile(r"https?://(registry\.|pypi\.|files\.pythonhosted)")
    ours = [path for path in HOME.glob("*/**/*.json") if not {".venv", "var"} & set(path.parts)]
    assert [path for path in ours if registries.search(path.read_text())] == []
    assert all(json.loads(path.read_text()) is not None for path in ours)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_release_is_exact_and_hashed(lock: str) -> None:
    loose = [line for line in entries(lock) if "==" not in line or "--hash=sha256:" not in line]
    assert loose == []


def test_everything_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"]
    assert names(wanted) <= names(entries("requirements.lock"))
    tools = project["dependency-groups"]["dev"]
    assert names([*wanted, *tools]) <= names(entries("requirements-dev.lock"))


def test_tools_run_against_the_releases_that_are_served() -> None:
    served = {line.split(" ")[0] for line in entries("requirements.lock")}
    assert served <= {line.split(" ")[0] for line in entries("requirements-dev.lock")}
