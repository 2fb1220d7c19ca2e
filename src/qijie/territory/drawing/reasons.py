"""Which rules gave way in a plan, where, by how much and why; and that in one sentence each."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from qijie.territory.drawing.graph import Places, components
from qijie.territory.drawing.measuring import GENERAL, measure
from qijie.territory.drawing.model import (
    HOUSEHOLDS,
    Balance,
    Edge,
    GaveWay,
    Graph,
    GridMeasures,
    Measures,
    Numbers,
    Reason,
    Rule,
    Rules,
    Units,
)
from qijie.territory.drawing.pieces import Parts, Piece, counts_that_fit, parts_of

_ORDER = list(Rule)
_WORTH_TELLING_METRES = 30.0
"""Where two grids share less border inside blocks, a street only bends; the measure counts it."""


def gave_way(
    units: Units,
    graph: Graph,
    grid: Numbers,
    rules: Rules,
    *,
    locked: Numbers | None = None,
    found: Mapping[int, Reason] | None = None,
    measures: Measures | None = None,
) -> tuple[GaveWay, ...]:
    """Every place where a rule is not kept, the strongest rule first, for any assignment.

    `found` is what only a search can know of a grid out of its band: that nothing better exists
    in the exact model, or that the bound on households moved stood in the way.
    """
    whole = measures or measure(units, graph, np.asarray(grid), rules)
    look = _Look(units, graph, np.asarray(grid), rules, locked, dict(found or {}), whole)
    all_of_them = [
        *look.cut_compounds(),
        *look.communities(),
        *look.contiguity(),
        *look.dedicated(),
        *look.sizes(),
        *look.streets(),
    ]
    return tuple(
        sorted(all_of_them, key=lambda one: (_ORDER.index(one.rule), one.grid, one.beside))
    )


class _Look:
    """One assignment looked at from all sides."""

    def __init__(
        self,
        units: Units,
        graph: Graph,
        grid: Numbers,
        rules: Rules,
        locked: Numbers | None,
        found: dict[int, Reason],
        measures: Measures,
    ) -> None:
        self.units, self.graph, self.grid, self.rules = units, graph, grid, rules
        self.found, self.measures = found, measures
        self.locked = set() if locked is None else set(grid[np.asarray(locked) != 0].tolist())
        self.parts: Parts = parts_of(units, graph, rules, locked)
        order = np.argsort(grid, kind="stable")
        numbers = [one.grid for one in measures.grids]
        low = np.searchsorted(grid[order], numbers)
        high = np.searchsorted(grid[order], numbers, side="right")
        self.members = {number: order[a:b] for number, a, b in zip(numbers, low, high, strict=True)}
        self.by_number = {one.grid: one for one in measures.grids}

    def sizes(self) -> Iterator[GaveWay]:
        piece_of = np.full(len(self.units), -1, dtype=np.int32)
        for place, piece in enumerate(self.parts.pieces):
            piece_of[piece.units] = place
        for one in self.measures.grids:
            if one.in_band:
                continue
            members = self.members[one.grid]
            place = int(piece_of[members].max())
            yield self._size(one, members, self.parts.pieces[place] if place >= 0 else None)

    def _size(self, one: GridMeasures, members: Places, piece: Piece | None) -> GaveWay:
        balance, amount = self._worst(one)
        load = self.units.loads[members, self.units.measures.index(balance.measure)]
        large = members[load > balance.high]
        shown = large if amount > 0 and len(large) else members
        return GaveWay(
            Rule.SIZE,
            self._why(one.grid, balance, amount, bool(len(large)), piece),
            one.community,
            one.grid,
            amount,
            tuple(self.units.keys[unit] for unit in shown),
            balance.measure,
        )

    def _worst(self, one: GridMeasures) -> tuple[Balance, float]:
        """The balance that is furthest out, and by how much."""
        out = []
        for balance in self.rules.balances:
            load = one.loads[self.units.measures.index(balance.measure)]
            amount = min(load - balance.low, 0.0) or max(load - balance.high, 0.0)
            out.append((abs(amount) / balance.middle, balance, amount))
        return max(out, key=lambda each: each[0])[1:]

    def _why(
        self, grid: int, balance: Balance, amount: float, large: bool, piece: Piece | None
    ) -> Reason:
        if grid in self.locked:
            return Reason.LOCKED
        if amount > 0 and large:
            return Reason.UNIT_TOO_LARGE
        first = self.rules.balances[0]
        if piece is not None and balance is first:
            total = float(piece.loads[:, 0].sum())
            if total < first.low:
                return Reason.TOO_FEW_HERE
            if not counts_that_fit(total, first):
                return Reason.NO_COUNT_FITS
        return self.found.get(grid, Reason.BEST_FOUND)

    def communities(self) -> Iterator[GaveWay]:
        for number, members in self.members.items():
            home = self.by_number[number].community
            away = [unit for unit in members.tolist() if self.units.communities[unit] != home]
            if away:
                yield self._shown(Rule.COMMUNITY, Reason.BY_HAND, number, len(away), away)

    def contiguity(self) -> Iterator[GaveWay]:
        for one in self.measures.grids:
            if one.pieces > 1:
                reason = Reason.LOCKED if one.grid in self.locked else Reason.BY_HAND
                members = self.members[one.grid].tolist()
                yield self._shown(Rule.CONTIGUITY, reason, one.grid, one.pieces - 1, members)
        yield from self._over_bridges()

    def _over_bridges(self) -> Iterator[GaveWay]:
        """Grids that hold together only by a joint between pieces of their community."""
        joints: defaultdict[int, set[int]] = defaultdict(set)
        for one, other in self.graph.bridged:
            if self.grid[one] == self.grid[other] != 0:
                joints[int(self.grid[one])] |= {one, other}
        if not joints:
            return
        pairs = self.graph.pairs
        bridge = {(one, other) for one, other in self.graph.bridged}
        firm = [(int(a), int(b)) not in bridge for a, b in pairs]
        together = (self.grid[pairs[:, 0]] == self.grid[pairs[:, 1]]) & np.array(firm, dtype=bool)
        piece = components(len(self.grid), pairs[together])
        for number, ends in sorted(joints.items()):
            apart = len(set(piece[self.members[number]].tolist())) - self.by_number[number].pieces
            if apart > 0:
                yield self._shown(
                    Rule.CONTIGUITY, Reason.COMMUNITY_IN_PIECES, number, apart, sorted(ends)
                )

    def dedicated(self) -> Iterator[GaveWay]:
        kept_in = {int(unit) for group in self.parts.kept_in for unit in group}
        mixed: dict[tuple[int, Reason], list[int]] = {}
        for unit, word in enumerate(self.units.dedicated):
            number = int(self.grid[unit])
            if word and number and self.by_number[number].kind != "dedicated":
                mixed.setdefault((number, self._why_mixed(unit, kept_in)), []).append(unit)
        for (number, reason), members in sorted(mixed.items()):
            amount = float(self.units.households[members].sum())
            yield self._shown(Rule.DEDICATED, reason, number, amount, members)

    def _why_mixed(self, unit: int, kept_in: set[int]) -> Reason:
        if unit in kept_in:
            return Reason.WOULD_CUT_OFF
        return Reason.LOCKED if int(self.grid[unit]) in self.locked else Reason.BY_HAND

    def cut_compounds(self) -> Iterator[GaveWay]:
        first = self.rules.balances[0]
        column = self.units.measures.index(first.measure)
        row = np.arange(len(self.units))
        for piece in self.parts.pieces:
            row[piece.units] = piece.units[np.unique(piece.row, return_index=True)[1][piece.row]]
        for all_of_it in self._same(self.units.compounds):
            members = [unit for unit in all_of_it if not self._word(unit)]
            if self.units.loads[members, column].sum() <= first.high:
                spread = {int(self.grid[unit]) for unit in members}
                if len(spread) > 1:
                    number = min(spread - {0}, default=0)
                    reason = self._why_cut(spread, {int(row[unit]) for unit in members})
                    yield self._shown(Rule.WHOLE, reason, number, len(spread) - 1, members)

    def _why_cut(self, spread: set[int], rows: set[int]) -> Reason:
        if spread & self.locked:
            return Reason.LOCKED
        return Reason.BY_HAND if len(rows) == 1 else Reason.BEST_FOUND

    def _word(self, unit: int) -> str:
        return self.units.dedicated[unit] if self.units.dedicated else ""

    def streets(self) -> Iterator[GaveWay]:
        """One for every two general grids that part blocks between them, small steps left out."""
        if not self.units.blocks:
            return
        large = self._large_blocks()
        for (grid, beside), rows in self._borders_inside().items():
            metres = float(self.graph.border_metres[rows].sum())
            if metres < _WORTH_TELLING_METRES:
                continue
            ends = sorted({int(unit) for unit in self.graph.pairs[rows].ravel()})
            forced = all(self._block(unit) in large for unit in ends)
            reason = Reason.BLOCK_TOO_LARGE if forced else Reason.BEST_FOUND
            found = self._shown(Rule.STREETS, reason, grid, metres, ends)
            yield replace(found, beside=beside)

    def _borders_inside(self) -> dict[tuple[int, int], list[int]]:
        """Rows of the graph's pairs that lie between two general grids and along no street."""
        general = {one.grid for one in self.measures.grids if one.kind == GENERAL}
        inside = np.flatnonzero(self.graph.edge != Edge.STREET)
        rows: dict[tuple[int, int], list[int]] = {}
        for row in inside.tolist():
            one, other = sorted(int(self.grid[unit]) for unit in self.graph.pairs[row])
            if one != other and {one, other} <= general:
                rows.setdefault((one, other), []).append(row)
        return rows

    def _large_blocks(self) -> set[tuple[str, str]]:
        """Blocks that hold more than one grid may."""
        first = self.rules.balances[0]
        loads = self.units.loads[:, self.units.measures.index(first.measure)]
        total: dict[tuple[str, str], float] = {}
        for unit, load in enumerate(loads.tolist()):
            total[self._block(unit)] = total.get(self._block(unit), 0.0) + load
        return {block for block, load in total.items() if block[1] and load > first.high}

    def _block(self, unit: int) -> tuple[str, str]:
        return self.units.communities[unit], self.units.blocks[unit]

    def _same(self, words: tuple[str, ...]) -> list[list[int]]:
        """Units of one community with the same word, `""` left out."""
        groups: dict[tuple[str, str], list[int]] = {}
        for unit, word in enumerate(words):
            if word:
                groups.setdefault((self.units.communities[unit], word), []).append(unit)
        return list(groups.values())

    def _shown(
        self, rule: Rule, reason: Reason, grid: int, amount: float, members: list[int]
    ) -> GaveWay:
        community = self.units.communities[members[0]]
        if grid in self.by_number:
            community = self.by_number[grid].community
        keys = tuple(self.units.keys[unit] for unit in members)
        return GaveWay(rule, reason, community, grid, float(amount), keys)


_UNIT = {HOUSEHOLDS: "户"}

_WHY = {
    Reason.TOO_FEW_HERE: "这一片连在一起的地方总共就不够一格，可与社区商量并入相邻的片，或放宽下限",
    Reason.UNIT_TOO_LARGE: "其中一个不可再分的单元自己就超过上限，可把它拆成楼栋，或作为专属网格",
    Reason.NO_COUNT_FITS: "这一片的总数分成几格都凑不进上下限，可调整上下限，或与相邻的片合并",
    Reason.COMMUNITY_IN_PIECES: "社区本身不连成一片，隔开的几块只能搭成一格，可请街道核对社区边界",
    Reason.WOULD_CUT_OFF: "把专属单元单独划出会把其余部分隔断，所以留在综合网格里，可改划相邻单元",
    Reason.PROVED_IN_MODEL: "精确模型里已证明没有更好的分法，可拆分大的单元，或放宽上下限",
    Reason.BEST_FOUND: "这是多次搜索里最好的分法，可换一个种子再算，或手工调整",
    Reason.LOCKED: "这一格已锁定，没有改动，可先解锁再算",
    Reason.BOUND: "再改就会超过允许变动的户数，可提高变动上限",
    Reason.BLOCK_TOO_LARGE: "这个街区的总量超过一格的上限，边界只能从里面走，可沿内部道路再核对",
    Reason.BY_HAND: "这是手工调整造成的，并非地形所迫，可撤销这一步或继续调整",
}


def sentence(one: GaveWay) -> str:
    """One sentence a planner can act on: where, which rule, by how much, why, what to do."""
    is_name = one.community.endswith(("社区", "村"))
    place = one.community if is_name else f"社区 {one.community} "
    return f"{place}第 {one.grid} 格{_beside(one)}{_what(one)}：{_WHY[one.reason]}。"


def _beside(one: GaveWay) -> str:
    return f"和第 {one.beside} 格之间" if one.beside else ""


def _what(one: GaveWay) -> str:
    amount = f"{abs(one.amount):.0f}"
    if one.rule is Rule.SIZE:
        side = "超过上限" if one.amount > 0 else "低于下限"
        name = "" if one.measure == HOUSEHOLDS else f"的 {one.measure} "
        return f"{name}{side} {amount}{_unit(one.measure)}"
    return {
        Rule.WHOLE: f"切开了本可完整的小区（多分出 {amount} 处）",
        Rule.COMMUNITY: f"有 {amount} 个单元跨出了社区边界",
        Rule.CONTIGUITY: f"不连成一片（多出 {amount} 块）",
        Rule.DEDICATED: f"里混有应单独成格的专属单元（其中 {amount} 户）",
        Rule.STREETS: f"有 {amount} 米边界走在街区内部而不在街道上",
        Rule.COMPACTNESS: f"形状不够紧凑（差 {amount}）",
    }[one.rule]


def _unit(measure: str) -> str:
    return f" {_UNIT[measure]}" if measure in _UNIT else ""
