from pathlib import Path

import pytest

from qijie.setup.cluster import Cluster
from qijie.setup.database import bootstrap, drop
from qijie.setup.failures import SetupFailure
from qijie.setup.preparation import Step, prepare
from qijie.setup.progress import Progress

# Each starts servers of its own.
pytestmark = pytest.mark.slow

STEPS = (
    Step("first", ("version",), ("refdata/*",), title="第一步"),
    Step("second", ("version",), ("profiles/**/*",), title="第二步"),
)


@pytest.fixture
def ready(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster.start()
    bootstrap(cluster, "town")
    monkeypatch.setenv("DATABASE_URL", cluster.url("qijie_app", "town"))
    (cluster.home / "refdata").mkdir()
    (cluster.home / "refdata" / "limits.csv").write_text("a,1")
    return cluster


def done(home: Path, capfd: pytest.CaptureFixture[str]) -> list[str]:
    capfd.readouterr()
    prepare(home, Progress(), STEPS)
    told = capfd.readouterr().out
    return [title for title in ("第一步", "第二步") if f"✓ {title}" in told]


def test_steps_are_done_once_and_again_only_where_a_file_they_read_has_changed(
    ready: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    assert done(ready.home, capfd) == ["第一步", "第二步"]
    assert done(ready.home, capfd) == []
    (ready.home / "refdata" / "limits.csv").write_text("a,2")
    assert done(ready.home, capfd) == ["第一步"]
    (ready.home / "profiles").mkdir()
    (ready.home / "profiles" / "new.json").write_text("{}")
    assert done(ready.home, capfd) == ["第二步"]


def test_another_database_is_filled_anew(ready: Cluster, capfd: pytest.CaptureFixture[str]) -> None:
    done(ready.home, capfd)
    drop(ready, "town")
    bootstrap(ready, "town")
    assert done(ready.home, capfd) == ["第一步", "第二步"]


def test_a_step_that_fails_is_tried_again_next_time(
    ready: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = (Step("first", ("manage", "no-such-command"), (), title="第一步"),)
    for _ in range(2):
        with pytest.raises(SetupFailure, match="qijie manage no-such-command"):
            prepare(ready.home, Progress(), wrong)


def test_a_database_that_is_away_is_told_by_the_name_of_its_setting(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://a@/b?host={home}")
    with pytest.raises(SetupFailure, match="DATABASE_URL"):
        prepare(home, Progress(), STEPS)
