"""What PostgreSQL itself enforces: row by row, and table by table."""

import ast
import inspect

from qijie.access.grants import APP, FRAMEWORK_PREFIXES, GRANTS, READ, grants_of
from qijie.access.policies import OPEN, OPEN_FRAMEWORK_PREFIXES, POLICED, VERBS, Policed, Relation
from tools.reference.tables import code, generated_from, table


def page() -> str:
    return "\n".join(
        [
            "# Row policies and grants 行级安全与授权",
            "",
            generated_from("src/qijie/access/policies.py` and `src/qijie/access/grants.py"),
            "",
            "The policies are laid anew by `qijie migrate`. Without a scope every policed table is"
            " empty. A table that is in neither list fails the build.",
            "",
            "## Policed tables",
            "",
            "A row is open to a verb when any of the relations named holds; an empty cell: never.",
            "",
            *table(("table", *VERBS), map(_policed, POLICED)),
            "| relation | means |\n| --- | --- |",
            *(f"| `{relation.value}` | {words} |" for relation, words in _meanings().items()),
            "",
            "## Open tables, and why that is right",
            "",
            *table(("table", "why"), ((f"`{name}`", why) for name, why in OPEN.items())),
            *table(
                ("tables beginning with", "why"),
                ((f"`{name}`", why) for name, why in OPEN_FRAMEWORK_PREFIXES.items()),
            ),
            "## Grants",
            "",
            "S select, I insert, U update, D delete. What a policy cannot say is said here: history"
            " is appended to and never changed, by the database's own word.",
            "",
            *table(("table", f"`{APP}`", f"`{READ}`"), map(_grant, GRANTS)),
            f"Tables of the frameworks ({code(FRAMEWORK_PREFIXES)}): `{APP}` SIUD.",
            "",
        ]
    )


def _policed(policed: Policed) -> tuple[str, ...]:
    opened = (code(getattr(policed, verb)) for verb in VERBS)
    return f"`{policed.table}`", *opened


def _grant(name: str) -> tuple[str, ...]:
    given = grants_of(name)
    return f"`{name}`", given.get(APP, ""), given.get(READ, "")


def _meanings() -> dict[Relation, str]:
    """The sentence under each member, which the running class does not keep."""
    source = ast.parse(inspect.getsource(Relation))
    found = dict.fromkeys(Relation, "")
    found |= {Relation.AUDITOR: "The audit administrator.", Relation.SYSTEM: "The worker process."}
    last: Relation | None = None
    for line in ast.walk(source):
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            last = Relation[line.targets[0].id]
        elif isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and last:
            found[last] = " ".join(str(line.value.value).split())
    return found
