"""The two ways in which inner loops are compiled: once per machine, the code kept on the disk."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")

#: One parallel loop at a time: each takes all cores, and one of numba's thread pools ends the
#: process when two Python threads (two visitors of the web door) start a loop at once.
_LAUNCH = threading.Lock()


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function on its first call; it may call, and be called by, compiled functions.

    Division by zero gives inf or NaN as in numpy; results do not depend on the thread that asks.
    """
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def compiled_parallel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function whose ``numba.prange`` loops use all cores; only Python may call it.

    Each turn of such a loop must write only what is its own: then the result is the same to the
    last bit whatever the number of threads.
    """
    kernel = cast(
        "Callable[P, R]",
        numba.njit(cache=True, nogil=True, error_model="numpy", parallel=True)(function),
    )

    @functools.wraps(function)
    def launch(*args: P.args, **kwargs: P.kwargs) -> R:
        with _LAUNCH:
            return kernel(*args, **kwargs)

    return launch
