"""A cheap tree that joins terminals in a graph, with a bound on how cheap one can be.

Trees grow along shortest paths, in the graph itself, in the part of it that the dual ascent leaves,
and with weights perturbed by a seeded draw; each is improved by adding nodes, exchanging key paths
and removing hubs until no move helps. Then trees grow in the union of the best ones. The same input
gives the same tree.

References
----------
Takahashi, H. and Matsuyama, A. (1980), Mathematica Japonica 24:573–577: growing, at most twice the
optimum.
Wong, R. T. (1984), Mathematical Programming 28:271–287: dual ascent.
Uchoa, E. and Werneck, R. F. (2012), ACM Journal of Experimental Algorithmics 17, article 2.2:
local search. doi 10.1145/2133803.2184448
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import connected_components

from geo.errors import InputError, RangeError
from geo.steiner.exchange import exchange
from geo.steiner.grow import SteinerGraph, ascend, grow, network, nodes_of, span
from geo.steiner.local import insert, regions, swap

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Trees that are grown and improved, for a graph of ``_UNIT`` edges; fewer for larger ones.
_MOST_TREES, _LEAST_TREES, _UNIT = 120, 6, 400_000
#: Trees whose union is searched at the end, and trees that grow in it.
_POOL, _MERGES = 8, 6
#: Edges up to which every tree is improved thoroughly, not only the best.
_SMALL = 5_000
#: Arcs that the dual ascent looks at before it stops; any stop leaves a valid bound.
_ASCENT_WORK = 2_000_000_000
#: Greatest share by which weights are perturbed.
_PERTURBATION = 0.3


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
        Lower bound on the cost of any tree that joins the terminals.
    """

    edges: tuple[int, ...]
    cost: float
    bound: float


def steiner_tree(edges: ArrayLike, weights: ArrayLike, terminals: Iterable[int]) -> Tree:
    """Join terminals by a cheap tree (Steiner tree in a graph).

    Parameters
    ----------
    edges
        (m, 2) numbers of the nodes that an edge joins; of several between two nodes the cheapest
        counts.
    weights
        (m,) cost per edge, finite and non-negative.
    terminals
        Nodes to join.

    Returns
    -------
    tree
        The cheapest tree found, and a bound on the cheapest one.

    Raises
    ------
    InputError
        If shapes do not fit or no edges reach a terminal.
    RangeError
        If a weight is negative or not finite.

    Examples
    --------
    >>> steiner_tree([[0, 3], [1, 3], [2, 3], [0, 1], [1, 2]], [2, 2, 2, 3.5, 3.5], [0, 1, 2])
    Tree(edges=(0, 1, 2), cost=6.0, bound=6.0)
    """
    ends, cost = _checked(edges, weights)
    wanted = np.unique(np.fromiter((int(node) for node in terminals), dtype=np.int64))
    if len(wanted) < 2:
        return Tree((), 0.0, 0.0)
    if wanted[0] < 0 or not len(ends):
        _refuse_terminal(int(wanted[0]))
    nodes = int(max(ends.max(), wanted[-1])) + 1
    kept = _without_twins(ends, cost, nodes)
    if not len(kept):
        _refuse_terminal(int(wanted[0]))
    terminal = np.zeros(nodes, dtype=bool)
    terminal[wanted] = True
    net = network(ends[kept], cost[kept], terminal)
    _check_joined(net, wanted)
    bound, left = ascend(net, wanted, _ASCENT_WORK)
    used = np.zeros(len(kept), dtype=bool)
    used[net.edge[left <= 0.0]] = True
    best = _search(net, wanted, used, bound)
    total = float(net.cost[best].sum())
    chosen = np.sort(kept[best])
    return Tree(tuple(chosen.tolist()), total, min(bound, total))


def _checked(edges: ArrayLike, weights: ArrayLike) -> tuple[Ints, Floats]:
    ends = np.asarray(edges, dtype=np.int64).reshape(-1, 2)
    cost = np.asarray(weights, dtype=float)
    if cost.shape != (len(ends),):
        raise InputError("steiner.weights_each", edges=len(ends), size=cost.size)
    if not np.isfinite(cost).all() or (cost < 0).any():
        raise RangeError("steiner.negative_weights")
    if (ends < 0).any():
        raise RangeError("steiner.node")
    return ends, cost


def _refuse_terminal(node: int) -> NoReturn:
    raise InputError("steiner.terminal", node=node)


def _without_twins(ends: Ints, cost: Floats, nodes: int) -> Ints:
    """Return the cheapest edge between each two nodes, the first of equals, and no loops."""
    pairs = np.sort(ends, axis=1)
    order = np.argsort(cost, kind="stable")
    order = order[pairs[order, 0] != pairs[order, 1]]
    _, first = np.unique(pairs[order, 0] * nodes + pairs[order, 1], return_index=True)
    return np.sort(order[first])


def _check_joined(net: SteinerGraph, wanted: Ints) -> None:
    n = len(net.terminal)
    pairs = sp.csr_array((np.ones(len(net.ends)), net.ends.T), shape=(n, n))
    _, part = connected_components(pairs, directed=False)
    away = wanted[part[wanted] != part[wanted[0]]]
    if len(away):
        _refuse_terminal(int(away[0]))


def _search(net: SteinerGraph, wanted: Ints, used: Flags, bound: float) -> Flags:
    """Grow and improve trees until the bound is met or all tries are made."""
    draw = np.random.default_rng(len(net.ends))
    tries = max(_LEAST_TREES, min(_MOST_TREES, _UNIT // len(net.ends)))
    reduced = np.where(used, net.cost, np.inf)
    small = len(net.ends) <= _SMALL
    pool: list[tuple[float, Flags]] = []
    for i in range(tries):
        weight = (net.cost, reduced)[i % 2]
        if i >= 4:
            weight = weight * draw.uniform(1.0, 1.0 + _PERTURBATION, len(weight))
        _offer(net, weight, int(wanted[i * len(wanted) // tries]), pool, thorough=small)
        if pool and pool[0][0] <= bound * (1 + 1e-12):
            return pool[0][1]
    for i in range(_MERGES):
        together = np.logical_or.reduce([tree for _, tree in pool])
        weight = np.where(together, net.cost, np.inf)
        if i:
            weight = weight * draw.uniform(1.0, 1.0 + _PERTURBATION, len(weight))
        _offer(net, weight, int(wanted[i * len(wanted) // _MERGES]), pool, thorough=small)
    best = pool[0][1]
    return best if small else _improved(net, best, thorough=True)


def _offer(
    net: SteinerGraph,
    weight: Floats,
    first: int,
    pool: list[tuple[float, Flags]],
    *,
    thorough: bool,
) -> None:
    """Grow a tree, improve it, and keep it if it is among the best."""
    tree, joined = grow(net, weight, first)
    if not joined:
        return
    tree = _improved(net, tree, thorough=thorough)
    total = float(net.cost[tree].sum())
    if any(np.array_equal(tree, other) for _, other in pool):
        return
    pool.append((total, tree))
    pool.sort(key=lambda entry: entry[0])
    del pool[_POOL:]


def _improved(net: SteinerGraph, tree: Flags, *, thorough: bool) -> Flags:
    """Improve a tree until nothing helps any more; thoroughly with every hub and piece."""
    tree = span(net, nodes_of(net, tree))
    root, better = int(np.argmax(net.terminal)), True
    while better:
        tree = insert(net, tree, root)
        found = regions(net, tree)
        a, b = net.ends[:, 0], net.ends[:, 1]
        price = found.far[a] + net.cost + found.far[b]
        joins = np.flatnonzero((found.base[a] != found.base[b]) & ~tree & np.isfinite(price))
        joins = joins[np.argsort(price[joins], kind="stable")]
        better = swap(net, tree, root, found, joins)
        if thorough and not better:
            better = exchange(net, tree)
        tree = span(net, nodes_of(net, tree))
    return tree
