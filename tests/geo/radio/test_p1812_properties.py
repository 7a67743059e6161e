"""P.1812: what must hold for any path: symmetry, order, zones, clutter, no path without a loss."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import norm

from geo.radio._p1812_diffraction import bullington, smooth_edges
from geo.radio._p1812_profile import AntennaLevels, edges, sections
from geo.radio.p1812 import Link, path_loss
from tests.geo.radio.paths import flat, hills, link, loss


@pytest.mark.parametrize("seed", range(8))
def test_horizons_are_the_highest_elevations(seed) -> None:
    distance, terrain = hills(seed, 120.0, 400, 4.0)
    found = path_loss(distance, terrain, link())
    radius = found.earth_radius_km

    def elevation(height, top, away):
        return 1000 * np.arctan((height - top) / (1000 * away) - away / (2 * radius))

    from_tx = elevation(terrain[1:-1], terrain[0] + 35, distance[1:-1])
    from_rx = elevation(terrain[1:-1], terrain[-1] + 1.5, distance[-1] - distance[1:-1])
    assert not found.line_of_sight
    assert (found.horizon_tx, found.horizon_rx) == (from_tx.argmax() + 1, from_rx.argmax() + 1)
    assert found.horizon_tx_mrad == pytest.approx(from_tx.max(), abs=1e-9)
    assert found.horizon_rx_mrad == pytest.approx(from_rx.max(), abs=1e-9)
    assert found.horizon_tx_km == distance[found.horizon_tx]
    assert found.horizon_rx_km == distance[-1] - distance[found.horizon_rx]
    angle = 1000 * 120 / radius + from_tx.max() + from_rx.max()
    assert found.angular_distance_mrad == pytest.approx(angle, abs=1e-9)


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
    zone[[0, 1, 2]] = 1  # a ship: no land between it and the sea, whatever the argument says
    assert duct() == duct(dist_coast_tx_km=0.0) < far
    zone[[0, 1, 2]] = 3
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
    scanned = edges(distance, (zeros, zeros[:0]), AntennaLevels(h_tx, h_rx, radius))
    assert bullington(total, h_tx, h_rx, found, 0.3) == pytest.approx(
        bullington(total, h_tx, h_rx, scanned, 0.3), abs=1e-9
    )


def test_a_ray_that_grazes_one_point_exactly_has_the_loss_of_nu_zero() -> None:
    line = np.array([0.0, 1.0, 2.0])
    grazing = edges(line, (np.zeros(3), np.zeros(0)), AntennaLevels(-1.0, 1.0, np.inf))
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
