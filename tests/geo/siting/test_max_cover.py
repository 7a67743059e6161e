"""Siting: against every choice of sites, on the edges, and with the proof it gives."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings, strategies as st

from geo.errors import InputError, RangeError
from geo.siting import SitingProblem, SolverRun, solve


def best(reach: np.ndarray, w: np.ndarray, p: int, costs: np.ndarray, budget: float, fixed: set):
    sites = range(len(reach))
    return max(
        w[reach[list(choice)].any(axis=0)].sum()
        for n in range(p + 1)
        for choice in combinations(sites, n)
        if fixed <= set(choice) and costs[list(choice)].sum() <= budget
    )


@given(st.integers(0, 10**6), st.integers(1, 4), st.booleans(), st.booleans())
@settings(max_examples=60)
def test_no_choice_is_better_than_the_plan(seed: int, p: int, priced: bool, locked: bool) -> None:
    chance = np.random.default_rng(seed)
    reach = chance.random((9, 14)) < 0.25
    w = chance.integers(0, 50, 14).astype(float)
    costs = chance.integers(0, 9, 9).astype(float)
    fixed = {int(chance.integers(9))} if locked else set()
    budget = costs[list(fixed)].sum() + 9.0
    money = {"costs": costs, "budget": budget} if priced else {}
    plan = solve(
        SitingProblem(
            coverage=sp.csr_array(reach.astype(int)), weights=w, p=p, fixed=tuple(fixed), **money
        )
    )
    limit = budget if priced else np.inf
    assert plan.covered == best(reach, w, p, costs, limit, fixed)
    assert plan.bound == plan.covered
    assert plan.gap == 0
    assert fixed <= set(plan.selected)
    assert len(plan.selected) <= p
    assert plan.covered == w[reach[list(plan.selected)].any(axis=0)].sum()
    if priced:
        assert costs[list(plan.selected)].sum() <= budget


def test_greedy_is_left_where_it_is_wrong() -> None:
    # Greedy takes the middle site (6) and ends at 10; the two outer ones reach 12.
    reach = [[1, 1, 1, 0, 0, 0], [0, 1, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1]]
    plan = solve(SitingProblem(coverage=reach, weights=[2, 2, 2, 2, 2, 2], p=2))
    assert (plan.selected, plan.covered, plan.gap) == ((0, 2), 12.0, 0.0)


def test_equal_input_gives_an_equal_plan() -> None:
    chance = np.random.default_rng(3)
    reach = sp.random_array((90, 300), density=0.03, rng=chance, format="csr")
    w = chance.integers(20, 200, 300)
    once, again = (solve(SitingProblem(coverage=reach, weights=w, p=10)) for _ in range(2))
    assert once.selected == again.selected
    assert once.gap == 0


def test_without_time_the_plan_still_has_a_bound() -> None:
    chance = np.random.default_rng(4)
    places = chance.random((600, 2))
    near = ((places[:, None] - places[None]) ** 2).sum(axis=2) < 0.07**2
    asked = SitingProblem(coverage=sp.csr_array(near), weights=chance.integers(1, 1000, 600), p=40)
    plan = solve(asked, SolverRun(time_limit_s=0.01))
    assert 0 < plan.covered <= plan.bound
    assert plan.gap == pytest.approx((plan.bound - plan.covered) / plan.bound)


@pytest.mark.parametrize(
    ("reach", "w", "p"), [(np.zeros((3, 2)), [1, 1], 2), (np.ones((3, 2)), [0, 0], 2),
                          (np.ones((3, 2)), [1, 1], 0), (np.zeros((0, 0)), [], 0)]
)  # fmt: skip
def test_nothing_to_reach_is_an_empty_plan(reach: np.ndarray, w: list, p: int) -> None:
    plan = solve(SitingProblem(coverage=reach, weights=w, p=p))
    assert (plan.selected, plan.covered, plan.gap) == ((), 0.0, 0.0)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"weights": [1]}, InputError),
        ({"weights": [1, -1]}, RangeError),
        ({"weights": [1, np.nan]}, RangeError),
        ({"p": -1}, RangeError),
        ({"budget": 3}, InputError),
        ({"costs": [1, 1], "budget": -1}, RangeError),
        ({"fixed": [2]}, RangeError),
        ({"fixed": [0, 1], "p": 1}, RangeError),
    ],
)
def test_bad_arguments_are_told(arguments: dict, fault: type[Exception]) -> None:
    whole = {"coverage": np.eye(2), "weights": [1, 1], "p": 1, **arguments}
    with pytest.raises(fault):
        solve(SitingProblem(**whole))
