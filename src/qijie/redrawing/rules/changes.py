"""What a change by hand does to the grids of a plan; plain values in, plain values out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from qijie.kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Drawn:
    """The grid number of every block, and the locked numbers."""

    grid: tuple[int, ...]
    locked: frozenset[int] = frozenset()

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(self.grid)

    def members(self, number: int) -> list[int]:
        return [position for position, each in enumerate(self.grid) if each == number]

    def difference(self, other: "Drawn") -> dict[int, int]:
        """Position to this one's number, where the other says something else."""
        pairs = zip(self.grid, other.grid, strict=True)
        return {at: mine for at, (mine, theirs) in enumerate(pairs) if mine != theirs}


def moved(
    drawn: Drawn, positions: Collection[int], to: int | None, communities: Sequence[str]
) -> Drawn:
    """With these blocks in grid `to`, or in a new one."""
    chosen = _known_blocks(drawn, positions)
    homes = {communities[at] for at in chosen}
    if len(homes) > 1:
        raise Refusal("所选地块分属不同社区，网格不能跨社区，请只选一个社区内的地块。")
    target = _next_number(drawn) if to is None else _known_grid(drawn, to)
    if to is not None and homes != {communities[drawn.members(to)[0]]}:
        raise Refusal(f"第 {to} 格在另一个社区，网格不能跨社区，请选同社区的网格。")
    _refuse_locked(drawn, {drawn.grid[at] for at in chosen} | {target})
    return _with_grid(drawn, dict.fromkeys(chosen, target))


def merged(drawn: Drawn, grid: int, into: int, communities: Sequence[str]) -> Drawn:
    _known_grid(drawn, grid)
    if grid == into:
        raise Refusal("不能把一个网格并入它自己，请选择另一个网格。")
    return moved(drawn, drawn.members(grid), into, communities)


def parted(drawn: Drawn, grid: int, half: Sequence[int] | None) -> Drawn:
    """With that half of a grid in a new grid. half: None where the grid cannot be parted."""
    _known_grid(drawn, grid)
    _refuse_locked(drawn, {grid})
    if not half:
        raise Refusal(f"第 {grid} 格只有一个地块或自身不连片，拆不开；请先移动地块使它连片后再拆。")
    return _with_grid(drawn, dict.fromkeys(half, _next_number(drawn)))


def with_lock(drawn: Drawn, grid: int) -> Drawn:
    if _known_grid(drawn, grid) in drawn.locked:
        raise Refusal(f"第 {grid} 格已经锁定。")
    return replace(drawn, locked=drawn.locked | {grid})


def without_lock(drawn: Drawn, grid: int) -> Drawn:
    if grid not in drawn.locked:
        raise Refusal(f"第 {grid} 格没有锁定。")
    return replace(drawn, locked=drawn.locked - {grid})


def put_back(drawn: Drawn, grid: Mapping[int, int], locked: Collection[int]) -> Drawn:
    """With what a step changed as it was before."""
    return replace(_with_grid(drawn, grid), locked=frozenset(locked))


def _with_grid(drawn: Drawn, changes: Mapping[int, int]) -> Drawn:
    grid = tuple(changes.get(at, number) for at, number in enumerate(drawn.grid))
    return replace(drawn, grid=grid)


def _known_blocks(drawn: Drawn, positions: Collection[int]) -> list[int]:
    chosen = sorted(set(positions))
    if not chosen:
        raise Refusal("没有选中地块，请先在地图或表格中选择要移动的地块。")
    if chosen[0] < 0 or chosen[-1] >= len(drawn.grid):
        raise Refusal("所选地块不在本方案中，请刷新页面后重新选择。")
    return chosen


def _known_grid(drawn: Drawn, number: int) -> int:
    if number not in drawn.numbers:
        raise Refusal(f"本方案没有第 {number} 格，请刷新页面后重新选择。")
    return number


def _refuse_locked(drawn: Drawn, numbers: Collection[int]) -> None:
    if held := sorted(drawn.locked & frozenset(numbers)):
        named = "、".join(str(number) for number in held)
        raise Refusal(f"第 {named} 格已锁定，请先解锁再改。")


def _next_number(drawn: Drawn) -> int:
    return max(drawn.grid, default=0) + 1
