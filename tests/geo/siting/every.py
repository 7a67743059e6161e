"""Every selection of a small problem: the optimum without a solver, in whole fen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from itertools import chain, combinations, product
from typing import Any

import numpy as np
from scipy.optimize import linprog

from geo.siting import LimitConflict, SitingProblem

#: Sums that differ by this share of the whole are equal.
ROUNDING = 1e-9

Choice = tuple[int, ...]


class Every:
    """A problem and all of its selections.

    With capacities each selection has its best service: by enumeration where villages are served as
    a whole, by a linear program where they are split.
    """

    def __init__(self, problem: SitingProblem) -> None:
        self.problem = problem
        self.reach = np.asarray(problem.coverage).astype(bool).copy()
        self.reach[list(problem.forbidden)] = False
        self.weights = np.asarray(problem.weights, dtype=float)
        self.options = range(len(self.reach))
        self.total = float(self.weights.sum())
        costs = np.zeros(len(self.reach)) if problem.costs is None else np.asarray(problem.costs)
        self.cents = [round(100 * float(cost)) for cost in costs]
        self.groups = np.zeros(len(self.weights), dtype=int)
        if problem.groups is not None:
            self.groups = np.asarray(problem.groups)

    def changed(self, **limits: Any) -> Every:
        return Every(replace(self.problem, **limits))

    def relaxed(self, conflicts: Iterable[LimitConflict]) -> SitingProblem:
        """Return the problem with the values that are said to be possible."""
        problem = self.problem
        for one in conflicts:
            if one.limit == "p":
                problem = replace(problem, p=round(one.possible))
            elif one.limit == "budget":
                problem = replace(problem, budget=one.possible)
            elif one.limit == "least_share":
                group = int(one.subject)
                share = one.possible / float(self.weights[self.groups == group].sum())
                # A solver's split service has its rounding.
                share = max(0.0, share - 1e-6 * (problem.capacity is not None))
                problem = replace(problem, least_share={**problem.least_share, group: share})
        return problem

    def fen(self, choice: Choice) -> int:
        return sum(self.cents[i] for i in choice)

    @cached_property
    def choices(self) -> list[Choice]:
        """Selections that keep number, money, places, fixed and forbidden options."""
        asked = self.problem
        places = list(self.options) if asked.places is None else np.asarray(asked.places).tolist()
        budget = np.inf if asked.budget is None else round(100 * asked.budget + 1e-4)
        if asked.budget is not None and budget > 100 * asked.budget + 1e-4:
            budget -= 1
        most = len(self.reach) if asked.p is None else asked.p
        every = chain.from_iterable(combinations(self.options, n) for n in range(len(places) + 1))
        return [
            choice
            for choice in every
            if len(choice) <= most
            and set(asked.fixed) <= set(choice)
            and not set(asked.forbidden) & set(choice)
            and len({places[i] for i in choice}) == len(choice)
            and self.fen(choice) <= budget
        ]

    @cached_property
    def fitting(self) -> list[Choice]:
        """Selections that keep the least shares, too."""
        return [choice for choice in self.choices if self.covered(choice) >= 0]

    def fits(self, choice: Choice) -> bool:
        return choice in set(self.fitting)

    def least(self) -> dict[Any, float]:
        """Return the least weight of each group."""
        shares = self.problem.least_share
        return {g: s * float(self.weights[self.groups == g].sum()) for g, s in shares.items()}

    def enough(self, sums: dict[Any, float]) -> bool:
        return all(sums[g] >= least - ROUNDING * self.total for g, least in self.least().items())

    def by_group(self, amounts: np.ndarray) -> dict[Any, float]:
        return {g: float(amounts[self.groups == g].sum()) for g in np.unique(self.groups).tolist()}

    def met(self, choice: Choice) -> np.ndarray:
        return np.asarray(self.reach[list(choice)].any(axis=0))

    def covered(self, choice: Choice, *, shares: bool = True) -> float:
        """Return the greatest weight that a selection covers or serves; −1 if shares lack."""
        least = self.least() if shares else {}
        if self.problem.capacity is None:
            sums = self.by_group(self.weights * self.met(choice))
            return sum(sums.values()) if not shares or self.enough(sums) else -1.0
        if self.problem.split:
            return self.split(choice, least)[0]
        fits = [
            sum(sums.values())
            for used, sums in self.services
            if used <= set(choice) and (not shares or self.enough(sums))
        ]
        return max(fits, default=-1.0)

    @cached_property
    def services(self) -> list[tuple[set[int], dict[Any, float]]]:
        """Return all ways to serve whole villages: the sites that serve, and weight per group."""
        capacity = np.asarray(self.problem.capacity)
        ways = [[-1, *np.flatnonzero(self.reach[:, j])] for j in range(len(self.weights))]
        found = []
        for way in product(*ways):
            load = np.zeros(len(self.reach))
            for j, i in enumerate(way):
                if i >= 0:
                    load[i] += self.weights[j]
            if (load <= capacity * (1 + ROUNDING)).all():
                served = self.weights * (np.array(way) >= 0)
                found.append(({int(i) for i in way if i >= 0}, self.by_group(served)))
        return found

    def split(
        self, choice: Choice, least: dict[Any, float], fair: float | None = None
    ) -> tuple[float, float]:
        """Return the greatest weight served, and the greatest smallest share if ``fair`` is None.

        With ``fair`` every compared group has that share at least.
        """
        pairs = [(i, j) for i in choice for j in np.flatnonzero(self.reach[i])]
        if not pairs:
            low = 0.0 if self.compared() else 1.0
            fine = all(v <= ROUNDING * self.total for v in least.values())
            return (0.0 if fine and (fair or 0.0) <= low else -1.0), low
        unit = self.total or 1.0
        weight = np.array([self.weights[j] for _, j in pairs]) / unit
        sums = self.by_group(self.weights)
        rows, most = [], []
        for j in {j for _, j in pairs}:
            rows.append([float(at == j) for _, at in pairs])
            most.append(1.0)
        for i in choice:
            if np.isfinite(np.asarray(self.problem.capacity)[i]):
                rows.append([w * (at == i) for (at, _), w in zip(pairs, weight, strict=True)])
                most.append(float(np.asarray(self.problem.capacity)[i]) / unit)
        here = {g: [w * (self.groups[j] == g) for (_, j), w in zip(pairs, weight, strict=True)]
                for g in sums}  # fmt: skip
        for g, amount in least.items():
            rows.append([-value for value in here[g]])
            most.append(-amount / unit + ROUNDING)
        wide = [[*row, 0.0] for row in rows]
        for g in self.compared():
            wide.append([*(-value for value in here[g]), sums[g] / unit])
            most.append(ROUNDING)
        bounds = [(0, 1)] * len(pairs)
        most_fair = linprog([*np.zeros(len(pairs)), -1.0], wide, most, bounds=[*bounds, (0, 1)])
        low = fair if fair is not None else 0.0
        best = linprog([*-weight, 0.0], wide, most, bounds=[*bounds, (low, 1)])
        if best.status != 0 or most_fair.status != 0:
            return -1.0, -1.0
        return -float(best.fun) * unit, -float(most_fair.fun)

    def compared(self) -> list[Any]:
        """Return the groups of which some allowed option reaches something."""
        able = self.by_group(self.weights * self.reach.any(axis=0))
        return [g for g, weight in able.items() if weight > 0]

    def greatest(self) -> float | None:
        """Return the greatest weight; None if no selection keeps all limits."""
        return max((self.covered(choice) for choice in self.fitting), default=None)

    def target(self, share: float) -> float:
        return share * float(self.weights[self.reach.any(axis=0)].sum())

    def cheapest(self, share: float) -> int | None:
        """Return the least cost [fen] or number of a share; None if nothing covers it."""
        enough = [
            choice
            for choice in self.fitting
            if self.covered(choice) >= self.target(share) - ROUNDING * self.total
        ]
        number = self.problem.costs is None
        return min((len(c) if number else self.fen(c) for c in enough), default=None)

    def fairest(self) -> tuple[float, float] | None:
        """Return the greatest smallest share, and the greatest weight with it."""
        options = []
        sums, compared = self.by_group(self.weights), self.compared()

        def lowest(got: dict[Any, float]) -> float:
            return min((got[g] / sums[g] for g in compared), default=1.0)

        if self.problem.capacity is None:
            amounts = [self.by_group(self.weights * self.met(choice)) for choice in self.fitting]
            options = [(lowest(got), sum(got.values())) for got in amounts]
        elif not self.problem.split:
            chosen = [set(choice) for choice in self.fitting]
            options = [
                (lowest(got), sum(got.values()))
                for used, got in self.services
                if self.enough(got) and any(used <= choice for choice in chosen)
            ]
        else:
            least = self.least()
            best = max((self.split(c, least)[1] for c in self.fitting), default=None)
            if best is None:
                return None
            floor = max(0.0, best - 10 * ROUNDING)
            return best, max(self.split(c, least, floor)[0] for c in self.fitting)
        if not options:
            return None
        best = max(low for low, _ in options)
        return best, max(amount for low, amount in options if low >= best - ROUNDING)
