"""Siting on plain arrays, without records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from numpy.typing import ArrayLike

from geo.errors import InputError
from geo.siting.cover import solve
from geo.siting.problem import Plan, Problem, Run


def max_cover(  # noqa: PLR0913  the problem has these parts
    coverage: Any,
    weights: ArrayLike,
    p: int | None,
    *,
    costs: ArrayLike | None = None,
    budget: float | None = None,
    fixed: Iterable[int] | None = None,
    time_limit_s: float = 30.0,
) -> Plan:
    """Choose at most ``p`` sites so that the weight of the reached villages is greatest.

    Equal input gives an equal plan unless the time runs out; then the best plan so far is
    returned with the bound that was reached.

    Parameters
    ----------
    coverage
        Sites × villages, scipy sparse or dense; any value but 0 means that the site reaches it.
    weights
        Weight per village, such as households; finite, at least 0.
    p
        Greatest number of sites, fixed ones counted; None for no limit.
    costs, budget
        Cost per site, at least 0, and the greatest sum; both or neither.
    fixed
        Numbers of sites that are chosen anyway. They count in ``p`` and cost what ``costs`` says.
    time_limit_s
        Greatest time for the solver [s].

    Raises
    ------
    InputError
        If shapes do not fit, a cost comes without a budget, or the fixed sites alone exceed ``p``
        or the budget.
    RangeError
        If a weight, a cost or ``p`` is negative or no number, or a site is unknown.

    Examples
    --------
    >>> plan = max_cover([[1, 1, 0], [0, 1, 1], [0, 0, 1]], [5, 1, 7], 1)
    >>> plan.selected, plan.covered, plan.bound
    ((1,), 8.0, 8.0)
    """
    if (costs is None) != (budget is None):
        raise InputError(
            "costs and budget belong together", where="costs, budget", repair="give both or neither"
        )
    locked = () if fixed is None else tuple(fixed)
    problem = Problem(
        coverage=coverage, weights=weights, p=p, costs=costs, budget=budget, fixed=locked
    )
    return solve(problem, Run(time_limit_s=time_limit_s))
