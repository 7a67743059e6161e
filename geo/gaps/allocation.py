"""Allocate a total over regions: named weights, largest remainder, fixed cells.

A provincial plan states one number; a planner needs it per prefecture and county.

Properties (tested): the parts always sum to the total; without floors each part is within one
of its exact quota and a larger weight never gets less; the order of the regions does not matter
when ``keys`` are given. Like every largest-remainder method it is *not* monotone in the total
(the Alabama paradox): one more unit can move another unit between two regions.

References
----------
Balinski, M. and Young, H. P. (2001), Fair Representation, 2nd ed., Brookings: Hamilton's method.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Remainders and shares closer than this count as equal: rounding noise never decides a tie.
_TIE = 1e-9


def largest_remainder(
    total: int, weights: ArrayLike, *, keys: Sequence[str] | None = None
) -> Integers:
    """Split ``total`` in proportion to ``weights`` into whole parts.

    Parameters
    ----------
    total
        Whole number ≥ 0 to be shared [any unit of count].
    weights
        (n,) non-negative, finite, at least one positive when ``total`` > 0.
    keys
        (n,) distinct names that break ties, so that the order of the input does not matter.

    Returns
    -------
    parts
        (n,) whole parts that sum to ``total``.

    Raises
    ------
    InputError
        If the total is negative or not whole, or the weights cannot share it.

    Examples
    --------
    >>> largest_remainder(10, [1, 1, 1], keys=["a", "b", "c"]).tolist()
    [4, 3, 3]
    """
    share = _checked_weights(total, weights)
    if total == 0:
        return np.zeros(len(share), dtype=np.int64)
    quota = share * (total / share.sum())
    parts = np.floor(quota + _TIE).astype(np.int64)
    left = int(total - parts.sum())
    names = np.asarray(keys if keys is not None else range(len(share)))
    remainder = np.round((quota - parts) / _TIE)
    size = np.round(share / share.sum() / _TIE)
    order = np.lexsort((names, -size, -remainder))
    parts[order[:left]] += 1
    return np.asarray(parts, dtype=np.int64)


def allocate(
    total: int,
    weights: ArrayLike,
    *,
    fixed: ArrayLike | None = None,
    floor: ArrayLike | None = None,
    keys: Sequence[str] | None = None,
) -> Integers:
    """Split ``total`` by ``weights``, keeping observed cells and lower bounds.

    Parameters
    ----------
    total
        Whole number ≥ 0 to be shared [any unit of count].
    weights
        (n,) non-negative, finite, at least one positive where a free cell needs it.
    fixed
        (n,) whole numbers of observed cells, NaN for free ones.
    floor
        (n,) lower bounds of the free cells (stations once built stay), NaN for none.
    keys
        (n,) distinct names that break ties, so that the order of the input does not matter.

    Returns
    -------
    parts
        (n,) whole parts that sum to ``total``.

    Raises
    ------
    InputError
        If the total is negative or not whole, fixed cells or floors ask for more than it, or all
        cells are fixed and do not sum to it.

    Examples
    --------
    >>> allocate(100, [1, 1, 2], fixed=[40, float("nan"), float("nan")]).tolist()
    [40, 20, 40]
    >>> allocate(100, [8, 1, 1], floor=[0, 30, 0]).tolist()
    [62, 30, 8]
    """
    share = np.asarray(weights, dtype=float)
    cells = np.full(len(share), np.nan) if fixed is None else np.array(fixed, dtype=float)
    bound = np.zeros(len(share)) if floor is None else np.nan_to_num(np.asarray(floor, float))
    _check_total(total)
    _check_cells(total, cells, bound)
    names = list(keys) if keys is not None else [f"{i:09d}" for i in range(len(share))]
    while True:
        free = np.isnan(cells)
        rest = int(total - cells[~free].sum())
        if not free.any():
            return cells.astype(np.int64)
        free_names = [name for name, is_free in zip(names, free, strict=True) if is_free]
        parts = cells.copy()
        parts[free] = largest_remainder(rest, share[free], keys=free_names)
        short = free & (parts < bound)
        if not short.any():
            return parts.astype(np.int64)
        cells[short] = np.ceil(bound[short])


def _check_total(total: float) -> None:
    if not (np.isfinite(total) and total >= 0 and total == int(total)):
        raise InputError("allocation.total", total=total)


def _checked_weights(total: int, weights: ArrayLike) -> Floats:
    _check_total(total)
    share = np.asarray(weights, dtype=float)
    if not np.isfinite(share).all() or (share < 0).any():
        raise InputError("allocation.negative_weights")
    if total > 0 and not share.sum() > 0:
        raise InputError("allocation.zero_weights", total=total)
    return share


def _check_cells(total: int, cells: Floats, bound: Floats) -> None:
    known = cells[~np.isnan(cells)]
    asked = np.ceil(np.where(np.isnan(cells), bound, cells)).sum()
    if asked > total or (len(known) == len(cells) and known.sum() != total):
        raise InputError("allocation.observed_above", asked=asked, total=total)
