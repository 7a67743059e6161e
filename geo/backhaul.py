"""Joining sites to the fibre: one tree through all of them, with a bound on how cheap it can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

from geo.errors import InputError, RangeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Terminals that a tree is grown from, one after the other; the best tree stays.
_STARTS = 12
#: Rounds of adding hubs, and hubs that are tried in each.
_ROUNDS, _HUBS = 50, 100


@dataclass(frozen=True)
class Tree:
    """Edges that join all terminals.

    Attributes
    ----------
    edges
        Numbers of the chosen edges, ascending.
    cost
        Sum of their weights.
    bound
        Sum that no tree through the terminals can fall below.
    """

    edges: tuple[int, ...]
    cost: float
    bound: float


def steiner_tree(edges: ArrayLike, weights: ArrayLike, terminals: Iterable[int]) -> Tree:
    """Join terminals by a cheap tree (Steiner tree in a graph).

    Trees grow from several terminals along shortest paths (Takahashi and Matsuyama 1980,
    Mathematica Japonica 24:573–577) in the whole graph and in what the dual ascent (Wong 1984,
    Mathematical Programming 28:271–287) leaves of it; the ascent gives the bound.

    Parameters
    ----------
    edges
        (m, 2) numbers of the nodes that an edge joins; of several between two nodes the cheapest
        counts.
    weights
        Cost per edge, finite, at least 0; shape (m,).
    terminals
        Nodes to join.

    Raises
    ------
    InputError
        If shapes do not fit or no edge leads to a terminal.
    RangeError
        If a weight is negative or no number.

    Examples
    --------
    >>> steiner_tree([[0, 3], [1, 3], [2, 3], [0, 1], [1, 2]], [2, 2, 2, 3.5, 3.5], [0, 1, 2])
    Tree(edges=(0, 1, 2), cost=6.0, bound=6.0)
    """
    ends, cost = _checked(edges, weights)
    wanted = sorted({int(node) for node in terminals})
    if len(wanted) < 2:
        return Tree((), 0.0, 0.0)
    nodes = int(max(ends.max(initial=-1), wanted[-1])) + 1
    if wanted[0] < 0 or not len(ends):
        raise _apart(wanted[0])
    bound, cheap = _ascent(nodes, ends, cost, wanted)
    entries = []
    for usable in (np.arange(len(cost)), cheap):
        graph = _network(nodes, ends[usable], cost[usable])
        for start in wanted[:: max(1, len(wanted) // _STARTS)]:
            found = _pruned(_grown(graph, wanted, start), ends, cost, wanted)
            entries.append((float(cost[list(found)].sum()), found))
    best = min(entries)
    total, chosen = _with_hubs(best, ends, cost, wanted)
    return Tree(chosen, total, min(bound, total))


def _checked(edges: ArrayLike, weights: ArrayLike) -> tuple[Ints, Floats]:
    ends = np.asarray(edges, dtype=np.int64).reshape(-1, 2)
    cost = np.asarray(weights, dtype=float)
    if cost.shape != (len(ends),):
        raise InputError(
            f"{len(ends)} edges have {cost.size} weights", where="weights",
            repair="give one number for each edge",
        )  # fmt: skip
    if not np.isfinite(cost).all() or (cost < 0).any():
        raise RangeError(
            "holds a negative number or none", where="weights", repair="give 0 or more"
        )
    if (ends < 0).any():
        raise RangeError("a node has a negative number", where="edges", repair="count from 0")
    return ends, cost


def _apart(node: int) -> InputError:
    return InputError(
        f"no edges lead to terminal {node}", where="terminals",
        repair="add edges, or leave it out",
    )  # fmt: skip


def _ascent(nodes: int, ends: Ints, cost: Floats, wanted: Sequence[int]) -> tuple[float, Ints]:
    """Return the bound of the dual ascent and the edges that it used up."""
    tail = np.concatenate([ends[:, 0], ends[:, 1]])
    head = np.concatenate([ends[:, 1], ends[:, 0]])
    left = np.concatenate([cost, cost])
    root, bound = wanted[0], 0.0
    into: dict[int, list[int]] = defaultdict(list)
    for arc, node in enumerate(head.tolist()):
        into[node].append(arc)
    for terminal in wanted[1:]:
        while True:
            side = np.zeros(nodes, dtype=bool)
            side[terminal] = True
            waiting = [terminal]
            while waiting:
                for arc in into[waiting.pop()]:
                    other = int(tail[arc])
                    if left[arc] <= 0 and not side[other]:
                        side[other] = True
                        waiting.append(other)
            if side[root]:
                break
            border = np.flatnonzero(side[head] & ~side[tail])
            if not len(border):
                raise _apart(terminal)
            step = left[border].min()
            bound += float(step)
            left[border] -= step
            left[border[left[border] < 1e-12 * (1 + step)]] = 0
    used = (left[: len(cost)] <= 0) | (left[len(cost) :] <= 0)
    return bound, np.flatnonzero(used)


def _cheapest(pairs: Ints, cost: Floats, nodes: int) -> Ints:
    """Return the cheapest edge between each two nodes, the first of equals."""
    order = np.argsort(cost, kind="stable")
    pairs = np.sort(pairs[order], axis=1)
    _, first = np.unique(pairs[:, 0] * nodes + pairs[:, 1], return_index=True)
    return order[first]


def _network(nodes: int, pairs: Ints, cost: Floats) -> sp.csr_array:
    """Return edges as a graph; a tiny weight stands for 0, which a sparse graph cannot hold."""
    kept = _cheapest(pairs, cost, nodes)
    length = np.maximum(cost[kept], 1e-12)
    return sp.csr_array((length, (pairs[kept, 0], pairs[kept, 1])), shape=(nodes, nodes))


def _grown(graph: sp.csr_array, wanted: Sequence[int], start: int) -> Ints:
    """Return the nodes of a tree that grows from ``start``, each time to the nearest terminal."""
    inside, missing = {start}, set(wanted) - {start}
    while missing:
        far, before, _ = dijkstra(
            graph, directed=False, indices=sorted(inside), min_only=True, return_predecessors=True
        )
        node = min(missing, key=lambda terminal: (far[terminal], terminal))
        while node not in inside:
            inside.add(node)
            missing.discard(node)
            node = int(before[node])
    return np.array(sorted(inside))


def _with_hubs(
    best: tuple[float, tuple[int, ...]], ends: Ints, cost: Floats, wanted: Sequence[int]
) -> tuple[float, tuple[int, ...]]:
    """Add further nodes to a tree as long as one makes it cheaper."""
    for _ in range(_ROUNDS):
        inside = np.unique(ends[list(best[1])])
        touch = ends[np.isin(ends, inside).sum(axis=1) == 1].ravel()
        near, times = np.unique(touch[~np.isin(touch, inside)], return_counts=True)
        # A node saves something only where three edges of the tree meet in it.
        hubs = near[times > 2][np.argsort(-times[times > 2], kind="stable")][:_HUBS]
        before = best
        for hub in hubs.tolist():
            found = _pruned(np.union1d(inside, [hub]), ends, cost, wanted)
            total = float(cost[list(found)].sum())
            if total < best[0]:
                best = (total, found)
        if best == before:
            return best
    return best


def _pruned(inside: Ints, ends: Ints, cost: Floats, wanted: Sequence[int]) -> tuple[int, ...]:
    """Span nodes with all edges between them, then cut loose ends."""
    among = np.flatnonzero(np.isin(ends, inside).all(axis=1) & (ends[:, 0] != ends[:, 1]))
    among = among[_cheapest(ends[among], cost[among], int(inside[-1]) + 1)]
    # The rank stands for the weight: no weight 0, no ties, cheapest first.
    among = among[np.argsort(cost[among], kind="stable")]
    place = np.searchsorted(inside, ends[among])
    rank = np.arange(1, len(among) + 1, dtype=float)
    graph = sp.csr_array((rank, (place[:, 0], place[:, 1])), shape=(len(inside), len(inside)))
    kept = set(among[minimum_spanning_tree(graph).data.astype(int) - 1].tolist())
    while True:
        at, degree = np.unique(ends[sorted(kept)], return_counts=True)
        loose = set(at[degree == 1].tolist()) - set(wanted)
        cut = {edge for edge in kept if loose & set(ends[edge].tolist())}
        if not cut:
            return tuple(sorted(kept))
        kept -= cut
