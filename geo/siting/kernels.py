"""Compiled inner loops of the local search; serial, so that threads never change an answer.

Per village the state holds ``times``, the number of chosen rows that reach it, and ``owners``, the
sum of their indices: the one owner of a village reached once. Per row it holds ``value``, the
weight that the row alone adds: what choosing it gains, or what dropping it loses.

Swap moves with such gains: Resende and Werneck (2004), Journal of Heuristics 10:59–88,
doi:10.1023/B:HEUR.0000019986.96257.50.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from geo.compiled import compiled
from geo.siting.model import ROUNDING, Flags, Floats, Ints


class ReachMatrix(NamedTuple):
    """Coverage by row (``ptr``, ``idx``) and by column (``col_ptr``, ``col_idx``).

    ``weights`` per column; ``costs`` [fen] and ``places`` (numbered from 0) per row; ``least`` is
    the smallest gain that is more than rounding.
    """

    ptr: Ints
    idx: Ints
    col_ptr: Ints
    col_idx: Ints
    weights: Floats
    costs: Floats
    places: Ints
    least: float


class SearchState(NamedTuple):
    """A selection with what its moves need; ``sums`` is (covered, spent).

    ``members`` are the ``size[0]`` chosen rows, ``where`` the position of each row in them (−1 if
    not chosen), ``holder`` the chosen row of each place (−1 for none). ``shared`` and ``sharing``
    are work space; ``shared`` is 0 between moves.
    """

    times: Ints
    owners: Ints
    value: Floats
    shared: Floats
    sharing: Ints
    members: Ints
    where: Ints
    holder: Ints
    size: Ints
    sums: Floats


def reach_matrix(reach: sp.csr_array, weights: Floats, costs: Floats, places: Ints) -> ReachMatrix:
    """Build the arrays of the compiled loops.

    Parameters
    ----------
    reach
        (rows, columns) CSR coverage matrix.
    weights
        (columns,) weight.
    costs, places
        (rows,) cost [fen] and label of the place.

    Returns
    -------
    matrix
        The same, by row and by column.
    """
    back = sp.csc_array(reach)
    ptr, col_ptr = (np.ascontiguousarray(part.indptr, np.int64) for part in (reach, back))
    idx, col_idx = (np.ascontiguousarray(part.indices, np.int64) for part in (reach, back))
    numbers = np.unique(places, return_inverse=True)[1].astype(np.int64)
    least = ROUNDING * float(weights.sum())
    return ReachMatrix(ptr, idx, col_ptr, col_idx, weights, costs, numbers, least)


@compiled
def begin(m: ReachMatrix, chosen: Flags) -> SearchState:
    """Build the state of a selection.

    Parameters
    ----------
    m
        Matrix.
    chosen
        (rows,) True where chosen.

    Returns
    -------
    state
        Its values are right for all rows.
    """
    n, villages = len(chosen), len(m.weights)
    s = SearchState(
        np.zeros(villages, np.int64), np.zeros(villages, np.int64), np.zeros(n), np.zeros(n),
        np.zeros(n, np.int64), np.zeros(n, np.int64), np.full(n, -1, np.int64),
        np.full(n, -1, np.int64), np.zeros(1, np.int64), np.zeros(2),
    )  # fmt: skip
    for i in range(n):
        for k in range(m.ptr[i], m.ptr[i + 1]):
            s.value[i] += m.weights[m.idx[k]]
    for i in range(n):
        if chosen[i]:
            add(m, s, i)
    return s


@compiled
def add(m: ReachMatrix, s: SearchState, i: int) -> None:
    """Choose row ``i``; update the values of all rows.

    Parameters
    ----------
    m
        Matrix.
    s
        State; it is changed.
    i
        Row.
    """
    for k in range(m.ptr[i], m.ptr[i + 1]):
        j = m.idx[k]
        if s.times[j] == 0:
            for at in range(m.col_ptr[j], m.col_ptr[j + 1]):
                s.value[m.col_idx[at]] -= m.weights[j]
    add_member(m, s, i)


@compiled
def drop(m: ReachMatrix, s: SearchState, i: int) -> None:
    """Unchoose row ``i``; update the values of all rows.

    Parameters
    ----------
    m
        Matrix.
    s
        State; it is changed.
    i
        Row.
    """
    drop_member(m, s, i)
    s.value[i] = 0.0
    for k in range(m.ptr[i], m.ptr[i + 1]):
        j = m.idx[k]
        if s.times[j] == 0:
            for at in range(m.col_ptr[j], m.col_ptr[j + 1]):
                s.value[m.col_idx[at]] += m.weights[j]


@compiled
def add_member(m: ReachMatrix, s: SearchState, i: int) -> None:
    """Choose row ``i``; update the values of chosen rows only, which is much less work.

    Parameters
    ----------
    m
        Matrix.
    s
        State; it is changed.
    i
        Row.
    """
    s.value[i] = 0.0
    for k in range(m.ptr[i], m.ptr[i + 1]):
        j = m.idx[k]
        if s.times[j] == 0:
            s.value[i] += m.weights[j]
            s.sums[0] += m.weights[j]
        elif s.times[j] == 1:
            s.value[s.owners[j]] -= m.weights[j]
        s.times[j] += 1
        s.owners[j] += i
    s.members[s.size[0]] = i
    s.where[i] = s.size[0]
    s.size[0] += 1
    s.holder[m.places[i]] = i
    s.sums[1] += m.costs[i]


@compiled
def drop_member(m: ReachMatrix, s: SearchState, i: int) -> None:
    """Unchoose row ``i``; update the values of chosen rows only.

    Parameters
    ----------
    m
        Matrix.
    s
        State; it is changed.
    i
        Row.
    """
    for k in range(m.ptr[i], m.ptr[i + 1]):
        j = m.idx[k]
        s.times[j] -= 1
        s.owners[j] -= i
        if s.times[j] == 0:
            s.sums[0] -= m.weights[j]
        elif s.times[j] == 1:
            s.value[s.owners[j]] += m.weights[j]
    s.size[0] -= 1
    last, at = s.members[s.size[0]], s.where[i]
    s.members[at] = last
    s.where[last] = at
    s.where[i] = -1
    s.holder[m.places[i]] = -1
    s.sums[1] -= m.costs[i]


@compiled
def weakest(s: SearchState) -> int:
    """Find the chosen row with the least value.

    Parameters
    ----------
    s
        State.

    Returns
    -------
    row
        −1 if none is chosen.
    """
    if s.size[0] == 0:
        return -1
    row = s.members[0]
    for at in range(1, s.size[0]):
        if s.value[s.members[at]] < s.value[row]:
            row = s.members[at]
    return int(row)


@compiled
def partner(
    m: ReachMatrix, s: SearchState, i: int, other: int, room: float, price: float
) -> tuple[int, float]:
    """Find the chosen row whose exchange for ``i`` gains most.

    Candidates are ``other`` and the owners of villages that ``i`` reaches; with ``other`` the
    weakest of all and no price, no row is better. The value of ``i`` is up to date afterwards.

    Parameters
    ----------
    m
        Matrix.
    s
        State; only the value of ``i`` is changed.
    i
        Row that is not chosen.
    other
        A chosen row; −1 for none.
    room
        Money left [fen].
    price
        Price of money [weight per fen].

    Returns
    -------
    row
        −1 where no exchange fits the money.
    gain
        Weight gained less the price of the money.
    """
    count, value = 0, 0.0
    for k in range(m.ptr[i], m.ptr[i + 1]):
        j = m.idx[k]
        if s.times[j] == 0:
            value += m.weights[j]
        elif s.times[j] == 1:
            r = s.owners[j]
            if s.shared[r] == 0.0 and m.weights[j] > 0.0:
                s.sharing[count] = r
                count += 1
            s.shared[r] += m.weights[j]
    s.value[i] = value
    held = s.holder[m.places[i]]
    best, gain = -1, -np.inf
    if held >= 0:
        other = held
    if other >= 0 and m.costs[i] - m.costs[other] <= room:
        best, gain = other, s.shared[other] - s.value[other] + price * m.costs[other]
    for at in range(count):
        r = s.sharing[at]
        this = s.shared[r] - s.value[r] + price * m.costs[r]
        if this > gain and held < 0 and m.costs[i] - m.costs[r] <= room:
            best, gain = r, this
        s.shared[r] = 0.0
    return best, gain + value - price * m.costs[i]


@compiled
def fill(m: ReachMatrix, s: SearchState, p: int, budget: float, per_cost: bool) -> None:  # noqa: FBT001  numba
    """Add the row that adds most, or most per cost, while one fits: the greedy rule.

    Parameters
    ----------
    m
        Matrix.
    s
        State; it is changed.
    p, budget
        Largest number of rows and largest cost [fen].
    per_cost
        True for most weight per cost.
    """
    while s.size[0] < p:
        best, top = -1, 0.0
        for i in range(len(s.value)):
            if s.where[i] >= 0 or s.value[i] <= m.least or s.holder[m.places[i]] >= 0:
                continue
            if m.costs[i] > budget - s.sums[1]:
                continue
            # Rows without a cost come first.
            score = s.value[i] / max(m.costs[i], 1e-9) if per_cost else s.value[i]
            if score > top:
                best, top = i, score
        if best < 0:
            return
        add(m, s, best)


@compiled
def climb(m: ReachMatrix, s: SearchState, budget: float) -> None:
    """Exchange one row for another until no exchange considered gains.

    Parameters
    ----------
    m
        Matrix.
    s
        State; it is changed.
    budget
        Largest cost [fen].
    """
    n = len(s.value)
    idle, i = 0, 0
    weak = weakest(s)
    while idle < n and s.size[0]:
        if s.where[i] < 0:
            out, gain = partner(m, s, i, weak, budget - s.sums[1], 0.0)
            if out >= 0 and gain > m.least:
                drop(m, s, out)
                add(m, s, i)
                weak = weakest(s)
                idle = 0
        idle += 1
        i = i + 1 if i + 1 < n else 0
