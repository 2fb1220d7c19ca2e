import io
from uuid import uuid4

import pytest
from django.test import Client
from PIL import Image

from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.records.models import Attachment
from tests.surfaces.portal.resident import (
    a_picture,
    accept_and_file,
    dispatch,
    hand_in,
    id_of,
    sign_and_do,
)

pytestmark = pytest.mark.django_db


def photos_in(token: str, **asked: object) -> list[Attachment]:
    with scope(SYSTEM):
        return list(Attachment.objects.filter(subject_id=id_of(token), **asked))


def test_the_holder_of_the_link_sees_the_photo_as_a_picture(client: Client) -> None:
    token = hand_in(client, photos=[a_picture()])
    (photo,) = photos_in(token)
    answer = client.get(f"/m/{token}/photos/{photo.pk}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Image.open(io.BytesIO(answer.content)).size == (640, 480)


def test_a_picture_of_how_it_looks_now_may_be_seen(client: Client) -> None:
    token = hand_in(client)
    accept_and_file(token)
    sign_and_do(token, dispatch(token))
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
