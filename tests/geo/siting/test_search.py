"""Rounds of a search: what they start from, what they keep, and when they stop."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from geo.siting import SitingProblem, SolverRun, search, solve
from geo.siting.clock import SolverClock
from geo.siting.lagrangian import dual_prices
from geo.siting.model import checked
from geo.siting.reduction import reduce
from geo.siting.search import CoverSearch
from tests.geo.siting.test_runs import city

RUNNING, STOPPED = np.zeros(1, np.int64), np.ones(1, np.int64)


def dense(nodes: int, seed: int = 7) -> SitingProblem:
    """Return a city where the sites are just enough to reach nearly all, and overlap."""
    asked = city(nodes, seed=seed, near=16)
    ones = sp.csr_array((asked.coverage != 0).astype(float))
    return SitingProblem(coverage=ones, weights=asked.weights, p=nodes // 18)


@pytest.fixture
def known() -> CoverSearch:
    """Return a search of a city that knows a first selection and prices."""
    begun = CoverSearch(reduce(checked(dense(300, 2))), SolverClock(SolverRun()))
    begun.lower(begun.price(100))
    return begun


def test_annealing_never_loses_its_start(known: CoverSearch) -> None:
    found = [known.annealing(seed)(RUNNING) for seed in range(3)]
    for chosen in found:
        assert known.core.covered(chosen) >= known.covered
        assert chosen.sum() <= known.core.p
    assert max(map(known.core.covered, found)) > known.covered
    assert (known.annealing(1)(STOPPED) == known.chosen).all()


def test_removed_rows_are_in_no_better_selection(known: CoverSearch) -> None:
    best = solve(dense(300, 2))
    whole = len(known.rows)
    known.round(0)
    known.shrink()
    assert len(known.rows) < whole
    assert known.core.covered(known.chosen) == known.covered
    kept = set(known.core.options.tolist())
    assert known.covered == best.covered or set(best.selected) <= kept


def test_an_instance_too_large_for_the_solver_ends_with_its_gap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = dense(300, 2)
    best = solve(asked)
    assert best.gap == 0
    monkeypatch.setattr(search, "_CELLS", 0)
    plan = solve(asked)
    assert plan.stopped == "effort"
    assert 0 < plan.gap < 0.05
    assert plan.covered <= best.covered <= plan.bound
    assert plan.covered >= 0.99 * best.covered


@pytest.mark.parametrize("money", [False, True])
def test_the_bound_is_near_that_of_the_linear_relaxation(money: bool) -> None:
    asked = dense(200)
    costs = np.random.default_rng(2).integers(1, 9, 200).astype(float)
    if money:
        asked = SitingProblem(
            coverage=asked.coverage, weights=asked.weights, costs=costs, budget=20.0
        )
    core = reduce(checked(asked), keep_dominated=True)
    found = dual_prices(core, solve(asked).covered, 2000)
    rows, columns = core.reach.shape
    cover = sp.hstack([-core.reach.T, sp.eye_array(columns)])
    limit = core.fen if money else np.ones(rows)
    matrix = sp.vstack([cover, sp.csr_array(np.concatenate([limit, np.zeros(columns)])[None, :])])
    most = np.append(np.zeros(columns), core.budget if money else core.p)
    gain = np.concatenate([np.zeros(rows), core.weights])
    exact = -linprog(-gain, A_ub=matrix, b_ub=most, bounds=(0, 1)).fun
    assert exact - 1e-6 <= found.bound <= exact * 1.01


def test_jobs_of_a_run_that_is_over_begin_stopped() -> None:
    clock = SolverClock(SolverRun(cancel=lambda: True))
    assert search.together([lambda stop: int(stop[0])] * 3, clock) == [1, 1, 1]
    assert search.together([lambda stop: int(stop[0])], SolverClock(SolverRun())) == [0]
