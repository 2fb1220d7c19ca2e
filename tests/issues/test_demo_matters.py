"""The demo's matters are what the actions would have written: 100 stories, replayed, compared."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.gis.geos import Point
from django.db import models

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, SYSTEM, Viewer, reporter_of
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.actions.advance import advance
from qijie.issues.actions.rows import deadline_row, event_rows, order_rows, put_on_issue
from qijie.issues.models import Deadline, Issue, WorkOrder
from qijie.issues.queries.book import loaded_book
from qijie.issues.rules import facts as f
from qijie.issues.rules.decide import replay as rebuilt
from qijie.issues.rules.matter import Act
from qijie.issues.rules.table import ROWS
from qijie.issues.rules.vocabulary import Family, State
from qijie.kernel.coordinates import Coordinate, CoordinateSystem
from qijie.records.models import Event
from qijie.setup.demo_matters import cast
from qijie.setup.stories import Played, Spot, Subject, perform
from qijie.teams.models import Holding
from qijie.teams.queries import viewer_for
from tests import town

pytestmark = [pytest.mark.django_db(databases=["default", "owner"]), pytest.mark.slow]

SUBJECTS = [
    Subject(Family.CITY_MANAGEMENT, town.RUBBISH, "rubbish-1", "sanitation", "垃圾没清", "已清"),
    Subject(Family.NEIGHBOURHOOD, town.NOISE, "noise-1", "property", "太吵", "已劝"),
    Subject(Family.DISPUTE, town.QUARREL, "quarrel-1", "property", "吵架", "已和解"),
]
SPOTS = [
    Spot(path, place.lon, place.lat, "槐荫路")
    for path, place in ((town.GRID_1, town.IN_GRID_1), (town.GRID_2, town.IN_GRID_2))
]
# Made anew, these differ by nature: row keys, the number of the day, what a client sends.
_OWN = {"id", "number", "path_id", "device_at", "participant_ids"}


@cache
def stories() -> tuple[Played, ...]:
    """Told once in a process: nobody changes anything in them."""
    return tuple(told_anew())


def told_anew() -> list[Played]:
    return perform(
        seed=7,
        now=town.NOW,
        cast=cast(),
        book=loaded_book("default"),
        subjects=SUBJECTS,
        spots=SPOTS,
        region_code=town.DISTRICT,
    )


def wired(played: Played) -> bool:
    return all(ROWS[act.move][0].is_wired for act in played.acts)


def viewers() -> dict[UUID, Viewer]:
    held = Holding.objects.select_related("user").exclude(post__role="")
    return {h.user_id: viewer_for(h.user, town.TODAY) for h in held}


def viewer_of(act: Act[f.Facts], matter_id: UUID, staff: dict[UUID, Viewer]) -> Viewer:
    if act.actor.role == "system":
        return SYSTEM
    if act.actor.user_id is None:
        return reporter_of(matter_id)
    return staff[act.actor.user_id]


def replay(played: Played, staff: dict[UUID, Viewer]) -> None:
    told, matter_id = played.acts[0], played.matter.id
    facts = told.facts
    assert isinstance(facts, f.ReportFacts)
    new = NewReport(
        key=uuid4(),
        words=told.words,
        channel=facts.channel,
        category=facts.category or "",
        place=Coordinate(played.spot.lon, played.spot.lat, CoordinateSystem.CGCS2000),
        place_words=played.spot.address,
        issue_id=matter_id,
    )
    by = staff[told.actor.user_id] if told.actor.user_id else INTAKE
    with scope(by):
        actions.report(new, by=by, at=told.at)
    for act in played.acts[1:]:
        by = viewer_of(act, matter_id, staff)
        with scope(by):
            advance(matter_id, act.move, act.facts, by=by, at=act.at, words=act.words)


def expected(played: Played) -> Iterator[models.Model]:
    issue = Issue(
        id=played.matter.id,
        grid_id=Issue.objects.values_list("grid_id", flat=True).get(pk=played.matter.id),
        point=Point(played.spot.lon, played.spot.lat, srid=4490),
        place_words=played.spot.address,
        words=played.subject.words,
    )
    for outcome in played.outcomes:
        put_on_issue(issue, outcome.matter)
        yield from event_rows(issue, outcome)
    yield issue
    yield from order_rows(issue, played.matter.orders)
    for position, clock in enumerate(played.matter.clocks):
        yield deadline_row(issue, position, clock, uuid4())


def actual(matter_id: UUID) -> Iterator[models.Model]:
    yield from Event.objects.filter(subject_id=matter_id).order_by("sequence")
    yield Issue.objects.get(pk=matter_id)
    orders = {order.pk: order for order in WorkOrder.objects.filter(issue_id=matter_id)}
    yield from (orders[key] for key in sorted(orders))
    yield from Deadline.objects.filter(issue_id=matter_id).order_by("position")


def plain(row: models.Model) -> dict[str, Any]:
    fields = (field for field in row._meta.concrete_fields if field.name not in _OWN)
    return {field.attname: _value(getattr(row, field.attname)) for field in fields}


def _value(value: Any) -> Any:
    if isinstance(value, Point):
        return value.ewkt
    return str(value) if isinstance(value, str) else value


def in_order(rows: Iterator[models.Model]) -> list[dict[str, Any]]:
    listed = list(rows)
    orders = sorted((row for row in listed if isinstance(row, WorkOrder)), key=lambda row: row.pk)
    others = [row for row in listed if not isinstance(row, WorkOrder)]
    return [plain(row) for row in (*others, *orders)]


@pytest.mark.slow
def test_demo_matters_are_what_the_actions_write() -> None:
    played = [each for each in stories() if wired(each)][:100:3]
    assert len(played) == 34
    staff = viewers()
    for each in played:
        replay(each, staff)
    with scope(SYSTEM):
        for each in played:
            written, told = in_order(actual(each.matter.id)), in_order(expected(each))
            assert len(written) == len(told)
            for row, other in zip(written, told, strict=True):
                assert {k: (v, other[k]) for k, v in row.items() if v != other[k]} == {}


def test_the_demo_shows_every_state_and_some_are_late_and_some_reopened() -> None:
    told = stories()
    assert {each.matter.state for each in told} == set(State)
    assert any(each.matter.reopen_count for each in told)
    assert any(late(each, town.NOW) for each in told)


def late(played: Played, now: datetime) -> bool:
    running = (clock for clock in played.matter.clocks if clock.is_running)
    return any(not clock.kind.is_window and clock.due_at < now for clock in running)


def test_the_same_seed_tells_the_same_stories() -> None:
    first = stories()
    assert [each.matter for each in first] == [each.matter for each in told_anew()]
    assert first[0].matter.reported_at > town.NOW - timedelta(days=60)


def test_the_histories_alone_tell_where_every_matter_ended() -> None:
    book = loaded_book("default")
    for each in stories():
        told = [event for outcome in each.outcomes for event in outcome.events]
        again = rebuilt(told, book)
        assert (again.answered_level, again.worked_level) == (
            each.matter.answered_level,
            each.matter.worked_level,
        )
