"""P.1812: diffraction by the delta-Bullington method (§ 4.3 of Annex 1).

Equation numbers are those of Recommendation ITU-R P.1812-6.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.radio._p1812_profile import Edges, Smooth
from geo.radio._p1812_radio import Radio

Floats = NDArray[np.float64]


class DiffractionInputs(NamedTuple):
    """What the diffraction over one path depends on beside its heights.

    Attributes
    ----------
    radius_km
        Effective radius of the Earth [km].
    omega
        Share of the path over sea.
    radio
        Radio link.
    whole
        Whether the smooth Bullington loss is wanted even where it cannot matter.
    """

    radius_km: float
    omega: float
    radio: Radio
    whole: bool


class Diffraction(NamedTuple):
    """Diffraction loss of a path at one effective radius of the Earth [dB].

    Attributes
    ----------
    loss
        Complete loss, Eq. (39).
    actual
        Bullington loss of the profile with its clutter.
    smooth
        Bullington loss of the smooth path; 0 where it was not asked for and cannot matter.
    spherical
        Loss of the spherical Earth, Eq. (27) or (28).
    """

    loss: float
    actual: float
    smooth: float
    spherical: float


@compiled
def knife_edge(nu: float) -> float:
    """Return the loss of a knife edge [dB] from its diffraction parameter ν.

    Examples
    --------
    >>> round(knife_edge(0.0), 2), knife_edge(-1.0)
    (6.03, 0.0)
    """
    if nu <= -0.78:
        return 0.0
    over = nu - 0.1
    return 6.9 + 20.0 * math.log10(math.sqrt(over * over + 1.0) + over)  # (12)


@compiled
def bullington(total_km: float, h_tx: float, h_rx: float, found: Edges, wave_m: float) -> float:
    """Return the Bullington loss [dB] of a path of which the edges are known (§ 4.3.1).

    Parameters
    ----------
    total_km
        Length of the path.
    h_tx, h_rx
        Antennas above the same level as the profile [m].
    found
        From :func:`geo.radio._p1812_profile.edges`.
    wave_m
        Wavelength.
    """
    line = (h_rx - h_tx) / total_km  # (14)
    nu = math.copysign(math.sqrt(0.002 * total_km / wave_m * abs(found.clearance)), found.clearance)
    if found.slope_tx >= line:  # trans-horizon; else (15)
        point = (h_rx - h_tx + found.slope_rx * total_km) / (
            found.slope_tx + found.slope_rx
        )  # (18)
        # Rays that graze one point are parallel to rounding: ν of that point is 0 like theirs.
        if 0.0 < point < total_km:
            over = (found.slope_tx - line) * point
            nu = over * math.sqrt(0.002 * total_km / (wave_m * point * (total_km - point)))  # (19)
    loss = knife_edge(nu)  # (16), (20)
    return loss + (1.0 - math.exp(-loss / 6.0)) * (10.0 + 0.02 * total_km)  # (21)


@compiled
def smooth_edges(distance_km: Floats, h_tx: float, h_rx: float, radius_km: float) -> Edges:
    """Return the edges of a profile whose heights are all zero, in a logarithmic number of steps.

    The slope is concave in d, and ν is concave in φ with d = D·sin²φ: each has one peak along the
    points, which halving finds. Antennas must be above 0; what :func:`bullington` has no use for
    is 0.
    """
    ends = (h_tx, h_rx, distance_km[distance_km.shape[0] - 1], 500.0 / radius_km)
    slope_tx = _peak(distance_km, ends, 0)
    if slope_tx < (h_rx - h_tx) / ends[2]:
        return Edges(slope_tx, 0.0, _peak(distance_km, ends, 2))
    return Edges(slope_tx, _peak(distance_km, ends, 1), 0.0)


@compiled
def _peak(distance_km: Floats, ends: tuple[float, float, float, float], kind: int) -> float:
    """Return the largest value of a kind over the points between the ends."""
    low, high = 1, distance_km.shape[0] - 2
    while low < high:
        middle = (low + high) // 2
        here = _smooth(distance_km[middle], ends, kind)
        if here < _smooth(distance_km[middle + 1], ends, kind):
            low = middle + 1
        else:
            high = middle
    return _smooth(distance_km[low], ends, kind)


@compiled
def _smooth(near: float, ends: tuple[float, float, float, float], kind: int) -> float:
    """Return what :func:`edges` takes the largest of, for a point at height 0."""
    h_tx, h_rx, total, curve = ends
    far = total - near
    if kind == 0:
        return curve * far - h_tx / near
    if kind == 1:
        return curve * near - h_rx / far
    over = curve * near * far - h_tx - (h_rx - h_tx) / total * near
    return over * abs(over) / (near * far)


@compiled
def spherical(
    total_km: float, h_tx: float, h_rx: float, radius_km: float, omega: float, radio: Radio
) -> float:
    """Return the loss of the spherical Earth [dB] (§ 4.3.2); antennas above the surface [m]."""
    root_tx, root_rx = math.sqrt(h_tx), math.sqrt(h_rx)
    sight = math.sqrt(0.002 * radius_km) * (root_tx + root_rx)  # (22)
    if total_km >= sight:
        return first_term(total_km, h_tx, h_rx, radius_km, omega, radio)
    both = h_tx + h_rx
    c = (h_tx - h_rx) / both  # (24d)
    m = 250.0 * total_km * total_km / (radius_km * both)  # (24e)
    inner = 1.5 * c * math.sqrt(3.0 * m / (m + 1.0) ** 3)
    turn = math.acos(min(max(inner, -1.0), 1.0))
    b = 2.0 * math.sqrt((m + 1.0) / (3.0 * m)) * math.cos(math.pi / 3.0 + turn / 3.0)  # (24c)
    near = 0.5 * total_km * (1.0 + b)  # (24a)
    far = total_km - near  # (24b)
    bulge = 500.0 / radius_km
    clear = (h_tx - bulge * near * near) * far + (h_rx - bulge * far * far) * near
    clear /= total_km  # (23)
    needed = 17.456 * math.sqrt(near * far * radio.wavelength_m / total_km)  # (25)
    if clear > needed:
        return 0.0
    marginal = 500.0 * (total_km / (root_tx + root_rx)) ** 2  # (26)
    loss = first_term(total_km, h_tx, h_rx, marginal, omega, radio)
    return (1.0 - clear / needed) * loss if loss > 0.0 else 0.0  # (27)


@compiled
def first_term(
    total_km: float, h_tx: float, h_rx: float, radius_km: float, omega: float, radio: Radio
) -> float:
    """Return the first term of the spherical loss over land and sea [dB] (§ 4.3.3)."""
    shrink = math.exp(-math.log(radius_km) / 3.0)
    # Normalised distance and heights, Eqs. (31), (32), without β.
    x = 21.88 * radio.cbrt_f * shrink * shrink * total_km
    y = 0.9575 * radio.cbrt_f * radio.cbrt_f * shrink
    loss = 0.0
    if omega < 1.0:
        land = _over_one_ground(radio.surface_land * shrink, x, y * h_tx, y * h_rx)
        loss += (1.0 - omega) * land
    if omega > 0.0:
        loss += omega * _over_one_ground(radio.surface_sea * shrink, x, y * h_tx, y * h_rx)
    return loss  # (28)


@compiled
def _over_one_ground(admittance: float, x: float, y_tx: float, y_rx: float) -> float:
    """Return the first term for a surface of one admittance K, Eqs. (30) to (36)."""
    k2 = admittance * admittance
    beta = (1.0 + k2 * (1.6 + 0.67 * k2)) / (1.0 + k2 * (4.5 + 1.53 * k2))  # (30)
    x *= beta
    if x >= 1.6:
        distance = 11.0 + 10.0 * math.log10(x) - 17.6 * x  # (33)
    else:
        distance = -20.0 * math.log10(x) - 5.6488 * x**1.425
    least = 2.0 + 20.0 * math.log10(admittance)
    square = beta * beta
    return (
        -distance - _height_gain(square * y_tx, least) - _height_gain(square * y_rx, least)
    )  # (36)


@compiled
def _height_gain(b: float, least: float) -> float:
    """Return the height gain, Eqs. (34) and (35) [dB]."""
    if b > 2.0:
        gain = 17.6 * math.sqrt(b - 1.1) - 5.0 * math.log10(b - 1.1) - 8.0
    else:
        gain = 20.0 * math.log10(b + 0.1 * b * b * b)
    return max(gain, least)


@compiled
def delta_bullington(
    distance_km: Floats,
    tops: tuple[float, float],
    found: Edges,
    smooth: Smooth,
    ground: DiffractionInputs,
) -> Diffraction:
    """Return the complete diffraction loss at one radius of the Earth (§ 4.3.4).

    Parameters
    ----------
    tops
        Antennas above sea level [m].
    found
        Edges of the profile with its clutter at that radius.
    smooth
        Antennas above the smooth surface.
    ground
        Radius, share of sea and radio link.
    """
    total = distance_km[distance_km.shape[0] - 1]
    wave = ground.radio.wavelength_m
    actual = bullington(total, tops[0], tops[1], found, wave)
    h_tx, h_rx = smooth.diffraction_tx, smooth.diffraction_rx  # (37), (38)
    sphere = spherical(total, h_tx, h_rx, ground.radius_km, ground.omega, ground.radio)
    flat = 0.0
    if sphere > 0.0 or ground.whole:
        flat_edges = smooth_edges(distance_km, h_tx, h_rx, ground.radius_km)
        flat = bullington(total, h_tx, h_rx, flat_edges, wave)
    return Diffraction(actual + max(sphere - flat, 0.0), actual, flat, sphere)  # (39)
