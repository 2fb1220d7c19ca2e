from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

Statement = tuple[str, Sequence[Any]]


@contextmanager
def captured() -> Iterator[list[Statement]]:
    """Everything that is asked of the database meanwhile, with its parameters."""
    found: list[Statement] = []

    def note(execute: Callable[..., object], sql: str, params: Any, *rest: object) -> object:
        found.append((sql, params or ()))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(note):
        yield found
