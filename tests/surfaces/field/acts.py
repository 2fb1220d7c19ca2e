"""Matters as the field's tests need them, made by the actions themselves."""

from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, Viewer
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.models import Issue
from qijie.issues.rules.vocabulary import Channel, Urgency
from qijie.teams.models import OrgUnit
from qijie.teams.queries import viewer_for
from tests import town


def viewer(username: str) -> Viewer:
    return viewer_for(town.user(username), timezone.localdate())


def a_while_ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def reported(
    words: str = "楼下垃圾三天没清",
    *,
    category: str = town.RUBBISH,
    place: object = town.IN_GRID_1,
    at: datetime | None = None,
    phone: str = "",
    email: str = "",
    urgency: Urgency = Urgency.NORMAL,
) -> UUID:
    """A resident's report from the portal."""
    new = NewReport(
        key=uuid4(),
        words=words,
        channel=Channel.PORTAL,
        category=category,
        place=place,  # type: ignore[arg-type]
        phone=phone,
        email=email,
        urgency=urgency,
    )
    with scope(INTAKE):
        return actions.report(new, by=INTAKE, at=at or a_while_ago(minutes=5)).issue_id


def dispatched(
    unit_code: str = town.SANITATION, *, at: datetime | None = None, **report: object
) -> UUID:
    """Accepted and filed by the desk, sent to one unit by the dispatcher."""
    at = at or a_while_ago(minutes=4)
    issue_id = reported(at=at, **report)  # type: ignore[arg-type]
    desk, dispatcher = viewer("wang"), viewer("zhao")
    with scope(desk):
        actions.accept(issue_id, by=desk, at=at)
        category = Issue.objects.get(pk=issue_id).category_id
        actions.file(issue_id, by=desk, at=at, condition=f"{category}-1")
    with scope(dispatcher):
        unit = OrgUnit.objects.get(code=unit_code)
        actions.dispatch(issue_id, by=dispatcher, at=at, unit_id=unit.pk)
    return issue_id


def order_of(issue_id: UUID, username: str = "sun") -> UUID:
    with scope(viewer(username)):
        return Issue.objects.get(pk=issue_id).orders.get().pk


def seen(issue_id: UUID, username: str) -> Issue:
    """The matter as somebody who may see it finds it."""
    with scope(viewer(username)):
        return Issue.objects.get(pk=issue_id)


def events(issue_id: UUID, username: str) -> list[str]:
    from qijie.records.queries import history_of

    with scope(viewer(username)):
        return [event.verb for event in history_of(issue_id)]


def a_photo(name: str = "现场.jpg") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (64, 48), "green").save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")
