"""`qijie`: the one command line. Commands load their code only when they run."""

import codecs
import importlib
import locale
import os
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
    parts: tuple["Command", ...] = ()
    """Commands under this one: `qijie draw blocks`."""


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", text):
        raise ArgumentTypeError("数据库名只能用小写字母、数字和下划线，以字母开头")
    return text


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError("要填 1 或更大的整数")
    return int(text)


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < float("inf"):
        raise ArgumentTypeError(f"“{text}”不是数；要填 0 或更大的数")
    return amount


def _column(about: str) -> Mapping[str, Any]:
    return {"default": "", "metavar": "列名", "help": about}


_DRAWING: Mapping[str, Mapping[str, Any]] = {
    "--out": {"required": True, "metavar": "文件", "help": "写到哪里；格式看后缀"},
    "--system": {
        "choices": ["", "gcj02"],
        "default": "",
        "help": "经纬度是 GCJ-02（高德、腾讯地图）时填 gcj02",
    },
    "--quiet": {"action": "store_true", "help": "不说进度，只说错误"},
}

DRAW_BLOCKS = Command(
    "blocks",
    "从街道到地块：街道围成街块，小区和楼栋整栋归入，写出地块文件",
    "qijie draw blocks streets.geojson --buildings buildings.geojson \\\n"
    "    --communities communities.geojson --out units.gpkg\n"
    "qijie draw blocks city.gpkg:roads --buildings city.gpkg:houses --rail rail.shp \\\n"
    "    --water water.shp --compounds compounds.shp --out units.gpkg\n"
    "qijie draw blocks streets.shp --buildings houses.shp --floors 层数 \\\n"
    "    --residential 用途=住宅 --dedicated 用途=学校,医院,市场 --out units.geojson",
    {
        "streets": {"metavar": "STREETS", "help": "街道中心线（.geojson、.gpkg、.shp）"},
        "--buildings": {"required": True, "metavar": "文件", "help": "楼栋轮廓"},
        "--communities": {"default": "", "metavar": "文件", "help": "社区边界；没有就当作一个社区"},
        "--rail": {"default": "", "metavar": "文件", "help": "铁路"},
        "--water": {"default": "", "metavar": "文件", "help": "水面或河流"},
        "--compounds": {"default": "", "metavar": "文件", "help": "小区范围"},
        "--keep": {
            "default": "",
            "metavar": "文件",
            "help": "保持不变的网格（专属、待开发），按编码各成一格",
        },
        "--paths": {"default": "", "metavar": "文件", "help": "小区内的路；只用来分开大小区"},
        "--community": _column("社区文件里名称或编码的列（默认 community、社区、code、name）"),
        "--key": _column("楼栋编号的列（默认 key、code、id、编号）"),
        "--households": _column("楼栋户数的列（默认 households、hh、户数）；没有就估算"),
        "--floors": _column("楼栋层数的列（默认 floors、levels、层数），估算户数用"),
        "--area-per-household": {
            "type": _amount,
            "default": 92.17,
            "metavar": "平方米",
            "help": "估算时每户的建筑面积（默认 92.17，2020 年普查城市家庭户）",
        },
        "--usual-floors": {
            "type": _amount,
            "default": None,
            "metavar": "层",
            "help": "层数空着或看不懂的楼按几层估算（默认取其余楼栋的中位数）",
        },
        "--residential": {
            "default": "",
            "metavar": "列=值,值",
            "help": "估算时只算这些楼栋，例如 use=residential",
        },
        "--compound": _column("楼栋所在小区的列（默认 compound、小区）"),
        "--dedicated": {
            "default": "",
            "metavar": "列[=值,值]",
            "help": "哪些楼栋或小区是专属网格（默认 dedicated、专属），例如 use=market,school",
        },
        "--measures": {
            "nargs": "+",
            "default": [],
            "metavar": "列名",
            "help": "还要加总的列，例如每月事项数",
        },
        "--band": {
            "nargs": 2,
            "type": _amount,
            "default": [300.0, 500.0],
            "metavar": ("下限", "上限"),
            "help": "网格规模（默认 300 500）；不超过上限的小区整个是一个地块",
        },
        "--whole": {
            "type": _amount,
            "default": None,
            "metavar": "户数",
            "help": "不超过这么多户的街块不再分（默认下限的三分之一）",
        },
        **_DRAWING,
    },
)

DRAW_PLAN = Command(
    "plan",
    "从地块到方案：写出带 grid 列的同一份文件，旁边是各网格的指标",
    "qijie draw plan units.gpkg --band 300 500 --seed 1 --out plan.gpkg\n"
    "qijie draw plan units.shp --households 户数 --community 社区 --plans 3 --out plan.geojson\n"
    "qijie draw plan units.gpkg --balance matters:20:40 --out plan.gpkg\n"
    "qijie draw plan units2.gpkg --from plan.gpkg --price 0.05 --most-moved 600 --out plan2.gpkg",
    {
        "units": {"metavar": "UNITS", "help": "地块的面，任何来源（.geojson、.gpkg、.shp）"},
        "--households": _column("户数的列（默认 households、hh、户数）"),
        "--community": _column("社区的列（默认 community、社区）；没有就当作一个社区"),
        "--dedicated": {
            "default": "",
            "metavar": "列[=值,值]",
            "help": "专属网格的列（默认 dedicated、专属）",
        },
        "--block": _column("街块的列（默认 block），不同街块之间是街道"),
        "--compound": _column("小区的列（默认 compound、小区）"),
        "--key": _column("地块编号的列（默认 key），用来和旧方案对上"),
        "--band": {
            "nargs": 2,
            "type": _amount,
            "default": [300.0, 500.0],
            "metavar": ("下限", "上限"),
            "help": "每个网格的户数（默认 300 500）",
        },
        "--balance": {
            "nargs": "+",
            "default": [],
            "metavar": "列:下限:上限",
            "help": "还要均衡的列，例如 matters:20:40",
        },
        "--seed": {"type": int, "default": 0, "metavar": "整数", "help": "同一个数得同一个方案"},
        "--plans": {
            "type": _count,
            "default": 1,
            "metavar": "个数",
            "help": "写出几个不同的方案，文件名加 -1、-2 …",
        },
        "--from": {
            "dest": "from_plan",
            "default": "",
            "metavar": "旧方案",
            "help": "从旧方案出发，改动尽量少",
        },
        "--price": {
            "type": _amount,
            "default": 0.05,
            "metavar": "数",
            "help": "一户换网格的代价（默认 0.05）；越大改动越少",
        },
        "--most-moved": {
            "type": _amount,
            "default": None,
            "metavar": "户数",
            "help": "最多多少户换网格（默认不限）",
        },
        **_DRAWING,
    },
)

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
    Command(
        "load-drawing",
        "启用地方档案里由机器划分的网格（只用于演示）",
        "QIJIE_PROFILE=profiles/jianghan qijie load-drawing",
    ),
    Command("load-matters", "推演示范事项（只用于演示）", "qijie load-matters"),
    Command(
        "account",
        "一个账号：发激活码、清除二次验证、停用、恢复；都留下记录",
        "qijie account activation-code desk-008001       第一次登录或忘记密码\n"
        "qijie account reset-second-factor desk-008001   手机和恢复码都丢了\n"
        "qijie account disable desk-008001               人走了，或账号被人用了\n"
        "qijie account enable desk-008001                恢复登录",
        {
            "action": {
                "choices": ["activation-code", "reset-second-factor", "disable", "enable"],
                "help": "做什么",
            },
            "name": {"metavar": "用户名", "help": "哪个账号"},
        },
    ),
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
    Command(
        "draw",
        "机器划分网格：从街道到地块，从地块到方案；不用数据库",
        "qijie draw blocks streets.geojson --buildings buildings.geojson --out units.gpkg\n"
        "qijie draw plan units.gpkg --band 300 500 --seed 1 --out plan.gpkg",
        parts=(DRAW_BLOCKS, DRAW_PLAN),
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
    _add(parser, COMMANDS, "run")
    return parser


def _add(parser: ArgumentParser, commands: Sequence[Command], chosen: str) -> None:
    """chosen: the option that will hold the command's name."""
    places = parser.add_subparsers(metavar="命令", required=True, title="命令", dest=chosen)
    for command in commands:
        one = places.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            epilog=f"例：\n{_indented(command.examples)}",
            formatter_class=RawDescriptionHelpFormatter,
        )
        for name, settings in command.options.items():
            one.add_argument(name, **settings)
        if command.parts:
            _add(one, command.parts, "part")


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
    except Exception as error:
        if not _is_a_setting(error):
            raise
        print(f"✗ {error}", file=sys.stderr)
        return 1


def _is_a_setting(error: Exception) -> bool:
    """Whether it says which setting is wrong. Django is there only if the command loaded it."""
    exceptions = sys.modules.get("django.core.exceptions")
    return exceptions is not None and isinstance(error, exceptions.ImproperlyConfigured)


def _in_utf8() -> None:
    """Begins anew where the locale would make of our paths and sentences something else."""
    told = sys.flags.ignore_environment or os.environ.get("PYTHONUTF8") == "1"
    if not told and codecs.lookup(locale.getpreferredencoding()).name != "utf-8":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606  # ourselves, no shell


if __name__ == "__main__":
    _in_utf8()
    raise SystemExit(main())
