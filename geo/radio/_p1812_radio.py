"""P.1812: what depends on the radio link alone, worked out once for all paths that share it.

Equation numbers are those of Recommendation ITU-R P.1812-6, Annex 1.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from geo.compiled import compiled

#: Mean radius of the Earth, and the effective radius exceeded for β₀ of the time, Eq. (7b) [km].
EARTH_RADIUS_KM = 6371.0
RADIUS_BETA_KM = 3.0 * EARTH_RADIUS_KM
#: Speed of light as the Recommendation's wavelength takes it (P.2001, Annex, Table 2.3.1) [m·GHz].
_LIGHT_M_GHZ = 0.2998
#: Relative permittivity and conductivity [S/m] of land and of sea (§ 4.3.3).
_LAND, _SEA = (22.0, 0.003), (80.0, 5.0)
_LN10 = math.log(10.0)


class Radio(NamedTuple):
    """Constants of a radio link; made by :func:`radio_of`, all numbers floating.

    Attributes
    ----------
    time_percent
        Time for which the loss is not exceeded, p [%].
    quantile_time
        Inverse cumulative normal distribution of p.
    location_dB
        What location variability adds, §§ 4.7 and 4.9 [dB].
    log_f, cbrt_f
        log₁₀ and cube root of the frequency [GHz].
    root_f
        Its square root.
    wavelength_m
        Wavelength [m].
    surface_land, surface_sea
        Surface admittance without its factor of the Earth's radius, Eq. (29), for the polarisation.
    radius_km
        Median effective radius of the Earth, Eq. (7a) [km].
    scatter_dB
        Troposcatter without its terms of distance and angle, Eqs. (44) and (45) [dB].
    duct_dB
        Ducting without its terms of the path, Eqs. (47) and (47a) [dB].
    """

    time_percent: float
    quantile_time: float
    location_dB: float
    log_f: float
    cbrt_f: float
    root_f: float
    wavelength_m: float
    surface_land: float
    surface_sea: float
    radius_km: float
    scatter_dB: float
    duct_dB: float


class RadioWave(NamedTuple):
    """Frequency [GHz], and whether the polarisation is vertical; else it is horizontal."""

    frequency_GHz: float
    vertical: bool


class Refractivity(NamedTuple):
    """Refractivity: lapse rate in the lowest kilometre, ΔN [N-units/km], and at sea level, N₀."""

    lapse: float
    sea_level: float


class Statistics(NamedTuple):
    """Percentages asked for: time p [%], locations p_L [%], and σ of the locations [dB]."""

    time_percent: float
    location_percent: float
    location_sigma_dB: float


@compiled
def radio_of(wave: RadioWave, statistics: Statistics, air: Refractivity) -> Radio:
    """Return the constants of a link; the arguments must be within their validity.

    Parameters
    ----------
    wave, statistics, air
        Frequency and polarisation, percentages, refractivity.
    """
    frequency_GHz = wave.frequency_GHz
    p = statistics.time_percent
    log_f = math.log10(frequency_GHz)
    cbrt_f = math.exp(math.log(frequency_GHz) / 3.0)
    scatter = 190.1 + 25.0 * log_f - 2.5 * math.log10(frequency_GHz / 2.0) ** 2  # (45)
    scatter += -0.15 * air.sea_level - 10.125 * math.log10(50.0 / p) ** 0.7  # (44)
    duct = 102.45 + 20.0 * log_f  # (47)
    if frequency_GHz < 0.5:
        duct += 45.375 - 137.0 * frequency_GHz + 92.5 * frequency_GHz**2  # (47a)
    location = -quantile(statistics.location_percent / 100.0) * statistics.location_sigma_dB
    return Radio(
        p,
        quantile(p / 100.0),
        location,
        log_f,
        cbrt_f,
        math.sqrt(frequency_GHz),
        _LIGHT_M_GHZ / frequency_GHz,
        _admittance(wave, cbrt_f, _LAND[0], _LAND[1]),
        _admittance(wave, cbrt_f, _SEA[0], _SEA[1]),
        EARTH_RADIUS_KM * 157.0 / (157.0 - air.lapse),  # (6), (7a)
        scatter,
        duct,
    )


@compiled
def _admittance(wave: RadioWave, cbrt_f: float, permittivity: float, conductivity: float) -> float:
    """Return Eq. (29) without the factor a^(−1/3) of the Earth's radius."""
    loss = (18.0 * conductivity / wave.frequency_GHz) ** 2
    surface = 0.036 / cbrt_f / math.sqrt(math.sqrt((permittivity - 1.0) ** 2 + loss))  # (29a)
    return surface * math.sqrt(permittivity**2 + loss) if wave.vertical else surface  # (29b)


@compiled
def quantile(share: float) -> float:
    """Return the approximate inverse of the complementary normal distribution (Attachment 2).

    Parameters
    ----------
    share
        Between 0.000001 and 0.999999; limited to that.
    """
    share = min(max(share, 0.000001), 0.999999)
    tail = share if share <= 0.5 else 1.0 - share
    root = math.sqrt(-2.0 * math.log(tail))  # (97a)
    above = (0.010328 * root + 0.802853) * root + 2.515516698
    below = ((0.001308 * root + 0.189269) * root + 1.432788) * root + 1.0
    value = root - above / below  # (96), (97b)
    return value if share <= 0.5 else -value


@compiled
def power_of_ten(exponent: float) -> float:
    """Return 10 to a power."""
    return math.exp(_LN10 * exponent)
