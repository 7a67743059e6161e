"""The smaller problem with the same answer: what is decided, doubled or never better goes first.

* Villages that fixed sites reach are counted and dropped, villages nobody reaches are dropped.
* Villages of one group with the same options become one with their joint weight.
* An option that reaches nothing more than another one which costs no more is dropped.

With capacities only what cannot be built goes: two sites at the same villages serve more than one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from geo.compiled import compiled
from geo.siting.model import Flags, Floats, Ints, Model, reached


@dataclass(frozen=True, eq=False)
class Core:
    """What is left to decide.

    Attributes
    ----------
    options
        (rows,) number of each row's option in the problem.
    reach
        Rows × merged villages, CSR with sorted columns.
    weights, groups
        (columns,) joint weight and group.
    costs, places, fixed
        (rows,) as in the problem; ``fixed`` is all False without capacities.
    p, budget
        What the fixed options without a row leave.
    base
        Weight that those options cover.
    least
        (groups,) least weight that is still to be covered.
    capacity
        (rows,) or None.
    split
        As in the problem.
    """

    options: Ints
    reach: sp.csr_array
    weights: Floats
    groups: Ints
    costs: Floats
    places: Ints
    fixed: Flags
    p: int
    budget: float
    base: float
    least: Floats
    capacity: Floats | None
    split: bool

    @property
    def exclusive(self) -> bool:
        """True if some place has more than one row."""
        return len(np.unique(self.places)) < len(self.places)

    def plan(self, chosen: Flags, model: Model) -> Flags:
        """Return the chosen options of the problem, fixed ones among them."""
        flags = model.fixed.copy()
        flags[self.options[chosen]] = True
        return flags


def reduce(model: Model, *, keep_dominated: bool = False) -> Core:
    """Return what is left to decide of a problem whose fixed options fit.

    ``keep_dominated`` keeps options that are never better but may be as good.
    """
    if model.capacity is not None:
        return _with_capacity(model)
    fixed = model.fixed
    done = reached(model.reach, fixed)
    count = len(model.least)
    base = np.bincount(model.groups[done], model.weights[done], minlength=count)
    budget = model.budget - float(model.costs[fixed].sum())
    open_villages = np.flatnonzero(~done & (model.weights > 0))
    reach = sp.csr_array(model.reach[:, open_villages])
    useful = model.allowed & ~fixed & (model.costs <= budget) & (np.diff(reach.indptr) > 0)
    useful &= ~np.isin(model.places, model.places[fixed])
    rows = np.flatnonzero(useful)
    reach, weights, groups = merged(
        sp.csr_array(reach[rows]), model.weights[open_villages], model.groups[open_villages]
    )
    keep = np.ones(len(rows), dtype=bool)
    if not keep_dominated:
        keep = ~dominated(reach, model.costs[rows], model.places[rows])
    rows = rows[keep]
    return Core(
        rows, sp.csr_array(reach[keep]), weights, groups, model.costs[rows], model.places[rows],
        np.zeros(len(rows), dtype=bool), model.p - int(fixed.sum()), budget, float(base.sum()),
        np.maximum(model.least - base, 0.0), None, model.split,
    )  # fmt: skip


def _with_capacity(model: Model) -> Core:
    assert model.capacity is not None  # noqa: S101  for the type checker: the caller looked
    free = model.budget - float(model.costs[model.fixed].sum())
    taken = np.isin(model.places, model.places[model.fixed])
    useful = model.fixed | (model.allowed & ~taken & (model.costs <= free))
    useful &= (np.diff(model.reach.indptr) > 0) & (model.capacity > 0) | model.fixed
    rows = np.flatnonzero(useful)
    reach = sp.csr_array(model.reach[rows])
    if model.split:
        reach, weights, groups = merged(reach, model.weights, model.groups)
    else:
        cols = np.flatnonzero((model.weights > 0) & (np.bincount(
            reach.indices, minlength=reach.shape[1]) > 0))  # fmt: skip
        reach, weights, groups = reach[:, cols], model.weights[cols], model.groups[cols]
    return Core(
        rows, sp.csr_array(reach), weights, groups, model.costs[rows], model.places[rows],
        model.fixed[rows], model.p, model.budget, 0.0, model.least, model.capacity[rows],
        model.split,
    )  # fmt: skip


def merged(reach: sp.csr_array, weights: Floats, groups: Ints) -> tuple[sp.csr_array, Floats, Ints]:
    """Return one column for all of a group with the same rows; those with none are dropped.

    Columns are compared by two 64-bit sums of seeded random numbers, one per row: two different
    columns among a million have equal sums with a chance below 1e-26.
    """
    by_village = sp.csc_array(reach)
    some = (np.diff(by_village.indptr) > 0) & (weights > 0)
    draw = np.random.default_rng(20_210_930).integers(
        0, 2**63, size=(2, reach.shape[0]), dtype=np.uint64
    )
    columns = np.flatnonzero(some)
    if not len(columns):
        return sp.csr_array(reach[:, columns]), weights[columns], groups[columns]
    keys = [np.add.reduceat(one[by_village.indices], by_village.indptr[columns]) for one in draw]
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


def dominated(reach: sp.csr_array, costs: Floats, places: Ints) -> Flags:
    """Return the rows that another row makes needless: it reaches as much and costs no more.

    Of rows that are equal in both the first stays. A row at a place with several options replaces
    only those of its own place: elsewhere it may be excluded.
    """
    alone = np.bincount(places, minlength=int(places.max(initial=-1)) + 1)[places] == 1
    by_village = sp.csc_array(reach)
    return np.asarray(
        _dominated(reach.indptr, reach.indices, by_village.indptr, by_village.indices,
                   costs, places, alone)
    )  # fmt: skip


@compiled
def _dominated(  # noqa: C901, PLR0913, PLR0917  a compiled loop over plain arrays
    ptr: Ints, idx: Ints, col_ptr: Ints, col_idx: Ints, costs: Floats, places: Ints, alone: Flags
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
            if b == a or gone[b] or other < size or costs[b] > costs[a]:
                continue
            if not alone[b] and places[b] != places[a]:
                continue
            if other == size and costs[b] == costs[a] and b > a:
                continue
            shared = 0
            for m in range(ptr[b], ptr[b + 1]):
                if mark[idx[m]] == a:
                    shared += 1
            if shared == size:
                gone[a] = True
                break
    return gone
