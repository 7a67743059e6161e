"""Frontier: the covered weight as a function of the budget or the number of sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.errors import InputError, RangeError
from geo.siting import cover, explain
from geo.siting.clock import SolverClock
from geo.siting.model import FEN, SitingModel, checked, whole_fen
from geo.siting.problem import SitingPlan, SitingProblem, SolverRun
from geo.siting.reduction import ReducedProblem, reduce
from geo.siting.search import CoreSolution

#: Number of points where no limits are given.
POINTS = 20
_RUN = SolverRun(time_limit_s=120.0)


@dataclass(frozen=True)
class FrontierPoint:
    """One point of the frontier.

    Attributes
    ----------
    limit
        Number of sites, or budget [CNY].
    plan
        The best plan found for it.
    """

    limit: float
    plan: SitingPlan


def frontier(
    problem: SitingProblem, limits: Sequence[float] | None = None, run: SolverRun = _RUN
) -> tuple[FrontierPoint, ...]:
    """Find the best plan for each of several limits.

    The limit is the budget where the problem has costs, else ``p``; the problem's own value of it
    is replaced. A larger limit never covers less, a smaller one never has the larger bound.

    Parameters
    ----------
    problem
        The problem.
    limits
        Budgets [CNY] or numbers of sites. None: :data:`POINTS` of them, evenly up to the largest
        that makes sense: the problem's own limit, or what a greedy selection needs to reach all.
    run
        Time limit and callbacks.

    Returns
    -------
    points
        By ascending limit; a cancelled or late run returns the points that it reached.

    Raises
    ------
    InputError, RangeError
        As :func:`~geo.siting.cover.solve`; also where there is no limit, or one is not finite.
    InfeasibleError, NoPlanInTimeError
        As :func:`~geo.siting.cover.solve`; also where a limit is too small for the fixed options or
        the least shares.

    Examples
    --------
    >>> problem = SitingProblem(coverage=[[1, 1, 0], [0, 1, 1], [0, 0, 1]], weights=[5, 1, 7])
    >>> [(point.limit, point.plan.covered) for point in frontier(problem, [1, 2])]
    [(1.0, 8.0), (2.0, 13.0)]
    """
    clock = SolverClock(replace(run, progress=None))
    money = problem.costs is not None
    steps = _steps(problem, limits)
    top, low = steps[-1], steps[0]
    model = checked(replace(problem, budget=top) if money else replace(problem, p=int(top)))
    explain.check_fixed(
        replace(model, budget=whole_fen(low)) if money else replace(model, p=int(low))
    )
    explain.check_reach(model)
    core = reduce(model)
    used = float(model.fen[model.fixed].sum()) if money else float(model.fixed.sum())
    own = used if core.capacity is None else 0.0
    parts = [_part(core, money, limit, own) for limit in steps]
    found, times = _swept(model, parts, clock, run)
    return tuple(_points(model, core, steps, found, times))


def _swept(
    model: SitingModel, parts: list[ReducedProblem], clock: SolverClock, run: SolverRun
) -> tuple[list[CoreSolution], list[tuple[float, float]]]:
    """Solve each part, from the prices of the one before; return the time and first answer of each.

    The time left is shared evenly by the parts left.
    """
    found: list[CoreSolution] = []
    times: list[tuple[float, float]] = []
    for number, part in enumerate(parts):
        if found and clock.over():
            break
        begun = clock.seconds
        share_s = clock.left_s / (len(parts) - number)
        inner = SolverClock(replace(run, progress=None, time_limit_s=share_s))
        best = cover.best(part, model, inner, start=found[-1].prices if found else None)
        if found and found[-1].covered > best.covered:
            best = replace(best, chosen=found[-1].chosen, covered=found[-1].covered)
        found.append(best)
        times.append((clock.seconds - begun, inner.first_s))
        if run.progress is not None:
            most = part.base + best.bound
            run.progress((number + 1) / len(parts), part.base + best.covered, most)
    return found, times


def _part(core: ReducedProblem, money: bool, limit: float, used: float) -> ReducedProblem:  # noqa: FBT001  one of two
    if money:
        return replace(core, budget=whole_fen(limit) - used)
    return replace(core, p=int(limit) - int(used))


def _points(
    model: SitingModel, core: ReducedProblem, steps: Sequence[float], found: list[CoreSolution],
    times: list[tuple[float, float]],
) -> list[FrontierPoint]:  # fmt: skip
    """Return the points; a bound holds for every smaller limit too."""
    points = []
    bound = np.inf
    for limit, answer, (seconds, first_s) in reversed(
        list(zip(steps[: len(found)], found, times, strict=True))
    ):
        bound = min(bound, answer.bound)
        clock = SolverClock(SolverRun(time_limit_s=np.inf))
        clock.first_s = first_s
        plan = cover.finished(model, core, replace(answer, bound=bound), clock)
        points.append(FrontierPoint(float(limit), replace(plan, seconds=seconds)))
    return points[::-1]


def _steps(problem: SitingProblem, limits: Sequence[float] | None) -> list[float]:
    if limits is not None:
        steps = sorted({float(limit) for limit in limits})
        if not steps:
            raise InputError("siting.no_limits")
        if steps[0] < 0 or not np.isfinite(steps).all():
            raise RangeError("siting.limit", limit=steps[0])
        return steps
    most, least = _range(problem)
    steps = np.linspace(least, most, POINTS + 1)[1:].tolist()
    if problem.costs is None:
        steps = sorted({float(np.ceil(step)) for step in steps})
    return steps


def _range(problem: SitingProblem) -> tuple[float, float]:
    """Return the largest limit that makes sense, and what the fixed options use."""
    from geo.siting.set_cover import greedy_cover

    money = problem.costs is not None
    model = checked(replace(problem, p=None, budget=None) if money else replace(problem, p=None))
    core = reduce(model)
    chosen = greedy_cover(core, float(core.weights.sum()))
    paid = model.fen / FEN if money else np.ones(len(model.fen))
    used = float(paid[model.fixed].sum())
    own = problem.budget if money else problem.p
    most = own if own is not None else float(paid[core.plan(chosen, model)].sum())
    return max(float(most), used), used
