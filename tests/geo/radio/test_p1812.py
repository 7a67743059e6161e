"""P.1812 against two other programs, against closed formulas, and against itself."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ai_zeros, airy, fresnel
from scipy.stats import norm

from geo.radio._p1812_diffraction import bullington, knife_edge, smooth_edges, spherical
from geo.radio._p1812_modes import climate_of, ducting, interpolated, line_of_sight, troposcatter
from geo.radio._p1812_profile import Horizon, Sections, Smooth, Tops, edges, sections
from geo.radio._p1812_radio import RADIUS_BETA_KM, quantile
from geo.radio.p1812 import Link, basic_transmission_loss, path_loss, radio

#: 26 profiles with the losses of two programs; the file says where they come from.
CASES = json.loads((Path(__file__).parent / "p1812_cases.json").read_text(encoding="utf-8"))
PLACE = {"lat_tx": 25.0, "lat_rx": 25.1, "lon_tx": 102.7, "lon_rx": 102.7}
LINK = {"frequency_GHz": 0.7, "h_tx_m": 35.0, "h_rx_m": 1.5, **PLACE}


def link(**changes) -> Link:
    return Link(**{**LINK, **changes})


def loss(distance_km, terrain_m, **changes) -> float:
    return basic_transmission_loss(distance_km, terrain_m, **{**LINK, **changes})


def flat(length_km: float, points: int = 151, height_m: float = 1900.0):
    return np.linspace(0.0, length_km, points), np.full(points, height_m)


def hills(seed: int, length_km: float = 12.0, points: int = 151, step_m: float = 12.0):
    draw = np.random.default_rng(seed)
    return np.linspace(0.0, length_km, points), 1900.0 + draw.normal(0, step_m, points).cumsum()


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
    assert spherical(10.0, 200.0, 200.0, constants.radius_km, 0.0, constants) == 0.0
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


# -- properties


@settings(max_examples=60)
@given(seed=st.integers(0, 2**31), time=st.sampled_from([1, 7, 50]), rise=st.floats(-900, 900))
def test_the_way_back_costs_the_same(seed, time, rise) -> None:
    distance, terrain = hills(seed)
    terrain = terrain + np.linspace(0, rise, terrain.size)
    there = loss(distance, terrain, time_percent=time, h_rx_m=10.0)
    back = loss(
        distance[-1] - distance[::-1], terrain[::-1],
        time_percent=time, h_tx_m=10.0, h_rx_m=35.0, lat_tx=25.1, lat_rx=25.0,
    )  # fmt: skip
    assert there == pytest.approx(back, abs=0.001)


@pytest.mark.parametrize("position", [5, 60, 75, 145])
def test_a_higher_ridge_never_costs_less(position) -> None:
    """Once it blocks; below the ray it lowers the smooth surface, and that gains a little."""
    distance, terrain = flat(10.0)
    found = []
    for ridge in np.linspace(0.0, 900.0, 60):
        higher = terrain.copy()
        higher[position] += ridge
        found.append(path_loss(distance, higher, link()))
    assert (np.diff([one.bullington_dB for one in found]) > -1e-9).all()
    blocked = [one.loss_dB for one in found if not one.line_of_sight]
    assert len(blocked) > 50
    assert (np.diff(blocked) > -1e-9).all()
    assert blocked[-1] > blocked[0] + 15


@settings(max_examples=40)
@given(seed=st.integers(0, 2**31))
def test_less_time_and_fewer_locations_never_cost_more(seed) -> None:
    distance, terrain = hills(seed, 30.0)
    by_time = [loss(distance, terrain, time_percent=time) for time in (1, 3, 10, 25, 50)]
    by_place = [
        loss(distance, terrain, location_percent=place, location_sigma_dB=8)
        for place in (1, 10, 50, 90, 99)
    ]
    assert (np.diff(by_time) > -1e-9).all()
    assert (np.diff(by_place) > -1e-9).all()


def test_location_adds_its_share_of_sigma_but_never_beats_a_clear_path() -> None:
    distance, terrain = hills(3)
    middle = loss(distance, terrain)
    for percent in (60, 90, 99):
        found = loss(distance, terrain, location_percent=percent, location_sigma_dB=8)
        assert found - middle == pytest.approx(8 * norm.ppf(percent / 100), abs=8 * 5e-4)
    distance, terrain = flat(2.0)
    least = path_loss(distance, terrain, link(h_tx_m=300)).line_of_sight_dB
    assert loss(distance, terrain, h_tx_m=300, location_percent=1, location_sigma_dB=20) == least


def test_points_between_on_the_same_lines_change_little() -> None:
    draw = np.random.default_rng(5)
    distance = np.linspace(0.0, 12.0, 61)
    terrain = 1900 + draw.normal(0, 30, 61).cumsum()
    more = np.unique(np.concatenate([distance, draw.uniform(0, 12, 150)]))
    steps = np.diff(more)
    assert steps.max() > 20 * steps.min()
    for time in (5, 50):
        fine = loss(more, np.interp(more, distance, terrain), time_percent=time)
        assert fine == pytest.approx(loss(distance, terrain, time_percent=time), abs=0.1)


def test_clutter_stands_between_the_ends_only_and_leaves_the_ground_alone() -> None:
    distance, terrain = hills(11)
    bare = path_loss(distance, terrain, link())
    trees = np.full(distance.size, 15.0)
    covered = path_loss(distance, terrain, link(), clutter_m=trees)
    ends_free = trees.copy()
    ends_free[[0, -1]] = 0.0
    assert covered == path_loss(distance, terrain, link(), clutter_m=ends_free)
    assert bare == path_loss(distance, terrain, link(), clutter_m=np.zeros(distance.size))
    assert covered.loss_dB > bare.loss_dB
    assert covered.effective_tx_m == bare.effective_tx_m
    assert covered.horizon_tx == bare.horizon_tx
    raised = terrain + ends_free
    assert covered.bullington_dB == path_loss(distance, raised, link()).bullington_dB


def test_polarisation_matters_where_the_smooth_earth_shades() -> None:
    distance, terrain = flat(100.0, 301)
    horizontal, vertical = (
        path_loss(distance, terrain, link(frequency_GHz=0.05, polarization=word))
        for word in ("horizontal", "vertical")
    )
    assert horizontal.spherical_dB > vertical.spherical_dB + 1
    assert horizontal.bullington_dB == vertical.bullington_dB


@given(
    zone=st.lists(st.sampled_from([1, 3, 4]), min_size=5, max_size=40), seed=st.integers(0, 1000)
)
def test_sections_are_those_of_a_plain_count(zone, seed) -> None:
    distance = np.concatenate([[0], np.random.default_rng(seed).uniform(0.1, 3, len(zone) - 1)])
    distance = distance.cumsum()
    edges_km = np.concatenate([[0], (distance[1:] + distance[:-1]) / 2, [distance[-1]]])

    def longest(kinds: set[int]) -> float:
        best = run = 0.0
        for kind, step in zip(zone, np.diff(edges_km), strict=True):
            run = run + step if kind in kinds else 0.0
            best = max(best, run)
        return best

    sea = sum(np.diff(edges_km)[np.array(zone) == 1])
    found = sections(distance, np.array(zone, np.int8))
    expected = (sea / distance[-1], longest({3, 4}), longest({4}))
    assert tuple(found) == pytest.approx(expected, abs=1e-9)


def test_a_path_over_sea_carries_further() -> None:
    distance, terrain = flat(150.0, 301, 0.0)
    inland = path_loss(distance, terrain, link(time_percent=1, h_rx_m=10))
    sea = path_loss(distance, terrain, link(time_percent=1, h_rx_m=10), zone=np.ones(301, int))
    assert (inland.sea_share, sea.sea_share) == (0.0, 1.0)
    assert sea.beta0_percent > 2 * inland.beta0_percent
    assert sea.loss_dB < inland.loss_dB - 3
    # A receiver at sea knows no location variability.
    varied = link(time_percent=1, h_rx_m=10, location_percent=90, location_sigma_dB=8)
    assert path_loss(distance, terrain, varied, zone=np.ones(301, int)).loss_dB == sea.loss_dB


def test_a_coast_near_the_antenna_couples_into_the_duct() -> None:
    distance, terrain = flat(150.0, 301, 0.0)
    zone = np.ones(301, int)
    zone[[0, 1, 2, -1]] = 3

    def duct(**coasts) -> float:
        return path_loss(
            distance, terrain, link(time_percent=1, h_rx_m=10, **coasts), zone=zone
        ).ducting_dB

    far = duct()
    expected = 3 * math.exp(-0.25 * 1.5**2) * (1 + math.tanh(0.07 * (50 - 35)))
    assert far - duct(dist_coast_tx_km=1.5) == pytest.approx(expected, abs=1e-9)
    assert far - duct(dist_coast_tx_km=6.0) == 0.0
    assert far - duct(dist_coast_rx_km=0.0) == pytest.approx(
        3 * (1 + math.tanh(0.07 * (50 - 10))), abs=1e-9
    )


@given(
    steps=st.lists(st.floats(0.02, 2), min_size=4, max_size=60),
    heights=st.tuples(st.floats(1, 3000), st.floats(1, 3000)),
    radius=st.floats(6400, 40000),
)
def test_the_peaks_of_the_smooth_path_are_found_by_halving(steps, heights, radius) -> None:
    distance = np.concatenate([[0.0], np.cumsum(steps)])
    zeros, (h_tx, h_rx), total = np.zeros(distance.size), heights, distance[-1]
    found = smooth_edges(distance, h_tx, h_rx, radius)
    scanned = edges(distance, (zeros, zeros[:0]), Tops(h_tx, h_rx, radius))
    assert bullington(total, h_tx, h_rx, found, 0.3) == pytest.approx(
        bullington(total, h_tx, h_rx, scanned, 0.3), abs=1e-9
    )


def test_a_ray_that_grazes_one_point_exactly_has_the_loss_of_nu_zero() -> None:
    line = np.array([0.0, 1.0, 2.0])
    grazing = edges(line, (np.zeros(3), np.zeros(0)), Tops(-1.0, 1.0, np.inf))
    assert grazing.slope_tx == 1.0
    assert grazing.slope_rx == -1.0
    found = bullington(2.0, -1.0, 1.0, grazing, 0.3)
    assert found == pytest.approx(6.03 + (1 - math.exp(-6.03 / 6)) * 10.04, abs=0.01)


_DOMAIN = st.fixed_dictionaries(
    {
        "frequency_GHz": st.floats(0.03, 6),
        "h_tx_m": st.floats(1, 3000),
        "h_rx_m": st.floats(1, 3000),
        "time_percent": st.floats(1, 50),
        "location_percent": st.floats(1, 99),
        "location_sigma_dB": st.floats(0, 15),
        "polarization": st.sampled_from(["horizontal", "vertical"]),
        "delta_N": st.floats(1, 150),
        "N0": st.floats(250, 400),
        "lat_tx": st.floats(-80, 80),
        "lat_rx": st.floats(-80, 80),
        "lon_tx": st.floats(-180, 180),
        "lon_rx": st.floats(-180, 180),
        "dist_coast_tx_km": st.floats(0, 1000),
        "dist_coast_rx_km": st.floats(0, 1000),
    }
)


@settings(max_examples=300)
@given(
    values=_DOMAIN,
    length_km=st.floats(0.25, 3000),
    seed=st.integers(0, 2**31),
    rough=st.sampled_from([0.0, 1.0, 100.0, 3000.0]),
)
def test_every_valid_path_has_a_loss_above_the_line_of_sight(
    values, length_km, seed, rough
) -> None:
    draw = np.random.default_rng(seed)
    points = int(draw.integers(5, 40))
    distance = np.concatenate([[0.0], draw.uniform(0.01, 1, points - 1).cumsum()])
    distance *= length_km / distance[-1]
    distance[-1] = length_km
    found = path_loss(
        distance, draw.normal(500, rough, points), Link(**values),
        clutter_m=draw.uniform(0, 30, points), zone=draw.choice([1, 3, 4], points),
    )  # fmt: skip
    assert math.isfinite(found.loss_dB)
    assert found.line_of_sight_dB <= found.loss_dB < 3000
    assert 0 < found.edge < points - 1
    assert 0 <= found.sea_share <= 1
    assert found.diffraction_median_dB >= found.bullington_dB >= 0
