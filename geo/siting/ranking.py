"""In which order to build a plan: what each site adds to those before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.siting import capacity
from geo.siting.clock import Clock
from geo.siting.model import Model, checked, reached
from geo.siting.problem import Plan, Problem, Run
from geo.siting.reduction import reduce

#: Time for finding out who serves whom [s].
_SECONDS = 20.0


@dataclass(frozen=True)
class Rank:
    """One site of the ranked list: its option, what it adds, and the sum so far."""

    option: int
    adds: float
    covered: float


def ranked(problem: Problem, plan: Plan) -> tuple[Rank, ...]:
    """Return the plan's options by what each adds, the fixed ones first.

    Where options cost, what counts is the weight added per cost; of equals the first option. With
    capacities a site adds what it serves in the finished plan, where all serve most together: what
    it would serve alone in the meantime may be more.

    Examples
    --------
    >>> from geo.siting import solve
    >>> problem = Problem(coverage=[[1, 1, 0], [0, 1, 1], [0, 0, 1]], weights=[5, 1, 7], p=2)
    >>> [(rank.option, rank.adds) for rank in ranked(problem, solve(problem))]
    [(1, 8.0), (0, 5.0)]
    """
    model = checked(problem)
    if model.capacity is not None:
        return _by_service(model, plan)
    left = np.zeros(len(model.costs), dtype=bool)
    left[list(plan.selected)] = True
    open_weights = model.weights.copy()
    per = np.maximum(model.costs, 1e-9) if model.costs.any() else np.ones(len(left))
    ranks: list[Rank] = []
    covered = 0.0
    while left.any():
        now = left & model.fixed if (left & model.fixed).any() else left
        gain = model.reach @ open_weights
        best = int(np.argmax(np.where(now, gain / per, -1.0)))
        left[best] = False
        covered += float(gain[best])
        ranks.append(Rank(best, float(gain[best]), covered))
        only = np.zeros(len(left), dtype=bool)
        only[best] = True
        open_weights[reached(model.reach, only)] = 0.0
    return tuple(ranks)


def _by_service(model: Model, plan: Plan) -> tuple[Rank, ...]:
    """Return the plan's options by what each serves, the fixed ones first."""
    core = reduce(model)
    amounts = np.zeros(len(model.costs))
    chosen = np.isin(core.options, plan.selected)
    amounts[core.options] = capacity.amounts(core, chosen, Clock(Run(time_limit_s=_SECONDS)))
    per = np.maximum(model.costs, 1e-9) if model.costs.any() else np.ones(len(amounts))
    options = np.array(plan.selected, dtype=np.int64)
    order = options[np.lexsort((options, -amounts[options] / per[options], ~model.fixed[options]))]
    sums = np.cumsum(amounts[order])
    return tuple(
        Rank(int(option), float(amounts[option]), float(total))
        for option, total in zip(order, sums, strict=True)
    )
