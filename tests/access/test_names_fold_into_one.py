"""An older installation may hold two names that are one from now on: which, and what to do."""

import io
import re
from argparse import Namespace

import pytest
from django.core.management import call_command
from django.db import connections

from qijie.accounts.models import User
from qijie.accounts.rules import one_and_the_same
from qijie.kernel.ids import new_id
from qijie.setup import migrate
from qijie.setup.commands import COMMANDS
from qijie.setup.failures import SetupFailure
from qijie.setup.progress import Progress

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]


def run(statement: str, *values: object) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, list(values))


def names() -> set[str]:
    return set(User.objects.using("owner").values_list("username", flat=True))


def an_account(username: str) -> None:
    run(
        "INSERT INTO accounts_user (id, password, username, name, email, is_active, joined_at)"
        " VALUES (%s, '', %s, '林夏', '', true, now())",
        new_id(),
        username,
    )


def migrated() -> None:
    try:
        migrate.run(Progress(io.StringIO()))
    finally:
        connections["owner"].close()


def test_names_that_are_one_are_told_apart_from_those_that_only_look_odd() -> None:
    assert one_and_the_same(["liu", "LiuYang", "chen", "王芳"]) == []
    found = one_and_the_same(["ｌｉｕ", "Liu", "liu", "chen", "Straße", "strasse"])
    assert found == [("Liu", "liu", "ｌｉｕ"), ("Straße", "strasse")]


def managed(*arguments: str) -> None:
    """As on the command line, where Django's own commands stand behind `qijie manage`."""
    try:
        COMMANDS["manage"](
            Namespace(arguments=["migrate", "--skip-checks", "--verbosity=0", *arguments])
        )
    finally:
        connections["owner"].close()


def test_djangos_own_command_says_the_same() -> None:
    call_command("migrate", "accounts", "0001", database="owner", interactive=False, verbosity=0)
    for username in ("Mei", "ＭＥＩ"):
        an_account(username)
    before = names()
    with pytest.raises(SetupFailure) as refused:
        managed("--database=owner")
    assert "“Mei”、“ＭＥＩ”" in str(refused.value)
    cure = re.search(r'-c "(UPDATE .*)"$', str(refused.value))
    assert cure is not None
    assert names() == before
    # Whatever else is migrated meanwhile asks nobody about names.
    managed("sessions", "--database=owner")
    run(cure[1].replace("新用户名", "mei-2"))
    managed("--database=owner")
    assert {"mei", "mei-2"} <= names()


def test_the_migration_says_which_changes_nothing_and_goes_on_once_they_are_told_apart() -> None:
    call_command("migrate", "accounts", "0001", database="owner", interactive=False, verbosity=0)
    for username in ("Lin", "LIN", "ＧＵＯ"):
        an_account(username)
    before = names()
    with pytest.raises(SetupFailure) as refused:
        migrated()
    told = str(refused.value)
    assert "“LIN”、“Lin”" in told
    assert "ＧＵＯ" not in told
    assert names() == before
    cure = re.search(r'-c "(UPDATE .*)"$', told)
    assert cure is not None
    run(cure[1].replace("新用户名", "lin-2"))
    migrated()
    assert {"lin", "lin-2", "guo"} <= names()
