"""`qijie draw`: the library on files, without a database."""

import importlib
import json
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from qijie.territory.drawing import layers, writing
from qijie.territory.drawing.layers import Layer
from qijie.territory.drawing.mending import Unusable

PARTS = {
    "blocks": "qijie.territory.drawing.blocks_command",
    "plan": "qijie.territory.drawing.plan_command",
}
"""Module whose draw(options, say) does the work."""
STOPPED = 130
"""What shells say of a program that Ctrl-C ended: 128 and the number of the signal."""
TOLD = 12
"""So much is told on the screen; all of it is in the file beside the result."""

Say = Callable[[str], None]


def run(options: Namespace) -> int:
    """The exit code: 0 done, 1 could not, 130 stopped by Ctrl-C (both said on stderr)."""
    try:
        part = importlib.import_module(PARTS[options.part])
        part.draw(options, _quiet if options.quiet else _told)
    except Unusable as refused:
        _told(f"✗ {refused}")
        return 1
    except KeyboardInterrupt:
        _told("✗ 已按 Ctrl-C 停下，没有留下写了一半的文件；要结果请重新运行。")
        return STOPPED
    return 0


def _told(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _quiet(text: str) -> None:
    """Says nothing."""


def read(path: str, options: Namespace, say: Say) -> Layer:
    layer = layers.read(path, system=options.system)
    say(f"读入 {layer.title}：{len(layer)} 条，坐标系 {layer.crs.name}")
    return layer


def band(options: Namespace) -> tuple[float, float]:
    low, high = options.band
    if not 0 < low < high:
        raise Unusable(f"--band 的下限 {low:g} 要大于 0 并小于上限 {high:g}；例如 --band 300 500。")
    return low, high


def write_json(path: Path, value: object) -> None:
    with writing.appearing(path) as place:
        place.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")
