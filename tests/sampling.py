"""Of a large matrix `make test` tries the cases that are kept, `make soak` the others."""

from typing import Any

import pytest


def case(*values: object, name: str, kept: bool) -> Any:
    return pytest.param(*values, id=name, marks=[] if kept else [pytest.mark.soak])
