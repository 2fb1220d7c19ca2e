"""How a matter comes in and is filed: report, add, withdraw, urge, accept, void, object, file."""

import base64
import hmac
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, SYSTEM, Kind, Viewer, reporter_of
from qijie.issues.actions.advance import advance, save
from qijie.issues.actions.concerning import about_facts, concerned_of, hint_facts, hinted_by
from qijie.issues.actions.handed_in import NewReport, as_its_own, brings_more, take_more
from qijie.issues.actions.handling import solve
from qijie.issues.actions.placing import place_of
from qijie.issues.actors import actors_of
from qijie.issues.models import Category, Issue, Reporter, Responsibility
from qijie.issues.queries.aiming import Concerned
from qijie.issues.queries.book import book
from qijie.issues.queries.choices import family_of, known_category
from qijie.issues.rules.decide import Refused
from qijie.issues.rules.decide import report as report_by_rules
from qijie.issues.rules.facts import (
    AcceptFacts,
    Classified,
    Facts,
    PhotoFacts,
    ReportFacts,
    VoidFacts,
)
from qijie.issues.rules.matter import Act, Actor
from qijie.issues.rules.naming import asked_about
from qijie.issues.rules.vocabulary import Channel, Family, Move, Urgency, VoidReason
from qijie.kernel.coordinates import Coordinate
from qijie.kernel.ids import new_id
from qijie.kernel.matter_number import make as make_number
from qijie.records import actions as records
from qijie.records.photos import Photo
from qijie.records.said import said_in
from qijie.teams.queries import lowest_desk_lately
from qijie.territory.models import SRID
from qijie.territory.queries import Located, level_of

ACCEPT_TIMER = "accept_by_rule"
REPORT_PURPOSE, STAFF_REPORT_PURPOSE = "report", "report_by_staff"
"""Apart, since a resident's key leads back to her private link and a clerk's never does."""
NOTICE_VERSION = "2026-11-27"
MATTER_LINK = "matter"


@dataclass(frozen=True, slots=True)
class Receipt:
    issue_id: UUID
    number: str
    token: str
    """The private link's secret; nobody can read it from the database again."""
    is_again: bool = False
    """It had been handed in before, under the same key, and brought nothing more now."""
    is_its_own: bool = False
    """Its key had brought something else before; this is danger, and taken in beside it."""


def link_token(key: UUID) -> str:
    """The private link of a report, the same each time the same report is delivered."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"matter-link:" + key.bytes, "sha256")
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def has_reported(key: UUID) -> bool:
    """Whether a resident handed in a report under this key; what staff registered is not told."""
    return records.is_claimed(key, REPORT_PURPOSE)


@transaction.atomic
def report(
    new: NewReport,
    *,
    by: Viewer,
    at: datetime,
    photos: Sequence[Photo] = (),
    located: Located | None = None,
) -> Receipt:
    """Takes in a report; the same again under its key answers the same receipt and does nothing.

    A contact or photos missing before are taken in. located: where it lies, if that was looked up
    for this very report just before. Raises Refusal with a sentence when the place or category is
    unknown, or when what came under the key differs otherwise.
    """
    issue = Issue(id=new.issue_id or new_id())
    said = said_in(new, new.key, photos)
    purpose = REPORT_PURPOSE if new.channel is Channel.PORTAL else STAFF_REPORT_PURPOSE
    earlier = records.claim(key=new.key, purpose=purpose, said=said, subject_id=issue.pk, at=at)
    if earlier is not None:
        take_more(new, said, earlier, photos, by=by, at=at)
        return _receipt_again(earlier, new.key)
    _refuse_own_case(new, by)
    located = located or place_of(new, at)
    category = known_category(new.category)
    concerned = concerned_of(new, located, at)
    seemingly = hinted_by(new, located, concerned, at)
    act = _act(new, issue.pk, located, category, concerned, by=by, at=at)
    act = replace(act, facts=replace(act.facts, **hint_facts(seemingly, located, act, at)))
    outcome = report_by_rules(act, book())
    _describe(issue, new, located, by)
    issue.hints = asked_about([], seemingly, located.path)
    on = timezone.localdate(at)
    sequence = records.next_number(region_code=located.region_code, on=on, series="matter")
    issue.number = str(make_number(located.region_code, on, sequence))
    # Accepting by itself is the worker's: the resident does not wait for it.
    soon = [(ACCEPT_TIMER, at)] if new.category else []
    # What is about a neighbour of one's own is handed in as by a stranger: nothing is seen again.
    with scope(INTAKE) if concerned else nullcontext():
        events = save(issue, outcome, before=None, at=at, also=soon)
        token = _keep_contact(issue, new, by, at)
        if photos and not new.is_solved:
            records.attach(
                photos,
                region_code=issue.region_code,
                subject_id=issue.pk,
                event_id=events[0].pk,
                purpose="report",
                from_reporter=by.kind is not Kind.STAFF,
                at=at,
            )
    if new.is_solved:
        solve(issue.pk, by=by, at=at, words=new.solved_words, photos=photos)
    return Receipt(issue.pk, issue.number, token)


def hand_in(
    new: NewReport,
    *,
    by: Viewer,
    at: datetime,
    photos: Sequence[Photo] = (),
    located: Located | None = None,
) -> Receipt:
    """`report`, and danger under a key that brought something else is a report of its own: nobody
    in danger is refused. Raises as `report` does."""
    try:
        return report(new, by=by, at=at, photos=photos, located=located)
    except records.KeyReused:
        if new.urgency is not Urgency.URGENT:
            raise
    own = report(as_its_own(new, photos), by=by, at=at, photos=photos, located=located)
    return replace(own, is_its_own=True)


def _refuse_own_case(new: NewReport, by: Viewer) -> None:
    """What is about an office is invisible to it, so its own people cannot register it here."""
    own_post = new.about_post_id is not None and new.about_post_id in by.post_ids
    own_unit = new.about_unit_id is not None and new.about_unit_id in by.unit_ids
    if own_post or own_unit:
        raise Refused(
            "own_case",
            "反映对象是您自己的岗位或单位，不能由您登记；请改在居民门户反映，由上一级受理。",
        )


def _receipt_again(earlier: records.Earlier, key: UUID) -> Receipt:
    issue_id = earlier.subject_id
    with scope(reporter_of(issue_id)):
        number = Issue.objects.values_list("number", flat=True).get(pk=issue_id)
    return Receipt(issue_id, number, link_token(key), is_again=not brings_more(earlier))


def _act(
    new: NewReport,
    issue_id: UUID,
    located: Located,
    category: Category | None,
    concerned: Concerned | None,
    *,
    by: Viewer,
    at: datetime,
) -> Act[ReportFacts]:
    on = timezone.localdate(at)
    facts = ReportFacts(
        id=issue_id,
        region_code=located.region_code,
        path=located.path,
        grid_path=located.path if located.grid_id else None,
        place_unknown=located.grid_id is None,
        level=lowest_desk_lately(located.path, on) or level_of(located.path),
        channel=new.channel,
        family=Family(category.family) if category else None,
        category=category.pk if category else None,
        urgency=Urgency.URGENT if category and category.is_urgent else new.urgency,
        has_reporter=by.kind is not Kind.STAFF or bool(new.phone or new.email),
        **about_facts(new, concerned),
    )
    actors = actors_of(by) if by.kind is Kind.STAFF else (Actor.reporter(),)
    return Act(
        move=Move.REPORT,
        actor=actors[0],
        at=at,
        facts=facts,
        words=new.words,
        device_at=new.device_at,
    )


def _describe(issue: Issue, new: NewReport, located: Located, by: Viewer) -> None:
    issue.words = new.words
    issue.place_words = new.place_words
    issue.about_words = new.about_words
    issue.grid_id = located.grid_id
    issue.point = _point(new.place)
    issue.participant_ids = list(by.post_ids)


def _point(place: Coordinate | None) -> Point | None:
    if place is None:
        return None
    stored = place.to_stored()
    return Point(stored.lon, stored.lat, srid=SRID)


def _keep_contact(issue: Issue, new: NewReport, by: Viewer, at: datetime) -> str:
    """The reporter's contact, and the private link to follow by."""
    if by.kind is Kind.STAFF and not (new.phone or new.email):
        return ""
    Reporter.objects.bulk_create(
        [
            Reporter(
                issue=issue,
                region_code=issue.region_code,
                name=new.name,
                phone=new.phone,
                email=new.email,
                notice_version=NOTICE_VERSION,
            )
        ]
    )
    token = link_token(new.key)
    records.give_link(token=token, subject_id=issue.pk, purpose=MATTER_LINK, at=at)
    return token


def accept_by_rule(issue_id: UUID, *, at: datetime) -> bool:
    """Accepts what a resident or worker classified and the responsibility list knows.

    False when no rule matches or somebody was faster; then the desk decides.
    """
    issue = Issue.objects.select_related("category").filter(pk=issue_id).first()
    # Words that seem to name somebody are read by a person first.
    rule = _rule_for(issue) if issue and not issue.hinted_ids else None
    if issue is None or rule is None:
        return False
    try:
        advance(
            issue_id,
            Move.ACCEPT,
            AcceptFacts(category=issue.category_id, family=Family(issue.family), rule=rule.code),
            by=SYSTEM,
            at=at,
        )
    except Refused:
        return False
    return True


def _rule_for(issue: Issue) -> Responsibility | None:
    if issue.category_id is None or issue.grid_id is None:
        return None
    if issue.urgency == Urgency.URGENT:
        # A rule would stop the ten-minute clock with nobody having looked.
        return None
    return Responsibility.objects.filter(category_id=issue.category_id).first()


def add(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    words: str = "",
    photos: Sequence[Photo] = (),
    is_danger: bool | None = None,
) -> Issue:
    return advance(
        issue_id,
        Move.ADD,
        PhotoFacts(photos=tuple(new_id() for _ in photos)),
        by=by,
        at=at,
        words=words,
        photos=photos,
        photo_purpose="report",
        is_danger=is_danger,
    )


def withdraw(issue_id: UUID, *, by: Viewer, at: datetime, words: str = "") -> Issue:
    return advance(issue_id, Move.WITHDRAW, Facts(), by=by, at=at, words=words)


def urge(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    words: str = "",
    is_danger: bool | None = None,
) -> Issue:
    return advance(issue_id, Move.URGE, Facts(), by=by, at=at, words=words, is_danger=is_danger)


def answer(
    issue_id: UUID, *, by: Viewer, at: datetime, words: str, seen: int | None = None
) -> Issue:
    """The holder's answer to an urging."""
    return advance(issue_id, Move.ANSWER, Facts(), by=by, at=at, words=words, seen=seen)


def accept(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    category: str = "",
    path: str = "",
    urgency: Urgency | None = None,
    words: str = "",
    seen: int | None = None,
) -> Issue:
    """Accepts a matter; `category` and `path` (a grid) are set where the report left them open."""
    return advance(
        issue_id,
        Move.ACCEPT,
        AcceptFacts(
            family=family_of(category),
            category=category or None,
            urgency=urgency,
            path=path or None,
            grid_path=path or None,
        ),
        by=by,
        at=at,
        words=words,
        seen=seen,
    )


def void(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    reason: VoidReason | None,
    words: str,
    seen: int | None = None,
) -> Issue:
    return advance(
        issue_id, Move.VOID, VoidFacts(reason=reason), by=by, at=at, words=words, seen=seen
    )


def object_(
    issue_id: UUID, *, by: Viewer, at: datetime, words: str, is_danger: bool | None = None
) -> Issue:
    return advance(issue_id, Move.OBJECT, Facts(), by=by, at=at, words=words, is_danger=is_danger)


def file(
    issue_id: UUID,
    *,
    by: Viewer,
    at: datetime,
    category: str = "",
    condition: str = "",
    words: str = "",
    seen: int | None = None,
) -> Issue:
    """Files a matter under a condition; only the family 其他·无主 needs none."""
    facts = Classified(
        family=family_of(category), category=category or None, condition=condition or None
    )
    return advance(issue_id, Move.FILE, facts, by=by, at=at, words=words, seen=seen)
