"""A basis of a small cover's relaxation: the few rows that are built in part, and its inverse.

Villages whose price is at an end, or at 0, need no line in it. See :mod:`geo.siting.simplex`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.compiled import compiled
from geo.siting.kernels import Cells, Index
from geo.siting.model import Floats, Ints

#: Where a village's price is: at 0, at its upper or lower end, or anywhere with its village reached
#: just once.
FREE, HIGH, LOW, TIGHT = 0, 1, 2, 3
#: Rows of ``Program.cost``.
OVER, LACK = 0, 1
#: Shares below this are 0; so are changes of a price.
NOTHING = 1e-9
#: A tight village may be so far from being reached just once.
_EXACT = 1e-7
#: A smaller pivot is not trusted.
PIVOT = 1e-5
#: What rows cost more than they do, so that no two are equal and no step leads nowhere.
_APART = 1e-6


class Program(NamedTuple):
    """Which row reaches which village, both ways; (rows,) ``due``; (2, villages) ``cost``."""

    ptr: Index
    idx: Cells
    col_ptr: Index
    col_idx: Cells
    due: Floats
    cost: Floats


class Basis(NamedTuple):
    """A basis and its prices.

    (villages,) ``kind``, ``price``, ``missing`` (1 less the parts that reach the village), ``heft``
    (weight when one is to leave) and ``place`` among the tight ``villages``. (rows,) ``left`` of
    the due, ``bulk`` and ``seat`` among the basic ``rows``, whose parts are ``share``. ``inverse``:
    of the matrix that tells which tight village (row) is reached by which basic row (column).
    ``ray``, ``fall``, ``line``, ``column``, ``change`` are what a step works with: how prices of
    tight villages and ``left`` change, the leaving village's line and the entering row's column
    times the inverse, and what enters does to ``missing``. ``size`` is (basic rows, changes since
    the inverse was made, changes since parts were).
    """

    kind: Ints
    price: Floats
    missing: Floats
    heft: Floats
    place: Ints
    left: Floats
    bulk: Floats
    seat: Ints
    villages: Ints
    rows: Ints
    share: Floats
    inverse: Floats
    ray: Floats
    fall: Floats
    line: Floats
    column: Floats
    change: Floats
    hits: Ints
    size: Ints


class Exchange(NamedTuple):
    """Who leaves, a village's price its place at an end or a row its seat, and who enters.

    −1 stands for neither: a village or the row at a seat, a row or the tight village at a place.
    """

    village: int
    seat: int
    row: int
    place: int


@compiled
def begun(p: Program) -> Basis:
    """Return the basis of prices of 0 and no rows."""
    m, n = len(p.due), p.cost.shape[1]
    most = min(m, n) + 1
    left = p.due.copy()
    for i in range(m):
        # Knuth's multiplicative hash (The Art of Computer Programming 3, 6.4).
        left[i] += _APART * (0.5 + (i * 2_654_435_761 % 4_294_967_296) / 4_294_967_296.0)
    return Basis(
        np.zeros(n, np.int64), np.zeros(n), np.ones(n), np.ones(n), np.full(n, -1, np.int64),
        left, np.ones(m), np.full(m, -1, np.int64), np.zeros(most, np.int64),
        np.zeros(most, np.int64), np.zeros(most), np.empty((most, most)), np.zeros(most),
        np.zeros(m), np.zeros(most), np.zeros(most), np.zeros(n), np.zeros(most, np.int64),
        np.zeros(3, np.int64),
    )  # fmt: skip


@compiled
def with_line(b: Basis, x: Exchange, pivot: float) -> None:
    """Change the inverse for a line more, with the row that enters, or for another line."""
    size = b.size[0]
    to = size if x.row >= 0 else x.place
    for k in range(size):
        factor = b.column[k] / pivot
        if factor != 0.0:
            for at in range(size):
                b.inverse[k, at] -= factor * b.line[at]
        b.inverse[k, to] = factor
    if x.row >= 0:
        for at in range(size):
            b.inverse[size, at] = b.line[at] / pivot
        b.inverse[size, size] = -1.0 / pivot


@compiled
def without_row(b: Basis, seat: int, pivot: float) -> None:
    """Change the inverse for the row that leaves."""
    size = b.size[0]
    for at in range(size):
        b.inverse[seat, at] /= pivot
    for k in range(size):
        if k != seat and b.column[k] != 0.0:
            for at in range(size):
                b.inverse[k, at] -= b.column[k] * b.inverse[seat, at]


@compiled
def loosen(p: Program, b: Basis, place: int) -> None:
    """Leave the price of a tight village at the end that it came to."""
    j = b.villages[place]
    b.place[j] = -1
    b.kind[j] = HIGH if b.ray[place] > 0.0 else LOW
    b.price[j] = p.cost[LACK, j] if b.ray[place] > 0.0 else -p.cost[OVER, j]


@compiled
def sit(b: Basis, row: int, seat: int, part: float) -> None:
    """Give a basic row its seat and its part."""
    b.rows[seat], b.seat[row], b.share[seat] = row, seat, part


@compiled
def tighten(b: Basis, village: int, place: int) -> None:
    """Give a tight village its place."""
    b.villages[place], b.place[village] = village, place


@compiled
def close(b: Basis, seat: int, place: int) -> None:
    """Fill the gaps that a row and a village left with the last ones."""
    last = b.size[0] - 1
    if seat != last:
        for at in range(last + 1):
            b.inverse[seat, at] = b.inverse[last, at]
        sit(b, b.rows[last], seat, b.share[last])
    if place != last:
        for k in range(last):
            b.inverse[k, place] = b.inverse[k, last]
        tighten(b, b.villages[last], place)
    b.size[0] = last


@compiled
def sound(p: Program, b: Basis) -> bool:
    """Return True once tight villages are reached just once, with a new inverse if need be."""
    return reached(p, b) <= _EXACT or renewed(p, b)


@compiled
def reached(p: Program, b: Basis) -> float:
    """Set the parts of the rows and what villages miss; return the most that a tight one does."""
    size = b.size[0]
    b.size[2] = 0
    b.missing[:] = 1.0
    for k in range(size):
        share = b.inverse[k, :size].sum()
        b.share[k] = share
        if abs(share) > NOTHING:
            for at in range(p.ptr[b.rows[k]], p.ptr[b.rows[k] + 1]):
                b.missing[p.idx[at]] -= share
    worst = 0.0
    for k in range(size):
        worst = max(worst, abs(b.missing[b.villages[k]]))
    return worst


@compiled
def renewed(p: Program, b: Basis) -> bool:
    """Make the inverse anew, and prices and what is left from it; return False if that fails."""
    size = b.size[0]
    matrix = np.zeros((size, 2 * size))
    for k in range(size):
        matrix[k, size + k] = 1.0
        for at in range(p.ptr[b.rows[k]], p.ptr[b.rows[k] + 1]):
            place = b.place[p.idx[at]]
            if place >= 0:
                matrix[place, k] = 1.0
    if not _eliminated(matrix):
        return False
    for k in range(size):
        for at in range(size):
            b.inverse[k, at] = matrix[k, size + at]
    b.size[1] = 0
    _reprice(p, b)
    return reached(p, b) <= _EXACT


@compiled
def _eliminated(matrix: Floats) -> bool:
    """Turn the left half of a matrix into that of the identity; False where it has no inverse."""
    size = len(matrix)
    for k in range(size):
        best = k + int(np.argmax(np.abs(matrix[k:, k])))
        if abs(matrix[best, k]) < PIVOT:
            return False
        if best != k:
            for at in range(2 * size):
                matrix[k, at], matrix[best, at] = matrix[best, at], matrix[k, at]
        matrix[k] /= matrix[k, k]
        for other in range(size):
            if other != k and matrix[other, k] != 0.0:
                matrix[other] -= matrix[other, k] * matrix[k]
    return True


@compiled
def _reprice(p: Program, b: Basis) -> None:
    """Set the prices of tight villages so that basic rows have nothing left, and what others have.

    What a row lacks is given to it.
    """
    size = b.size[0]
    before = np.zeros(size)
    for k in range(size):
        before[k] = b.price[b.villages[k]]
        b.price[b.villages[k]] = 0.0
    due = np.zeros(size)
    for k in range(size):
        i = b.rows[k]
        due[k] = b.left[i]
        for at in range(p.ptr[i], p.ptr[i + 1]):
            place = b.place[p.idx[at]]
            if place >= 0:
                due[k] += before[place]
    for place in range(size):
        price = 0.0
        for k in range(size):
            price += b.inverse[k, place] * due[k]
        change = price - before[place]
        j = b.villages[place]
        b.price[j] = price
        for at in range(p.col_ptr[j], p.col_ptr[j + 1]):
            b.left[p.col_idx[at]] -= change
    for i in range(len(b.left)):
        b.left[i] = 0.0 if b.seat[i] >= 0 else max(b.left[i], 0.0)
