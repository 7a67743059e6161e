"""Siting and backhaul together: never worse than in two steps, better where backhaul decides."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from geo.errors import InputError, RangeError
from geo.links.backhaul import BackhaulPrices, BackhaulRule, backhaul
from geo.links.joint import Connection, JointResult, connection, joint_plan, nearest_link_cost


@dataclass(frozen=True)
class Chosen:
    selected: tuple[int, ...]
    covered: float


def engines(seed: int, n: int = 7, v: int = 10):
    """Return exact engines on a small case: sites on a line, fibre at 0, a shared trunk."""
    chance = np.random.default_rng(seed)
    place = chance.uniform(0, 100, n)
    reach = chance.random((n, v)) < 0.35
    weight = chance.integers(1, 50, v).astype(float)

    def covered(sites) -> float:
        return float(weight[reach[list(sites)].any(axis=0)].sum()) if sites else 0.0

    every = [sites for k in range(n + 1) for sites in combinations(range(n), k)]

    def within(costs, budget) -> Chosen:
        fitting = [s for s in every if costs[list(s)].sum() <= budget + 1e-9]
        best = max(fitting, key=lambda s: (covered(s), -costs[list(s)].sum()))
        return Chosen(best, covered(best))

    def cheapest(costs, _budget) -> Chosen:
        whole = covered(range(n))
        best = min((s for s in every if covered(s) == whole), key=lambda s: costs[list(s)].sum())
        return Chosen(best, whole)

    def trunk(sites) -> float:
        return float(place[list(sites)].max()) if sites else 0.0

    def connect(sites) -> Connection:
        cost = trunk(sites)
        marginal = [cost - trunk([s for s in sites if s != i]) if i in sites
                    else trunk([*sites, i]) - cost for i in range(n)]  # fmt: skip
        return Connection(cost, np.array(marginal))

    return within, cheapest, connect, chance.uniform(1, 10, n)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_joint_answer_is_never_worse_than_two_steps(seed: int) -> None:
    within, cheapest, connect, own = engines(seed)
    goal = joint_plan(cheapest, connect, own)
    assert goal.gained == 0
    assert goal.saved >= -1e-9
    budget = float(np.random.default_rng(seed).uniform(5, 120))

    def engine(costs, limit):
        # As geo.siting does, it refuses a budget that builds nothing.
        if limit < costs.min():
            raise RangeError("builds nothing")
        return within(costs, limit)

    if own.min() * 2 + 100 > budget:
        budget += 100  # the cheapest site alone fits with any backhaul
    found = joint_plan(engine, connect, own, budget=budget)
    assert found.gained >= 0
    assert found.saved >= -1e-9 or found.gained > 0
    for answer in (found.best, found.two_step):
        assert answer.cost <= budget * (1 + 1e-6)
        assert answer.cost == pytest.approx(answer.site_cost + connect(answer.selected).cost)


def test_it_is_better_in_a_good_part_of_cases() -> None:
    saved = [joint_plan(*_goal(seed)).saved for seed in range(30)]
    assert sum(amount > 1e-6 for amount in saved) >= 8


def _goal(seed: int):
    _, cheapest, connect, own = engines(seed)
    return cheapest, connect, own


def test_a_near_site_is_taken_for_a_far_one_that_costs_less_itself() -> None:
    # Both cover all; the far one is 1 cheaper and needs 100 of backhaul.
    def siting(costs, _budget):
        return Chosen((int(np.argmin(costs)),), 9.0)

    def connect(sites):
        way = np.array([5.0, 100.0])
        return Connection(float(way[list(sites)].sum()), way)

    found = joint_plan(siting, connect, [10.0, 9.0])
    assert isinstance(found, JointResult)
    assert (found.two_step.selected, found.best.selected) == ((1,), (0,))
    assert found.saved == pytest.approx(109 - 15)


def test_bad_joint_input_is_told() -> None:
    within, _, connect, own = engines(1)
    for costs, budget, rounds in (([np.nan], None, 6), ([-1.0], None, 6), (own, -1.0, 6),
                                  (own, float("nan"), 6), (own, 5.0, 0)):  # fmt: skip
        with pytest.raises(RangeError):
            joint_plan(within, connect, costs, budget=budget, rounds=rounds)
    with pytest.raises(InputError, match="least that was"):
        joint_plan(lambda _c, _b: Chosen((0,), 1.0), connect, own, budget=0.0)
    with pytest.raises(InputError, match="does not exist"):
        joint_plan(lambda _c, _b: Chosen((99,), 1.0), connect, own)


def test_what_a_candidate_adds_is_its_way_to_the_nearest_place_or_the_other_kind() -> None:
    cost = nearest_link_cost(([100.1, 101.0], [25.0, 25.0]), ([100.0, 100.2], [25.0, 25.0]),
                             per_km=10.0, once=5.0, most=400.0)  # fmt: skip
    assert cost == pytest.approx([5 + 10 * 10.095, 400.0], rel=1e-3)


def test_a_chosen_site_adds_what_it_pays_and_others_their_way_alone() -> None:
    prices = BackhaulPrices(10.0, 5.0, 1.0, 1.0, satellite=400.0)
    sites = [100.1, 100.2, 101.0], [25.0] * 3
    alone = nearest_link_cost(sites, ([100.0], [25.0]), per_km=10.0, once=5.0, most=400.0)
    found = backhaul(([100.1, 100.2], [25.0, 25.0]), ([100.0], [25.0]), prices, BackhaulRule(1.0))
    both = connection((0, 1), found, alone)
    assert both.cost == pytest.approx(both.marginal[:2].sum())
    assert both.marginal[1] < alone[1]
    assert both.marginal[2] == alone[2] == 400.0
