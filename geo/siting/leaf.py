"""A window of villages, and what is left of it once some sites are decided: compiled steps.

See :mod:`geo.siting.tiling`, whose tree has one :class:`Leaf` for each way that is still open.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.compiled import compiled
from geo.siting.basis import LACK, OVER, Program
from geo.siting.kernels import Cells, Index
from geo.siting.model import Flags, Floats, Ints

#: Weight, when villages are compared to branch on, of how much of what reaches them lies inside.
_CENTRAL = 2.0
#: Share of a site in which the relaxation must reach a village that it is to be branched on.
_REACHED, _LEAST_REACHED = 0.7, 0.3


class Window(NamedTuple):
    """A window: its rows and villages, and what waste costs there.

    (2, villages) ``cost`` is that of reaching a village once more and that of not reaching it;
    (rows,) ``due`` is a row's own cost, ``worth`` the sum of the first cost over its villages.
    (villages,) ``central`` is how much of the rows that reach a village lies inside, from 0 to 1.
    """

    ptr: Index
    idx: Cells
    col_ptr: Index
    col_idx: Cells
    cost: Floats
    due: Floats
    worth: Floats
    central: Floats


class Leaf(NamedTuple):
    """What is left below some decisions.

    (rows,) ``due`` is what a row would cost now, ``fits`` whether a better choice may still have
    it, ``share`` in how far the last relaxation has it. (villages,) ``open`` tells those neither
    reached nor given up, ``ways`` the rows that fit and reach one. (2, villages) ``cost`` as in the
    window, at the leaf's own prices.
    """

    due: Floats
    fits: Flags
    share: Floats
    open: Flags
    ways: Ints
    cost: Floats

    def copy(self) -> Leaf:
        """Return the same with arrays of its own."""
        return Leaf(
            self.due.copy(), self.fits.copy(), self.share.copy(), self.open.copy(),
            self.ways.copy(), self.cost.copy(),
        )  # fmt: skip


def whole(w: Window) -> Leaf:
    """Return the leaf where nothing is decided."""
    rows, villages = len(w.due), len(w.central)
    return Leaf(
        w.due.copy(), np.ones(rows, dtype=np.bool_), np.zeros(rows),
        np.ones(villages, dtype=np.bool_), np.diff(w.col_ptr).astype(np.int64), w.cost.copy(),
    )  # fmt: skip


@compiled
def prune(w: Window, s: Leaf, floor: float, limit: float) -> float:
    """Drop the rows that cost too much and the villages that none reaches; return the waste.

    ``floor`` is what is wasted so far; no choice at ``limit`` or above is looked for.
    """
    while floor < limit:
        for i in range(len(s.due)):
            if s.fits[i] and floor + s.due[i] >= limit:
                drop(w, s, i)
        before = floor
        for j in range(len(s.open)):
            if s.open[j] and s.ways[j] == 0:
                s.open[j] = False
                floor += s.cost[LACK, j]
        if floor <= before:
            break
    return floor


@compiled
def drop(w: Window, s: Leaf, i: int) -> None:
    """Do without a row."""
    if s.fits[i]:
        s.fits[i] = False
        for k in range(w.ptr[i], w.ptr[i + 1]):
            s.ways[w.idx[k]] -= 1


@compiled
def without(w: Window, s: Leaf, rows: Ints) -> None:
    """Do without some rows."""
    for i in rows:
        drop(w, s, i)


@compiled
def choose(w: Window, s: Leaf, i: int) -> None:
    """Choose a row: others that reach its villages, too, cost the more."""
    drop(w, s, i)
    for k in range(w.ptr[i], w.ptr[i + 1]):
        j = w.idx[k]
        if s.open[j]:
            s.open[j] = False
            for at in range(w.col_ptr[j], w.col_ptr[j + 1]):
                s.due[w.col_idx[at]] += s.cost[OVER, j]


@compiled
def give_up(w: Window, s: Leaf, j: int) -> None:
    """Do without all rows that reach a village."""
    s.open[j] = False
    for at in range(w.col_ptr[j], w.col_ptr[j + 1]):
        drop(w, s, w.col_idx[at])


@compiled
def nearest(w: Window, i: int) -> Ints:
    """Return the villages, nearest to a row first: those whose rows share most with it."""
    shared = np.zeros(len(w.due))
    for k in range(w.ptr[i], w.ptr[i + 1]):
        j = w.idx[k]
        for at in range(w.col_ptr[j], w.col_ptr[j + 1]):
            shared[w.col_idx[at]] += w.cost[OVER, j]
    for r in range(len(shared)):
        shared[r] /= max(w.worth[r], 1e-300)
    away = np.zeros(len(w.central))
    for j in range(len(away)):
        for at in range(w.col_ptr[j], w.col_ptr[j + 1]):
            away[j] -= shared[w.col_idx[at]]
        away[j] /= max(w.col_ptr[j + 1] - w.col_ptr[j], 1)
    return np.argsort(away, kind="mergesort")


@compiled
def part(w: Window, s: Leaf, villages: Ints) -> tuple[Ints, Program]:
    """Return the rows that fit and reach some of the villages, and what covering these costs.

    Villages are numbered in the order in which they are given.
    """
    count = np.zeros(len(s.due), np.int32)
    col_ptr = np.zeros(len(villages) + 1, np.int32)
    for k in range(len(villages)):
        col_ptr[k + 1] = col_ptr[k] + s.ways[villages[k]]
        for at in range(w.col_ptr[villages[k]], w.col_ptr[villages[k] + 1]):
            if s.fits[w.col_idx[at]]:
                count[w.col_idx[at]] += 1
    rows = np.flatnonzero(count)
    ptr = np.zeros(len(rows) + 1, np.int32)
    place, number = np.empty(len(count), np.int32), np.empty(len(count), np.uint32)
    for k in range(len(rows)):
        place[rows[k]], number[rows[k]] = ptr[k], k
        ptr[k + 1] = ptr[k] + count[rows[k]]
    idx, col_idx = np.empty(ptr[-1], np.uint32), np.empty(ptr[-1], np.uint32)
    to = 0
    for k in range(len(villages)):
        for at in range(w.col_ptr[villages[k]], w.col_ptr[villages[k] + 1]):
            i = w.col_idx[at]
            if s.fits[i]:
                idx[place[i]], col_idx[to] = k, number[i]
                place[i] += 1
                to += 1
    cost = np.empty((2, len(villages)))
    for k in range(len(villages)):
        cost[OVER, k], cost[LACK, k] = s.cost[OVER, villages[k]], s.cost[LACK, villages[k]]
    return rows, Program(ptr, idx, col_ptr, col_idx, s.due[rows], cost)


@compiled
def reprice(w: Window, s: Leaf, villages: Ints, more: Floats) -> float:
    """Raise the prices of villages by ``more``, which may be less; return the waste that is sure.

    It is the sum of ``more``, without what rounding takes from rows that have nothing left.
    """
    sure = 0.0
    for k in range(len(villages)):
        j = villages[k]
        sure += more[k]
        s.cost[OVER, j] += more[k]
        s.cost[LACK, j] -= more[k]
        for at in range(w.col_ptr[j], w.col_ptr[j + 1]):
            s.due[w.col_idx[at]] -= more[k]
    for i in range(len(s.due)):
        if s.fits[i] and s.due[i] < 0.0:
            sure += s.due[i]
            s.due[i] = 0.0
    return sure


@compiled
def branching(w: Window, s: Leaf) -> int:
    """Return the open village to branch on; −1 if none is open.

    It lies well inside, and the relaxation reaches it with small parts of many sites, so that each
    whole one costs.
    """
    found, least = -1, np.inf
    for j in range(len(s.open)):
        if not s.open[j]:
            continue
        times, squares = 0.0, 0.0
        for at in range(w.col_ptr[j], w.col_ptr[j + 1]):
            i = w.col_idx[at]
            if s.fits[i]:
                times += s.share[i]
                squares += s.share[i] ** 2
        score = squares / max(times, _LEAST_REACHED) ** 2 - _CENTRAL * w.central[j]
        score += 1.0 if times < _REACHED else 0.0
        if score < least:
            found, least = j, score
    return found


@compiled
def ways(w: Window, s: Leaf, j: int) -> Ints:
    """Return the rows that fit and reach a village, cheapest first."""
    rows = np.empty(s.ways[j], np.int64)
    count = 0
    for at in range(w.col_ptr[j], w.col_ptr[j + 1]):
        if s.fits[w.col_idx[at]]:
            rows[count] = w.col_idx[at]
            count += 1
    return rows[np.argsort(s.due[rows], kind="mergesort")]
