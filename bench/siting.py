"""Site selection: villages, whole provinces and city streets; HiGHS alone and spopt beside them.

Instances are seeded and invented, but for those of the embedded pack: its villages without 4G.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bench.measure import ROOT, Fact, Figure
from geo.siting import CostPlan, SitingPlan, SitingProblem, SolverRun, frontier, least_cost, solve

Points = NDArray[np.float64]

#: Longest times [s]: proven optimum, first answer, curve of 20 points, city, province.
PROVEN_S, FIRST_S, CURVE_S, CITY_S, PROVINCE_S = 5.0, 1.0, 20.0, 30.0, 60.0
#: Longest time with money [s], and of a baseline.
MONEY_S, BASELINE_S = 20.0, 300.0
#: Our time is at most this share of spopt's.
RATIO = 0.1
#: Radii of the rural instances [km]; the sites they need.
_RADII_KM, _SITES = (5.0, 8.0, 12.0), (100, 300, 600)
#: Budgets as shares of the cost of all candidates, and shares of the households.
_BUDGETS, _SHARES = (0.05, 0.1, 0.2), (0.5, 0.9, 1.0)
#: Cities: nodes, candidates near each, sites.
CITIES = ((2_700, 60, 50), (2_700, 30, 100), (5_000, 100, 50), (7_700, 40, 50), (7_700, 150, 50))


def siting(runs: int) -> Iterator[Figure]:
    """Time every kind of instance; the plan's proof is part of the figure."""
    solve(SitingProblem(coverage=np.eye(3), weights=[3, 2, 1], p=1))
    for radius_km in _RADII_KM:
        yield from _rural(rural(radius_km), f"villages, {radius_km:g} km", runs)
    yield from _rural(pack(3.0), "pack's villages without 4G, 3 km", runs)
    yield from _beside_others(rural(_RADII_KM[1]), runs)
    for nodes, near, p in CITIES:
        plan = solve(_with(city(nodes, near), p), SolverRun(time_limit_s=CITY_S))
        # Streets are too dense for a proof: the gap is measured, not promised.
        yield Figure(
            what=f"city of {nodes:,} nodes, {near} near each, p = {p}: {plan}",
            runs_s=(plan.seconds,),
            limit_s=CITY_S,
            facts=(_first([plan]),),
        )
    for p in (500, 2_000):
        plan = solve(_with(province(), p), SolverRun(time_limit_s=PROVINCE_S))
        yield _figure(f"130,000 villages × 20,000 candidates, p = {p}", [plan], PROVINCE_S, 0.01)


def _figure(what: str, plans: list[SitingPlan], limit_s: float, gap: float) -> Figure:
    """Return a figure with the worst proof of the runs and the time of the first answer."""
    worst = max(plans, key=lambda plan: plan.gap)
    return Figure(
        what=what,
        runs_s=tuple(plan.seconds for plan in plans),
        limit_s=limit_s,
        facts=(Fact(f"{worst}, promised at most {gap:.2%}", worst.gap <= gap), _first(plans)),
    )


def _first(plans: list[SitingPlan]) -> Fact:
    first = max(plan.first_s for plan in plans)
    return Fact(f"first answer after {first:.2f} s", first <= FIRST_S)


def _with(parts: tuple[sp.csr_array, Points], p: int | None = None, **more: Any) -> SitingProblem:
    return SitingProblem(coverage=parts[0], weights=parts[1], p=p, **more)


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


@dataclass(frozen=True, eq=False)
class SparseModel:
    """The covering problem as an ordinary user of highspy states it: sparse, without reductions.

    ``gain`` is maximised over sites and villages; ``row`` is the one limit, at most ``limit``.
    """

    reach: sp.csr_array
    gain: Points
    row: Points
    limit: float

    def solve(self) -> tuple[float, float]:
        """Return the best gain and the upper bound."""
        import highspy

        sites, villages = self.reach.shape
        cover = sp.hstack([-self.reach.T, sp.eye_array(villages)])
        matrix = sp.csc_array(sp.vstack([cover, sp.csr_array(self.row[None, :])]))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = sites + villages, villages + 1
        model.sense_ = highspy.ObjSense.kMaximize
        model.col_cost_ = self.gain
        model.col_lower_, model.col_upper_ = np.zeros(len(self.gain)), np.ones(len(self.gain))
        model.row_lower_ = np.full(villages + 1, -np.inf)
        model.row_upper_ = np.append(np.zeros(villages), self.limit)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
        model.a_matrix_.value_ = matrix.data
        whole, part = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        model.integrality_ = [whole] * sites + [part] * villages
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # only its core has types
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("time_limit", BASELINE_S)
        solver.passModel(model)
        solver.run()
        found = solver.getInfo()
        return float(found.objective_function_value), float(found.mip_dual_bound)


def _beside_others(parts: tuple[sp.csr_array, Points], runs: int) -> Iterator[Figure]:
    """Solve the same instances with a sparse model in highspy, and one with spopt."""
    reach, weights = parts
    sites, villages = reach.shape
    none, ones = np.zeros(sites), np.ones(sites)
    costs = np.random.default_rng(5).integers(30_000_000, 90_000_000, sites) / 100.0
    cover, count = np.concatenate([none, weights]), np.append(ones, np.zeros(villages))
    paid = np.append(costs, np.zeros(villages))
    for p in _SITES:
        model = SparseModel(reach, cover, count, p)
        yield _beside(f"p = {p}", partial(solve, _with(parts, p)), model, runs)
    yield _beside_spopt(parts, _SITES[1])
    for part in _BUDGETS:
        budget = round(part * float(costs.sum()), 2)
        # In million CNY: the solver's tolerances are absolute.
        model = SparseModel(reach, cover, paid / 1e6, budget / 1e6)
        problem = _with(parts, costs=costs, budget=budget)
        name = f"budget of {budget / 1e6:,.0f} million CNY"
        yield _beside(name, partial(solve, problem, _MONEY), model, runs)
    whole = float(weights[np.diff(sp.csc_array(reach).indptr) > 0].sum())
    for share in _SHARES:
        # Half a household of room: with less, HiGHS 1.16 reports a false optimum at 100 %.
        row = np.concatenate([none, -weights])
        model = SparseModel(reach, -paid / 1e6, row, 0.5 - np.ceil(share * whole))
        problem = _with(parts, costs=costs)
        yield _beside(
            f"{share:.0%} of the households at least cost",
            partial(least_cost, problem, share, _MONEY), model, runs,
        )  # fmt: skip


_MONEY = SolverRun(time_limit_s=MONEY_S)


def _beside(
    what: str, ours: Callable[[], SitingPlan | CostPlan], model: SparseModel, runs: int
) -> Figure:
    """Time our answer and the sparse model in turn; both must agree within their bounds."""
    own, theirs = [], []
    for _ in range(max(1, min(runs, 3))):
        begin = time.perf_counter()
        plan = ours()
        middle = time.perf_counter()
        value, bound = model.solve()
        own.append(middle - begin)
        theirs.append(time.perf_counter() - middle)
    if isinstance(plan, CostPlan):
        found, most = -plan.cost / 1e6, -plan.bound / 1e6
    else:
        found, most = plan.covered, plan.bound
    room = 1e-6 * max(1.0, abs(value))
    agree = found <= bound + room and value <= most + room
    return Figure(
        what=f"the villages at {_RADII_KM[1]:g} km, {what}",
        runs_s=tuple(own),
        limit_s=MONEY_S,
        baseline="the same as a sparse model in highspy",
        baseline_s=tuple(theirs),
        facts=(
            Fact(f"{plan}", plan.gap <= 0.01),
            Fact(f"highspy: {abs(value):,.6g}, cannot pass {abs(bound):,.6g}, agrees", agree),
        ),
    )


def _beside_spopt(parts: tuple[sp.csr_array, Points], p: int) -> Figure:
    """Solve an instance with spopt's dense model and the same solver, model building included."""
    import pulp
    from spopt.locate import MCLP

    reach, weights = parts
    far = 1.0 - np.asarray(reach.T.todense())
    begin = time.perf_counter()
    plan = solve(_with(parts, p))
    middle = time.perf_counter()
    model = MCLP.from_cost_matrix(far, weights, service_radius=0.5, p_facilities=p)
    model = model.solve(pulp.HiGHS(msg=False, gapRel=0.0))
    end = time.perf_counter()
    same = abs(float(model.problem.objective.value()) - plan.covered) < 0.5
    return Figure(
        what=f"the villages at {_RADII_KM[1]:g} km, p = {p}",
        runs_s=(middle - begin,),
        baseline="spopt with HiGHS, which builds a dense model",
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
