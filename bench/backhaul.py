"""Fibre trees of 1,000 terminals, and the whole backhaul of 600 sites with fibre, hops and sky."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from scipy.spatial import Delaunay, cKDTree

from bench.measure import Figure, in_turn
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.earth.terrain import Grid, profiles
from geo.links.backhaul import BackhaulPrices, BackhaulRule, Tree, backhaul, steiner_tree
from geo.links.microwave import hop_pairs, solve_masts
from planning.plan.candidates import demand

NODES, TERMINALS, SITES, FIBRE_NODES = 20_000, 1_000, 600, 4_000
#: Longest times that we promise [s].
TREE_LIMIT_S, BACKHAUL_LIMIT_S = 15.0, 15.0
#: West, south [°] and width [°] of the invented country.
_WEST, _SOUTH, _WIDTH = 100.0, 24.0, 3.0
#: Roads of the grid in each direction, and bends between two crossings.
_CROSSINGS, _BENDS = 45, 50
#: Crossings beside those at the villages, of the roads of a prefecture.
_ROAD_CROSSINGS = 1_000
#: Prices as in the base column of unit_costs.csv; the satellite with seven years of capacity.
_PRICES = BackhaulPrices(
    fibre_per_km=35_000, fibre_terminal=25_000, hop=150_000, mast_per_m=4_000, satellite=900_000
)


def trees(runs: int) -> Iterator[Figure]:
    """Time Steiner trees; say in the title how far they are from their bound at most."""
    small, large = _tree_case(5_000), _tree_case(NODES)
    found = small(), large()
    shares = [tree.cost / tree.bound - 1 for tree in found]
    times = in_turn({"small": small, "large": large}, runs=runs)
    yield Figure(
        what=f"fibre tree, {TERMINALS:,} terminals among {NODES:,} nodes, at most "
        f"{100 * shares[1]:.1f} % above the optimum",
        runs_s=times["large"],
        limit_s=TREE_LIMIT_S,
    )
    yield Figure(
        what=f"the same among 5,000 nodes, at most {100 * shares[0]:.1f} % above the optimum",
        runs_s=times["small"],
        limit_s=TREE_LIMIT_S,
    )


def sites(runs: int) -> Iterator[Figure]:
    """Time the whole backhaul of sites: profiles, masts, tree and choice."""
    times = in_turn({"backhaul": _site_case()}, runs=runs)
    yield Figure(
        what=f"backhaul of {SITES} sites to {FIBRE_NODES:,} fibre nodes, hops over a 250 m terrain",
        runs_s=times["backhaul"],
        limit_s=BACKHAUL_LIMIT_S,
    )


def roads(runs: int) -> Iterator[Figure]:
    """Time the backhaul along a road network, and along one with ten times the bends."""
    small, large = _road_case(_BENDS // 10), _road_case(_BENDS)
    times = in_turn({"small": small, "large": large}, runs=runs)
    count = 2 * _CROSSINGS * ((_CROSSINGS - 1) * _BENDS + 1)
    yield Figure(
        what=f"backhaul of {SITES} sites along roads of {count:,} vertices",
        runs_s=times["large"],
        limit_s=BACKHAUL_LIMIT_S,
        baseline="a tenth of the vertices",
        baseline_s=times["small"],
    )


def _tree_case(n: int) -> Callable[[], Tree]:
    """Return a call that joins seeded terminals in a graph of nearest neighbours."""
    draw = np.random.default_rng(n)
    places = draw.random((n, 2))
    _, near = cKDTree(places).query(places, k=7)
    pairs = np.unique(np.sort(np.c_[np.repeat(np.arange(n), 6), near[:, 1:].ravel()]), axis=0)
    cost = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
    wanted = draw.choice(n, TERMINALS, replace=False).tolist()
    return lambda: steiner_tree(pairs, cost, wanted)


def _site_case() -> Callable[[], object]:
    """Return a call that connects seeded sites in hills of some 400 m."""
    draw = np.random.default_rng(20_201_231)
    grid = Grid(_hills(draw, 1_200), _WEST, _SOUTH + _WIDTH, _WIDTH / 1_200, _WIDTH / 1_200)
    lon = _WEST + _WIDTH * draw.uniform(0.02, 0.98, SITES + FIBRE_NODES)
    lat = _SOUTH + _WIDTH * draw.uniform(0.02, 0.98, SITES + FIBRE_NODES)

    def connect() -> object:
        pairs = hop_pairs(lon, lat, hop_km=30.0)
        pairs = pairs[pairs[:, 0] < SITES]
        a, b = pairs.T
        hops = solve_masts(pairs, profiles(grid, lon[a], lat[a], lon[b], lat[b]))
        return backhaul(
            (lon[:SITES], lat[:SITES]), (lon[SITES:], lat[SITES:]), _PRICES,
            BackhaulRule(route_factor=1.435), hops=hops,
        )  # fmt: skip

    return connect


def _road_case(bends: int) -> Callable[[], object]:
    """Return a call that joins seeded sites along a grid of crooked roads."""
    draw = np.random.default_rng(4)
    ticks = np.linspace(0, _WIDTH, (_CROSSINGS - 1) * bends + 1)
    lines = []
    for across in np.linspace(0, _WIDTH, _CROSSINGS):
        for along in (True, False):
            # Crossings stay in their place.
            off = draw.normal(0, 2e-4, len(ticks)) * (np.arange(len(ticks)) % bends != 0)
            x, y = (ticks, across + off) if along else (across + off, ticks)
            lines.append(shapely.LineString(np.column_stack([_WEST + x, _SOUTH + y])))
    lon = _WEST + _WIDTH * draw.random(SITES + FIBRE_NODES)
    lat = _SOUTH + _WIDTH * draw.random(SITES + FIBRE_NODES)
    return lambda: backhaul(
        (lon[:SITES], lat[:SITES]), (lon[SITES:], lat[SITES:]), _PRICES,
        BackhaulRule(route_factor=1.435), roads=np.array(lines, dtype=object),
    )  # fmt: skip


def with_roads(pack: Pack, region: str, folder: Path) -> Pack:
    """Return the pack with a seeded network of crooked roads between a prefecture's villages.

    Places are relative neighbours: no third one is closer to both.
    """
    draw = np.random.default_rng(1)
    asked = Scenario(province=pack.name, plan=PlanSettings(regions=(region,)))
    villages = demand(pack, asked)[["lon", "lat"]].to_numpy(float)
    nodes = pack.table("fibre_nodes", columns=("lon", "lat")).to_numpy(float)
    low, high = villages.min(axis=0) - 0.05, villages.max(axis=0) + 0.05
    nodes = nodes[((nodes > low) & (nodes < high)).all(axis=1)]
    crossings = villages[draw.integers(0, len(villages), _ROAD_CROSSINGS)]
    places = np.vstack([
        villages + draw.normal(0, 0.003, villages.shape),
        nodes + draw.normal(0, 0.002, nodes.shape),
        crossings + draw.normal(0, 0.03, crossings.shape),
    ])  # fmt: skip
    corners = Delaunay(places).simplices
    sides = np.vstack([corners[:, [0, 1]], corners[:, 1:], corners[:, ::2]])
    pairs = np.unique(np.sort(sides), axis=0)
    apart = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T)
    near, t, lines = cKDTree(places), np.linspace(0, 1, 7)[:, None], []
    for (a, b), km in zip(pairs.tolist(), apart * (1 - 1e-9), strict=True):
        both = set(near.query_ball_point(places[a], km)) & set(near.query_ball_point(places[b], km))
        if both - {a, b}:
            continue
        way = places[b] - places[a]
        bend = np.sin(np.pi * t * draw.integers(1, 4)) * draw.uniform(0.05, 0.2)
        lines.append(shapely.LineString(places[a] + t * way + bend * way[::-1] * [-1, 1]))
    length_km = Geod(ellps="WGS84").geometry_length
    table = gpd.GeoDataFrame(
        {"road_id": [f"r{k}" for k in range(len(lines))], "name": None, "road_class": None,
         "surface": None, "length_km": [length_km(line) / 1000.0 for line in lines],
         "evidence": "modelled", "as_of": "2026-01-01", "source": "seeded"},
        geometry=lines, crs="EPSG:4326",
    )  # fmt: skip
    path = folder / f"roads_{region}.parquet"
    table.to_parquet(path)
    return replace(pack, imported=(("roads", path),))


def _hills(draw: np.random.Generator, n: int) -> NDArray[np.float32]:
    """Return seeded hills: coarse heights, smoothed between [m]."""
    from scipy.ndimage import zoom

    coarse = draw.uniform(1_200.0, 2_000.0, (61, 61))
    return np.asarray(zoom(coarse, n / 60.0, order=1)[:n, :n], dtype=np.float32)
