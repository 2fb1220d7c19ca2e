"""The drawing bench itself: its city, its peers' rules, its judgement. No figure is judged here."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from bench.drawing.bars import Bar, bars, eligible, ratio
from bench.drawing.city import City, city
from bench.drawing.methods import case_of, only
from bench.drawing.peers.__main__ import cut
from bench.drawing.problem import Piece, Problem, score
from bench.drawing.records import Records
from bench.drawing.scenarios import perturbed
from bench.drawing.scoring import row, seams
from bench.drawing.store import load, save
from qijie.territory.drawing.graph import components

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def town() -> City:
    return city(4_000, 0)


def _record(method: str, out: int, **more: object) -> dict:
    rest = {
        "part": "fresh", "scenario": "wuhan400k", "seed": 0, "failures": [], "not_contiguous": 0,
        "in_band": 0.9, "compactness": 0.5, "on_street": 0.5, "seconds": 10.0, "cut_buildings": 0,
        "cut_compounds": 0, "crossing": 0, "more": {"cpu_seconds": 4.0},
    }  # fmt: skip
    return {**rest, "method": method, "out": out, **more}


def _bar(records: list[dict], words: str) -> Bar:
    return next(bar for bar in bars(Records(None, [], records)) if words in bar.words)


def test_one_seed_makes_one_city_and_another_seed_another(town: City) -> None:
    again, other = city(4_000, 0), city(4_000, 1)
    assert np.array_equal(town.units.loads, again.units.loads)
    assert shapely.equals_exact(town.units.shapes, again.units.shapes).all()
    assert town.units.loads.sum() != other.units.loads.sum()


def test_a_city_leaves_no_gap_no_overlap_and_cuts_no_building(town: City) -> None:
    units = town.units
    assert shapely.coverage_is_valid(units.shapes)
    crossed = shapely.STRtree(shapely.boundary(units.shapes)).query(
        town.buildings, predicate="intersects"
    )
    assert crossed.size == 0


def test_every_community_of_a_city_hangs_together(town: City, tmp_path: Path) -> None:
    graph = case_of("town", 0, town, tmp_path).graph
    piece = components(len(town.units), graph.pairs)
    assert len(set(piece.tolist())) == len(set(town.units.communities))


def test_a_city_reads_back_as_it_was_written(town: City, tmp_path: Path) -> None:
    save(tmp_path / "town.npz", town)
    back = load(tmp_path / "town.npz")
    assert back.units.keys == town.units.keys
    assert back.units.dedicated == town.units.dedicated
    assert np.array_equal(back.units.loads, town.units.loads)
    assert shapely.equals_exact(back.buildings, town.buildings).all()


def test_a_change_moves_the_share_of_households_it_is_told(town: City) -> None:
    then = perturbed(town.units, 0, 0.05)
    moved = np.abs(then.households - town.units.households).sum() / town.units.households.sum()
    assert 0.035 < moved < 0.055
    assert (then.households >= 0).all()
    assert not np.array_equal(perturbed(town.units, 1, 0.05).loads, then.loads)


def test_greedy_gives_every_unit_a_connected_grid(town: City, tmp_path: Path) -> None:
    case = case_of("town", 0, town, tmp_path)
    found = cut("greedy", case.problem, 0)
    grid = np.array(found["grid"])
    inside = case.problem.piece >= 0
    pairs = case.problem.pairs
    same = (grid[pairs[:, 0]] == grid[pairs[:, 1]]) & inside[pairs].all(axis=1)
    piece = components(len(grid), pairs[same].astype(np.int32))
    assert not found["failures"]
    assert (grid[inside] > 0).all()
    assert len(set(piece[inside].tolist())) == len(set(grid[inside].tolist()))


def test_a_peer_that_runs_over_its_cap_has_failed() -> None:
    side = 40
    number = np.arange(side * side).reshape(side, side)
    across, down = number[:, :-1], number[:-1]
    problem = Problem(
        piece=np.zeros(side * side, dtype=np.int64),
        households=np.full(side * side, 40),
        points=np.argwhere(number >= 0) * 10.0,
        pairs=np.vstack(
            [np.c_[across.ravel(), across.ravel() + 1], np.c_[down.ravel(), down.ravel() + side]]
        ),
        metres=np.full(2 * side * (side - 1), 10.0),
        edge=np.zeros(2 * side * (side - 1), dtype=np.int64),
        low=300.0,
        high=500.0,
    )
    found = cut("greedy", problem, 0, cap=0.02)
    assert "TooLong" in found["failures"][0]["why"]


def test_a_piece_left_whole_although_it_holds_two_grids_has_failed() -> None:
    problem = Problem(
        piece=np.array([0, 0, -1]),
        households=np.array([600, 600, 5]),
        points=np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]),
        pairs=np.array([[0, 1]]),
        metres=np.array([10.0]),
        edge=np.array([0]),
        low=1100.0,
        high=550.0,
    )
    found = cut("greedy", problem, 0)
    assert found["failures"] == [{"piece": 0, "why": "left undivided"}]
    assert found["grid"][2] == 0


def test_names_of_grids_alone_cost_nothing_when_moves_have_a_price() -> None:
    piece = Piece(
        households=np.array([400, 400]),
        points=np.zeros((2, 2)),
        pairs=np.array([[0, 1]]),
        metres=np.array([10.0]),
        cost=np.array([10.0]),
        low=300.0,
        high=500.0,
        old=np.array([0, 1]),
        price=1.0,
    )
    assert score(piece, np.array([1, 0])) == score(piece, np.array([0, 1]))
    unpriced = replace(piece, price=0.0)
    assert score(piece, np.array([0, 0])) == score(unpriced, np.array([0, 0])) + 4.0


def test_chosen_pieces_are_the_same_pieces(town: City, tmp_path: Path) -> None:
    case = case_of("town", 0, town, tmp_path)
    few = only(case, [1])
    whole = [piece for _, piece in case.problem.pieces(0)]
    ((members, chosen),) = few.problem.pieces(0)
    assert chosen.households.tolist() == whole[1].households.tolist()
    assert chosen.pairs.tolist() == whole[1].pairs.tolist()
    assert (case.problem.piece[members] == 1).all()


def test_the_units_themselves_are_checked_for_gaps(town: City, tmp_path: Path) -> None:
    case = case_of("town", 0, town, tmp_path)
    shifted = town.units.shapes.copy()
    shifted[0] = shapely.transform(shifted[0], lambda at: np.add(at, [3.0, 0.0]))
    broken = replace(case, city=replace(town, units=replace(town.units, shapes=shifted)))
    assert seams(case).overlap_square_metres < 1e-3
    assert seams(broken).overlap_square_metres > 1.0


def test_a_building_in_two_grids_is_counted_as_cut(town: City, tmp_path: Path) -> None:
    from bench.drawing.methods import Answer

    case = case_of("town", 0, town, tmp_path)
    one, other = case.graph.pairs[0]
    across = shapely.buffer(
        shapely.intersection(town.units.shapes[one], town.units.shapes[other]), 5.0
    )
    crossed = replace(case, city=replace(town, buildings=np.array([across])))
    apart = Answer(np.arange(1, len(town.units) + 1, dtype=np.int32), 0.0)
    together = Answer(np.ones(len(town.units), dtype=np.int32), 0.0)
    assert row(crossed, "any", apart).cut_buildings == 1
    assert row(crossed, "any", together).cut_buildings == 0
    assert row(case, "any", apart).cut_buildings == 0


def test_a_peer_that_failed_or_left_grids_in_pieces_is_never_the_best() -> None:
    ours, fair = _record("qijie", 5), _record("max-p", 50)
    failed = _record("recom", 1, failures=["piece 3: not done in 60 s"])
    apart = _record("kahip strong", 2, not_contiguous=1)
    assert [eligible(one) for one in (fair, failed, apart)] == [True, False, False]
    assert _bar([ours, fair, failed, apart], "ours / any eligible peer").values == (0.1,)


def test_a_named_peer_with_a_grid_in_pieces_is_no_peer_either() -> None:
    ours, apart = _record("qijie", 5), _record("metis best of 20", 50, not_contiguous=1)
    assert _bar([ours, apart], "ours / metis best of 20").values == ()


def test_a_change_must_keep_the_band_and_move_few_in_one_run() -> None:
    rows = [
        _record("qijie replan", 1, part="change", perturbation=n, price=0.05, in_band=band, moved=m)
        for n, (band, m) in enumerate([(0.99, 0.05), (0.95, 0.01), (0.99, 0.01)])
    ]
    both = _bar(rows, "both kept in one run")
    assert both.values == (0.0, 0.0, 1.0)
    assert both.verdict() == "not met"
    marginal = [bar for bar in bars(Records(None, [], rows)) if bar.words.endswith(": in band")]
    assert marginal[0].median == 0.99


def test_a_bar_is_judged_by_its_worst_run_and_by_its_median() -> None:
    def verdict(*shares: float) -> str:
        rows = [_record("qijie", 1, in_band=share, seed=n) for n, share in enumerate(shares)]
        return _bar(rows, "wuhan400k: share in band").verdict()

    assert verdict(0.99, 0.985, 0.98) == "met in every run"
    assert verdict(0.99, 0.985, 0.97) == "met in the median, not in the worst"
    assert verdict(0.99, 0.97, 0.97) == "not met"
    assert verdict() == "not measured"


def test_shape_is_compared_with_peers_that_heed_households() -> None:
    rows = [
        _record("qijie", 1, compactness=0.6),
        _record("metis once", 9, compactness=0.5),
        _record("region k-means", 90, compactness=0.7, in_band=0.3),
    ]
    assert _bar(rows, "best eligible peer that heeds households").values == (1.2,)
    assert _bar(rows, "wuhan400k: mean Polsby").values == pytest.approx((6 / 7,))


@pytest.mark.parametrize(("ours", "theirs", "found"), [(0, 0, 1.0), (2, 4, 0.5), (1, 0, np.inf)])
def test_a_ratio_of_nought_is_even_only_against_nought(
    ours: float, theirs: float, found: float
) -> None:
    assert ratio(ours, theirs) == found


@pytest.mark.slow
def test_the_tiny_bench_runs_without_peers_says_so_and_measures_nothing_twice(
    tmp_path: Path,
) -> None:
    raw = tmp_path / "raw.json"
    words = ["--tiny", "--json", str(raw), "--peers", str(tmp_path / "none")]
    first, again = (_bench(words) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert "cores" in first.stdout
    assert "load" in first.stdout
    assert "metis best of 20、kahip strong" in first.stdout
    assert "bench/drawing/peers.txt" in first.stdout
    assert "| 1 | pieces too many" in first.stdout
    records = json.loads(raw.read_text("utf-8"))["records"]
    assert {one["method"] for one in records if one["part"] == "fresh"} == {"qijie", "greedy"}
    assert {one["part"] for one in records} == {"ground", "fresh", "some", "change", "growth"}
    assert not [one for one in records if one.get("failures")]
    assert again.returncode == 0, again.stderr
    assert "fresh ·" not in again.stdout
    assert json.loads(raw.read_text("utf-8"))["records"] == records


def _bench(words: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bench", "drawing", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
