"""Compiled loops of network design: cheapest tree, exchanges of variants, minimum cuts.

The tree is a minimum spanning tree (Kruskal 1956, doi:10.1090/S0002-9939-1956-0078686-7). Vertex 0
is the existing fibre, place i is vertex i + 1.
"""

# ruff: noqa: C901, PLR0911, PLR0912 — compiled loops: a call for each step costs more than it explains.

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Sweeps over all variants, and variants that one move removes.
_SWEEPS, _MOST = 6, 6
#: A rise of less than this share is rounding.
_EPS = 1e-9


class Board(NamedTuple):
    """A group as arrays: ways by rising money, variants, villages.

    ``start``/``village`` are the villages of each variant, ``near_start``/``near`` the variants
    that share a village or a place with it. ``option`` is the option of a variant that must be
    built, else −1. ``alone`` is each place's own way to the existing fibre, the most that dropping
    it saves.
    """

    a: Ints
    b: Ints
    money: Floats
    own: Floats
    place: Ints
    fibre: Flags
    option: Ints
    start: Ints
    village: Ints
    near_start: Ints
    near: Ints
    alone: Floats


class State(NamedTuple):
    """A choice: variants, vertices in use, times that a village is served, (tree, own, weight)."""

    chosen: Flags
    used: Flags
    taken: Ints
    times: Ints
    sums: Floats
    parent: Ints


@compiled
def _top(parent: Ints, v: int) -> int:
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v


@compiled
def tree(board: Board, used: Flags, parent: Ints) -> float:
    """Return the money of the cheapest tree of the vertices in use.

    Parameters
    ----------
    board
        Ways of the group.
    used
        (places + 1,) True for the vertices to join.
    parent
        (places + 1,) scratch.

    Returns
    -------
    total
        Infinite if they cannot be joined.
    """
    missing = -1
    for v in range(len(parent)):
        parent[v] = v
        missing += used[v]
    total = 0.0
    for e in range(len(board.a)):
        if missing == 0:
            break
        if used[board.a[e]] and used[board.b[e]]:
            u, v = _top(parent, board.a[e]), _top(parent, board.b[e])
            if u != v:
                parent[u] = v
                total += board.money[e]
                missing -= 1
    return total if missing == 0 else np.inf


@compiled
def _put(board: Board, state: State, weight: Floats, variant: int) -> None:
    state.chosen[variant] = True
    state.taken[board.place[variant]] = variant
    if board.fibre[variant]:
        state.used[board.place[variant] + 1] = True
    state.sums[1] += board.own[variant]
    for q in range(board.start[variant], board.start[variant + 1]):
        village = board.village[q]
        if state.times[village] == 0:
            state.sums[2] += weight[village]
        state.times[village] += 1


@compiled
def _take(board: Board, state: State, weight: Floats, variant: int) -> None:
    state.chosen[variant] = False
    state.taken[board.place[variant]] = -1
    if board.fibre[variant]:
        state.used[board.place[variant] + 1] = False
    state.sums[1] -= board.own[variant]
    for q in range(board.start[variant], board.start[variant + 1]):
        village = board.village[q]
        state.times[village] -= 1
        if state.times[village] == 0:
            state.sums[2] -= weight[village]


@compiled
def _worth(board: Board, state: State, price: float) -> float:
    state.sums[0] = tree(board, state.used, state.parent)
    return float(state.sums[2] - price * (state.sums[0] + state.sums[1]))


@compiled
def _served(board: Board, state: State, weight: Floats, variant: int, times: int) -> float:
    """Return the weight of a variant's villages that are served so many times."""
    total = 0.0
    for q in range(board.start[variant], board.start[variant + 1]):
        if state.times[board.village[q]] == times:
            total += weight[board.village[q]]
    return total


@compiled
def _dear(board: Board, variant: int) -> float:
    """Return the most that a variant costs."""
    if board.fibre[variant]:
        return float(board.own[variant] + board.alone[board.place[variant]])
    return float(board.own[variant])


@compiled
def _hopeless(board: Board, state: State, weight: Floats, price: float, variant: int) -> bool:
    """Return whether a move cannot pay whatever the tree costs."""
    if state.chosen[variant]:
        loss = _served(board, state, weight, variant, 1)
        return bool(loss >= price * _dear(board, variant))
    hope = _served(board, state, weight, variant, 0) - price * board.own[variant]
    for q in range(board.near_start[variant], board.near_start[variant + 1]):
        other = board.near[q]
        if state.chosen[other]:
            hope += price * _dear(board, other)
    return bool(hope <= 0.0)


@compiled
def _improved(board: Board, state: State, weight: Floats, price: float, variant: int) -> bool:
    """Try to drop a chosen variant, or to add one and drop what it replaces."""
    old = state.sums[0]
    before = state.sums[2] - price * (old + state.sums[1])
    margin = _EPS * (1.0 + abs(before)) if np.isfinite(before) else 0.0
    if np.isfinite(before) and _hopeless(board, state, weight, price, variant):
        return False
    if state.chosen[variant]:
        if board.option[variant] >= 0:
            return False
        _take(board, state, weight, variant)
        if _worth(board, state, price) > before + margin:
            return True
        _put(board, state, weight, variant)
        state.sums[0] = old
        return False
    there = state.taken[board.place[variant]]
    if there >= 0:
        if board.option[there] >= 0 and board.option[there] != board.option[variant]:
            return False
        _take(board, state, weight, there)
    _put(board, state, weight, variant)
    now = _worth(board, state, price)
    removed = np.zeros(_MOST, dtype=np.int64)
    count = 0
    while count < _MOST:
        best, value, cheap = -1, now, state.sums[0]
        for q in range(board.near_start[variant], board.near_start[variant + 1]):
            other = board.near[q]
            if not state.chosen[other] or other == variant or board.option[other] >= 0:
                continue
            if np.isfinite(now) and _hopeless(board, state, weight, price, other):
                continue
            _take(board, state, weight, other)
            trial = _worth(board, state, price)
            if trial > value:
                best, value, cheap = other, trial, state.sums[0]
            _put(board, state, weight, other)
        if best < 0:
            break
        _take(board, state, weight, best)
        removed[count] = best
        count += 1
        now = value
        state.sums[0] = cheap
    if now > before + margin:
        state.sums[0] = tree(board, state.used, state.parent)
        return True
    for q in range(count):
        _put(board, state, weight, removed[q])
    _take(board, state, weight, variant)
    if there >= 0:
        _put(board, state, weight, there)
    state.sums[0] = old
    return False


@compiled
def exchanged(
    board: Board, weight: Floats, price: float, places: int, start: Flags
) -> tuple[Flags, float]:
    """Return a choice that no add, drop or exchange improves, and its cost; from a start.

    The worth of a choice is its weight less price times its cost.

    Parameters
    ----------
    board
        The group.
    weight
        (villages,) worth of each village.
    price
        Worth of a unit of money.
    places
        Number of places.
    start
        (variants,) where the search starts.

    Returns
    -------
    chosen, cost
        (variants,) the choice, and its cost with its cheapest tree.
    """
    state = State(
        np.zeros(len(start), dtype=np.bool_), np.zeros(places + 1, dtype=np.bool_),
        np.full(places, -1, dtype=np.int64), np.zeros(len(weight), dtype=np.int64), np.zeros(3),
        np.zeros(places + 1, dtype=np.int64),
    )  # fmt: skip
    state.used[0] = True
    for variant in range(len(start)):
        if start[variant] and state.taken[board.place[variant]] < 0:
            _put(board, state, weight, variant)
    _worth(board, state, price)
    for _ in range(_SWEEPS):
        moves = 0
        for variant in range(len(start)):
            moves += _improved(board, state, weight, price, variant)
        if moves == 0:
            break
    return state.chosen, state.sums[0] + state.sums[1]


@compiled
def _ways_of_places(tail: Ints, head: Ints, n: int) -> tuple[Ints, Ints]:
    """Return the ways into and out of each place: where they begin, and the ways."""
    first = np.zeros(n + 1, dtype=np.int64)
    for e in range(len(tail)):
        first[tail[e] + 1] += 1
        first[head[e] + 1] += 1
    for i in range(n):
        first[i + 1] += first[i]
    fill, touching = first.copy(), np.zeros(2 * len(tail), dtype=np.int64)
    for e in range(len(tail)):
        touching[fill[tail[e]]] = e
        fill[tail[e]] += 1
        touching[fill[head[e]]] = e
        fill[head[e]] += 1
    return first, touching


@compiled
def _room(
    via: Ints, end: int, tail: Ints, head: Ints, forward: Floats, backward: Floats
) -> tuple[float, int]:
    """Return what fits on a path to a terminal, and the terminal's place that it ends at."""
    room, j = np.inf, end
    while via[j] < len(tail):
        e = via[j]
        if tail[e] == j:
            room, j = min(room, forward[e]), head[e]
        else:
            room, j = min(room, backward[e]), tail[e]
    return room, via[j] - len(tail)


@compiled
def _push_along(via: Ints, end: int, tail: Ints, head: Ints, flow: Floats, push: float) -> None:
    """Add a flow to each way of a path; a way against its direction gives it back."""
    j = end
    while via[j] < len(tail):
        e = via[j]
        if tail[e] == j:
            flow[e] += push
            j = head[e]
        else:
            flow[e] -= push
            j = tail[e]


@compiled
def sink_cuts(
    arcs: tuple[Ints, Ints, Floats, Floats],
    terminals: tuple[Ints, Ints, Floats, Floats, Floats],
    violated: float,
) -> Flags:
    """Return per terminal the places of its minimum cut nearest to it, where that is violated.

    Flow goes from the existing fibre over root arcs and ways to the places, and from the places of
    a terminal to it. A terminal that needs more than arrives has a violated cut.

    Parameters
    ----------
    arcs
        (m,) tails, heads and capacities of the ways, and (n,) capacities of the root arcs.
    terminals
        Start of each terminal's places (t + 1), the places, their capacities, what arrives without
        fibre (t,), and what each needs (t,).
    violated
        Shortfall that counts.

    Returns
    -------
    inside
        (t, n) True for the places of a violated cut; a terminal without one has no True.
    """
    tail, head, capacity, root = arcs
    start, place, most, direct, need = terminals
    n, m = len(root), len(tail)
    first, touching = _ways_of_places(tail, head, n)
    inside = np.zeros((len(need), n), dtype=np.bool_)
    for t in range(len(need)):
        flow, rooted = np.zeros(m), np.zeros(n)
        last = np.zeros(start[t + 1] - start[t])
        arrived = direct[t]
        while arrived < need[t] - violated:
            # Backwards from the terminal: by which way (or to which terminal arc) a place goes on.
            via = np.full(n, -1, dtype=np.int64)
            queue, low, high, end = np.zeros(n, dtype=np.int64), 0, 0, -1
            for q in range(start[t], start[t + 1]):
                j = place[q]
                if via[j] < 0 and most[q] - last[q - start[t]] > 1e-12:
                    via[j] = m + q - start[t]
                    queue[high] = j
                    high += 1
            while low < high and end < 0:
                j = queue[low]
                low += 1
                if root[j] - rooted[j] > 1e-12:
                    end = j
                    break
                for q in range(first[j], first[j + 1]):
                    e = touching[q]
                    if head[e] == j:
                        i, left = tail[e], capacity[e] - flow[e]
                    else:
                        i, left = head[e], flow[e]
                    if via[i] < 0 and left > 1e-12:
                        via[i] = e
                        queue[high] = i
                        high += 1
            if end < 0:
                for q in range(high):
                    inside[t, queue[q]] = True
                break
            push, q = _room(via, end, tail, head, capacity - flow, flow)
            push = min(push, root[end] - rooted[end], most[start[t] + q] - last[q])
            last[q] += push
            rooted[end] += push
            arrived += push
            _push_along(via, end, tail, head, flow, push)
    return inside
