"""The cost-coverage frontier: coverage as a function of the number of sites or of the budget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from geo.siting import InfeasibleError, SitingProblem, SolverRun, frontier, least_cost
from planning.plan.candidates import BUILT
from planning.plan.network_selection import Ask, Chosen, money_curve
from planning.plan.site_selection import COSTED

FRONTIER_COLUMNS = (
    "measure", "amount", "sites", "cost", "covered", "bound", "gap", "stopped", "currency",
    "price_year",
)  # fmt: skip
#: Optimality gap of a point of the curve (share).
_GAP = 0.005
#: Time limit for the end of the curve [s].
_QUICK_S = 5.0


def frontier_table(ask: Ask, chosen: Chosen, run: SolverRun) -> pd.DataFrame:
    """Return the best coverage for each of several numbers of sites or budgets.

    Where money is the goal, a point is the plan that is best for what it costs with its links, and
    its bound holds for every plan of that cost. The plan of a point is kept: asked for its very
    amount, :func:`planning.plan.network_selection.chosen_with_links` returns it again.

    Parameters
    ----------
    ask
        The site-selection problem with its costs.
    chosen
        The chosen sites.
    run
        Limits of the solver run, with progress and cancellation.

    Returns
    -------
    table
        :data:`FRONTIER_COLUMNS`, one row per point; ``amount`` is a number of new sites or a cost
        in the goal's money [currency]. Empty where no points are asked for or the limits are
        infeasible.
    """
    count = ask.settings.frontier_points
    if not count:
        return pd.DataFrame(columns=list(FRONTIER_COLUMNS))
    if ask.settings.objective in COSTED:
        return _by_money(ask, chosen, run)
    problem: SitingProblem = replace(ask.problem, p=None, costs=None)
    try:
        limits = _limits(problem, count)
        points = frontier(problem, limits, replace(run, gap=_GAP))
    except InfeasibleError:
        # Least shares or fixed sites make the smaller amounts infeasible.
        return pd.DataFrame(columns=list(FRONTIER_COLUMNS))
    built = _built(ask, problem.fixed)
    return _table(ask, [
        {
            "measure": "sites", "amount": point.limit - built,
            "sites": len(point.plan.selected) - built,
            "cost": float(chosen.costs[list(point.plan.selected)].sum()),
            "covered": point.plan.covered, "bound": point.plan.bound, "gap": point.plan.gap,
            "stopped": point.plan.stopped,
        }
        for point in points
    ])  # fmt: skip


def _by_money(ask: Ask, chosen: Chosen, run: SolverRun) -> pd.DataFrame:
    return _table(ask, [
        {
            "measure": "cost", "amount": point.cost,
            "sites": len(point.answer.selected) - _built(ask, point.answer.selected),
            "cost": point.cost, "covered": point.answer.covered, "bound": point.answer.bound,
            "gap": point.answer.gap, "stopped": point.answer.stopped,
        }
        for point in money_curve(ask, chosen.search, run)
    ])  # fmt: skip


def _built(ask: Ask, options: Iterable[int]) -> int:
    """Return how many of the options were built earlier."""
    return int((ask.candidates["status"].iloc[list(options)] == BUILT).sum())


def _table(ask: Ask, rows: list[dict[str, object]]) -> pd.DataFrame:
    money = {"currency": ask.rates.currency, "price_year": ask.rates.price_year}
    return pd.DataFrame([row | money for row in rows], columns=list(FRONTIER_COLUMNS))


def _limits(problem: SitingProblem, count: int) -> list[float]:
    """Return evenly spaced numbers of sites up to the one that covers all reachable villages."""
    top = least_cost(problem, 1.0, SolverRun(time_limit_s=_QUICK_S, gap=0.05)).cost
    low = float(len(problem.fixed))
    steps = np.arange(1, count + 1) / count
    return sorted({float(step) for step in np.round(low + (top - low) * steps)})
