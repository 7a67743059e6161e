"""How the functions of P.1812 are compiled: on their first call, the code kept on the disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function on its first call, without fast-math: each operation rounds as IEEE 754.

    The code is kept beside the source, or in the user's cache where that folder cannot be written,
    or not at all where neither can. It is made anew when any module of :mod:`geo` has changed:
    numba itself looks only at the function's own file, not at those it calls.
    """
    dispatcher = numba.njit(nogil=True, error_model="numpy")(function)
    try:
        dispatcher.enable_caching()
    except RuntimeError:
        return cast("Callable[P, R]", dispatcher)
    kept: Any = dispatcher
    kept._cache._cache_file._source_stamp = _stamp()  # noqa: SLF001 — no public way
    return cast("Callable[P, R]", dispatcher)


@cache
def _stamp() -> str:
    """Return a digest of the sources of :mod:`geo`."""
    digest = sha256()
    for path in sorted(Path(__file__).resolve().parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
