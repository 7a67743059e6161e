"""Build order of a plan: what each site adds to those before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.siting import capacity
from geo.siting.clock import SolverClock
from geo.siting.model import SitingModel, checked, reached
from geo.siting.problem import SitingPlan, SitingProblem, SolverRun
from geo.siting.reduction import reduce

#: Time limit for who serves whom [s].
_SECONDS = 20.0


@dataclass(frozen=True)
class RankedSite:
    """One site of the build order.

    Attributes
    ----------
    option
        Index of the option.
    adds
        Weight that it adds to the sites before it.
    covered
        Weight covered by it and the sites before it.
    """

    option: int
    adds: float
    covered: float


def ranked(problem: SitingProblem, plan: SitingPlan) -> tuple[RankedSite, ...]:
    """Order the options of a plan by what each adds, the fixed ones first.

    Where options cost, the weight added per cost counts; of equals the first option. With
    capacities a site adds what it serves in the finished plan, where all serve most together; what
    it would serve alone in the meantime may be more.

    Parameters
    ----------
    problem
        The problem.
    plan
        One of its plans.

    Returns
    -------
    order
        The plan's options, the first to build first.

    Examples
    --------
    >>> from geo.siting import solve
    >>> reach = [[1, 1, 0], [0, 1, 1], [0, 0, 1]]
    >>> problem = SitingProblem(coverage=reach, weights=[5, 1, 7], p=2)
    >>> [(rank.option, rank.adds) for rank in ranked(problem, solve(problem))]
    [(1, 8.0), (0, 5.0)]
    """
    model = checked(problem)
    if model.capacity is not None:
        return _by_service(model, plan)
    left = np.zeros(len(model.fen), dtype=bool)
    left[list(plan.selected)] = True
    open_weights = model.weights.copy()
    per = np.maximum(model.fen, 1e-9) if model.fen.any() else np.ones(len(left))
    ranks: list[RankedSite] = []
    covered = 0.0
    while left.any():
        now = left & model.fixed if (left & model.fixed).any() else left
        gain = model.reach @ open_weights
        best = int(np.argmax(np.where(now, gain / per, -1.0)))
        left[best] = False
        covered += float(gain[best])
        ranks.append(RankedSite(best, float(gain[best]), covered))
        only = np.zeros(len(left), dtype=bool)
        only[best] = True
        open_weights[reached(model.reach, only)] = 0.0
    return tuple(ranks)


def _by_service(model: SitingModel, plan: SitingPlan) -> tuple[RankedSite, ...]:
    """Return the plan's options by what each serves, the fixed ones first."""
    core = reduce(model)
    amounts = np.zeros(len(model.fen))
    chosen = np.isin(core.options, plan.selected)
    amounts[core.options] = capacity.amounts(
        core, chosen, SolverClock(SolverRun(time_limit_s=_SECONDS))
    )
    per = np.maximum(model.fen, 1e-9) if model.fen.any() else np.ones(len(amounts))
    options = np.array(plan.selected, dtype=np.int64)
    order = options[np.lexsort((options, -amounts[options] / per[options], ~model.fixed[options]))]
    sums = np.cumsum(amounts[order])
    return tuple(
        RankedSite(int(option), float(amounts[option]), float(total))
        for option, total in zip(order, sums, strict=True)
    )
