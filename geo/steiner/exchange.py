"""Compiled parts of the Steiner tree search: removing pieces and hubs, and reconnecting.

More thorough and slower than :mod:`geo.steiner.local`: the parts of the cut tree grow regions until
they meet, whatever is between them (Uchoa and Werneck 2012, doi 10.1145/2133803.2184448).
"""

# ruff: noqa: C901, PLR0912 — compiled loops: a call into another function for each step
# costs more than it explains.

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.steiner.grow import SteinerGraph, degree_of, nodes_of, top
from geo.steiner.heap import Heap, new_heap, pop, push

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Differences below this share are rounding.
_EPS = 1e-9
#: Branches of one hub that are reconnected at once.
_MOST_PARTS = 32


class _Scratch(NamedTuple):
    """Scratch arrays of the exchanges; reset after each one.

    ``owner`` is the part that reached a node, ``far`` and ``came`` how, ``after`` chains the nodes
    of a part, ``touched`` lists what must be reset, ``path`` the edges taken out.
    """

    owner: Ints
    far: Floats
    came: Ints
    settled: Flags
    after: Ints
    touched: Ints
    path: Ints
    heap: Heap


@compiled
def _scratch(net: SteinerGraph) -> _Scratch:
    n = len(net.start) - 1
    return _Scratch(
        np.full(n, -1, dtype=np.int64), np.full(n, np.inf), np.full(n, -1, dtype=np.int64),
        np.zeros(n, dtype=np.bool_), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64),
        np.empty(n, dtype=np.int64), new_heap(len(net.other) + n),
    )  # fmt: skip


@compiled
def _take_path(
    net: SteinerGraph, chosen: Flags, a: int, path: Ints, length: int
) -> tuple[int, int, float]:
    """Take out the edges from arc a on up to the next key node.

    Returns the node at the end, how many edges ``path`` now has, and their cost.
    """
    w, e, total = net.other[a], net.edge[a], 0.0
    while True:
        chosen[e] = False
        path[length] = e
        length += 1
        total += net.cost[e]
        if net.terminal[w] or degree_of(net, chosen, w) != 1:
            return w, length, total
        for b in range(net.start[w], net.start[w + 1]):
            if chosen[net.edge[b]]:
                w, e = net.other[b], net.edge[b]
                break


@compiled
def _parts(net: SteinerGraph, chosen: Flags, tops: Ints, s: _Scratch) -> int:
    """Label all parts of a cut tree but the one that is last to end, and return that one.

    The parts take turns, so that the work is that of the smaller ones.
    """
    k = len(tops)
    last, turn = tops.copy(), tops.copy()
    for i in range(k):
        s.owner[tops[i]] = i
        s.after[tops[i]] = -1
    running = k
    while running > 1:
        for i in range(k):
            v = turn[i]
            if v < 0:
                continue
            for a in range(net.start[v], net.start[v + 1]):
                w = net.other[a]
                if chosen[net.edge[a]] and s.owner[w] < 0:
                    s.owner[w] = i
                    s.after[last[i]] = w
                    last[i] = w
                    s.after[w] = -1
            turn[i] = s.after[v]
            if turn[i] < 0:
                running -= 1
                if running == 1:
                    break
    rest = 0
    for i in range(k):
        if turn[i] >= 0:
            rest = i
    v = tops[rest]
    while v >= 0:
        s.owner[v] = -1
        v = s.after[v]
    return rest


@compiled
def _seed(tops: Ints, rest: int, s: _Scratch) -> int:
    """Set the nodes of all parts but the largest to distance 0; return their number."""
    count = 0
    for i in range(len(tops)):
        v = tops[i]
        while v >= 0 and i != rest:
            s.far[v], s.came[v], s.settled[v] = 0.0, -1, True
            s.touched[count] = v
            count += 1
            v = s.after[v]
    return count


@compiled
def _meetings(
    net: SteinerGraph,
    inside: Flags,
    rest: int,
    limit: float,
    s: _Scratch,
    found: tuple[Floats, Ints],
) -> int:
    """Grow regions from all parts but the largest; fill in where and for how much they meet.

    ``found`` are the price and the arc per pair of parts. Returns how many nodes were touched.
    """
    price, meet = found
    seeds = count = s.heap.size[0]
    s.heap.size[0] = 0
    bound, at = limit, 0
    while True:
        if at < seeds:
            d, u = 0.0, s.touched[at]
            at += 1
        elif s.heap.size[0] > 0:
            d, u = pop(s.heap)
            if d > s.far[u] or s.settled[u]:
                continue
            if d >= bound:
                break
            s.settled[u] = True
        else:
            break
        i = s.owner[u]
        for a in range(net.start[u], net.start[u + 1]):
            w, through = net.other[a], d + net.cost[net.edge[a]]
            if through >= bound:
                continue
            j = s.owner[w]
            if j < 0 and inside[w]:
                j = rest
            elif not s.settled[w]:
                j = -1
            if j >= 0:
                whole = through if j == rest else through + s.far[w]
                if j != i and whole < price[i, j]:
                    price[i, j] = price[j, i] = whole
                    meet[i, j] = meet[j, i] = a
                    if len(price) == 2:
                        bound = min(bound, whole)
            elif through < s.far[w]:
                if s.far[w] == np.inf:
                    s.touched[count] = w
                    count += 1
                s.far[w], s.owner[w], s.came[w] = through, i, net.edge[a]
                push(s.heap, through, w)
    return int(count)


@compiled
def _lay(net: SteinerGraph, chosen: Flags, s: _Scratch, a: int) -> None:
    """Choose the way on both sides of the meeting at arc a."""
    e = net.edge[a]
    chosen[e] = True
    for side in range(2):
        v = net.ends[e, side]
        while s.settled[v] and s.came[v] >= 0:
            c = s.came[v]
            chosen[c] = True
            v = net.ends[c, 0] + net.ends[c, 1] - v


@compiled
def _spanned(price: Floats, meet: Ints, picked: Ints) -> float:
    """Fill ``picked`` with the meetings that join all parts; return their price."""
    k = len(price)
    part = np.arange(k)
    total = 0.0
    for turn in range(k - 1):
        best, bi, bj = np.inf, -1, -1
        for i in range(k):
            for j in range(i):
                if price[i, j] < best and top(part, i) != top(part, j):
                    best, bi, bj = price[i, j], i, j
        if bi < 0:
            return np.inf
        total += best
        part[top(part, bi)] = top(part, bj)
        picked[turn] = meet[bi, bj]
    return total


@compiled
def _rejoin(
    net: SteinerGraph, chosen: Flags, inside: Flags, tops: Ints, limit: float, s: _Scratch
) -> bool:
    """Reconnect the parts of a cut tree for less than ``limit``; False leaves it unchanged."""
    k = len(tops)
    price = np.full((k, k), np.inf)
    meet = np.full((k, k), -1, dtype=np.int64)
    picked = np.empty(k, dtype=np.int64)
    rest = _parts(net, chosen, tops, s)
    s.heap.size[0] = _seed(tops, rest, s)
    count = _meetings(net, inside, rest, limit, s, (price, meet))
    total = _spanned(price, meet, picked)
    better = total < limit - _EPS * (1.0 + limit)
    if better:
        for turn in range(k - 1):
            _lay(net, chosen, s, picked[turn])
    for i in range(count):
        v = s.touched[i]
        s.far[v] = np.inf
        s.owner[v] = s.came[v] = -1
        s.settled[v] = False
    return better


@compiled
def _mark(net: SteinerGraph, path: Ints, inside: Flags, value: bool) -> None:  # noqa: FBT001 — compiled code takes no keywords here
    for e in path:
        inside[net.ends[e, 0]] = inside[net.ends[e, 1]] = value


@compiled
def _cut(
    net: SteinerGraph, chosen: Flags, v: int, a: int, tops: Ints, path: Ints
) -> tuple[int, int, float]:
    """Take out one piece from v along arc a, or with a = −1 the hub v with all its pieces.

    Returns how many parts that leaves, how many edges it took, and what they cost.
    """
    if a >= 0:
        end, length, total = _take_path(net, chosen, a, path, 0)
        tops[0], tops[1] = v, end
        return 2, length, total
    k, length, total = 0, 0, 0.0
    for b in range(net.start[v], net.start[v + 1]):
        if chosen[net.edge[b]]:
            end, length, more = _take_path(net, chosen, b, path, length)
            tops[k] = end
            total += more
            k += 1
    return k, length, total


@compiled
def _try(net: SteinerGraph, chosen: Flags, inside: Flags, v: int, a: int, s: _Scratch) -> bool:
    """Remove a piece or a hub and reconnect; False leaves the tree unchanged."""
    tops = np.empty(_MOST_PARTS, dtype=np.int64)
    k, length, total = _cut(net, chosen, v, a, tops, s.path)
    path = s.path[:length]
    # A piece was tried from its other end already where that has the lower number.
    better = False
    if a < 0 or tops[1] > v:
        _mark(net, path, inside, False)
        for i in range(k):
            inside[tops[i]] = True
        better = _rejoin(net, chosen, inside, tops[:k].copy(), total, s)
    if better:
        for w in range(len(inside)):
            inside[w] = net.terminal[w]
        for e in range(len(chosen)):
            if chosen[e]:
                inside[net.ends[e, 0]] = inside[net.ends[e, 1]] = True
    else:
        for e in path:
            chosen[e] = True
        _mark(net, path, inside, True)
    return better


@compiled
def exchange(net: SteinerGraph, chosen: Flags) -> bool:
    """Exchange pieces, and hubs with all their pieces, for cheaper joins; change ``chosen``.

    Parameters
    ----------
    net
        The graph.
    chosen
        (m,) edges of the tree; changed in place.

    Returns
    -------
    better
        True if the tree became cheaper.
    """
    inside = nodes_of(net, chosen)
    s = _scratch(net)
    improved = False
    for v in range(len(inside)):
        if not inside[v]:
            continue
        joined = degree_of(net, chosen, v)
        if not net.terminal[v] and joined <= 2:
            continue
        # Each piece at v, then v itself as a hub: one place to call from, so that it is compiled
        # once.
        for a in range(net.start[v], net.start[v + 1] + 1):
            hub = a == net.start[v + 1]
            if not inside[v] or (not hub and not chosen[net.edge[a]]):
                continue
            joined = degree_of(net, chosen, v)
            if hub and (net.terminal[v] or not 2 < joined <= _MOST_PARTS):
                continue
            if _try(net, chosen, inside, v, -1 if hub else a, s):
                improved = True
    return improved
