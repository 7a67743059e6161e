"""Most households with a number of sites or a budget."""

from __future__ import annotations

import numpy as np

from geo.siting import exact, highs, search
from geo.siting.clock import Clock
from geo.siting.explain import Conflict, InfeasibleError
from geo.siting.model import TOLERANCE, Flags, Floats, Model, checked, reached, unreachable
from geo.siting.problem import Plan, Problem, Run
from geo.siting.reduction import Core, reduce

_RUN = Run()


def solve(problem: Problem, run: Run = _RUN) -> Plan:
    """Choose the options that cover the greatest weight within all limits of the problem.

    Raises
    ------
    InputError, RangeError
        If the problem is badly stated: see :func:`~geo.siting.model.checked`.
    InfeasibleError
        If no choice keeps all limits; it names those that stand in the way and the nearest value.

    Examples
    --------
    >>> plan = solve(Problem(coverage=[[1, 1, 0], [0, 1, 1], [0, 0, 1]], weights=[5, 1, 7], p=1))
    >>> plan.selected, plan.covered, plan.bound
    ((1,), 8.0, 8.0)
    """
    clock = Clock(run)
    model = checked(problem)
    check_fixed_fit(model)
    core = reduce(model)
    chosen, value, bound = _best(core, clock)
    return finished(model, core.plan(chosen, model), (core.base + value, core.base + bound), clock)


def check_fixed_fit(model: Model) -> None:
    """Raise :class:`InfeasibleError` if the fixed options alone exceed a limit."""
    count, cost = int(model.fixed.sum()), float(model.costs[model.fixed].sum())
    conflicts = []
    if count > model.p:
        conflicts.append(Conflict("p", "", model.p, count))
    if cost > model.budget:
        conflicts.append(Conflict("budget", "", model.budget, cost))
    if conflicts:
        raise InfeasibleError(
            "the fixed sites alone exceed p or the budget", conflicts=tuple(conflicts),
            repair=f"{'; '.join(map(str, conflicts))}; or fix fewer sites",
        )  # fmt: skip


def finished(model: Model, plan: Flags, proof: tuple[float, float], clock: Clock) -> Plan:
    """Return the answer; the bound loses the solver's rounding."""
    value, bound = proof
    if model.capacity is None:
        value = float(model.weights[reached(model.reach, plan)].sum())
    bound = sharpened(bound, value, model.weights if model.capacity is None else None)
    gap = (bound - value) / bound if bound else 0.0
    clock.tell(1.0, value, bound)
    return Plan(
        tuple(int(i) for i in np.flatnonzero(plan)), value, bound, gap, clock.seconds,
        float(model.costs[plan].sum()), clock.first_s, unreachable(model), clock.why(value, bound),
    )  # fmt: skip


def sharpened(bound: float, covered: float, weights: Floats | None) -> float:
    """Return the bound without rounding: whole weights have whole sums where they count whole."""
    if weights is not None and np.all(weights == np.round(weights)):
        bound = float(np.floor(bound + TOLERANCE * max(1.0, bound * 1e-6)))
    return bound if bound - covered > TOLERANCE * max(1.0, bound) else covered


def _best(core: Core, clock: Clock) -> tuple[Flags, float, float]:
    """Return chosen rows, their value and the bound."""
    if core.capacity is None and not core.least.any():
        found = search.best(core, clock)
        return found.chosen, found.covered, found.bound
    outcome = highs.maximise(exact.program(core), clock)
    if outcome.infeasible:
        raise InfeasibleError(
            "no choice of sites keeps all limits", conflicts=(),
            repair="raise p or the budget, or ask for smaller shares",
        )  # fmt: skip
    bound = min(float(core.weights.sum()), outcome.bound)
    if outcome.values is None:
        return core.fixed.copy(), 0.0, bound
    options = len(core.options)
    served = outcome.values[options:][: len(core.weights)]
    return outcome.values[:options] > 0.5, float(core.weights @ served), bound
