"""One form sent by many at one moment, half-way to a crash, and while the first is under way."""

from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.records.actions import sent_forms
from qijie.records.models import Attachment, Event, SentForm
from tests.access.own_database import own_database
from tests.records.side_by_side import side_by_side
from tests.surfaces.portal.resident import a_picture, hand_in, id_of

__all__ = ["own_database"]
pytestmark = [pytest.mark.usefixtures("own_database"), pytest.mark.slow]


def left_by(issue_id: UUID) -> tuple[int, int]:
    """Additions, and photos."""
    with scope(SYSTEM):
        added = Event.objects.filter(subject_id=issue_id, verb="add").count()
        return added, Attachment.objects.filter(subject_id=issue_id).count()


def add(token: str, key: str) -> HttpResponse:
    typed = {"words": "又堆了一车", "form_key": key, "photos": [a_picture(), a_picture("b.jpg")]}
    return Client(raise_request_exception=False).post(f"/m/{token}/add/", typed)


def test_ten_presses_at_once_make_one_addition_with_one_set_of_photos(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Long enough for a busy machine; how many wait and how many are told is tried below.
    monkeypatch.setattr(sent_forms, "WAIT", "60s")
    token, key = hand_in(Client()), str(uuid4())
    answers = side_by_side(10, lambda _: add(token, key))
    urls = [answer.url for answer in answers if isinstance(answer, HttpResponse)]
    there = f"/m/{token}/?done=add"
    assert sorted(urls) == [there, *[f"{there}&again=yes"] * 9]
    assert left_by(id_of(token)) == (1, 2)


def test_what_broke_half_way_leaves_neither_key_nor_effect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token, key = hand_in(Client()), str(uuid4())

    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(sent_forms, "keep_form", breaks)
        assert add(token, key).status_code == 500
    assert left_by(id_of(token)) == (0, 0)
    assert add(token, key).url == f"/m/{token}/?done=add"
    assert left_by(id_of(token)) == (1, 2)


def test_while_the_first_is_under_way_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent_forms, "WAIT", "50ms")
    token, key = hand_in(Client()), str(uuid4())
    add(token, key)
    digest = bytes(SentForm.objects.latest("at").digest)
    with transaction.atomic():
        assert sent_forms.hold_form(digest)
        (second,) = side_by_side(1, lambda _: add(token, key))
    assert isinstance(second, HttpResponse)
    assert second.status_code == 409
    assert "正在办理" in second.content.decode()
    assert left_by(id_of(token)) == (1, 2)
