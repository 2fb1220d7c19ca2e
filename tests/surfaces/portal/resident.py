"""What a resident does over HTTP, and what staff then do by the actions."""

import io
import re
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Viewer
from qijie.issues import actions
from qijie.issues.models import Deadline, Issue, Reporter
from qijie.issues.rules.vocabulary import Evidence
from qijie.records.models import Attachment, Event, IntakeKey, LinkToken
from qijie.records.queries import subject_of_link
from qijie.teams.models import OrgUnit
from qijie.teams.queries import viewer_for
from tests import town
from tests.photos import a_photo

REPORT = "/report/"
WORDS = "楼下垃圾三天没清，味道很大"


def a_report(**changes: Any) -> dict[str, Any]:
    """The fields of a good report, with a fresh key."""
    place = town.IN_GRID_1
    typed = {
        "key": str(uuid4()),
        "words": WORDS,
        "place_words": "槐荫苑1栋楼下",
        "lon": str(place.lon),
        "lat": str(place.lat),
        "system": "cgcs2000",
        "category": town.RUBBISH,
    }
    return typed | changes


def hand_in(client: Client, **changes: Any) -> str:
    """Reports, saying nothing to whom the words mean; returns the secret of the private link."""
    answer = client.post(REPORT, a_report(**{"asked": "yes"} | changes))
    assert answer.status_code == 303, answer.content.decode()
    return token_in(answer.url)


def token_in(url: str) -> str:
    found = re.fullmatch(r"/m/([\w-]+)/\?done=\w+", url)
    assert found, url
    return found.group(1)


def id_of(token: str) -> UUID:
    found = subject_of_link(token, timezone.now())
    assert found is not None
    return found


def stored() -> dict[str, int]:
    """How many rows of everything a report leaves behind."""
    kept = (Issue, Reporter, Deadline, Event, Attachment, IntakeKey, LinkToken)
    with scope(SYSTEM):
        return {model.__name__: model.objects.count() for model in kept}


def the_issue(token: str) -> Issue:
    with scope(SYSTEM):
        return Issue.objects.select_related("reporter", "grid").get(pk=id_of(token))


def a_picture(name: str = "a.jpg", size: tuple[int, int] = (640, 480)) -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", size, (120, 140, 130)).save(drawn, "JPEG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/jpeg")


def post_of(username: str) -> Viewer:
    return viewer_for(town.user(username), timezone.localdate())


def accept_and_file(token: str, at: datetime | None = None) -> None:
    now, desk = at or timezone.now(), post_of("wang")
    with scope(desk):
        actions.accept(id_of(token), by=desk, at=now, words="desk's own note")
        actions.file(id_of(token), by=desk, at=now, condition="rubbish-1")


def dispatch(token: str, at: datetime | None = None) -> UUID:
    now, dispatcher = at or timezone.now(), post_of("zhao")
    unit = OrgUnit.objects.get(code=town.SANITATION)
    with scope(dispatcher):
        moved = actions.dispatch(id_of(token), by=dispatcher, at=now, unit_id=unit.pk)
        return moved.orders.get(state="sent").pk


def sign_and_do(token: str, order_id: UUID) -> None:
    now, handler = timezone.now(), post_of("sun")
    with scope(handler):
        actions.sign(id_of(token), order_id=order_id, by=handler, at=now)
        actions.done(
            id_of(token),
            order_id=order_id,
            by=handler,
            at=now,
            words="已清运并冲洗",
            photos=[a_photo()],
            evidence=[Evidence.PHOTO_AFTER],
        )


def close(token: str) -> None:
    verifier = post_of("zhou")
    with scope(verifier):
        actions.close(id_of(token), by=verifier, at=timezone.now(), is_standard_met=True)


def bring_to_close(token: str) -> None:
    accept_and_file(token)
    sign_and_do(token, dispatch(token))
    close(token)
