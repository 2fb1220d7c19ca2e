"""What a form calls 选填 may be left empty, and what it does not is marked as asked for."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.test import Client

from qijie.ui.moves import MoveForm
from tests import town
from tests.keyed import key_in
from tests.surfaces.console import acts
from tests.surfaces.portal.resident import a_picture, bring_to_close, hand_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def filled(form: forms.Form) -> dict[str, Any]:
    """Everything asked for, and nothing that is not."""
    typed = {field.html_name: answer(field) for field in form if field.field.required}
    kept = {field.html_name: field.value() or "" for field in form.hidden_fields()}
    either = form.either if isinstance(form, MoveForm) else ()
    return kept | typed | ({"photos": a_picture()} if "photos" in either else {})


def answer(field: forms.BoundField) -> object:
    asked = field.field
    if isinstance(asked, forms.BooleanField):
        return "on"
    if isinstance(asked, forms.ChoiceField):
        return field.value() or next(value for value in values_of(asked) if value)
    return "照实写的一句话"


def values_of(field: forms.ChoiceField) -> list[str]:
    found: list[str] = []
    for value, label in field.choices:  # type: ignore[union-attr]
        group = label if isinstance(label, list | tuple) else [(value, label)]
        found += [str(one) for one, _ in group]
    return found


def send(client: Client, url: str) -> None:
    """Opens a form, leaves out what is 选填, and is led on."""
    page = client.get(url)
    form = page.context["form"]
    words = page.content.decode()
    for field in form.visible_fields():
        if field.field.required:
            assert f'{field.label}<span class="entry-optional">' not in words, field.name
    answered = client.post(url, filled(form) | {"form_key": key_in(page)})
    problems = answered.context["form"].errors if answered.context else ""
    assert answered.status_code in (302, 303), (url, problems)


DESK: list[tuple[str, str, Callable[[], UUID]]] = [
    ("wang", "accept", acts.reported),
    ("wang", "accept", lambda: acts.reported(category="")),
    ("wang", "void", acts.reported),
    ("wang", "about", acts.reported),
    ("wang", "file", acts.accepted),
    ("zhao", "dispatch", acts.filed),
    ("zhou", "close", acts.handled),
    ("zhou", "send_back", acts.handled),
]


@pytest.mark.parametrize(
    ("who", "move", "make"), DESK, ids=[f"{m}-{n}" for n, (_, m, _f) in enumerate(DESK)]
)
def test_at_the_desk(client: Client, who: str, move: str, make: Callable[[], UUID]) -> None:
    issue_id = make()
    client.force_login(town.user(who))
    send(client, f"/console/matters/{issue_id}/{move}/")


@pytest.mark.parametrize("move", ["add", "urge", "withdraw"])
def test_of_a_resident(client: Client, move: str) -> None:
    send(client, f"/m/{hand_in(client)}/{move}/")


@pytest.mark.parametrize("move", ["judge", "object", "reopen"])
def test_of_a_resident_at_the_end(client: Client, move: str) -> None:
    token = hand_in(client)
    bring_to_close(token)
    page = client.get(f"/m/{token}/{move}/")
    if page.status_code == 200 and page.context["offer"].is_allowed:
        send(client, f"/m/{token}/{move}/")


def test_solving_on_the_spot(client: Client) -> None:
    issue_id = acts.accepted()
    client.force_login(town.user("chen"))
    send(client, f"/field/matters/{issue_id}/solve/")
