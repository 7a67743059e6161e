"""How little waste a choice can have within one window: every way is searched, up to a limit.

At given prices a choice of sites falls short of the bound by its waste: the price of each village
for every time that it is reached again, the rest of its weight where nobody reaches it, and what
each site is worth less than the dearest. In a window, a set of villages with all rows that reach
one of them, that is a small problem of its own: cover every village once, without overlap. Discs
cannot tile a plane, so that some waste there always is; this module finds the least, or proves that
it is not below a limit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.compiled import compiled
from geo.siting.kernels import Index
from geo.siting.model import Floats, Ints

#: Rows of the arrays: of ``Window.cost``; of ``Dive.village``: times reached, given up, ways; of
#: ``Dive.row``: barred, living; of ``Dive.step``: rest, after the two of the step itself; of
#: ``Dive.waste``: with what is sure to come, after the two without; of ``Dive.place``.
_OVER, _LACK = 0, 1
_TIMES, _GIVEN_UP, _WAYS = 0, 1, 2
_BARRED, _LIVING = 0, 1
_REST, _FLOOR = 2, 2
_VILLAGE, _AT = 0, 1
#: Decisions below each other at which a search gives up; windows hold a handful of sites.
_DEEP = 60


class Window(NamedTuple):
    """A window: its rows and villages, and what waste costs there.

    (2, villages) ``cost`` is that of reaching a village once more and that of not reaching it;
    ``half`` says in which of two halves a village lies. (2, rows) ``due`` is a row's own cost in
    each half, and ``known`` what no choice wastes less in a half.
    """

    ptr: Index
    idx: Index
    col_ptr: Index
    col_idx: Index
    cost: Floats
    half: Ints
    due: Floats
    known: Floats


class Dive(NamedTuple):
    """The state of a search; few arrays with named rows, as each array takes time to compile.

    ``village`` and ``row`` hold marks, ``step`` what a row would cost now in each half and what is
    left of that in an ascent. Per depth: ``alive`` and ``children``, numbers of rows after their
    count, the rows that still fit and those that may reach the village that is branched on;
    ``place``, that village and which child is tried; ``waste``, for each half without and with
    what is sure to come. ``best`` is the least waste found, at first the limit, and the number of
    cells looked at.
    """

    village: Ints
    row: Ints
    step: Floats
    alive: Ints
    children: Ints
    place: Ints
    waste: Floats
    best: Floats


def least_waste(w: Window, limit: float, most: float, stop: Ints) -> tuple[float, bool, float]:
    """Return the least waste, but at most ``limit``, whether that is proven, and the work.

    The work is the number of cells looked at. The search gives up after ``most`` of them, or once
    the only cell of ``stop`` is not 0.
    """
    s = _begun(w, limit)
    proven = _searched(w, s, float(most), stop)
    return float(s.best[0]), bool(proven), float(s.best[1])


def _begun(w: Window, limit: float) -> Dive:
    """Return the state where nothing is decided."""
    rows, villages = len(w.ptr) - 1, len(w.half)
    widest = int(np.diff(w.col_ptr).max(initial=0))
    deep = min(villages, _DEEP) + 2
    s = Dive(
        np.zeros((3, villages), np.int64), np.zeros((2, rows), np.int64), np.zeros((4, rows)),
        np.zeros((deep, rows + 1), np.int64), np.zeros((deep, widest + 1), np.int64),
        np.zeros((2, deep), np.int64), np.zeros((4, deep)), np.array([limit, 0.0]),
    )  # fmt: skip
    s.step[:_REST] = w.due
    s.alive[0] = np.arange(-1, rows)
    s.alive[0, 0] = rows
    return s


@compiled
def _searched(w: Window, s: Dive, most: float, stop: Ints) -> bool:
    """Search; return False if the work ended before all was seen."""
    depth, inside = 0, False
    while depth >= 0:
        if s.best[1] > most or stop[0] != 0:
            return False
        if not inside:
            inside = _enter(w, s, depth)
        if inside and _next(w, s, depth):
            depth += 1
            if depth + 1 == len(s.alive):
                return False
            inside = False
        else:
            depth -= 1
            inside = True
    return True


@compiled
def _sum(w: Window, one: float, two: float) -> float:
    """Return the waste of both halves, which is nowhere less than what is known."""
    return float(max(one, w.known[0]) + max(two, w.known[1]))


@compiled
def _enter(w: Window, s: Dive, depth: int) -> bool:
    """Look at a new depth; return True if some choice from here may waste less than the best."""
    _prune(w, s, depth)
    one, two = s.waste[_FLOOR, depth], s.waste[_FLOOR + 1, depth]
    if _sum(w, one, two) >= s.best[0] or not _ascend(w, s, depth):
        return False
    village = _branching(w, s, depth)
    if village < 0:
        s.best[0] = _sum(w, one, two)
        return False
    s.place[_VILLAGE, depth] = village
    s.place[_AT, depth] = 0
    _children(w, s, depth)
    return True


@compiled
def _next(w: Window, s: Dive, depth: int) -> bool:
    """Undo the last way that was tried at a depth and try the next; return False after the last.

    The ways are the rows that reach the village, then to give it up.
    """
    count, village = s.children[depth, 0], s.place[_VILLAGE, depth]
    at = s.place[_AT, depth]
    if 0 < at <= count:
        _shift(w, s, s.children[depth, at], -1)
        # Choices with this row are done: the ways to come go without.
        s.row[_BARRED, s.children[depth, at]] += 1
    elif at > count:
        s.village[_GIVEN_UP, village] -= 1
    while at < count:
        at += 1
        i = s.children[depth, at]
        one, two = s.waste[_FLOOR, depth] + s.step[0, i], s.waste[_FLOOR + 1, depth] + s.step[1, i]
        if _sum(w, one, two) < s.best[0]:
            s.waste[0, depth + 1] = s.waste[0, depth] + s.step[0, i]
            s.waste[1, depth + 1] = s.waste[1, depth] + s.step[1, i]
            _shift(w, s, i, 1)
            s.place[_AT, depth] = at
            return True
        s.row[_BARRED, i] += 1
    if at == count:
        half = w.half[village]
        s.waste[_FLOOR + half, depth] += w.cost[_LACK, village]
        if _sum(w, s.waste[_FLOOR, depth], s.waste[_FLOOR + 1, depth]) < s.best[0]:
            s.waste[0, depth + 1], s.waste[1, depth + 1] = s.waste[0, depth], s.waste[1, depth]
            s.waste[half, depth + 1] += w.cost[_LACK, village]
            s.village[_GIVEN_UP, village] += 1
            s.place[_AT, depth] = count + 1
            return True
    for k in range(count):
        s.row[_BARRED, s.children[depth, k + 1]] -= 1
    return False


@compiled
def _prune(w: Window, s: Dive, depth: int) -> None:
    """List the rows that still fit; the waste grows by the villages that none of them reaches."""
    source = max(depth - 1, 0)
    one, two = s.waste[0, depth], s.waste[1, depth]
    while True:
        for j in range(len(w.half)):
            s.village[_WAYS, j] = 0
        count = 0
        for at in range(s.alive[source, 0]):
            i = s.alive[source, at + 1]
            cost = _sum(w, one + s.step[0, i], two + s.step[1, i])
            if s.row[_BARRED, i] == 0 and cost < s.best[0] and _ways(w, s, i):
                count += 1
                s.alive[depth, count] = i
        s.alive[depth, 0] = count
        source, before = depth, one + two
        one, two = s.waste[0, depth], s.waste[1, depth]
        for j in range(len(w.half)):
            if s.village[_TIMES, j] + s.village[_GIVEN_UP, j] + s.village[_WAYS, j] == 0:
                one += w.cost[_LACK, j] * (1 - w.half[j])
                two += w.cost[_LACK, j] * w.half[j]
        s.best[1] += len(w.half)
        if one + two <= before:
            s.waste[_FLOOR, depth], s.waste[_FLOOR + 1, depth] = one, two
            return


@compiled
def _ways(w: Window, s: Dive, i: int) -> bool:
    """Count a row as a way to each open village that it reaches; return False if there is none."""
    fresh = False
    for k in range(w.ptr[i], w.ptr[i + 1]):
        j = w.idx[k]
        if s.village[_TIMES, j] == 0 and s.village[_GIVEN_UP, j] == 0:
            fresh = True
            s.village[_WAYS, j] += 1
    s.best[1] += w.ptr[i + 1] - w.ptr[i]
    return fresh


@compiled
def _ascend(w: Window, s: Dive, depth: int) -> bool:
    """Drop the rows that no better choice can afford; return False if there is none at all.

    Each open village in turn is charged as much as it may cost and as the rows that reach it have
    left of what they cost: dual ascent, Bilde and Krarup (1977), Annals of Discrete Mathematics
    1:79–97, doi:10.1016/S0167-5060(08)70728-3.
    """
    for i in range(len(s.row[0])):
        s.row[_LIVING, i] = 0
    for at in range(s.alive[depth, 0]):
        i = s.alive[depth, at + 1]
        s.row[_LIVING, i] = 1
        s.step[_REST, i], s.step[_REST + 1, i] = s.step[0, i], s.step[1, i]
    one, two = s.waste[_FLOOR, depth], s.waste[_FLOOR + 1, depth]
    for j in range(len(w.half)):
        if s.village[_WAYS, j] > 0:
            charge = _charge(w, s, j)
            one += charge * (1 - w.half[j])
            two += charge * w.half[j]
    if _sum(w, one, two) >= s.best[0]:
        return False
    count = 0
    for at in range(s.alive[depth, 0]):
        i = s.alive[depth, at + 1]
        if _sum(w, one + s.step[_REST, i], two + s.step[_REST + 1, i]) < s.best[0]:
            count += 1
            s.alive[depth, count] = i
        else:
            s.row[_LIVING, i] = 0
    s.alive[depth, 0] = count
    return True


@compiled
def _charge(w: Window, s: Dive, j: int) -> float:
    """Take from the living rows of a village what it surely costs, and return that."""
    charge, rest = w.cost[_LACK, j], _REST + w.half[j]
    for k in range(w.col_ptr[j], w.col_ptr[j + 1]):
        i = w.col_idx[k]
        if s.row[_LIVING, i] == 1 and s.step[rest, i] < charge:
            charge = s.step[rest, i]
            if charge <= 0.0:
                return 0.0
    for k in range(w.col_ptr[j], w.col_ptr[j + 1]):
        s.step[rest, w.col_idx[k]] -= charge
    s.best[1] += w.col_ptr[j + 1] - w.col_ptr[j]
    return float(charge)


@compiled
def _branching(w: Window, s: Dive, depth: int) -> int:
    """Return the open village with the fewest ways; −1 if none is open."""
    for j in range(len(w.half)):
        # Open villages keep a 1: to be given up may be the only way.
        s.village[_WAYS, j] = min(s.village[_WAYS, j], 1)
    for at in range(s.alive[depth, 0]):
        i = s.alive[depth, at + 1]
        for k in range(w.ptr[i], w.ptr[i + 1]):
            j = w.idx[k]
            if s.village[_WAYS, j] > 0:
                s.village[_WAYS, j] += 1
        s.best[1] += w.ptr[i + 1] - w.ptr[i]
    village, fewest = -1, len(s.row[0]) + 2
    for j in range(len(w.half)):
        if 0 < s.village[_WAYS, j] < fewest:
            village, fewest = j, s.village[_WAYS, j]
    return village


@compiled
def _children(w: Window, s: Dive, depth: int) -> None:
    """List the living rows that reach the village of a depth, cheapest first; their number leads.

    Rows that live no more are in no better choice from here.
    """
    count, village = 0, s.place[_VILLAGE, depth]
    for k in range(w.col_ptr[village], w.col_ptr[village + 1]):
        i = w.col_idx[k]
        if not s.row[_LIVING, i]:
            continue
        count += 1
        at, cost = count, s.step[0, i] + s.step[1, i]
        while at > 1:
            other = s.children[depth, at - 1]
            if s.step[0, other] + s.step[1, other] <= cost:
                break
            s.children[depth, at] = other
            at -= 1
        s.children[depth, at] = i
    s.children[depth, 0] = count


@compiled
def _shift(w: Window, s: Dive, i: int, by: int) -> None:
    """Choose a row, or choose it no longer; others that reach its villages cost more, or less."""
    for k in range(w.ptr[i], w.ptr[i + 1]):
        j = w.idx[k]
        if by < 0:
            s.village[_TIMES, j] -= 1
        if s.village[_TIMES, j] == 0:
            for at in range(w.col_ptr[j], w.col_ptr[j + 1]):
                s.step[w.half[j], w.col_idx[at]] += by * w.cost[_OVER, j]
        if by > 0:
            s.village[_TIMES, j] += 1
