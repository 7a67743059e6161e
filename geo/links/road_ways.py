"""Ways of fibre along roads as a network problem names them: between sites, and with crossings.

A way passes no site on its way: one that is not built passes nothing on. The ways between sites
price a choice as a tree without branches at crossings, which is never too cheap. With the crossings
as places without cost of their own every tree that may be built is one of the problem: what bounds
that problem bounds them all.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from geo.links.backhaul_graph import Floats, Ints, RouteGraph, contracted

#: Sites from which distances are looked for at a time.
_AT_ONCE = 64


def between_sites(graph: RouteGraph) -> tuple[Floats, Ints, Floats]:
    """Return the shortest routes of sites to the existing fibre and to each other.

    Parameters
    ----------
    graph
        Routes of all sites.

    Returns
    -------
    root
        (n,) route to the existing fibre [km]; infinite without one.
    ends
        (m, 2) pairs of sites with a route shorter than the longer of their own.
    km
        (m,) route between them [km].
    """
    n, size = len(graph.joined), _size(graph)
    routes = _routes(graph.ends, graph.km, n, size)
    root = dijkstra(routes, indices=0)[1 : n + 1]
    pairs, lengths = [np.zeros((0, 2), dtype=np.int64)], [np.zeros(0)]
    for begin in range(0, n, _AT_ONCE):
        here = np.arange(begin, min(begin + _AT_ONCE, n))
        far = float(root[here].max())
        km = dijkstra(routes, indices=size + here, limit=far)[:, 1 : n + 1]
        row, other = np.nonzero(km < root[here][:, None])
        own = here[row] != other
        pairs.append(np.sort(np.column_stack([here[row], other])[own], axis=1))
        lengths.append(km[row, other][own])
    ends, first = np.unique(np.concatenate(pairs), axis=0, return_index=True)
    return root, ends.astype(np.int64), np.concatenate(lengths)[first]


def with_crossings(graph: RouteGraph) -> tuple[Floats, Ints, Floats]:
    """Return the ways of sites and of the crossings at which a cheapest tree may branch.

    A way is left out where both its ends have a shorter route to the existing fibre, and so is a
    crossing with fewer than three ways.

    Parameters
    ----------
    graph
        Routes of all sites.

    Returns
    -------
    root
        (n + crossings,) route to the existing fibre [km], of the sites first.
    ends
        (m, 2) pairs of these places.
    km
        (m,) way between them [km].
    """
    n, ends, km = len(graph.joined), graph.ends, graph.km
    while True:
        size = int(ends.max(initial=n)) + 1
        root = dijkstra(_routes(ends, km, n, size), indices=0)[:size]
        a, b = ends.T
        leaf = np.bincount(ends.ravel(), minlength=size) < 2
        leaf[: n + 1] = False
        # Equal ones stay: they are on the shortest routes to the fibre.
        kept = (km <= np.maximum(root[a], root[b])) & ~leaf[a] & ~leaf[b]
        ways, order, start = contracted(ends[kept], km[kept], n + 1)
        if len(ways) == len(ends):
            break
        km = np.add.reduceat(km[kept][order], start[:-1]) if len(ways) else np.zeros(0)
        ends = ways
    own = ends.min(axis=1, initial=size) > 0
    return root[1:], ends[own] - 1, km[own]


def _size(graph: RouteGraph) -> int:
    return int(graph.ends.max(initial=len(graph.joined))) + 1


def _routes(ends: Ints, km: Floats, sites: int, size: int) -> sp.csr_array:
    """Return the routes as arcs; those that leave site i begin at vertex ``size`` + i."""
    tail, head = np.concatenate([ends, ends[:, ::-1]]).T
    leaves = (tail >= 1) & (tail <= sites)
    tail = np.where(leaves, size + tail - 1, tail)
    whole = size + sites
    return sp.csr_array((np.tile(km, 2), (tail, head)), shape=(whole, whole))
