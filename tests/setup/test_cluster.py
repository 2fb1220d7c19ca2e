import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from qijie.setup.cluster import Cluster
from qijie.setup.failures import SetupFailure
from qijie.setup.processes import look

# Each starts servers of its own.
pytestmark = pytest.mark.slow


ODD = "重要! 资料$1 `x`"


def ask(cluster: Cluster, question: str) -> object:
    with psycopg.connect(cluster.url("postgres", "postgres")) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split("\n")[0])


def kill(pid: int) -> None:
    watched = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([watched], [], [], 20)
    os.close(watched)


def test_a_cluster_starts_answers_and_stops(cluster: Cluster) -> None:
    assert cluster.start()
    assert ask(cluster, "SELECT 1") == 1
    assert not cluster.start()
    assert cluster.stop()
    assert not cluster.is_running()
    assert not cluster.stop()


def test_the_server_never_runs_as_root(cluster: Cluster) -> None:
    cluster.start()
    assert Path(f"/proc/{postmaster(cluster)}").stat().st_uid != 0


def test_the_server_has_no_network_door(cluster: Cluster) -> None:
    cluster.start()
    assert ask(cluster, "SHOW listen_addresses") == ""


def test_a_role_that_is_not_mapped_is_refused(cluster: Cluster) -> None:
    cluster.start()
    ask_as = cluster.url("somebody_else", "postgres")
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        psycopg.connect(ask_as)


def test_other_accounts_of_the_machine_cannot_enter_the_data(cluster: Cluster) -> None:
    cluster.start()
    assert {folder.stat().st_mode & 0o077 for folder in (cluster.root, cluster.socket)} == {0}


def test_a_killed_server_starts_again_with_its_data(cluster: Cluster) -> None:
    cluster.start()
    ask(cluster, "SELECT 1")
    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    kill(postmaster(cluster))
    assert cluster.start()
    assert ask(cluster, "SELECT n FROM kept") == 7


def test_a_busy_back_end_of_a_killed_server_does_not_block_the_next(cluster: Cluster) -> None:
    cluster.start()
    busy = psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True)
    pid = busy.info.backend_pid
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000)")
    kill(postmaster(cluster))
    assert look(pid)
    assert cluster.start()
    assert ask(cluster, "SELECT 1") == 1
    assert look(pid) is None
    busy.close()


def test_a_stale_lock_file_naming_somebody_else_is_put_aside(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")
    assert not cluster.is_running()
    assert cluster.start()
    assert ask(cluster, "SELECT 1") == 1


def test_an_initialisation_cut_short_is_done_again(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    cluster.data.rename(cluster.root / "data.new")
    (cluster.root / "data.new" / "PG_VERSION").unlink()
    assert cluster.start()
    assert ask(cluster, "SELECT 1") == 1


def test_of_two_starts_at_once_one_starts_and_both_succeed(home: Path) -> None:
    code = (
        "import sys, pathlib; from qijie.setup.cluster import Cluster\n"
        "print(Cluster.of(pathlib.Path(sys.argv[1])).start())"
    )
    command = [sys.executable, "-c", code, str(home)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(one.communicate()[0].strip() for one in both) == ["False", "True"]


def test_the_last_lease_switches_the_server_off(cluster: Cluster) -> None:
    with cluster.lease():
        with Cluster.of(cluster.home).lease():
            assert cluster.is_running()
        assert cluster.is_running()
    assert not cluster.is_running()


def test_a_kept_server_outlives_the_last_lease(cluster: Cluster) -> None:
    cluster.keep()
    with cluster.lease():
        pass
    assert cluster.is_running()


def test_a_server_in_use_may_not_be_removed_by_hand(cluster: Cluster) -> None:
    with cluster.lease(), pytest.raises(SetupFailure, match="正在使用"):
        cluster.require_idle()
    cluster.require_idle()


def test_a_checkout_under_a_closed_home_works(home: Path) -> None:
    inner = home / "closed" / "checkout"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o700)
    cluster = Cluster.of(inner)
    try:
        assert cluster.start()
        assert ask(cluster, "SELECT 1") == 1
    finally:
        cluster.destroy()


@pytest.mark.parametrize("name", ["网格, 'quoted' \"twice\"", ODD])
def test_a_path_with_odd_characters_works(home: Path, name: str) -> None:
    inner = home / name
    inner.mkdir()
    cluster = Cluster.of(inner)
    try:
        assert cluster.start()
        assert ask(cluster, "SELECT 1") == 1
    finally:
        cluster.destroy()


def test_the_server_starts_under_roots_narrow_umask(cluster: Cluster) -> None:
    """Where root's umask is 027, the server's own user would not get through our folders."""
    before = os.umask(0o027)
    try:
        cluster.root.parent.chmod(0o750)
        assert cluster.start()
        assert ask(cluster, "SELECT 1") == 1
    finally:
        os.umask(before)
        cluster.root.parent.chmod(0o755)


def test_a_file_in_the_way_is_named_with_its_cure(home: Path) -> None:
    (home / "var").write_text("not a folder")
    with pytest.raises(SetupFailure, match=r"var.*请移走") as told:
        Cluster.of(home).start()
    assert "Traceback" not in str(told.value)
    (home / "var").unlink()


START = """
import pathlib, sys
from qijie.setup.cluster import Cluster
home = pathlib.Path(sys.argv[1]){below}
home.mkdir(parents=True, exist_ok=True)
cluster = Cluster.of(home)
started, again = cluster.start(), cluster.start()
door = cluster.socket / ".s.PGSQL.5432"
print(started, again, cluster.data.is_relative_to(home), len(str(door)) < 108, door.exists())
cluster.destroy()
"""


@pytest.mark.parametrize("below", ["", " / ('deep-' * 12) / ('er-' * 20)", f" / {ODD!r}"])
def test_an_ordinary_user_keeps_everything_in_the_checkout(
    as_ordinary_user: Callable[[str], str], below: str
) -> None:
    assert as_ordinary_user(START.format(below=below)) == "True False True True True"


SQUATTED = """
import pathlib, sys
from qijie.setup.failures import SetupFailure
from qijie.setup.processes import look
from qijie.setup.places import owned_folder
home = pathlib.Path(sys.argv[1])
(home / "mine").symlink_to("/tmp")
try:
    owned_folder(home / "mine")
except SetupFailure as failure:
    print(failure)
"""


def test_a_socket_folder_that_somebody_else_put_there_is_refused(
    as_ordinary_user: Callable[[str], str],
) -> None:
    assert "不属于当前用户" in as_ordinary_user(SQUATTED)
