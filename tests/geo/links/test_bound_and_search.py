"""Sites with their fibre: the bound is below every choice, and exchanges find a good one."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree

from geo.earth.crs import geodesic_m
from geo.errors import RangeError
from geo.links.bound import CoverageGoal, relaxed
from geo.links.fibre_access import STEINER_RATIO, ways
from geo.links.search import SearchProblem, _begun, _board, searched
from geo.siting import SitingProblem, SolverRun
from geo.siting.clock import SolverClock
from geo.siting.model import checked

PER_KM, RUN = 3.0, SolverRun(time_limit_s=20)


def case(seed: int, n: int = 7, v: int = 9, **more):
    """Return a small sought goal and what any choice costs, counted the long way round."""
    draw = np.random.default_rng(seed)
    lon, lat = draw.uniform(100, 100.4, n), draw.uniform(25, 25.4, n)
    nodes = draw.uniform(100, 100.4, 2), draw.uniform(25, 25.4, 2)
    reach = draw.random((n, v)) < 0.4
    reach[:, ~reach.any(axis=0)] = True
    weight = draw.integers(1, 50, v).astype(float)
    problem = SitingProblem(coverage=reach, weights=weight, costs=draw.uniform(5, 40, n), **more)
    found = ways((lon, lat), nodes, PER_KM)
    x, y = np.concatenate([lon, nodes[0]]), np.concatenate([lat, nodes[1]])
    km = geodesic_m(x[:, None], y[:, None], x[None, :], y[None, :]) / 1000 + 1e-9
    # The fibre that stands is one.
    km[n, :n] = km[:n, n] = km[:n, n:].min(axis=1)

    def cost(chosen) -> float:
        rows = [*chosen, n]
        tree = minimum_spanning_tree(np.triu(km[np.ix_(rows, rows)], 1)).sum()
        return float(np.asarray(problem.costs)[list(chosen)].sum() + PER_KM * tree)

    def covered(chosen) -> float:
        return float(weight[reach[list(chosen)].any(axis=0)].sum()) if chosen else 0.0

    every = [chosen for k in range(n + 1) for chosen in combinations(range(n), k)]
    sought = SearchProblem(
        checked(problem), found, np.arange(n), CoverageGoal(least=weight.sum()), 0.0
    )
    return sought, every, cost, covered


def asked(
    sought: SearchProblem, goal: CoverageGoal
) -> tuple[SearchProblem, float, tuple[np.ndarray, ...]]:
    proven = relaxed(sought.model, sought.ways, sought.place, goal, RUN)
    return replace(sought, goal=goal, price=proven.price), proven.bound, proven.starts


def found(sought: SearchProblem, starts: tuple[np.ndarray, ...]) -> list[tuple[int, ...]]:
    nothing = np.zeros(len(sought.place), dtype=bool)
    chosen = [searched(sought, start, SolverClock(RUN)) for start in (*starts, nothing)]
    return [tuple(np.flatnonzero(one).tolist()) for one in chosen]


def test_the_tree_is_the_least_one() -> None:
    sought, every, cost, _ = case(3)
    for chosen in every[::17]:
        flags = np.isin(np.arange(7), chosen)
        board = _board(sought.model, sought.ways, sought.place)
        assert _begun(board, flags).sums[:2].sum() == pytest.approx(cost(chosen), rel=1e-6)


@given(st.integers(0, 10**6), st.sampled_from([0.4, 0.7, 1.0]))
@settings(max_examples=8, deadline=None)
def test_no_choice_costs_less_than_the_bound(seed: int, share: float) -> None:
    sought, every, cost, covered = case(seed)
    goal = CoverageGoal(least=share * sought.goal.least)
    sought, bound, starts = asked(sought, goal)
    best = min(cost(chosen) for chosen in every if covered(chosen) >= goal.least - 1e-6)
    assert bound <= best * (1 + 1e-6)
    for chosen in found(sought, starts):
        assert covered(chosen) >= goal.least - 1e-6
        assert cost(chosen) >= best * (1 - 1e-6)


@given(st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_no_choice_within_the_budget_covers_more_than_the_bound(seed: int) -> None:
    sought, every, cost, covered = case(seed)
    budget = 0.4 * cost(range(7))
    sought, bound, starts = asked(sought, CoverageGoal(budget=budget))
    best = max(covered(chosen) for chosen in every if cost(chosen) <= budget)
    assert bound >= best * (1 - 1e-6)
    for chosen in found(sought, starts):
        assert cost(chosen) <= budget * (1 + 1e-6)
        assert covered(chosen) <= best + 1e-6


def test_bound_and_search_are_close_on_most_small_cases() -> None:
    gaps = []
    for seed in range(12):
        sought, every, cost, covered = case(seed)
        sought, bound, starts = asked(sought, sought.goal)
        best = min(cost(chosen) for chosen in every if covered(chosen) >= sought.goal.least)
        gaps.append((bound / best, min(map(cost, found(sought, starts))) / best))
    bounds, answers = np.array(gaps).T
    assert np.median(bounds) >= 0.97
    assert np.median(answers) <= 1.0 + 1e-6


def test_what_is_fixed_and_asked_of_a_group_stays() -> None:
    groups, least = np.arange(9) % 2, {1: 0.9}
    sought, every, cost, covered = case(5, fixed=(0,), groups=groups, least_share=least)
    goal = CoverageGoal(least=0.3 * sought.goal.least)
    sought, bound, starts = asked(sought, goal)

    def keeps(chosen) -> bool:
        rows = sought.model.reach[list(chosen)].sum(axis=0) > 0 if chosen else np.zeros(9, bool)
        own = sought.model.weights[np.asarray(rows).ravel() & (groups == 1)].sum()
        return 0 in chosen and own >= sought.model.least[1] - 1e-6

    fitting = [c for c in every if keeps(c) and covered(c) >= goal.least - 1e-6]
    assert bound <= min(map(cost, fitting)) * (1 + 1e-6)
    assert all(keeps(chosen) for chosen in found(sought, starts))


def test_the_other_kind_is_for_far_places_only() -> None:
    lon, lat = [100.01, 100.3], [25.0, 25.0]
    near_far = ways((lon, lat), ([100.0], [25.0]), 10.0, once=2.0, others=[(7.0, 5.0)])
    assert near_far.air.tolist() == [np.inf, 7.0]
    assert near_far.root == pytest.approx([2 + 10 * 1.0095, 2 + 10 * 30.28], rel=1e-3)
    assert near_far.air_from == 52.0
    assert near_far.at(STEINER_RATIO).root == pytest.approx(near_far.root * STEINER_RATIO)
    standing = ways((lon, lat), ([100.0], [25.0]), 10.0, standing=[False, True])
    assert standing.root[1] == 0
    with pytest.raises(RangeError):
        ways((lon, lat), ([100.0], [25.0]), -1.0)


def test_without_time_the_bound_says_nothing_wrong() -> None:
    sought, every, cost, covered = case(1)
    proven = relaxed(
        sought.model, sought.ways, sought.place, sought.goal, SolverRun(time_limit_s=0.0)
    )
    best = min(cost(c) for c in every if covered(c) >= sought.goal.least)
    assert 0 <= proven.bound <= best
    budget = relaxed(
        sought.model,
        sought.ways,
        sought.place,
        CoverageGoal(budget=9.0),
        SolverRun(cancel=lambda: True),
    )
    assert budget.bound <= sought.model.weights.sum()
