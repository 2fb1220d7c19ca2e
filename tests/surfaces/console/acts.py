"""Matters in the states a desk meets them, made by the actions themselves."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, Viewer
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Channel, Evidence, Urgency
from qijie.kernel.coordinates import Coordinate
from qijie.records.models import AccessEntry
from qijie.records.photos import Photo
from qijie.teams.models import OrgUnit
from qijie.teams.queries import viewer_for
from tests import town
from tests.photos import a_photo

WORDS = "楼下垃圾三天没清"


def viewer(username: str) -> Viewer:
    return viewer_for(town.user(username), timezone.localdate())


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def reported(
    words: str = WORDS,
    *,
    category: str = town.RUBBISH,
    place: Coordinate | None = town.IN_GRID_1,
    at: datetime | None = None,
    photos: tuple[Photo, ...] = (),
    **more: object,
) -> UUID:
    new = NewReport(
        key=uuid4(),
        words=words,
        channel=Channel.PORTAL,
        category=category,
        place=place,
        **{"urgency": Urgency.NORMAL, **more},  # type: ignore[arg-type]
    )
    with scope(INTAKE):
        receipt = actions.report(new, by=INTAKE, at=at or ago(minutes=5), photos=photos)
    return receipt.issue_id


def accepted(**report: object) -> UUID:
    issue_id = reported(**report)  # type: ignore[arg-type]
    desk = viewer("wang")
    with scope(desk):
        actions.accept(issue_id, by=desk, at=ago(minutes=4))
    return issue_id


def filed(**report: object) -> UUID:
    issue_id = accepted(**report)
    desk = viewer("wang")
    with scope(desk):
        category = Issue.objects.get(pk=issue_id).category_id
        actions.file(issue_id, by=desk, at=ago(minutes=3), condition=f"{category}-1")
    return issue_id


def dispatched(unit_code: str = town.SANITATION, **report: object) -> UUID:
    issue_id = filed(**report)
    dispatcher = viewer("zhao")
    with scope(dispatcher):
        unit = OrgUnit.objects.get(code=unit_code)
        actions.dispatch(issue_id, by=dispatcher, at=ago(minutes=2), unit_id=unit.pk)
    return issue_id


def handled(**report: object) -> UUID:
    issue_id = dispatched(**report)
    handler = viewer("sun")
    with scope(handler):
        order = Issue.objects.get(pk=issue_id).orders.get()
        actions.sign(issue_id, order_id=order.pk, by=handler, at=ago(minutes=1))
        actions.done(
            issue_id,
            order_id=order.pk,
            by=handler,
            at=ago(minutes=1),
            words="已清运",
            photos=[a_photo()],
            evidence=[Evidence.PHOTO_AFTER],
        )
    return issue_id


def closed(**report: object) -> UUID:
    issue_id = handled(**report)
    verifier = viewer("zhou")
    with scope(verifier):
        actions.close(issue_id, by=verifier, at=timezone.now(), is_standard_met=True)
    return issue_id


def seen(issue_id: UUID, username: str = "wang") -> Issue:
    with scope(viewer(username)):
        return Issue.objects.get(pk=issue_id)


def page(client: Client, username: str, url: str, **headers: str) -> str:
    client.force_login(town.user(username))
    return client.get(url, headers=headers).content.decode()


def status(client: Client, username: str, url: str) -> int:
    client.force_login(town.user(username))
    return client.get(url).status_code


def access_entries(kind: str) -> list[AccessEntry]:
    with scope(viewer("deng")):
        return list(AccessEntry.objects.filter(kind=kind))


def order_of(issue_id: UUID, username: str = "sun") -> UUID:
    with scope(viewer(username)):
        return Issue.objects.get(pk=issue_id).orders.get().pk


def not_a_photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("病毒.jpg", b"MZ not a picture", "image/jpeg")
