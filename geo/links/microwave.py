"""Microwave hops: the least standard masts from which both ends see each other over the terrain.

A hop is clear where the straight line between the antennas keeps a share of the first Fresnel zone
free of the terrain, for the usual earth (k = 4/3) and for the worst (k = 0.6). Fading and rain
limit its length: :mod:`geo.links.microwave_budget`. Interference is not considered.

References
----------
Recommendation ITU-R P.530-18, §2.2.2: clearance. Stricter here than its rule for k = 0.6 in
temperate climates (0.0–0.3 of the zone), as for tropical ones (0.6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.earth.crs import check_lonlat, ecef
from geo.earth.terrain import TerrainProfiles
from geo.errors import InputError, RangeError
from geo.links.clearance import FREE_SHARE, K_USUAL, K_WORST, earth_bulge_m, fresnel_radius_m

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Heights of antennas above ground that masts are ordered for [m]; assumption.
STANDARD_HEIGHTS_M = (15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0, 50.0, 60.0)
#: Frequency of rural hops [GHz]; assumption: the 7–8 GHz bands.
FREQUENCY_GHZ = 7.5


@dataclass(frozen=True, slots=True, eq=False)
class MicrowaveHops:
    """Possible hops between places.

    Attributes
    ----------
    pairs
        (h, 2) numbers of the places at both ends.
    mast_m
        (h, 2) least antenna heights [m]; NaN where no standard mast clears or terrain is unknown.
    clear
        (h,) True where masts were found.
    known
        (h,) False where the terrain has a void: neither clear nor blocked.
    """

    pairs: Ints
    mast_m: Floats
    clear: NDArray[np.bool_]
    known: NDArray[np.bool_]


def hop_pairs(lon: ArrayLike, lat: ArrayLike, *, hop_km: float, neighbours: int = 12) -> Ints:
    """Return pairs of places within the length of a hop, each place with its nearest neighbours.

    Parameters
    ----------
    lon, lat
        (n,) places, WGS84 [°].
    hop_km
        Longest hop, above 0, at most 100 [km].
    neighbours
        Nearest places that are looked at, per place.

    Returns
    -------
    pairs
        (h, 2) numbers of the places, the lower one first.

    Raises
    ------
    RangeError
        If a coordinate is not a place on Earth, or the length is not above 0 and up to 100 km.
    """
    if not 0 < hop_km <= 100:
        raise RangeError("microwave.hop", hop_km=hop_km)
    x, y = check_lonlat(lon, lat, where="places")
    if len(x) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    places = ecef(x, y)
    k = min(neighbours + 1, len(x))
    chord, other = cKDTree(places).query(places, k=k, distance_upper_bound=hop_km * 1000)
    here = np.repeat(np.arange(len(x)), k)
    near = np.isfinite(chord.ravel()) & (other.ravel() != here)
    pairs = np.sort(np.column_stack([here, other.ravel()])[near], axis=1)
    return np.asarray(np.unique(pairs, axis=0), dtype=np.int64)


def solve_masts(
    pairs: ArrayLike,
    paths: TerrainProfiles,
    *,
    frequency_GHz: float = FREQUENCY_GHZ,
    heights_m: ArrayLike = STANDARD_HEIGHTS_M,
) -> MicrowaveHops:
    """Return the least standard masts from which each hop is clear.

    Of all pairs of heights the one with the least sum is taken, then the most equal one.

    Parameters
    ----------
    pairs
        (h, 2) places at both ends.
    paths
        The h terrain profiles, from the first to the second place.
    frequency_GHz
        Frequency, above 0 [GHz].
    heights_m
        Standard heights above ground, ascending [m].

    Returns
    -------
    hops
        Least masts per pair, and where terrain is unknown.

    Raises
    ------
    InputError
        If there is not one profile for each pair.
    RangeError
        If heights are not positive and ascending.
    """
    ends = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    masts = np.asarray(heights_m, dtype=float)
    if len(ends) != len(paths):
        raise InputError("microwave.profiles", pairs=len(ends), paths=len(paths))
    if not len(masts) or (np.diff(masts, prepend=0.0) <= 0).any() or not np.isfinite(masts).all():
        raise RangeError("microwave.heights")
    if not len(ends):
        flags = np.zeros(0, dtype=bool)
        return MicrowaveHops(ends, np.zeros((0, 2)), flags, flags)
    least = _least_far_mast(paths, masts, frequency_GHz)
    # (a, h): the standard height at the far end for each height at the near one.
    step = np.searchsorted(masts, least - 1e-9)
    far = np.where(step < len(masts), masts[np.minimum(step, len(masts) - 1)], np.inf)
    far[:, paths.void] = np.inf
    whole = far + masts[:, None]
    order = whole + 1e-6 * np.abs(far - masts[:, None])
    best = np.argmin(order, axis=0)
    here = np.arange(len(ends))
    clear = np.isfinite(whole[best, here])
    found = np.column_stack([masts[best], far[best, here]])
    found[~clear] = np.nan
    return MicrowaveHops(ends, found, clear, ~paths.void)


def _least_far_mast(paths: TerrainProfiles, masts: Floats, frequency_GHz: float) -> Floats:
    """Return per near mast (rows) and path the height that the far antenna needs [m]."""
    first, last = paths.start[:-1], paths.start[1:] - 1
    points = np.diff(paths.start)
    whole = np.repeat(paths.distance_km[last], points)
    d1 = paths.distance_km
    d2 = np.maximum(whole - d1, 0.0)
    share = np.divide(d1, whole, out=np.zeros_like(d1), where=whole > 0)
    free = FREE_SHARE * fresnel_radius_m(d1, d2, frequency_GHz)
    # The worst k bends the earth most everywhere, the usual one never more.
    bulge = np.maximum(earth_bulge_m(d1, d2, k=K_WORST), earth_bulge_m(d1, d2, k=K_USUAL))
    need = np.nan_to_num(paths.terrain_m) + bulge + free
    near = np.repeat(np.nan_to_num(paths.terrain_m[first]), points)
    inner = np.ones(len(d1), dtype=bool)
    inner[first] = inner[last] = False
    found = np.full((len(masts), len(first)), -np.inf)
    for i, mast in enumerate(masts):
        with np.errstate(divide="ignore", invalid="ignore"):
            at_far = (need - (1.0 - share) * (near + mast)) / share
        at_far = np.where(inner, at_far, -np.inf)
        found[i] = np.maximum.reduceat(at_far, first) - np.nan_to_num(paths.terrain_m[last])
    return found
