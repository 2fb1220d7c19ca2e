"""A key the client made takes effect once, however often and from however many sides it comes."""

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

import pytest
from django.db import connections, transaction

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, SYSTEM
from qijie.issues import actions
from qijie.issues.actions import NewReport, Receipt
from qijie.issues.models import Reporter
from qijie.issues.rules.vocabulary import Channel
from qijie.kernel.ids import new_id
from qijie.records.actions import Earlier, KeyReused, claim
from qijie.records.models import IntakeKey
from qijie.records.said import Difference, said_in
from tests import town
from tests.records.side_by_side import side_by_side

pytestmark = [pytest.mark.usefixtures("own_database"), pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class Told:
    key: UUID
    words: str = "body"
    phone: str = ""


def claimed(key: UUID, purpose: str = "report", **said: str) -> tuple[Earlier | None, UUID]:
    subject = new_id()
    told = said_in(Told(key, **said), key)
    with transaction.atomic():
        found = claim(key=key, purpose=purpose, said=told, subject_id=subject, at=town.NOW)
    return found, subject


def test_the_first_to_come_may_go_on() -> None:
    found, subject = claimed(key := new_id())
    assert found is None
    assert IntakeKey.objects.get(key=key).subject_id == subject


def test_the_same_again_is_told_what_it_had_brought_about() -> None:
    _, subject = claimed(key := new_id())
    for _ in range(2):
        earlier, _ = claimed(key)
        assert earlier is not None
        assert (earlier.subject_id, earlier.difference) == (subject, Difference())


def test_what_is_said_otherwise_or_besides_is_named() -> None:
    claimed(key := new_id())
    earlier, _ = claimed(key, words="another body", phone="13912345678")
    assert earlier is not None
    assert earlier.difference == Difference(more=frozenset({"phone"}), other=frozenset({"words"}))


def test_another_purpose_under_the_key_is_refused_in_a_sentence() -> None:
    claimed(key := new_id())
    with pytest.raises(KeyReused) as refused:
        claimed(key, purpose="visit")
    assert "请" in refused.value.sentence


def test_a_key_whose_effect_failed_is_free_again() -> None:
    key = new_id()
    told = said_in(Told(key), key)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _ = claim(key=key, purpose="report", said=told, subject_id=new_id(), at=town.NOW), 1 / 0
    assert claimed(key, words="other")[0] is None


def test_what_was_said_is_not_kept_and_cannot_be_found_by_trying() -> None:
    claimed(key := new_id(), words="x", phone="13912345678")
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT digest, parts::text FROM records_intakekey WHERE key = %s", [key])
        [(digest, parts)] = cursor.fetchall()
    assert len(bytes(digest)) == 32
    assert "13912345678" not in parts
    assert sha256(b"13912345678").hexdigest()[:32] not in parts


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
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert len(receipts) == len(answers)
    assert len({(one.issue_id, one.number, one.token) for one in receipts}) == 1
    assert sum(not one.is_again for one in receipts) == 1


def test_of_two_bodies_under_one_key_at_once_one_wins_and_one_is_refused() -> None:
    before, new = matters(), a_report()
    bodies = [new, replace(new, words="另一件事")]
    answers = side_by_side(2, lambda number: hand_in(bodies[number]))
    assert matters() == before + 1
    assert {type(answer) for answer in answers} == {KeyReused, Receipt}


def test_the_same_with_a_telephone_by_eight_hands_at_once_is_one_matter_with_it() -> None:
    before, new = matters(), a_report()
    hand_in(new)
    answers = side_by_side(8, lambda number: hand_in(replace(new, phone="13912345678")))
    assert matters() == before + 1
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert len(receipts) == len(answers)
    assert len({(one.issue_id, one.number, one.token) for one in receipts}) == 1
    assert sum(not one.is_again for one in receipts) == 1
    with scope(SYSTEM):
        assert Reporter.objects.get(issue_id=receipts[0].issue_id).phone == "13912345678"
