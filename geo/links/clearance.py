"""Clearance of a path over terrain: earth bulge, Fresnel zone, line of sight, the worst ridge.

Heights are above sea level; antennas are at the first and the last point of a profile. A path is
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
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError, RangeError

Floats = NDArray[np.float64]

#: Mean earth radius of the Recommendations [m].
EARTH_RADIUS_M = 6_371_000.0
#: Effective earth radius as a multiple of the real one: usual, and worst (`field/domain.md` §6).
K_USUAL, K_WORST = 4.0 / 3.0, 0.6
#: Share of the first Fresnel zone that must be free for loss as in free space (P.530 §2.2.2.1).
FREE_SHARE = 0.6
#: Speed of light: wavelength [m] = this / frequency [GHz].
_C_M_GHZ = 0.299_792_458


def earth_bulge_m(d1_km: ArrayLike, d2_km: ArrayLike, *, k: float = K_USUAL) -> Floats:
    """Return the height of the earth bulge above the chord of a path (P.526-15 §3).

    Parameters
    ----------
    d1_km, d2_km
        Distances to the two ends [km].
    k
        Effective earth radius as a multiple of the real one, above 0.

    Returns
    -------
    bulge_m
        Broadcast shape [m].

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
    """Return the radius of a Fresnel zone, √(n·λ·d1·d2/(d1 + d2)) (P.526-15 eq. (2)).

    Parameters
    ----------
    d1_km, d2_km
        Distances to the two ends, any shapes that broadcast [km].
    frequency_GHz
        Frequency, above 0 [GHz].
    zone
        Number of the zone, from 1.

    Returns
    -------
    radius_m
        Broadcast shape [m]; 0 at the ends.

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
        raise RangeError("clearance.zone", zone=zone)
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

    Returns
    -------
    clearance
        The ray, the Fresnel zone and the clearance at each point.

    Raises
    ------
    InputError
        If the profile has fewer than three points, a void, or distances that do not rise.
    RangeError
        If an antenna is below ground, or frequency or k is not above 0.

    Examples
    --------
    >>> ridge = clearance([0, 10, 20], [0, 50, 0], h_tx_m=30, h_rx_m=30, frequency_GHz=0.7)
    >>> ridge.visible, ridge.worst, round(float(ridge.clearance_m[1]), 1)
    (False, 1, -25.9)
    """
    km, ground = np.asarray(distance_km, float), np.asarray(terrain_m, float)
    _check_link(h_tx_m, h_rx_m, frequency_GHz, k)
    if km.shape != ground.shape or km.ndim != 1 or len(km) < 3 or not np.isfinite(ground).all():
        raise InputError("clearance.short")
    if km[0] != 0 or not (np.diff(km) > 0).all():
        raise InputError("clearance.order")
    rest = km[-1] - km
    bulge = earth_bulge_m(km, rest, k=k)
    ray = (ground[0] + h_tx_m) * rest / km[-1] + (ground[-1] + h_rx_m) * km / km[-1]
    above, fresnel = ray - ground - bulge, fresnel_radius_m(km, rest, frequency_GHz)
    worst = 1 + int(np.argmin(above[1:-1] / fresnel[1:-1]))
    return Clearance(km, ground, bulge, ray, fresnel, above, worst, k)


def _check_link(h_tx_m: float, h_rx_m: float, frequency_GHz: float, k: float) -> None:
    for height in (h_tx_m, h_rx_m):
        if not 0 <= height < math.inf:
            raise RangeError("clearance.height", height=height)
    _check_frequency(frequency_GHz)
    _check_k(k)


def _check_frequency(frequency_GHz: float) -> None:
    if not 0 < frequency_GHz < math.inf:
        raise RangeError("clearance.frequency", frequency=frequency_GHz)


def _check_k(k: float) -> None:
    if not 0 < k < math.inf:
        raise RangeError("clearance.earth", k=k)
