"""The bound below the linear relaxation: waste in windows, against every choice of sites."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest
import scipy.sparse as sp

from geo.siting import Problem, kernels, solve, windows
from geo.siting.lagrangian import Prices, priced, prices
from geo.siting.saddle import settled
from geo.siting.tiling import Window, least_waste
from tests.geo.siting.test_runs import city

RUNNING = np.zeros(1, np.int64)
EFFORT = 10**7


def window(seed: int, *, halves: bool) -> Window:
    """Return a small random window with nothing known of its halves."""
    chance = np.random.default_rng(seed)
    reach = sp.csr_array(chance.random((8, 11)) < 0.3)
    back = sp.csc_array(reach)
    return Window(
        reach.indptr.astype(np.int32),
        reach.indices.astype(np.int32),
        back.indptr.astype(np.int32),
        back.indices.astype(np.int32),
        chance.integers(0, 9, (2, 11)).astype(float),
        chance.integers(0, 2, 11) if halves else np.zeros(11, np.int64),
        chance.integers(0, 4, (2, 8)).astype(float) * np.array([[1.0], [float(halves)]]),
        np.zeros(2),
    )


def wasted(w: Window, choice: tuple[int, ...], half: int) -> float:
    rows = range(len(w.ptr) - 1)
    reach = np.array(
        [np.isin(np.arange(len(w.half)), w.idx[w.ptr[i] : w.ptr[i + 1]]) for i in rows]
    )
    times = reach[list(choice)].sum(axis=0)
    over, lack = w.cost
    cost = over * np.maximum(times - 1, 0) + lack * (times == 0)
    return float(cost[w.half == half].sum() + w.due[half, list(choice)].sum())


def every(w: Window) -> list[tuple[float, float]]:
    rows = range(len(w.ptr) - 1)
    choices = chain.from_iterable(combinations(rows, size) for size in range(len(rows) + 1))
    return [(wasted(w, choice, 0), wasted(w, choice, 1)) for choice in choices]


@pytest.mark.parametrize("halves", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_no_choice_wastes_less_than_the_search_says(seed: int, halves: bool) -> None:
    w = window(seed, halves=halves)
    wastes = every(w)
    least = min(one + two for one, two in wastes)
    found, proven, _ = least_waste(w, 1e9, EFFORT, RUNNING)
    assert proven
    assert found == pytest.approx(least)
    # What is known of the halves changes nothing but the way.
    known = np.array([min(one for one, _ in wastes), min(two for _, two in wastes)])
    assert least_waste(w._replace(known=known), 1e9, EFFORT, RUNNING)[0] == pytest.approx(least)
    # Up to a limit below, the limit itself is proven.
    if least > 0:
        assert least_waste(w, 0.5 * least, EFFORT, RUNNING)[:2] == (0.5 * least, True)


def test_a_search_without_effort_or_stopped_proves_nothing() -> None:
    w = window(1, halves=False)
    assert least_waste(w, 1e9, 0, RUNNING)[1] is False
    assert least_waste(w, 1e9, EFFORT, np.ones(1, np.int64))[1] is False


def dense(nodes: int, seed: int = 7) -> Problem:
    """Return a city where the sites are just enough to reach nearly all, and overlap."""
    asked = city(nodes, seed=seed, near=16)
    ones = sp.csr_array((asked.coverage != 0).astype(float))
    return Problem(coverage=ones, weights=asked.weights, p=nodes // 18)


def bounded(problem: Problem, *, steps: int) -> tuple[kernels.Matrix, Prices, Prices]:
    """Return the prices of a problem after few subgradient steps, and then near their end."""
    reach, weights = sp.csr_array(problem.coverage), np.asarray(problem.weights, dtype=float)
    rows = reach.shape[0]
    costs = np.zeros(rows) if problem.costs is None else np.asarray(problem.costs, dtype=float)
    m = kernels.matrix(reach, weights, costs, np.arange(rows))
    limits = (rows if problem.p is None else problem.p, problem.budget or np.inf)
    first = prices(m, limits, 0.0, 20)
    return m, first, settled(m, limits, first, steps, RUNNING)


def alone(jobs: windows.Jobs) -> list:
    return [job(RUNNING) for job in jobs]


def test_the_bound_with_windows_lies_between_the_optimum_and_the_relaxation() -> None:
    wastes = []
    for seed in range(6):
        asked = dense(150, seed)
        best = solve(asked)
        assert best.gap == 0
        m, _, last = bounded(asked, steps=1000)
        wastes.append(windows.waste(asked.coverage, m.weights, last, alone))
        assert best.covered - 1e-6 <= last.bound - wastes[-1] <= last.bound
    # In some of them the relaxation is the answer; in the others windows come nearer.
    assert sum(waste > 1 for waste in wastes) >= 2


def test_a_search_is_aimed_at_the_work_that_is_left() -> None:
    effort = windows._Effort()
    # Ten times the work for twice the limit: a tenth of it more for a limit 3 % greater.
    assert effort.growth(1.0, 1e6, 1e12) == pytest.approx(1.3)
    assert effort.growth(2.0, 1e7, 1.1e7 / 0.7) == pytest.approx(1.1 ** (1 / np.log2(10)))
    assert effort.growth(2.1, 2e7, 0.0) == 0.0


def test_windows_keep_within_their_work(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = dense(600, 1)
    m, _, last = bounded(asked, steps=1000)
    looked = []

    def noted(jobs: windows.Jobs) -> list:
        parts = alone(jobs)
        looked.append(sum(part.looked for part in parts))
        return parts

    found = []
    for work in (2e5, 2e6, 2e7):
        monkeypatch.setattr(windows, "_WORK", (0.4 * work, work))
        looked.clear()
        found.append(windows.waste(asked.coverage, m.weights, last, noted))
        # A search ends once it has looked at the cells of one more depth.
        assert sum(looked) <= 1.2 * work
        assert len(looked) == 2
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_villages_are_parted_once_each_into_like_windows() -> None:
    asked = city(400)
    lam = np.ones(400)
    parts = windows.parted(asked.coverage, lam, 7)
    assert len(parts) == 7
    assert sorted(np.concatenate(parts).tolist()) == list(range(400))
    assert max(map(len, parts)) - min(map(len, parts)) <= 4


@pytest.mark.parametrize("money", [False, True])
def test_the_saddle_is_the_bound_of_the_linear_relaxation(money: bool) -> None:
    from scipy.optimize import linprog

    asked = dense(200)
    costs = np.random.default_rng(2).integers(1, 9, 200).astype(float)
    if money:
        asked = Problem(coverage=asked.coverage, weights=asked.weights, costs=costs, budget=20.0)
    m, first, last = bounded(asked, steps=3000)
    reach = sp.csr_array(asked.coverage)
    cover = sp.hstack([-reach.T, sp.eye_array(200)])
    limit = costs if money else np.ones(200)
    rows = sp.vstack([cover, sp.csr_array(np.concatenate([limit, np.zeros(200)])[None, :])])
    most = np.append(np.zeros(200), 20.0 if money else asked.p)
    gain = np.concatenate([np.zeros(200), m.weights])
    exact = -linprog(-gain, A_ub=rows, b_ub=most, bounds=(0, 1)).fun
    assert exact - 1e-6 <= last.bound <= exact * 1.001
    assert last.bound <= first.bound
    again = priced(m, (200 if money else asked.p, asked.budget or np.inf), last.village, 0.0)
    assert again.bound == pytest.approx(last.bound)
