"""Every objective against every choice of sites on small random problems."""

from __future__ import annotations

import numpy as np
import pytest

from geo.errors import RangeError
from geo.siting import (
    InfeasibleError,
    SitingProblem,
    SolverRun,
    alternatives,
    frontier,
    least_cost,
    most_equal,
    ranked,
    solve,
)
from tests.geo.siting.small import (
    choices,
    covered,
    met,
    problem,
    served_split,
    served_whole,
    shares,
)
from tests.geo.siting.test_runs import city

SEEDS = range(14)


def priced(seed: int, **more: object) -> SitingProblem:
    chance = np.random.default_rng(seed + 1000)
    parts = problem(seed)
    costs = chance.integers(1, 9, len(parts["coverage"])).astype(float)
    budget = costs[list(parts["fixed"])].sum() + 10.0
    return SitingProblem(**{**parts, "costs": costs, "budget": budget, **more})


@pytest.mark.parametrize("seed", SEEDS)
def test_technologies_exclude_each_other_at_a_place(seed: int) -> None:
    asked = priced(seed, places=[0, 0, 0, 1, 1, 2, 3], p=3)
    plan = solve(asked)
    assert plan.covered == max(covered(asked, choice) for choice in choices(asked))
    assert (plan.bound, plan.gap, plan.stopped) == (plan.covered, 0, "proven")
    assert plan.selected in set(choices(asked))
    assert plan.cost == np.asarray(asked.costs)[list(plan.selected)].sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_each_group_has_its_least_share(seed: int) -> None:
    groups = np.array(["a", "a", "a", "b", "b", "b", "c", "c", "c", "c"])
    least = {"a": 0.4, "b": 0.3}
    asked = SitingProblem(**problem(seed), p=3, groups=groups, least_share=least)
    sums = {g: asked.weights[groups == g].sum() for g in least}
    fits = [
        choice
        for choice in choices(asked)
        if all(
            asked.weights[(groups == g) & met(asked, choice)].sum() >= share * sums[g] - 1e-9
            for g, share in least.items()
        )
    ]
    if not fits:
        with pytest.raises(InfeasibleError) as told:
            solve(asked)
        assert told.value.conflicts
        return
    plan = solve(asked)
    assert plan.covered == max(covered(asked, choice) for choice in fits)
    assert plan.bound == plan.covered
    assert plan.selected in fits


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("seed", SEEDS[:8])
def test_no_site_serves_more_than_its_capacity(seed: int, split: bool) -> None:
    chance = np.random.default_rng(seed)
    parts = problem(seed, 5, 7)
    capacity = chance.integers(40, 90, 5).astype(float)
    asked = SitingProblem(**parts, p=3, capacity=capacity, split=split)
    serve = served_split if split else served_whole
    plan = solve(asked)
    assert plan.covered == pytest.approx(max(serve(asked, choice) for choice in choices(asked)))
    assert plan.bound == pytest.approx(plan.covered)
    assert serve(asked, plan.selected) == pytest.approx(plan.covered)


@pytest.mark.parametrize("share", [1.0, 0.8, 0.5])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_share_is_covered_at_least_cost(seed: int, share: float) -> None:
    asked = priced(seed, budget=None)
    whole = max(covered(asked, choice) for choice in choices(asked))
    costs = np.asarray(asked.costs)
    fits = [c for c in choices(asked) if covered(asked, c) >= share * whole - 1e-9]
    plan = least_cost(asked, share)
    assert plan.cost == min(costs[list(choice)].sum() for choice in fits)
    assert (plan.bound, plan.gap, plan.stopped) == (plan.cost, 0, "proven")
    assert plan.selected in fits
    assert plan.covered == covered(asked, plan.selected)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_worst_group_fares_as_well_as_possible(seed: int) -> None:
    groups = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
    asked = SitingProblem(**problem(seed), p=3, groups=groups)
    if not shares(asked, ()):
        return
    every = {choice: min(shares(asked, choice).values()) for choice in choices(asked)}
    fair = most_equal(asked)
    best = max(every.values())
    assert fair.least == pytest.approx(best)
    assert fair.bound == pytest.approx(best)
    most = max(covered(asked, c) for c, least in every.items() if least >= best - 1e-9)
    assert fair.plan.covered == pytest.approx(most)
    for group, share in shares(asked, fair.plan.selected).items():
        assert fair.shares[group] == pytest.approx(share)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_next_best_plans_and_what_they_share(seed: int) -> None:
    asked = SitingProblem(**problem(seed), p=3)
    found = alternatives(asked, 3, tolerance=0.1)
    every = {choice: covered(asked, choice) for choice in choices(asked)}
    seen: list[set] = []
    for plan in found.plans:
        rest = [v for c, v in every.items() if all(not s <= set(c) for s in seen)]
        assert plan.covered == max(rest)
        assert plan.bound >= plan.covered
        seen.append(set(plan.selected))
    least = 0.9 * found.plans[0].covered
    near = [set(choice) for choice, value in every.items() if value >= least - 1e-9]
    assert set(found.no_regret) == set.intersection(*near) & seen[0]
    assert set(found.no_regret) | set(found.replaceable) == seen[0]
    assert not found.undecided


@pytest.mark.parametrize("seed", SEEDS)
def test_the_curve_never_falls_and_is_best_at_each_point(seed: int) -> None:
    for asked, limits in ((SitingProblem(**problem(seed)), [1, 2, 4]), (priced(seed), [9, 12, 20])):
        least = asked.costs if asked.costs is not None else np.ones(7)
        if np.asarray(least)[list(asked.fixed)].sum() > limits[0]:
            continue
        points = frontier(asked, limits)
        for point in points:
            name = "p" if asked.costs is None else "budget"
            limit = int(point.limit) if name == "p" else point.limit
            one = SitingProblem(**{**vars(asked), name: limit})
            assert point.plan.covered == max(covered(one, choice) for choice in choices(one))
            assert point.plan.bound == point.plan.covered
        assert [p.plan.covered for p in points] == sorted(p.plan.covered for p in points)


def test_without_limits_the_curve_ends_where_all_is_covered() -> None:
    points = frontier(SitingProblem(coverage=np.eye(6), weights=np.arange(1, 7)))
    assert [point.limit for point in points] == [1, 2, 3, 4, 5, 6]
    assert [point.plan.covered for point in points] == [6, 11, 15, 18, 20, 21]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ranked_list_adds_up(seed: int) -> None:
    asked = SitingProblem(**problem(seed), p=4)
    plan = solve(asked)
    ranks = ranked(asked, plan)
    assert sorted(rank.option for rank in ranks) == list(plan.selected)
    assert sum(rank.adds for rank in ranks) == plan.covered
    free = [rank.adds for rank in ranks if rank.option not in asked.fixed]
    assert free == sorted(free, reverse=True)


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("seed", SEEDS[:6])
def test_what_sites_serve_adds_up_to_the_plan(seed: int, split: bool) -> None:
    chance = np.random.default_rng(seed)
    capacity = chance.integers(40, 90, 5).astype(float)
    asked = SitingProblem(**problem(seed, 5, 7), p=3, capacity=capacity, split=split)
    plan = solve(asked)
    ranks = ranked(asked, plan)
    assert sorted(rank.option for rank in ranks) == list(plan.selected)
    assert sum(rank.adds for rank in ranks) == pytest.approx(plan.covered)
    assert ranks[-1].covered == pytest.approx(plan.covered)
    assert all(rank.adds <= capacity[rank.option] + 1e-6 for rank in ranks)
    free = [rank.adds for rank in ranks if rank.option not in asked.fixed]
    assert free == sorted(free, reverse=True)


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_the_shares_of_groups_are_what_is_served(seed: int) -> None:
    chance = np.random.default_rng(seed)
    groups = np.array([0, 0, 0, 1, 1, 1, 1])
    capacity = chance.integers(40, 70, 5).astype(float)
    asked = SitingProblem(**problem(seed, 5, 7), p=3, capacity=capacity, groups=groups)
    fair = most_equal(asked)
    sums = [asked.weights[groups == group].sum() for group in (0, 1)]
    served = sum(fair.shares[group] * sums[group] for group in (0, 1))
    assert served == pytest.approx(fair.plan.covered)
    assert fair.least == pytest.approx(
        min(fair.shares[group] for group in (0, 1) if group not in fair.left_out)
    )
    assert fair.least <= fair.bound + 1e-9


def test_the_fairest_plan_stands_where_the_solver_rounds() -> None:
    """The solver's least share was a little above what its choice gives: then nothing fitted."""
    whole = city(300)
    asked = SitingProblem(
        coverage=whole.coverage, weights=whole.weights, p=5, groups=np.arange(300) % 3
    )
    fair = most_equal(asked, SolverRun(time_limit_s=4.0))
    assert fair.least == pytest.approx(min(fair.shares.values()))


def test_the_answer_of_an_impossible_share_is_what_is_possible() -> None:
    asked = SitingProblem(coverage=np.eye(4), weights=[4, 3, 2, 1], p=2)
    with pytest.raises(InfeasibleError) as told:
        least_cost(asked, 0.9)
    (conflict,) = told.value.conflicts
    assert (conflict.limit, conflict.asked, conflict.possible) == ("share", 0.9, 0.7)
    with pytest.raises(RangeError, match="share"):
        least_cost(asked, 1.5)
