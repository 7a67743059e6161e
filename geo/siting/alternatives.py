"""Other plans that are as good, or nearly, and the sites that all of them share.

A site is *no-regret* if every plan within the tolerance has it: forbidding it costs more than the
tolerance. That is proven, site by site, by a bound without the site.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from geo.errors import RangeError
from geo.siting import cover, exact, explain, highs, search
from geo.siting.clock import Clock
from geo.siting.lagrangian import Prices
from geo.siting.model import Flags, Model, checked, reached
from geo.siting.problem import Plan, Problem, Run
from geo.siting.reduction import Core, reduce

_RUN = Run(time_limit_s=60.0)


@dataclass(frozen=True)
class Alternatives:
    """The best plans and what they have in common.

    Attributes
    ----------
    plans
        Best first. Each lacks at least ``differ`` options of every plan before it; the bound of
        each is for plans with that property, so the list is proven where all gaps are 0.
    no_regret
        Options that every plan within the tolerance has, proven.
    replaceable
        Options of the best plan that some plan within the tolerance lacks, shown by such a plan.
    undecided
        Options of the best plan of which the time did not tell.
    tolerance
        Share of the best coverage that a near-optimal plan may lack.
    """

    plans: tuple[Plan, ...]
    no_regret: tuple[int, ...]
    replaceable: tuple[int, ...]
    undecided: tuple[int, ...]
    tolerance: float


def alternatives(
    problem: Problem, k: int = 5, *, tolerance: float = 0.01, differ: int = 1, run: Run = _RUN
) -> Alternatives:
    """Return the ``k`` best plans and the options that no near-optimal plan lacks.

    Raises
    ------
    RangeError
        If ``k`` or ``differ`` is below 1 or the tolerance is outside 0–1.
    InputError, InfeasibleError
        As :func:`~geo.siting.cover.solve`.

    Examples
    --------
    >>> found = alternatives(Problem(coverage=[[1, 1, 0], [0, 1, 1], [0, 0, 1]],
    ...     weights=[5, 1, 7], p=1), 2)
    >>> [(plan.selected, plan.covered) for plan in found.plans], found.no_regret
    ([((1,), 8.0), ((2,), 7.0)], (1,))
    """
    if k < 1 or differ < 1 or not 0 <= tolerance <= 1:
        raise RangeError(
            f"k is {k}, differ {differ}, tolerance {tolerance:g}", where="alternatives",
            repair="give k and differ of at least 1 and a tolerance of 0 to 1",
        )  # fmt: skip
    clock = Clock(run)
    model = checked(problem)
    explain.check_fixed(model)
    explain.check_reach(model)
    core = reduce(model, keep_dominated=True)
    best = cover.best(core, model, clock)
    plans = [cover.finished(model, core, best, clock)]
    seen = [best.chosen]
    while len(plans) < k and not clock.over():
        other = _next(core, model, seen, differ, clock)
        if other is None:
            break
        plans.append(replace(other[1], bound=min(other[1].bound, plans[-1].bound)))
        seen.append(other[0])
    needed, free, open_rows = _regret(core, model, (best, seen), tolerance, clock)
    return Alternatives(tuple(plans), needed, free, open_rows, tolerance)


def _next(
    core: Core, model: Model, seen: list[Flags], differ: int, clock: Clock
) -> tuple[Flags, Plan] | None:
    """Return the best choice that lacks ``differ`` rows of each seen one; None if there is none."""
    sets = sp.csr_array(np.array(seen, dtype=float))
    most = np.array([max(0.0, float(flags.sum()) - differ) for flags in seen])
    if any(flags.sum() < differ for flags in seen):
        return None
    cuts = exact.Rows(np.full(len(seen), -np.inf), most, sets)
    outcome = highs.maximise(exact.program(core, [cuts]), clock)
    if outcome.values is None:
        return None
    options, villages = core.reach.shape
    chosen = outcome.values[:options] > 0.5
    value = float(core.weights @ outcome.values[options : options + villages])
    found = search.Found(chosen, value, min(outcome.bound, float(core.weights.sum())))
    return chosen, cover.finished(model, core, found, Clock(replace(clock.run, progress=None)))


def _regret(
    core: Core, model: Model, known: tuple[search.Found, list[Flags]], tolerance: float,
    clock: Clock,
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:  # fmt: skip
    """Return the options of the best plan that are needed, replaceable and undecided.

    Fixed options are needed.
    """
    best, seen = known
    least = (1.0 - tolerance) * (core.base + best.covered) - core.base
    needed = [int(i) for i in np.flatnonzero(model.fixed)]
    free: list[int] = []
    unknown: list[int] = []
    witnesses = [flags for flags in seen if _value(core, model, flags) >= least - 1e-9]
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


def _value(core: Core, model: Model, chosen: Flags) -> float:
    """Return the covered weight of a choice without the base; −inf where capacities hide it."""
    if core.capacity is not None:
        return -np.inf
    return float(model.weights[reached(model.reach, core.plan(chosen, model))].sum()) - core.base


def _without(
    core: Core, model: Model, best: search.Found, row: int, least: float, clock: Clock
) -> tuple[int, Flags | None]:
    """Return 1 if no choice without the row covers ``least``, 0 and one that does, or −1."""
    keep = np.arange(len(core.options)) != row
    if _needed_by_price(core, best.prices, row, least):
        return 1, None
    part = replace(
        core, options=core.options[keep], reach=sp.csr_array(core.reach[np.flatnonzero(keep)]),
        costs=core.costs[keep], places=core.places[keep], fixed=core.fixed[keep],
        capacity=None if core.capacity is None else core.capacity[keep],
    )  # fmt: skip
    quiet = Clock(replace(clock.run, progress=None, time_limit_s=clock.left_s, gap=0.0))
    try:
        found = cover.best(part, model, quiet)
    except explain.InfeasibleError:
        return 1, None
    except explain.StillUnmetError:
        return -1, None
    chosen = np.zeros(len(keep), dtype=bool)
    chosen[keep] = found.chosen
    if found.covered >= least - 1e-9 * max(1.0, least):
        return 0, chosen
    return (1, None) if found.bound < least else (-1, None)


def _needed_by_price(core: Core, prices: Prices | None, row: int, least: float) -> bool:
    """Return True if the bound without the row is below ``least``: then the next best is taken."""
    if prices is None or core.exclusive or not np.isfinite(prices.worth).all():
        return False
    ordered = np.sort(prices.worth)[::-1]
    after = max(0.0, float(ordered[core.p])) if len(ordered) > core.p else 0.0
    loss = max(0.0, float(prices.worth[row]) - after)
    return prices.bound - loss < least - 1e-6 * max(1.0, abs(least))
