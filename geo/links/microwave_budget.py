"""Longest microwave hop: free space loss, rain attenuation and fade margin.

A hop is feasible where the fade margin is at least the rain attenuation for the required
availability, and at least a reserve for multipath. Gases and interference are left out: below 10
GHz gases attenuate less than 0.02 dB/km (ITU-R P.676-13, figure 10). Multipath is not predicted:
its reserve is assumed.

References
----------
ITU-R P.525-4 eq. (4): free space. ITU-R P.838-3 eqs. (1)–(5), tables 1–4: rain, 1–1000 GHz. ITU-R
P.530-18 §2.4.1: path-length factor and other percentages of time, up to 60 km, 1–100 GHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import RangeError

Floats = NDArray[np.float64]

#: P.838-3 tables 1–4: rows (a, b, c), then slope m and constant c, for log10 k and α, h and v.
_K_H = (
    (
        (-5.33980, -0.10008, 1.13098),
        (-0.35351, 1.26970, 0.45400),
        (-0.23789, 0.86036, 0.15354),
        (-0.94158, 0.64552, 0.16817),
    ),
    -0.18961,
    0.71147,
)
_K_V = (
    (
        (-3.80595, 0.56934, 0.81061),
        (-3.44965, -0.22911, 0.51059),
        (-0.39902, 0.73042, 0.11899),
        (0.50167, 1.07319, 0.27195),
    ),
    -0.16398,
    0.63297,
)
_ALPHA_H = (
    (
        (-0.14318, 1.82442, -0.55187),
        (0.29591, 0.77564, 0.19822),
        (0.32177, 0.63773, 0.13164),
        (-5.37610, -0.96230, 1.47828),
        (16.1721, -3.29980, 3.43990),
    ),
    0.67849,
    -1.95537,
)
_ALPHA_V = (((-0.07771, 2.33840, -0.76284), (0.56727, 0.95545, 0.54039),
             (-0.20238, 1.14520, 0.26809), (-48.2991, 0.791669, 0.116226),
             (48.5833, 0.791459, 0.116479)), -0.053739, 0.83433)  # fmt: skip
#: Longest path of the path-length factor (P.530-18 §2.4.1), and its greatest value.
_LONGEST_KM, _GREATEST = 60.0, 2.5
#: Efficiency of a dish; assumption. Speed of light: wavelength [m] = this / frequency [GHz].
_EFFICIENCY, _C_M_GHZ = 0.6, 0.299_792_458
#: Unavailability for which the prediction is valid [% of the time].
_LEAST_PERCENT, _MOST_PERCENT = 0.001, 1.0


@dataclass(frozen=True, slots=True)
class HopEquipment:
    """Equipment and climate of a hop.

    All defaults are assumptions: a 7–8 GHz radio at 128-QAM in 28 MHz with 1.2 m dishes (60 %
    efficiency), and the rain of zone M of the former ITU-R P.837-1, which held for the south-west
    of China and is more than for its north-west.

    Attributes
    ----------
    frequency_GHz
        1 to 100.
    power_dBm, threshold_dBm, losses_dB
        Transmit power, received level for the required error rate, feeders of both ends.
    dish_m
        Diameter of each dish [m].
    rain_mm_h
        Rain rate exceeded in 0.01 % of an average year.
    unavailable_percent
        Time that rain may interrupt the hop, 0.001 to 1.
    reserve_dB
        Least margin, for multipath.
    vertical
        Polarisation.
    """

    frequency_GHz: float = 7.5
    power_dBm: float = 27.0
    dish_m: float = 1.2
    threshold_dBm: float = -72.0
    losses_dB: float = 3.0
    rain_mm_h: float = 63.0
    unavailable_percent: float = 0.01
    reserve_dB: float = 30.0
    vertical: bool = True

    @property
    def antenna_dBi(self) -> float:
        """Gain of a dish, η (π D f / c)² [dBi]."""
        turns = np.pi * self.dish_m * self.frequency_GHz / _C_M_GHZ
        return float(10 * np.log10(_EFFICIENCY * turns**2))


def specific_attenuation(
    rain_mm_h: ArrayLike, frequency_GHz: float, *, vertical: bool = True
) -> Floats:
    """Return the specific attenuation of rain on a horizontal path, γ = k·R^α (P.838-3 eq. (1)).

    Parameters
    ----------
    rain_mm_h
        Rain rates, any shape, at least 0 [mm/h].
    frequency_GHz
        Frequency, 1 to 1000 [GHz].
    vertical
        True for vertical polarisation, else horizontal.

    Returns
    -------
    attenuation
        Same shape [dB/km].

    Raises
    ------
    RangeError
        If a rate is negative or not finite, or the frequency is outside 1–1000 GHz.

    Examples
    --------
    >>> float(specific_attenuation(50, 20, vertical=False).round(2))
    5.72
    """
    rate = np.asarray(rain_mm_h, dtype=float)
    if not 1 <= frequency_GHz <= 1000:
        raise RangeError("microwave.frequency", frequency=frequency_GHz)
    if not np.isfinite(rate).all() or (rate < 0).any():
        raise RangeError("microwave.rain")
    k, alpha = _power_law(frequency_GHz, vertical=vertical)
    return np.asarray(k * rate**alpha)


def rain_dB(distance_km: ArrayLike, hop: HopEquipment) -> Floats:
    """Return the rain attenuation exceeded for the unavailable time (P.530-18 §2.4.1).

    Parameters
    ----------
    distance_km
        Lengths of hops, any shape, above 0, at most 60 [km].
    hop
        Equipment and climate.

    Returns
    -------
    attenuation_dB
        Same shape [dB].

    Raises
    ------
    RangeError
        If a distance is not above 0 and up to 60 km, or a parameter is out of its range.
    """
    d = np.asarray(distance_km, dtype=float)
    if not np.isfinite(d).all() or (d <= 0).any() or (d > _LONGEST_KM).any():
        raise RangeError("microwave.distance")
    p = hop.unavailable_percent
    if not 1 <= hop.frequency_GHz <= 100 or not _LEAST_PERCENT <= p <= _MOST_PERCENT:
        raise RangeError("microwave.range", frequency=hop.frequency_GHz, p=p)
    rate, f = hop.rain_mm_h, hop.frequency_GHz
    gamma = specific_attenuation(rate, f, vertical=hop.vertical)
    alpha = _power_law(f, vertical=hop.vertical)[1]
    # eq. (32): distance factor; it grows beyond 2.5 only on the shortest paths.
    with np.errstate(divide="ignore"):
        below = 0.477 * d**0.633 * rate ** (0.073 * alpha) * f**0.123
        factor = 1.0 / (below - 10.579 * (1.0 - np.exp(-0.024 * d)))
    factor = np.where((factor > _GREATEST) | (factor < 0), _GREATEST, factor)
    at_001 = gamma * d * factor
    # eqs. (34)–(37): other percentages.
    c0 = 0.12 + (0.4 * np.log10((f / 10) ** 0.8) if f >= 10 else 0.0)
    c1 = 0.07**c0 * 0.12 ** (1 - c0)
    c2, c3 = 0.855 * c0 + 0.546 * (1 - c0), 0.139 * c0 + 0.043 * (1 - c0)
    return np.asarray(at_001 * c1 * p ** -(c2 + c3 * np.log10(p)))


def fade_margin_dB(distance_km: ArrayLike, hop: HopEquipment) -> Floats:
    """Return the received level in free space above the threshold (P.525-4 eq. (4)).

    Parameters
    ----------
    distance_km
        Lengths of hops, any shape, above 0 [km].
    hop
        Equipment.

    Returns
    -------
    margin_dB
        Same shape [dB]; negative where the threshold is not reached.

    Examples
    --------
    >>> float(fade_margin_dB(30.0, HopEquipment()).round(1))
    31.1
    """
    d = np.asarray(distance_km, dtype=float)
    loss = 92.45 + 20 * np.log10(hop.frequency_GHz) + 20 * np.log10(d)
    return np.asarray(
        hop.power_dBm + 2 * hop.antenna_dBi - hop.losses_dB - loss - hop.threshold_dBm
    )


def longest_km(hop: HopEquipment, *, most_km: float = _LONGEST_KM) -> float:
    """Return the greatest length at which a hop meets its margins, to 0.1 km.

    Every shorter hop meets them as well.

    Parameters
    ----------
    hop
        Equipment and climate.
    most_km
        Greatest length that is tried, at most 60 [km].

    Returns
    -------
    length_km
        [km]; 0 where no hop meets them.

    Raises
    ------
    RangeError
        If a parameter is out of its range.
    """
    steps = np.arange(1, round(min(most_km, _LONGEST_KM) * 10) + 1) / 10
    margin = fade_margin_dB(steps, hop)
    feasible = margin >= np.maximum(rain_dB(steps, hop), hop.reserve_dB)
    return float(steps[-1] if feasible.all() else np.append(0.0, steps)[int(np.argmin(feasible))])


def _power_law(frequency_GHz: float, *, vertical: bool) -> tuple[float, float]:
    """Return k and α (P.838-3 eqs. (2) and (3))."""
    x = np.log10(frequency_GHz)

    def fitted(table: tuple[tuple[tuple[float, float, float], ...], float, float]) -> float:
        terms, slope, constant = table
        bells = sum(a * np.exp(-(((x - b) / c) ** 2)) for a, b, c in terms)
        return float(bells + slope * x + constant)

    k, alpha = (_K_V, _ALPHA_V) if vertical else (_K_H, _ALPHA_H)
    return float(10.0 ** fitted(k)), fitted(alpha)
