"""`python -m bench drawing`: the drawing of grids beside its peers, without any database."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from bench.drawing.methods import Runner
from bench.drawing.records import Records
from bench.drawing.report import report
from bench.drawing.run import FULL, LIBRARIES, TINY, run
from bench.machine import hardware, load, versions

LIBRARIES_OF_OURS = ("numpy", "scipy", "shapely", "numba", "ortools")
PEERS = Path("var/peers/bin/python")


def main(words: list[str] | None = None) -> int:
    parser = ArgumentParser(prog="python -m bench drawing", description="划分网格，与同类并列。")
    parser.add_argument("--tiny", action="store_true", help="用很小的数据只试能否运行")
    parser.add_argument("--peers", type=Path, default=PEERS, help=f"同类的 Python，默认 {PEERS}")
    parser.add_argument("--json", type=Path, help="原始结果；已在其中的不再测")
    options = parser.parse_args(words)
    extent = TINY if options.tiny else FULL
    runner = Runner(options.peers.absolute(), extent.effort)
    machine = [hardware(), load(), versions(LIBRARIES_OF_OURS)]
    _say(*machine, *_missing(runner))
    records = Records.opened(options.json, machine)
    run(extent, runner, records, _say)
    _say(*report(records), load())
    return 0


def _missing(runner: Runner) -> list[str]:
    absent = [name for name in LIBRARIES if not runner.has(name)]
    if not absent:
        return []
    how = "python -m venv var/peers && var/peers/bin/pip install -r bench/drawing/peers.txt"
    return [f"没有 {runner.python}，不测：{'、'.join(absent)}。先执行 {how}"]


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
