"""Lines of a plan: new fibre routes and microwave hops, each with the site that it is built for."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order

from geo.earth.crs import geodesic_m
from geo.evidence import weakest
from geo.links.backhaul import Backhaul

ROUTE_COLUMNS = (
    "route_id", "kind", "candidate_id", "from_id", "to_id", "length_km", "route_km", "year",
    "evidence", "source_ids",
)  # fmt: skip


def empty_routes() -> gpd.GeoDataFrame:
    """Return a table without lines.

    Returns
    -------
    routes
        :data:`ROUTE_COLUMNS` in EPSG:4326, no rows.
    """
    table = pd.DataFrame(columns=list(ROUTE_COLUMNS))
    return gpd.GeoDataFrame(table, geometry=[], crs="EPSG:4326")


def routes_of(
    places: tuple[pd.DataFrame, pd.DataFrame],
    found: Backhaul,
    kind: NDArray[np.object_],
) -> gpd.GeoDataFrame:
    """Return the lines of the new sites.

    ``length_km`` is the geodesic length of the drawn line; ``route_km`` is the length built, with
    the route factor, 0 for a hop. ``from_id`` and ``to_id`` are sites or nodes, empty at a crossing
    of roads. ``candidate_id`` and ``year`` are blank until :func:`owned` assigns each line to a
    site.

    Parameters
    ----------
    places
        New sites, and nodes.
    found
        Backhaul of the new sites.
    kind
        (n,) kind of backhaul per site.

    Returns
    -------
    routes
        :data:`ROUTE_COLUMNS` in EPSG:4326, one row per line.
    """
    sites, nodes = places
    names = pd.concat(
        [sites.rename(columns={"candidate_id": "id"}), nodes.rename(columns={"node_id": "id"})],
        ignore_index=True,
    )[["id", "lon", "lat"]]  # fmt: skip
    fibre = _fibre(found.routes, names)
    if not (kind == "fibre").any():
        # Where fibre is not allowed there are no fibre routes.
        fibre = fibre.iloc[:0]
    table = pd.concat([fibre, _hops(found, names, len(sites), kind)], ignore_index=True)
    if table.empty:
        return empty_routes()
    lines = shapely.linestrings(table[["a", "b", "c", "d"]].to_numpy(float).reshape(-1, 2, 2))
    table["length_km"] = geodesic_m(table["a"], table["b"], table["c"], table["d"]) / 1000
    table["route_id"] = [f"r{i + 1:05d}" for i in range(len(table))]
    table["evidence"] = weakest({*nodes["evidence"], *sites["evidence"], "modelled"})
    table["source_ids"] = "pack:fibre_nodes"
    table["candidate_id"], table["year"] = "", pd.NA
    return gpd.GeoDataFrame(table[list(ROUTE_COLUMNS)], geometry=lines, crs="EPSG:4326")


def owned(
    routes: gpd.GeoDataFrame, ids: Sequence[str], order: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the site that each line is built for: the first that needs it.

    Parameters
    ----------
    routes
        Lines, as from :func:`routes_of`.
    ids
        (n,) ids of the chosen sites.
    order
        (n,) numbers of the sites, the first to be built first.

    Returns
    -------
    owner
        (lines,) numbers of sites; −1 for a line that no site needs.
    """
    owner = np.full(len(routes), -1, dtype=np.int64)
    if routes.empty:
        return owner
    ends = routes.geometry.get_coordinates().to_numpy().reshape(-1, 4)
    vertex, of = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    a, b = of.reshape(-1, 2).T
    number = {key: i for i, key in enumerate(ids)}
    at = np.full(len(ids), -1, dtype=np.int64)
    roots = np.zeros(len(vertex), dtype=bool)
    for end, side in ((a, "from_id"), (b, "to_id")):
        for v, key in zip(end.tolist(), routes[side], strict=True):
            if key in number:
                at[number[key]] = v
            elif key:
                roots[v] = True
    before = _upstream(len(vertex), (a, b), roots)
    line = {pair: i for i, pairs in enumerate(zip(zip(a, b, strict=True), zip(b, a, strict=True),
                                                  strict=True)) for pair in pairs}  # fmt: skip
    for site in order.tolist():
        v = int(at[site])
        while v >= 0 and 0 <= before[v] < len(vertex):
            i = line[v, int(before[v])]
            if owner[i] >= 0:
                break
            owner[i], v = site, int(before[v])
    return owner


def _upstream(
    count: int, edges: tuple[NDArray[np.int64], NDArray[np.int64]], roots: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return for each vertex its predecessor on the way to a root; ``count`` next to a root."""
    top = np.flatnonzero(roots)
    row = np.concatenate([edges[0], top])
    col = np.concatenate([edges[1], np.full(len(top), count)])
    graph = sp.csr_array((np.ones(len(row)), (row, col)), shape=(count + 1, count + 1))
    return np.asarray(breadth_first_order(graph, count, directed=False)[1][:count], dtype=np.int64)


def _fibre(routes: NDArray[np.float64], names: pd.DataFrame) -> pd.DataFrame:
    """Add the ids of the places at the ends of the fibre edges."""
    known = dict(zip(zip(names["lon"], names["lat"], strict=True), names["id"], strict=True))
    frame = pd.DataFrame(routes, columns=["a", "b", "c", "d", "route_km"])
    frame = frame[frame["route_km"] > 0].reset_index(drop=True)
    for end, (x, y) in (("from_id", ("a", "b")), ("to_id", ("c", "d"))):
        frame[end] = [known.get(at, "") for at in zip(frame[x], frame[y], strict=True)]
    return frame.assign(kind="fibre")


def _hops(
    found: Backhaul, names: pd.DataFrame, sites: int, kind: NDArray[np.object_]
) -> pd.DataFrame:
    by_air = np.flatnonzero(kind == "microwave")
    to = np.where(found.parent[by_air] >= 0, found.parent[by_air], sites + found.node[by_air])
    lon, lat = names["lon"].to_numpy(float), names["lat"].to_numpy(float)
    ids = names["id"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "a": lon[by_air], "b": lat[by_air], "c": lon[to], "d": lat[to], "route_km": 0.0,
            "from_id": ids[by_air], "to_id": ids[to], "kind": "microwave",
        }
    )  # fmt: skip
