"""`python -m bench`: measures, prints each figure beside its bar, and judges nothing.

`python -m bench locate lists` measures only these; `--tiny` only tries that everything runs.
`python -m bench drawing --help` is the drawing of grids beside its peers, `python -m bench city` a
house at a million matters beside a small one; these two go by options of their own.
"""

import importlib
import sys
import time
from argparse import ArgumentParser

from bench.sizes import FULL, TINY, Sizes

BENCHES = ("locate", "lists", "report", "pages")
APART = ("drawing", "city")
"""Each takes about an hour: measured only when it is named, with options of its own."""


def main() -> int:
    if sys.argv[1:2] and sys.argv[1] in APART:
        return int(importlib.import_module(f"bench.{sys.argv[1]}.__main__").main(sys.argv[2:]))
    parser = ArgumentParser(prog="python -m bench", description="测量并打印，不作判定。")
    parser.add_argument(
        "names", nargs="*", metavar="项目", help=f"{'、'.join(BENCHES)}；不写为全部"
    )
    parser.add_argument("--tiny", action="store_true", help="用很小的数据只试能否运行")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHES):
        parser.error(f"没有 {'、'.join(unknown)}，可选：{'、'.join(BENCHES)}")
    sizes = TINY if options.tiny else FULL
    with importlib.import_module("bench.stage").prepared():
        _say(*importlib.import_module("bench.machine").described())
        _build(sizes)
        for name in options.names or BENCHES:
            _say("", name, *importlib.import_module(f"bench.{name}").measure(sizes))
    return 0


def _build(sizes: Sizes) -> None:
    begun = time.perf_counter()
    importlib.import_module("bench.place").build(sizes)
    seconds = time.perf_counter() - begun
    _say(f"{sizes.matters:,} matters in {sizes.streets * 100:,} grids, made in {seconds:.0f} s")


def _say(*lines: object) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
