"""Compiled parts of the Steiner tree search: the network, dual ascent, growing and spanning.

The arcs that leave node v are ``start[v] … start[v + 1]``, each with the node at its other end and
the number of its edge; every edge gives two arcs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.steiner.heap import new_heap, pop, push

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class SteinerGraph(NamedTuple):
    """A graph with its terminals, as compiled code reads it.

    Attributes
    ----------
    start, other, edge
        Arcs by the node that they leave.
    ends, cost
        (m, 2) nodes and (m,) cost of the edges.
    order
        (m,) edges, cheapest first.
    terminal
        (n,) True where a node must be joined.
    """

    start: Ints
    other: Ints
    edge: Ints
    ends: Ints
    cost: Floats
    order: Ints
    terminal: Flags


def network(ends: Ints, cost: Floats, terminal: Flags) -> SteinerGraph:
    """Return edges as a graph that compiled code reads.

    Parameters
    ----------
    ends
        (m, 2) nodes of each edge.
    cost
        (m,) cost of each edge, at least 0.
    terminal
        (n,) True where a node must be joined.

    Returns
    -------
    net
        The graph.
    """
    nodes = len(terminal)
    tail = np.concatenate([ends[:, 0], ends[:, 1]])
    head = np.concatenate([ends[:, 1], ends[:, 0]])
    by_tail = np.argsort(tail, kind="stable")
    start = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(tail, minlength=nodes), out=start[1:])
    order = np.argsort(cost, kind="stable")
    return SteinerGraph(start, head[by_tail], by_tail % len(ends), ends, cost, order, terminal)


class _Cut(NamedTuple):
    """Scratch arrays of the ascent: nodes of a cut, arcs into it, and the turn of each node."""

    inside: Ints
    border: Ints
    stamp: Ints
    active: Flags


@compiled
def _gather(
    net: SteinerGraph, left: Floats, cut: _Cut, at: tuple[int, int, int, int]
) -> tuple[int, int, bool]:
    """Add the nodes that reach the cut through arcs of reduced cost 0.

    ``at`` is (turn, size, seen, arcs); returns the new size and arcs, and whether the cut holds
    another active terminal now.
    """
    turn, size, seen, count = at
    done = False
    while seen < size:
        v = cut.inside[seen]
        seen += 1
        for a in range(net.start[v], net.start[v + 1]):
            w = net.other[a]
            if cut.stamp[w] == turn:
                continue
            if left[a] <= 0.0:
                done = done or cut.active[w]
                cut.stamp[w] = turn
                cut.inside[size] = w
                size += 1
            else:
                cut.border[count] = a
                count += 1
    return size, count, done


@compiled
def _pay(
    net: SteinerGraph, left: Floats, cut: _Cut, at: tuple[int, int, int]
) -> tuple[int, int, float, bool]:
    """Lower the cost of all arcs into the cut by the least among them; add the nodes they free.

    ``at`` is (turn, size, arcs); returns the new size and arcs, the step (−1 if no arc leads into
    the cut), and whether the cut holds another active terminal now.
    """
    turn, size, count = at
    step, kept = np.inf, 0
    for i in range(count):
        a = cut.border[i]
        if cut.stamp[net.other[a]] != turn:
            cut.border[kept] = a
            kept += 1
            step = min(step, left[a])
    if kept == 0:
        return size, 0, -1.0, False
    count, kept, done = kept, 0, False
    for i in range(count):
        a = cut.border[i]
        left[a] -= step
        if left[a] > 1e-12 * (1.0 + step):
            cut.border[kept] = a
            kept += 1
            continue
        left[a] = 0.0
        w = net.other[a]
        if cut.stamp[w] != turn:
            done = done or cut.active[w]
            cut.stamp[w] = turn
            cut.inside[size] = w
            size += 1
    return size, kept, step, done


@compiled
def ascend(net: SteinerGraph, wanted: Ints, most_steps: int) -> tuple[float, Floats]:
    """Raise dual variables (Wong 1984) for a bound and the reduced costs of the arcs.

    The reduced cost of an arc in the row of v belongs to the way *into* v. The terminal with the
    smallest cut goes first (Pajor, Uchoa and Werneck 2018, doi 10.1007/s12532-017-0123-4). A cut
    that contains another active terminal ends: whatever reaches that one reaches this one too. Any
    stop leaves a valid bound.

    Parameters
    ----------
    net
        The graph.
    wanted
        Terminals, the root first.
    most_steps
        Greatest number of arcs that are looked at.

    Returns
    -------
    bound, left
        Bound on the cost of any tree, and the reduced cost per arc.
    """
    n = len(net.start) - 1
    left = net.cost[net.edge].copy()
    cut = _Cut(
        np.empty(n, dtype=np.int64), np.empty(len(left), dtype=np.int64),
        np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.bool_),
    )  # fmt: skip
    queue = new_heap(len(wanted))
    cut.active[wanted[0]] = True
    for terminal in wanted[1:]:
        cut.active[terminal] = True
        push(queue, 1.0, terminal)
    bound, turn, steps = 0.0, 0, 0
    while queue.size[0] > 0 and steps < most_steps:
        key, terminal = pop(queue)
        turn += 1
        cut.active[terminal] = False
        cut.stamp[terminal] = turn
        cut.inside[0] = terminal
        size, seen, count = 1, 0, 0
        done = False
        while steps < most_steps:
            size, count, met = _gather(net, left, cut, (turn, size, seen, count))
            seen = size
            if done or met:
                break
            if size > key and queue.size[0] > 0 and size > queue.key[0]:
                push(queue, float(size), terminal)
                cut.active[terminal] = True
                break
            key = max(key, float(size))
            size, count, step, done = _pay(net, left, cut, (turn, size, count))
            if step < 0.0:
                break
            bound += step
            steps += count + 1
    return bound, left


@compiled
def grow(net: SteinerGraph, weight: Floats, first: int) -> tuple[Flags, bool]:
    """Grow a tree from ``first``, each time along the shortest path to the nearest terminal.

    Edges of infinite weight are closed.

    Parameters
    ----------
    net
        The graph.
    weight
        (m,) weight of each edge in this search.
    first
        Node to start from.

    Returns
    -------
    chosen, joined
        (m,) edges of the tree, and whether all terminals were reached.
    """
    n = len(net.start) - 1
    far = np.full(n, np.inf)
    came = np.full(n, -1, dtype=np.int64)
    inside = np.zeros(n, dtype=np.bool_)
    chosen = np.zeros(len(weight), dtype=np.bool_)
    missing = net.terminal.sum() - 1
    heap = new_heap(len(net.other) + 2 * n + 1)
    far[first], inside[first] = 0.0, True
    push(heap, 0.0, first)
    while heap.size[0] > 0 and missing > 0:
        d, u = pop(heap)
        if d > far[u]:
            continue
        if net.terminal[u] and not inside[u]:
            missing -= 1
            w = u
            while not inside[w]:
                inside[w], far[w] = True, 0.0
                e = came[w]
                chosen[e] = True
                push(heap, 0.0, w)
                w = net.ends[e, 0] + net.ends[e, 1] - w
            continue
        for a in range(net.start[u], net.start[u + 1]):
            w = net.other[a]
            through = d + weight[net.edge[a]]
            if through < far[w]:
                far[w], came[w] = through, net.edge[a]
                push(heap, through, w)
    return chosen, missing == 0


@compiled
def top(part: Ints, node: int) -> int:
    """Return the representative of a node's part (union–find), shortening the path.

    Parameters
    ----------
    part
        (n,) parent of each node; changed in place.
    node
        The node.

    Returns
    -------
    root
        The representative.
    """
    while part[node] != node:
        part[node] = part[part[node]]
        node = part[node]
    return node


@compiled
def degree_of(net: SteinerGraph, chosen: Flags, v: int) -> int:
    """Count the chosen edges at node ``v``.

    Parameters
    ----------
    net
        The graph.
    chosen
        (m,) edges of the tree.
    v
        The node.

    Returns
    -------
    degree
        Number of chosen edges at ``v``.
    """
    count = 0
    for a in range(net.start[v], net.start[v + 1]):
        if chosen[net.edge[a]]:
            count += 1
    return count


@compiled
def nodes_of(net: SteinerGraph, chosen: Flags) -> Flags:
    """Return the nodes of a tree, terminals among them.

    Parameters
    ----------
    net
        The graph.
    chosen
        (m,) edges of the tree.

    Returns
    -------
    inside
        (n,) True for its nodes and for all terminals.
    """
    inside = net.terminal.copy()
    for e in range(len(chosen)):
        if chosen[e]:
            inside[net.ends[e, 0]] = inside[net.ends[e, 1]] = True
    return inside


@compiled
def span(net: SteinerGraph, inside: Flags) -> Flags:
    """Span a set of nodes with the edges between them, cheapest first; cut loose ends.

    Parameters
    ----------
    net
        The graph.
    inside
        (n,) nodes to span.

    Returns
    -------
    chosen
        (m,) edges of the tree.
    """
    n = len(inside)
    part = np.arange(n)
    chosen = np.zeros(len(net.cost), dtype=np.bool_)
    degree = np.zeros(n, dtype=np.int64)
    # The sum over a leaf's edges is the number of its only edge.
    sum_of = np.zeros(n, dtype=np.int64)
    for e in net.order:
        a, b = net.ends[e, 0], net.ends[e, 1]
        if inside[a] and inside[b]:
            ta, tb = top(part, a), top(part, b)
            if ta != tb:
                part[ta] = tb
                chosen[e] = True
                degree[a] += 1
                degree[b] += 1
                sum_of[a] += e
                sum_of[b] += e
    for v in range(n):
        w = v
        while degree[w] == 1 and not net.terminal[w]:
            e = sum_of[w]
            chosen[e] = False
            degree[w] = 0
            w = net.ends[e, 0] + net.ends[e, 1] - w
            degree[w] -= 1
            sum_of[w] -= e
    return chosen
