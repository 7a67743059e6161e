"""Exact reduction of a siting problem to the part that is still to be decided.

* Villages that fixed options reach are counted and removed; unreachable villages are removed.
* Villages of one group with the same options become one column with the sum of their weights.
* An option that reaches no more than another one which costs no more is removed.

With capacities only options that cannot be built are removed: two sites that reach the same
villages serve more than one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from geo.compiled import compiled
from geo.siting.model import ROUNDING, Flags, Floats, Ints, SitingModel, reached


@dataclass(frozen=True, eq=False)
class ReducedProblem:
    """The part of a problem that is still to be decided.

    Attributes
    ----------
    options
        (rows,) index of each row's option in the problem.
    reach
        (rows, columns) CSR with sorted columns; a column is one or more villages.
    weights, groups
        (columns,) sum of the weights, and number of the group.
    fen, places, fixed
        (rows,) cost [fen], place and fixed flag; ``fixed`` is all False without capacities.
    p, budget
        Number of options and money [fen] that the removed fixed options leave.
    base
        Weight that the removed fixed options cover.
    least
        (groups,) least weight that is still to be covered.
    capacity
        (rows,) or None.
    split
        As in the problem.
    whole
        True if all sums of covered weights are whole numbers.
    """

    options: Ints
    reach: sp.csr_array
    weights: Floats
    groups: Ints
    fen: Floats
    places: Ints
    fixed: Flags
    p: int
    budget: float
    base: float
    least: Floats
    capacity: Floats | None
    split: bool
    whole: bool

    @property
    def exclusive(self) -> bool:
        """True if some place has more than one row."""
        return len(np.unique(self.places)) < len(self.places)

    def plan(self, chosen: Flags, model: SitingModel) -> Flags:
        """Translate chosen rows to options of the problem.

        Parameters
        ----------
        chosen
            (rows,) True where the row is built.
        model
            The problem before the reduction.

        Returns
        -------
        options
            (options,) True where built, fixed options included.
        """
        flags = model.fixed.copy()
        flags[self.options[chosen]] = True
        return flags

    def covered(self, chosen: Flags) -> float:
        """Sum the weight that chosen rows reach.

        Parameters
        ----------
        chosen
            (rows,) True where the row is built.

        Returns
        -------
        weight
            Weight of the columns reached, without ``base``.
        """
        return float(self.weights[self.met(chosen)].sum())

    def met(self, chosen: Flags) -> Flags:
        """Find the columns that chosen rows reach.

        Parameters
        ----------
        chosen
            (rows,) True where the row is built.

        Returns
        -------
        columns
            (columns,) True where reached.
        """
        return reached(self.reach, chosen)


def reduce(model: SitingModel, *, keep_dominated: bool = False) -> ReducedProblem:
    """Reduce a problem whose fixed options keep the limits.

    Parameters
    ----------
    model
        The validated problem.
    keep_dominated
        Keep options that are never better than another one but may be as good.

    Returns
    -------
    core
        What is still to be decided; its optimum is the problem's.
    """
    if model.capacity is not None:
        return _with_capacity(model)
    fixed = model.fixed
    done = reached(model.reach, fixed)
    count = len(model.least)
    base = np.asarray(np.bincount(model.groups[done], model.weights[done], count), dtype=float)
    budget = model.budget - float(model.fen[fixed].sum())
    open_villages = np.flatnonzero(~done & (model.weights > 0))
    reach = sp.csr_array(model.reach[:, open_villages])
    useful = model.allowed & ~fixed & (model.fen <= budget) & (np.diff(reach.indptr) > 0)
    useful &= ~np.isin(model.places, model.places[fixed])
    rows = np.flatnonzero(useful)
    reach, weights, groups = merged(
        sp.csr_array(reach[rows]), model.weights[open_villages], model.groups[open_villages]
    )
    least = missing(model, model.least, base)
    keep = np.ones(len(rows), dtype=bool)
    if not keep_dominated:
        keep = ~dominated(reach, model.fen[rows], model.places[rows])
    rows = rows[keep]
    return ReducedProblem(
        rows, sp.csr_array(reach[keep]), weights, groups, model.fen[rows], model.places[rows],
        np.zeros(len(rows), dtype=bool), model.p - int(fixed.sum()), budget, float(base.sum()),
        least, None, model.split, model.whole,
    )  # fmt: skip


def missing(model: SitingModel, least: Floats, done: Floats) -> Floats:
    """Subtract what is covered from what must be covered.

    Parameters
    ----------
    model
        The problem.
    least, done
        (groups,) weight that must be covered, and weight that is.

    Returns
    -------
    left
        (groups,) weight still to be covered; 0 where only rounding is missing.
    """
    whole = np.bincount(model.groups, model.weights, minlength=len(least))
    left = least - done
    return np.asarray(np.where(left > ROUNDING * whole, left, 0.0))


def _with_capacity(model: SitingModel) -> ReducedProblem:
    assert model.capacity is not None  # noqa: S101  for the type checker: the caller looked
    free = model.budget - float(model.fen[model.fixed].sum())
    taken = np.isin(model.places, model.places[model.fixed])
    useful = model.fixed | (model.allowed & ~taken & (model.fen <= free))
    useful &= (np.diff(model.reach.indptr) > 0) & (model.capacity > 0) | model.fixed
    rows = np.flatnonzero(useful)
    reach = sp.csr_array(model.reach[rows])
    if model.split:
        reach, weights, groups = merged(reach, model.weights, model.groups)
    else:
        cols = np.flatnonzero((model.weights > 0) & (np.bincount(
            reach.indices, minlength=reach.shape[1]) > 0))  # fmt: skip
        reach, weights, groups = reach[:, cols], model.weights[cols], model.groups[cols]
    return ReducedProblem(
        rows, sp.csr_array(reach), weights, groups, model.fen[rows], model.places[rows],
        model.fixed[rows], model.p, model.budget, 0.0, model.least, model.capacity[rows],
        model.split, model.whole,
    )  # fmt: skip


def merged(reach: sp.csr_array, weights: Floats, groups: Ints) -> tuple[sp.csr_array, Floats, Ints]:
    """Merge the columns of a group that the same rows reach; drop columns that no row reaches.

    Parameters
    ----------
    reach
        (rows, columns) coverage matrix.
    weights, groups
        (columns,) weight and group.

    Returns
    -------
    reach
        (rows, merged columns) with sorted columns.
    weights, groups
        (merged columns,) sum of the weights, and the group.

    Notes
    -----
    Columns are compared by two 64-bit sums of seeded random numbers, one per row: two different
    columns among a million have equal sums with a chance below 1e-26.
    """
    by_village = sp.csc_array(reach)
    columns = np.flatnonzero((np.diff(by_village.indptr) > 0) & (weights > 0))
    if not len(columns):
        return sp.csr_array(reach[:, columns]), weights[columns], groups[columns]
    # Without the other columns each sum ends where the next begins.
    some = sp.csc_array(by_village[:, columns])
    draw = np.random.default_rng(20_210_930).integers(
        0, 2**63, size=(2, reach.shape[0]), dtype=np.uint64
    )
    keys = [np.add.reduceat(one[some.indices], some.indptr[:-1]) for one in draw]
    order = np.lexsort((*keys, groups[columns]))
    new = np.ones(len(order), dtype=bool)
    new[1:] = groups[columns][order][1:] != groups[columns][order][:-1]
    for key in keys:
        new[1:] |= key[order][1:] != key[order][:-1]
    first = columns[np.minimum.reduceat(order, np.flatnonzero(new))]
    sums = np.add.reduceat(weights[columns][order], np.flatnonzero(new))
    back = np.argsort(first)
    first = first[back]
    kept = sp.csr_array(by_village[:, first])
    kept.sort_indices()
    return kept, sums[back], groups[first]


def dominated(reach: sp.csr_array, fen: Floats, places: Ints) -> Flags:
    """Find the rows that another row makes redundant: it reaches as much and costs no more.

    Of rows that are equal in both the first stays. A row at a place with several options replaces
    only rows of its own place: elsewhere it may be excluded.

    Parameters
    ----------
    reach
        (rows, columns) CSR with sorted columns.
    fen, places
        (rows,) cost and place.

    Returns
    -------
    redundant
        (rows,) True where another row is at least as good.
    """
    alone = np.bincount(places, minlength=int(places.max(initial=-1)) + 1)[places] == 1
    by_village = sp.csc_array(reach)
    return np.asarray(
        _dominated(reach.indptr, reach.indices, by_village.indptr, by_village.indices,
                   fen, places, alone)
    )  # fmt: skip


@compiled
def _dominated(  # noqa: C901, PLR0913, PLR0917  a compiled loop over plain arrays
    ptr: Ints, idx: Ints, col_ptr: Ints, col_idx: Ints, fen: Floats, places: Ints, alone: Flags
) -> Flags:
    n = len(ptr) - 1
    gone = np.zeros(n, np.bool_)
    mark = np.full(len(col_ptr) - 1, -1, np.int64)
    for a in range(n):
        size = ptr[a + 1] - ptr[a]
        rarest, fewest = -1, n + 1
        for k in range(ptr[a], ptr[a + 1]):
            j = idx[k]
            mark[j] = a
            options = col_ptr[j + 1] - col_ptr[j]
            if options < fewest:
                rarest, fewest = j, options
        if rarest < 0:
            gone[a] = True
            continue
        for k in range(col_ptr[rarest], col_ptr[rarest + 1]):
            b = col_idx[k]
            other = ptr[b + 1] - ptr[b]
            if b == a or gone[b] or other < size or fen[b] > fen[a]:
                continue
            if not alone[b] and places[b] != places[a]:
                continue
            if other == size and fen[b] == fen[a] and b > a:
                continue
            shared = 0
            for m in range(ptr[b], ptr[b + 1]):
                if mark[idx[m]] == a:
                    shared += 1
            if shared == size:
                gone[a] = True
                break
    return gone
