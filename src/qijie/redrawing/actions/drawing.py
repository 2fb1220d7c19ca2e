"""What the worker does with a drawing somebody ordered. Nothing is computed in a transaction."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from time import monotonic
from uuid import UUID

import numpy as np
from django.db import OperationalError
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.kernel.refusal import Refusal
from qijie.redrawing.models import Block, Plan, Run
from qijie.redrawing.queries.ground import grids_then, ground_of
from qijie.redrawing.rules import MEASURES, Order, PlanState, Purpose, RunState
from qijie.redrawing.rules.units import Made, made
from qijie.redrawing.rules.values import (
    bare_units,
    gave_way_json,
    graph_json,
    graph_of_json,
    locked_units,
    measures_json,
    numbers_of,
    rules_of,
)
from qijie.territory.drawing.graph import graph_of
from qijie.territory.drawing.measuring import measure
from qijie.territory.drawing.mending import Unusable
from qijie.territory.drawing.model import Cancelled, Graph, Rules, Units
from qijie.territory.drawing.model import Plan as DrawnPlan
from qijie.territory.drawing.planning import plans, replan
from qijie.territory.drawing.reasons import sentence
from qijie.territory.queries import nodes
from qijie.territory.shapes import shapes_of, stored

_SECONDS_BETWEEN_WORDS = 0.5
_log = logging.getLogger(__name__)
Stopping = Callable[[], bool]


class Interrupted(Exception):
    """The worker is going down; another one draws it from the start."""


def draw(run_id: UUID, *, stopping: Stopping = lambda: False) -> None:
    """Draws a run that waits, or one whose worker died; anything else is left as it is.

    Progress is written in short transactions of its own; results in one. Raises Interrupted when
    `stopping` says that the process has to end.
    """
    run = _begun(run_id)
    if run is None:
        return
    watch = _Watch(run, stopping)
    try:
        _go_on(run, watch) if run.going_on else _draw_anew(run, watch)
    except Cancelled:
        if stopping():
            raise Interrupted from None
        _ended(run_id, RunState.CANCELLED, "")
    except (Refusal, Unusable) as refusal:
        _ended(run_id, RunState.FAILED, str(refusal))
    except (Interrupted, OperationalError):
        raise
    except Exception:
        _log.exception("Drawing %s failed", run_id)
        _ended(run_id, RunState.FAILED, "计算时出错，管理员可在日志中查到原因；请稍后重新划分。")


class _Watch:
    """Tells how far the drawing is, and looks whether it is still wanted."""

    def __init__(self, run: Run, stopping: Stopping) -> None:
        self.run_id, self.stopping = run.pk, stopping
        self.names = names_of(run)
        self.told_at = self.looked_at = float("-inf")
        self.is_cancelled = False

    def progress(self, done: int, of: int, community: str) -> None:
        if done < of and monotonic() - self.told_at < _SECONDS_BETWEEN_WORDS:
            return
        self.told_at = monotonic()
        self._say(done, of, f"正在划分{self.names.get(community, community)}")

    def say(self, words: str) -> None:
        self._say(0, 0, words)

    def _say(self, done: int, of: int, words: str) -> None:
        with scope(SYSTEM):
            Run.objects.filter(pk=self.run_id).update(
                done_parts=done, of_parts=of, now_words=words[:80]
            )

    def cancelled(self) -> bool:
        if self.stopping():
            return True
        if monotonic() - self.looked_at >= _SECONDS_BETWEEN_WORDS:
            self.looked_at = monotonic()
            with scope(SYSTEM):
                asked = Run.objects.filter(pk=self.run_id, cancel_asked_at__isnull=False)
                self.is_cancelled = asked.exists()
        return self.is_cancelled

    def check(self) -> None:
        if self.cancelled():
            raise Cancelled


def names_of(run: Run) -> dict[str, str]:
    with scope(SYSTEM):
        found = nodes(run.as_of).filter(
            path__startswith=run.path, kind__in=["community", "village"]
        )
        return dict(found.values_list("path", "name"))


def _begun(run_id: UUID) -> Run | None:
    with scope(SYSTEM):
        run = Run.objects.select_for_update().filter(pk=run_id).first()
        if run is None or not RunState(run.state).is_open:
            return None
        run.state = RunState.CANCELLED if run.cancel_asked_at else RunState.RUNNING
        run.ended_at = timezone.now() if run.cancel_asked_at else None
        run.save(update_fields=["state", "ended_at"])
        return run if run.state == RunState.RUNNING else None


def _ended(run_id: UUID, state: RunState, failure: str) -> None:
    with scope(SYSTEM):
        run = Run.objects.select_for_update().get(pk=run_id)
        if run.state != RunState.RUNNING:
            return
        # Whoever only wanted one more plan still has those there were.
        kept = state is RunState.CANCELLED and bool(run.going_on)
        run.state, run.failure = RunState.DONE if kept else state, failure[:400]
        run.now_words, run.ended_at, run.going_on = "", timezone.now(), {}
        run.save()


def _draw_anew(run: Run, watch: _Watch) -> None:
    order = Order.from_json(run.rules)
    watch.say("正在读取街巷、楼栋和边界")
    with scope(SYSTEM):
        ground = ground_of(run.path, run.as_of, run.asked_at)
        then = grids_then(run.path, run.as_of)
    watch.check()
    watch.say("正在由街巷围合地块")
    whole = made(ground, order.most_whole)
    graph = graph_of(whole.units)
    watch.check()
    drawn = _drawn(run, order, whole, graph, watch)
    _put(run, whole, graph, then, drawn)


def _drawn(run: Run, order: Order, whole: Made, graph: Graph, watch: _Watch) -> list[DrawnPlan]:
    rules = rules_of(order.balances, order.seed, order.price, order.most_moved)
    if run.purpose != Purpose.CHANGE or not order.from_today:
        return plans(
            whole.units,
            graph,
            rules,
            order.plans,
            progress=watch.progress,
            cancelled=watch.cancelled,
        )
    old, _ = numbers_of(whole.today)
    found: list[DrawnPlan] = []
    # More plans of a change are cheaper and dearer ones, to choose how much is moved.
    for step in range(order.plans):
        price = order.price * (1, 4, 0.25, 16, 0.0625)[step]
        one = replan(
            whole.units,
            graph,
            old,
            replace(rules, price=price),
            progress=watch.progress,
            cancelled=watch.cancelled,
        )
        if not any(np.array_equal(one.grid, other.grid) for other in found):
            found.append(one)
    return found


def _put(run: Run, whole: Made, graph: Graph, then: list[int], drawn: list[DrawnPlan]) -> None:
    """Blocks, plans and the end of the run, in one transaction; a run drawn meanwhile stays."""
    with scope(SYSTEM):
        current = Run.objects.select_for_update().get(pk=run.pk)
        if current.state != RunState.RUNNING or current.blocks.exists():
            return
        put_drawing(current, whole, graph, then)
        names = names_of(current)
        for number, one in enumerate(drawn, start=1):
            plan_row(current, one, number, names, whole.units, whole.today).save(force_insert=True)
        _finish(current)


def put_drawing(run: Run, whole: Made, graph: Graph, then: list[int]) -> None:
    """The blocks of a run, and what it keeps of them to measure by."""
    run.graph = {"measures": list(MEASURES), **graph_json(graph, whole.middles)}
    run.findings = [asdict(finding) for finding in whole.findings]
    run.grids_then = then
    units = whole.units
    Block.objects.bulk_create(
        Block(
            run=run,
            position=position,
            key=units.keys[position],
            community_code=units.communities[position],
            shape=stored(whole.shapes[position]),
            loads=[round(float(load), 4) for load in units.loads[position]],
            block=units.blocks[position] if units.blocks else "",
            compound=units.compounds[position] if units.compounds else "",
            dedicated=units.dedicated[position] if units.dedicated else "",
            building_codes=list(whole.building_codes[position]),
            today_grid=whole.today[position],
        )
        for position in range(len(units))
    )


def plan_row(
    run: Run,
    drawn: DrawnPlan,
    number: int,
    names: Mapping[str, str],
    units: Units,
    today: Sequence[str],
) -> Plan:
    """Measured on the run's own graph, as it will be after every change by hand."""
    old, _ = numbers_of(today)
    graph = graph_of_json(run.graph)
    measures = measure(units, graph, drawn.grid, drawn.rules, old)
    sentences = [
        sentence(replace(one, community=names.get(one.community, one.community)))
        for one in drawn.gave_way
    ]
    return Plan(
        run=run,
        region_code=run.region_code,
        street_code=run.street_code,
        community_code=run.community_code,
        number=number,
        name=f"方案 {number}",
        seed=drawn.rules.seed,
        state=PlanState.DRAFT,
        grid=drawn.grid.tolist(),
        measures=measures_json(measures),
        gave_way=gave_way_json(drawn.gave_way, sentences),
        moved_households=measures.moved_households,
        made_at=timezone.now(),
    )


def _finish(run: Run) -> None:
    run.state, run.ended_at, run.now_words, run.going_on = RunState.DONE, timezone.now(), "", {}
    run.done_parts = run.of_parts
    run.save()


def _go_on(run: Run, watch: _Watch) -> None:
    """From a plan as it was when somebody asked, with its locks; one more plan of the same run."""
    watch.say("正在接着方案计算")
    with scope(SYSTEM):
        plan = Plan.objects.get(pk=run.going_on["plan"])
        rows = list(run.blocks.values())
    units = bare_units(rows, run.graph["measures"])
    graph = graph_of_json(run.graph)
    grid = np.array(run.going_on["grid"], dtype=np.int32)
    order = Order.from_json(run.rules)
    rules: Rules = rules_of(
        order.balances, order.seed, run.going_on["price"], run.going_on["most_moved"]
    )
    units = replace(units, shapes=shapes_of(row["shape"] for row in rows))
    drawn = replan(
        units,
        graph,
        grid,
        rules,
        locked=locked_units(grid, run.going_on["locked"]),
        progress=watch.progress,
        cancelled=watch.cancelled,
    )
    with scope(SYSTEM):
        current = Run.objects.select_for_update().get(pk=run.pk)
        if current.state != RunState.RUNNING or current.going_on != run.going_on:
            return
        number = current.plans.count() + 1
        today = [row["today_grid"] for row in rows]
        made_plan = plan_row(current, drawn, number, names_of(current), units, today)
        made_plan.name = f"接“{plan.name}”"[:80]
        made_plan.from_plan_id = plan.pk
        made_plan.save(force_insert=True)
        _finish(current)
