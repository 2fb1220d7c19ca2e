from datetime import datetime

import pytest

from tests import town


@pytest.fixture
def at() -> datetime:
    """A Wednesday morning, offices open."""
    return town.NOW
