"""Assignment of villages to sites of limited capacity: each village is served by one site."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Time limit of the assignment [s]; the best assignment found by then is used.
_LIMIT_S = 20.0


def served(reach: sp.csr_array, households: Floats, capacity: Floats) -> sp.csr_array:
    """Return the part of the coverage matrix in which each village has at most one site.

    The households served are maximal within the capacities: a generalised assignment problem solved
    by HiGHS, or largest village first where HiGHS finds no assignment within the time limit.

    Parameters
    ----------
    reach
        (sites, villages) sparse coverage matrix.
    households
        (villages,) households.
    capacity
        (sites,) households that a site can serve.

    Returns
    -------
    assignment
        (sites, villages) sparse, at most one 1 per column.
    """
    pairs = sp.coo_array(reach)
    if not pairs.nnz:
        return reach
    taken = _solved(pairs, households, capacity)
    if taken is None:
        taken = _greedy(pairs, households, capacity)
    return sp.csr_array(
        (np.ones(int(taken.sum())), (pairs.row[taken], pairs.col[taken])), shape=reach.shape
    )


def _solved(pairs: sp.coo_array, households: Floats, capacity: Floats) -> NDArray[np.bool_] | None:
    from scipy.optimize import Bounds, LinearConstraint, milp

    m, n = pairs.shape
    at = np.arange(pairs.nnz)
    load = sp.csr_array((households[pairs.col], (pairs.row, at)), shape=(m, pairs.nnz))
    once = sp.csr_array((np.ones(pairs.nnz), (pairs.col, at)), shape=(n, pairs.nnz))
    found = milp(
        -households[pairs.col],
        integrality=np.ones(pairs.nnz), bounds=Bounds(0, 1),
        constraints=[LinearConstraint(load, ub=capacity), LinearConstraint(once, ub=1.0)],
        options={"time_limit": _LIMIT_S},
    )  # fmt: skip
    return None if found.x is None else np.asarray(found.x > 0.5)


def _greedy(pairs: sp.coo_array, households: Floats, capacity: Floats) -> NDArray[np.bool_]:
    """Assign the largest village first, to the site with the most capacity left."""
    room, taken = capacity.copy(), np.zeros(pairs.nnz, dtype=bool)
    for village in np.argsort(-households, kind="stable").tolist():
        cells = np.flatnonzero(pairs.col == village)
        cells = cells[room[pairs.row[cells]] >= households[village]]
        if len(cells):
            best = cells[np.argmax(room[pairs.row[cells]])]
            taken[best] = True
            room[pairs.row[best]] -= households[village]
    return taken
