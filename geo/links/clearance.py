"""Clearance of a path over terrain: earth bulge, Fresnel zone, line of sight, the worst ridge.

Heights are above sea level; antennas stand on the first and the last point of a profile. A path is
judged for a stated k: the ratio of the effective to the real earth radius, 4/3 in a usual
atmosphere, 0.6 in the worst month that a microwave path is planned for.

References
----------
Recommendation ITU-R P.526-15, §3 and §4.1: effective earth radius, parameter ν of a knife edge.
Recommendation ITU-R P.530-18, §2.2.2: first Fresnel zone and path clearance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import ArrayLike, NDArray

from geo.compiled import compiled, compiled_parallel
from geo.earth.terrain import Profiles
from geo.errors import InputError, RangeError

Floats = NDArray[np.float64]
#: Antenna heights above ground at transmitter and receiver [m], frequency [GHz], k.
Link = tuple[float, float, float, float]

#: Mean earth radius of the Recommendations [m].
EARTH_RADIUS_M = 6_371_000.0
#: Effective earth radius as a multiple of the real one: usual, and worst (`field/domain.md` §6).
K_USUAL, K_WORST = 4.0 / 3.0, 0.6
#: Share of the first Fresnel zone that must be free for loss as in free space (P.530 §2.2.2.1).
FREE_SHARE = 0.6
#: Speed of light: wavelength [m] = this / frequency [GHz].
_C_M_GHZ = 0.299_792_458
#: States of a path.
BLOCKED, VISIBLE, UNKNOWN = 0, 1, 2


def earth_bulge_m(d1_km: ArrayLike, d2_km: ArrayLike, *, k: float = K_USUAL) -> Floats:
    """Return how far the earth rises above the chord of a path [m] (P.526-15 §3).

    Parameters
    ----------
    d1_km, d2_km
        Distances to the two ends [km].
    k
        Effective earth radius as a multiple of the real one, above 0.

    Raises
    ------
    RangeError
        If ``k`` is not above 0.

    Examples
    --------
    >>> float(earth_bulge_m(15, 15).round(1)), float(earth_bulge_m(15, 15, k=0.6).round(1))
    (13.2, 29.4)
    """
    _check_k(k)
    product_m2 = np.asarray(d1_km, float) * np.asarray(d2_km, float) * 1e6
    return np.asarray(product_m2 / (2.0 * k * EARTH_RADIUS_M))


def fresnel_radius_m(
    d1_km: ArrayLike, d2_km: ArrayLike, frequency_GHz: float, *, zone: int = 1
) -> Floats:
    """Return the radius of a Fresnel zone √(n·λ·d1·d2/(d1 + d2)) [m] (P.526-15 eq. (2)).

    Raises
    ------
    RangeError
        If the frequency or the number of the zone is not above 0.

    Examples
    --------
    >>> float(fresnel_radius_m(15, 15, 7.0).round(1))
    17.9
    """
    _check_frequency(frequency_GHz)
    if zone < 1:
        raise RangeError(f"there is no Fresnel zone {zone}", where="zone", repair="count from 1")
    one, two = np.asarray(d1_km, float) * 1000.0, np.asarray(d2_km, float) * 1000.0
    wavelength = _C_M_GHZ / frequency_GHz
    whole = one + two
    share = np.divide(one * two, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.asarray(np.sqrt(zone * wavelength * share))


@dataclass(frozen=True, eq=False, slots=True)
class Clearance:
    """One path, point by point.

    Attributes
    ----------
    distance_km, terrain_m
        The profile as it was given.
    bulge_m
        Rise of the earth above the chord [m]: draw terrain + bulge under a straight ray.
    ray_m
        Height of the straight ray [m].
    fresnel_m
        Radius of the first Fresnel zone [m].
    clearance_m
        Ray − terrain − bulge [m]; negative where the ground is in the way.
    worst
        Number of the point between the ends that has the least clearance / Fresnel radius: the
        blocking ridge where :attr:`visible` is False.
    k
        As it was given.
    """

    distance_km: Floats
    terrain_m: Floats
    bulge_m: Floats
    ray_m: Floats
    fresnel_m: Floats
    clearance_m: Floats
    worst: int
    k: float

    @property
    def worst_ratio(self) -> float:
        """Clearance at the worst point as a multiple of the first Fresnel radius."""
        return float(self.clearance_m[self.worst] / self.fresnel_m[self.worst])

    @property
    def nu(self) -> float:
        """Diffraction parameter ν of the worst point, −√2 × ratio (P.526-15 eq. (26))."""
        return -math.sqrt(2.0) * self.worst_ratio

    @property
    def visible(self) -> bool:
        """True if the straight ray touches the ground nowhere."""
        return bool(self.clearance_m[self.worst] >= 0.0)

    @property
    def free(self) -> bool:
        """True if 0.6 of the first Fresnel zone is free all along."""
        return self.worst_ratio >= FREE_SHARE


def clearance(
    distance_km: ArrayLike,
    terrain_m: ArrayLike,
    *,
    h_tx_m: float,
    h_rx_m: float,
    frequency_GHz: float,
    k: float = K_USUAL,
) -> Clearance:
    """Return the clearance of one path at each of its points.

    Parameters
    ----------
    distance_km, terrain_m
        (n,) profile: distances from the transmitter [km], rising from 0, and heights [m].
    h_tx_m, h_rx_m
        Antenna heights above ground [m].
    frequency_GHz
        Frequency [GHz].
    k
        Effective earth radius as a multiple of the real one.

    Raises
    ------
    InputError
        If the profile has less than three points, a void, or distances that do not rise.
    RangeError
        If an antenna stands below ground, or frequency or k is not above 0.

    Examples
    --------
    >>> ridge = clearance([0, 10, 20], [0, 50, 0], h_tx_m=30, h_rx_m=30, frequency_GHz=0.7)
    >>> ridge.visible, ridge.worst, round(float(ridge.clearance_m[1]), 1)
    (False, 1, -25.9)
    """
    km, ground = np.asarray(distance_km, float), np.asarray(terrain_m, float)
    link = _checked_link(h_tx_m, h_rx_m, frequency_GHz, k)
    if km.shape != ground.shape or km.ndim != 1 or len(km) < 3 or not np.isfinite(ground).all():
        raise InputError(
            "a profile needs at least three points and no void", where="clearance",
            repair="choose ends that the terrain model covers",
        )  # fmt: skip
    if km[0] != 0 or not (np.diff(km) > 0).all():
        raise InputError(
            "distances do not rise from 0", where="clearance", repair="give two different places"
        )
    rest = km[-1] - km
    bulge = earth_bulge_m(km, rest, k=k)
    ray = (ground[0] + h_tx_m) * rest / km[-1] + (ground[-1] + h_rx_m) * km / km[-1]
    worst, _, _ = worst_of_path(km, ground, len(km), link)
    return Clearance(
        km, ground, bulge, ray, fresnel_radius_m(km, rest, frequency_GHz), ray - ground - bulge,
        worst, k,
    )  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class Sights:
    """Many paths, one row each.

    Attributes
    ----------
    state
        (n,) uint8: :data:`BLOCKED`, :data:`VISIBLE`, or :data:`UNKNOWN` where the profile is void.
    ratio
        (n,) least clearance as a multiple of the first Fresnel radius, NaN where unknown; inf for
        ends at one place.
    clearance_m
        (n,) clearance there [m].
    worst_km
        (n,) distance of that point from the transmitter [km].
    worst_m
        (n,) its height above sea level [m].
    """

    state: NDArray[np.uint8]
    ratio: Floats
    clearance_m: Floats
    worst_km: Floats
    worst_m: Floats


def sights(
    paths: Profiles, *, h_tx_m: ArrayLike, h_rx_m: ArrayLike, frequency_GHz: float, k: float
) -> Sights:
    """Return line of sight, least clearance and the worst ridge of many paths.

    Parameters
    ----------
    paths
        From :func:`geo.earth.terrain.profiles`.
    h_tx_m, h_rx_m
        Antenna heights above ground [m], one for all or one per path.
    frequency_GHz, k
        As in :func:`clearance`.

    Raises
    ------
    RangeError
        If an antenna stands below ground, or frequency or k is not above 0.
    """
    n = len(paths)
    tx, rx = (np.broadcast_to(np.asarray(h, float), n) for h in (h_tx_m, h_rx_m))
    for height in (tx, rx):
        _checked_link(float(height.min(initial=0)), 0.0, frequency_GHz, k)
    links = np.column_stack([tx, rx, np.full(n, frequency_GHz), np.full(n, k)])
    found = np.full((n, 4), np.nan)
    _fill_sights(paths.start, paths.distance_km, paths.terrain_m, links, found)
    state = np.where(found[:, 1] >= 0, VISIBLE, BLOCKED).astype(np.uint8)
    state[paths.void] = UNKNOWN
    found[paths.void] = np.nan
    return Sights(state, found[:, 0], found[:, 1], found[:, 2], found[:, 3])


@compiled
def worst_of_path(
    distance_km: Floats, terrain_m: Floats, n: int, link: Link
) -> tuple[int, float, float]:
    """Return number, clearance / Fresnel radius and clearance [m] of the worst point between ends.

    For calls inside other compiled loops, on what :func:`geo.earth.terrain.sample_path` filled; the
    first of equals wins. Ends at one place give 1, inf, inf.
    """
    whole = distance_km[n - 1]
    low, high = terrain_m[0] + link[0], terrain_m[n - 1] + link[1]
    wavelength_km = _C_M_GHZ / link[2] * 1e-3
    best, ratio, room = 1, math.inf, math.inf
    for i in range(1, n - 1):
        one = distance_km[i]
        two = whole - one
        if one > 0.0 and two > 0.0:
            bulge = one * two * 1e6 / (2.0 * link[3] * EARTH_RADIUS_M)
            above = (low * two + high * one) / whole - terrain_m[i] - bulge
            relative = above / (1000.0 * math.sqrt(wavelength_km * one * two / whole))
            if relative < ratio:
                best, ratio, room = i, relative, above
    return best, ratio, room


@compiled_parallel
def _fill_sights(
    start: NDArray[np.int64], distance_km: Floats, terrain_m: Floats, links: Floats, found: Floats
) -> None:
    """Fill ratio, clearance [m], distance [km] and height [m] of the worst point of each path."""
    for p in prange(links.shape[0]):
        km, ground = distance_km[start[p] : start[p + 1]], terrain_m[start[p] : start[p + 1]]
        link = (links[p, 0], links[p, 1], links[p, 2], links[p, 3])
        worst, found[p, 0], found[p, 1] = worst_of_path(km, ground, km.shape[0], link)
        found[p, 2], found[p, 3] = km[worst], ground[worst]


def _checked_link(h_tx_m: float, h_rx_m: float, frequency_GHz: float, k: float) -> Link:
    for height in (h_tx_m, h_rx_m):
        if not 0 <= height < math.inf:
            raise RangeError(
                f"an antenna at {height:g} m stands below ground or nowhere",
                where="antenna height", repair="give metres above ground, 0 or more",
            )  # fmt: skip
    _check_frequency(frequency_GHz)
    _check_k(k)
    return float(h_tx_m), float(h_rx_m), float(frequency_GHz), float(k)


def _check_frequency(frequency_GHz: float) -> None:
    if not 0 < frequency_GHz < math.inf:
        raise RangeError(
            f"a frequency of {frequency_GHz:g} GHz is not above 0", where="frequency_GHz",
            repair="give gigahertz, such as 0.7",
        )  # fmt: skip


def _check_k(k: float) -> None:
    if not 0 < k < math.inf:
        raise RangeError(
            f"an effective earth radius of {k:g} times the real one is not above 0", where="k",
            repair="give 4/3 for the usual atmosphere, 0.6 for the worst",
        )  # fmt: skip
