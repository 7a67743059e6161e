"""Compilation of inner loops with numba: once per machine, the machine code cached on disk.

The cache is beside the source, or in the user's cache folder where the source folder cannot be
written; where neither can, each process compiles again. Cached code is used only while every module
of :mod:`geo` is unchanged: numba itself checks the file of the outer function alone, and would keep
using an old copy of a function that it calls from another file.
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
#: process when two Python threads (two browser sessions) start a loop at once.
_LAUNCH = threading.Lock()


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function on its first call; it may call, and be called by, compiled functions.

    Division by zero gives inf or NaN as in numpy; results do not depend on the calling thread.

    Parameters
    ----------
    function
        Arguments and results that numba can type.

    Returns
    -------
    kernel
        The compiled function, with the signature of ``function``.
    """
    dispatcher = numba.njit(nogil=True, error_model="numpy")(function)
    return cast("Callable[P, R]", _kept(dispatcher))


def compiled_parallel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function whose ``numba.prange`` loops use all cores; only Python may call it.

    Each iteration of such a loop must write only its own elements: the result is then the same to
    the last bit whatever the number of threads.

    Parameters
    ----------
    function
        Loops over ``numba.prange``; no keyword-only arguments.

    Returns
    -------
    launch
        The compiled function; calls from several threads run one after the other.
    """
    dispatcher = numba.njit(nogil=True, error_model="numpy", parallel=True)(function)
    kernel = cast("Callable[P, R]", _kept(dispatcher))

    @functools.wraps(function)
    def launch(*args: P.args, **kwargs: P.kwargs) -> R:
        with _LAUNCH:
            return kernel(*args, **kwargs)

    return launch


def _kept(dispatcher: Any) -> Any:
    """Return the dispatcher with a cache on disk for its code, where one can be written."""
    try:
        dispatcher.enable_caching()
    except RuntimeError:
        return dispatcher
    # numba compares this before it unpickles the index: types of an older source may be gone.
    version = f"{numba.__version__} {_stamp()}"
    dispatcher._cache._cache_file._version = version  # noqa: SLF001 — no public way
    return dispatcher


@functools.cache
def _stamp() -> str:
    """Return a digest of the sources of :mod:`geo`."""
    digest = sha256()
    for path in sorted(Path(__file__).resolve().parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
