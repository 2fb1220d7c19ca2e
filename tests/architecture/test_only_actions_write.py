"""Rows are written in `actions` and nowhere else, so a verb has one home and leaves one event."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture.source import Module, modules

_VERBS = ("save", "create", "update", "delete", "bulk_create", "bulk_update")
_VERBS += ("get_or_create", "update_or_create", "select_for_update")
WRITES = frozenset({*_VERBS, *(f"a{verb}" for verb in _VERBS)})
STATEMENTS = ("INSERT ", "UPDATE ", "DELETE ", "TRUNCATE ", "MERGE ", "COPY ")
# Calls that share a name with a write, and what they are.
NO_WRITES = {
    ("src/qijie/records/decode_photo.py", "upright.save"): "Pillow writes a JPEG into memory.",
    ("src/qijie/setup/demo.py", "os.environ.update"): "The environment of this process.",
    ("src/qijie/setup/surroundings.py", "os.environ.update"): "The environment of this process.",
    ("src/qijie/setup/load_profile.py", "nodes.update"): "A dict of nodes already planted.",
    ("src/qijie/setup/reference/reading.py", "digest.update"): "hashlib.",
    ("src/qijie/setup/stamp.py", "total.update"): "hashlib.",
}


def may_write(module: Module) -> bool:
    """`actions.py`, or a module of an `actions` package; and the maker of partitions."""
    path = PurePosixPath(module.name)
    return "actions" in (path.stem, path.parent.name) or path.match("records/partitions.py")


def written_in(module: Module) -> Iterator[str]:
    for call in module.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES:
            yield ast.unparse(call.func)


def others() -> list[Module]:
    return [module for module in modules("src") if not may_write(module)]


def test_nothing_outside_actions_saves_a_row() -> None:
    found = {(module.name, call) for module in others() for call in written_in(module)}
    assert found - NO_WRITES.keys() == set()


def test_no_exception_is_kept_that_is_not_needed() -> None:
    found = {(module.name, call) for module in others() for call in written_in(module)}
    assert NO_WRITES.keys() - found == set()
    assert all(reason.endswith(".") for reason in NO_WRITES.values())


def test_nothing_outside_actions_writes_by_hand_written_sql() -> None:
    found = [
        (module.name, node.value.strip()[:40])
        for module in others()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.strip().startswith(STATEMENTS)
    ]
    assert found == []


def test_actions_do_write() -> None:
    writers = [module for module in modules("src") if may_write(module)]
    assert len(writers) > 5
    assert any(list(written_in(module)) for module in writers)


@pytest.mark.parametrize(
    "code",
    [
        "issue.save(update_fields=['state'])",
        "Issue.objects.filter(pk=1).update(state='closed')",
        "Issue.objects.using('owner').bulk_create(rows)",
        "WorkOrder.objects.get_or_create(pk=1)",
    ],
)
def test_a_write_is_recognised(code: str) -> None:
    module = Module(others()[0].path, ast.parse(code), 1)
    assert list(written_in(module))
