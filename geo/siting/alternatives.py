"""Alternative plans that are as good or nearly as good, and the options common to all of them.

An option is *no-regret* if every plan within the tolerance contains it: forbidding it costs more
than the tolerance. That is proven, option by option, by a bound without the option.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from geo.errors import RangeError
from geo.siting import cover, exact, explain, highs, search
from geo.siting.clock import SolverClock
from geo.siting.lagrangian import DualPrices
from geo.siting.model import ROUNDING, Flags, SitingModel, checked, reached
from geo.siting.problem import SitingPlan, SitingProblem, SolverRun
from geo.siting.reduction import ReducedProblem, reduce
from geo.siting.search import CoreSolution

_RUN = SolverRun(time_limit_s=60.0)


@dataclass(frozen=True)
class AlternativePlans:
    """The best plans and what they have in common.

    Attributes
    ----------
    plans
        Best first. Each lacks at least ``differ`` options of every plan before it; the bound of
        each is for plans with that property, so the list is proven where all gaps are 0.
    no_regret
        Options that every plan within the tolerance contains, proven.
    replaceable
        Options of the best plan that some plan within the tolerance lacks, shown by such a plan.
    undecided
        Options of the best plan that the time limit left undecided.
    tolerance
        Share of the best coverage that a near-optimal plan may lack, 0–1.
    """

    plans: tuple[SitingPlan, ...]
    no_regret: tuple[int, ...]
    replaceable: tuple[int, ...]
    undecided: tuple[int, ...]
    tolerance: float


def alternatives(
    problem: SitingProblem,
    k: int = 5,
    *,
    tolerance: float = 0.01,
    differ: int = 1,
    run: SolverRun = _RUN,
) -> AlternativePlans:
    """Find the ``k`` best plans and the options that every near-optimal plan contains.

    Parameters
    ----------
    problem
        The problem.
    k
        Number of plans.
    tolerance
        Share of the best coverage that a near-optimal plan may lack, 0–1.
    differ
        Number of options of each earlier plan that a plan must lack.
    run
        Time limit and callbacks.

    Returns
    -------
    found
        The plans, and which options of the best one can be replaced.

    Raises
    ------
    RangeError
        If ``k`` or ``differ`` is below 1 or the tolerance is outside 0–1.
    InputError, InfeasibleError, NoPlanInTimeError
        As :func:`~geo.siting.cover.solve`.

    Examples
    --------
    >>> found = alternatives(SitingProblem(coverage=[[1, 1, 0], [0, 1, 1], [0, 0, 1]],
    ...     weights=[5, 1, 7], p=1), 2)
    >>> [(plan.selected, plan.covered) for plan in found.plans], found.no_regret
    ([((1,), 8.0), ((2,), 7.0)], (1,))
    """
    if k < 1 or differ < 1 or not 0 <= tolerance <= 1:
        raise RangeError("siting.alternatives", k=k, differ=differ, tolerance=tolerance)
    clock = SolverClock(run)
    model = checked(problem)
    explain.check_fixed(model)
    explain.check_reach(model)
    core = reduce(model, keep_dominated=True)
    best = cover.best(core, model, clock)
    plans, seen = _ranked(core, model, best, (k, differ), clock)
    needed, free, open_rows = _regret(core, model, (best, seen), tolerance, clock)
    return AlternativePlans(tuple(plans), needed, free, open_rows, tolerance)


def _ranked(
    core: ReducedProblem, model: SitingModel, best: CoreSolution, wanted: tuple[int, int],
    clock: SolverClock,
) -> tuple[list[SitingPlan], list[Flags]]:  # fmt: skip
    """Return the best plans and their rows, best first."""
    k, differ = wanted
    plans, seen = [cover.finished(model, core, best, clock)], [best.chosen]
    while len(plans) < k and not clock.over():
        other = _next(core, model, seen, differ, clock)
        if other is None:
            break
        plans.append(replace(other[1], bound=min(other[1].bound, plans[-1].bound)))
        seen.append(other[0])
    return plans, seen


def _next(
    core: ReducedProblem, model: SitingModel, seen: list[Flags], differ: int, clock: SolverClock
) -> tuple[Flags, SitingPlan] | None:
    """Return the best selection that lacks ``differ`` rows of each seen one; None for none."""
    sets = sp.csr_array(np.array(seen, dtype=float))
    most = np.array([max(0.0, float(flags.sum()) - differ) for flags in seen])
    if any(flags.sum() < differ for flags in seen):
        return None
    cuts = exact.ProgramRows(np.full(len(seen), -np.inf), most, sets)
    outcome = highs.maximise(exact.program(core, [cuts]), clock)
    if outcome.values is None:
        return None
    options, villages = core.reach.shape
    chosen = outcome.values[:options] > 0.5
    if not exact.affordable(core, chosen):
        return None
    value = float(core.weights @ outcome.values[options : options + villages])
    found = CoreSolution(chosen, value, min(outcome.bound, float(core.weights.sum())))
    quiet = SolverClock(replace(clock.run, progress=None))
    return chosen, cover.finished(model, core, found, quiet)


def _regret(
    core: ReducedProblem, model: SitingModel, known: tuple[CoreSolution, list[Flags]],
    tolerance: float, clock: SolverClock,
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:  # fmt: skip
    """Return the options of the best plan that are needed, replaceable and undecided.

    Fixed options are needed.
    """
    best, seen = known
    least = (1.0 - tolerance) * (core.base + best.covered) - core.base
    needed = [int(i) for i in np.flatnonzero(model.fixed)]
    free: list[int] = []
    unknown: list[int] = []
    witnesses = [
        flags for flags in seen if _value(core, model, flags) >= least - ROUNDING * best.bound
    ]
    for row in np.flatnonzero(best.chosen & ~core.fixed):
        option = int(core.options[row])
        if any(not flags[row] for flags in witnesses):
            free.append(option)
            continue
        if clock.over():
            unknown.append(option)
            continue
        verdict, witness = _without(core, model, best, int(row), least, clock)
        if witness is not None:
            witnesses.append(witness)
        {1: needed, 0: free, -1: unknown}[verdict].append(option)
    return tuple(sorted(needed)), tuple(sorted(free)), tuple(sorted(unknown))


def _value(core: ReducedProblem, model: SitingModel, chosen: Flags) -> float:
    """Return the weight covered without the base; −inf with capacities, which would limit it."""
    if core.capacity is not None:
        return -np.inf
    return float(model.weights[reached(model.reach, core.plan(chosen, model))].sum()) - core.base


def _without(
    core: ReducedProblem, model: SitingModel, best: CoreSolution, row: int, least: float,
    clock: SolverClock,
) -> tuple[int, Flags | None]:  # fmt: skip
    """Return 1 if no selection without the row covers ``least``, 0 and one that does, or −1."""
    keep = np.arange(len(core.options)) != row
    if _needed_by_price(core, best.prices, row, least):
        return 1, None
    numbers = np.flatnonzero(keep)
    part = search.taken(core, numbers, sp.csr_array(core.reach[numbers]))
    quiet = SolverClock(replace(clock.run, progress=None, time_limit_s=clock.left_s, gap=0.0))
    try:
        found = cover.best(part, model, quiet)
    except explain.InfeasibleError:
        return 1, None
    except explain.NoPlanInTimeError:
        return -1, None
    chosen = np.zeros(len(keep), dtype=bool)
    chosen[keep] = found.chosen
    if found.covered >= least - ROUNDING * best.bound:
        return 0, chosen
    return (1, None) if found.bound < least else (-1, None)


def _needed_by_price(
    core: ReducedProblem, prices: DualPrices | None, row: int, least: float
) -> bool:
    """Return True if the bound with the next best row in its place is below ``least``."""
    if prices is None or core.exclusive or not np.isfinite(prices.worth).all():
        return False
    ordered = np.sort(prices.worth)[::-1]
    after = max(0.0, float(ordered[core.p])) if len(ordered) > core.p else 0.0
    loss = max(0.0, float(prices.worth[row]) - after)
    return prices.bound - loss < least - ROUNDING * prices.bound
