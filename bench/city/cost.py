"""What one page costs the database, statement by statement, without the network or Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from bench.statements import Statement

_PLAIN = ("set_config(", "current_setting(")
_LEAST_BLOCKS, _LEAST_ROWS = 250, 500
"""Below this a page is cheap whatever it grew by."""

_STEPS = ("Filter", "Join Filter", "Index Recheck")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of all statements of a page together."""

    queries: int
    blocks: int
    """Pages of 8 kB looked at, whether they were in memory or not."""
    rows: int
    """Rows handled in all steps of the plans, those thrown away among them."""
    milliseconds: float
    """Depends on what else the machine does; blocks and rows do not."""


def cost_of(statements: Sequence[Statement]) -> Cost:
    """Runs them again in their order and in one transaction, so that each meets its own scope."""
    plans: list[Mapping[str, Any]] = []
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, parameters in statements:
            if sql.lstrip().startswith(("SELECT", "WITH", "(")) and not _is_plain(sql):
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters)
                plans.append(cursor.fetchone()[0][0])
            elif not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                cursor.execute(sql, parameters)
        transaction.set_rollback(True)
    tops = [plan["Plan"] for plan in plans]
    return Cost(
        queries=len(statements),
        blocks=sum(top["Shared Hit Blocks"] + top["Shared Read Blocks"] for top in tops),
        rows=sum(map(_rows_of, tops)),
        milliseconds=sum(plan["Execution Time"] for plan in plans),
    )


def _is_plain(sql: str) -> bool:
    return any(word in sql for word in _PLAIN)


def _rows_of(node: Mapping[str, Any]) -> int:
    here = node["Actual Rows"] + sum(node.get(f"Rows Removed by {step}", 0) for step in _STEPS)
    return int(here * node["Actual Loops"]) + sum(map(_rows_of, node.get("Plans", ())))


def growth(small: Cost, large: Cost) -> float:
    """How many times the work of the small house the large one does, by blocks or by rows."""
    return max(
        large.blocks / max(small.blocks, _LEAST_BLOCKS), large.rows / max(small.rows, _LEAST_ROWS)
    )
