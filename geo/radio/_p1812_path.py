"""P.1812: the whole Recommendation for one path, compiled, for Python and for other kernels.

How another compiled kernel uses it, after it has sampled a terrain model into scratch arrays::

    radio = p1812.radio(...)                         # once, in Python: a tuple of numbers
    ends = Terminals(h_tx_m, h_rx_m, latitude_deg, 500.0, 500.0)
    found = predict(distance_km[:n], (terrain_m[:n], none), zones, ends, radio)
    found.loss_dB, found.line_of_sight, found.edge

Contract: ``distance_km`` is float64, contiguous, rises from 0 in at least :data:`MIN_POINTS`
points; ``terrain_m`` is float64 of the same length, and so is the clutter, or it is empty
(``none = terrain_m[:0]``) where there is none; ``zones`` is int8, empty where all is inland.
Nothing is checked and nothing allocated; what lies outside the limits of
:mod:`geo.radio.p1812` gives a number without meaning, a terrain height that is NaN gives NaN.
The result depends on the arguments alone, to the last bit, wherever it is called.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.radio._p1812_diffraction import Diffraction, DiffractionInputs, delta_bullington
from geo.radio._p1812_modes import (
    Climate,
    DiffractionLosses,
    Sight,
    climate_of,
    combined,
    ducting,
    interpolated,
    line_of_sight,
    sea_coupling,
    troposcatter,
)
from geo.radio._p1812_profile import (
    SEA,
    AntennaLevels,
    Horizon,
    Smooth,
    Terminals,
    clearest,
    edges,
    horizon,
    sections,
    smooth_surface,
    survey,
)
from geo.radio._p1812_radio import RADIUS_BETA_KM, Radio

Floats = NDArray[np.float64]
Zones = NDArray[np.int8]

#: Fewest points of a profile; the program in ITU's software list refuses fewer as well.
MIN_POINTS = 5


class Prediction(NamedTuple):
    """What one path gives.

    Attributes
    ----------
    loss_dB
        Basic transmission loss not exceeded for p of the time and p_L of the locations, Eq. (69).
    line_of_sight
        Whether the median ray passes over terrain and clutter, Eqs. (13) and (14).
    edge
        Profile point with the largest diffraction parameter ν of the median ray: the ridge that
        blocks most, or comes nearest to it.
    nu
        Its ν.
    """

    loss_dB: float
    line_of_sight: bool
    edge: int
    nu: float


class FullPrediction(NamedTuple):
    """All parts of one prediction.

    Attributes
    ----------
    loss_dB, line_of_sight, edge, nu
        As in :class:`Prediction`.
    sight, median, seen, smooth, climate
        Intermediate results.
    bent_dB, scatter_dB, duct_dB, location_dB
        Diffraction not exceeded for p of the time, troposcatter, ducting, location variability.
    angle
        Path angular distance, Eq. (84) [mrad].
    omega
        Share of the path over sea.
    """

    loss_dB: float
    line_of_sight: bool
    edge: int
    nu: float
    sight: Sight
    median: Diffraction
    seen: Horizon
    smooth: Smooth
    climate: Climate
    bent_dB: float
    scatter_dB: float
    duct_dB: float
    location_dB: float
    angle: float
    omega: float


@compiled
def predict(
    distance_km: Floats,
    heights: tuple[Floats, Floats],
    zone: Zones,
    terminals: Terminals,
    radio: Radio,
) -> Prediction:
    """Return the loss of one path, whether it is clear, and what blocks it most.

    Parameters
    ----------
    distance_km
        Profile, from the transmitter.
    heights
        Terrain above sea level and clutter on it [m]; the clutter at the ends does not count.
    zone
        Radio-climatic zones, or empty.
    terminals, radio
        Ends of the path, and what :func:`geo.radio.p1812.radio` returned.
    """
    found = analyse(distance_km, heights, zone, terminals, radio, False)
    return Prediction(found.loss_dB, found.line_of_sight, found.edge, found.nu)


@compiled
def analyse(
    distance_km: Floats,
    heights: tuple[Floats, Floats],
    zone: Zones,
    terminals: Terminals,
    radio: Radio,
    whole: bool,  # noqa: FBT001 — compiled functions take no keyword-only arguments
) -> FullPrediction:
    """Return all parts of one prediction; ``whole`` asks for those that the loss does not need."""
    terrain, clutter = heights
    last = distance_km.shape[0] - 1
    total = distance_km[last]
    top_tx, top_rx = terrain[0] + terminals.h_tx_m, terrain[last] + terminals.h_rx_m
    tops = AntennaLevels(top_tx, top_rx, radio.radius_km)
    parts = sections(distance_km, zone)
    climate = climate_of(total, parts, terminals.latitude_deg)
    bare, sums = survey(distance_km, terrain, tops)
    found = edges(distance_km, heights, tops) if clutter.shape[0] > 0 else bare
    seen = horizon(distance_km, terrain, tops, bare)
    smooth = smooth_surface(distance_km, terrain, terminals, sums, seen)
    ground = DiffractionInputs(radio.radius_km, parts.omega, radio, whole)
    median = delta_bullington(distance_km, (top_tx, top_rx), found, smooth, ground)
    at_beta0 = median.loss
    if radio.time_percent < 50.0:
        other = edges(distance_km, heights, AntennaLevels(top_tx, top_rx, RADIUS_BETA_KM))
        ground = DiffractionInputs(RADIUS_BETA_KM, parts.omega, radio, False)
        at_beta0 = delta_bullington(distance_km, (top_tx, top_rx), other, smooth, ground).loss
    bent = DiffractionLosses(median.loss, interpolated(median.loss, at_beta0, climate, radio))
    angle = 1000.0 * total / radio.radius_km + seen.angle_tx + seen.angle_rx  # (84)
    sight = line_of_sight(climate, 0.001 * (top_tx - top_rx), total, seen, radio)
    scatter = troposcatter(climate, angle, radio)
    coupling = sea_coupling(_at_sea(terminals, zone), (top_tx, top_rx), seen, parts.omega)
    duct = ducting(total, seen, smooth, climate, radio, coupling)
    loss = combined(total, angle, sight, bent, (scatter, duct, parts.omega), (climate, radio))
    location = 0.0 if zone.shape[0] > 0 and zone[last] == SEA else radio.location_dB
    loss = max(sight.at_time, loss + location)  # (69)
    if math.isnan(smooth.roughness):
        loss = np.nan
    nu = math.sqrt(0.002 * total / radio.wavelength_m * abs(found.clearance))
    return FullPrediction(
        loss,
        found.slope_tx < (top_rx - top_tx) / total,
        clearest(distance_km, heights, tops, found.clearance),
        math.copysign(nu, found.clearance),
        sight,
        median,
        seen,
        smooth,
        climate,
        bent.at_time,
        scatter,
        duct,
        location,
        angle,
        parts.omega,
    )


@compiled
def _at_sea(terminals: Terminals, zone: Zones) -> Terminals:
    """Return the terminals with no distance to the coast where they stand over sea."""
    if zone.shape[0] == 0:
        return terminals
    return Terminals(
        terminals.h_tx_m,
        terminals.h_rx_m,
        terminals.latitude_deg,
        0.0 if zone[0] == SEA else terminals.coast_tx_km,
        0.0 if zone[zone.shape[0] - 1] == SEA else terminals.coast_rx_km,
    )
