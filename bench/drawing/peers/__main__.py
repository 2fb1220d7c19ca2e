"""`python -m bench.drawing.peers METHOD PROBLEM OUT --seed S --cap SECONDS`: cuts every piece.

OUT is JSON: the grid of every unit (0 = none), the seconds of each piece, and the pieces a method
could not cut, with why. A piece it left undivided although it holds two grids' households, or did
not finish within the cap (processor seconds), is one of those.
"""

import importlib
import json
import signal
import sys
import time
import warnings
from argparse import ArgumentParser
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bench.drawing.problem import Numbers, Piece, Problem

METHODS = {
    "metis once": "cuts:metis_once",
    "metis best of 20": "cuts:metis_best",
    "kahip strong": "cuts:kahip_strong",
    "max-p": "regions:max_p",
    "max-p defaults": "regions:max_p_defaults",
    "azp": "regions:azp",
    "skater": "regions:skater",
    "region k-means": "regions:region_k_means",
    "recom": "chain:recom",
    "recom defaults": "chain:recom_defaults",
    "recom long": "chain:recom_long",
    "recom warm": "chain:recom_warm",
    "greedy": "greedy:greedy",
}


class TooLong(Exception):
    pass


def main() -> int:
    parser = ArgumentParser(prog="python -m bench.drawing.peers")
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("problem", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cap", type=float, default=0.0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    found = cut(options.method, Problem.load(options.problem), options.seed, options.cap)
    options.out.write_text(json.dumps(found), "utf-8")
    return 0


def cut(method: str, problem: Problem, seed: int, cap: float = 0.0) -> dict[str, object]:
    module, _, name = METHODS[method].partition(":")
    act = getattr(importlib.import_module(f"bench.drawing.peers.{module}"), name)
    _warm_up(act, problem, seed)
    grid = np.zeros(len(problem.piece), dtype=np.int64)
    seconds, worked, failures = [], [], []
    for number, (members, piece) in enumerate(problem.pieces(seed)):
        begun, busy = time.perf_counter(), time.process_time()
        found = np.zeros(len(piece), dtype=np.int64)
        try:
            with _within(cap):
                found = found if _is_one_grid(piece) else act(piece)
            why = _undivided(piece, found)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"[:200]
        seconds.append(time.perf_counter() - begun)
        worked.append(time.process_time() - busy)
        if why:
            failures.append({"piece": number, "why": why})
        grid[members] = grid.max() + 1 + found
    return {
        "grid": grid.tolist(),
        "seconds": seconds,
        "cpu_seconds": worked,
        "failures": failures,
    }


def _warm_up(act, problem: Problem, seed: int) -> None:
    """Imports and compiles on the first few units, so that the clock starts after it."""
    _, piece = min(problem.pieces(seed), key=lambda one: (one[1].count < 3, len(one[1])))
    try:
        with _within(20):
            act(piece)
    except Exception:
        return


def _is_one_grid(piece: Piece) -> bool:
    """Nothing to divide, so nobody is asked: MaxP would not come back from there."""
    return piece.count == 1 and piece.low <= piece.households.sum() <= piece.high


def _undivided(piece: Piece, found: Numbers) -> str:
    if found.shape != (len(piece),):
        return "not a grid for every unit"
    if len(np.unique(found)) == 1 and piece.households.sum() > 2 * piece.high:
        return "left undivided"
    return ""


@contextmanager
def _within(seconds: float):
    def ring(*_: object) -> None:
        raise TooLong(f"not done in {seconds:g} processor seconds")

    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    sys.exit(main())
