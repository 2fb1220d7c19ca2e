from datetime import datetime

import pytest

from tests import town
from tests.access.own_database import own_database

__all__ = ["own_database"]


@pytest.fixture
def at() -> datetime:
    """A Wednesday morning, offices open."""
    return town.NOW
