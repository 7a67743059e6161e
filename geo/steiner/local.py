"""Compiled parts of the Steiner tree search: making a given tree cheaper.

Two moves, each of which keeps all terminals joined: taking in a node, and exchanging a piece of the
tree for a cheaper way. A key node is a terminal or a node where three or more edges of the tree
meet; a piece is between two of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.steiner.grow import SteinerGraph, degree_of, nodes_of, span
from geo.steiner.heap import new_heap, pop, push

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Differences below this share are rounding.
_EPS = 1e-9


class _Rooted(NamedTuple):
    """A tree by its nodes: parent, edge to it, and depth; depth −1 outside the tree."""

    parent: Ints
    up: Ints
    depth: Ints


@compiled
def _rooted(net: SteinerGraph, chosen: Flags, root: int) -> _Rooted:
    n = len(net.start) - 1
    tree = _Rooted(
        np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
    )  # fmt: skip
    waiting = np.empty(n, dtype=np.int64)
    waiting[0], count = root, 1
    tree.depth[root] = 0
    while count > 0:
        count -= 1
        v = waiting[count]
        for a in range(net.start[v], net.start[v + 1]):
            w = net.other[a]
            if chosen[net.edge[a]] and tree.depth[w] < 0:
                tree.depth[w] = tree.depth[v] + 1
                tree.parent[w], tree.up[w] = v, net.edge[a]
                waiting[count] = w
                count += 1
    return tree


# -- taking in a node


@compiled
def _dearest_between(a: int, b: int, tree: _Rooted, cost: Floats, gone: Flags) -> int:
    """Return the dearest edge on the tree's way from a to b, −1 if an edge of it is gone."""
    best = -1
    while a != b:
        if tree.depth[a] < tree.depth[b]:
            a, b = b, a
        e = tree.up[a]
        if gone[e]:
            return -1
        if best < 0 or cost[e] > cost[best]:
            best = e
        a = tree.parent[a]
    return best


@compiled
def _near_arcs(net: SteinerGraph, tree: _Rooted, v: int, near: Ints) -> int:
    """Fill ``near`` with the arcs from v into the tree, cheapest first; return their number."""
    count = 0
    for a in range(net.start[v], net.start[v + 1]):
        if tree.depth[net.other[a]] >= 0:
            i = count
            while i > 0 and net.cost[net.edge[near[i - 1]]] > net.cost[net.edge[a]]:
                near[i] = near[i - 1]
                i -= 1
            near[i] = a
            count += 1
    return count


@compiled
def _saving(net: SteinerGraph, tree: _Rooted, near: Ints, gone: Flags, removed: Ints) -> float:
    """Return what the tree would save by a node with the arcs ``near`` into it."""
    taken, out = 1, 0
    gain = -net.cost[net.edge[near[0]]]
    for i in range(1, len(near)):
        a = near[i]
        worst = -1
        for j in range(taken):
            worst = _dearest_between(net.other[a], net.other[near[j]], tree, net.cost, gone)
            if worst >= 0:
                break
        if worst >= 0 and net.cost[worst] > net.cost[net.edge[a]]:
            gone[worst] = True
            removed[out] = worst
            out += 1
            gain += net.cost[worst] - net.cost[net.edge[a]]
            near[taken] = a
            taken += 1
    for i in range(out):
        gone[removed[i]] = False
    return float(gain)


@compiled
def insert(net: SteinerGraph, chosen: Flags, root: int) -> Flags:
    """Add single nodes as long as one makes the tree cheaper.

    Parameters
    ----------
    net
        The graph.
    chosen
        (m,) edges of the tree.
    root
        A node of the tree.

    Returns
    -------
    chosen
        (m,) edges of the cheaper tree.
    """
    n = len(net.start) - 1
    tree = _rooted(net, chosen, root)
    gone = np.zeros(len(net.cost), dtype=np.bool_)
    near = np.empty(n, dtype=np.int64)
    removed = np.empty(n, dtype=np.int64)
    quiet, v = 0, 0
    while quiet < n:
        v = v + 1 if v + 1 < n else 0
        quiet += 1
        if tree.depth[v] >= 0:
            continue
        count = _near_arcs(net, tree, v, near)
        if count < 2:
            continue
        gain = _saving(net, tree, near[:count], gone, removed)
        if gain > _EPS * (1.0 + net.cost[net.edge[near[0]]]):
            inside = nodes_of(net, chosen)
            inside[v] = True
            chosen = span(net, inside)
            tree = _rooted(net, chosen, root)
            quiet = 0
    return chosen


# -- exchanging a piece for a way along which two regions meet


class TreeRegions(NamedTuple):
    """Distance to the tree per node, the edge towards it, and the tree's node at its end."""

    far: Floats
    came: Ints
    base: Ints


@compiled
def regions(net: SteinerGraph, chosen: Flags) -> TreeRegions:
    """Return for each node the nearest node of the tree.

    Parameters
    ----------
    net
        The graph.
    chosen
        (m,) edges of the tree.

    Returns
    -------
    regions
        Distances and ways to the tree.
    """
    n = len(net.start) - 1
    inside = nodes_of(net, chosen)
    found = TreeRegions(
        np.full(n, np.inf), np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    )
    heap = new_heap(len(net.other) + n)
    for v in range(n):
        if inside[v]:
            found.far[v], found.base[v] = 0.0, v
            push(heap, 0.0, v)
    while heap.size[0] > 0:
        d, u = pop(heap)
        if d > found.far[u]:
            continue
        for a in range(net.start[u], net.start[u + 1]):
            w, through = net.other[a], d + net.cost[net.edge[a]]
            if through < found.far[w]:
                found.far[w], found.came[w], found.base[w] = through, net.edge[a], found.base[u]
                push(heap, through, w)
    return found


@compiled
def _way(a: int, b: int, tree: _Rooted, nodes: Ints) -> int:
    """Fill ``nodes`` with the tree's way from a to b; return how many there are."""
    n, left, right = len(nodes), 0, len(nodes)
    while a != b:
        if tree.depth[a] >= tree.depth[b]:
            nodes[left] = a
            left += 1
            a = tree.parent[a]
        else:
            right -= 1
            nodes[right] = b
            b = tree.parent[b]
    nodes[left] = a
    left += 1
    while right < n:
        nodes[left] = nodes[right]
        left += 1
        right += 1
    return left


@compiled
def _dearest_piece(nodes: Ints, tree: _Rooted, cost: Floats, key: Flags) -> tuple[float, int, int]:
    """Return cost, begin and end of the dearest piece of a way between key nodes or its ends."""
    best, begin, end = -1.0, 0, 0
    total, at = 0.0, 0
    for i in range(1, len(nodes)):
        a, b = nodes[i - 1], nodes[i]
        total += cost[tree.up[a] if tree.parent[a] == b else tree.up[b]]
        if key[b] or i == len(nodes) - 1:
            if total > best:
                best, begin, end = total, at, i
            total, at = 0.0, i
    return best, begin, end


@compiled
def _walk(
    net: SteinerGraph, found: TreeRegions, e: int, tree: _Rooted, chosen: Flags,
    lay: bool,  # noqa: FBT001 — compiled code takes no keywords here
) -> bool:  # fmt: skip
    """Follow both sides of edge e to the tree; choose the way, or say whether it is still free."""
    for side in range(2):
        v = net.ends[e, side]
        while found.came[v] >= 0:
            # A node that an earlier exchange took in belongs to no region any more.
            if not lay and tree.depth[v] >= 0:
                return False
            c = found.came[v]
            if lay:
                chosen[c] = True
            v = net.ends[c, 0] + net.ends[c, 1] - v
    if lay:
        chosen[e] = True
    return True


@compiled
def swap(net: SteinerGraph, chosen: Flags, root: int, found: TreeRegions, open_edges: Ints) -> bool:
    """Exchange pieces of the tree for cheaper ways between its nodes; change ``chosen``.

    Parameters
    ----------
    net
        The graph.
    chosen
        (m,) edges of the tree; changed in place.
    root
        A node of the tree.
    found
        Regions of the tree.
    open_edges
        Edges that join two regions, the cheapest way first.

    Returns
    -------
    better
        True if the tree became cheaper.
    """
    n = len(net.start) - 1
    tree = _rooted(net, chosen, root)
    nodes = np.empty(n + 1, dtype=np.int64)
    key = net.terminal.copy()
    for v in range(n):
        key[v] = key[v] or (tree.depth[v] >= 0 and degree_of(net, chosen, v) > 2)
    better = False
    for e in open_edges:
        a, b = net.ends[e, 0], net.ends[e, 1]
        x, y = found.base[a], found.base[b]
        if tree.depth[x] < 0 or tree.depth[y] < 0:
            continue
        price = found.far[a] + net.cost[e] + found.far[b]
        length = _way(x, y, tree, nodes)
        dear, begin, end = _dearest_piece(nodes[:length], tree, net.cost, key)
        if dear <= price + _EPS * (1.0 + dear):
            continue
        if not _walk(net, found, e, tree, chosen, False):
            continue
        for i in range(begin + 1, end + 1):
            v, w = nodes[i - 1], nodes[i]
            chosen[tree.up[v] if tree.parent[v] == w else tree.up[w]] = False
        better = _walk(net, found, e, tree, chosen, True)
        tree = _rooted(net, chosen, root)
        for i in range(length):
            v = nodes[i]
            key[v] = net.terminal[v] or degree_of(net, chosen, v) > 2
    return better
