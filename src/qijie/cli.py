"""`qijie`: the one command line. Commands load their code only when they run."""

import importlib
import re
import sys
from argparse import (
    REMAINDER,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Command:
    name: str
    summary: str
    examples: str
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", text):
        raise ArgumentTypeError("数据库名只能用小写字母、数字和下划线，以字母开头")
    return text


COMMANDS = (
    Command(
        "demo",
        "一条命令看到整个系统：数据库、示范区、网站、后台",
        "qijie demo            在 127.0.0.1:8000 打开演示，Ctrl-C 全部停下\n"
        "PORT=8001 qijie demo  换一个端口",
    ),
    Command(
        "serve",
        "只启动网站",
        "DATABASE_URL=postgresql://qijie_app:口令@主机/qijie qijie serve\n"
        "qijie serve --workers 4 --address 0.0.0.0   放在反向代理后面",
        {
            "--address": {"default": "127.0.0.1", "help": "监听的地址（默认只有本机）"},
            "--workers": {"type": int, "default": 0, "help": "进程数（默认按处理器核数）"},
        },
    ),
    Command("worker", "只启动后台：计时、通知、发送", "qijie worker"),
    Command(
        "migrate",
        "建表或升级，然后立起授权与行级安全",
        "OWNER_DATABASE_URL=postgresql://qijie_migrate:口令@主机/qijie qijie migrate",
    ),
    Command("load-refdata", "载入 refdata/：类别、时限、权责、岗位、日历", "qijie load-refdata"),
    Command(
        "load-profile",
        "载入一个地方：区划、网格、岗位",
        "QIJIE_PROFILE=profiles/jianghan qijie load-profile",
    ),
    Command("load-matters", "推演示范事项（只用于演示）", "qijie load-matters"),
    Command(
        "bootstrap-database",
        "建角色、数据库和扩展，或打印给数据库管理员看",
        "qijie bootstrap-database --print-sql > bootstrap.sql\n"
        "psql -X -v ON_ERROR_STOP=1 -f bootstrap.sql     由超级用户执行\n"
        "qijie bootstrap-database                        在本项目专用的数据库里执行",
        {
            "--print-sql": {"action": "store_true", "help": "只打印，不执行"},
            "--database": {"type": _name, "default": "qijie", "help": "数据库名（默认 qijie）"},
        },
    ),
    Command(
        "cluster",
        "本项目专用的 PostgreSQL",
        "qijie cluster start   启动，并一直开着\n"
        "qijie cluster status  是否在运行，数据在哪里\n"
        "qijie cluster psql    进入数据库\n"
        "qijie cluster stop    停下\n"
        "qijie cluster remove  停下并删除全部数据",
        {"action": {"choices": ["start", "stop", "status", "psql", "remove"], "help": "做什么"}},
    ),
    Command("check", "检查设置和数据库，逐条说明怎样改", "qijie check"),
    Command(
        "manage",
        "转给 Django 的管理命令",
        "qijie manage showmigrations\nqijie manage createsuperuser --help",
        {"arguments": {"nargs": REMAINDER, "help": "Django 命令和它的参数"}},
    ),
    Command("version", "版本", "qijie version"),
)

DESCRIPTION = """\
齐解：社区网格化治理平台。

第一次使用：
  make demo             安装、建库、载入示范区，在 http://127.0.0.1:8000 打开
  qijie <命令> --help    每条命令的说明和例子

没有设置 DATABASE_URL 时，命令使用本项目专用的数据库（在 var/ 下，只有本机能用）；
设置了就用它。正式部署见 docs/how-to/production-database.md。
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 could not (said on stderr), 2 misused."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given)
    return _run(options.run, options)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="qijie", description=DESCRIPTION, formatter_class=RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(metavar="命令", required=True, title="命令")
    for command in COMMANDS:
        one = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            epilog=f"例：\n{_indented(command.examples)}",
            formatter_class=RawDescriptionHelpFormatter,
        )
        for name, settings in command.options.items():
            one.add_argument(name, **settings)
        one.set_defaults(run=command.name)
    return parser


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _run(name: str, options: Namespace) -> int:
    from qijie.setup.failures import SetupFailure

    commands = importlib.import_module("qijie.setup.commands")
    command: Callable[[Namespace], int | None] = commands.COMMANDS[name]
    try:
        return command(options) or 0
    except SetupFailure as failure:
        print(f"✗ {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
