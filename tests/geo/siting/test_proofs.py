"""Proofs: small problems with known answers, and random ones against every selection."""

from __future__ import annotations

import numpy as np
import pytest

from geo.errors import RangeError
from geo.siting import (
    InfeasibleError,
    SitingPlan,
    SitingProblem,
    alternatives,
    least_cost,
    most_equal,
    ranked,
    solve,
)
from geo.siting.model import whole_fen
from tests.fuzz import siting as fuzz

#: Seeds of the suite; ``python -m tests.fuzz.siting 20000`` runs more.
SEEDS = [range(first + at, first + at + 20) for first in (0, fuzz.DENSE) for at in (0, 20, 40, 60)]
#: Seeds that found a fault in longer runs.
FOUND = (1256, 6361, 108_303, 108_902, 160_208)


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    fuzz.warm_up()


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_random_problems_agree_with_every_selection(seeds: range) -> None:
    outcomes = {fuzz.check(seed) for seed in seeds}
    assert len(outcomes) > 4


@pytest.mark.parametrize("seed", FOUND)
def test_problems_that_once_had_a_false_answer(seed: int) -> None:
    fuzz.check(seed)


def test_the_seeds_have_every_goal_and_limit() -> None:
    made = [fuzz.made(seed) for seeds in SEEDS for seed in seeds]
    assert {goal for goal, _, _ in made} == set(fuzz.GOALS)
    for name in ("fixed", "forbidden", "places", "costs", "budget", "capacity", "least_share"):
        assert sum(np.size(getattr(asked, name) or 0) > 0 if name in {"fixed", "forbidden"}
                   else getattr(asked, name) is not None for _, asked, _ in made) > 5  # fmt: skip


def test_a_village_that_only_a_dearer_option_reaches_makes_all_infeasible() -> None:
    asked = SitingProblem(
        coverage=[[1, 1, 0], [0, 0, 1]], weights=[5, 5, 90], costs=[1, 100], budget=50
    )
    with pytest.raises(InfeasibleError) as refused:
        least_cost(asked)
    (conflict,) = refused.value.conflicts
    assert (conflict.limit, conflict.asked, conflict.possible) == ("share", 1.0, 0.1)
    assert least_cost(asked, 0.1).covered == 10


def test_a_village_that_only_an_excluded_option_reaches_makes_all_infeasible() -> None:
    parts = {"coverage": [[1, 0], [1, 1]], "weights": [10, 90], "costs": [5, 6]}
    asked = SitingProblem(**parts, fixed=[0], places=[0, 0])
    with pytest.raises(InfeasibleError, match="fixed sites"):
        least_cost(asked)
    # Forbidden as well, it does not count as a way to reach the village.
    plan = least_cost(SitingProblem(**parts, fixed=[0], places=[0, 0], forbidden=[1]))
    assert (plan.covered, plan.unreachable) == (10, (1,))


def test_a_budget_can_be_spent_to_the_last_fen() -> None:
    plan = solve(
        SitingProblem(
            coverage=[[1, 0], [0, 1]], weights=[5, 7], costs=[0.1, 0.2], budget=0.3, fixed=[0]
        )
    )
    assert (plan.selected, plan.covered, plan.bound, plan.cost) == ((0, 1), 12, 12, 0.3)
    less = SitingProblem(
        coverage=[[1, 0], [0, 1]], weights=[5, 7], costs=[0.1, 0.2], budget=0.29, fixed=[0]
    )
    assert solve(less).bound == 5


def test_large_budgets_are_kept_to_the_fen() -> None:
    costs = np.array([81_234_567.89, 98_765_432.1, 70_000_000.01])
    parts = {"coverage": np.eye(3), "weights": [3, 4, 5], "costs": costs}
    assert solve(SitingProblem(**parts, budget=float(costs.sum()))).covered == 12
    assert solve(SitingProblem(**parts, budget=float(costs.sum()) - 0.01)).covered == 9


@pytest.mark.parametrize("split", [True, False])
def test_what_is_served_counts_at_least_cost(split: bool) -> None:
    asked = SitingProblem(
        coverage=[[1, 1]], weights=[10, 10], costs=[5], capacity=[10], split=split
    )
    assert least_cost(asked, 0.5).covered == 10
    with pytest.raises(InfeasibleError) as refused:
        least_cost(asked, 0.6)
    assert refused.value.conflicts[0].possible == 0.5


def test_villages_without_households_do_not_merge_others() -> None:
    asked = SitingProblem(
        coverage=[[0, 1, 1, 0, 0], [1, 0, 0, 1, 0]], weights=[27, 0, 19, 0, 17], p=1,
        capacity=[46, np.inf],
    )  # fmt: skip
    plan = solve(asked)
    assert (plan.selected, plan.covered, plan.bound) == ((1,), 27, 27)


def test_no_village_is_served_twice() -> None:
    asked = SitingProblem(
        coverage=[[0, 1, 0, 1, 1], [0, 0, 0, 1, 0]], weights=[10, 1, 15, 28, 1],
        capacity=[28, 16], p=2,
    )  # fmt: skip
    plan = solve(asked)
    assert plan.covered == 30
    assert sum(one.adds for one in ranked(asked, plan)) == pytest.approx(30)
    assert least_cost(asked).covered == pytest.approx(30)


@pytest.mark.parametrize("ask", [solve, least_cost, most_equal, alternatives])
def test_shares_beyond_the_budget_are_infeasible_not_out_of_time(ask) -> None:
    asked = SitingProblem(
        coverage=[[1]], weights=[1], costs=[5], budget=3, groups=["a"], least_share={"a": 0.5}
    )
    with pytest.raises(InfeasibleError, match=r"budget|least_share") as refused:
        ask(asked)
    (conflict,) = refused.value.conflicts
    assert (conflict.limit, conflict.asked, conflict.possible) in {
        ("budget", 3, 5), ("least_share", 0.5, 0),
    }  # fmt: skip


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_tiny_and_large_weights_have_true_proofs(unit: float) -> None:
    reach = [[1, 1, 1, 0, 0, 0], [0, 1, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1]]
    weights = np.array([2.0, 2, 2, 2, 2, 2.5]) * unit
    parts = {"coverage": reach, "weights": weights}
    plan: SitingPlan = solve(SitingProblem(**parts, p=2))
    assert plan.selected == (0, 2)
    assert plan.covered == plan.bound == pytest.approx(12.5 * unit)
    assert solve(SitingProblem(**parts, p=1)).selected == (1,)
    capacity = np.array([4.0, 4, 3]) * unit
    served = solve(SitingProblem(**parts, p=2, capacity=capacity))
    assert served.selected == (0, 1)
    assert served.covered == pytest.approx(8 * unit)


def test_numbers_that_rounding_would_lose_are_refused() -> None:
    parts = {"coverage": np.eye(2), "p": 1}
    with pytest.raises(RangeError, match="lost in rounding"):
        solve(SitingProblem(**parts, weights=[1, 1e-10]))
    with pytest.raises(RangeError, match="whole fen"):
        solve(SitingProblem(**parts, weights=[1, 1], costs=[1e-9, 2e-9], budget=3e-9))
    with pytest.raises(RangeError, match="whole fen"):
        # Millions of CNY by their look: 0.237 would become 0.24.
        solve(SitingProblem(**parts, weights=[1, 1], costs=[0.237, 0.5], budget=0.6))
    with pytest.raises(RangeError, match="exact arithmetic"):
        solve(SitingProblem(**parts, weights=[1e15, 1e15]))
    with pytest.raises(RangeError, match="exact arithmetic"):
        solve(SitingProblem(**parts, weights=[1, 1], costs=[1e14, 1], budget=1))


def test_large_whole_weights_are_told_apart() -> None:
    asked = SitingProblem(coverage=np.eye(2), weights=[4e9, 4e9 + 1], p=1)
    plan = solve(asked)
    assert (plan.selected, plan.covered, plan.bound) == ((1,), 4e9 + 1, 4e9 + 1)


def test_money_is_counted_in_whole_fen() -> None:
    assert whole_fen(0.1 + 0.2) == 30
    assert whole_fen(0.29) == 29
    assert whole_fen(0.2999) == 29
    assert whole_fen(2e9 + 0.01) == 200_000_000_001
    assert whole_fen(np.inf) == np.inf
