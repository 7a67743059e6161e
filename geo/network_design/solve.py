"""Network design under money: sites with their links for a budget or a least weight, with a bound.

Work is counted in rounds and nodes, not in time: equal problems give equal plans and bounds on any
machine. The time limit only ends a run early, which the plan says.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from functools import partial

import numpy as np

from geo.errors import InputError
from geo.network_design.closing import ENOUGH, TINY, Closed, closed
from geo.network_design.first import first_choice
from geo.network_design.groups import groups_of
from geo.network_design.master import ROUNDING, Choice, Limits, Master, Prices, chosen_of
from geo.network_design.pricing import PricedGroup
from geo.network_design.problem import Floats, Ints, MoneyGoal, NetworkPlan, NetworkProblem
from geo.siting.clock import SolverClock
from geo.siting.problem import SolverRun

#: Prices of the first plans, as shares of the one at which a typical site pays.
_FIRST = 4.0 ** np.arange(-3.0, 3.0)
#: Most rounds of prices, and of integer programs; nodes of the first of these.
_ROUNDS, _BRANCHES, _NODES = 40, 4, 60
#: Gap of linear and integer programs at which the search ends (share of the bound).
_CLOSE, _ENOUGH = 2e-6, 2e-4
#: Variants up to which single sites of the choice are exchanged.
_SMALL = 600
#: Most groups that are worked on side by side.
_WORKERS = 4
#: Gap of a proven optimum.
_PROVEN = 1e-8


def designed(problem: NetworkProblem, goal: MoneyGoal, run: SolverRun) -> NetworkPlan:
    """Choose variants for a goal.

    Parameters
    ----------
    problem
        Variants, villages and ways.
    goal
        Budget or least weight.
    run
        Time limit, progress and cancellation.

    Returns
    -------
    plan
        The best choice found, with its bound.
    """
    return Search(problem, goal, run).run()


class Search:
    """The search for a plan: groups with what is known of them, prices, bound and choice.

    Parameters
    ----------
    problem
        Variants, villages and ways.
    goal
        Budget or least weight.
    run
        Time limit, progress and cancellation.
    """

    def __init__(self, problem: NetworkProblem, goal: MoneyGoal, run: SolverRun) -> None:
        self.problem, self.clock = problem, SolverClock(run)
        most = float(problem.weights[problem.reachable].sum())
        self.limits = Limits(goal, problem.least, most)
        # Money in units of a typical site.
        self.unit = float(np.median(problem.own[problem.own > 0])) if problem.own.any() else 1.0
        self.limits = replace(self.limits, goal=_scaled(goal, self.unit))
        scaled = replace(
            problem, own=problem.own / self.unit, root=problem.root / self.unit,
            money=problem.money / self.unit,
        )  # fmt: skip
        self.groups = [
            PricedGroup(group, len(problem.least), self.clock) for group in groups_of(scaled)
        ]
        self.master = Master(self.groups, self.limits, self.clock)
        self.bound = 0.0 if goal.budget is None else most
        self.prices: Prices | None = None
        self.choice: Choice | None = None
        self._start()

    def run(self) -> NetworkPlan:
        """Return the plan for the goal.

        Returns
        -------
        plan
            The best choice found, with its bound.
        """
        self.priced()
        self.branched()
        self.closed()
        return self.plan()

    def _start(self) -> None:
        """Add the plans that exchanges alone find at some prices."""
        found = first_choice(self.groups, self.limits)
        if self.limits.met(found):
            self.choice = found
        self._report(0.1)
        raised = np.zeros(len(self.limits.least))
        for group in self.groups:
            own = group.group
            typical = own.weights.sum() / max(own.cost_alone.sum(), 1e-9)
            chosen = np.zeros(len(own.own), dtype=bool)
            for share in _FIRST[::-1]:
                chosen = group.searched(raised, share * typical, chosen)

    def _note(self, prices: Prices) -> None:
        """Keep the bound at prices, and the prices, if it is the strongest."""
        found = self.limits.bound(self.groups, prices)
        if self.prices is None or self.limits.tighter(found, self.bound) == found:
            self.bound, self.prices = self.limits.tighter(found, self.bound), prices

    def _worth(self, prices: Prices) -> float:
        """Return the value of the goal in units of weight, that gaps are a share of."""
        if self.limits.goal.budget is not None:
            return max(self.bound, 1.0)
        dear = sum(group.best(prices.raised, prices.money).cost for group in self.groups)
        return max(dear * prices.money, ROUNDING)

    def _report(self, share: float) -> None:
        value = 0.0
        if self.choice is not None:
            budget = self.limits.goal.budget
            value = self.choice.cost * self.unit if budget is None else self.choice.covered
        bound = self.bound * (self.unit if self.limits.goal.budget is None else 1.0)
        self.clock.report(share, value, bound)

    @property
    def cheapest(self) -> float:
        """Cost of what must be built [money]."""
        return self.unit * sum(min(plan.cost for plan in group.plans) for group in self.groups)

    @property
    def dearest(self) -> float:
        """Cost of the dearest plan known of each group [money]."""
        return self.unit * sum(max(plan.cost for plan in group.plans) for group in self.groups)

    def again(self, run: SolverRun) -> None:
        """Give the search a new time limit, progress and cancellation.

        Parameters
        ----------
        run
            They start now.
        """
        self.clock = SolverClock(run)
        for group in self.groups:
            group.again(self.clock)

    def within(self, budget: float) -> Search:
        """Return the search for another budget, with all plans and bounds found so far.

        Parameters
        ----------
        budget
            Greatest cost [money].

        Returns
        -------
        search
            Shares the groups; its bound and choice are its own.
        """
        other = copy(self)
        other.limits = replace(self.limits, goal=MoneyGoal(budget=budget / self.unit))
        other.master = Master(self.groups, other.limits, self.clock)
        other.bound, other.prices, other.choice = self.limits.most, None, None
        return other

    def best_at_prices(self) -> NetworkPlan | None:
        """Return the plan that is best for its own cost at the prices found.

        Returns
        -------
        plan
            The best known plan of each group at these prices, with the bound for what it costs;
            None where it misses a least weight.
        """
        prices = self.prices or self.master.prices()
        choice = chosen_of([group.best(prices.raised, prices.money) for group in self.groups])
        found = self.within(choice.cost * self.unit)
        if not found.limits.met(choice):
            return None
        found.choice, found.prices = choice, prices
        found.bound = max(found.limits.bound(self.groups, prices), choice.covered)
        return found.plan()

    def priced(self, close: float = _CLOSE) -> None:
        """Solve the groups at the prices of the known plans until bound and plans are close.

        Parameters
        ----------
        close
            Distance that groups not solved at the last prices may leave, as a share of the goal.
        """
        for number in range(_ROUNDS):
            if self.clock.over():
                return
            prices = self.master.prices()
            raised, money = prices.raised, prices.money
            gaps = np.array([
                0.0 if group.is_solved(raised, money)
                else group.upper(raised, money) - group.lower(raised, money)
                for group in self.groups
            ])  # fmt: skip
            open_ = [self.groups[at] for at in _widest(gaps, close * self._worth(prices))]
            self._each(open_, partial(PricedGroup.solve, raised=raised, price=money))
            self._note(prices)
            self._report(0.1 + 0.5 * (number + 1) / _ROUNDS)
            if not open_:
                return

    def _each(self, groups: Sequence[PricedGroup], work: Callable[[PricedGroup], None]) -> None:
        """Work on groups side by side until the time is over: none depends on another."""

        def one(group: PricedGroup) -> None:
            if not self.clock.over():
                work(group)

        workers = min(len(groups), os.cpu_count() or 1, _WORKERS)
        if workers <= 1:
            for group in groups:
                one(group)
            return
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(one, groups):
                pass

    def branched(self, close: float = _CLOSE) -> None:
        """Branch where bound and plans are farthest apart, until the whole is close.

        Parameters
        ----------
        close
            As for :meth:`priced`, after each round.
        """
        for number in range(_BRANCHES):
            if self.prices is None or self.clock.over():
                break
            prices = self.prices
            raised, money = prices.raised, prices.money
            gaps = np.array([group.upper(raised, money) - group.lower(raised, money)
                             for group in self.groups])  # fmt: skip
            allowed = _ENOUGH * self._worth(prices) / 2
            open_ = [self.groups[at] for at in _widest(gaps, allowed)]
            if not open_:
                break
            nodes = _NODES * 4**number
            self._each(open_, partial(PricedGroup.branch, raised=raised, price=money, nodes=nodes))
            self._note(prices)
            self.priced(close)
        self._choose()

    def _choose(self) -> None:
        """Choose among the known plans and those that lack one of their sites."""
        prices = self.prices or self.master.prices()
        for group in self.groups:
            group.thin_out(prices.raised, prices.money)
        self._take(self.master.whole())
        if len(self.problem.own) <= _SMALL:
            self._vary()
        self._report(0.8)

    def _vary(self) -> None:
        """Exchange single sites of the choice: few groups have few plans to choose among."""
        before = None
        while self.choice is not None and self.choice is not before and not self.clock.over():
            before = self.choice
            for group, plan in zip(self.groups, before.plans, strict=True):
                group.vary(plan.chosen)
            self._take(self.master.whole())

    def _take(self, found: Choice | None) -> None:
        if found is not None and self.limits.better(found, self.choice):
            self.choice = found

    def closed(self) -> None:
        """Run the closing program where the problem is small or the gap wide."""
        if self.prices is None or self.clock.over():
            return
        gap = 1.0 if self.choice is None else self.limits.gap(self.choice, self.bound)
        if gap <= (0.0 if len(self.problem.own) <= TINY else ENOUGH):
            return
        found = closed(
            self.groups, self.limits, self.prices, Closed(self.choice, self.bound), self.clock
        )
        self.choice, self.bound = found.choice, found.bound

    def plan(self) -> NetworkPlan:
        """Return what was found.

        Returns
        -------
        plan
            Choice, bound and prices in the problem's own units.

        Raises
        ------
        InputError
            If no choice that was tried respects the limits.
        """
        if self.choice is None:
            raise InputError("network.no_choice")
        limits, choice = self.limits, self.choice
        chosen = np.sort(np.concatenate(
            [group.group.variants[plan.chosen]
             for group, plan in zip(self.groups, choice.plans, strict=True)]
        ))  # fmt: skip
        gap, budget = limits.gap(choice, self.bound), limits.goal.budget
        stopped = "proven" if gap <= _PROVEN else "effort"
        if stopped != "proven" and self.clock.over():
            stopped = "cancelled" if self.clock.cancelled else "time"
        prices = self.prices or Prices(0.0, np.zeros(len(limits.least)))
        options = np.sort(self.problem.option[chosen])
        return NetworkPlan(
            tuple(chosen.tolist()), tuple(options.tolist()), choice.covered,
            choice.cost * self.unit,
            self.bound * (self.unit if budget is None else 1.0),
            prices.money / self.unit, prices.raised, stopped,
        )  # fmt: skip


def _scaled(goal: MoneyGoal, unit: float) -> MoneyGoal:
    return goal if goal.budget is None else replace(goal, budget=goal.budget / unit)


def _widest(gaps: Floats, allowed: float) -> Ints:
    """Return the numbers of the widest gaps, without which the others sum to what is allowed."""
    order = np.argsort(gaps, kind="stable")
    return order[np.cumsum(gaps[order]) > allowed][::-1]
