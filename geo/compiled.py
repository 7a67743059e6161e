"""The two ways in which inner loops are compiled: once per machine, the code kept on the disk.

It is kept beside the source; in the user's cache where that folder cannot be written; nowhere, and
made in each process, where neither can. Kept code is used only while every module of :mod:`geo` is
what it was: numba itself looks at the file of the outer function alone, and would go on using
yesterday's copy of a function that it calls from another file.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

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
    dispatcher = numba.njit(nogil=True, error_model="numpy")(function)
    return cast("Callable[P, R]", _kept(dispatcher))


def compiled_parallel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function whose ``numba.prange`` loops use all cores; only Python may call it.

    Each turn of such a loop must write only what is its own: then the result is the same to the
    last bit whatever the number of threads.
    """
    dispatcher = numba.njit(nogil=True, error_model="numpy", parallel=True)(function)
    kernel = cast("Callable[P, R]", _kept(dispatcher))

    @functools.wraps(function)
    def launch(*args: P.args, **kwargs: P.kwargs) -> R:
        with _LAUNCH:
            return kernel(*args, **kwargs)

    return launch


def _kept(dispatcher: Any) -> Any:
    """Return the dispatcher with a place on the disk for its code, if there is one."""
    try:
        dispatcher.enable_caching()
    except RuntimeError:
        return dispatcher
    dispatcher._cache._cache_file._source_stamp = _stamp()  # noqa: SLF001 — no public way
    return dispatcher


@functools.cache
def _stamp() -> str:
    """Return a digest of the sources of :mod:`geo`."""
    digest = sha256()
    for path in sorted(Path(__file__).resolve().parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
