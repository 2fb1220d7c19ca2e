"""What each column is, and who is shown it."""

from collections.abc import Iterator

from qijie.access.fields import FIELDS, FRAMEWORK_TABLES, RULES, FieldClass, FieldRule
from qijie.access.viewer import Kind, Role
from tools.reference.tables import code, generated_from, table


def page() -> str:
    return "\n".join(
        [
            "# Fields and who is shown them 字段",
            "",
            generated_from("src/qijie/access/fields.py"),
            "",
            "Rows are decided by [permissions](permissions.md) and [row policies](row-policies.md);"
            " this table decides what of a row. What no rule shows is not returned.",
            "",
            "## Rules",
            "",
            *table(("fields", "who", "purpose", "of", "shown"), map(_rule, RULES)),
            "## Classes",
            "",
            *table(("table", *(one.value for one in FieldClass)), _classes()),
            "## Tables of the frameworks",
            "",
            *table(
                ("tables beginning with", "class", "what"),
                (
                    (f"`{prefix}`", kind.value, what)
                    for prefix, (kind, what) in FRAMEWORK_TABLES.items()
                ),
            ),
        ]
    )


def _rule(rule: FieldRule) -> tuple[str, ...]:
    fields = f"every {rule.of.value} field" if isinstance(rule.of, FieldClass) else code(rule.of)
    return fields, _who(rule), rule.purpose.value, rule.relation.value, rule.shown.value


def _who(rule: FieldRule) -> str:
    if rule.who >= frozenset(Kind):
        return "everybody"
    if rule.who >= frozenset(Role):
        return "all staff"
    roles = [role.value for role in Role if role in rule.who]
    return code([*roles, *(kind.value for kind in Kind if kind in rule.who)])


def _classes() -> Iterator[tuple[str, ...]]:
    for name, columns in FIELDS.items():
        yield (
            f"`{name}`",
            *(code(c for c, kind in columns.items() if kind is one) for one in FieldClass),
        )
