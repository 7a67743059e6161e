"""How the chosen sites are joined and fed: fibre tree, power, what each takes and costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree
from scipy.spatial import cKDTree

from data.pack import Pack
from geo.crs import ecef, geodesic_m
from geo.evidence import weakest
from layers.plancosts import Prices

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUTE_COLUMNS = (
    "route_id", "kind", "from_id", "to_id", "length_km", "route_km", "evidence", "source_ids",
)  # fmt: skip
#: Neighbours of a site that a route may lead to.
_NEIGHBOURS = 8


@dataclass(frozen=True, eq=False)
class Joined:
    """Links of the chosen sites.

    Attributes
    ----------
    backhaul, power
        (n,) kind per site: ``fibre``, ``shared`` …; ``solar``, ``grid``, ``shared``.
    parent
        (n,) number of the site that a site hangs on, −1 where it reaches the fibre itself.
    quantities
        Item → (n,) what power and the link to ``parent`` take.
    routes
        :data:`ROUTE_COLUMNS` with lines, WGS84; ``from_id`` is the site that the route is for.
    """

    backhaul: NDArray[np.object_]
    power: NDArray[np.object_]
    parent: Ints
    quantities: Mapping[str, Floats]
    routes: gpd.GeoDataFrame


def unjoined(sites: pd.DataFrame) -> Joined:
    """Return sites without links, for a plan that only places them."""
    n = len(sites)
    nothing = np.full(n, "", dtype=object)
    empty = gpd.GeoDataFrame(
        pd.DataFrame(columns=list(ROUTE_COLUMNS)), geometry=[], crs="EPSG:4326"
    )
    return Joined(nothing, nothing.copy(), np.full(n, -1), {"fibre_rural": np.zeros(n)}, empty)


def join(pack: Pack, sites: pd.DataFrame, rates: Prices) -> Joined:
    """Join sites to the nearest fibre by one tree, shared trunks counted once.

    Parameters
    ----------
    sites
        Rows of the candidate table that are built.
    """
    shared = sites["existing_site"].to_numpy(bool)
    parent, node, metres = _tree(pack, sites, shared)
    km = np.where(shared, 0.0, metres / 1000)
    power, watts = _power(sites, shared, rates)
    quantities = {
        "fibre_rural": km * rates.route_factor,
        "fibre_terminal": (~shared).astype(float),
        **watts,
    }
    backhaul = np.where(shared, "shared", "fibre").astype(object)
    routes = _routes(pack, sites, (parent, node, km), rates)
    return Joined(backhaul, power, parent, quantities, routes)


def _tree(pack: Pack, sites: pd.DataFrame, shared: NDArray[np.bool_]) -> tuple[Ints, Ints, Floats]:
    """Return per site its parent site or −1, the fibre node it joins or −1, and the way [m]."""
    lon, lat = sites["lon"].to_numpy(float), sites["lat"].to_numpy(float)
    nodes = pack.table("fibre_nodes", columns=("lon", "lat"))
    n = len(lon)
    places = ecef(lon, lat)
    to_node, node = cKDTree(ecef(nodes["lon"], nodes["lat"])).query(places)
    # A shared site has its own backhaul: others may hang on it.
    to_node = np.where(shared, 1e-3, np.maximum(to_node, 1e-3))
    near, other = cKDTree(places).query(places, k=min(_NEIGHBOURS + 1, n))
    near, other = near.reshape(n, -1), other.reshape(n, -1)
    here = np.repeat(np.arange(n), near.shape[1])
    apart = (here != other.ravel()) & (near.ravel() > 0)
    row = np.concatenate([here[apart], np.arange(n)])
    col = np.concatenate([other.ravel()[apart], np.full(n, n)])
    length = np.concatenate([near.ravel()[apart], to_node])
    graph = sp.csr_array((length, (row, col)), shape=(n + 1, n + 1))
    _, before = breadth_first_order(minimum_spanning_tree(graph), n, directed=False)
    parent = np.where(before[:n] == n, -1, before[:n]).astype(np.int64)
    root = parent < 0
    end_lon = np.where(root, nodes["lon"].to_numpy(float)[node], lon[parent])
    end_lat = np.where(root, nodes["lat"].to_numpy(float)[node], lat[parent])
    return parent, np.where(root, node, -1), geodesic_m(lon, lat, end_lon, end_lat)


def _power(
    sites: pd.DataFrame, shared: NDArray[np.bool_], rates: Prices
) -> tuple[NDArray[np.object_], dict[str, Floats]]:
    """Take the grid where a line is known and cheaper than the sun."""
    km = sites["power_m"].to_numpy(float) * rates.route_factor / 1000
    line = float(rates.money("grid_line").base)
    ready, sun = (float(rates.money(item).base) for item in ("grid_connection", "solar_power"))
    grid = np.nan_to_num(ready + km * line, nan=np.inf) <= sun
    kind = np.where(shared, "shared", np.where(grid, "grid", "solar")).astype(object)
    return kind, {
        "grid_connection": (grid & ~shared).astype(float),
        "grid_line": np.where(grid & ~shared, km, 0.0),
        "solar_power": (~grid & ~shared).astype(float),
    }


def _routes(
    pack: Pack, sites: pd.DataFrame, tree: tuple[Ints, Ints, Floats], rates: Prices
) -> gpd.GeoDataFrame:
    """Return one line per site that needs one, from the site to its parent or fibre node."""
    parent, node, km = tree
    nodes = pack.table("fibre_nodes")
    need = np.flatnonzero(km > 0)
    ids = sites["candidate_id"].to_numpy(dtype=object)
    root = parent[need] < 0
    ends = [
        np.where(root, nodes[name].to_numpy(float)[node[need]],
                 sites[name].to_numpy(float)[parent[need]])
        for name in ("lon", "lat")
    ]  # fmt: skip
    starts = [sites[name].to_numpy(float)[need] for name in ("lon", "lat")]
    lines = shapely.linestrings(
        np.stack([np.column_stack(starts), np.column_stack(ends)], axis=1).reshape(-1, 2, 2)
    )
    worst = weakest({*nodes["evidence"], *sites["evidence"], "modelled"})
    table = pd.DataFrame(
        {
            "route_id": [f"r{i + 1:05d}" for i in range(len(need))],
            "kind": "fibre",
            "from_id": ids[need],
            "to_id": np.where(root, nodes["node_id"].to_numpy(dtype=object)[node[need]],
                              ids[parent[need]]),
            "length_km": km[need],
            "route_km": km[need] * rates.route_factor,
            "evidence": worst,
            "source_ids": "pack:fibre_nodes",
        },
        columns=list(ROUTE_COLUMNS),
    )  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:4326")
