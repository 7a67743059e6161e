"""Where to build: the sites that reach most households, with a proof of how good the answer is.

Maximal covering location problem (Church and ReVelle 1974, Papers of the Regional Science
Association 32:101–118), solved by HiGHS on a model without needless villages.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError, RangeError

if TYPE_CHECKING:
    from collections.abc import Iterable

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Plan:
    """Chosen sites and how good the choice is.

    Attributes
    ----------
    selected
        Numbers of the chosen sites, ascending, fixed ones among them.
    covered
        Weight that they reach together.
    bound
        Weight that no choice can exceed.
    gap
        (bound - covered) / bound; 0 where the plan is proven best.
    seconds
        Time that it took [s].
    """

    selected: tuple[int, ...]
    covered: float
    bound: float
    gap: float
    seconds: float


@dataclass(frozen=True)
class _Task:
    """The checked arguments: ``reach`` is sites × villages, all of its cells 1."""

    reach: sp.csr_array
    weights: Floats
    p: int
    costs: Floats
    budget: float
    fixed: Flags


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
        If shapes do not fit, or a cost comes without a budget.
    RangeError
        If a weight, a cost or ``p`` is negative or no number, or the fixed sites alone exceed
        ``p`` or the budget.

    Examples
    --------
    >>> plan = max_cover([[1, 1, 0], [0, 1, 1], [0, 0, 1]], [5, 1, 7], 1)
    >>> plan.selected, plan.covered, plan.bound
    ((1,), 8.0, 8.0)
    """
    begin = time.perf_counter()
    task = _checked(coverage, weights, p, (costs, budget), fixed)
    chosen = _greedy(task)
    covered = _covered(task, chosen)
    possible = task.weights[_reached(task, np.ones(len(chosen), dtype=bool))].sum()
    bound = float(possible)
    if covered < bound:
        found, proven = _solve(task, chosen, time_limit_s)
        bound = min(bound, proven)
        if found is not None and _covered(task, found) > covered:
            chosen, covered = found, _covered(task, found)
    bound = _sharpened(bound, covered, task.weights)
    gap = (bound - covered) / bound if bound else 0.0
    numbers = tuple(int(i) for i in np.flatnonzero(chosen))
    return Plan(numbers, covered, bound, gap, time.perf_counter() - begin)


def _sharpened(bound: float, covered: float, weights: Floats) -> float:
    """Return the bound without the solver's rounding: whole weights have whole sums."""
    if np.all(weights == np.round(weights)):
        bound = float(np.floor(bound + _TOLERANCE))
    return bound if bound - covered > _TOLERANCE * max(1.0, bound) else covered


def _checked(
    coverage: Any,
    weights: ArrayLike,
    p: int | None,
    money: tuple[ArrayLike | None, float | None],
    fixed: Iterable[int] | None,
) -> _Task:
    reach = sp.csr_array(coverage)
    reach.eliminate_zeros()
    reach.sum_duplicates()
    reach = sp.csr_array((np.ones(reach.nnz), reach.indices, reach.indptr), shape=reach.shape)
    sites, villages = reach.shape
    w = _amounts(weights, villages, "weights", "villages (columns)")
    if p is not None and p < 0:
        raise RangeError(f"p is {p}", where="p", repair="give 0 or more sites")
    costs, budget = money
    if (costs is None) != (budget is None):
        raise InputError(
            "costs and budget belong together", where="costs, budget", repair="give both or neither"
        )
    paid = np.zeros(sites) if costs is None else _amounts(costs, sites, "costs", "sites (rows)")
    limit = np.inf if budget is None else float(budget)
    if np.isnan(limit) or limit < 0:
        raise RangeError(f"the budget is {limit}", where="budget", repair="give 0 or more")
    forced = np.zeros(sites, dtype=bool)
    numbers = [] if fixed is None else [int(i) for i in fixed]
    if any(not 0 <= i < sites for i in numbers):
        raise RangeError(
            f"there are {sites} sites", where="fixed", repair=f"give numbers from 0 to {sites - 1}"
        )
    forced[numbers] = True
    most = sites if p is None else min(int(p), sites)
    if forced.sum() > most or paid[forced].sum() > limit:
        raise RangeError(
            "the fixed sites alone exceed p or the budget", where="fixed",
            repair="raise p or the budget, or fix fewer sites",
        )  # fmt: skip
    return _Task(reach, w, most, paid, limit, forced)


def _amounts(values: ArrayLike, length: int, name: str, what: str) -> Floats:
    amounts = np.asarray(values, dtype=float)
    if amounts.shape != (length,):
        raise InputError(
            f"has shape {amounts.shape}, coverage has {length} {what}", where=name,
            repair="give one number for each",
        )  # fmt: skip
    if not np.isfinite(amounts).all() or (amounts < 0).any():
        raise RangeError("holds a negative number or none", where=name, repair="give 0 or more")
    return amounts


def _reached(task: _Task, chosen: Flags) -> Flags:
    return np.asarray(task.reach.T @ chosen.astype(float)) > 0


def _covered(task: _Task, chosen: Flags) -> float:
    return float(task.weights[_reached(task, chosen)].sum())


def _greedy(task: _Task) -> Flags:
    """Take the site that adds most, and most per cost where sites cost; the better of both."""
    plans = [_greedy_by(task, np.ones(len(task.costs)))]
    if task.costs.any():
        plans.append(_greedy_by(task, np.maximum(task.costs, 1e-9)))
    return max(plans, key=lambda plan: _covered(task, plan))


def _greedy_by(task: _Task, per: Floats) -> Flags:
    chosen = task.fixed.copy()
    left = np.where(_reached(task, chosen), 0.0, task.weights)
    spent = task.costs[chosen].sum()
    for _ in range(task.p - int(chosen.sum())):
        gain = task.reach @ left
        gain[chosen | (task.costs > task.budget - spent)] = 0
        best = int(np.argmax(gain / per))
        if gain[best] <= 0:
            break
        chosen[best] = True
        spent += task.costs[best]
        left[task.reach.indices[task.reach.indptr[best] : task.reach.indptr[best + 1]]] = 0
    return chosen


def _solve(task: _Task, start: Flags, time_limit_s: float) -> tuple[Flags | None, float]:
    """Return HiGHS's choice and its bound; None where it found none in time."""
    import highspy

    columns, weights = _merged(task)
    sites, villages = len(start), len(weights)
    rows = [sp.hstack([-columns.T, sp.eye_array(villages)])]
    upper = [np.zeros(villages)]
    limits: Sequence[tuple[Floats, float]] = [(np.ones(sites), float(task.p))]
    if np.isfinite(task.budget):
        limits = [*limits, (task.costs, task.budget)]
    for factors, most in limits:
        rows.append(sp.csr_array(np.concatenate([factors, np.zeros(villages)])[None, :]))
        upper.append(np.array([most]))
    matrix = sp.csc_array(sp.vstack(rows))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = sites + villages, matrix.shape[0]
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(sites), weights])
    model.col_lower_ = np.concatenate([task.fixed.astype(float), np.zeros(villages)])
    model.col_upper_ = np.ones(sites + villages)
    model.row_lower_ = np.full(matrix.shape[0], -highspy.kHighsInf)
    model.row_upper_ = np.concatenate(upper)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    whole = highspy.HighsVarType.kInteger
    model.integrality_ = [whole] * sites + [highspy.HighsVarType.kContinuous] * villages
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # the package types only its core
    options = {"output_flag": False, "mip_rel_gap": 0.0, "mip_abs_gap": 1e-6, "random_seed": 1,
               "time_limit": float(time_limit_s)}  # fmt: skip
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(model)
    first = highspy.HighsSolution()
    reached = np.asarray(columns.T @ start.astype(float)) > 0
    first.col_value = np.concatenate([start, reached]).astype(float).tolist()
    solver.setSolution(first)
    solver.run()
    info = solver.getInfo()
    bound = float(info.mip_dual_bound)
    values = np.asarray(solver.getSolution().col_value)
    found = values[:sites] > 0.5 if len(values) else None
    return found, bound if np.isfinite(bound) else np.inf


def _merged(task: _Task) -> tuple[sp.csr_array, Floats]:
    """Return the villages still open, those with the same sites as one with their joint weight."""
    fixed = _reached(task, task.fixed)
    by_village = sp.csc_array(task.reach)
    by_village.sort_indices()
    keys: dict[bytes, int] = {}
    first: list[int] = []
    weights: list[float] = []
    for j in np.flatnonzero(task.weights > 0):
        sites = by_village.indices[by_village.indptr[j] : by_village.indptr[j + 1]]
        if not len(sites):
            continue
        # One village stands for all that the fixed sites reach anyway.
        key = b"fixed" if fixed[j] else sites.tobytes()
        at = keys.setdefault(key, len(first))
        if at == len(first):
            first.append(int(j))
            weights.append(0.0)
        weights[at] += task.weights[j]
    return sp.csr_array(by_village[:, first]), np.array(weights)
