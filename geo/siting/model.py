"""Validation: a siting problem as checked arrays. Every input error is raised here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError, RangeError
from geo.sentence import Message
from geo.siting.problem import SitingProblem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Relative rounding of sums of weights that a linear program splits (capacities).
TOLERANCE = 1e-6
#: Relative rounding of sums of whole villages.
ROUNDING = 1e-9
#: Fen per CNY.
FEN = 100.0
#: Rounding to whole fen may change a cost by this share.
_FEN_ERROR = 1e-3
#: Smallest positive weight as share of the largest, and largest sums of weights and of fen: sums
#: of doubles are exact below 2**53.
_SMALLEST, _LARGEST = 1e-9, 2.0**50


@dataclass(frozen=True, eq=False)
class SitingModel:
    """A validated problem as arrays; options and villages are numbered as in the problem.

    Attributes
    ----------
    reach
        (options, villages) CSR with sorted columns, all stored values 1; forbidden rows are empty.
    weights
        (villages,) weight.
    costs
        (options,) cost as given [CNY]; 0 where none are given.
    fen
        (options,) cost in whole fen; the solver computes with these.
    budget
        Budget in whole fen; ``inf`` for none.
    p
        Largest number of options; the number of options for no limit.
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
        Label of each group.
    """

    reach: sp.csr_array
    weights: Floats
    costs: Floats
    fen: Floats
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

    @property
    def whole(self) -> bool:
        """True if sums of covered weights are whole numbers."""
        return self.capacity is None and is_whole(self.weights)


def checked(problem: SitingProblem) -> SitingModel:
    """Validate a problem and return it as arrays.

    Parameters
    ----------
    problem
        The problem as stated.

    Returns
    -------
    model
        The same problem; costs also in whole fen.

    Raises
    ------
    InputError
        If shapes do not match, a budget has no costs, there is no option, a fixed option is
        forbidden, or two fixed options share a place.
    RangeError
        If a number is negative or not finite, weights differ by more than nine orders of magnitude,
        costs are not whole fen, an index is unknown, a share is outside 0–1, or a capacity is below
        the smallest village that has to be served as a whole.
    """
    reach = _ones(problem.coverage)
    options, villages = reach.shape
    weights = _weights(problem.weights, villages)
    if not options and weights.any():
        raise InputError("siting.no_candidates")
    costs, fen = _costs(problem, options)
    budget, p = _limits(problem, costs)
    fixed = _numbered(problem.fixed, options, "fixed")
    allowed = ~_numbered(problem.forbidden, options, "forbidden")
    places = _labelled(problem.places, options, "places", "options")[0]
    _check_fixed(fixed, allowed, places)
    if not allowed.all():
        reach = _ones(sp.csr_array(sp.diags_array(allowed.astype(float)) @ reach))
    groups, labels = _labelled(problem.groups, villages, "groups", "villages")
    least = _least(problem, weights, groups, labels)
    capacity = _capacity(problem, reach, weights)
    return SitingModel(
        reach, weights, costs, fen, budget, p, fixed, allowed, places, capacity, problem.split,
        groups, least, labels,
    )  # fmt: skip


def is_whole(values: Floats) -> bool:
    """Check for whole numbers.

    Parameters
    ----------
    values
        Any shape.

    Returns
    -------
    whole
        True if every value is a whole number.
    """
    return bool(np.all(values == np.round(values)))


def whole_fen(amount: float) -> float:
    """Return the whole fen in an amount of money.

    Parameters
    ----------
    amount
        Money [CNY]; may be inf.

    Returns
    -------
    fen
        Whole number of fen; a part of a fen is dropped unless it is rounding of the double.

    Examples
    --------
    >>> whole_fen(0.1 + 0.2), whole_fen(0.019)
    (30.0, 1.0)
    """
    fen = amount * FEN
    return float(np.floor(fen + 1e-6 + 1e-15 * fen)) if np.isfinite(fen) else fen


def _ones(coverage: Any) -> sp.csr_array:
    """Return the matrix with sorted columns, all stored values 1."""
    reach = sp.csr_array(coverage)
    if reach.ndim != 2:
        raise InputError("siting.no_matrix")
    reach = sp.csr_array((reach.data != 0, reach.indices, reach.indptr), shape=reach.shape)
    reach.eliminate_zeros()
    reach.sum_duplicates()
    return sp.csr_array((np.ones(reach.nnz), reach.indices, reach.indptr), shape=reach.shape)


def _amounts(values: ArrayLike, length: int, name: str, what: str) -> Floats:
    amounts = np.asarray(values, dtype=float)
    if amounts.shape != (length,):
        raise InputError(
            "siting.numbers_each",
            where=name,
            shape=amounts.shape,
            length=length,
            things=Message(f"fault_part.{what}"),
        )
    if not np.isfinite(amounts).all() or (amounts < 0).any():
        raise RangeError("siting.not_negative", where=name)
    return amounts


def _weights(values: ArrayLike, villages: int) -> Floats:
    weights = _amounts(values, villages, "weights", "villages")
    positive = weights[weights > 0]
    if len(positive) and positive.min() < _SMALLEST * positive.max():
        raise RangeError("siting.weights_spread", least=positive.min(), most=positive.max())
    if len(positive) and (positive.max() <= 1 / _LARGEST or weights.sum() >= _LARGEST):
        raise RangeError("siting.weights_sum", total=weights.sum())
    return weights


def _costs(problem: SitingProblem, options: int) -> tuple[Floats, Floats]:
    """Return the costs as given [CNY] and in whole fen."""
    if problem.costs is None:
        if problem.budget is not None:
            raise InputError("siting.budget_costs")
        return np.zeros(options), np.zeros(options)
    costs = _amounts(problem.costs, options, "costs", "options")
    fen = np.round(costs * FEN)
    coarse = np.flatnonzero(np.abs(costs * FEN - fen) > _FEN_ERROR * costs * FEN)
    if len(coarse):
        raise RangeError("siting.whole_fen", options=_some(coarse), cost=costs[coarse[0]])
    if fen.sum() >= _LARGEST:
        raise RangeError("siting.costs_sum", total=costs.sum())
    return costs, fen


def _limits(problem: SitingProblem, costs: Floats) -> tuple[float, int]:
    """Return the budget in whole fen, and ``p``."""
    if problem.p is not None and problem.p < 0:
        raise RangeError("siting.sites", p=problem.p)
    budget = np.inf if problem.budget is None else float(problem.budget)
    if np.isnan(budget) or budget < 0:
        raise RangeError("siting.budget", budget=budget)
    if budget == 0 and len(costs) and costs.min() > 0:
        raise RangeError("siting.zero_budget", cheapest=costs.min())
    return whole_fen(budget), len(costs) if problem.p is None else min(int(problem.p), len(costs))


def _numbered(numbers: Sequence[int], options: int, where: str) -> Flags:
    flags = np.zeros(options, dtype=bool)
    chosen = [int(i) for i in numbers]
    if any(not 0 <= i < options for i in chosen):
        code = "siting.option_number" if options else "siting.no_options"
        raise RangeError(code, where=where, options=options, last=options - 1)
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
            "siting.labels_each",
            where=name,
            shape=given.shape,
            length=length,
            things=Message(f"fault_part.{what}"),
        )
    names, numbers = np.unique(given, return_inverse=True)
    return numbers.astype(np.int64), tuple(names.tolist())


def _check_fixed(fixed: Flags, allowed: Flags, places: Ints) -> None:
    both = np.flatnonzero(fixed & ~allowed)
    if len(both):
        raise InputError("siting.fixed_forbidden", options=_some(both))
    taken, times = np.unique(places[fixed], return_counts=True)
    if (times > 1).any():
        twice = np.flatnonzero(fixed & np.isin(places, taken[times > 1]))
        raise InputError("siting.one_place", options=_some(twice))


def _some(numbers: NDArray[Any], most: int = 8) -> str:
    """Return the first numbers as text, and how many more there are."""
    text = ", ".join(str(int(i)) for i in numbers[:most])
    return f"{text} and {len(numbers) - most} more" if len(numbers) > most else text


def _least(
    problem: SitingProblem, weights: Floats, groups: Ints, labels: tuple[Any, ...]
) -> Floats:
    """Return the least weight to cover per group."""
    least = np.zeros(max(len(labels), 1))
    if not problem.least_share:
        return least
    if not labels:
        raise InputError("siting.share_groups")
    number = {label: at for at, label in enumerate(labels)}
    sums = np.bincount(groups, weights, minlength=len(labels))
    for label, share in problem.least_share.items():
        if label not in number:
            raise InputError("siting.no_group", label=label, known=", ".join(map(str, labels[:20])))
        if not 0 <= share <= 1:
            raise RangeError("siting.group_share", label=label, share=share)
        least[number[label]] = share * sums[number[label]]
    return least


def _capacity(problem: SitingProblem, reach: sp.csr_array, weights: Floats) -> Floats | None:
    if problem.capacity is None:
        return None
    amounts = np.asarray(problem.capacity, dtype=float)
    if amounts.shape != (reach.shape[0],) or np.isnan(amounts).any() or (amounts < 0).any():
        raise RangeError("siting.capacity")
    if np.isinf(amounts).all():
        return None
    served = weights > 0
    smallest = weights[served].min() if served.any() else 0.0
    small = np.flatnonzero((amounts < smallest) & (np.diff(reach.indptr) > 0))
    if not problem.split and len(small):
        raise RangeError("siting.small_capacity", options=_some(small), smallest=smallest)
    return amounts


def reached(reach: sp.csr_array, chosen: Flags) -> Flags:
    """Find the villages that the chosen options reach.

    Parameters
    ----------
    reach
        (options, villages) coverage matrix.
    chosen
        (options,) True where the option is built.

    Returns
    -------
    villages
        (villages,) True where reached.
    """
    found = np.zeros(reach.shape[1], dtype=bool)
    found[reach[np.flatnonzero(chosen)].indices] = True
    return found


def unreachable(model: SitingModel) -> tuple[int, ...]:
    """Find the villages with a weight that no allowed option reaches.

    Parameters
    ----------
    model
        The validated problem.

    Returns
    -------
    villages
        Indices of the villages, ascending.
    """
    lost = (model.weights > 0) & ~reached(model.reach, model.allowed)
    return tuple(int(j) for j in np.flatnonzero(lost))
