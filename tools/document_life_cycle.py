"""Writes docs/reference/life-cycle.md from the table; --check only says whether it is current.

python tools/document_life_cycle.py [--check]
"""

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from qijie.issues.rules.clockwork import ClockEffect
from qijie.issues.rules.table import CLOSING, HANDLING, INTAKE, TRANSITIONS, Transition
from qijie.issues.rules.vocabulary import (
    ENDS,
    ClockKind,
    Move,
    OrderState,
    Relation,
    State,
    Word,
)

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "life-cycle.md"


def page() -> str:
    return "\n".join(
        [
            *_heading(),
            *_diagram(),
            *_words("States 事项状态", State),
            *_words("Order states 工单状态", OrderState),
            *_at_a_glance(),
            *_rows("From report to filing 上报至立案", INTAKE),
            *_rows("From dispatch to the last order 派单至处置完毕", HANDLING),
            *_rows("Verification, the reporter's word, and after 核查、评价与其后", CLOSING),
            *_guards(),
            *_roles(),
            *_words("Clocks 时限", ClockKind),
        ]
    )


def _heading() -> list[str]:
    return [
        "# The life cycle of a matter 事项流转",
        "",
        "Generated from `src/qijie/issues/rules/table.py` by `tools/document_life_cycle.py`;"
        " edit the table, not this page.",
        "",
        "One line is one row of the table: a move, where it may start, who may make it, under"
        " which conditions, with which facts, what it does to the clocks and what the reporter"
        " reads. Rows marked ⚙ follow by themselves as soon as their conditions hold; 📴 works"
        " offline; ○ is in the table and not yet on a page.",
        "",
    ]


def _diagram() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    state “{s.label} {s}” as {s}" for s in State]
    lines += ["    [*] --> reported: 上报"]
    lines += [f"    {source} --> {to}: {moves}" for (source, to), moves in _edges()]
    lines += [f"    {state} --> [*]" for state in State if state in ENDS]
    return [line.replace("“", '"').replace("”", '"') for line in lines] + ["```", ""]


def _edges() -> list[tuple[tuple[State, State], str]]:
    found: dict[tuple[State, State], dict[str, None]] = {}
    for row in TRANSITIONS:
        for source in row.sources:
            for target in _targets(row, source):
                found.setdefault((source, target), {})[row.move.label] = None
    return [(edge, "·".join(moves)) for edge, moves in found.items()]


def _targets(row: Transition, source: State) -> Iterable[State]:
    if isinstance(row.target, State):
        return (row.target,) if row.target is not source else ()
    return row.back_to


def _words(title: str, kind: type[Word]) -> list[str]:
    rows = [f"| `{word}` | {word.label} |" for word in kind]
    return [f"## {title}", "", "| code | 中文 |", "|---|---|", *rows, ""]


def _at_a_glance() -> list[str]:
    head = ["| move | from → to | who | needs | clocks |", "|---|---|---|---|---|"]
    return ["## All moves at a glance 一览", "", *head, *map(_line, TRANSITIONS), ""]


def _line(row: Transition) -> str:
    sources = " ".join(f"`{state}`" for state in row.sources) or "–"
    target = f"`{row.target}`" if isinstance(row.target, State) else row.target.value
    order = f" · {_order_step(row)}" if row.order_target else ""
    cells = [
        f"{row.move.label} `{row.move}`",
        f"{sources} → {target}{order}",
        "、".join(each.label for each in row.who),
        "、".join(need.label for need in row.needs) or "–",
        "；".join(map(_clock, row.clocks)) or "–",
    ]
    return f"| {' | '.join(cells)} |"


def _rows(title: str, rows: Iterable[Transition]) -> list[str]:
    lines = [f"## {title}", ""]
    for move, same in groupby(rows, key=lambda row: row.move):
        lines += [f"### {move.label} `{move}`", ""]
        for row in same:
            lines += [*_row(row), ""]
    return lines


def _row(row: Transition) -> list[str]:
    marks = [
        mark
        for mark, holds in (
            ("⚙", row.at_once),
            ("📴", row.works_offline),
            ("○", not row.is_wired),
        )
        if holds
    ]
    facts = {
        "谁 who": "、".join(each.label for each in row.who),
        "工单 order": _order_step(row),
        "条件 conditions": "、".join(f"`{guard.name}`" for guard in row.guards),
        "须有 facts": "、".join(need.label for need in row.needs),
        "时限 clocks": "；".join(_clock(effect) for effect in row.clocks),
        "告知 tells": "、".join(each.label for each in row.tells),
        "按钮 button": row.button,
        "反映人读到 reads": row.sentence_for_reporter,
        "依据 clause": row.source,
    }
    title = f"**{_from(row)} → {_to(row)}** {''.join(marks)}".rstrip()
    return [title, "", *(f"- {name}: {value}" for name, value in facts.items() if value)]


def _from(row: Transition) -> str:
    return "、".join(state.label for state in row.sources) or "（新事项）"


def _to(row: Transition) -> str:
    return row.target.label if isinstance(row.target, State) else row.target.value


def _order_step(row: Transition) -> str:
    if row.order_target is None:
        return ""
    sources = "、".join(state.label for state in row.order_sources)
    return f"{sources} → {row.order_target.label}"


def _clock(effect: ClockEffect) -> str:
    when = f"（仅当 `{effect.when.name}`）" if effect.when else ""
    return f"{effect.words}{when}"


def _guards() -> list[str]:
    guards = dict.fromkeys(guard for row in TRANSITIONS for guard in row.guards)
    rows = [f"| `{guard.name}` | {guard.why_not} |" for guard in guards]
    return ["## Conditions 条件", "", "| name | 不满足时 why not |", "|---|---|", *rows, ""]


def _roles() -> list[str]:
    """Who may what: a filled dot where some row of the move names the relation."""
    head = (
        "| move | " + " | ".join(f"{relation.label} `{relation}`" for relation in Relation) + " |"
    )
    rule = "|---|" + ":-:|" * len(Relation)
    return ["## Who may what 角色矩阵", "", head, rule, *map(_role_row, Move), ""]


def _role_row(move: Move) -> str:
    may = {who for row in TRANSITIONS if row.move is move for who in row.who}
    dots = " | ".join("●" if relation in may else "" for relation in Relation)
    return f"| {move.label} `{move}` | {dots} |"


def main() -> int:
    if "--check" in sys.argv[1:]:
        is_current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        print("current" if is_current else f"{PAGE.name} is out of date: run this without --check")
        return 0 if is_current else 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
