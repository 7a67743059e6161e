"""P.1812 against two other programs, against closed formulas, and against itself."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.special import ai_zeros, airy, fresnel
from scipy.stats import norm

from geo.radio._p1812_diffraction import bullington, knife_edge, smooth_edges, spherical
from geo.radio._p1812_modes import (
    DiffractionLosses,
    Sight,
    climate_of,
    combined,
    ducting,
    interpolated,
    line_of_sight,
    troposcatter,
)
from geo.radio._p1812_profile import Horizon, Sections, Smooth
from geo.radio._p1812_radio import RADIUS_BETA_KM, quantile
from geo.radio.p1812 import basic_transmission_loss, path_loss, radio
from tests.geo.radio.paths import flat, link

#: 26 profiles with the losses of two programs; the file says where they come from.
CASES = json.loads((Path(__file__).parent / "p1812_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_agrees_with_two_other_programs(case) -> None:
    points = case["n"]
    clutter = np.full(points, float(case["clutter_m"]))
    clutter[[0, -1]] = 0.0
    found = basic_transmission_loss(
        np.linspace(0.0, case["distance_km"], points),
        case["terrain_m"],
        frequency_GHz=case["frequency_GHz"],
        h_tx_m=case["h_tx_m"],
        h_rx_m=case["h_rx_m"],
        time_percent=case["time_percent"],
        polarization=case["polarization"],
        delta_N=case["delta_N"],
        N0=case["N0"],
        clutter_m=clutter if case["clutter_m"] else None,
        lat_tx=25.0,
        lat_rx=25.0 + math.degrees(case["distance_km"] / 6371.0),
        lon_tx=102.7,
        lon_rx=102.7,
    )
    assert found == pytest.approx(case["loss_dB"], abs=0.01)


# -- closed formulas


def test_a_short_clear_path_is_free_space() -> None:
    distance, terrain = flat(1.0)
    found = path_loss(distance, terrain, link(frequency_GHz=3.0, h_tx_m=120.0, h_rx_m=100.0))
    slant_km = math.hypot(1.0, 0.02)
    assert found.line_of_sight
    assert found.diffraction_dB == 0.0
    assert found.loss_dB == pytest.approx(92.4 + 20 * math.log10(3.0 * slant_km), abs=1e-9)


def test_time_below_the_median_enhances_a_clear_path() -> None:
    distance, terrain = flat(10.0)
    found = path_loss(distance, terrain, link(h_tx_m=500, h_rx_m=500, time_percent=1))
    focus = 2.6 * (1 - math.exp(-1.0)) * math.log10(1 / 50)
    assert found.line_of_sight_dB - found.free_space_dB == pytest.approx(focus, abs=1e-9)
    assert found.loss_dB == pytest.approx(found.line_of_sight_dB, abs=0.01)


@pytest.mark.parametrize("nu", [-0.7, -0.3, 0.0, 0.5, 1.0, 2.4, 6.0])
def test_knife_edge_is_the_fresnel_integral(nu) -> None:
    s, c = fresnel(nu)
    exact = -20 * math.log10(math.hypot(1 - c - s, c - s) / 2)
    assert knife_edge(nu) == pytest.approx(exact, abs=0.12)


def test_a_single_edge_is_bullingtons() -> None:
    distance, terrain = flat(8.0, 161, 100.0)
    terrain[60] = 400.0
    found = path_loss(distance, terrain, link())
    near, far = distance[60], 8.0 - distance[60]
    radius = 6371.0 * 157 / (157 - 45)
    over = 400.0 + 500 * near * far / radius - (135.0 * far + 101.5 * near) / 8.0
    nu = over * math.sqrt(0.002 * 8.0 / (0.2998 / 0.7 * near * far))
    edge = 6.9 + 20 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1) + nu - 0.1)
    assert not found.line_of_sight
    assert (found.edge, found.edge_km, found.horizon_tx, found.horizon_rx) == (60, near, 60, 60)
    assert found.edge_nu == pytest.approx(nu, rel=1e-12)
    assert found.bullington_dB == pytest.approx(
        edge + (1 - math.exp(-edge / 6)) * (10 + 0.02 * 8.0), abs=1e-9
    )


@pytest.mark.parametrize(
    ("length_km", "h_tx", "h_rx"), [(60, 35, 10), (90, 100, 30), (120, 60, 60)]
)
def test_beyond_the_horizon_of_a_smooth_earth_fields_are_those_of_fock(
    length_km, h_tx, h_rx
) -> None:
    """Residue series of a perfectly conducting sphere, horizontal polarisation (Fock 1946)."""
    constants = radio(link(frequency_GHz=0.7, polarization="horizontal"))
    found = spherical(length_km, h_tx, h_rx, constants.radius_km, 0.0, constants)
    wave = 2 * math.pi / constants.wavelength_m
    radius_m = constants.radius_km * 1000
    stretch = (wave * radius_m / 2) ** (1 / 3)
    x = stretch * length_km * 1000 / radius_m
    y = [wave * height / stretch for height in (h_tx, h_rx)]
    field = 0j
    for root in -ai_zeros(12)[0]:
        t = root * np.exp(1j * math.pi / 3)
        field += np.exp(1j * x * t) * _w(t - y[0])[0] * _w(t - y[1])[0] / _w(t)[1] ** 2
    exact = -20 * math.log10(2 * math.sqrt(math.pi * x) * abs(field))
    assert found == pytest.approx(exact, abs=1.0)


def _w(t: complex) -> tuple[complex, complex]:
    a, da, b, db = airy(t)
    return b + 1j * a, db + 1j * da


def test_clear_of_the_smooth_earth_costs_nothing_and_grazing_it_something() -> None:
    constants = radio(link(frequency_GHz=3.5))
    for height in (10.0, 14.0, 60.0, 200.0):  # 1.1 to 25 times what Eq. (25) asks for
        assert spherical(10.0, height, height, constants.radius_km, 0.0, constants) == 0.0
    assert spherical(10.0, 9.0, 9.0, constants.radius_km, 0.0, constants) > 0.0
    sight = math.sqrt(0.002 * constants.radius_km) * 2 * math.sqrt(20.0)
    below, above = (
        spherical(sight * share, 20.0, 20.0, constants.radius_km, 0.0, constants)
        for share in (0.999999, 1.000001)
    )
    assert above == pytest.approx(below, abs=0.001)
    assert 15 < above < 25  # P.526: about 20 dB at the horizon


@given(share=st.floats(1e-6, 1 - 1e-6))
def test_the_quantile_is_within_its_stated_error(share) -> None:
    assert quantile(share) == pytest.approx(norm.isf(share), abs=4.54e-4)


# -- figures that the program in ITU's software list logs for ITU's validation profiles
# (github.com/eeveetza/Py1812, tests/validation_results: b2iseac_1, b2iseac_vertical_0,
# rburg_urban_with_clutter_4)

SEA_PATH = {"delta_N": 45, "N0": 326.079979, "frequency_GHz": 0.0953}
SEA_SEEN = Horizon(0, 0, 121.1, 46.0, -13.50412507, -5.147057563)
SEA_SMOOTH = Smooth(734.4522796, 154.8142878, 734.4522796, 154.8142878, 13.72716582)
SEA_PARTS = Sections(0.9096129307, 17.5, 12.5)
LAND_PATH = {"delta_N": 45, "N0": 323.947135, "frequency_GHz": 3.0, "time_percent": 20}
LAND_SEEN = Horizon(0, 0, 0.5, 34.3, 45.93966178, -2.241021636)
LAND_SMOOTH = Smooth(44.46182993, 19.07975011, 12.0, 19.0, 62.27962578)


def test_logged_values_of_a_path_over_sea() -> None:
    constants = radio(link(**SEA_PATH, time_percent=10, polarization="horizontal"))
    climate = climate_of(235.1, SEA_PARTS, 53.68658428)
    assert climate.beta0 == pytest.approx(4.26330636, abs=1e-7)
    sight = line_of_sight(climate, 0.001 * (814.4 - 118.3), 235.1, SEA_SEEN, constants)
    assert tuple(sight) == pytest.approx((119.4069487, 117.5896268, 116.6269678), abs=1e-6)
    assert troposcatter(climate, 7.673515171, constants) == pytest.approx(155.2386935, abs=1e-6)
    found = ducting(235.1, SEA_SEEN, SEA_SMOOTH, climate, constants, 0.0)
    assert found == pytest.approx(179.6563748, abs=1e-6)
    assert interpolated(41.27974113, 14.10757881, climate, constants) == pytest.approx(
        21.04655309, abs=1e-6
    )


@pytest.mark.parametrize(
    ("polarization", "expected"), [("horizontal", 13.921474), ("vertical", 14.04702621)]
)
def test_logged_spherical_loss_over_land_and_sea(polarization, expected) -> None:
    constants = radio(link(**SEA_PATH, polarization=polarization))
    heights = SEA_SMOOTH.diffraction_tx, SEA_SMOOTH.diffraction_rx
    found = spherical(235.1, *heights, RADIUS_BETA_KM, SEA_PARTS.omega, constants)
    assert found == pytest.approx(expected, abs=1e-6)


def test_logged_values_of_a_path_over_land() -> None:
    constants = radio(link(**LAND_PATH, polarization="horizontal"))
    climate = climate_of(96.2, Sections(0.0, 96.2, 96.2), 48.58877214)
    assert climate.beta0 == pytest.approx(1.442216533, abs=1e-8)
    assert troposcatter(climate, 54.47037953, constants) == pytest.approx(218.9213561, abs=1e-6)
    found = ducting(96.2, LAND_SEEN, LAND_SMOOTH, climate, constants, 0.0)
    assert found == pytest.approx(256.5212544, abs=1e-6)
    heights = LAND_SMOOTH.diffraction_tx, LAND_SMOOTH.diffraction_rx
    found = spherical(96.2, *heights, RADIUS_BETA_KM, 0.0, constants)
    assert found == pytest.approx(36.35585798, abs=1e-6)
    smooth = smooth_edges(np.linspace(0, 96.2, 963), *heights, RADIUS_BETA_KM)
    found = bullington(96.2, *heights, smooth, constants.wavelength_m)
    assert found == pytest.approx(24.71004691, abs=1e-6)


def test_logged_combination_of_a_clear_path() -> None:
    """From rburg_rural_noclutter_los_1: a path near the interpolation angle of Eq. (57)."""
    constants = radio(link(frequency_GHz=0.0982, delta_N=45, N0=323.947135, time_percent=10))
    link_of = (climate_of(96.2, Sections(0.0, 96.2, 96.2), 48.58877214), constants)
    sight = Sight(111.9059605, 110.0887591, 107.9023835)
    others = (143.81162, 181.2316265, 0.0)
    found = combined(96.2, 0.000672798176, sight, DiffractionLosses(0.0, 0.0), others, link_of)
    assert found == pytest.approx(109.5629507, abs=1e-5)


@pytest.mark.parametrize("time", [1.0, 10.0, 50.0])
@pytest.mark.parametrize("omega", [0.0, 0.4, 1.0])
@pytest.mark.parametrize(("total", "angle"), [(5.0, 0.2), (40.0, 0.5), (20.0, 9.0)])
def test_ways_combine_by_equations_57_to_63(time, omega, total, angle) -> None:
    constants = radio(link(time_percent=time))
    climate = climate_of(total, Sections(omega, total, total), 25.0)
    sight, bent, scatter, duct = (
        Sight(120.0, 118.0, 117.0),
        DiffractionLosses(30.0, 22.0),
        150.0,
        131.0,
    )
    by_angle = 1 - 0.5 * (1 + math.tanh(3 * 0.8 * (angle - 0.3) / 0.3))
    by_distance = 1 - 0.5 * (1 + math.tanh(3 * 0.5 * (total - 20) / 20))
    median, diffracted = 150.0, 140.0
    least = 118.0 + (1 - omega) * 22.0
    if time >= climate.beta0:
        share = quantile(time / 100) / quantile(climate.beta0 / 100)
        least = median + (117.0 + (1 - omega) * 22.0 - median) * share
    enhanced = 2.5 * math.log(math.exp(duct / 2.5) + math.exp(118.0 / 2.5))
    mixed = enhanced + (diffracted - enhanced) * by_distance
    mixed += (least - mixed) * by_angle
    expected = -5 * math.log10(10 ** (-0.2 * scatter) + 10 ** (-0.2 * mixed))
    others = (scatter, duct, omega)
    found = combined(total, angle, sight, bent, others, (climate, constants))
    assert found == pytest.approx(expected, abs=1e-9)
