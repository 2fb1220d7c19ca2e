from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from qijie.territory.models import StreetLine
from tests.redrawing import village


@pytest.fixture(scope="package", autouse=True)
def _streets(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        laid = village.lay_streets()
    yield
    with django_db_blocker.unblock():
        StreetLine.objects.using("owner").filter(pk__in=laid).delete()


@pytest.fixture(autouse=True)
def _village(db: None) -> None:
    village.build()
