"""Coverage rules as arithmetic on states: by distance, and two rules compared.

Everything has three states: uncovered, covered, unknown. Where no prediction exists (outside the
terrain model, no position) a village is unknown.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.coverage.distance import COVERED, UNCOVERED, UNKNOWN, check_radius
from geo.errors import RangeError

#: Outcomes of two rules for one village.
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
        raise RangeError("a distance is negative", where="coverage rule", repair="give metres ≥ 0")
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
        (n,) uint8 index in :data:`OUTCOMES`.

    Raises
    ------
    RangeError
        If the shapes differ.

    Examples
    --------
    >>> [OUTCOMES[i] for i in outcome([1, 1, 0, 0, 2], [1, 0, 1, 0, 1])]
    ['both', 'only_a', 'only_b', 'neither', 'unknown']
    """
    a, b = np.asarray(state_a), np.asarray(state_b)
    if a.shape != b.shape:
        raise RangeError(
            f"the rules judge {a.shape} and {b.shape} villages", where="comparison",
            repair="judge the same villages by both rules",
        )  # fmt: skip
    known = np.where(a == COVERED, np.where(b == COVERED, 0, 1), np.where(b == COVERED, 2, 3))
    return np.where((a == UNKNOWN) | (b == UNKNOWN), 4, known).astype(np.uint8)
