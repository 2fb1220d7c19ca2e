"""The one place that knows how the search is made fast."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])
_FAST: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_WITHIN: dict[str, Any] = _FAST | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(function: Function) -> Function:
    """Machine code without the interpreter's lock, kept between runs where a directory allows it.

    Kept beside the file, in NUMBA_CACHE_DIR or in the user's cache; where none can be written, as
    on a sealed server without a home, each process compiles anew.
    """
    try:
        fast = numba.njit(cache=True, **_FAST)(function)
    except RuntimeError:
        fast = numba.njit(**_FAST)(function)
    return cast(Function, fast)


def compiled_within(function: Function) -> Function:
    """The same for a function that only compiled ones call: no door to the interpreter, which
    halves the time to compile."""
    return cast(Function, numba.njit(**_WITHIN)(function))
