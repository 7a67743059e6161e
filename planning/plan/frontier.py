"""The cost-coverage frontier: coverage as a function of the number of sites or of the budget."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.siting import InfeasibleError, SitingProblem, SolverRun, frontier, least_cost
from planning.plan.network_selection import Ask, Chosen
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

    Where the objective depends on costs, each option costs what it adds to the chosen sites, with
    its link.

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
        :data:`FRONTIER_COLUMNS`, one row per point; ``amount`` is a number of new sites or a build
        cost [currency]. Empty where no points are asked for or the limits are infeasible.
    """
    count = ask.settings.frontier_points
    if not count:
        return pd.DataFrame(columns=list(FRONTIER_COLUMNS))
    by_cost = ask.settings.objective in COSTED
    problem: SitingProblem = replace(ask.problem, p=None, costs=chosen.costs if by_cost else None)
    try:
        limits = _limits(problem, count)
        points = frontier(problem, limits, replace(run, gap=_GAP))
    except InfeasibleError:
        # Least shares or fixed sites make the smaller amounts infeasible.
        return pd.DataFrame(columns=list(FRONTIER_COLUMNS))
    built = len([i for i in problem.fixed if ask.candidates["status"].iloc[i] == "built"])
    rows = [
        {
            "measure": "cost" if by_cost else "sites",
            "amount": point.limit if by_cost else point.limit - built,
            "sites": len(point.plan.selected) - built,
            "cost": float(chosen.costs[list(point.plan.selected)].sum()),
            "covered": point.plan.covered, "bound": point.plan.bound, "gap": point.plan.gap,
            "stopped": point.plan.stopped, "currency": ask.rates.currency,
            "price_year": ask.rates.price_year,
        }
        for point in points
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(FRONTIER_COLUMNS))


def _limits(problem: SitingProblem, count: int) -> list[float]:
    """Return evenly spaced amounts up to the one that covers all reachable villages."""
    top = least_cost(problem, 1.0, SolverRun(time_limit_s=_QUICK_S, gap=0.05)).cost
    fixed = list(problem.fixed)
    steps = np.arange(1, count + 1) / count
    if problem.costs is None:
        low = float(len(fixed))
        return sorted({float(step) for step in np.round(low + (top - low) * steps)})
    low = float(np.asarray(problem.costs, dtype=float)[fixed].sum())
    return [float(step) for step in low + (top - low) * steps]
