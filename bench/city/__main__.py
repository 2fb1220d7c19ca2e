"""`python -m bench city`: what grows with the number of matters, and what must not.

The demo's own played matters are measured, multiplied by SQL, and measured again. A bar that is not
met ends the command with 1.
"""

import importlib
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence

from bench import machine, stage
from bench.figures import Figure

MILLION = 1_000_000


def main(words: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(
        prog="python -m bench city",
        description="同一套页面和后台，先在示范区的规模上测，再在大得多的规模上测。",
    )
    parser.add_argument(
        "--matters", type=int, default=MILLION, help="事项数，默认一百万（约一小时、13 GB 磁盘）"
    )
    matters = parser.parse_args(words).matters
    with stage.prepared():
        stage.run_command("load-matters")
        _say(*machine.described())
        figures = list(_measured(matters))
        _say(*figures)
    return 1 if any(figure.is_met is False for figure in figures) else 0


def _measured(matters: int) -> Iterator[Figure]:
    """The figures of the worker, then of each page; both say small and large side by side."""
    multiply = importlib.import_module("bench.city.multiply")
    pages = importlib.import_module("bench.city.pages")
    worker = importlib.import_module("bench.city.worker")
    multiply.furnish()
    looks = pages.looks()
    small = worker.measured(), [pages.measured(look) for look in looks]
    begun = time.perf_counter()
    for done in multiply.multiply(matters):
        _say(f"{done:,} matters, {time.perf_counter() - begun:.0f} s")
    large = worker.measured(), [pages.measured(look) for look in looks]
    _say(multiply.described(), machine.load())
    yield from worker.figures(small[0], large[0])
    for look, before, after in zip(looks, small[1], large[1], strict=True):
        yield pages.figure(look, before, after)


def _say(*lines: object) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
