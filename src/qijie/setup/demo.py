"""`make demo`: database, data, web and worker up together, and all down with Ctrl-C."""

import fcntl
import importlib
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO

from qijie.setup import preparation, surroundings
from qijie.setup.cluster import Cluster
from qijie.setup.failures import SetupFailure
from qijie.setup.places import checkout, run_folder
from qijie.setup.progress import Progress
from qijie.setup.supervisor import Program, Supervisor, end_left_over, free_port_or_fail
from qijie.setup.surroundings import port

READY_SECONDS = 90
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Our own address is never asked through anybody's proxy.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def run(progress: Progress) -> None:
    home = checkout()
    # Also Ctrl-C itself: a script's `&` starts us with it ignored.
    for number in _ENDINGS:
        signal.signal(number, _as_ctrl_c)
    with (run_folder(home) / "demo.lock").open("a+") as lock:
        if not _is_first(lock):
            lock.seek(0)
            where = lock.read().strip() or "正在启动"
            progress.say(f"演示已经在运行：{where}。要重来，先在那个窗口按 Ctrl-C。")
            return
        with suppress(KeyboardInterrupt):
            _run_alone(home, lock, progress)
        # After SIGHUP there is no terminal left to say it to.
        with suppress(OSError):
            progress.say("演示已停下，它启动的程序都已结束。")


def _run_alone(home: Path, lock: IO[str], progress: Progress) -> None:
    begun = time.monotonic()
    if left := end_left_over(home):
        progress.say(f"清理了上次留下的 {left} 个进程。")
    free_port_or_fail(port())
    _write(lock, _address())
    with _database(home, progress), Supervisor(home) as supervisor:
        preparation.prepare(home, progress)
        with progress.step("启动网站和后台"):
            _start(supervisor)
        _greet(progress, time.monotonic() - begun)
        supervisor.keep_up(progress.say, _database_keeper(home, progress))


@contextmanager
def _database(home: Path, progress: Progress) -> Iterator[None]:
    given = bool(os.environ.get("DATABASE_URL"))
    context = surroundings.database()
    with progress.step("连接 DATABASE_URL" if given else "启动本项目专用的数据库"):
        context.__enter__()
    try:
        os.environ.update(surroundings.demo_settings(home))
        yield
    finally:
        context.__exit__(None, None, None)


def _start(supervisor: Supervisor) -> None:
    ours = (sys.executable, "-m", "qijie.cli")
    supervisor.start(Program("web", (*ours, "serve"), {"PORT": str(port())}))
    supervisor.start(Program("worker", (*ours, "worker"), {}))
    deadline = time.monotonic() + READY_SECONDS
    while not _answers():
        if fallen := supervisor.fallen():
            raise SetupFailure(_epitaph(supervisor, fallen))
        if time.monotonic() > deadline:
            raise SetupFailure(
                f"网站 {READY_SECONDS} 秒内没有应答，请看记录：{supervisor.log('web')}"
            )
        time.sleep(0.1)


def _answers() -> bool:
    """Any answer counts: what the page says is not the supervisor's affair."""
    try:
        with _DIRECT.open(_address(), timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _greet(progress: Progress, seconds: float) -> None:
    accounts = importlib.import_module("qijie.setup.demo_accounts")
    progress.say(f"\n齐解演示已就绪（共 {seconds:.1f} 秒）：{_address()}\n")
    progress.say(accounts.table())
    progress.say("\n按 Ctrl-C 停止。")


def _address() -> str:
    return f"http://127.0.0.1:{port()}/"


def _epitaph(supervisor: Supervisor, name: str) -> str:
    log = supervisor.log(name)
    last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    return f"程序 {name} 意外结束，其余已停下。记录：{log}\n{last}"


def _is_first(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(lock: IO[str], text: str) -> None:
    lock.truncate(0)
    lock.write(text)
    lock.flush()


def _as_ctrl_c(_number: int, _frame: FrameType | None) -> None:
    """Once: whoever presses it again does not keep us from tidying up."""
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _database_keeper(home: Path, progress: Progress) -> Callable[[], None]:
    """What brings our own database up again when it fell; somebody else's is theirs."""
    if (
        os.environ["DATABASE_URL"]
        != surroundings.private_environment(home, cluster := Cluster.of(home))["DATABASE_URL"]
    ):
        return lambda: None

    def keep() -> None:
        if cluster.is_running():
            return
        progress.say("数据库意外停了，正在重新启动 …")
        try:
            cluster.start()
            progress.say("数据库已恢复。")
        except SetupFailure as failure:
            progress.say(f"数据库还没有恢复，稍后再试：{failure}")

    return keep
