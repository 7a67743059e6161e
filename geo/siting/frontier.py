"""What more sites or more money would bring: the whole curve in one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.errors import InputError, RangeError
from geo.siting import cover, explain
from geo.siting.clock import Clock
from geo.siting.model import Model, checked
from geo.siting.problem import Plan, Problem, Run
from geo.siting.reduction import Core, reduce
from geo.siting.search import Found

#: Points of the curve where no limits are named.
POINTS = 20
_RUN = Run(time_limit_s=120.0)


@dataclass(frozen=True)
class Point:
    """One point of the curve: the limit, a number of sites or a budget, and the plan for it."""

    limit: float
    plan: Plan


def frontier(
    problem: Problem, limits: Sequence[float] | None = None, run: Run = _RUN
) -> tuple[Point, ...]:
    """Return the best plan for each of several limits, ascending.

    The limit is the budget where the problem has costs, else ``p``; the problem's own value of it
    is replaced. Without ``limits`` there are :data:`POINTS` of them, evenly up to the greatest that
    makes sense: the problem's own limit, or what a greedy choice needs to reach all. A greater
    limit never covers less, a smaller one never has the greater bound. A cancelled or late run
    returns the points that it reached.

    Raises
    ------
    InputError, RangeError, InfeasibleError
        As :func:`~geo.siting.cover.solve`; a limit too small for the fixed options or shares.

    Examples
    --------
    >>> problem = Problem(coverage=[[1, 1, 0], [0, 1, 1], [0, 0, 1]], weights=[5, 1, 7])
    >>> [(point.limit, point.plan.covered) for point in frontier(problem, [1, 2])]
    [(1.0, 8.0), (2.0, 13.0)]
    """
    clock = Clock(replace(run, progress=None))
    money = problem.costs is not None
    steps = _steps(problem, limits)
    top, low = steps[-1], steps[0]
    model = checked(replace(problem, budget=top) if money else replace(problem, p=int(top)))
    explain.check_fixed(replace(model, budget=low) if money else replace(model, p=int(low)))
    explain.check_reach(model)
    core = reduce(model)
    used = float(model.costs[model.fixed].sum()) if money else float(model.fixed.sum())
    own = used if core.capacity is None else 0.0
    found: list[Found] = []
    times: list[tuple[float, float]] = []
    for number, limit in enumerate(steps):
        if found and clock.over():
            break
        part = _part(core, money, limit - own)
        begun = clock.seconds
        inner = Clock(
            replace(run, progress=None, time_limit_s=clock.left_s / (len(steps) - number))
        )
        best = cover.best(part, model, inner, start=found[-1].prices if found else None)
        if found and found[-1].covered > best.covered:
            best = replace(best, chosen=found[-1].chosen, covered=found[-1].covered)
        found.append(best)
        times.append((clock.seconds - begun, inner.first_s))
        if run.progress is not None:
            most = core.base + best.bound
            run.progress((number + 1) / len(steps), core.base + best.covered, most)
    return tuple(_points(model, core, steps, found, times))


def _part(core: Core, money: bool, limit: float) -> Core:  # noqa: FBT001  one of two
    return replace(core, budget=float(limit)) if money else replace(core, p=int(limit))


def _points(
    model: Model, core: Core, steps: Sequence[float], found: list[Found],
    times: list[tuple[float, float]],
) -> list[Point]:  # fmt: skip
    """Return the points; a bound holds for every smaller limit too."""
    points = []
    bound = np.inf
    for limit, answer, (seconds, first_s) in reversed(
        list(zip(steps[: len(found)], found, times, strict=True))
    ):
        bound = min(bound, answer.bound)
        clock = Clock(Run(time_limit_s=np.inf))
        clock.first_s = first_s
        plan = cover.finished(model, core, replace(answer, bound=bound), clock)
        points.append(Point(float(limit), replace(plan, seconds=seconds)))
    return points[::-1]


def _steps(problem: Problem, limits: Sequence[float] | None) -> list[float]:
    if limits is not None:
        steps = sorted({float(limit) for limit in limits})
        if not steps:
            raise InputError("there are no limits", where="limits", repair="give at least one")
        if steps[0] < 0 or not np.isfinite(steps).all():
            raise RangeError(
                f"a limit is {steps[0]:g}", where="limits", repair="give finite numbers, 0 or more"
            )
        return steps
    most, least = _range(problem)
    steps = np.linspace(least, most, POINTS + 1)[1:].tolist()
    if problem.costs is None:
        steps = sorted({float(np.ceil(step)) for step in steps})
    return steps


def _range(problem: Problem) -> tuple[float, float]:
    """Return the greatest limit that makes sense, and what the fixed options use."""
    from geo.siting.set_cover import greedy_cover

    money = problem.costs is not None
    model = checked(replace(problem, p=None, budget=None) if money else replace(problem, p=None))
    core = reduce(model)
    chosen = greedy_cover(core, float(core.weights.sum()))
    paid = model.costs if money else np.ones(len(model.costs))
    used = float(paid[model.fixed].sum())
    own = problem.budget if money else problem.p
    most = own if own is not None else float(paid[core.plan(chosen, model)].sum())
    return max(float(most), used), used
