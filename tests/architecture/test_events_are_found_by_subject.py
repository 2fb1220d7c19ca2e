"""The event table lies in months: whoever asks by an event's id alone reads every month ever."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, modules

_ASKS = frozenset({"filter", "get", "in_bulk", "exclude", "get_or_create"})


def asked_of_events(module: Module) -> Iterator[ast.Call]:
    """Every call that starts a query of events."""
    for call in module.calls():
        asks = isinstance(call.func, ast.Attribute) and call.func.attr in _ASKS
        if asks and ast.unparse(call.func).startswith("Event.objects."):
            yield call


def names_the_subject(call: ast.Call) -> bool:
    named = [keyword.arg or "" for keyword in call.keywords]
    return any(name.startswith("subject_id") for name in named) or "subject_id" in ast.unparse(call)


def test_events_are_asked_for_by_their_subject() -> None:
    found = [
        f"{module.name}: {ast.unparse(call)}"
        for module in modules("src")
        for call in asked_of_events(module)
        if not names_the_subject(call)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "is_fine"),
    [
        ("Event.objects.filter(pk__in=ids)", False),
        ("Event.objects.get(pk=event_id)", False),
        ("Event.objects.filter(pk__in=ids, subject_id__in=subjects)", True),
    ],
)
def test_a_look_up_by_id_alone_is_recognised(code: str, is_fine: bool) -> None:
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    assert names_the_subject(call) is is_fine
