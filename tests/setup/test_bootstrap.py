"""tools/bootstrap.sh where it must stop; where it must install, a bare machine tries it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
PRINTING = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk")
NEEDED = ("Makefile", "requirements.lock", "requirements-dev.lock")


@pytest.fixture
def checkout(home: Path) -> Path:
    shutil.copytree(HOME / "tools", home / "tools")
    for name in NEEDED:
        shutil.copy(HOME / name, home)
    home.chmod(0o755)
    return home


def bootstrap(
    checkout: Path, *arguments: str, path: str = ""
) -> "subprocess.CompletedProcess[str]":
    """As an account that is neither root nor may become it."""
    drop = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*drop, str(checkout / "tools" / "bootstrap.sh"), *arguments],
        env={"PATH": f"{path}/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def give_to_nobody(checkout: Path) -> None:
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "nobody", checkout], check=True)


def test_a_purpose_it_does_not_know_is_misuse(checkout: Path) -> None:
    done = bootstrap(checkout, "dance")
    assert done.returncode == 2
    assert "run|test" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder somebody else's")
def test_a_folder_of_somebody_else_is_told_in_one_sentence(checkout: Path) -> None:
    done = bootstrap(checkout, "run")
    assert done.returncode == 1
    assert "chown" in done.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("purpose", "first", "ends"),
    [
        (
            "test",
            "sudo systemctl mask nginx caddy && ",
            " chromium-headless-shell gettext nginx caddy",
        ),
        ("run", "", ""),
    ],
)
def test_without_root_the_exact_line_for_apt_is_printed_and_nothing_is_done(
    checkout: Path, purpose: str, first: str, ends: str
) -> None:
    bare = checkout / "bare"
    bare.mkdir()
    for name in ("dpkg-query", "sudo"):
        (bare / name).write_text("#!/bin/sh\nexit 1\n")
        (bare / name).chmod(0o755)
    give_to_nobody(checkout)
    done = bootstrap(checkout, purpose, path=f"{bare}:")
    assert done.returncode == 1
    line = done.stderr.splitlines()[-1]
    assert line.startswith(f"sudo apt-get update && {first}sudo apt-get install -y ")
    assert line.endswith(f" {' '.join(PRINTING)}{ends}")
    assert not (checkout / ".venv").exists()


ODD = '重要! 资料$1 `x` "y" it\'s'
FUNCTION = "sed -n '/^install_ourselves()/,/^}/p' tools/bootstrap.sh"


@pytest.fixture
def odd(home: Path) -> Path:
    """A checkout under a name that shells and locales like to change, made ready."""
    inner = home / ODD
    shutil.copytree(HOME / "tools", inner / "tools")
    (inner / "src").symlink_to(HOME / "src")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", inner / ".venv"], check=True, cwd=inner
    )
    code = f'set -eu; venv=.venv; eval "$({FUNCTION})"; install_ourselves'
    subprocess.run(["sh", "-c", code], check=True, cwd=inner)
    return inner


def test_a_path_that_is_no_utf8_is_refused_in_words(home: Path) -> None:
    """Python's own venv would end with a traceback about surrogates."""
    inner = os.fsencode(home) + b"/" + "资料".encode("gbk")
    shutil.copytree(os.fsencode(HOME / "tools"), inner + b"/tools")
    done = subprocess.run(
        ["sh", "tools/bootstrap.sh", "run"], cwd=inner, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert "不是 UTF-8 的字符" in done.stderr.decode()


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "POSIX"},
        # As strict as GBK and Latin-1 are, which a bare machine has not.
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "C.UTF-8", "http_proxy": "http://127.0.0.1:9"},
    ],
)
def test_the_command_works_under_any_path_and_locale(odd: Path, locale: dict[str, str]) -> None:
    done = subprocess.run(
        [odd / ".venv" / "bin" / "qijie", "--help"],
        env={"PATH": "/usr/bin:/bin", **locale},
        capture_output=True,
        check=False,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert "社区网格化治理平台" in done.stdout.decode()
