"""A matter about somebody, over HTTP: the same 404 on every road, and the moves that correct it."""

from uuid import UUID

import pytest
from django.test import Client

from qijie.access.scope import scope
from qijie.access.viewer import Role
from qijie.issues.models import Issue
from qijie.records.models import Attachment
from tests import town
from tests.access.matters import AT, report
from tests.issues.test_accused import SEEN_BY, about
from tests.photos import look_at_all

pytestmark = [pytest.mark.django_db(databases=["default", "owner"]), pytest.mark.slow]


@pytest.mark.parametrize(
    "accused", ["nobody", "worker-1", "verifier", "unit-property", "somebody here", "street-desk"]
)
def test_whoever_must_not_see_it_meets_the_same_404_on_every_road(
    client: Client, accused: str
) -> None:
    matter = report(town.IN_GRID_1, photo=True, **about(accused))
    look_at_all(AT)
    with scope(town.viewer("zheng" if accused != "street-desk" else "wu")):
        issue = Issue.objects.get(pk=matter)
        photo = Attachment.objects.get(subject_id=matter)
    for name in ("wang", "zhou", "chen", "luo"):
        client.force_login(town.user(name))
        surface = "field" if town.viewer(name).roles <= {Role.GRID_WORKER, Role.HANDLER} else ""
        expected = name in SEEN_BY[accused]
        for path in _roads(surface or "console", matter, photo.pk):
            assert (client.get(path).status_code != 404) is expected, (name, path)
        if not surface:
            assert _found_by_number(client, issue.number) is expected
            reveal = client.post(f"/console/matters/{matter}/reporter/", {"purpose": "回访"})
            assert (reveal.status_code == 200) is expected


def _roads(surface: str, matter: UUID, photo: UUID) -> list[str]:
    here = f"/{surface}/matters/{matter}/"
    return [here, f"{here}photos/{photo}/"]


def _found_by_number(client: Client, number: str) -> bool:
    return client.get("/console/find/", {"q": number}).status_code == 302
