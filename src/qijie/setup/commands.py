"""What each `qijie` command does. Only what every command needs is imported at the top."""

import importlib
import os
import platform
import signal
import subprocess
import tomllib
from argparse import Namespace
from collections.abc import Callable
from importlib import metadata
from typing import TYPE_CHECKING

from qijie.kernel.refusal import Refusal
from qijie.setup.failures import SetupFailure
from qijie.setup.places import checkout
from qijie.setup.progress import Progress

if TYPE_CHECKING:
    from qijie.setup.cluster import Cluster

# Module under qijie.setup whose run(progress) does the work; each may be repeated without harm.
LOADERS = {
    "load-refdata": ("载入参考数据", "qijie.setup.load_reference"),
    "load-profile": ("载入一个地方", "qijie.setup.load_profile"),
    "load-drawing": ("启用机器划分的网格", "qijie.setup.demo_drawing"),
    "load-matters": ("推演示范事项", "qijie.setup.demo_matters"),
}


def demo(_options: Namespace) -> None:
    from qijie.setup import demo

    demo.run(Progress())


def serve(options: Namespace) -> None:
    from qijie.setup import preparation, serve, surroundings

    surroundings.require_address()
    preparation.run_command(("check",))
    serve.run(options)


def worker(_options: Namespace) -> None:
    import django

    from qijie.setup import surroundings

    surroundings.require_address()
    django.setup()
    importlib.import_module("qijie.setup.checks").require_none()
    importlib.import_module("qijie.outbound.worker").run()


def migrate(_options: Namespace) -> None:
    from qijie.setup import migrate, surroundings

    with surroundings.one_process():
        migrate.run(Progress())


def _loader(name: str) -> Callable[[Namespace], None]:
    title, module = LOADERS[name]

    def load(_options: Namespace) -> None:
        import django

        from qijie.setup import surroundings

        progress = Progress()
        with surroundings.one_process():
            django.setup()
            with progress.step(title):
                importlib.import_module(module).run(progress)

    return load


def account(options: Namespace) -> None:
    import django

    from qijie.setup import surroundings

    with surroundings.one_process():
        django.setup()
        importlib.import_module("qijie.setup.account").run(options)


def bootstrap_database(options: Namespace) -> None:
    from qijie.setup.cluster import Cluster
    from qijie.setup.database import bootstrap, bootstrap_sql

    if options.print_sql:
        print(bootstrap_sql(options.database), end="")
        return
    with Cluster.of(checkout()).lease() as cluster:
        bootstrap(cluster, options.database)


def cluster(options: Namespace) -> int:
    from qijie.setup.cluster import Cluster

    return _CLUSTER_ACTIONS[options.action](Cluster.of(checkout()))


def _start(private: "Cluster") -> int:
    private.keep()
    return _status(private)


def _stop(private: "Cluster") -> int:
    private.require_idle()
    print("数据库已停下。" if private.stop() else "数据库本来就没有运行。")
    return 0


def _status(private: "Cluster") -> int:
    running = private.is_running()
    print("数据库正在运行。" if running else "数据库没有运行；启动：qijie cluster start")
    print(f"数据：{private.data}\n套接字：{private.socket}\n记录：{private.log}")
    return 0 if running else 3


def _psql(private: "Cluster") -> int:
    from qijie.setup import cluster, database

    with private.lease():
        # Ctrl-C belongs to psql while it is in front.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        address = os.environ.get("OWNER_DATABASE_URL") or private.url(database.MIGRATE, "qijie")
        program = str(cluster.binaries() / "psql")
        return subprocess.run([program, address], check=False).returncode  # noqa: S603


def _remove(private: "Cluster") -> int:
    private.require_idle()
    private.destroy()
    print("数据库和它的全部数据已删除。")
    return 0


_CLUSTER_ACTIONS = {
    "start": _start,
    "stop": _stop,
    "status": _status,
    "psql": _psql,
    "remove": _remove,
}


def draw(options: Namespace) -> int:
    from qijie.territory.drawing import command

    return command.run(options)


def check(_options: Namespace) -> None:
    from django.core.management import execute_from_command_line

    from qijie.setup import surroundings

    with surroundings.one_process():
        execute_from_command_line(["qijie check", "check", "--database", "default"])
        importlib.import_module("qijie.setup.assets").require_collected()


def manage(options: Namespace) -> None:
    from django.core.management import execute_from_command_line

    from qijie.setup import surroundings

    with surroundings.one_process():
        try:
            execute_from_command_line(["qijie manage", *(options.arguments or ["help"])])
        except Refusal as refusal:
            raise SetupFailure(refusal.sentence) from refusal


def version(_options: Namespace) -> None:
    parts = (f"{name} {metadata.version(name)}" for name in ("django", "psycopg", "granian"))
    print(" · ".join((f"qijie {_own_version()}", f"python {platform.python_version()}", *parts)))


def _own_version() -> str:
    """From the checkout where there is one, which is never installed as a package."""
    project = checkout() / "pyproject.toml"
    if not project.exists():
        return metadata.version("qijie")
    return str(tomllib.loads(project.read_text())["project"]["version"])


COMMANDS: dict[str, Callable[[Namespace], int | None]] = {
    "demo": demo,
    "serve": serve,
    "worker": worker,
    "migrate": migrate,
    **{name: _loader(name) for name in LOADERS},
    "account": account,
    "bootstrap-database": bootstrap_database,
    "cluster": cluster,
    "draw": draw,
    "check": check,
    "manage": manage,
    "version": version,
}
