"""Choice of one plan per group for a goal, and the prices of money and weight that follow.

The linear program over the known plans of all groups (Dantzig and Wolfe 1960,
doi:10.1287/opre.8.1.101) gives the price of money and, for each group of villages with a least
weight, of weight; groups are solved at these prices, their plans added, until none is better. For
any prices λ > 0 and ν ≥ 0, with g the worth of the groups, T the least weights and B the budget:

    weight ≤ λ B + Σ g(λ, ν) − Σ ν T        cost ≥ (weight asked + Σ ν T − Σ g(λ, ν)) / λ
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from geo.network_design.pricing import GroupPlan, PricedGroup
from geo.network_design.problem import Flags, Floats, Ints, MoneyGoal
from geo.siting import highs
from geo.siting.clock import SolverClock

#: Nodes of the integer program, and gap at which it ends.
_NODES, _GAP = 2_000, 1e-6
#: Cost of a missing unit, in units of the dearest plan (or of all weight).
_PENALTY = 1e3
#: Share by which sums may miss a limit in rounding, and a budget, which holds to the fen.
ROUNDING, EXACT = 1e-9, 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Worth of a unit of money, and of a unit of each group's weight beyond 1."""

    money: float
    raised: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One plan per group, and what they sum to; ``missing`` is the weight short of the limits."""

    plans: tuple[GroupPlan, ...]
    weight: Floats
    cost: float

    @property
    def covered(self) -> float:
        """Weight served."""
        return float(self.weight.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """A goal with the least weight of each group of villages, and all weight that can be served."""

    goal: MoneyGoal
    least: Floats
    most: float

    @property
    def wanted(self) -> float:
        """Weight asked."""
        return min(self.goal.least, self.most)

    def met(self, choice: Choice) -> bool:
        """Return whether a choice respects all limits.

        Parameters
        ----------
        choice
            The choice.

        Returns
        -------
        met
            True if it does.
        """
        if (choice.weight < self.least * (1 - ROUNDING)).any():
            return False
        if self.goal.budget is not None:
            return choice.cost <= self.goal.budget * (1 + EXACT)
        return choice.covered >= self.wanted * (1 - ROUNDING)

    def better(self, one: Choice, other: Choice | None) -> bool:
        """Return whether a choice is the better one.

        Parameters
        ----------
        one, other
            Choices; None for none.

        Returns
        -------
        better
            True if ``one`` respects the limits and serves more, or as much for less money.
        """
        if not self.met(one):
            return False
        if other is None:
            return True
        if self.goal.budget is None:
            return one.cost < other.cost
        return (one.covered, -one.cost) > (other.covered, -other.cost)

    def lagrangian(self, groups: Sequence[PricedGroup], prices: Prices) -> float:
        """Return what the worth of the groups at prices says of the goal.

        Parameters
        ----------
        groups, prices
            Groups, and the prices at which their bounds are taken.

        Returns
        -------
        bound
            Greatest weight, or least cost; it may exceed what is possible.
        """
        worth = sum(group.upper(prices.raised, prices.money) for group in groups)
        shares = float(prices.raised @ self.least)
        if self.goal.budget is not None:
            found = prices.money * self.goal.budget + worth - shares
            return float(found + ROUNDING * abs(found))
        found = (self.wanted + shares - worth) / prices.money
        return float(found - ROUNDING * abs(found))

    def bound(self, groups: Sequence[PricedGroup], prices: Prices) -> float:
        """Return the bound at prices: at most all weight, at least no cost.

        Parameters
        ----------
        groups, prices
            Groups, and the prices at which their bounds are taken.

        Returns
        -------
        bound
            Greatest weight, or least cost.
        """
        found = self.lagrangian(groups, prices)
        return max(found, 0.0) if self.goal.budget is None else min(found, self.most)

    def tighter(self, one: float, other: float) -> float:
        """Return the stronger of two bounds.

        Parameters
        ----------
        one, other
            Bounds on the goal.

        Returns
        -------
        bound
            The greater on a cost, the lesser on a weight.
        """
        return max(one, other) if self.goal.budget is None else min(one, other)

    def gap(self, choice: Choice, bound: float) -> float:
        """Return the gap of a choice.

        Parameters
        ----------
        choice, bound
            A choice, and a bound on the goal.

        Returns
        -------
        gap
            Share of the greater of value and bound, 0–1.
        """
        value = choice.cost if self.goal.budget is None else choice.covered
        greater = max(value, bound)
        return abs(bound - value) / greater if greater > 0 else 0.0


class Master:
    """The program over the known plans of all groups.

    Parameters
    ----------
    groups
        The groups.
    limits
        Goal and least weights.
    clock
        Time limit and cancellation.
    """

    def __init__(self, groups: Sequence[PricedGroup], limits: Limits, clock: SolverClock) -> None:
        self.groups, self.limits, self.clock = groups, limits, clock
        self.asked = np.flatnonzero(limits.least > 0)

    def prices(self) -> Prices:
        """Return the prices at the optimum of the linear program.

        Returns
        -------
        prices
            Prices of money and of the groups' weights, at least 0.
        """
        program, plans, _ = self._program(whole=False)
        solver = highs.prepared(program, self.clock)
        solver.run()
        dual = np.abs(np.asarray(solver.getSolution().row_dual, dtype=float))
        raised = np.zeros(len(self.limits.least))
        first = float(dual[0]) if len(dual) else 0.0
        shares = dual[1 : 1 + len(self.asked)]
        floor = self.least_price(plans)
        if self.limits.goal.budget is not None:
            raised[self.asked] = shares
            return Prices(max(first, floor), raised)
        money = max(1.0 / first if first > 0 else np.inf, floor)
        if not np.isfinite(money):
            # All is fixed by the least weights: a little worth of all weight keeps the bound whole.
            money = 1e6 * floor
        raised[self.asked] = shares * money
        return Prices(float(money), raised)

    def least_price(self, plans: Sequence[GroupPlan]) -> float:
        """Return a price of money at which everything is served.

        Parameters
        ----------
        plans
            The known plans.

        Returns
        -------
        price
            Above 0.
        """
        dearest = max((plan.cost for plan in plans), default=0.0)
        weights = np.concatenate([group.group.weights for group in self.groups])
        least = weights[weights > 0].min(initial=1.0)
        return float(0.5 * least / dearest) if dearest > 0 else 1.0

    def whole(self) -> Choice | None:
        """Return the best choice of one plan per group.

        Returns
        -------
        choice
            None where the known plans do not meet the limits.
        """
        program, plans, of = self._program(whole=True)
        outcome = highs.maximise(program, self.clock, nodes=_NODES)
        if outcome.values is None:
            return None
        taken = [int(np.flatnonzero(row)[0]) for row in _split(outcome.values > 0.5, of)]
        starts = np.searchsorted(of, np.arange(len(self.groups)))
        return chosen_of([plans[start + at] for start, at in zip(starts, taken, strict=True)])

    def _program(self, *, whole: bool) -> tuple[highs.IntegerProgram, list[GroupPlan], Ints]:
        """Columns are plans and, in the linear program, what is missing; rows limits and groups."""
        limits, goal = self.limits, self.limits.goal
        plans = [plan for group in self.groups for plan in group.plans]
        of = np.repeat(np.arange(len(self.groups)), [len(group.plans) for group in self.groups])
        cost = np.array([plan.cost for plan in plans])
        weight = np.array([plan.weight for plan in plans]).reshape(len(plans), -1)
        covered = weight.sum(axis=1)
        first = covered if goal.budget is None else cost
        ones = sp.csr_array((np.ones(len(plans)), (of, np.arange(len(plans)))))
        matrix = sp.csr_array(sp.vstack([first[None, :], weight[:, self.asked].T, ones]))
        rows = 1 + len(self.asked)
        share = limits.least[self.asked] * (1 - ROUNDING)
        if goal.budget is None:
            low, high = limits.wanted * (1 - ROUNDING), np.inf
            gain, loss = -cost, _PENALTY * max(float(cost.max(initial=0.0)), 1.0)
        else:
            low, high = -np.inf, goal.budget * (1 + EXACT)
            gain, loss = covered, _PENALTY
        missing = 0 if whole else rows
        if missing:
            # A plan beyond the budget is missing money, one below a weight is missing weight.
            sign = np.ones(rows)
            sign[0] = 1.0 if goal.budget is None else -1.0
            extra = sp.csr_array(
                (sign, (np.arange(rows), np.arange(rows))), (matrix.shape[0], rows)
            )
            matrix = sp.hstack([matrix, extra])
        columns = len(plans) + missing
        most = np.ones(columns)
        most[len(plans) :] = np.inf
        penalty = np.full(missing, -loss)
        return (
            highs.IntegerProgram(
                np.concatenate([gain, penalty]), sp.csc_array(matrix),
                np.concatenate([[low], share, np.ones(len(self.groups))]),
                np.concatenate([[high], np.full(len(share), np.inf), np.ones(len(self.groups))]),
                np.zeros(columns), most,
                np.append(np.full(len(plans), whole), np.zeros(missing, dtype=bool)),
            ),
            plans, of,
        )  # fmt: skip


def chosen_of(plans: Sequence[GroupPlan]) -> Choice:
    """Return the sums of one plan per group.

    Parameters
    ----------
    plans
        One plan per group.

    Returns
    -------
    choice
        Plans, weights and cost.
    """
    weight = np.sum([plan.weight for plan in plans], axis=0)
    return Choice(tuple(plans), np.asarray(weight, float), sum(plan.cost for plan in plans))


def _split(flags: Flags, of: Ints) -> list[Flags]:
    return np.split(flags, np.flatnonzero(np.diff(of)) + 1)
