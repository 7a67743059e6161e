"""Maximal covering: the most weight with a number of sites or a budget."""

from __future__ import annotations

import numpy as np

from geo.siting import capacity, exact, explain, highs, search
from geo.siting.clock import SolverClock
from geo.siting.lagrangian import DualPrices
from geo.siting.model import (
    FEN,
    ROUNDING,
    TOLERANCE,
    Flags,
    Floats,
    SitingModel,
    checked,
    reached,
    unreachable,
)
from geo.siting.problem import SitingPlan, SitingProblem, SolverRun
from geo.siting.reduction import ReducedProblem, reduce
from geo.siting.search import CoreSolution

_RUN = SolverRun()


def solve(problem: SitingProblem, run: SolverRun = _RUN) -> SitingPlan:
    """Select the options that cover the most weight within all limits of the problem.

    Parameters
    ----------
    problem
        The problem.
    run
        Time limit and callbacks.

    Returns
    -------
    plan
        The selection, its weight and the upper bound.

    Raises
    ------
    InputError, RangeError
        If the problem is malformed: see :func:`~geo.siting.model.checked`.
    InfeasibleError
        If no selection keeps all limits; it names the conflicting ones and the nearest values.
    NoPlanInTimeError
        If the time ends before a selection is found that keeps all limits.

    Examples
    --------
    >>> plan = solve(
    ...     SitingProblem(coverage=[[1, 1, 0], [0, 1, 1], [0, 0, 1]], weights=[5, 1, 7], p=1)
    ... )
    >>> plan.selected, plan.covered, plan.bound
    ((1,), 8.0, 8.0)
    """
    clock = SolverClock(run)
    model = checked(problem)
    explain.check_fixed(model)
    explain.check_reach(model)
    core = reduce(model)
    return finished(model, core, best(core, model, clock), clock)


def best(
    core: ReducedProblem, model: SitingModel, clock: SolverClock, *,
    start: DualPrices | None = None, first: Floats | None = None,
) -> CoreSolution:  # fmt: skip
    """Find the best selection of a core's rows under all limits, and its bound.

    Without the least shares the problem is plain, and its bound holds with them too: where its
    best selection keeps them it is the answer.

    Parameters
    ----------
    core
        The reduced problem.
    model
        The problem before the reduction.
    clock
        Time limit and progress.
    start
        Prices of a similar problem to begin with.
    first
        The program's columns of a known answer.

    Returns
    -------
    found
        The selection, its weight and the bound.

    Raises
    ------
    InfeasibleError
        If no selection keeps all limits.
    NoPlanInTimeError
        If the time ends before a selection is found that keeps all limits.
    """
    explain.check_core(core, model)
    if core.capacity is not None:
        if first is None:
            first = capacity.columns(core, capacity.first_answer(core))
        return _by_program(core, model, clock, first, float(core.weights.sum()))
    found = search.best(core, clock, start=start)
    if not core.least.any() or keeps_shares(core, found.chosen):
        return found
    return _by_program(core, model, clock, first, found.bound)


def keeps_shares(core: ReducedProblem, chosen: Flags) -> bool:
    """Check the least weight of every group.

    Parameters
    ----------
    core
        The reduced problem, without capacities.
    chosen
        (rows,) True where built.

    Returns
    -------
    kept
        True if every group has its least weight, up to rounding.
    """
    met = core.met(chosen)
    sums = np.bincount(core.groups[met], core.weights[met], minlength=len(core.least))
    whole = np.bincount(core.groups, core.weights, minlength=len(core.least))
    return bool((sums >= core.least - 2 * exact.rounding(core, whole)).all())


def _by_program(
    core: ReducedProblem, model: SitingModel, clock: SolverClock, first: Floats | None, bound: float
) -> CoreSolution:
    """Solve the whole integer program, from a first answer if that keeps all limits."""
    options, villages = core.reach.shape
    program = exact.program(core)
    if first is not None and not (keeps(program, first) and _exactly(core, first)):
        first = None
    if first is not None:
        value = float(core.weights @ first[options : options + villages])
        clock.report(0.1, core.base + value, core.base + max(value, bound))

    def progress(gain: float, above: float) -> None:
        share = gain / above if above > 0 else 1.0
        clock.report(0.1 + 0.8 * share, core.base + gain, core.base + above)

    outcome = highs.maximise(program, clock, start=first, report=progress)
    if outcome.infeasible:
        raise explain.infeasible(core, model)
    values = outcome.values
    if values is None or not _exactly(core, values):
        values = first
    bound = min(bound, outcome.bound)
    if values is None:
        raise explain.no_plan_in_time()
    chosen, served = values[:options] > 0.5, values[options : options + villages]
    if core.capacity is None:
        covered = core.covered(chosen)
        return CoreSolution(chosen, covered, max(bound, covered))
    covered = float(core.weights @ served)
    return CoreSolution(chosen, covered, max(bound, covered), served=served)


def _exactly(core: ReducedProblem, values: Floats) -> bool:
    """Return True if a program's columns keep the limits exactly and the shares up to rounding."""
    chosen = values[: len(core.options)] > 0.5
    shares = core.capacity is not None or keeps_shares(core, chosen)
    return shares and exact.affordable(core, chosen)


def keeps(program: highs.IntegerProgram, values: Floats) -> bool:
    """Check values against the rows of a program.

    Parameters
    ----------
    program
        The program.
    values
        (columns,) values.

    Returns
    -------
    kept
        True if every row is kept, up to rounding.
    """
    rows = program.matrix @ values
    slack = TOLERANCE * np.maximum(1.0, np.abs(rows))
    return bool(((rows >= program.low - slack) & (rows <= program.high + slack)).all())


def finished(
    model: SitingModel, core: ReducedProblem, found: CoreSolution, clock: SolverClock
) -> SitingPlan:
    """Build the plan from a solution of the core.

    Parameters
    ----------
    model
        The problem.
    core
        Its reduction.
    found
        The solution.
    clock
        The run's clock.

    Returns
    -------
    plan
        With the bound freed of the solver's rounding.
    """
    plan = core.plan(found.chosen, model)
    value, bound = core.base + found.covered, core.base + found.bound
    if model.capacity is None:
        value = float(model.weights[reached(model.reach, plan)].sum())
    bound = _sharpened(bound, value, model)
    gap = (bound - value) / bound if bound else 0.0
    clock.report(1.0, value, bound)
    return SitingPlan(
        tuple(int(i) for i in np.flatnonzero(plan)), value, bound, gap, clock.seconds,
        float(model.fen[plan].sum()) / FEN, clock.first_s, unreachable(model),
        clock.why(value, bound),
    )  # fmt: skip


def _sharpened(bound: float, covered: float, model: SitingModel) -> float:
    """Return the bound without rounding: whole weights have whole sums."""
    if model.whole:
        return max(float(np.floor(bound + 1e-2)), covered)
    rounding = ROUNDING if model.capacity is None else TOLERANCE
    return bound if bound - covered > rounding * bound else covered
