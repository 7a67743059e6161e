"""Compiled inner loops of the search: serial, so that threads never change an answer.

State of a search, per village: ``times``, the number of chosen rows that reach it, ``owners``, the
sum of their numbers, so that the one owner of a village reached once is known, and ``cell``, where
its weight counts in a move: that owner, or one of two cells behind the rows. Per row:
``value``, what it alone adds: to be gained if it is not chosen, to be lost if it is.

Swap moves with such gains: Resende and Werneck (2004), Journal of Heuristics 10:59–88,
doi:10.1023/B:HEUR.0000019986.96257.50.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.siting.model import Flags, Floats, Ints

Index = NDArray[np.int32]
#: Unsigned: the compiler need not ask of each number whether it counts from the end, which takes
#: half the time of a sum.
Cells = NDArray[np.uint32]

#: Gains below this, relative to the whole weight, are rounding.
ROUNDING = 1e-9
#: Chosen rows for each village of a row up to which all of them are looked at in a move.
_FEW = 2
#: Short moves in a thousand, where there are any.
_SHORT = 300
#: Villages of a row by which those like it are found.
_SAMPLE = 50


class Matrix(NamedTuple):
    """Who reaches whom, by row and by village, with weights, costs and places.

    ``least`` is the smallest gain that is more than rounding.
    """

    ptr: Index
    idx: Cells
    col_ptr: Index
    col_idx: Cells
    weights: Floats
    costs: Floats
    places: Ints
    least: float


class State(NamedTuple):
    """A choice and all that moves need; ``sums`` is (covered, spent).

    ``cell`` is the number of a village's one owner, the number of rows where nobody reaches it, and
    one more where several do. (2, rows + 2) ``shared`` adds up weights by those cells: two halves,
    as no sum then waits for the one before. It is 0 between moves.
    """

    times: Ints
    owners: Ints
    cell: Cells
    value: Floats
    shared: Floats
    sharing: Ints
    members: Ints
    where: Ints
    holder: Ints
    size: Ints
    sums: Floats


def both_ways(reach: sp.csr_array) -> tuple[Index, Cells, Index, Cells]:
    """Return where each row's villages begin, and they; the same of each village's rows."""
    back = sp.csc_array(reach)
    ptr, col_ptr = (np.ascontiguousarray(part.indptr, dtype=np.int32) for part in (reach, back))
    idx, col_idx = (np.ascontiguousarray(part.indices, dtype=np.uint32) for part in (reach, back))
    return ptr, idx, col_ptr, col_idx


def matrix(reach: sp.csr_array, weights: Floats, costs: Floats, places: Ints) -> Matrix:
    """Return the arrays of a reach matrix, with places numbered from 0."""
    numbers = np.unique(places, return_inverse=True)[1].astype(np.int64)
    ptr, idx, col_ptr, col_idx = both_ways(reach)
    least = ROUNDING * (1.0 + float(weights.sum()))
    return Matrix(ptr, idx, col_ptr, col_idx, weights, costs, numbers, least)


@compiled
def begin(m: Matrix, chosen: Flags) -> State:
    """Return the state of a choice."""
    n, villages = len(chosen), len(m.weights)
    s = State(
        np.zeros(villages, np.int64), np.zeros(villages, np.int64),
        np.full(villages, n, np.uint32), np.zeros(n), np.zeros((2, n + 2)),
        np.zeros(n, np.int64), np.zeros(n, np.int64), np.full(n, -1, np.int64),
        np.full(n, -1, np.int64), np.zeros(1, np.int64), np.zeros(2),
    )  # fmt: skip
    for i in range(n):
        for k in range(m.ptr[i], m.ptr[i + 1]):
            s.value[i] += m.weights[m.idx[k]]
    for i in range(n):
        if chosen[i]:
            put(m, s, i)
    return s


@compiled
def put(m: Matrix, s: State, i: int) -> None:
    """Choose row ``i``."""
    for k in range(m.ptr[i], m.ptr[i + 1]):
        j = m.idx[k]
        if s.times[j] == 0:
            for at in range(m.col_ptr[j], m.col_ptr[j + 1]):
                s.value[m.col_idx[at]] -= m.weights[j]
    seat(m, s, i)


@compiled
def take(m: Matrix, s: State, i: int) -> None:
    """Choose row ``i`` no longer."""
    unseat(m, s, i)
    s.value[i] = 0.0
    for k in range(m.ptr[i], m.ptr[i + 1]):
        j = m.idx[k]
        if s.times[j] == 0:
            for at in range(m.col_ptr[j], m.col_ptr[j + 1]):
                s.value[m.col_idx[at]] += m.weights[j]


@compiled
def seat(m: Matrix, s: State, i: int) -> None:
    """Choose row ``i``; values are kept right for chosen rows alone, which is much less work."""
    s.value[i] = 0.0
    for k in range(m.ptr[i], m.ptr[i + 1]):
        j = m.idx[k]
        if s.times[j] == 0:
            s.value[i] += m.weights[j]
            s.sums[0] += m.weights[j]
            s.cell[j] = i
        elif s.times[j] == 1:
            s.value[s.owners[j]] -= m.weights[j]
            s.cell[j] = len(s.where) + 1
        s.times[j] += 1
        s.owners[j] += i
    s.members[s.size[0]] = i
    s.where[i] = s.size[0]
    s.size[0] += 1
    s.holder[m.places[i]] = i
    s.sums[1] += m.costs[i]


@compiled
def unseat(m: Matrix, s: State, i: int) -> None:
    """Choose row ``i`` no longer; values are kept right for chosen rows alone."""
    for k in range(m.ptr[i], m.ptr[i + 1]):
        j = m.idx[k]
        s.times[j] -= 1
        s.owners[j] -= i
        if s.times[j] == 0:
            s.sums[0] -= m.weights[j]
            s.cell[j] = len(s.where)
        elif s.times[j] == 1:
            s.value[s.owners[j]] += m.weights[j]
            s.cell[j] = s.owners[j]
    s.size[0] -= 1
    last, at = s.members[s.size[0]], s.where[i]
    s.members[at] = last
    s.where[last] = at
    s.where[i] = -1
    s.holder[m.places[i]] = -1
    s.sums[1] -= m.costs[i]


@compiled
def fresh(m: Matrix, s: State, i: int) -> float:
    """Return what row ``i`` would add: its value, where that is not kept."""
    weight = 0.0
    for k in range(m.ptr[i], m.ptr[i + 1]):
        if s.times[m.idx[k]] == 0:
            weight += m.weights[m.idx[k]]
    return weight


@compiled
def weakest(s: State) -> int:
    """Return the chosen row with the least value; −1 if none is chosen."""
    if s.size[0] == 0:
        return -1
    row = s.members[0]
    for at in range(1, s.size[0]):
        if s.value[s.members[at]] < s.value[row]:
            row = s.members[at]
    return int(row)


@compiled
def partner(
    m: Matrix, s: State, i: int, other: int, room: float, price: float
) -> tuple[int, float]:
    """Return the chosen row whose exchange for ``i`` gains most, and that gain less the price.

    Looked at are ``other`` and the rows that own a village which ``i`` reaches; with ``other`` the
    weakest of all and no price, no row is better. Returns −1 where none makes room. The value of
    ``i`` is right afterwards.
    """
    count = share(m, s, i)
    one, two = s.shared[0], s.shared[1]
    held = s.holder[m.places[i]]
    best, gain = -1, -np.inf
    if held >= 0:
        other = held
    if other >= 0 and m.costs[i] - m.costs[other] <= room:
        best = other
        gain = one[other] + two[other] - s.value[other] + price * m.costs[other]
    for at in range(count):
        r = s.sharing[at]
        this = one[r] + two[r] - s.value[r] + price * m.costs[r]
        if this > gain and held < 0 and m.costs[i] - m.costs[r] <= room:
            best, gain = r, this
        one[r] = 0.0
        two[r] = 0.0
    return best, gain + s.value[i] - price * m.costs[i]


@compiled
def share(m: Matrix, s: State, i: int) -> int:
    """Value row ``i``, and list what it shares with each owner; return the number of owners.

    The weights in ``shared`` are to be set back to 0.
    """
    one, two = s.shared[0], s.shared[1]
    free, several = len(s.where), len(s.where) + 1
    first, last = m.ptr[i], m.ptr[i + 1]
    count = 0
    if s.size[0] <= _FEW * (last - first):
        # No branch for each village: its outcome would be a guess.
        half = (last - first) // 2
        for k in range(first, first + half):
            j, other = m.idx[k], m.idx[k + half]
            one[s.cell[j]] += m.weights[j]
            two[s.cell[other]] += m.weights[other]
        for k in range(first + 2 * half, last):
            one[s.cell[m.idx[k]]] += m.weights[m.idx[k]]
        for at in range(s.size[0]):
            r = s.members[at]
            if one[r] + two[r] > 0.0:
                s.sharing[count] = r
                count += 1
    else:
        for k in range(first, last):
            j = m.idx[k]
            r = s.cell[j]
            if r < free and one[r] == 0.0 and m.weights[j] > 0.0:
                s.sharing[count] = r
                count += 1
            one[r] += m.weights[j]
    s.value[i] = one[free] + two[free]
    for cell in (free, several):
        one[cell] = 0.0
        two[cell] = 0.0
    return count


@compiled
def fill(m: Matrix, s: State, p: int, budget: float, per_cost: bool) -> None:  # noqa: FBT001  numba
    """Add the row that adds most, or most per cost, while one fits: the greedy rule."""
    while s.size[0] < p:
        best, top = -1, 0.0
        for i in range(len(s.value)):
            if s.where[i] >= 0 or s.value[i] <= m.least or s.holder[m.places[i]] >= 0:
                continue
            if m.costs[i] > budget - s.sums[1]:
                continue
            score = s.value[i] / max(m.costs[i], 1e-9) if per_cost else s.value[i]
            if score > top:
                best, top = i, score
        if best < 0:
            return
        put(m, s, best)


@compiled
def climb(m: Matrix, s: State, budget: float) -> None:
    """Exchange one row for another until no exchange gains, of those looked at."""
    n = len(s.value)
    idle, i = 0, 0
    weak = weakest(s)
    while idle < n and s.size[0]:
        if s.where[i] < 0:
            out, gain = partner(m, s, i, weak, budget - s.sums[1], 0.0)
            if out >= 0 and gain > m.least:
                take(m, s, out)
                put(m, s, i)
                weak = weakest(s)
                idle = 0
        idle += 1
        i = i + 1 if i + 1 < n else 0


@compiled
def draw(seed: Ints, below: int) -> int:
    """Return the next number of a seeded sequence, 0 ≤ number < ``below``.

    Linear congruential, Knuth's MMIX constants (The Art of Computer Programming 2, 3.3.4).
    """
    seed[0] = seed[0] * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407
    return int((seed[0] >> 33) & 0x7FFFFFFF) % below


class Cooling(NamedTuple):
    """How to anneal: temperatures in units of weight, price of a unit of cost, moves, seed.

    ``stop`` is looked at now and then: once its only cell is not 0, the work ends. (rows, some)
    ``like`` are the rows by which each may be exchanged in a short move; none of them, no such
    moves.
    """

    warm: float
    cold: float
    price: float
    moves: int
    seed: int
    stop: Ints
    like: Cells


@compiled
def likest(m: Matrix, most: int, stop: Ints) -> Cells:
    """Return, for each row, ``most`` of those that share most villages with it.

    The row itself stands where fewer share any. Of long rows a sample of villages is looked at. The
    work ends once the only cell of ``stop`` is not 0.
    """
    n = len(m.costs)
    found = np.empty((n, most), np.uint32)
    if most == 0:
        return found
    shared, seen = np.zeros(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        found[i] = i
        if stop[0] != 0:
            continue
        count = 0
        for k in range(m.ptr[i], m.ptr[i + 1], max(1, (m.ptr[i + 1] - m.ptr[i]) // _SAMPLE)):
            for at in range(m.col_ptr[m.idx[k]], m.col_ptr[m.idx[k] + 1]):
                r = m.col_idx[at]
                if shared[r] == 0 and r != i:
                    seen[count] = r
                    count += 1
                shared[r] += 1
        shared[i] = 0
        cut, equal = _cut(shared, seen[:count], most)
        placed = 0
        for r in seen[:count]:
            if shared[r] > cut or (shared[r] == cut and equal > 0):
                equal -= 1 if shared[r] == cut else 0
                found[i, placed] = r
                placed += 1
            shared[r] = 0
    return found


@compiled
def _cut(shared: Ints, seen: Ints, most: int) -> tuple[int, int]:
    """Return what all but ``most`` rows share at most, and how many that share it are of these."""
    tally = np.zeros(2 * _SAMPLE, np.int64)
    for r in seen:
        tally[shared[r]] += 1
    cut, above = 2 * _SAMPLE - 1, 0
    while cut > 0 and above + tally[cut] <= most:
        above += tally[cut]
        cut -= 1
    return cut, most - above


@compiled
def anneal(m: Matrix, first: Flags, p: int, budget: float, how: Cooling) -> tuple[Flags, float]:
    """Exchange rows at random, worse ones less and less often; return the best choice seen.

    Simulated annealing: Kirkpatrick, Gelatt and Vecchi (1983), Science 220:671–680,
    doi:10.1126/science.220.4598.671. Each move draws the row that comes; the row that goes is the
    best one for it, so that moves are few and good.
    """
    s = begin(m, first)
    seed = np.array([how.seed], np.int64)
    n = len(first)
    best, kept = s.sums[0], first.copy()
    heat = how.warm
    factor = (how.cold / how.warm) ** (1.0 / max(how.moves, 1))
    weak = weakest(s)
    for move in range(how.moves):
        if move % 4096 == 0 and how.stop[0] != 0:
            break
        heat *= factor
        i = draw(seed, n)
        if how.like.shape[1] > 0 and s.size[0] > 0 and draw(seed, 1000) < _SHORT:
            i = how.like[s.members[draw(seed, s.size[0])], draw(seed, how.like.shape[1])]
        need = heat * np.log((draw(seed, 1_000_000) + 1) / 1_000_001.0)
        if not step(m, s, i, weak, need, (p, budget, how.price), seed):
            continue
        weak = weakest(s)
        if s.sums[0] > best + m.least:
            best = s.sums[0]
            for row in range(n):
                kept[row] = s.where[row] >= 0
    return kept, best


@compiled
def step(  # noqa: PLR0911, PLR0913, PLR0917  one move; compiled loops take plain values
    m: Matrix, s: State, i: int, weak: int, need: float, limits: tuple[int, float, float],
    seed: Ints,
) -> bool:  # fmt: skip
    """Add, exchange or drop row ``i`` if what it gains is above ``need``; return if it moved."""
    p, budget, price = limits
    room = budget - s.sums[1]
    if s.where[i] >= 0:
        # Dropping pays only where money is short: it makes room for several cheaper rows.
        if price == 0.0 or price * m.costs[i] - s.value[i] < need:
            return False
        unseat(m, s, i)
        return True
    if s.size[0] < p and m.costs[i] <= room and s.holder[m.places[i]] < 0:
        s.value[i] = fresh(m, s, i)
        if s.value[i] - price * m.costs[i] < need or s.value[i] <= 0.0:
            return False
        seat(m, s, i)
        return True
    if s.size[0] == 0:
        return False
    other = weak if price == 0.0 else s.members[draw(seed, s.size[0])]
    out, gain = partner(m, s, i, other, room, price)
    if out < 0 or gain < need or s.value[i] + s.value[out] == 0.0:
        return False
    unseat(m, s, out)
    seat(m, s, i)
    return True
