import io
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.records.models import Attachment, Event
from tests.photos import look_at_all
from tests.surfaces.portal.resident import (
    a_picture,
    accept_and_file,
    dispatch,
    hand_in,
    id_of,
    sign_and_do,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def photos_in(token: str, **asked: object) -> list[Attachment]:
    with scope(SYSTEM):
        return list(Attachment.objects.filter(subject_id=id_of(token), **asked))


def test_the_holder_of_the_link_sees_the_photo_as_a_picture(client: Client) -> None:
    token = hand_in(client, photos=[a_picture()])
    look_at_all()
    (photo,) = photos_in(token)
    answer = client.get(f"/m/{token}/photos/{photo.pk}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Image.open(io.BytesIO(answer.content)).size == (640, 480)


def test_a_picture_of_how_it_looks_now_may_be_seen(client: Client) -> None:
    token = hand_in(client)
    accept_and_file(token)
    sign_and_do(token, dispatch(token))
    look_at_all()
    (photo,) = photos_in(token, from_reporter=False)
    assert client.get(f"/m/{token}/photos/{photo.pk}/").status_code == 200


def test_evidence_among_staff_is_not_shown(client: Client) -> None:
    token = hand_in(client, photos=[a_picture()])
    (photo,) = photos_in(token)
    with scope(SYSTEM):
        staff_only = Attachment(
            **{f.attname: getattr(photo, f.attname) for f in Attachment._meta.concrete_fields}
            | {"id": uuid4(), "purpose": "evidence", "from_reporter": False}
        )
        Attachment.objects.bulk_create([staff_only])
    assert client.get(f"/m/{token}/photos/{staff_only.pk}/").status_code == 404
    assert str(staff_only.pk) not in client.get(f"/m/{token}/").content.decode()


def test_another_matters_photo_does_not_exist_here(client: Client) -> None:
    token = hand_in(client, photos=[a_picture()])
    (photo,) = photos_in(token)
    other = hand_in(client)
    assert client.get(f"/m/{other}/photos/{photo.pk}/").status_code == 404
    assert client.get(f"/m/nonsense/photos/{photo.pk}/").status_code == 404
    assert client.get(f"/m/{token}/photos/{uuid4()}/").status_code == 404


def page_of(client: Client, token: str) -> str:
    return client.get(f"/m/{token}/").content.decode()


def test_until_somebody_has_looked_the_page_says_so_and_nobody_is_served_the_bytes(
    client: Client,
) -> None:
    token = hand_in(client, photos=[a_picture()])
    (photo,) = photos_in(token)
    address = f"/m/{token}/photos/{photo.pk}/"
    assert "照片正在检查" in page_of(client, token)
    assert address not in page_of(client, token)
    assert client.get(address).status_code == 404
    look_at_all()
    assert "照片正在检查" not in page_of(client, token)
    assert address in page_of(client, token)


def test_a_photo_that_cannot_be_opened_is_said_in_words_and_never_served(client: Client) -> None:
    half = a_picture().read()[:400]
    token = hand_in(client, photos=[SimpleUploadedFile("半张.jpg", half, "image/jpeg")])
    look_at_all()
    (photo,) = photos_in(token)
    assert "照片打不开，请补一张" in page_of(client, token)
    assert client.get(f"/m/{token}/photos/{photo.pk}/").status_code == 404


def test_each_photo_stands_under_the_step_it_came_with(client: Client) -> None:
    token = hand_in(client, photos=[a_picture()])
    added = {"words": "又多了两袋", "photos": [a_picture("b.jpg", (30, 50))]}
    assert client.post(f"/m/{token}/add/", added).status_code == 303
    look_at_all()
    first, second = sorted(photos_in(token), key=lambda photo: photo.at)
    shown = page_of(client, token)
    step = shown[shown.index("您补充了情况") :]
    assert str(second.pk) in step[: step.index("</li>")]
    assert str(first.pk) not in step[: step.index("</li>")]
    assert str(first.pk) in shown[shown.index("您说的") :]
    with scope(SYSTEM):
        events = dict(Event.objects.filter(subject_id=id_of(token)).values_list("verb", "id"))
    assert (first.event_id, second.event_id) == (events["report"], events["add"])
