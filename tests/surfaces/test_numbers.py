"""Every number a city may change is what the pages say: each is changed, then the pages are read.

One walk over the pages with all of them changed; each case looks for its own number in it.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.issues import actions
from qijie.issues.models import Issue, Reference, WorkOrder
from qijie.issues.queries.book import CLOCKS, FAMILIES, NUMBERS, forget_book
from qijie.issues.rules.book import DEFAULT_LIMITS, FAMILY_DEFAULTS, Numbers, span_words
from qijie.issues.rules.vocabulary import ClockKind, Family, ReturnReason, Urgency, VoidReason
from qijie.kernel.codes import Level
from qijie.kernel.working_time import Limit, LimitUnit
from qijie.teams.models import OrgUnit
from tests import town
from tests.surfaces.console import acts
from tests.surfaces.portal import resident

pytestmark = pytest.mark.slow

NORMAL, URGENT = Urgency.NORMAL, Urgency.URGENT
CHANGED = Numbers(urges_a_day=2, reopenings=4, suspensions=7, sampled_percent=100)


def _other(old: Limit, number: int) -> Limit:
    """A limit no other number has, in the unit of the old one."""
    if old.unit is LimitUnit.URGENT_HOUR:
        return Limit.of_minutes(121 + number)
    return Limit(Decimal(101 + number), old.unit)


LIMITS = {key: _other(old, i) for i, (key, old) in enumerate(DEFAULT_LIMITS.items())}
OF_FAMILIES = {f: _other(old, 40 + i) for i, (f, old) in enumerate(FAMILY_DEFAULTS.items())}
# Clocks of moves that have no page yet; tests/issues/rules/test_every_number.py has them.
# The town has no category that nobody owns.
WITHOUT_A_PAGE = {ClockKind.CONVENE_ANSWER, ClockKind.REVIEW, ClockKind.NAME_OWNER}
ON_PAGES = [key for key in LIMITS if key[0] not in WITHOUT_A_PAGE]
WITH_A_CATEGORY = (Family.NEIGHBOURHOOD, Family.DISPUTE, Family.SERVICE)


def _row(limit: Limit) -> dict[str, str]:
    return {"value": str(limit.value), "unit": limit.unit.value}


@pytest.fixture(scope="module")
def changed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A city that set every number otherwise."""
    clocks = [
        {"kind": kind.value, "urgency": urgency.value, "warn": "30 60", **_row(limit)}
        for (kind, urgency), limit in LIMITS.items()
    ]
    families = [{"family": family.value, **_row(own)} for family, own in OF_FAMILIES.items()]
    numbers = [
        {"code": name, "value": str(getattr(CHANGED, name))}
        for name in ("urges_a_day", "suspensions", "reopenings", "sampled_percent")
    ]
    rows = {CLOCKS: clocks, FAMILIES: families, NUMBERS: numbers}
    with django_db_blocker.unblock():
        kept = Reference.objects.using("owner")
        kept.bulk_create(Reference(name=n, rows=r, digest="changed") for n, r in rows.items())
        forget_book()
        yield
        kept.filter(name__in=rows).delete()
        forget_book()


_read: dict[str, str] = {}


@pytest.fixture
def pages(changed: None, db: None, client: Client, settings: Settings) -> dict[str, str]:
    """What every page of the walk says, by a name for it; walked once a process."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    if not _read:
        for name, text in _walk(client):
            _read[name] = _plain(text)
    return _read


def _plain(page: str) -> str:
    """The words of a page without tags and spaces, and without how long there is still to go."""
    words = re.sub(r"<[^>]+>|\s", "", page)
    return re.sub(r"(还剩|超期|已过)\d+(天|小时|分钟)", "", words)


def _walk(client: Client) -> Iterator[tuple[str, str]]:
    yield from _as_resident(client)
    yield from _at_the_desk(client)


def _get(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def _post(client: Client, url: str, **typed: object) -> str:
    return client.post(url, typed, follow=True).content.decode()


def _as_resident(client: Client) -> Iterator[tuple[str, str]]:
    token = resident.hand_in(client)
    yield "portal: urge", _get(client, f"/m/{token}/urge/")
    for turn in range(CHANGED.urges_a_day):
        yield f"portal: urged {turn}", _post(client, f"/m/{token}/urge/", words="")
    yield "portal: urged enough", _post(client, f"/m/{token}/urge/", words="")
    yield "portal: start", _get(client, "/")
    yield "portal: report", _get(client, "/report/")
    yield "portal: privacy", _get(client, "/privacy/")
    yield from _in_danger(client)
    yield from _after_the_end(client)


def _in_danger(client: Client) -> Iterator[tuple[str, str]]:
    token = resident.hand_in(client, danger="yes")
    yield "portal: urgent urge", _get(client, f"/m/{token}/urge/")
    yield "portal: urgent urged", _post(client, f"/m/{token}/urge/", words="")
    yield "console: urgent urged", acts.page(client, "wang", _case(resident.id_of(token)))
    token = resident.hand_in(client, danger="yes", category=town.RUBBISH)
    resident.bring_to_close(token)
    yield (
        "portal: urgent judged",
        _post(client, f"/m/{token}/judge/", is_solved="no", is_satisfied="no"),
    )
    yield "console: urgent judged", acts.page(client, "wang", _case(resident.id_of(token)))


def _after_the_end(client: Client) -> Iterator[tuple[str, str]]:
    token, worker = resident.hand_in(client, category=town.NOISE), resident.post_of("chen")
    with scope(worker):
        actions.solve(
            resident.id_of(token), by=worker, at=timezone.now(), words="好了", category=town.NOISE
        )
    for page in ("", "confirm/", "judge/"):
        yield f"portal: solved {page}", _get(client, f"/m/{token}/{page}")
    yield "console: solved", acts.page(client, "zhou", _case(resident.id_of(token)))
    token = resident.hand_in(client)
    resident.bring_to_close(token)
    for page in ("", "reopen/"):
        yield f"portal: closed {page}", _get(client, f"/m/{token}/{page}")
    yield "portal: judged", _post(client, f"/m/{token}/judge/", is_solved="no", is_satisfied="no")
    yield "console: judged", acts.page(client, "zhou", _case(resident.id_of(token)))
    yield "portal: reopened enough", _spoilt(client, token, reopen_count=CHANGED.reopenings)
    yield from _too_late(client)


def _case(issue_id: UUID) -> str:
    return f"/console/matters/{issue_id}/"


def _spoilt(client: Client, token: str, **columns: object) -> str:
    with scope(SYSTEM):
        Issue.objects.filter(pk=resident.id_of(token)).update(**columns)
    return _post(client, f"/m/{token}/reopen/", words="还是没有解决")


def _too_late(client: Client) -> Iterator[tuple[str, str]]:
    """The refusals of rights whose window has closed."""
    long_ago = timezone.now() - timedelta(days=200)
    token, desk = resident.hand_in(client), resident.post_of("wang")
    with scope(desk):
        actions.void(
            resident.id_of(token), by=desk, at=long_ago, reason=VoidReason.OUTSIDE, words="不在"
        )
    for page in ("", "object/"):
        yield f"portal: voided {page}", _get(client, f"/m/{token}/{page}")
    yield "portal: objected too late", _post(client, f"/m/{token}/object/", words="不同意")


def _at_the_desk(client: Client) -> Iterator[tuple[str, str]]:
    yield "console: reported", acts.page(client, "wang", _case(acts.reported()))
    yield "console: accepted", acts.page(client, "wang", _case(acts.accepted()))
    yield "console: dispatched", acts.page(client, "zhao", _case(acts.dispatched()))
    yield "console: handled", acts.page(client, "zhou", _case(acts.handled()))
    for name, bring in (("reported", acts.reported), ("accepted", acts.accepted)):
        yield f"console: urgent {name}", acts.page(client, "wang", _case(bring(urgency=URGENT)))
    yield "console: sent straight", acts.page(client, "sun", _case(_sent_straight()))
    yield "console: returned twice", acts.page(client, "zhao", _case(_returned_twice()))
    for category in (town.NOISE, town.QUARREL, town.ADVICE):
        filed = acts.filed(category=category)
        yield f"console: filed {category}", acts.page(client, "wang", _case(filed))


def _sent_straight() -> UUID:
    issue_id, desk = acts.reported(urgency=URGENT), acts.viewer("wang")
    with scope(desk):
        unit = OrgUnit.objects.get(code=town.SANITATION)
        actions.direct_urgent(
            issue_id, by=desk, at=acts.ago(minutes=1), unit_id=unit.pk, unit_level=Level.STREET
        )
    return issue_id


def _returned_twice() -> UUID:
    issue_id = acts.dispatched()
    _return(issue_id, "sun")
    dispatcher = acts.viewer("zhao")
    with scope(dispatcher):
        unit = OrgUnit.objects.get(code=town.PROPERTY)
        actions.dispatch(issue_id, by=dispatcher, at=timezone.now(), unit_id=unit.pk)
    _return(issue_id, "luo")
    return issue_id


def _return(issue_id: UUID, username: str) -> None:
    handler = acts.viewer(username)
    with scope(handler):
        order = WorkOrder.objects.get(issue=issue_id, state="sent")
        actions.return_order(
            issue_id,
            order_id=order.pk,
            by=handler,
            at=timezone.now(),
            reason=ReturnReason.NOT_OURS,
            words="不归我们",
        )


@pytest.mark.parametrize("key", ON_PAGES, ids=lambda key: f"{key[0]} {key[1]}")
def test_a_changed_limit_is_said(pages: dict[str, str], key: tuple[ClockKind, Urgency]) -> None:
    limit = LIMITS[key]
    said = {span_words(limit), limit.words.replace(" ", "")}
    assert [name for name, text in pages.items() if any(words in text for words in said)]


@pytest.mark.parametrize("family", WITH_A_CATEGORY)
def test_a_familys_changed_default_is_said(pages: dict[str, str], family: Family) -> None:
    words = OF_FAMILIES[family].words.replace(" ", "")
    assert [name for name, text in pages.items() if words in text]


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("portal: urge", "一天最多催2次"),
        ("portal: urged enough", "今天已经催办过2次"),
        ("portal: reopened enough", "最多重开4次"),
    ],
)
def test_a_changed_number_is_said(pages: dict[str, str], page: str, sentence: str) -> None:
    assert sentence in pages[page]


def test_a_changed_share_is_obeyed(pages: dict[str, str]) -> None:
    """All of those solved on the spot wait for the verifier here."""
    assert "核查" in pages["console: solved"]
    assert LIMITS[ClockKind.VERIFY, NORMAL].words.replace(" ", "") in pages["console: solved"]


_OLD = sorted(
    {span_words(limit) for limit in (*DEFAULT_LIMITS.values(), *FAMILY_DEFAULTS.values())}
)


@pytest.mark.parametrize("words", [*_OLD, "七天", "十五天", "三十天", "一个工作日", "一天可以"])
def test_no_page_says_a_default_any_more(pages: dict[str, str], words: str) -> None:
    """Hours of a category's own condition are no default of the loop."""
    of_conditions = r"限时4个工作小时"
    for name, text in pages.items():
        found = re.search(rf".{{0,12}}(?<![\d.]){words}.{{0,8}}", text.replace(of_conditions, ""))
        assert found is None, (name, found[0])
