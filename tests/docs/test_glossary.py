"""The glossary says every word of the code, with the label people read."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.apps import apps

from qijie.access.viewer import Role
from qijie.issues.models import LEVELS
from qijie.issues.rules.vocabulary import ClockKind, Family, Move, OrderState, State
from qijie.teams.models import ROLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
WORDS = {
    "States": State,
    "Order states": OrderState,
    "Moves": Move,
    "Families": Family,
    "Clocks": ClockKind,
}
COLUMNS = 4


def rows_of(section: str) -> dict[str, str]:
    """Identifier to 中文."""
    text = PAGE.read_text("utf-8").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", text, re.M))


def models() -> dict[str, str]:
    ours = [model for model in apps.get_models() if model.__module__.startswith("qijie.")]
    return {model.__name__: str(model._meta.verbose_name) for model in ours}


@pytest.mark.parametrize("section", WORDS)
def test_every_word_of_the_loop_stands_there_under_its_label(section: str) -> None:
    assert rows_of(section) == {word.value: word.label for word in WORDS[section]}


@pytest.mark.parametrize(("section", "labels"), [("Roles", dict(ROLES)), ("Levels", dict(LEVELS))])
def test_roles_and_levels_stand_there_under_their_labels(
    section: str, labels: Mapping[str, str]
) -> None:
    assert rows_of(section) == {str(code): label for code, label in labels.items()}


def test_every_role_has_a_label() -> None:
    assert set(dict(ROLES)) == set(Role)


def test_every_table_stands_there() -> None:
    assert rows_of("Tables").keys() == models().keys()


def test_a_table_that_names_itself_in_chinese_is_called_the_same_there() -> None:
    written = rows_of("Tables")
    named = {name: label for name, label in models().items() if not label.isascii()}
    assert {name: written[name] for name in named} == named


def test_every_row_says_what_is_meant_and_where_the_word_is_from() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.count(" | ") != COLUMNS - 1] == []
