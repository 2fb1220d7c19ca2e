"""The one place that knows how the search is made fast."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Machine code without the interpreter's lock, kept between runs where a directory allows it.

    Kept beside the file, in NUMBA_CACHE_DIR or in the user's cache; where none can be written, as
    on a sealed server without a home, each process compiles anew.
    """
    try:
        fast = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        fast = numba.njit(nogil=True)(function)
    return cast(Function, fast)
