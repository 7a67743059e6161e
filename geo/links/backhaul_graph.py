"""The network of possible fibre routes: straight between neighbours, and along roads.

Vertex 0 is the fibre that exists: all nodes are one. Then come the sites, then the crossings of
roads: where a road only bends there is no choice, so a stretch between crossings is one edge that
remembers its bends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree

from geo.earth.crs import ecef, geodesic_m
from geo.steiner.tree import Tree, steiner_tree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Places = tuple[Floats, Floats]

#: Road vertices closer than this are one crossing [°], about 0.1 m.
_SNAP_DEG = 1e-6
#: A road's vertex this near to a place is at it [m].
_SAME_M = 0.2
#: A site leaves the road by the nearest vertices within this distance [m].
_ROAD_REACH_M = 5_000.0


@dataclass(frozen=True, slots=True, eq=False)
class RouteGraph:
    """Possible fibre routes.

    Attributes
    ----------
    ends
        (e, 2) vertices; 0 is the existing fibre, site i is vertex i + 1.
    km
        (e,) length of the route [km].
    shape, piece_km
        (s, 4) lon, lat, lon, lat of straight pieces, WGS84 [°], and their length [km].
    start
        (e + 1,) where each edge's pieces begin.
    joined
        (n,) True where a site can reach the fibre.
    alone_km
        (n,) direct route from the nearest fibre node [km]; infinite without a node.
    """

    ends: Ints
    km: Floats
    shape: Floats
    piece_km: Floats
    start: Ints
    joined: Flags
    alone_km: Floats

    def tree(self, sites: Ints) -> Tree:
        """Return the cheapest tree found that joins the sites and the existing fibre.

        Parameters
        ----------
        sites
            Numbers of the sites to join.

        Returns
        -------
        tree
            Edges of this graph; cost and bound in km.
        """
        wanted = np.zeros(int(self.ends.max(initial=0)) + 1, dtype=bool)
        wanted[np.append(sites + 1, 0)] = True
        if len(wanted) <= len(self.joined) + 1:
            # Without crossings of roads nothing but the places can branch.
            inner = np.flatnonzero(wanted[self.ends].all(axis=1))
            edges = _spanning(self.ends[inner], self.km[inner], len(wanted))
            if len(edges) == len(sites):
                km = float(self.km[inner[edges]].sum())
                return Tree(tuple(np.sort(inner[edges]).tolist()), km, km)
        return steiner_tree(self.ends, self.km, [0, *(sites + 1).tolist()])

    def paid(self, edges: Ints, sites: int) -> Iterator[tuple[int, int, float]]:
        """Share the edges of a tree among the sites.

        A site pays for its way to what is already built; the first site pays for a shared trunk.

        Parameters
        ----------
        edges
            Numbers of the edges of a tree.
        sites
            Number of sites.

        Yields
        ------
        site, parent, km
            The site, the site before it on the way (−1: the existing fibre), and the route built
            for it [km]; in building order.
        """
        n = int(self.ends.max()) + 1
        a, b = self.ends[edges].T
        graph = sp.csr_array((np.ones(len(edges)), (a, b)), shape=(n, n))
        order, before = breadth_first_order(graph, 0, directed=False)
        length = {}
        for e, u, v in zip(edges.tolist(), a.tolist(), b.tolist(), strict=True):
            length[u, v] = length[v, u] = float(self.km[e])
        standing = {0}
        for vertex in order.tolist():
            if not 1 <= vertex <= sites:
                continue
            at, km, upstream = vertex, 0.0, -1
            while at != 0:
                up = int(before[at])
                if at not in standing:
                    km += length[at, up]
                    standing.add(at)
                at = up
                if 1 <= at <= sites:
                    upstream = at - 1
                    break
            yield vertex - 1, upstream, km

    def drawn(self, edges: Ints) -> Floats:
        """Return the straight pieces of edges.

        Parameters
        ----------
        edges
            Numbers of edges.

        Returns
        -------
        pieces
            (s, 5) lon, lat, lon, lat [°] and km.
        """
        pieces = [np.arange(self.start[e], self.start[e + 1]) for e in edges.tolist()]
        at = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
        return np.column_stack([self.shape[at], self.piece_km[at]]).reshape(-1, 5)


def route_graph(
    sites: Places,
    nodes: Places,
    *,
    factor: float,
    neighbours: int = 8,
    pairs: Ints | None = None,
    roads: ArrayLike | None = None,
) -> RouteGraph:
    """Return the routes that fibre may take.

    Parameters
    ----------
    sites, nodes
        Longitudes and latitudes, WGS84 [°], validated.
    factor
        Length of a direct route over its geodesic, at least 1.
    neighbours
        Nearest other sites that a direct route is drawn to, in addition to one to the nearest node.
    pairs
        (m, 2) pairs of sites that direct routes are drawn between in their place; None for none.
    roads
        Shapely lines in WGS84 [°].

    Returns
    -------
    graph
        Routes between the sites and to the existing fibre.
    """
    n = len(sites[0])
    lon, lat = (np.concatenate([site, node]) for site, node in zip(sites, nodes, strict=True))
    parts = [_direct(sites, nodes, _nearest(sites, neighbours) if pairs is None else pairs)]
    road_lon, road_lat = np.zeros(0), np.zeros(0)
    stretch = [np.full(len(parts[0]), factor)]
    if roads is not None:
        road_lon, road_lat, along = _road_edges(roads)
        road_lon, road_lat = _met((lon, lat), (road_lon, road_lat))
        parts += [along + len(lon), _ramps((lon, lat), (road_lon, road_lat))]
        stretch += [np.ones(len(parts[1])), np.full(len(parts[2]), factor)]
    pairs = np.concatenate(parts)
    lon, lat = np.concatenate([lon, road_lon]), np.concatenate([lat, road_lat])
    a, b = pairs.T
    km = geodesic_m(lon[a], lat[a], lon[b], lat[b]) / 1000.0 * np.concatenate(stretch)
    # Renumber: fibre nodes become vertex 0, sites follow, then road vertices.
    vertex = np.arange(len(lon)) + 1
    vertex[n : n + len(nodes[0])] = 0
    vertex[n + len(nodes[0]) :] -= len(nodes[0])
    ends = vertex[pairs]
    size = n + 1 + len(road_lon)
    linked = sp.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    _, part = connected_components(linked, directed=False)
    alone = np.full(n + 1, np.inf)
    direct = slice(0, len(parts[0]))
    to_node = ends[direct].min(axis=1) == 0
    np.minimum.at(alone, ends[direct].max(axis=1)[to_node], km[direct][to_node])
    stretches, order, start = contracted(ends, km, n + 1)
    shape = np.column_stack([lon[a], lat[a], lon[b], lat[b]])[order]
    pieces = km[order]
    whole = np.add.reduceat(pieces, start[:-1]) if len(stretches) else np.zeros(0)
    return RouteGraph(stretches, whole, shape, pieces, start, part[1 : n + 1] == part[0], alone[1:])


def contracted(ends: Ints, km: Floats, kept: int) -> tuple[Ints, Ints, Ints]:
    """Join edges that meet at a vertex without a choice; the first ``kept`` vertices stay.

    Of several stretches between the same ends the shortest is kept, of circles none.

    Parameters
    ----------
    ends, km
        (m, 2) vertices of the edges, and (m,) their length [km].
    kept
        Number of vertices that stay.

    Returns
    -------
    ends, edges, start
        Ends of the stretches, renumbered; the edges in their order; where each stretch begins.
    """
    size = int(ends.max(initial=kept - 1)) + 1
    row = np.sort(ends, axis=1)
    ranked = np.lexsort((km, row[:, 1], row[:, 0]))
    new = np.ones(len(ranked), dtype=bool)
    new[1:] = (np.diff(row[ranked], axis=0) != 0).any(axis=1)
    single = np.sort(ranked[new])
    a, b = ends[single].T
    stays = np.bincount(ends[single].ravel(), minlength=size) != 2
    stays[:kept] = True
    inner = ~stays[a] & ~stays[b]
    bends = sp.csr_array((np.ones(int(inner.sum())), (a[inner], b[inner])), shape=(size, size))
    _, group = connected_components(bends, directed=False)
    # An edge belongs to the group of its bend; one between two crossings is alone.
    chain = np.where(stays[a], np.where(stays[b], size + np.arange(len(a)), group[b]), group[a])
    _, chain = np.unique(chain, return_inverse=True)
    number = np.cumsum(stays) - 1
    count = int(chain.max(initial=-1)) + 1
    low, high = np.full(count, size), np.full(count, -1)
    tips = np.concatenate([number[a[stays[a]]], number[b[stays[b]]]])
    of = np.concatenate([chain[stays[a]], chain[stays[b]]])
    np.minimum.at(low, of, tips)
    np.maximum.at(high, of, tips)
    good = high > low
    length = np.bincount(chain, km[single], count)
    best = np.lexsort((length, high, low))
    best = best[good[best]]
    first = np.ones(len(best), dtype=bool)
    first[1:] = (np.diff(low[best]) != 0) | (np.diff(high[best]) != 0)
    left = np.sort(best[first])
    place = np.full(count, -1)
    place[left] = np.arange(len(left))
    rank = place[chain]
    order = np.argsort(rank, kind="stable")
    order = order[rank[order] >= 0]
    start = np.searchsorted(rank[order], np.arange(len(left) + 1))
    return np.column_stack([low[left], high[left]]), single[order], start.astype(np.int64)


def _spanning(ends: Ints, km: Floats, size: int) -> Ints:
    """Return the edges of the shortest spanning forest."""
    # Ranks in place of lengths: a length of 0 is no edge to scipy, and equal ones keep their order.
    rank = np.empty(len(km))
    rank[np.argsort(km, kind="stable")] = np.arange(1.0, len(km) + 1)
    a, b = np.sort(ends, axis=1).T
    tree = minimum_spanning_tree(sp.csr_array((rank, (a, b)), shape=(size, size)))
    return np.asarray(np.argsort(km, kind="stable")[tree.data.astype(np.int64) - 1])


def _nearest(sites: Places, neighbours: int) -> Ints:
    """Return each site's pairs with the nearest others."""
    n = len(sites[0])
    if n < 2:
        return np.zeros((0, 2), dtype=np.int64)
    k, places = min(neighbours + 1, n), ecef(*sites)
    _, near = cKDTree(places).query(places, k=k)
    return np.column_stack([np.repeat(np.arange(n), k), near.ravel()]).astype(np.int64)


def _direct(sites: Places, nodes: Places, between: Ints) -> Ints:
    """Return pairs of sites, and of each site and its nearest node."""
    n, found = len(sites[0]), [between]
    if n and len(nodes[0]):
        _, node = cKDTree(ecef(*nodes)).query(ecef(*sites))
        found.append(np.column_stack([np.arange(n), n + node]))
    pairs = np.sort(np.concatenate(found), axis=1)
    return np.asarray(np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0), dtype=np.int64)


def _road_edges(roads: ArrayLike) -> tuple[Floats, Floats, Ints]:
    """Return the vertices of roads and the pairs of them that a road joins."""
    lines = np.atleast_1d(np.asarray(roads, dtype=object))
    lines = shapely.get_parts(lines[~(shapely.is_missing(lines) | shapely.is_empty(lines))])
    points, line = shapely.get_coordinates(lines, return_index=True)
    if not len(points):
        return np.zeros(0), np.zeros(0), np.zeros((0, 2), dtype=np.int64)
    grid = np.round(points / _SNAP_DEG).astype(np.int64)
    _, first, vertex = np.unique(grid, axis=0, return_index=True, return_inverse=True)
    vertex = vertex.ravel()
    along = line[1:] == line[:-1]
    pairs = np.column_stack([vertex[:-1], vertex[1:]])[along]
    return points[first, 0], points[first, 1], pairs[pairs[:, 0] != pairs[:, 1]]


def _met(places: Places, road: Places) -> Places:
    """Return the road's vertices; one at a place gets that place's very coordinates.

    A way of no length between the two is not drawn: without this the drawn lines would part there.
    """
    if not len(places[0]) or not len(road[0]):
        return road
    chord, near = cKDTree(ecef(*places)).query(ecef(*road), distance_upper_bound=_SAME_M)
    same = np.isfinite(chord)
    lon, lat = road[0].copy(), road[1].copy()
    lon[same], lat[same] = places[0][near[same]], places[1][near[same]]
    return lon, lat


def _ramps(places: Places, road: Places) -> Ints:
    """Return pairs that join each place to the two nearest road vertices in reach."""
    n = len(places[0])
    if not n or not len(road[0]):
        return np.zeros((0, 2), dtype=np.int64)
    k = min(2, len(road[0]))
    chord, near = cKDTree(ecef(*road)).query(ecef(*places), k=k, distance_upper_bound=_ROAD_REACH_M)
    chord, near = chord.reshape(n, k), near.reshape(n, k)
    at, which = np.nonzero(np.isfinite(chord))
    return np.column_stack([at, n + near[at, which]]).astype(np.int64)
