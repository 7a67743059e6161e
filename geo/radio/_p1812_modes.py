"""P.1812: line of sight, troposcatter, ducting, and how they combine (§§ 3.6, 4.2, 4.4 to 4.9).

Equation numbers are those of Recommendation ITU-R P.1812-6, Annex 1.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from geo.compiled import compiled
from geo.radio._p1812_profile import Horizon, Sections, Smooth, Terminals
from geo.radio._p1812_radio import Radio, power_of_ten, quantile

_LN10 = math.log(10.0)


class Climate(NamedTuple):
    """Incidence of ducting (§ 3.6).

    Attributes
    ----------
    beta0
        Time for which ducting is to be expected, β₀ [%], Eq. (5).
    log_beta0
        Its log₁₀.
    tau
        Parameter τ, Eq. (3).
    log_total
        Natural logarithm of the length of the path [km].
    """

    beta0: float
    log_beta0: float
    tau: float
    log_total: float


class Sight(NamedTuple):
    """Losses of the line of sight [dB] (§ 4.2).

    Attributes
    ----------
    free_space
        L_bfs, Eq. (8).
    at_time, at_beta0
        Not exceeded for p and for β₀ of the time, L_b0p and L_b0β, Eqs. (10) and (11).
    """

    free_space: float
    at_time: float
    at_beta0: float


class DiffractionLosses(NamedTuple):
    """Diffraction losses [dB]: median, and not exceeded for p of the time, Eq. (41)."""

    median: float
    at_time: float


@compiled
def climate_of(total_km: float, parts: Sections, latitude_deg: float) -> Climate:
    """Return the incidence of ducting for a path."""
    log_total = math.log(total_km)
    tau = 0.0
    if parts.inland_km > 0.0:
        tau = 1.0 - math.exp(-4.12e-4 * math.exp(2.41 * math.log(parts.inland_km)))  # (3)
    within = power_of_ten(-parts.land_km / (16.0 - 6.6 * tau))
    within += power_of_ten(-5.0 * (0.496 + 0.354 * tau))
    log_mu1 = min(0.2 * math.log10(within), 0.0)  # (2)
    latitude = abs(latitude_deg)
    if latitude <= 70.0:
        log_mu4 = (-0.935 + 0.0176 * latitude) * log_mu1  # (4)
        log_beta0 = -0.015 * latitude + 1.67 + log_mu1 + log_mu4  # (5)
    else:
        log_beta0 = math.log10(4.17) + 1.3 * log_mu1
    return Climate(power_of_ten(log_beta0), log_beta0, tau, log_total)


@compiled
def line_of_sight(
    climate: Climate, rise_km: float, total_km: float, seen: Horizon, radio: Radio
) -> Sight:
    """Return the losses of the line of sight with multipath and focusing."""
    ray2 = total_km * total_km + rise_km * rise_km  # (8a)
    free = 92.4 + 20.0 * radio.log_f + 10.0 * math.log10(ray2)  # (8)
    reach = seen.distance_tx_km + seen.distance_rx_km
    focus = 2.6 * (1.0 - math.exp(-0.1 * reach))
    at_time = free + focus * math.log10(radio.time_percent / 50.0)  # (9a), (10)
    at_beta0 = free + focus * (climate.log_beta0 - math.log10(50.0))  # (9b), (11)
    return Sight(free, at_time, at_beta0)


@compiled
def troposcatter(climate: Climate, angle: float, radio: Radio) -> float:
    """Return the loss of troposcatter [dB], Eq. (44); path angular distance [mrad]."""
    return radio.scatter_dB + 20.0 / _LN10 * climate.log_total + 0.573 * angle


@compiled
def ducting(
    total_km: float,
    seen: Horizon,
    smooth: Smooth,
    climate: Climate,
    radio: Radio,
    coupling_dB: float,
) -> float:
    """Return the loss of ducting and layer reflection [dB] (§ 4.5).

    Parameters
    ----------
    coupling_dB
        Correction of both terminals for ducts over sea, from :func:`sea_coupling`.
    """
    near, far = seen.distance_tx_km, seen.distance_rx_km
    fixed = radio.duct_dB + 20.0 * math.log10(near + far) + coupling_dB  # (47)
    fixed += _shielding(seen.angle_tx, near, radio) + _shielding(seen.angle_rx, far, radio)
    bent = 1000.0 * total_km / radio.radius_km
    bent += min(seen.angle_tx, 0.1 * near) + min(seen.angle_rx, 0.1 * far)  # (52), (52a)
    log_beta = climate.log_beta0 + _geometry(total_km, near + far, smooth, climate, radio)  # (54)
    log_ratio = math.log10(radio.time_percent) - log_beta
    gamma = 1.076 / (2.0058 - log_beta) ** 1.012
    decay = 9.51 - 4.8 * log_beta + 0.198 * log_beta**2
    gamma *= math.exp(-decay * 1e-6 * math.exp(1.13 * climate.log_total))  # (53a)
    variable = -12.0 + (1.2 + 3.7e-3 * total_km) * log_ratio
    variable += 12.0 * power_of_ten(gamma * log_ratio)  # (53)
    specific = 5e-5 * radio.radius_km * radio.cbrt_f  # (51)
    return fixed + specific * bent + variable  # (46), (50)


@compiled
def _shielding(angle: float, away_km: float, radio: Radio) -> float:
    """Return the site-shielding loss of a terminal [dB], Eqs. (48) and (48a)."""
    over = angle - 0.1 * away_km
    if over <= 0.0:
        return 0.0
    root = radio.root_f * math.sqrt(away_km)
    return 20.0 * math.log10(1.0 + 0.361 * over * root) + 0.264 * over * radio.cbrt_f


@compiled
def _geometry(
    total_km: float, reach_km: float, smooth: Smooth, climate: Climate, radio: Radio
) -> float:
    """Return log₁₀ of the corrections of β for geometry and roughness, μ₂·μ₃."""
    grown = 3.5e-9 * math.exp(3.1 * climate.log_total) * climate.tau
    alpha = max(-0.6 - grown, -3.4)  # (55a)
    roots = math.sqrt(smooth.ducting_tx) + math.sqrt(smooth.ducting_rx)
    base = 500.0 / radio.radius_km * (total_km / roots) ** 2
    log_mu = min(alpha * math.log10(base), 0.0)  # (55)
    if smooth.roughness > 10.0:
        between = min(total_km - reach_km, 40.0)  # (56a)
        log_mu -= 4.6e-5 / _LN10 * (smooth.roughness - 10.0) * (43.0 + 6.0 * between)  # (56)
    return log_mu


@compiled
def sea_coupling(
    terminals: Terminals, tops: tuple[float, float], seen: Horizon, omega: float
) -> float:
    """Return the correction for ducts over sea of both terminals [dB], Eq. (49)."""
    if omega < 0.75:
        return 0.0
    gain = 0.0
    if terminals.coast_tx_km <= min(5.0, seen.distance_tx_km):
        gain += _coupling(terminals.coast_tx_km, tops[0])
    if terminals.coast_rx_km <= min(5.0, seen.distance_rx_km):
        gain += _coupling(terminals.coast_rx_km, tops[1])
    return gain


@compiled
def _coupling(coast_km: float, top_m: float) -> float:
    return -3.0 * math.exp(-0.25 * coast_km * coast_km) * (1.0 + math.tanh(0.07 * (50.0 - top_m)))


@compiled
def interpolated(median: float, at_beta0: float, climate: Climate, radio: Radio) -> float:
    """Return the diffraction loss not exceeded for p of the time [dB], Eqs. (40) and (41)."""
    if radio.time_percent >= 50.0:
        return median
    if radio.time_percent <= climate.beta0:
        return at_beta0
    share = radio.quantile_time / quantile(climate.beta0 / 100.0)  # (40a)
    return median + share * (at_beta0 - median)


@compiled
def combined(
    total_km: float,
    angle: float,
    sight: Sight,
    bent: DiffractionLosses,
    others: tuple[float, float, float],
    link: tuple[Climate, Radio],
) -> float:
    """Return the loss not exceeded for p of the time at half of the locations [dB] (§ 4.6).

    Parameters
    ----------
    angle
        Path angular distance, Eq. (84) [mrad].
    others
        Loss of troposcatter, loss of ducting [dB], share of the path over sea.
    """
    scatter, duct, omega = others
    climate, radio = link
    # 1 − ½·(1 + tanh x) = 1 / (1 + e²ˣ)
    by_angle = 1.0 / (1.0 + math.exp(min(2.0 * 3.0 * 0.8 * (angle - 0.3) / 0.3, 700.0)))  # (57)
    by_distance = 1.0 / (1.0 + math.exp(2.0 * 3.0 * 0.5 * (total_km - 20.0) / 20.0))  # (58)
    diffracted = sight.at_time + bent.at_time  # (43)
    if radio.time_percent < climate.beta0:
        least = sight.at_time + (1.0 - omega) * bent.at_time  # (59)
    else:
        median = sight.free_space + bent.median  # (42)
        share = radio.quantile_time / quantile(climate.beta0 / 100.0)
        least = median + (sight.at_beta0 + (1.0 - omega) * bent.at_time - median) * share
    enhanced = max(duct, sight.at_time)
    enhanced += 2.5 * math.log1p(math.exp(-abs(duct - sight.at_time) / 2.5))  # (60), η = 2.5
    mixed = diffracted
    if enhanced <= diffracted:
        mixed = enhanced + (diffracted - enhanced) * by_distance  # (61)
    modified = mixed + (least - mixed) * by_angle  # (62)
    gap = math.exp(-0.2 * _LN10 * abs(scatter - modified))
    return min(scatter, modified) - 5.0 / _LN10 * math.log1p(gap)  # (63)
