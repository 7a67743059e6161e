"""A checked problem as arrays: every fault of the input is told here, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError, RangeError
from geo.siting.problem import Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Sums of weights closer than this, relative to their size, count as equal.
TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Model:
    """A checked problem as arrays; numbers of options and villages are those of the problem.

    Attributes
    ----------
    reach
        Options × villages, CSR with sorted columns, all of its cells 1; forbidden rows are empty.
    weights, costs, budget, p
        As in the problem; ``inf`` for no budget, the number of options for no ``p``.
    fixed, allowed
        (options,) which must and which may be built.
    places
        (options,) number of the place.
    capacity
        (options,) or None where no option has a limit.
    split
        As in the problem.
    groups, least
        (villages,) number of the group, and (groups,) least weight to cover in each.
    labels
        Name of each group.
    """

    reach: sp.csr_array
    weights: Floats
    costs: Floats
    budget: float
    p: int
    fixed: Flags
    allowed: Flags
    places: Ints
    capacity: Floats | None
    split: bool
    groups: Ints
    least: Floats
    labels: tuple[Any, ...]


def checked(problem: Problem) -> Model:
    """Return the problem as arrays.

    Raises
    ------
    InputError
        If shapes do not fit, a budget comes without costs, there is no option, a fixed option is
        forbidden, or two fixed ones share a place.
    RangeError
        If a number is negative or none, an index is unknown, a share is outside 0–1, or a capacity
        is below the smallest village that has to be served whole.
    """
    reach = _ones(problem.coverage)
    options, villages = reach.shape
    weights = _amounts(problem.weights, villages, "weights", "villages (columns)")
    if not options and weights.any():
        raise InputError("there are no candidates", where="coverage", repair="give at least one")
    costs = _costs(problem, options)
    budget, p = _limits(problem, costs)
    fixed = _numbered(problem.fixed, options, "fixed")
    allowed = ~_numbered(problem.forbidden, options, "forbidden")
    places = _labelled(problem.places, options, "places", "options (rows)")[0]
    _check_fixed(fixed, allowed, places)
    if not allowed.all():
        reach = _ones(sp.csr_array(sp.diags_array(allowed.astype(float)) @ reach))
    groups, labels = _labelled(problem.groups, villages, "groups", "villages (columns)")
    least = _least(problem, weights, groups, labels)
    capacity = _capacity(problem, reach, weights)
    return Model(
        reach, weights, costs, budget, p, fixed, allowed, places, capacity, problem.split,
        groups, least, labels,
    )  # fmt: skip


def _ones(coverage: Any) -> sp.csr_array:
    """Return the matrix with sorted columns and 1 in each of its cells."""
    reach = sp.csr_array(coverage)
    if reach.ndim != 2:
        raise InputError("is no matrix", where="coverage", repair="give options × villages")
    reach = sp.csr_array((reach.data != 0, reach.indices, reach.indptr), shape=reach.shape)
    reach.eliminate_zeros()
    reach.sum_duplicates()
    return sp.csr_array((np.ones(reach.nnz), reach.indices, reach.indptr), shape=reach.shape)


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


def _costs(problem: Problem, options: int) -> Floats:
    if problem.costs is None:
        if problem.budget is not None:
            raise InputError("a budget needs costs", where="budget", repair="give costs as well")
        return np.zeros(options)
    return _amounts(problem.costs, options, "costs", "options (rows)")


def _limits(problem: Problem, costs: Floats) -> tuple[float, int]:
    if problem.p is not None and problem.p < 0:
        raise RangeError(f"p is {problem.p}", where="p", repair="give 0 or more sites")
    budget = np.inf if problem.budget is None else float(problem.budget)
    if np.isnan(budget) or budget < 0:
        raise RangeError(f"the budget is {budget}", where="budget", repair="give 0 or more")
    if budget == 0 and len(costs) and costs.min() > 0:
        raise RangeError(
            "a budget of 0 builds nothing", where="budget",
            repair=f"the cheapest option costs {costs.min():g}",
        )  # fmt: skip
    return budget, len(costs) if problem.p is None else min(int(problem.p), len(costs))


def _numbered(numbers: Sequence[int], options: int, where: str) -> Flags:
    flags = np.zeros(options, dtype=bool)
    chosen = [int(i) for i in numbers]
    if any(not 0 <= i < options for i in chosen):
        repair = f"give numbers from 0 to {options - 1}" if options else "give candidates first"
        raise RangeError(f"there are {options} options", where=where, repair=repair)
    flags[chosen] = True
    return flags


def _labelled(
    labels: ArrayLike | None, length: int, name: str, what: str
) -> tuple[Ints, tuple[Any, ...]]:
    """Return a number per label in order of the labels, and the labels."""
    if labels is None:
        kinds = np.arange(length) if name == "places" else np.zeros(length, dtype=np.int64)
        return kinds, ()
    given = np.asarray(labels)
    if given.shape != (length,):
        raise InputError(
            f"has shape {given.shape}, coverage has {length} {what}", where=name,
            repair="give one label for each",
        )  # fmt: skip
    names, numbers = np.unique(given, return_inverse=True)
    return numbers.astype(np.int64), tuple(names.tolist())


def _check_fixed(fixed: Flags, allowed: Flags, places: Ints) -> None:
    both = np.flatnonzero(fixed & ~allowed)
    if len(both):
        raise InputError(
            f"options {_some(both)} are fixed and forbidden", where="fixed, forbidden",
            repair="take each out of one of the two",
        )  # fmt: skip
    taken, times = np.unique(places[fixed], return_counts=True)
    if (times > 1).any():
        twice = np.flatnonzero(fixed & np.isin(places, taken[times > 1]))
        raise InputError(
            f"fixed options {_some(twice)} stand at one place", where="fixed, places",
            repair="fix one technology for each place",
        )  # fmt: skip


def _some(numbers: NDArray[Any], most: int = 8) -> str:
    """Return the first numbers as text, and how many more there are."""
    text = ", ".join(str(int(i)) for i in numbers[:most])
    return f"{text} and {len(numbers) - most} more" if len(numbers) > most else text


def _least(problem: Problem, weights: Floats, groups: Ints, labels: tuple[Any, ...]) -> Floats:
    """Return the least weight to cover per group."""
    least = np.zeros(max(len(labels), 1))
    if not problem.least_share:
        return least
    if not labels:
        raise InputError("shares need groups", where="least_share", repair="give groups as well")
    number = {label: at for at, label in enumerate(labels)}
    sums = np.bincount(groups, weights, minlength=len(labels))
    for label, share in problem.least_share.items():
        if label not in number:
            raise InputError(
                f"no village is in group {label!r}", where="least_share",
                repair=f"known groups: {', '.join(map(str, labels[:20]))}",
            )  # fmt: skip
        if not 0 <= share <= 1:
            raise RangeError(
                f"the share of {label!r} is {share:g}", where="least_share", repair="give 0 to 1"
            )
        least[number[label]] = share * sums[number[label]]
    return least


def _capacity(problem: Problem, reach: sp.csr_array, weights: Floats) -> Floats | None:
    if problem.capacity is None:
        return None
    amounts = np.asarray(problem.capacity, dtype=float)
    if amounts.shape != (reach.shape[0],) or np.isnan(amounts).any() or (amounts < 0).any():
        raise RangeError(
            "needs a number of at least 0 for each option", where="capacity",
            repair="give inf where an option has no limit",
        )  # fmt: skip
    if np.isinf(amounts).all():
        return None
    served = weights > 0
    smallest = weights[served].min() if served.any() else 0.0
    small = np.flatnonzero((amounts < smallest) & (np.diff(reach.indptr) > 0))
    if not problem.split and len(small):
        raise RangeError(
            f"options {_some(small)} serve less than the smallest village ({smallest:g})",
            where="capacity", repair="raise their capacity, forbid them, or let villages be split",
        )  # fmt: skip
    return amounts


def reached(reach: sp.csr_array, chosen: Flags) -> Flags:
    """Return which villages the chosen options reach."""
    found = np.zeros(reach.shape[1], dtype=bool)
    found[reach[np.flatnonzero(chosen)].indices] = True
    return found


def unreachable(model: Model) -> tuple[int, ...]:
    """Return the villages with a weight that no option which may be built reaches."""
    lost = (model.weights > 0) & ~reached(model.reach, model.allowed)
    return tuple(int(j) for j in np.flatnonzero(lost))
