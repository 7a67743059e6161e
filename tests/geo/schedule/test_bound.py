"""No order of building serves more household-years than the bound says: every order is tried."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings, strategies as st

from geo.schedule.bound import household_years, most_household_years
from geo.schedule.phasing import rollout
from geo.schedule.projects import Projects, YearlyLimits
from geo.siting.problem import SolverRun

RUN = SolverRun(time_limit_s=10)


def case(seed: int) -> tuple[Projects, YearlyLimits]:
    draw = np.random.default_rng(seed)
    sites, villages, years = 6, 8, 3
    after = np.full(sites, -1)
    after[1] = 0
    projects = Projects(
        costs=draw.uniform(1, 9, sites),
        coverage=sp.csr_array((draw.random((sites, villages)) < 0.35).astype(float)),
        households=draw.integers(1, 50, villages).astype(float),
        region=draw.integers(0, 2, sites), village_region=draw.integers(0, 2, villages),
        after=after, built=np.arange(sites) == sites - 1,
    )  # fmt: skip
    limits = YearlyLimits(
        budgets=draw.uniform(2, 12, years),
        capacity=draw.integers(1, 3, (2, years)),
        carry_over=bool(draw.random() < 0.5),
    )
    return projects, limits


def best_of_all(projects: Projects, limits: YearlyLimits) -> float:
    """Return the most household-years of all ways to date the sites."""
    reach = projects.coverage.toarray() > 0
    costs, homes = np.asarray(projects.costs), np.asarray(projects.households)
    budgets, capacity = np.asarray(limits.budgets), np.asarray(limits.capacity)
    most = 0.0
    for dates in product(range(1, 5), repeat=5):
        year = np.array([*dates, 0])  # 4: not built; the last stands
        if year[1] < year[0]:
            continue
        spent = np.array([costs[year == y].sum() for y in (1, 2, 3)])
        over = np.cumsum(spent - budgets) if limits.carry_over else spent - budgets
        built = np.array([[((year == y) & (np.asarray(projects.region) == g)).sum()
                           for y in (1, 2, 3)] for g in (0, 1)])  # fmt: skip
        if (over > 1e-9).any() or (built > capacity).any():
            continue
        most = max(most, sum(homes[reach[year <= y].any(axis=0)].sum() for y in (1, 2, 3)))
    return most


@given(st.integers(0, 10**6))
@settings(max_examples=12, deadline=None)
def test_no_order_of_building_exceeds_the_bound(seed: int) -> None:
    projects, limits = case(seed)
    bound = most_household_years(projects, limits, RUN)
    best = best_of_all(projects, limits)
    assert bound >= best - 1e-6
    for priority in ("efficiency", "equity", "hardest"):
        assert household_years(rollout(projects, limits, priority=priority)) <= best + 1e-6


def test_the_bound_is_near_and_without_time_it_is_everything() -> None:
    ratios = []
    for seed in range(8):
        projects, limits = case(seed)
        best = best_of_all(projects, limits)
        ratios.append(best / most_household_years(projects, limits, RUN))
    assert np.median(ratios) > 0.85
    projects, limits = case(1)
    reached = np.asarray(projects.coverage.sum(axis=0)).ravel() > 0
    whole = 3 * np.asarray(projects.households)[reached].sum()
    none = most_household_years(projects, limits, SolverRun(cancel=lambda: True))
    assert most_household_years(projects, limits, RUN) <= none <= whole + 1e-6 or none == (
        pytest.approx(whole)
    )
