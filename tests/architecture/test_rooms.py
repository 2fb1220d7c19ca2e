"""The folders are the architecture: arrows one way, the same short list of rooms everywhere."""

import ast
import os
import subprocess
import sys
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from qijie.access.doors import DOORS
from qijie.access.permissions import PERMISSIONS, Who
from tests.architecture.source import ROOT, SRC, modules

FORBIDDEN_NAMES = {"utils", "util", "helpers", "services", "managers", "common", "signals", "misc"}
LONGEST_FUNCTION, LONGEST_FILE = 60, 400
LONG_FILES = {
    "src/qijie/issues/rules/table.py": "The table of the closed loop: one row a transition.",
    "src/qijie/issues/rules/guards.py": "A list of guards, each a name, a test and a sentence.",
    "src/qijie/setup/stories.py": "The scripts of the demonstration matters, one a shape.",
    "src/qijie/ui/moves/forms.py": "One form a move.",
    "src/qijie/territory/drawing/search.py": "Kernels compiled together: numba's cache watches one"
    " file, and a change in another would leave stale machine code.",
    "tests/browser/test_plan_editor.py": "One plan changed by pointer, by key and by table.",
    "tests/issues/rules/scenes.py": "For each row of the table a matter, and how to spoil it.",
    "tests/ui/gallery.py": "Every part of the visual language once, with made-up words.",
}
LONG_FUNCTIONS = {
    "tests/issues/rules/cast.py:facts_for": "Complete facts for each move, one entry a move.",
    "src/qijie/issues/queries/matter.py:matter_of": "One column a line, into the rules' value.",
    "tests/ui/gallery.py:parts": "A list of samples.",
}
# The clock and chance come in as arguments; a rule that fetches them cannot be tried twice.
IMPURE_CALLS = {"now", "utcnow", "today", "localdate", "time", "monotonic", "perf_counter"}
IMPURE_MODULES = {"django", "psycopg", "procrastinate", "random", "requests", "socket", "os"}


def test_no_module_is_named_for_being_useful() -> None:
    named = {module.path.stem for module in modules("src")} | {
        module.path.parent.name for module in modules("src")
    }
    assert named & FORBIDDEN_NAMES == set()


@pytest.mark.slow
def test_imports_point_one_way() -> None:
    run = "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"
    done = subprocess.run(
        [sys.executable, "-c", run],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def rules() -> list[str]:
    return [
        module.name
        for module in modules("src")
        if module.path.stem == "rules" or "rules" in module.path.parts or "kernel" in module.name
    ]


def test_a_rule_asks_no_clock_no_chance_and_no_database() -> None:
    pure = set(rules())
    assert len(pure) > 10
    found = []
    for module in modules("src"):
        if module.name in pure:
            found += [(module.name, name) for name in imported(module.tree) & IMPURE_MODULES]
            found += [
                (module.name, ast.unparse(call.func))
                for call in module.calls()
                if isinstance(call.func, ast.Attribute) and call.func.attr in IMPURE_CALLS
            ]
    assert [one for one in found if one not in PURE_ENOUGH] == []


PURE_ENOUGH = {
    # Identity of a new row: made once at the door and stored, never reckoned with.
    ("src/qijie/kernel/ids.py", "os"),
    ("src/qijie/kernel/ids.py", "time"),
    ("src/qijie/kernel/ids.py", "time.time_ns"),
    # How long something has been kept; no rule reads it.
    ("src/qijie/kernel/kept.py", "time"),
    ("src/qijie/kernel/kept.py", "time.monotonic"),
}


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_every_door_asks_for_a_verb_of_the_permission_table() -> None:
    verbs = {permission.verb for permission in PERMISSIONS}
    for door in DOORS:
        assert (door.verb in verbs) == (door.who is Who.STAFF), door
    assert len({door.url_name for door in DOORS}) == len(DOORS)


def test_nothing_is_read_lazily_after_its_scope_has_closed() -> None:
    """A streamed or late-rendered answer runs its queries with no scope: it would be empty."""
    late = {"StreamingHttpResponse", "FileResponse", "TemplateResponse", "SimpleTemplateResponse"}
    found = {
        (module.name, ast.unparse(call.func))
        for module in modules("src")
        for call in module.calls()
        if ast.unparse(call.func).rpartition(".")[2] in late
    }
    assert found == set()
    generic = {
        (module.name, name)
        for module in modules("src")
        if "surfaces" in module.name
        for name in imported_from(module.tree)
        if name.startswith("django.views.generic")
    }
    assert generic == set(), "class-based views answer with a TemplateResponse"


def imported_from(tree: ast.Module) -> set[str]:
    return {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}


MEASURES = {"Area", "Perimeter"}
# Plane metres throughout: a drawing is made in a projected zone, never in degrees.
IN_METRES = ("src/qijie/territory/drawing/", "src/qijie/redrawing/rules/")


def test_no_area_is_taken_of_degrees() -> None:
    """On EPSG:4490 both answer square degrees, and one of them calls those square metres."""
    measured = {
        (module.name, ast.unparse(node))
        for module in modules("src")
        if not module.name.startswith(IN_METRES)
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and node.attr in {"area", "length"})
        or (isinstance(node, ast.Call) and ast.unparse(node.func) in MEASURES)
    }
    assert measured == set()


def long_functions() -> dict[str, int]:
    return {
        f"{module.name}:{node.name}": lines
        for module in modules("src", "tests", "tools", "bench", "soak")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }


def test_a_long_function_has_a_reason() -> None:
    assert long_functions().keys() == LONG_FUNCTIONS.keys()


def test_a_long_file_has_a_reason() -> None:
    long = {
        module.name
        for module in modules("src", "tests", "tools", "bench", "soak")
        if module.lines > LONGEST_FILE
    }
    assert long == LONG_FILES.keys()


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_migrations_of_a_room_follow_each_other_in_one_line() -> None:
    graph = MigrationLoader(connection).graph
    ours = sorted(path.parent.name for path in SRC.glob("qijie/*/migrations") if path.is_dir())
    assert ours
    for room in ours:
        [leaf] = graph.leaf_nodes(room)
        line = [node for node in graph.forwards_plan(leaf) if node[0] == room]
        for before, after in pairwise(line):
            parents = [node.key for node in graph.node_map[after].parents if node.key[0] == room]
            assert parents == [before], after
        last = (SRC / "qijie" / room / "migrations" / "max_migration.txt").read_text().strip()
        assert last == leaf[1], "两个分支各加了一个迁移：请重新编号"


def test_no_reference_data_is_hidden_in_a_migration() -> None:
    for path in SRC.glob("qijie/*/migrations/0*.py"):
        assert "RunPython" not in path.read_text(), path.name
