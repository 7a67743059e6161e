"""Site selection: the plan's objective as a siting problem, and its solution with a bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.plan_settings import PlanSettings
from geo.siting import SitingPlan, SitingProblem, SolverRun, least_cost, most_equal, solve
from planning.plan.candidate_reach import Reach
from planning.plan.candidates import BUILT, LOCKED

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Objectives that depend on the costs of options.
COSTED = ("budget", "all", "share")
HOUSEHOLDS, COST, LEAST_SHARE = "households", "cost", "least_share"


@dataclass(frozen=True)
class Watch:
    """Progress and cancellation of a run.

    Attributes
    ----------
    progress
        Called with (step, share of the whole done 0–1, description of intermediate results).
    cancel
        Polled often; True ends the selection with the best plan found.
    """

    progress: Callable[[str, float, str], None] = lambda _step, _share, _text: None
    cancel: Callable[[], bool] = lambda: False


@dataclass(frozen=True, eq=False)
class SelectionResult:
    """Selected options with objective value and bound.

    Attributes
    ----------
    selected
        Rows of the coverage matrix that are built, ascending, with those built earlier.
    covered
        Households reached, or served where capacities limit.
    measure
        Meaning of ``value`` and ``bound``: ``households`` and ``least_share`` (of the prefecture
        with the lowest share) are maximised, ``cost`` [currency] is minimised.
    value, bound
        Objective value, and its bound over all selections.
    stopped
        ``proven``, ``time``, ``cancelled`` or ``effort``.
    price
        Households that one more unit of money brings, at the bound; 0 where money is no goal.
    shadow
        (prefecture, households) that a household of its least share takes from all others.
    """

    selected: tuple[int, ...]
    covered: float
    measure: str
    value: float
    bound: float
    stopped: str
    price: float = 0.0
    shadow: tuple[tuple[str, float], ...] = ()

    @property
    def gap(self) -> float:
        """Gap between value and bound as a share of the greater, 0–1."""
        greater = max(self.value, self.bound)
        return abs(self.bound - self.value) / greater if greater else 0.0


def stated(
    reach: Reach, candidates: pd.DataFrame, villages: pd.DataFrame, settings: PlanSettings
) -> SitingProblem:
    """Return the siting problem with all limits of the settings.

    Parameters
    ----------
    reach
        Coverage matrix, options × villages.
    candidates
        Rows of the candidate table.
    villages
        Villages of the plan's demand.
    settings
        Settings of the plan.

    Returns
    -------
    problem
        Problem whose ``p`` includes sites built earlier.
    """
    status = candidates["status"].to_numpy(dtype=object)[reach.candidate]
    first = reach.preset == reach.preset[0]
    # A locked place gets the plan's first technology.
    locked = np.isin(status, (LOCKED, BUILT)) & first
    fixed = np.flatnonzero(locked)
    # No other technology can be built at a locked place.
    taken = np.isin(reach.candidate, reach.candidate[locked]) & ~locked
    built = int(((status == BUILT) & first).sum())
    limits = settings.limits
    capacity = None
    if limits.capacity_households is not None:
        capacity = np.full(len(status), float(limits.capacity_households))
    wanted = set(villages["prefecture"]) & set(limits.least_share)
    return SitingProblem(
        coverage=reach.matrix,
        weights=villages["households"].to_numpy(float),
        p=settings.sites + built if settings.objective not in COSTED else None,
        fixed=tuple(int(i) for i in fixed),
        forbidden=tuple(int(i) for i in np.flatnonzero(taken)),
        places=reach.candidate,
        capacity=capacity,
        split=False,
        groups=villages["prefecture"].to_numpy(dtype=str),
        least_share={code: limits.least_share[code] for code in sorted(wanted)},
    )


def answered(
    problem: SitingProblem,
    costs: Floats,
    budget: float | None,
    settings: PlanSettings,
    run: SolverRun,
) -> SelectionResult:
    """Select options for the objective of the settings.

    Parameters
    ----------
    problem
        Coverage, weights and limits.
    costs
        (options,) build cost [currency]; 0 for what is built already.
    budget
        Greatest sum of the costs [currency]; None for the budget of the settings.
    settings
        Settings of the plan.
    run
        Limits of the solver run, with progress and cancellation.

    Returns
    -------
    result
        Selected options with objective value and bound.

    Raises
    ------
    InfeasibleError
        If the limits conflict; the error names them, and the nearest feasible values.
    """
    goal = settings.objective
    if goal == "sites":
        return _covering(solve(problem, run))
    if goal == "equity":
        fair = most_equal(problem, run)
        plan = fair.plan
        return SelectionResult(
            plan.selected, plan.covered, LEAST_SHARE, fair.least, fair.bound, plan.stopped
        )
    priced = replace(problem, costs=costs)
    if goal == "budget":
        limit = settings.budget if budget is None else budget
        fixed = list(problem.fixed)
        if limit <= float(costs[fixed].sum()) and budget is not None:
            # The sites that must be built use up the budget.
            return _fixed_alone(problem)
        return _covering(solve(replace(priced, budget=limit), run))
    share = 1.0 if goal == "all" else settings.share
    cheap = least_cost(priced, share, run)
    return SelectionResult(
        cheap.selected, cheap.covered, COST, cheap.cost, cheap.bound, cheap.stopped
    )


def _covering(plan: SitingPlan) -> SelectionResult:
    return SelectionResult(
        plan.selected, plan.covered, HOUSEHOLDS, plan.covered, plan.bound, plan.stopped
    )


def _fixed_alone(problem: SitingProblem) -> SelectionResult:
    reach = problem.coverage[list(problem.fixed)]
    met = np.unique(reach.indices)
    covered = float(np.asarray(problem.weights, dtype=float)[met].sum())
    whole = float(np.asarray(problem.weights, dtype=float).sum())
    return SelectionResult(tuple(problem.fixed), covered, HOUSEHOLDS, covered, whole, "effort")
