"""Codes on paper, and the command that cares for one account."""

import csv
import os
import re
import stat
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from qijie.accounts.models import AccountChange
from qijie.setup import account, paper_codes
from qijie.setup.failures import SetupFailure
from qijie.setup.profile import StaffedPost
from tests import town
from tests.surfaces.console import acts

AT = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
POST = StaffedPost("desk-1", "desk", "受理席", "429901", "street", "", "王芳")


@pytest.fixture(params=[0o000, 0o077, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_the_file_of_codes_is_its_makers_alone_whatever_the_umask(
    settings: Settings, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    path = paper_codes.write([POST], {"desk-1": "ABCD-EFGH-JKLM-NPQR"}, AT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    [row] = csv.DictReader(path.open(encoding="utf-8-sig"))
    assert row["激活码"] == "ABCD-EFGH-JKLM-NPQR"
    assert row["姓名"] == "王芳"
    assert row["有效期至"] == "2026-12-02 09:00"


def said(action: str, name: str, printed: pytest.CaptureFixture[str]) -> str:
    account.run(Namespace(action=action, name=name))
    return printed.readouterr().out


@pytest.mark.django_db
def test_a_code_is_printed_once_and_leaves_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said("activation-code", "WANG", capsys)
    code = re.search(r"\w{4}(-\w{4}){3}", shown)
    assert code is not None
    assert code[0].replace("-", "").encode() not in bytes(town.user("wang").activation_code.digest)
    assert AccountChange.objects.get(user=town.user("wang")).by.startswith("服务器管理员")
    [entry] = acts.access_entries("changed")
    assert entry.subject == "wang"


@pytest.mark.django_db
def test_who_left_is_disabled_and_may_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert "不能再登录" in said("disable", "wang", capsys)
    assert not town.user("wang").is_active
    with pytest.raises(SetupFailure, match="已停用；要恢复：qijie account enable wang"):
        said("activation-code", "wang", capsys)
    said("enable", "wang", capsys)
    assert "二次验证和恢复码已清除" in said("reset-second-factor", "wang", capsys)


@pytest.mark.django_db
def test_an_unknown_name_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SetupFailure, match="没有用户名为“nobody”的账号"):
        said("disable", "nobody", capsys)
