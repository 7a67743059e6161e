"""Siting: proven plans for mountain villages, city streets and a whole province; spopt beside them.

Instances are seeded and invented, but for those of the embedded pack: its villages without 4G.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bench.measure import ROOT, Fact, Figure
from geo.siting import Plan, Problem, Run, frontier, solve

Points = NDArray[np.float64]

#: Longest times [s]: proven optimum, first answer, curve of 20 points, city, province.
PROVEN_S, FIRST_S, CURVE_S, CITY_S, PROVINCE_S = 5.0, 1.0, 20.0, 30.0, 60.0
#: How far below the best known a city's plan may be.
BELOW = 0.001
#: Our time is at most this share of spopt's.
RATIO = 0.1
#: Radii of the rural instances [km]; the sites they need.
_RADII_KM, _SITES = (5.0, 8.0, 12.0), (100, 300, 600)
#: Cities: nodes, candidates near each, sites.
CITIES = ((2_700, 60, 50), (2_700, 30, 100), (5_000, 100, 50), (7_700, 40, 50), (7_700, 150, 50))


def siting(runs: int) -> Iterator[Figure]:
    """Time every promised kind of instance; the plan's proof stands in the name of the figure."""
    solve(Problem(coverage=np.eye(3), weights=[3, 2, 1], p=1))
    for radius_km in _RADII_KM:
        yield from _rural(rural(radius_km), f"villages, {radius_km:g} km", runs)
    yield from _rural(pack(3.0), "pack's villages without 4G, 3 km", runs)
    yield from _beside_spopt(rural(_RADII_KM[1]))
    for nodes, near, p in CITIES:
        plan = solve(_with(city(nodes, near), p), Run(time_limit_s=CITY_S))
        name = f"city of {nodes:,} nodes, {near} near each, p = {p}"
        figure = _figure(name, [plan], CITY_S, 0.01)
        yield replace(figure, facts=(*figure.facts, _beside_best((nodes, near, p), plan)))
    for p in (500, 2_000):
        plan = solve(_with(province(), p), Run(time_limit_s=PROVINCE_S))
        yield _figure(f"130,000 villages × 20,000 candidates, p = {p}", [plan], PROVINCE_S, 0.01)


def _figure(what: str, plans: list[Plan], limit_s: float, gap: float) -> Figure:
    """Return a figure with the worst proof of the runs and the time of the first answer."""
    worst = max(plans, key=lambda plan: plan.gap)
    first = max(plan.first_s for plan in plans)
    return Figure(
        what=what,
        runs_s=tuple(plan.seconds for plan in plans),
        limit_s=limit_s,
        facts=(
            Fact(f"{worst}, promised at most {gap:.2%}", worst.gap <= gap),
            Fact(f"first answer after {first:.2f} s", first <= FIRST_S),
        ),
    )


def _beside_best(case: tuple[int, int, int], plan: Plan) -> Fact:
    """Compare with the best plan that long runs found: ``python -m bench.reference``."""
    with (ROOT / "bench" / "best_known.csv").open(encoding="utf-8", newline="") as file:
        rows = {(int(r["nodes"]), int(r["near"]), int(r["p"])): r for r in csv.DictReader(file)}
    if case not in rows:
        return Fact("no long run is known", holds=False)
    best = float(rows[case]["covered"])
    below = (best - plan.covered) / best
    return Fact(f"{below:.2%} below the best known, {best:.0f} (≤ {BELOW:.1%})", below <= BELOW)


def _with(parts: tuple[sp.csr_array, Points], p: int | None = None) -> Problem:
    return Problem(coverage=parts[0], weights=parts[1], p=p)


def _rural(parts: tuple[sp.csr_array, Points], name: str, runs: int) -> Iterator[Figure]:
    size = f"{parts[0].shape[1]:,} × {parts[0].shape[0]:,} {name}"
    for p in _SITES:
        plans = [solve(_with(parts, p)) for _ in range(runs)]
        yield _figure(f"{size}, p = {p}", plans, PROVEN_S, 0.0)
    begin = time.perf_counter()
    points = frontier(_with(parts), np.linspace(30, 600, 20).tolist())
    gap = max(point.plan.gap for point in points)
    yield Figure(
        what=f"{size}, curve of {len(points)} points",
        runs_s=(time.perf_counter() - begin,),
        limit_s=CURVE_S,
        facts=(Fact(f"greatest gap {gap:.3%}", gap <= 0.01),),
    )


def _beside_spopt(parts: tuple[sp.csr_array, Points]) -> Iterator[Figure]:
    """Solve the same instances with spopt's model and the same solver, model building included."""
    import pulp
    from spopt.locate import MCLP

    reach, weights = parts
    far = 1.0 - np.asarray(reach.T.todense())
    for p in _SITES:
        begin = time.perf_counter()
        plan = solve(_with(parts, p))
        middle = time.perf_counter()
        model = MCLP.from_cost_matrix(far, weights, service_radius=0.5, p_facilities=p)
        model = model.solve(pulp.HiGHS(msg=False, gapRel=0.0))
        end = time.perf_counter()
        same = abs(float(model.problem.objective.value()) - plan.covered) < 0.5
        yield Figure(
            what=f"the villages at {_RADII_KM[1]:g} km, p = {p}",
            runs_s=(middle - begin,),
            baseline="spopt with HiGHS",
            baseline_s=(end - middle,),
            ratio_limit=RATIO,
            facts=(Fact("same optimum", same),),
        )


def rural(
    radius_km: float, size: tuple[int, int] = (5_000, 3_000), extent_km: float = 600.0
) -> tuple[sp.csr_array, Points]:
    """Return seeded villages in clusters, candidates beside villages, and households."""
    villages, candidates = size
    draw = np.random.default_rng(20_201_231)
    centres = draw.random((villages // 12, 2)) * extent_km
    places = centres[draw.integers(0, len(centres), villages)] + draw.normal(0, 6, (villages, 2))
    near = places[draw.integers(0, villages, candidates)]
    sites = near + draw.normal(0, 1.5, (candidates, 2))
    households = np.maximum(20.0, np.round(draw.lognormal(3.6, 0.6, villages)))
    return _within(sites, places, radius_km), households


def province() -> tuple[sp.csr_array, Points]:
    """Return a whole province: 130,000 villages, 20,000 candidates."""
    return rural(5.0, (130_000, 20_000), 700.0)


def pack(radius_km: float) -> tuple[sp.csr_array, Points]:
    """Return the embedded (illustrative) villages without 4G; candidates are 3,000 of them."""
    import pandas as pd

    path = next(
        iter(sorted((ROOT / "data/packs").glob("*/natural_villages.parquet"), reverse=True))
    )
    table = pd.read_parquet(path)
    lacking = table[~table["has_4g"].astype(bool)]
    # Metres on a plane of the province's mean latitude: enough to draw an instance.
    east = lacking["lon"] * 111.32 * np.cos(np.radians(lacking["lat"].mean()))
    places = np.column_stack([east, lacking["lat"] * 110.57]).astype(float)
    draw = np.random.default_rng(4)
    sites = places[np.sort(draw.choice(len(places), min(3_000, len(places)), replace=False))]
    return _within(sites, places, radius_km), lacking["households"].to_numpy(dtype=float)


def city(nodes: int, near: int) -> tuple[sp.csr_array, Points]:
    """Return crossings of turned street grids; each is village and candidate at once."""
    draw = np.random.default_rng(nodes + near)
    centres, turn = draw.random((12, 2)), draw.random(12) * np.pi / 2
    spacing = draw.uniform(0.6, 1.4, 12) / np.sqrt(nodes)
    parts = []
    reach = np.arange(-60, 61)
    grid = np.array(list(product(reach, reach)), dtype=float)
    for at in range(12):
        u, v = grid.T * spacing[at]
        c, s = np.cos(turn[at]), np.sin(turn[at])
        parts.append(centres[at] + np.column_stack([u * c - v * s, u * s + v * c]))
    points = np.concatenate(parts)
    owner = np.repeat(np.arange(12), len(grid))
    inside = ((points > 0) & (points < 1)).all(axis=1)
    points, owner = points[inside], owner[inside]
    points = points[cKDTree(centres).query(points)[1] == owner]
    points = points[np.sort(draw.choice(len(points), min(nodes, len(points)), replace=False))]
    points = points + draw.normal(0, 0.1 / np.sqrt(nodes), points.shape)
    dense = np.exp(-3.0 * ((points - 0.5) ** 2).sum(axis=1))
    households = np.maximum(1.0, np.round(draw.lognormal(3.0, 1.0, len(points)) * dense))
    radius = float(cKDTree(points).query(points, k=near + 1)[0][:, -1].mean())
    return _within(points, points, radius), households


def _within(sites: Points, places: Points, radius: float) -> sp.csr_array:
    found = cKDTree(sites).sparse_distance_matrix(cKDTree(places), radius, output_type="coo_matrix")
    ones = np.ones(found.nnz)
    return sp.csr_array((ones, (found.row, found.col)), shape=(len(sites), len(places)))
