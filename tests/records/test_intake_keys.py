"""A key the client made takes effect once, however often and from however many sides it comes."""

from dataclasses import replace
from uuid import UUID

import pytest
from django.db import connections, transaction

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE
from qijie.issues import actions
from qijie.issues.actions import NewReport, Receipt
from qijie.issues.rules.vocabulary import Channel
from qijie.kernel.ids import new_id
from qijie.records.actions import KeyReused, claim
from qijie.records.models import IntakeKey
from tests import town
from tests.records.side_by_side import side_by_side

pytestmark = pytest.mark.usefixtures("own_database")


def claimed(key: UUID, body: bytes = b"body", purpose: str = "report") -> tuple[UUID | None, UUID]:
    subject = new_id()
    with transaction.atomic():
        found = claim(key=key, purpose=purpose, body=body, subject_id=subject, at=town.NOW)
    return found, subject


def test_the_first_to_come_may_go_on() -> None:
    found, subject = claimed(key := new_id())
    assert found is None
    assert IntakeKey.objects.get(key=key).subject_id == subject


def test_the_same_body_again_is_told_what_it_had_brought_about() -> None:
    _, subject = claimed(key := new_id())
    assert claimed(key)[0] == subject
    assert claimed(key)[0] == subject


def test_another_body_under_the_key_is_refused_in_a_sentence() -> None:
    claimed(key := new_id())
    with pytest.raises(KeyReused) as refused:
        claimed(key, b"another body")
    assert "请" in refused.value.sentence


def test_another_purpose_under_the_key_is_refused() -> None:
    claimed(key := new_id())
    with pytest.raises(KeyReused):
        claimed(key, purpose="visit")


def test_a_key_whose_effect_failed_is_free_again() -> None:
    key = new_id()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _ = claim(key=key, purpose="report", body=b"", subject_id=new_id(), at=town.NOW), 1 / 0
    assert claimed(key, b"body")[0] is None


def test_the_body_itself_is_not_kept() -> None:
    claimed(key := new_id(), "电话 13912345678".encode())
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT digest FROM records_intakekey WHERE key = %s", [key])
        [(digest,)] = cursor.fetchall()
    assert len(bytes(digest)) == 32
    assert b"139" not in bytes(digest)


def a_report() -> NewReport:
    return NewReport(
        key=new_id(), words="楼下垃圾三天没清", channel=Channel.PORTAL, place=town.IN_GRID_1
    )


def hand_in(new: NewReport) -> Receipt:
    with scope(INTAKE):
        return actions.report(new, by=INTAKE, at=town.NOW)


def matters() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM issues_issue")
        return int(cursor.fetchone()[0])


def test_a_report_sent_by_eight_hands_at_once_is_one_matter_with_one_answer() -> None:
    before, new = matters(), a_report()
    answers = side_by_side(8, lambda number: hand_in(new))
    assert matters() == before + 1
    assert len(set(answers)) == 1
    assert isinstance(answers[0], Receipt)


def test_of_two_bodies_under_one_key_at_once_one_wins_and_one_is_refused() -> None:
    before, new = matters(), a_report()
    bodies = [new, replace(new, words="另一件事")]
    answers = side_by_side(2, lambda number: hand_in(bodies[number]))
    assert matters() == before + 1
    assert {type(answer) for answer in answers} == {KeyReused, Receipt}
