from datetime import datetime

import pytest

from tests import town
from tests.access.own_database import own_database
from tests.outbound.processes import committing, line, start

__all__ = ["committing", "line", "own_database", "start"]


@pytest.fixture
def at() -> datetime:
    """A Wednesday morning, offices open."""
    return town.NOW
