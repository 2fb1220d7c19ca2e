"""Pure decisions about drawings: who may, what an order holds, what an edit does, what is stale."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from qijie.access.permissions import roles_that_may
from qijie.access.viewer import Viewer
from qijie.kernel.codes import Level, is_within
from qijie.kernel.words import Word
from qijie.territory.drawing.model import Balance

HOUSEHOLDS, PEOPLE, MATTERS, HECTARES = "households", "people", "matters", "hectares"
MEASURES: Mapping[str, str] = {
    HOUSEHOLDS: "户数",
    PEOPLE: "人口",
    MATTERS: "每月事项",
    HECTARES: "步行面积（公顷）",
}
"""Measures a drawing can balance, in the order of `Block.loads`, with what they are called."""
MOST_PLANS = 5
MOST_SEED = 2**31 - 1


class Purpose(Word):
    NEW = "new", "重新划分"
    CHANGE = "change", "动态调整"
    IMPORTED = "imported", "导入方案"


class RunState(Word):
    WAITING = "waiting", "排队中"
    RUNNING = "running", "计算中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"
    CANCELLED = "cancelled", "已取消"

    @property
    def is_open(self) -> bool:
        return self in (RunState.WAITING, RunState.RUNNING)


class PlanState(Word):
    DRAFT = "draft", "草案"
    ADOPTED = "adopted", "已采用"
    WITHDRAWN = "withdrawn", "已撤回"


class Verb(Word):
    MOVE = "move", "移动地块"
    MERGE = "merge", "合并网格"
    SPLIT = "split", "拆分网格"
    LOCK = "lock", "锁定网格"
    UNLOCK = "unlock", "解锁网格"
    UNDO = "undo", "撤销"


@dataclass(frozen=True, slots=True)
class Order:
    """What a planner asks of a drawing."""

    balances: tuple[Balance, ...] = (Balance(),)
    """The first decides how many grids there are; the others are evened out beside it."""
    seed: int = 0
    plans: int = 3
    price: float = 0.05
    """For a change: what a household that changes hands costs, in out-of-band grids per 100."""
    most_moved: int | None = None
    """For a change: households that may change hands at most; None is no bound."""
    from_today: bool = True
    """For a change: start from the grids in force."""

    @property
    def most_whole(self) -> float:
        """Households of the largest compound that is never cut."""
        return next((b.high for b in self.balances if b.measure == HOUSEHOLDS), Balance().high)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, rows: Mapping[str, Any]) -> "Order":
        balances = tuple(Balance(**balance) for balance in rows["balances"])
        return cls(**{**rows, "balances": balances})


def may(viewer: Viewer, verb: str, path: str, lowest: Level) -> bool:
    """Whether a post of the viewer has the verb, stands at `lowest` or above and covers a place."""
    return post_that_may(viewer, verb, path, lowest) is not None


def post_that_may(viewer: Viewer, verb: str, path: str, lowest: Level) -> UUID | None:
    """The first of the viewer's posts that may; None where none does."""
    roles = roles_that_may(verb)
    able = (
        post.post_id
        for post in viewer.posts
        if post.role in roles and post.level >= lowest and is_within(path, post.path)
    )
    return next(able, None)


def places_of(viewer: Viewer, verb: str, lowest: Level) -> tuple[str, ...]:
    """Territories in which the viewer has the verb."""
    roles = roles_that_may(verb)
    held = (post for post in viewer.posts if post.role in roles and post.level >= lowest)
    return tuple(dict.fromkeys(post.path for post in held))


def step_words(
    verb: str, before: Mapping[str, Any], after: Mapping[str, Any], undoes: int | None
) -> str:
    """What a change by hand did, in words."""
    grids = "、".join(str(number) for number in sorted(set(after.get("grid", {}).values())))
    changed = sorted(set(before.get("locked", ())) ^ set(after.get("locked", ())))
    if verb == Verb.UNDO:
        return f"撤销第 {undoes} 步"
    if verb in (Verb.LOCK, Verb.UNLOCK):
        return f"{Verb(verb).label} {'、'.join(map(str, changed))}"
    count = len(after.get("grid", {}))
    return f"{Verb(verb).label}：{count} 个地块归入第 {grids} 格"
