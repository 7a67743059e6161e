"""Many paths at once: equal to one path at a time, to the raster, and whatever the threads."""

from __future__ import annotations

import dataclasses

import numba
import numpy as np
import pytest

from geo.earth.terrain import Grid, heights, profiles
from geo.errors import InputError, RangeError
from geo.radio import p1812
from geo.radio.antenna import Antenna, gain_dB, pattern
from geo.radio.area_prediction import area
from geo.radio.prediction import (
    Cancelled,
    Carrier,
    Pairs,
    Places,
    carrier,
    pairs_within,
    predicted,
    stations,
    strongest,
)

STEP = 1 / 1200


@pytest.fixture(scope="module")
def grid() -> Grid:
    """Rough hills around 102.0–102.3° E, 25.0–25.3° N with a void in the middle of the south."""
    draw = np.random.default_rng(7)
    rough = draw.normal(0, 1, (361, 361)).cumsum(0).cumsum(1)
    heights = (1500 + 500 * (rough - rough.min()) / np.ptp(rough)).astype(np.float32)
    heights[300:310, 170:180] = np.nan
    return Grid(heights, 102.0, 25.3, STEP, STEP)


@pytest.fixture(scope="module")
def link() -> Carrier:
    return carrier(0.8, 34.0, 3.0)


def masts(n: int = 5, height_m: float = 35.0):
    draw = np.random.default_rng(3)
    return stations(draw.uniform(102.05, 102.25, n), draw.uniform(25.1, 25.25, n), height_m)


def spots(n: int = 200) -> Places:
    draw = np.random.default_rng(4)
    return Places(draw.uniform(102.02, 102.28, n), draw.uniform(25.02, 25.28, n))


def test_a_pair_equals_the_path_alone(grid: Grid, link: Carrier) -> None:
    sites, places = masts(), spots()
    pairs = pairs_within(sites, places, 15_000)
    found = predicted(grid, sites, places, pairs, link)
    checked = 0
    for k in range(0, len(pairs), 7):
        s, p = pairs.station[k], pairs.place[k]
        path = profiles(grid, sites.lon[s], sites.lat[s], places.lon[p], places.lat[p])
        distance, terrain = path.path(0)
        if np.isnan(terrain).any():
            assert np.isnan(found.loss_dB[k])
            continue
        if len(distance) < 5 or distance[-1] < 0.25:
            continue
        alone = p1812.basic_transmission_loss(
            distance, terrain, frequency_GHz=0.8, h_tx_m=35, h_rx_m=1.5,
            lat_tx=sites.lat[s], lon_tx=sites.lon[s], lat_rx=places.lat[p], lon_rx=places.lon[p],
        )  # fmt: skip
        assert found.loss_dB[k] == pytest.approx(alone, abs=1e-9)
        checked += 1
    assert checked > 50


def test_the_level_is_the_budget_less_the_loss(grid: Grid, link: Carrier) -> None:
    places = spots(50)
    sector = Antenna(pattern("sector_36814"), azimuth_deg=90.0)
    site = stations([102.15], [25.15], 35.0, [sector])
    round_ = stations([102.15], [25.15], 35.0, [Antenna(pattern("isotropic"))])
    pairs = pairs_within(site, places, 20_000)
    aimed, plain = (predicted(grid, s, places, pairs, link) for s in (site, round_))
    level = 34.0 - 3.0 - plain.loss_dB
    np.testing.assert_allclose(plain.rsrp_dBm, level, rtol=0, atol=1e-9, equal_nan=True)
    east = places.lon[pairs.place] > 102.2
    loss = plain.rsrp_dBm - aimed.rsrp_dBm
    assert np.nanmax(loss[places.lon[pairs.place] < 102.1]) > 20
    assert np.nanmin(loss[east]) < 8
    straight = gain_dB(sector, 90.0, 0.0)
    assert np.nanmin(loss) >= -straight - 1e-9


def test_beyond_the_model_and_over_voids_is_unknown(grid: Grid, link: Carrier) -> None:
    site = stations([102.15], [25.15], 35.0)
    # Outside to the west, in the void, behind the void, inside.
    places = Places(
        np.array([101.9, 102.146, 102.146, 102.2]), np.array([25.1, 25.046, 25.03, 25.2])
    )
    found = predicted(grid, site, places, pairs_within(site, places, 60_000), link)
    assert np.isnan(found.rsrp_dBm).tolist() == [True, True, True, False]
    assert not found.line_of_sight[:3].any()
    assert np.isfinite(found.distance_km).all()


def test_nearer_than_the_recommendation_holds_it_is_free_space(grid: Grid, link: Carrier) -> None:
    site = stations([102.15], [25.15], 35.0)
    near = predicted(
        grid, site, Places(np.array([102.151]), np.array([25.15])),
        Pairs(np.zeros(1, np.int64), np.zeros(1, np.int64)), link,
    )  # fmt: skip
    metres = near.distance_km[0] * 1000
    assert 90 < metres < 110
    ground = heights(grid, [102.15, 102.151], [25.15, 25.15])
    slant = np.hypot(metres, ground[1] + 1.5 - ground[0] - 35.0)
    assert near.loss_dB[0] == pytest.approx(32.4 + 20 * np.log10(800 * slant / 1000), abs=1e-9)
    assert near.rsrp_dBm[0] <= 31.0 - near.loss_dB[0]
    below = predicted(
        grid, site, Places(np.array([102.15]), np.array([25.15])),
        Pairs(np.zeros(1, np.int64), np.zeros(1, np.int64)), link,
    )  # fmt: skip
    # 33.5 m under the antenna, in the worst of its vertical cut.
    assert below.rsrp_dBm[0] == pytest.approx(31.0 - 20.0 - below.loss_dB[0], abs=1e-9)


def test_the_strongest_known_station_serves(grid: Grid, link: Carrier) -> None:
    sites, places = masts(), spots()
    pairs = pairs_within(sites, places, 12_000)
    found = predicted(grid, sites, places, pairs, link)
    best = strongest(pairs, found, len(places))
    for p in range(len(places)):
        levels = found.rsrp_dBm[pairs.place == p]
        if np.isfinite(levels).any():
            assert found.rsrp_dBm[best[p]] == np.nanmax(levels)
            assert pairs.place[best[p]] == p
        else:
            assert best[p] == -1


def test_threads_and_company_change_no_bit(grid: Grid, link: Carrier) -> None:
    sites, places = masts(), spots()
    pairs = pairs_within(sites, places, 15_000)
    whole = predicted(grid, sites, places, pairs, link)
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        single = predicted(grid, sites, places, pairs, link)
    finally:
        numba.set_num_threads(before)
    some = Pairs(pairs.station[100:150], pairs.place[100:150])
    part = predicted(grid, sites, places, some, link)
    for name in dataclasses.asdict(whole):
        np.testing.assert_array_equal(getattr(whole, name), getattr(single, name))
        np.testing.assert_array_equal(getattr(whole, name)[100:150], getattr(part, name))


def test_the_raster_equals_the_points(grid: Grid, link: Carrier) -> None:
    sites = masts(3)
    drawn = area(grid, sites, link, 4_000)
    rows, columns = np.nonzero(np.isfinite(drawn.rsrp_dBm))
    pick = np.random.default_rng(1).choice(len(rows), 300, replace=False)
    rows, columns = rows[pick], columns[pick]
    places = Places(drawn.west + columns * STEP, drawn.north - rows * STEP)
    pairs = pairs_within(sites, places, 4_000)
    found = predicted(grid, sites, places, pairs, link)
    best = strongest(pairs, found, len(places))
    np.testing.assert_array_equal(
        found.rsrp_dBm[best].astype(np.float32), drawn.rsrp_dBm[rows, columns]
    )
    np.testing.assert_array_equal(pairs.station[best], drawn.server[rows, columns])


def test_what_no_station_reaches_is_known_and_without_level(grid: Grid, link: Carrier) -> None:
    drawn = area(grid, stations([102.146], [25.06], 35.0), link, 6_000)
    assert drawn.known[0, 0]
    assert np.isnan(drawn.rsrp_dBm[0, 0])
    assert (~drawn.known).any()
    assert not np.isfinite(drawn.rsrp_dBm[~drawn.known]).any()
    assert (drawn.server[~np.isfinite(drawn.rsrp_dBm)] == -1).all()


def test_faults_are_named(grid: Grid, link: Carrier) -> None:
    with pytest.raises(RangeError, match="reach"):
        pairs_within(masts(), spots(), 0)
    with pytest.raises(RangeError, match="1–3000"):
        stations([102.0], [25.0], 0.5)
    with pytest.raises(InputError, match="lat"):
        stations([102.0, 102.1], [25.0], 35)
    with pytest.raises(InputError, match="elevation model"):
        area(grid, stations([110.0], [30.0], 35.0), link, 5_000)
    with pytest.raises(Cancelled):
        predicted(grid, masts(), spots(), pairs_within(masts(), spots(), 9_000), link,
                  cancel=lambda: True)  # fmt: skip


def test_nothing_to_do_is_no_fault(grid: Grid, link: Carrier) -> None:
    none = Places(np.empty(0), np.empty(0))
    pairs = pairs_within(masts(), none, 1_000)
    assert len(predicted(grid, masts(), none, pairs, link).loss_dB) == 0
    assert len(strongest(pairs, predicted(grid, masts(), none, pairs, link), 0)) == 0
