"""Distance coverage of a province's villages, and of ten times as many."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from bench.measure import Figure, in_turn
from geo.coverage.distance import RULE_A_RADIUS_M, distance_coverage

VILLAGES, SITES = 134_000, 60_000
#: Longest time for the villages of one province [s].
LIMIT_S = 1.0
#: A mountain province's extent: longitudes, then latitudes [°].
_EXTENT = ((97.5, 106.2), (21.1, 29.3))


def distance(runs: int) -> Iterator[Figure]:
    """Time rule A on seeded villages and sites, and its growth with ten times of both."""
    times = in_turn({"one": _case(1), "ten": _case(10)}, runs=runs)
    yield Figure(
        what=f"distance coverage, {VILLAGES:,} villages × {SITES:,} sites",
        runs_s=times["one"],
        limit_s=LIMIT_S,
    )
    yield Figure(
        what=f"the same, {10 * VILLAGES:,} × {10 * SITES:,}",
        runs_s=times["ten"],
        baseline=f"{VILLAGES:,} × {SITES:,}",
        baseline_s=times["one"],
    )


def _case(times: int) -> Callable[[], object]:
    """Return a call on ``times`` a province's villages and sites, gathered around centres."""
    draw = np.random.default_rng(20_201_231)
    centres = _uniform(draw, 400)
    villages = _around(draw, centres, VILLAGES * times)
    sites = _around(draw, centres, SITES * times)
    return lambda: distance_coverage(*villages, *sites, RULE_A_RADIUS_M)


def _around(
    draw: np.random.Generator, centres: NDArray[np.float64], n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Half of the points lie within some 20 km of a centre, half anywhere."""
    near = centres[:, draw.integers(0, centres.shape[1], n // 2)]
    near = near + draw.normal(0, 0.2, near.shape)
    lon, lat = np.concatenate([near, _uniform(draw, n - n // 2)], axis=1)
    return lon, lat


def _uniform(draw: np.random.Generator, n: int) -> NDArray[np.float64]:
    low, high = np.array(_EXTENT).T
    return draw.uniform(low[:, None], high[:, None], (2, n))
