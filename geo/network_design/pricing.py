"""Worth of a group at prices of money and of weight: known plans from below, bounds from above.

The greatest worth g(λ) = max (weight − λ · cost) is convex and falling in the price λ of money.
Between two prices it lies below the chord of upper bounds known there; where the best known plan
comes close to that, nothing is solved. Bounds are rounded outwards. Of a group with few variants
all choices are noted, and nothing is ever solved.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from geo.network_design.groups import Group
from geo.network_design.problem import Flags, Floats, Ints
from geo.network_design.program import GroupProgram
from geo.siting.clock import SolverClock

#: Most variants whose choices are all noted.
_FEW = 4
#: Most plans that are made of one by exchanging single sites.
_MOST_VARIED = 4_000
#: Share of a bound by which a chord is rounded outwards.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class GroupPlan:
    """A choice in a group: variants, weight per group of villages, cost with its cheapest tree."""

    chosen: Flags
    weight: Floats
    cost: float


class PricedGroup:
    """A group with the plans and bounds found so far.

    Parameters
    ----------
    group
        The group.
    counted
        Number of groups of villages whose weight is counted.
    clock
        Time limit and cancellation.
    """

    def __init__(self, group: Group, counted: int, clock: SolverClock) -> None:
        self.group, self.counted = group, counted
        self.clock = clock
        self.plans: list[GroupPlan] = []
        self.known: set[bytes] = set()
        # Per worth of weight: price of money → upper bound.
        self.bounds: dict[bytes, dict[float, float]] = {}
        self.mine = np.unique(group.groups)
        free = _free(group)
        self.known_whole = len(free) <= _FEW
        if self.known_whole:
            self._enumerate(free)
        else:
            self.searched(np.zeros(counted) - 1.0, 1.0, np.zeros(len(group.own), dtype=bool))

    def _enumerate(self, free: Ints) -> None:
        """Note all choices but those that serve no more than a cheaper one."""
        group = self.group
        places, fixed = group.place, group.option
        asked = len(np.unique(fixed[fixed >= 0]))
        found = []
        for flags in product((False, True), repeat=len(free)):
            chosen = np.ones(len(group.own), dtype=bool)
            chosen[free] = flags
            if len(np.unique(places[chosen])) < chosen.sum() or (fixed[chosen] >= 0).sum() < asked:
                continue
            cost = group.cost(chosen)
            if np.isfinite(cost):
                found.append(self._plan(chosen, cost))
        for plan in sorted(found, key=lambda plan: (plan.cost, -float(plan.weight.sum()))):
            if not any((other.weight >= plan.weight).all() for other in self.plans):
                self.add(plan.chosen, plan.cost)

    @cached_property
    def program(self) -> GroupProgram:
        """The group's program, made when it is first needed."""
        return GroupProgram(self.group, self.clock)

    def again(self, clock: SolverClock) -> None:
        """Take another clock.

        Parameters
        ----------
        clock
            Time limit and cancellation.
        """
        self.clock = clock
        if "program" in self.__dict__:
            self.program.clock, self.program.solver = clock, None

    def _with_fixed(self, chosen: Flags) -> Flags:
        """Add the cheapest variant by itself of each fixed option that a choice lacks."""
        group, full = self.group, chosen.copy()
        alone = group.cost_alone
        for option in np.unique(group.option[group.option >= 0]):
            variants = np.flatnonzero(group.option == option)
            if not full[variants].any():
                full[group.place == group.place[variants[0]]] = False
                full[variants[np.argmin(alone[variants])]] = True
        return full

    def add(self, chosen: Flags, cost: float) -> None:
        """Note a plan.

        Parameters
        ----------
        chosen, cost
            (variants,) the choice and its cost; an infinite one is ignored.
        """
        key = np.packbits(chosen).tobytes()
        if key not in self.known and np.isfinite(cost):
            self.known.add(key)
            self.plans.append(self._plan(chosen, cost))

    def plan_of(self, chosen: Flags) -> GroupPlan | None:
        """Return a choice as a plan with its cheapest tree; it is noted.

        Parameters
        ----------
        chosen
            (variants,) the choice.

        Returns
        -------
        plan
            None where its places cannot be joined.
        """
        cost = self.group.cost(chosen)
        if not np.isfinite(cost):
            return None
        self.add(chosen, cost)
        return self._plan(chosen, cost)

    def reduced(self, raised: Floats, price: float) -> tuple[Floats | None, Floats, float]:
        """Solve the linear program; return reduced costs, values and worth.

        Parameters
        ----------
        raised, price
            Worth of weight beyond 1, and of money.

        Returns
        -------
        reduced, values, worth
            (columns,) reduced costs (None if the time is over), (columns,) values, and the optimum.
        """
        worth, values = self.program.relaxed(self._worth(raised), price)
        if values is None:
            return None, np.zeros(0), worth
        return self.program.reduced(), values, worth

    def _plan(self, chosen: Flags, cost: float) -> GroupPlan:
        served = self.group.served(chosen)
        weight = np.bincount(
            self.group.groups[served], self.group.weights[served], self.counted
        ).astype(float)
        return GroupPlan(chosen, weight, cost)

    def _worth(self, raised: Floats) -> Floats:
        return self.group.weights * (1.0 + raised[self.group.groups])

    def lower(self, raised: Floats, price: float) -> float:
        """Return the worth of the best known plan.

        Parameters
        ----------
        raised
            (counted,) worth of a unit of weight beyond 1.
        price
            Worth of a unit of money.

        Returns
        -------
        worth
            −infinity without a plan.
        """
        return max(
            (float(plan.weight @ (1.0 + raised)) - price * plan.cost for plan in self.plans),
            default=-np.inf,
        )

    def upper(self, raised: Floats, price: float) -> float:
        """Return the best bound known on the worth of any plan, of all prices solved.

        Parameters
        ----------
        raised
            (counted,) worth of a unit of weight beyond 1.
        price
            Worth of a unit of money.

        Returns
        -------
        worth
            Upper bound.
        """
        if self.known_whole:
            return self.lower(raised, price)
        solved = self.bounds.get(raised[self.mine].tobytes(), {})
        if price in solved:
            return solved[price]
        # Without money everything is served.
        low, at_low = 0.0, float(self._worth(raised).sum())
        high, at_high = np.inf, 0.0
        for other, bound in solved.items():
            if low < other < price:
                low, at_low = other, bound
            elif price < other < high:
                high, at_high = other, bound
        if np.isinf(high):
            return at_low
        share = (price - low) / (high - low)
        chord = (1 - share) * at_low + share * at_high
        return chord + _ROUNDING * (1.0 + abs(at_low) + abs(at_high))

    def is_solved(self, raised: Floats, price: float) -> bool:
        """Return whether a bound at exactly these prices is known.

        Parameters
        ----------
        raised, price
            Worth of weight beyond 1, and of money.

        Returns
        -------
        solved
            True if it is.
        """
        return self.known_whole or price in self.bounds.get(raised[self.mine].tobytes(), {})

    def searched(self, raised: Floats, price: float, start: Flags) -> Flags:
        """Note the plan that exchanges find at prices, from a start.

        Parameters
        ----------
        raised, price
            Worth of weight beyond 1, and of money.
        start
            (variants,) where the search starts.

        Returns
        -------
        chosen
            (variants,) where it ends.
        """
        if self.known_whole:
            return start
        found = self.group.improved(self._worth(raised), price, self._with_fixed(start))
        self.add(*found)
        return found[0]

    def best(self, raised: Floats, price: float) -> GroupPlan:
        """Return the best known plan at prices.

        Parameters
        ----------
        raised, price
            Worth of weight beyond 1, and of money.

        Returns
        -------
        plan
            The plan.
        """
        worth = np.array(
            [float(plan.weight @ (1.0 + raised)) - price * plan.cost for plan in self.plans]
        )
        # Of equally good plans the cheapest.
        near = np.flatnonzero(worth >= worth.max() - _ROUNDING * (1.0 + abs(worth.max())))
        return min((self.plans[at] for at in near), key=lambda plan: plan.cost)

    def thin_out(self, raised: Floats, price: float) -> None:
        """Note the best plan without each of its sites.

        Parameters
        ----------
        raised, price
            Worth of weight beyond 1, and of money.
        """
        best = self.best(raised, price)
        for variant in np.flatnonzero(best.chosen & (self.group.option < 0)).tolist():
            fewer = best.chosen.copy()
            fewer[variant] = False
            self.plan_of(fewer)

    def vary(self, chosen: Flags) -> None:
        """Note the plans that one site less, one more, or one in place of another make of a choice.

        Where these are too many, none is.

        Parameters
        ----------
        chosen
            (variants,) the choice.
        """
        group, nothing = self.group, np.array([-1])
        less = np.append(nothing, np.flatnonzero(chosen & (group.option < 0)))
        more = np.append(nothing, np.flatnonzero(~chosen))
        if len(less) * len(more) > _MOST_VARIED:
            return
        for out, into in product(less.tolist(), more.tolist()):
            other = chosen.copy()
            if out >= 0:
                other[out] = False
            if into >= 0:
                if other[group.place == group.place[into]].any():
                    continue
                other[into] = True
            self.plan_of(other)

    def solve(self, raised: Floats, price: float) -> None:
        """Solve the linear program, round it and improve what results.

        Parameters
        ----------
        raised
            (counted,) worth of a unit of weight beyond 1.
        price
            Worth of a unit of money.
        """
        weight = self._worth(raised)
        bound, values = self.program.relaxed(weight, price)
        if values is not None:
            self.searched(raised, price, values[: len(self.group.own)] > 0.5)
        self._note(raised, price, bound)

    def branch(self, raised: Floats, price: float, nodes: int) -> None:
        """Solve the integer program within a number of nodes.

        Parameters
        ----------
        raised
            (counted,) worth of a unit of weight beyond 1.
        price
            Worth of a unit of money.
        nodes
            Most nodes of each search tree.
        """
        weight = self._worth(raised)
        best = self.best(raised, price)
        bound, chosen = self.program.whole(weight, price, best.chosen, nodes)
        if chosen is not None:
            self.searched(raised, price, chosen)
        self._note(raised, price, bound)

    def _note(self, raised: Floats, price: float, bound: float) -> None:
        solved = self.bounds.setdefault(raised[self.mine].tobytes(), {})
        solved[price] = min(bound, self.upper(raised, price))


def _free(group: Group) -> Ints:
    """Return the variants that a choice may lack: all but the only ones of fixed options."""
    of = np.unique(group.option, return_inverse=True, return_counts=True)
    only = (group.option >= 0) & (of[2][of[1].ravel()] == 1)
    return np.flatnonzero(~only)
