"""P.1812: analysis of the path profile (Attachment 1 to Annex 1, and §§ 3.2 and 3.6 for zones).

Heights are in metres above sea level, distances in kilometres from the transmitter, angles in
milliradians. ``clutter_m`` and ``zone`` may be empty: no clutter, all inland.
Equation numbers are those of Recommendation ITU-R P.1812-6.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled

Floats = NDArray[np.float64]
Zones = NDArray[np.int8]

#: Radio-climatic zones (§ 3.3, Table 2).
SEA, COASTAL, INLAND = 1, 3, 4


class Terminals(NamedTuple):
    """What belongs to the two ends of one path, all numbers floating.

    Attributes
    ----------
    h_tx_m, h_rx_m
        Antenna heights above ground [m].
    latitude_deg
        Latitude of the middle of the path [°].
    coast_tx_km, coast_rx_km
        Distance over land to the coast along the path [km].
    """

    h_tx_m: float
    h_rx_m: float
    latitude_deg: float
    coast_tx_km: float
    coast_rx_km: float


class AntennaLevels(NamedTuple):
    """Antennas above sea level [m], and the effective radius of the Earth [km]."""

    tx: float
    rx: float
    radius_km: float


class Sums(NamedTuple):
    """Sums and largest values over bare terrain (§§ 5.6.1, 5.6.2 of the attachment).

    Attributes
    ----------
    v1, v2
        Sums of the straight line through the terrain, Eqs. (85) and (86).
    highest, slope_tx, slope_rx
        Highest obstruction over the direct ray and its slopes, Eqs. (89a) to (89c).
    """

    v1: float
    v2: float
    highest: float
    slope_tx: float
    slope_rx: float


class Sections(NamedTuple):
    """Share of the path over sea; longest stretch of land, and of inland [km] (§§ 3.2, 3.6)."""

    omega: float
    land_km: float
    inland_km: float


class Edges(NamedTuple):
    """Largest values over the points between the terminals, at one curvature of the Earth.

    Attributes
    ----------
    slope_tx, slope_rx
        Largest slope of a ray from the terminal to a point, Eqs. (13) and (17) [m/km].
    clearance
        Largest v·|v| of a point, v being its height over the direct ray [m] by √(d₁·d₂) [km]: it
        grows with the diffraction parameter ν of Eq. (15) and needs no root for each point.
    """

    slope_tx: float
    slope_rx: float
    clearance: float


class Horizon(NamedTuple):
    """Horizons of the terminals (§ 4 of the attachment).

    Attributes
    ----------
    tx, rx
        Profile points of the horizons; on a line-of-sight path both the Bullington point.
    distance_tx_km, distance_rx_km
        Distances from the terminals, d_lt and d_lr, Eqs. (80), (83) and (83a) [km].
    angle_tx, angle_rx
        Elevations, θ_t and θ_r, Eqs. (79), (81) and (82) [mrad].
    """

    tx: int
    rx: int
    distance_tx_km: float
    distance_rx_km: float
    angle_tx: float
    angle_rx: float


class Smooth(NamedTuple):
    """Heights that belong to the smooth surface (§ 5.6 of the attachment) [m].

    Attributes
    ----------
    diffraction_tx, diffraction_rx
        Antennas above the surface of the diffraction model, h′_tc and h′_rc, Eqs. (37a), (37b).
    ducting_tx, ducting_rx
        Effective antenna heights of the ducting model, h_te and h_re, Eqs. (94a), (94b).
    roughness
        Largest terrain height over the surface between the horizons, h_m, Eq. (95).
    """

    diffraction_tx: float
    diffraction_rx: float
    ducting_tx: float
    ducting_rx: float
    roughness: float


@compiled
def sections(distance_km: Floats, zone: Zones) -> Sections:
    """Return how much of the path lies in which zone; a point stands for half of its two steps."""
    last = distance_km.shape[0] - 1
    total = distance_km[last]
    if zone.shape[0] == 0:
        return Sections(0.0, total, total)
    sea = longest_land = longest_inland = land = inland = 0.0
    for i in range(last + 1):
        before = distance_km[max(i - 1, 0)]
        after = distance_km[min(i + 1, last)]
        step = 0.5 * (after - before)
        land = land + step if zone[i] != SEA else 0.0
        inland = inland + step if zone[i] == INLAND else 0.0
        sea += step if zone[i] == SEA else 0.0
        longest_land = max(longest_land, land)
        longest_inland = max(longest_inland, inland)
    return Sections(min(sea / total, 1.0), longest_land, longest_inland)


@compiled
def edges(distance_km: Floats, heights: tuple[Floats, Floats], tops: AntennaLevels) -> Edges:
    """Return the slopes and the clearance that decide the Bullington loss.

    Parameters
    ----------
    distance_km
        Profile.
    heights
        Terrain and clutter on it; the latter may be empty.
    tops
        Antennas and radius of the Earth.
    """
    terrain, clutter = heights
    covered = clutter.shape[0] > 0
    last = distance_km.shape[0] - 1
    total = distance_km[last]
    line = (tops.rx - tops.tx) / total
    curve = 500.0 / tops.radius_km  # m/km²
    slope_tx = slope_rx = clearance = -np.inf
    for i in range(1, last):
        near = distance_km[i]
        far = total - near
        top = terrain[i] + (clutter[i] if covered else 0.0)
        inverse = 1.0 / (near * far)
        slope_tx = max(slope_tx, (top - tops.tx) * (far * inverse) + curve * far)  # (13)
        slope_rx = max(slope_rx, (top - tops.rx) * (near * inverse) + curve * near)  # (17)
        over = top - tops.tx - line * near + curve * near * far
        clearance = max(clearance, over * abs(over) * inverse)  # (15)
    return Edges(slope_tx, slope_rx, clearance)


@compiled
def survey(distance_km: Floats, terrain: Floats, tops: AntennaLevels) -> tuple[Edges, Sums]:
    """Return what one pass over the bare terrain gives: its edges, and sums for the surface."""
    last = distance_km.shape[0] - 1
    total = distance_km[last]
    line = (tops.rx - tops.tx) / total
    curve = 500.0 / tops.radius_km
    slope_tx = slope_rx = clearance = -np.inf
    highest = share_tx = share_rx = -np.inf
    v1 = v2 = before = 0.0
    low = terrain[0]
    for i in range(1, last):
        near, top = distance_km[i], terrain[i]
        v1 += (near - before) * (top + low)  # (85)
        v2 += (near - before) * (top * (2.0 * near + before) + low * (near + 2.0 * before))  # (86)
        before, low = near, top
        far = total - near
        inverse = 1.0 / (near * far)
        slope_tx = max(slope_tx, (top - tops.tx) * (far * inverse) + curve * far)  # (13)
        slope_rx = max(slope_rx, (top - tops.rx) * (near * inverse) + curve * near)  # (17)
        straight = top - tops.tx - line * near  # (89d)
        over = straight + curve * near * far
        clearance = max(clearance, over * abs(over) * inverse)  # (15)
        highest = max(highest, straight)  # (89a)
        share_tx = max(share_tx, straight * (far * inverse))  # (89b)
        share_rx = max(share_rx, straight * (near * inverse))  # (89c)
    v1 += (total - before) * (terrain[last] + low)
    v2 += (total - before) * (terrain[last] * (2.0 * total + before) + low * (total + 2.0 * before))
    return Edges(slope_tx, slope_rx, clearance), Sums(v1, v2, highest, share_tx, share_rx)


@compiled
def clearest(
    distance_km: Floats, heights: tuple[Floats, Floats], tops: AntennaLevels, clearance: float
) -> int:
    """Return the first profile point with the largest ν, which :func:`edges` found."""
    terrain, clutter = heights
    covered = clutter.shape[0] > 0
    last = distance_km.shape[0] - 1
    total = distance_km[last]
    line = (tops.rx - tops.tx) / total
    curve = 500.0 / tops.radius_km
    found, largest = 1, -np.inf
    for i in range(1, last):
        near = distance_km[i]
        far = total - near
        over = terrain[i] + (clutter[i] if covered else 0.0) - tops.tx - line * near
        over += curve * near * far
        value = over * abs(over) * (1.0 / (near * far))
        if value > largest:
            found, largest = i, value
        if value >= clearance:
            break
    return found


@compiled
def horizon(distance_km: Floats, terrain: Floats, tops: AntennaLevels, bare: Edges) -> Horizon:
    """Return the horizons over the terrain without clutter.

    Parameters
    ----------
    tops
        Antennas and median radius of the Earth.
    bare
        What :func:`survey` found.
    """
    last = distance_km.shape[0] - 1
    total = distance_km[last]
    line = (tops.rx - tops.tx) / total
    curve = 500.0 / tops.radius_km
    # An elevation grows with the slope less the curvature of the whole path: one arctangent each.
    if bare.slope_tx > line:  # (76), (78): trans-horizon
        tx = steepest(distance_km, terrain, (tops.tx, curve), bare.slope_tx, 0)
        rx = steepest(distance_km, terrain, (tops.rx, curve), bare.slope_rx, last)
        slope_tx, slope_rx = bare.slope_tx, bare.slope_rx
        near, far = distance_km[tx], total - distance_km[rx]
    else:
        tx = rx = clearest(distance_km, (terrain, terrain[:0]), tops, bare.clearance)
        slope_tx, slope_rx = line, -line
        near, far = distance_km[tx], total - distance_km[tx]
    angle_tx = 1000.0 * math.atan(0.001 * (slope_tx - curve * total))  # (77), (78)
    angle_rx = 1000.0 * math.atan(0.001 * (slope_rx - curve * total))  # (81), (82a)
    return Horizon(tx, rx, near, far, angle_tx, angle_rx)


@compiled
def steepest(
    distance_km: Floats, terrain: Floats, ray: tuple[float, float], known: float, end: int
) -> int:
    """Return the point with the steepest ray from an end point; of equal ones the nearest to it.

    Parameters
    ----------
    ray
        Antenna above sea level [m], and curvature [m/km²].
    known
        The largest slope: the search ends there.
    """
    antenna, curve = ray
    last = distance_km.shape[0] - 1
    total = distance_km[last]
    found, largest = 1, -np.inf
    for i in range(1, last):
        point = abs(end - i)
        near = distance_km[point]
        far = total - near
        beyond = near if end else far
        slope = (terrain[point] - antenna) * (beyond * (1.0 / (near * far))) + curve * beyond
        if slope > largest:
            found, largest = point, slope
        if slope >= known:
            break
    return found


@compiled
def smooth_surface(
    distance_km: Floats, terrain: Floats, terminals: Terminals, sums: Sums, seen: Horizon
) -> Smooth:
    """Return the effective antenna heights and the roughness; NaN where a height is NaN."""
    last = distance_km.shape[0] - 1
    total = distance_km[last]
    v1, v2 = sums.v1, sums.v2
    if math.isnan(v1):
        return Smooth(v1, v1, v1, v1, v1)
    surface_tx = (2.0 * v1 * total - v2) / total**2  # (87)
    surface_rx = (v2 - v1 * total) / total**2  # (88)
    ground_tx, ground_rx = terrain[0], terrain[last]
    top_tx, top_rx = ground_tx + terminals.h_tx_m, ground_rx + terminals.h_rx_m
    down_tx = down_rx = 0.0
    if sums.highest > 0.0:
        both = sums.slope_tx + sums.slope_rx
        down_tx = sums.highest * sums.slope_tx / both  # (90c), (90e)
        down_rx = sums.highest * sums.slope_rx / both  # (90d), (90f)
    diffraction_tx = top_tx - min(surface_tx - down_tx, ground_tx)  # (90), (91)
    diffraction_rx = top_rx - min(surface_rx - down_rx, ground_rx)
    base_tx, base_rx = min(surface_tx, ground_tx), min(surface_rx, ground_rx)  # (92)
    slope = (base_rx - base_tx) / total  # (93)
    roughness = -np.inf
    for i in range(seen.tx, seen.rx + 1):
        roughness = max(roughness, terrain[i] - (base_tx + slope * distance_km[i]))  # (95)
    return Smooth(diffraction_tx, diffraction_rx, top_tx - base_tx, top_rx - base_rx, roughness)
