import subprocess
import sys
from pathlib import Path

import pytest

from qijie import cli
from qijie.setup.commands import COMMANDS
from qijie.setup.preparation import STEPS

HOME = Path(__file__).resolve().parents[2]


def qijie(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The real command, told of nothing but what is given."""
    return subprocess.run(
        [sys.executable, "-m", "qijie.cli", *arguments],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(HOME / "src"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_names_every_command() -> None:
    told = qijie("--help").stdout
    assert [command.name for command in cli.COMMANDS if command.name not in told] == []


def test_every_command_named_can_be_run() -> None:
    assert {command.name for command in cli.COMMANDS} == set(COMMANDS)


def test_every_step_of_the_demo_is_a_command() -> None:
    assert {step.command[0] for step in STEPS} <= set(COMMANDS)


@pytest.mark.parametrize("command", cli.COMMANDS, ids=lambda command: command.name)
def test_every_command_teaches_by_an_example_of_itself(command: cli.Command) -> None:
    told = qijie(command.name, "--help")
    assert told.returncode == 0
    assert f"qijie {command.name}" in told.stdout.partition("例：")[2]


def test_help_loads_neither_django_nor_the_database_driver() -> None:
    code = (
        "import sys\nfrom qijie import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'django', 'psycopg', 'granian'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_an_unknown_command_is_misuse() -> None:
    assert qijie("dance").returncode == 2


def test_the_printed_script_needs_no_database() -> None:
    done = qijie("bootstrap-database", "--print-sql", "--database", "wuhan")
    assert done.returncode == 0
    assert "CREATE DATABASE wuhan OWNER qijie_owner" in done.stdout
    for role in ("qijie_owner", "qijie_migrate", "qijie_app", "qijie_read"):
        assert f"CREATE ROLE {role};" in done.stdout


def test_a_database_name_that_is_more_than_a_name_is_refused() -> None:
    done = qijie("bootstrap-database", "--print-sql", "--database", "x; DROP ROLE y")
    assert done.returncode == 2
    assert "CREATE" not in done.stdout


def test_links_in_mails_and_codes_on_boards_say_the_port_one_chose() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; print(settings.PUBLIC_ADDRESS)"],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(HOME / "src"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PORT": "8031",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "http://127.0.0.1:8031\n"


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_server_that_is_not_told_its_database_says_so(command: str) -> None:
    done = qijie(command)
    assert done.returncode == 1
    assert "请设置 DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_none_is_told_in_one_sentence(home: Path) -> None:
    done = qijie("demo", PORT="eight", QIJIE_HOME=str(home))
    assert done.returncode == 1
    assert done.stderr == "✗ PORT 应是 1–65535 的数字，现在是 'eight'，例如：PORT=8001 make demo\n"


def test_version_names_the_product_first() -> None:
    assert qijie("version").stdout.startswith("qijie 0.")
