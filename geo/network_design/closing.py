"""Closing program: all groups in one integer program, to end the gap of a choice.

The prices of money leave a gap of up to the worth of one plan: little in a province, much in a
county. The whole program has the rows and cuts of all groups, the limits of the goal, and asks for
a better choice than the one known. Variants whose reduced cost exceeds the gap are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from geo.network_design.master import EXACT, ROUNDING, Choice, Limits, Prices, chosen_of
from geo.network_design.pricing import GroupPlan, PricedGroup
from geo.network_design.problem import Flags, Floats
from geo.siting import highs
from geo.siting.clock import SolverClock

#: Variants up to which the optimum is asked for, and gap that is enough above.
TINY, ENOUGH = 60, 8e-3
#: Rounds of cuts on whole solutions, and nodes of each search tree: up to there, and above.
_ROUNDS, _NODES = (30, 3), (4_000, 500)
#: Share by which a better choice is cheaper.
_CHEAPER = 1e-7


@dataclass(slots=True, eq=False)
class Closed:
    """The best choice, and the bound."""

    choice: Choice | None
    bound: float


def closed(
    groups: Sequence[PricedGroup], limits: Limits, prices: Prices, known: Closed,
    clock: SolverClock,
) -> Closed:  # fmt: skip
    """Look for a better choice until none can be better, or the nodes are used up.

    Parameters
    ----------
    groups
        The groups with their rows.
    limits
        Goal and least weights.
    prices
        Prices at the bound, for what may be left out.
    known
        Choice and bound so far.
    clock
        Time limit and cancellation.

    Returns
    -------
    closed
        Choice and bound; equal if the optimum was found.
    """
    best = Closed(known.choice, known.bound)
    tiny = sum(len(group.group.own) for group in groups) <= TINY
    whole = all((group.group.weights % 1 == 0).all() for group in groups)
    enough = 0.0 if tiny else ENOUGH
    ask = _Ask.beyond(limits, best.choice, enough, whole=whole)
    least, most = _columns_left(groups, limits, prices, ask)
    for _ in range(_ROUNDS[not tiny]):
        ask = _Ask.beyond(limits, best.choice, enough, whole=whole)
        program = replace(_program(groups, limits, ask), least=least, most=most)
        outcome = highs.maximise(program, clock, nodes=_NODES[not tiny], prove=enough)
        reach = -np.inf if outcome.infeasible else outcome.bound
        # Choices that were left out are no better than what was asked.
        if limits.goal.budget is None:
            best.bound = max(best.bound, min(-reach * (1 - ROUNDING), ask.proven))
        else:
            best.bound = min(best.bound, max(reach * (1 + ROUNDING), ask.proven))
        if outcome.infeasible or outcome.values is None:
            break
        found, fresh = _read(groups, outcome.values)
        if found is not None and limits.better(found, best.choice):
            best.choice = found
        elif not fresh:
            break
        near = best.choice is not None and limits.gap(best.choice, best.bound) <= enough
        if near or clock.over():
            break
    return best


@dataclass(frozen=True, slots=True)
class _Ask:
    """What a better choice must reach (``least`` weight, or at ``most`` that cost).

    If none does, ``proven`` is a bound.
    """

    least: float
    most: float
    proven: float

    @classmethod
    def beyond(cls, limits: Limits, choice: Choice | None, enough: float, *, whole: bool) -> _Ask:
        """Return what lies beyond a choice by a share of it."""
        budget = limits.goal.budget
        if budget is None:
            least = limits.wanted * (1 - ROUNDING)
            if choice is None:
                return cls(least, np.inf, np.inf)
            proven = choice.cost * (1 - enough)
            return cls(least, min(proven, choice.cost * (1 - _CHEAPER)), proven)
        most = budget * (1 + EXACT)
        if choice is None:
            return cls(0.0, most, -np.inf)
        proven = choice.covered * (1 + enough)
        step = 0.5 if whole else _CHEAPER * max(choice.covered, 1.0)
        return cls(max(proven, choice.covered + step), most, proven)

    def beside(self, limits: Limits, base: float, money: float) -> float:
        """Return the worth that lies between a bound at a price of money and this demand."""
        gap = abs(base - self.proven) * (money if limits.goal.budget is None else 1.0)
        return gap + 1e-6 * (1.0 + gap)


def _columns_left(
    groups: Sequence[PricedGroup], limits: Limits, prices: Prices, ask: _Ask
) -> tuple[Floats, Floats]:
    """Return bounds of all columns: a variant that no or every better choice has is set."""
    least, most = [], []
    slack = ask.beside(limits, limits.lagrangian(groups, prices), prices.money)
    for group in groups:
        program = group.program.program
        low, high = program.least.copy(), program.most.copy()
        reduced, values, worth = group.reduced(prices.raised, prices.money)
        if reduced is not None and np.isfinite(slack):
            n = len(group.group.own)
            # The bound of this group may be weaker than its linear program by the rounding alone.
            room = slack + max(0.0, worth - group.upper(prices.raised, prices.money))
            far = np.abs(reduced[:n]) > room
            high[:n][far & (values[:n] < 0.5) & (reduced[:n] < 0)] = 0.0
            low[:n][far & (values[:n] > 0.5) & (reduced[:n] > 0)] = 1.0
        least.append(low)
        most.append(high)
    return np.concatenate(least), np.concatenate(most)


def _program(groups: Sequence[PricedGroup], limits: Limits, ask: _Ask) -> highs.IntegerProgram:
    """Return all groups' rows, the limits of the goal, and the demand to be better."""
    parts = [group.program.with_rows() for group in groups]
    money = np.concatenate([group.program.money() for group in groups])
    weights, of, kinds = [], [], []
    for group in groups:
        n, ways, villages = group.program.widths
        weights.append(np.concatenate([np.zeros(n + ways), group.group.weights]))
        of.append(np.concatenate([np.full(n + ways, -1), group.group.groups]))
        kinds.append(np.arange(n + ways + villages) < n)
    weight, label = np.concatenate(weights), np.concatenate(of)
    asked = np.flatnonzero(limits.least > 0)
    shares = np.array([np.where(label == group, weight, 0.0) for group in asked])
    shares = shares.reshape(len(asked), len(weight))
    matrix = sp.vstack(
        [sp.block_diag([part.matrix for part in parts]), money[None, :], weight[None, :], shares]
    )
    return highs.IntegerProgram(
        weight if limits.goal.budget is not None else -money, sp.csc_array(matrix),
        np.concatenate([*(part.low for part in parts), [-np.inf, ask.least],
                        limits.least[asked] * (1 - ROUNDING)]),
        np.concatenate([*(part.high for part in parts), [ask.most, np.inf],
                        np.full(len(asked), np.inf)]),
        np.zeros(len(money)), np.ones(len(money)), np.concatenate(kinds),
    )  # fmt: skip


def _read(groups: Sequence[PricedGroup], values: Floats) -> tuple[Choice | None, bool]:
    """Return the choice with its cheapest trees, and whether rows were added."""
    plans: list[GroupPlan] = []
    fresh, start = False, 0
    for group in groups:
        width = sum(group.program.widths)
        own = values[start : start + width]
        start += width
        chosen: Flags = own[: len(group.group.own)] > 0.5
        rows = group.program.violated(own)
        group.program.extend(rows)
        fresh |= bool(rows)
        plan = group.plan_of(chosen)
        if plan is None:
            return None, fresh
        plans.append(plan)
    return chosen_of(plans), fresh
