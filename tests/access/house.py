"""Every URL of the product with something behind it, and somebody of each role to knock."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from qijie.access.permissions import Door, Who, may
from qijie.access.scope import scope
from qijie.access.viewer import INTAKE, SYSTEM
from qijie.accounts.models import User
from qijie.boards import files
from qijie.boards.actions import order_file
from qijie.boards.models import BoardFile
from qijie.boards.rules import FileState, Paper
from qijie.issues import actions
from qijie.issues.actions import NewReport
from qijie.issues.rules.vocabulary import Channel
from qijie.kernel.ids import new_id
from qijie.records.models import Attachment
from qijie.teams.models import OrgUnit, Post
from tests import town
from tests.access.matters import AT, as_post, file
from tests.photos import a_photo, look_at_all
from tests.surfaces.console import drawn

ANONYMOUS = "anonymous"
# One of each role, the outsider, and somebody who signed in and holds no post.
STAFF = ("chen", "song", "wang", "zhao", "sun", "zhou", "wu", "xu", "han", "cao", "deng", "qian")
NO_POST = "no_post"
EVERYBODY = (*STAFF, NO_POST, ANONYMOUS)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def patterns(of: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for entry in of.url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from patterns(entry, inner)
        else:
            yield ":".join([*spaces, entry.name or ""]), entry


URLS = dict(patterns(get_resolver(django_settings.ROOT_URLCONF)))


@pytest.fixture(scope="module")
def values(own_database: None) -> dict[str, object]:
    """What to put into a URL, by the name of its parameter."""
    new = NewReport(
        key=new_id(),
        words="楼下垃圾三天没清",
        channel=Channel.PORTAL,
        category=town.RUBBISH,
        place=town.IN_GRID_1,
        phone="13912345678",
    )
    with scope(INTAKE):
        receipt = actions.report(new, by=INTAKE, at=AT, photos=[a_photo()])
    unit = OrgUnit.objects.get(code=town.SANITATION)
    as_post("zhao", actions.dispatch, file(receipt.issue_id), unit_id=unit.pk)
    look_at_all(AT)
    attachment = Attachment.objects.using("owner").get(subject_id=receipt.issue_id)
    plan = drawn.plan()
    return {
        "issue_id": receipt.issue_id,
        "photo_id": attachment.pk,
        "token": receipt.token,
        "post_id": Post.objects.get(code="desk").pk,
        "user_id": town.user("wang").pk,
        "file_id": _printed(),
        "run_id": plan.run_id,
        "plan_id": plan.pk,
        "size": "a4",
        "move": "urge",
        "word": "urge",
        "path": town.STREET,
        "code": f"{town.HUAIYIN}-b00001",
        "grid": town.GRID_1,
        "z": 15,
        "x": 26_760,
        "y": 13_520,
        "photos": django_settings.PHOTO_FOLDER,
        "boards": django_settings.BOARD_FOLDER,
    }


def _printed() -> UUID:
    """A file of the street's notice boards, as if the worker had just made it."""
    supervisor = town.viewer("wu")
    with scope(supervisor):
        ordered = order_file(town.STREET, town.TODAY, Paper.A4, by=supervisor, at=AT)
    digest = files.store(b"%PDF-")
    with scope(SYSTEM):
        BoardFile.objects.filter(pk=ordered.pk).update(state=FileState.DONE, sha256=digest)
    return ordered.pk


@pytest.fixture(autouse=True)
def as_served(settings: Settings, values: dict[str, object]) -> None:
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    settings.PHOTO_FOLDER, settings.BOARD_FOLDER = values["photos"], values["boards"]


@pytest.fixture(scope="module")
def clients(own_database: None) -> dict[str, Client]:
    User.objects.create(username=NO_POST, name="无岗", password=town.user("chen").password)
    return {name: client_of(name) for name in EVERYBODY}


def client_of(name: str) -> Client:
    client = Client(raise_request_exception=False)
    if name != ANONYMOUS:
        client.force_login(town.user(name), backend=BACKEND)
    return client


def address(door: Door, values: dict[str, object]) -> str:
    names = URLS[door.url_name].pattern.converters
    return reverse(door.url_name, kwargs={name: values[name] for name in names})


def is_let_in(door: Door, name: str) -> bool:
    if door.who is not Who.STAFF:
        return True
    return name not in (ANONYMOUS, NO_POST) and may(town.viewer(name), door.verb)
