"""How hard villages are to reach, and how likely the rule leaves each without 4G.

Broken land, the distance to the nearest county seat and that to the nearest road make a village
hard to reach. No package holds roads: straight lines between neighbouring county seats replace
them. The chance of a village to have no 4G rises with its hardness and never reaches
:data:`HIGHEST_CHANCE`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import DataError

if TYPE_CHECKING:
    from data.provinces.illustrative.counties import County, Floats
    from data.provinces.relief import Relief

#: Chance of the hardest village: no prefecture has a larger share without 4G.
HIGHEST_CHANCE = 0.15
#: Ruggedness [m], distance to the seat and to the road line [km] that each count as one.
_RUGGED_M, _SEAT_KM, _ROAD_KM = 100.0, 40.0, 30.0
#: Broken land counts more than distance: flat land is served from afar.
_RUGGED_POWER = 2
#: Halvings of the interval in which the steepness is sought.
_HALVINGS = 60


def hardness(counties: list[County], relief: Relief, lon: Floats, lat: Floats) -> Floats:
    """Return how hard villages are to reach: 0.02 in a plain, 8 in gorges.

    (ruggedness / 100 m)² × (1 + distance to the seat / 40 km) × (1 + that to a road / 30 km).

    Parameters
    ----------
    counties
        All counties of the province.
    relief
        Grid around the province.
    lon, lat
        (n,) villages, WGS84 [°].

    Returns
    -------
    hardness
        (n,) values without a unit, 0 or more.
    """
    from scipy.spatial import cKDTree

    from geo.earth.crs import ecef

    seats = ecef(*np.array([county.seat for county in counties]).T)
    points = ecef(lon, lat)
    seat_km = cKDTree(seats).query(points)[0] / 1000
    rugged = relief.at(relief.ruggedness(), lon, lat) / _RUGGED_M
    remote = (1 + seat_km / _SEAT_KM) * (1 + _road_km(seats, points) / _ROAD_KM)
    return np.asarray(rugged**_RUGGED_POWER * remote)


def chances(hard: Floats, goal: int) -> Floats:
    """Return each village's chance to have no 4G; they sum to ``goal``.

    15 % × (1 − exp(−k × hardness)), with k such that the sum is reached.

    Parameters
    ----------
    hard
        (n,) result of :func:`hardness`.
    goal
        Villages without 4G.

    Returns
    -------
    chances
        (n,) probabilities, below :data:`HIGHEST_CHANCE`.

    Raises
    ------
    DataError
        If 15 % of the villages are fewer than ``goal``.
    """
    if goal >= HIGHEST_CHANCE * len(hard):
        raise DataError("build.dark_share", goal=goal, hard=len(hard), most=HIGHEST_CHANCE)
    low, high = 0.0, 1.0
    while _chances(hard, high).sum() < goal:
        high *= 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _chances(hard, middle).sum() < goal else (low, middle)
    return _chances(hard, high)


def _chances(hard: Floats, steepness: float) -> Floats:
    return np.asarray(-HIGHEST_CHANCE * np.expm1(-steepness * hard))


def _road_km(seats: Floats, points: Floats) -> Floats:
    """Return the distance of points to the nearest line between neighbouring seats [km]."""
    best = np.full(len(points), np.inf)
    for i, j in _neighbours(seats):
        along = seats[j] - seats[i]
        part = np.clip((points - seats[i]) @ along / (along @ along), 0.0, 1.0)
        away = points - seats[i] - part[:, None] * along
        np.minimum(best, np.sqrt((away**2).sum(axis=1)), out=best)
    return best / 1000


def _neighbours(seats: Floats) -> list[tuple[int, int]]:
    """Return the pairs of seats whose line, as a diameter, has no third seat in its circle."""
    square = ((seats[:, None] - seats) ** 2).sum(axis=2)
    return [
        (i, j)
        for i in range(len(seats))
        for j in range(i + 1, len(seats))
        if (square[i] + square[j] >= square[i, j] - 1.0).all()
    ]
