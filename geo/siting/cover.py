"""Most households with a number of sites or a budget."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.siting import capacity, exact, explain, highs, search
from geo.siting.clock import Clock
from geo.siting.lagrangian import Prices
from geo.siting.model import TOLERANCE, Flags, Floats, Model, checked, reached, unreachable
from geo.siting.problem import Plan, Problem, Run
from geo.siting.reduction import Core, reduce
from geo.siting.search import Found

_RUN = Run()


def solve(problem: Problem, run: Run = _RUN) -> Plan:
    """Choose the options that cover the greatest weight within all limits of the problem.

    Raises
    ------
    InputError, RangeError
        If the problem is badly stated: see :func:`~geo.siting.model.checked`.
    InfeasibleError
        If no choice keeps all limits; it names those that stand in the way and the nearest value.
    StillUnmetError
        If the time ends before any choice is found that keeps all limits.

    Examples
    --------
    >>> plan = solve(Problem(coverage=[[1, 1, 0], [0, 1, 1], [0, 0, 1]], weights=[5, 1, 7], p=1))
    >>> plan.selected, plan.covered, plan.bound
    ((1,), 8.0, 8.0)
    """
    clock = Clock(run)
    model = checked(problem)
    explain.check_fixed(model)
    explain.check_reach(model)
    core = reduce(model)
    return finished(model, core, best(core, model, clock), clock)


def best(
    core: Core, model: Model, clock: Clock, *,
    start: Prices | None = None, first: Floats | None = None,
) -> Found:  # fmt: skip
    """Return the best choice of a core's rows under all limits, and its bound.

    ``start`` are prices of a like problem, ``first`` the program's columns of a known answer.

    Without the least shares the problem is plain, and its bound holds with them too: where its
    best choice keeps them it is the answer.
    """
    if core.capacity is not None:
        if first is None:
            first = capacity.columns(core, capacity.first_answer(core))
        return _by_program(core, model, clock, first, float(core.weights.sum()))
    found = search.best(core, clock, start=start)
    if not core.least.any() or keeps_shares(core, found.chosen):
        return found
    return _by_program(core, model, clock, first, found.bound)


def keeps_shares(core: Core, chosen: Flags) -> bool:
    """Return True if a choice covers the least weight of every group."""
    met = np.asarray(core.reach.T @ chosen.astype(float)) > 0
    sums = np.bincount(core.groups[met], core.weights[met], minlength=len(core.least))
    return bool((sums >= core.least * (1 - 1e-9)).all())


def _by_program(
    core: Core, model: Model, clock: Clock, first: Floats | None, bound: float
) -> Found:
    """Solve the whole integer program, from a first answer if that keeps all limits."""
    options, villages = core.reach.shape
    # Least weights are met up to rounding: 30 % of 10 is not to need the 4th household.
    program = exact.program(replace(core, least=core.least * (1 - 1e-9)))
    if first is not None and not keeps(program, first):
        first = None
    if first is not None:
        value = float(core.weights @ first[options : options + villages])
        clock.tell(0.1, core.base + value, core.base + bound)

    def hear(gain: float, above: float) -> None:
        clock.tell(0.1 + 0.8 * gain / max(above, 1e-9), core.base + gain, core.base + above)

    outcome = highs.maximise(program, clock, start=first, tell=hear)
    if outcome.infeasible:
        raise explain.infeasible(core, model)
    values = first if outcome.values is None else outcome.values
    bound = min(bound, outcome.bound)
    if values is None:
        raise explain.StillUnmetError(
            "the time ended before a choice was found that keeps all limits", where="limits",
            repair="give more time, or loosen p, the budget or the shares",
        )  # fmt: skip
    served = values[options : options + villages]
    return Found(values[:options] > 0.5, float(core.weights @ served), bound, served=served)


def keeps(program: highs.Program, values: Floats) -> bool:
    """Return True if values keep the rows of a program, up to rounding."""
    rows = program.matrix @ values
    slack = TOLERANCE * np.maximum(1.0, np.abs(rows))
    return bool(((rows >= program.low - slack) & (rows <= program.high + slack)).all())


def finished(model: Model, core: Core, found: Found, clock: Clock) -> Plan:
    """Return the answer; the bound loses the solver's rounding."""
    plan = core.plan(found.chosen, model)
    value, bound = core.base + found.covered, core.base + found.bound
    whole = model.capacity is None
    if whole:
        value = float(model.weights[reached(model.reach, plan)].sum())
    bound = sharpened(bound, value, model.weights if whole else None)
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
