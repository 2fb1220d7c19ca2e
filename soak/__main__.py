"""`python -m soak [names]`: breaks a private instance, prints one table, exits 1 on any loss.

Each stage is a module with `run(house, pace)` that yields rows. All of them take less than twenty
minutes; `--pace 0.1` tries in two whether they run.
"""

import importlib
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from soak.house import House
from soak.verdict import Row, table

STAGES = ("faults", "load", "fuzz")


def main() -> int:
    parser = ArgumentParser(prog="python -m soak", description="弄坏它，看有没有丢。")
    parser.add_argument("names", nargs="*", metavar="项目", help=f"{'、'.join(STAGES)}；不写为全部")
    parser.add_argument("--pace", type=float, default=1.0, metavar="倍", help="时间的倍数")
    options = parser.parse_args()
    if unknown := set(options.names) - set(STAGES):
        parser.error(f"没有 {'、'.join(unknown)}，可选：{'、'.join(STAGES)}")
    rows: list[Row] = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="qijie-soak-") as folder:
        # PostgreSQL's own user has to reach what lies below.
        Path(folder).chmod(0o755)
        with House.opened(Path(folder)) as house:
            for name in options.names or STAGES:
                print(f"→ {name}", flush=True)
                rows += importlib.import_module(f"soak.{name}").run(house, options.pace)
                print(table(rows), flush=True)
            if not all(row.is_good for row in rows):
                print(house.troubles(), flush=True)
    print(f"{time.monotonic() - begun:.0f} s in all")
    return int(any(not row.is_good for row in rows))


if __name__ == "__main__":
    sys.exit(main())
