"""Coverage rules as arithmetic on states: by distance, and two rules compared.

A village is uncovered, covered, unknown or not asked. Where no prediction exists (outside the
terrain model, no position) it is unknown; where a rule says nothing of villages of its kind (too
few households) it is not asked, which is no lack of knowledge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.coverage.distance import COVERED, UNCOVERED, UNKNOWN, check_radius
from geo.errors import RangeError

#: State of what a rule says nothing of, beside those of :mod:`geo.coverage.distance`.
NOT_ASKED = 3
#: Outcomes of two rules for one village.
OUTCOMES = ("both", "only_a", "only_b", "neither", "unknown", "not_asked")


def distance_state(distance_m: ArrayLike, radius_m: float) -> NDArray[np.uint8]:
    """Return the state by distance to the nearest site.

    Parameters
    ----------
    distance_m
        Geodesic distance [m], any shape: infinite where no site is near and the site list is
        complete, NaN where that is not known.
    radius_m
        Distance of the rule [m], inclusive, 0 < radius ≤ 100 km.

    Returns
    -------
    state
        uint8, same shape: covered, uncovered or unknown (:mod:`geo.coverage.distance`).

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
        raise RangeError("coverage.negative_distance")
    near = np.where(metres <= radius, COVERED, UNCOVERED)
    return np.where(np.isnan(metres), UNKNOWN, near).astype(np.uint8)


def outcome(state_a: ArrayLike, state_b: ArrayLike) -> NDArray[np.uint8]:
    """Return for each village which of two rules covers it.

    Parameters
    ----------
    state_a, state_b
        (n,) states by the two rules.

    Returns
    -------
    outcome
        (n,) uint8 index in :data:`OUTCOMES`; not asked where either rule does not ask.

    Raises
    ------
    RangeError
        If the shapes differ.

    Examples
    --------
    >>> [OUTCOMES[i] for i in outcome([1, 1, 0, 0, 2, 2], [1, 0, 1, 0, 1, 3])]
    ['both', 'only_a', 'only_b', 'neither', 'unknown', 'not_asked']
    """
    a, b = np.asarray(state_a), np.asarray(state_b)
    if a.shape != b.shape:
        raise RangeError("coverage.compared_unlike", shape=a.shape, shape_2=b.shape)
    known = np.where(a == COVERED, np.where(b == COVERED, 0, 1), np.where(b == COVERED, 2, 3))
    judged = np.where((a == UNKNOWN) | (b == UNKNOWN), 4, known)
    return np.where((a == NOT_ASKED) | (b == NOT_ASKED), 5, judged).astype(np.uint8)
