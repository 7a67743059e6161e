"""Rollout by years: the limits always hold, priorities mean what they say, faults are told."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings, strategies as st

from geo.errors import InputError, RangeError, UnknownNameError
from geo.schedule.phasing import PRIORITIES, REASONS, rollout
from geo.schedule.projects import Projects, YearlyLimits, season_capacity

#: Four sites, each with a village of its own, in two regions.
FOUR = Projects(
    costs=[10, 10, 20, 5],
    coverage=sp.eye_array(4, format="csr"),
    households=[100, 50, 300, 10],
    region=[0, 0, 1, 1],
    village_region=[0, 0, 1, 1],
)


def test_most_households_per_money_come_first() -> None:
    plan = rollout(FOUR, YearlyLimits(budgets=[20, 20, 20]))
    # Per money: 10, 5, 15, 2; the dear one fills the first year.
    assert plan.rank.tolist() == [2, 3, 1, 4]
    assert plan.year.tolist() == [2, 2, 1, 3]
    assert plan.served.tolist() == [300, 450, 460]
    assert plan.spent.tolist() == [20, 20, 5]
    assert plan.sites.tolist() == [[0, 2, 0], [1, 0, 1]]
    assert set(plan.reason) == {"most_households_per_cost"}
    assert plan.notes == ()


def test_hardest_first_turns_the_order() -> None:
    plan = rollout(FOUR, YearlyLimits(budgets=[100]), priority="hardest")
    assert plan.rank.tolist() == [3, 2, 4, 1]


def test_zones_come_first_then_efficiency() -> None:
    plan = rollout(replace(FOUR, zone=[False, False, False, True]), YearlyLimits(budgets=[100]),
                   priority="zones")  # fmt: skip
    assert plan.rank.tolist() == [3, 4, 2, 1]
    assert plan.reason[3] == "in_policy_zone"
    assert plan.reason[0] == "most_households_per_cost"


def test_equity_turns_to_the_region_served_least() -> None:
    plan = rollout(replace(FOUR, households=[100, 50, 300, 250]), YearlyLimits(budgets=[100]),
                   priority="equity")  # fmt: skip
    # Region 0 first at a tie of nothing served (better ratio: 50 per money is region 1's site 3).
    assert plan.rank[3] == 1
    # Then region 0 stands at 0 %, region 1 at 45 %: site 0; then region 1 again.
    assert plan.rank.tolist() == [2, 4, 3, 1]


def test_what_stands_is_fixed_and_free() -> None:
    plan = rollout(replace(FOUR, built=[True, False, False, False]), YearlyLimits(budgets=[20]))
    assert plan.year.tolist() == [0, -1, 1, -1]
    assert plan.served.tolist() == [400]
    assert plan.reason[0] == "built"


def test_locked_sites_come_before_all_others_even_without_households() -> None:
    projects = replace(FOUR, locked=[False, False, False, True], households=[100, 50, 300, 0])
    plan = rollout(projects, YearlyLimits(budgets=[20, 20]))
    assert plan.rank[3] == 1
    assert plan.reason[3] == "locked"
    blocked = rollout(projects, YearlyLimits(budgets=[4, 4]))
    assert blocked.reason[3] == "over_every_budget"
    assert any("locked" in note for note in blocked.notes)


def test_a_site_brings_along_what_carries_its_backhaul() -> None:
    projects = replace(FOUR, after=[-1, 0, 3, -1])
    plan = rollout(projects, YearlyLimits(budgets=[25, 25]))
    assert plan.rank[3] < plan.rank[2]
    assert plan.year[3] == plan.year[2] == 1
    assert plan.reason[3] == "needed_by_another"


def test_unspent_money_is_kept_only_where_that_is_allowed() -> None:
    limits = YearlyLimits(budgets=[12, 12])
    assert rollout(FOUR, limits).year[2] == -1
    assert rollout(FOUR, limits).reason[2] == "over_every_budget"
    kept = rollout(FOUR, replace(limits, carry_over=True))
    assert kept.carried[-1] == pytest.approx(24 - kept.spent.sum())
    saved = rollout(replace(FOUR, households=[0, 0, 300, 0]), replace(limits, carry_over=True))
    assert saved.year[2] == 2


def test_operation_of_what_was_built_is_paid_from_later_budgets() -> None:
    plan = rollout(replace(FOUR, yearly=[2, 2, 4, 1]), YearlyLimits(budgets=[20, 10, 100]))
    assert plan.year.tolist() == [3, 3, 1, 2]
    assert plan.running.tolist() == [0, 4, 5]
    # A year that could not pay for the operation keeps the site from being built at all.
    poor = rollout(replace(FOUR, yearly=[2, 2, 4, 1]), YearlyLimits(budgets=[20, 3]))
    assert poor.year[2] == -1


def test_each_site_left_out_has_its_reason() -> None:
    shared = replace(FOUR, coverage=sp.csr_array([[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0],
                                                 [0, 0, 0, 1]]))  # fmt: skip
    plan = rollout(shared, YearlyLimits(budgets=[35], capacity=[[5], [1]]))
    assert plan.reason[1] == "adds_no_household"
    assert plan.reason[3] == "capacity_used_up"
    assert rollout(FOUR, YearlyLimits(budgets=[20])).reason[0] == "budget_used_up"
    closed = rollout(FOUR, YearlyLimits(budgets=[100], capacity=[[5], [0]]))
    assert closed.reason[2] == "no_capacity_in_region"
    nothing = rollout(FOUR, YearlyLimits(budgets=[0, 0]))
    assert nothing.served.tolist() == [0, 0]
    assert set(nothing.reason) == {"over_every_budget"}


def test_the_target_path_is_held_against_what_is_served() -> None:
    plan = rollout(FOUR, YearlyLimits(budgets=[20, 20], target=[250, 500]))
    assert plan.shortfall.tolist() == [0, 50]
    assert "year 2: 50 households short of the target" in plan.notes
    assert np.isnan(rollout(FOUR, YearlyLimits(budgets=[20])).shortfall).all()


def drawn(seed: int) -> tuple[Projects, YearlyLimits]:
    chance = np.random.default_rng(seed)
    n, v, g, y = (int(chance.integers(1, top)) for top in (15, 30, 4, 5))
    after = np.array([chance.integers(-1, i) if i else -1 for i in range(n)])
    projects = Projects(
        costs=chance.integers(0, 20, n), coverage=sp.random_array((n, v), density=0.2, rng=chance),
        households=chance.integers(0, 90, v), region=chance.integers(0, g, n),
        village_region=chance.integers(0, g, v), yearly=chance.integers(0, 3, n),
        zone=chance.random(n) < 0.3, after=np.where(chance.random(n) < 0.5, after, -1),
        built=chance.random(n) < 0.1, locked=chance.random(n) < 0.1,
    )  # fmt: skip
    limits = YearlyLimits(
        budgets=chance.integers(0, 40, y), capacity=chance.integers(0, 4, (g, y)),
        carry_over=bool(chance.integers(2)),
    )  # fmt: skip
    return projects, limits


@given(st.integers(0, 10**9), st.sampled_from(PRIORITIES))
@settings(max_examples=150)
def test_years_never_exceed_budget_or_capacity_and_sums_agree(seed: int, priority: str) -> None:
    projects, limits = drawn(seed)
    plan = rollout(projects, limits, priority=priority)
    spending, budgets = plan.spent + plan.running, np.asarray(limits.budgets, float)
    if limits.carry_over:
        spending, budgets = np.cumsum(spending), np.cumsum(budgets)
    assert (spending <= budgets + 1e-6).all()
    assert (plan.sites <= limits.capacity).all()
    assert plan.sites.sum() == (plan.year > 0).sum() == plan.rank.max()
    assert set(plan.reason) <= set(REASONS)
    # Money and households told per year are those of the sites in it.
    year = plan.year[plan.year > 0]
    costs = np.asarray(projects.costs)[plan.year > 0]
    assert plan.spent == pytest.approx(np.bincount(year, costs, len(budgets) + 1)[1:])
    stands = (plan.year >= 0).astype(float)
    reached = np.asarray(sp.csr_array(projects.coverage != 0).T @ stands) > 0
    assert plan.served[-1] == pytest.approx(np.asarray(projects.households)[reached].sum())
    after = np.asarray(projects.after)
    for site in np.flatnonzero((plan.year > 0) & (after >= 0)):
        assert 0 <= plan.year[after[site]] <= plan.year[site]


def test_greedy_reaches_nearly_what_the_best_order_does() -> None:
    # Against every choice of year for each of five sites.
    shares = []
    every = np.array(list(product(range(3), repeat=5)))
    for seed in range(40):
        chance = np.random.default_rng(seed)
        costs, gain = chance.integers(1, 9, 5), chance.integers(1, 50, 5)
        projects = Projects(costs=costs, coverage=sp.eye_array(5, format="csr"), households=gain,
                            region=np.zeros(5, int), village_region=np.zeros(5, int))  # fmt: skip
        allowed = ((every == 0) @ costs <= 10) & ((every == 1) @ costs <= 10)
        best = ((every == 0) @ gain * 2 + (every == 1) @ gain)[allowed].max()
        shares.append(rollout(projects, YearlyLimits(budgets=[10, 10])).served.sum() / best)
    assert max(shares) <= 1 + 1e-9
    assert np.mean(shares) > 0.95


def test_equal_input_gives_an_equal_plan() -> None:
    projects, limits = drawn(7)
    first, again = (rollout(projects, limits, priority="equity") for _ in range(2))
    assert first.rank.tolist() == again.rank.tolist()


def test_season_and_months() -> None:
    assert season_capacity([1.0], [0], 3).tolist() == [[0, 0, 0]]
    for rate, months in (([-1], [5]), ([1], [13]), ([np.nan], [5])):
        with pytest.raises(RangeError):
            season_capacity(rate, months, 1)


@pytest.mark.parametrize(
    ("projects", "limits", "fault"),
    [
        (replace(FOUR, costs=[1, 2, 3]), YearlyLimits([1]), InputError),
        (replace(FOUR, costs=[1, 2, 3, np.nan]), YearlyLimits([1]), RangeError),
        (replace(FOUR, costs=[1, 2, 3, -4]), YearlyLimits([1]), RangeError),
        (replace(FOUR, households=[1, 2, 3]), YearlyLimits([1]), InputError),
        (replace(FOUR, after=[1, 0, -1, -1]), YearlyLimits([1]), InputError),
        (replace(FOUR, after=[9, -1, -1, -1]), YearlyLimits([1]), RangeError),
        (replace(FOUR, region=[-1, 0, 0, 0]), YearlyLimits([1]), RangeError),
        (FOUR, YearlyLimits([]), InputError),
        (FOUR, YearlyLimits([-1]), RangeError),
        (FOUR, YearlyLimits([np.nan]), RangeError),
        (FOUR, YearlyLimits([1], capacity=[[1]]), InputError),
        (FOUR, YearlyLimits([1], capacity=[[1], [-1]]), RangeError),
        (FOUR, YearlyLimits([1, 2], target=[1]), InputError),
    ],
)
def test_bad_input_is_told(projects: Projects, limits: YearlyLimits, fault: type) -> None:
    with pytest.raises(fault):
        rollout(projects, limits)


def test_an_unknown_priority_is_told() -> None:
    with pytest.raises(UnknownNameError, match="efficiency"):
        rollout(FOUR, YearlyLimits([1]), priority="efficency")
