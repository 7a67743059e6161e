"""Coverage rules as arithmetic on states: points to villages, and two rules side by side.

A rule judges points (a committee, a school, a cluster of houses), then a village by its points.
Everything has three states: uncovered, covered, unknown. Where no prediction exists (outside the
terrain model, no position) a point is unknown, and a village is unknown exactly when its unknown
points could turn it either way.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.coverage.distance import COVERED, UNCOVERED, UNKNOWN, check_radius
from geo.errors import RangeError

Need = Literal["all", "any", "share"]

#: Outcomes of two rules, in the order of :func:`compare`'s columns.
OUTCOMES = ("both", "only_a", "only_b", "neither", "unknown")


def distance_state(distance_m: ArrayLike, radius_m: float) -> NDArray[np.uint8]:
    """Return the state by distance to the nearest site.

    Parameters
    ----------
    distance_m
        Geodesic distance [m], any shape: infinite where no site is near and the site list is
        complete, NaN where that is not known.
    radius_m
        Distance of the rule [m], inclusive, 0 < radius ≤ 100 km.

    Raises
    ------
    RangeError
        If the radius is outside its validity or a distance is negative.

    Examples
    --------
    >>> distance_state([4_999, 5_000, 5_001, float("inf"), float("nan")], 5_000).tolist()
    [1, 1, 0, 0, 2]
    """
    radius = check_radius(radius_m)
    metres = np.asarray(distance_m, float)
    if (metres < 0).any():
        raise RangeError("a distance is negative", where="coverage rule", repair="give metres ≥ 0")
    near = np.where(metres <= radius, COVERED, UNCOVERED)
    return np.where(np.isnan(metres), UNKNOWN, near).astype(np.uint8)


def village_state(
    point_state: ArrayLike,
    village: ArrayLike,
    n_villages: int,
    *,
    need: Need = "all",
    share: float = 1.0,
    weight: ArrayLike | None = None,
) -> NDArray[np.uint8]:
    """Return the state of each village from the states of its points.

    Parameters
    ----------
    point_state
        (k,) states of the points.
    village
        (k,) index of the village that each point belongs to, 0 … ``n_villages`` − 1.
    need
        ``all`` points, ``any`` point, or a ``share`` of the points' weight must be covered.
    share
        That share, 0 < share ≤ 1.
    weight
        (k,) households at each point, ≥ 0; by default each point counts one. A village whose
        weight is zero, or without points, is unknown.

    Returns
    -------
    (n_villages,) uint8.

    Raises
    ------
    RangeError
        If an array does not fit, a weight is negative or empty, or the share is outside its range.

    Examples
    --------
    Three villages: all known, one open either way, one already past the share:

    >>> village_state([1, 0, 1, 2, 1, 2], [0, 0, 1, 1, 2, 2], 3, need="share", share=0.5).tolist()
    [1, 1, 1]
    >>> village_state([1, 0, 1, 2, 1, 2], [0, 0, 1, 1, 2, 2], 3).tolist()
    [0, 2, 2]
    """
    state, index = np.asarray(point_state), np.asarray(village, np.int64)
    each = np.ones(len(state)) if weight is None else np.asarray(weight, float)
    _check_points(state, index, each, n_villages)
    _check_share(share)
    if need != "share":
        each, share = np.where(each > 0, 1.0, 0.0), 1.0
    total, sure, open_ = (
        np.bincount(index, each * part, n_villages)
        for part in (np.ones(len(state)), state == COVERED, state == UNKNOWN)
    )
    # Sums of weights differ in the last bits from the share of their total.
    wanted = np.ones(n_villages) if need == "any" else total * share * (1 - 1e-9)
    possible = np.where(sure + open_ >= wanted, UNKNOWN, UNCOVERED)
    result = np.where(sure >= wanted, COVERED, possible)
    return np.where(total > 0, result, UNKNOWN).astype(np.uint8)


def outcome(state_a: ArrayLike, state_b: ArrayLike) -> NDArray[np.uint8]:
    """Return for each village the index of its outcome in :data:`OUTCOMES`.

    Examples
    --------
    >>> [OUTCOMES[i] for i in outcome([1, 1, 0, 0, 2], [1, 0, 1, 0, 1])]
    ['both', 'only_a', 'only_b', 'neither', 'unknown']
    """
    a, b = np.asarray(state_a), np.asarray(state_b)
    if a.shape != b.shape:
        raise RangeError(
            f"two rules were asked about {a.shape} and {b.shape} villages", where="comparison",
            repair="judge the same villages by both rules",
        )  # fmt: skip
    known = np.where(a == COVERED, np.where(b == COVERED, 0, 1), np.where(b == COVERED, 2, 3))
    return np.where((a == UNKNOWN) | (b == UNKNOWN), 4, known).astype(np.uint8)


def compare(
    state_a: ArrayLike,
    state_b: ArrayLike,
    group: ArrayLike,
    n_groups: int,
    *,
    weight: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Return how many villages of each group have each outcome.

    Parameters
    ----------
    state_a, state_b
        (n,) states by two rules.
    group
        (n,) index of the region, 0 … ``n_groups`` − 1.
    weight
        (n,) households; by default each village counts one.

    Returns
    -------
    (n_groups, 5) in the order of :data:`OUTCOMES`; each row adds up to the group's total.

    Raises
    ------
    RangeError
        If an array does not fit or a weight is negative or empty.

    Examples
    --------
    >>> compare([1, 1, 0], [1, 0, 2], [0, 0, 1], 2).tolist()
    [[1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]]
    """
    which, index = outcome(state_a, state_b), np.asarray(group, np.int64)
    each = np.ones(len(which)) if weight is None else np.asarray(weight, float)
    _check_points(which, index, each, n_groups)
    n = len(OUTCOMES)
    counts = np.bincount(index * n + which, each, n_groups * n).reshape(n_groups, n)
    return np.asarray(counts, float)


def _check_share(share: float) -> None:
    if not 0 < share <= 1:
        raise RangeError(
            f"a share of {share:g} is not between 0 and 1", where="coverage rule",
            repair="give a share such as 0.95",
        )  # fmt: skip


def _check_points(
    state: NDArray[np.generic], index: NDArray[np.int64], weight: NDArray[np.float64], n: int
) -> None:
    faults = []
    if not state.shape == index.shape == weight.shape or state.ndim != 1:
        faults.append(f"{state.shape} states, {index.shape} indices, {weight.shape} weights")
    if len(index) and not 0 <= index.min() <= index.max() < n:
        faults.append(f"an index is outside 0–{n - 1}")
    if not (np.isfinite(weight) & (weight >= 0)).all():
        faults.append("a weight is negative or empty")
    if faults:
        raise RangeError(
            "; ".join(faults), where="coverage rule",
            repair="give one state, index and weight for each",
        )  # fmt: skip
