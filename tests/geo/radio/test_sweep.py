"""Every cell from many stations: near the full prediction, and the same however it is divided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.earth.terrain import Grid
from geo.errors import InputError, RangeError
from geo.radio.antenna import Antenna, pattern
from geo.radio.prediction import (
    Cancelled,
    Carrier,
    Pairs,
    Places,
    Stations,
    carrier,
    pairs_within,
    predicted,
    stations,
)
from geo.radio.sweep import NOTHING, Lattice, SweepOrder, Swept, count, nothing, raise_to, sweep

STEP = 1 / 1200
SIDE = 300
ORDER = SweepOrder(-110.0, 10_000.0)
#: Stretch of the yardstick: the same profiles in another phase.
OTHER_PHASE = 0.9


def relief() -> NDArray[np.float32]:
    """Return fractal mountains, 450 m standard deviation."""
    draw = np.random.default_rng(1)
    wave = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :])
    wave[0, 0] = np.inf
    rough = np.fft.irfft2(wave**-1.8 * np.exp(2j * np.pi * draw.random(wave.shape)), s=(SIDE, SIDE))
    return np.asarray(1800 + 450 * rough / rough.std(), np.float32)


class Finer(Grid):
    """The same model, its profiles in another phase."""

    @property
    def path_spacing_m(self) -> float:
        return super().path_spacing_m * OTHER_PHASE


@pytest.fixture(scope="module")
def grid() -> Grid:
    return Grid(relief(), 102.0, 25.35, STEP, STEP)


@pytest.fixture(scope="module")
def link() -> Carrier:
    return carrier(0.8, 10.0)


def masts(n: int = 8, antennas: list[Antenna] | None = None) -> Stations:
    draw = np.random.default_rng(3)
    lon, lat = draw.uniform(102.10, 102.15, n), draw.uniform(25.20, 25.25, n)
    return stations(lon, lat, 35.0, antennas)


def some(sites: Stations, rows: np.ndarray) -> Stations:
    return Stations(sites.lon[rows], sites.lat[rows], sites.height_m[rows], sites.antennas[rows])


def lattice(grid: Grid, row: int = 0, column: int = 0) -> Lattice:
    return Lattice(*grid.frame, row, column)


def whole(grid: Grid, sites: Stations, link: Carrier, order: SweepOrder = ORDER) -> Swept:
    return sweep(grid, lattice(grid), sites, np.arange(len(sites), dtype=np.int32), link, order)


def same(a: Swept, b: Swept) -> bool:
    fields = ("level", "server")
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in fields)


def full(
    grid: Grid, sites: Stations, link: Carrier, rows: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs' places and levels of the full prediction [dBm]."""
    places = Places(grid.west + columns * STEP, grid.north - rows * STEP)
    pairs = pairs_within(sites, places, ORDER.reach_m)
    return pairs.place, predicted(grid, sites, places, pairs, link).rsrp_dBm


@pytest.mark.parametrize("frequency_GHz", [0.8, 3.5])
def test_levels_are_as_near_as_the_full_prediction_to_itself(
    grid: Grid, frequency_GHz: float
) -> None:
    link = carrier(frequency_GHz, 3.0 if frequency_GHz < 1 else 14.0)
    cells = np.random.default_rng(4).choice(SIDE * SIDE, 30_000, replace=False)
    rows, columns = np.divmod(cells, SIDE)
    finer = Finer(grid.heights_m, *grid.frame)
    errors, yardstick, covered = [], [], np.zeros(2)
    for k in range(4):
        site = some(masts(), np.array([k]))
        place, level = full(grid, site, link, rows, columns)
        _, other = full(finer, site, link, rows, columns)
        # In tenths, rounded down, as the sweep keeps them.
        level, other = np.floor(10.0 * level) / 10.0, np.floor(10.0 * other) / 10.0
        swept = whole(grid, site, link).level[rows[place], columns[place]] / 10.0
        swept[swept < -200.0] = ORDER.limit_dBm - 6.0
        near = np.abs(level - ORDER.limit_dBm) <= 6.0
        errors.append(np.abs(swept - level)[near])
        yardstick.append(np.abs(other - level)[near])
        covered += (level >= ORDER.limit_dBm).sum(), (swept >= ORDER.limit_dBm).sum()
    found, known = np.concatenate(errors), np.concatenate(yardstick)
    assert len(found) > 2_000
    for percent in (50, 95, 99):
        assert np.percentile(found, percent) <= np.percentile(known, percent) + 1e-6
    if frequency_GHz < 1:
        assert np.percentile(found, 95) <= 1.0
    assert (found > 3.0).mean() <= (known > 3.0).mean() + 0.001
    # A sample of the cells: within 0.3 % of the covered.
    assert covered[1] == pytest.approx(covered[0], rel=0.003)


def test_level_and_server_are_those_of_the_strongest_alone(grid: Grid, link: Carrier) -> None:
    sites = masts(5)
    found = whole(grid, sites, link)
    alone = np.stack([whole(grid, some(sites, np.array([k])), link).level for k in range(5)])
    assert (found.level == alone.max(axis=0)).all()
    served = found.level != NOTHING
    # The first of equal ones.
    assert (found.server[served] == alone.argmax(axis=0)[served]).all()
    assert (found.server[~served] == -1).all()


@pytest.mark.parametrize("groups", [2, 5])
def test_groups_on_windows_of_their_own_give_the_same_bytes(
    grid: Grid, link: Carrier, groups: int
) -> None:
    sites = masts()
    together = nothing(lattice(grid), grid.heights_m.shape)
    for g in reversed(range(groups)):
        rows = np.arange(g, len(sites), groups)
        top, left = 3 * g, 2 * g
        part = grid.heights_m[top : SIDE - g, left : SIDE - g]
        window = Grid(part, grid.west + left * STEP, grid.north - top * STEP, STEP, STEP)
        found = sweep(window, lattice(grid, top, left), some(sites, rows),
                      rows.astype(np.int32), link, ORDER)  # fmt: skip
        raise_to(together, found)
    inside = np.s_[20:-20, 20:-20]
    once = whole(grid, sites, link)
    assert together.level[inside].tobytes() == once.level[inside].tobytes()
    assert together.server[inside].tobytes() == once.server[inside].tobytes()


def test_order_of_stations_and_skipping_change_no_byte(grid: Grid, link: Carrier) -> None:
    sites = masts()
    once = whole(grid, sites, link)
    rows = np.random.default_rng(8).permutation(len(sites))
    mixed = sweep(grid, lattice(grid), some(sites, rows), rows.astype(np.int32), link, ORDER)
    assert same(once, mixed)
    assert same(once, whole(grid, sites, link, replace(ORDER, skips=False)))


def test_a_box_asks_for_some_cells_alone(grid: Grid, link: Carrier) -> None:
    once = whole(grid, masts(3), link)
    part = whole(grid, masts(3), link, replace(ORDER, box=(100, 90, 170, 200)))
    asked = np.zeros_like(once.unknown)
    asked[100:170, 90:200] = True
    assert (part.level[asked] == once.level[asked]).all()
    assert (part.level[~asked] == NOTHING).all()


def test_twins_go_to_the_lower_number(grid: Grid, link: Carrier) -> None:
    site = masts(1)
    twins = some(site, np.array([0, 0]))
    found = sweep(grid, lattice(grid), twins, np.array([9, 4], np.int32), link, ORDER)
    assert set(np.unique(found.server)) == {-1, 4}


def test_servers_are_counted_within_ten_decibels_and_add_up(grid: Grid, link: Carrier) -> None:
    sites = masts(5)
    best = whole(grid, sites, link)
    alone = np.stack([whole(grid, some(sites, np.array([k])), link).level for k in range(5)])
    wanted = ((alone >= best.level - 100) & (alone >= -1100)).sum(axis=0)
    parts = [
        count(grid, best, some(sites, np.array(rows)), link, ORDER) for rows in ([0, 3], [1, 2, 4])
    ]
    assert (sum(parts) == wanted).all()
    assert wanted.max() > 1


def test_a_void_hides_what_lies_behind_it(grid: Grid, link: Carrier) -> None:
    holed = grid.heights_m.copy()
    site = stations([102.0 + 150 * STEP], [25.35 - 150 * STEP], 35.0)
    holed[145:156, 190:193] = np.nan
    found = whole(Grid(holed, *grid.frame), site, link)
    # East of the void along the row, up to the reach; before it all is known.
    assert found.unknown[150, 191:].sum() > 40
    assert found.unknown[150, 202:250].all()
    assert not found.unknown[150, 150:188].any()
    assert (found.level[150, 202:250] == NOTHING).all()
    assert not found.unknown[:100].any()


def test_voids_are_the_same_with_and_without_the_bound(grid: Grid, link: Carrier) -> None:
    holed = grid.heights_m.copy()
    holed[np.random.default_rng(2).random(holed.shape) < 2e-4] = np.nan
    broken = Grid(holed, *grid.frame)
    fast, slow = (whole(broken, masts(4), link, replace(ORDER, skips=s)) for s in (True, False))
    assert same(fast, slow)
    uncovered = fast.level < -1100
    assert fast.unknown.any()
    # A path that its bound puts below any record is known to be too weak, whatever its last points.
    assert not (fast.unknown & ~slow.unknown)[uncovered].any()


def test_a_mast_on_a_void_makes_its_cells_unknown(grid: Grid, link: Carrier) -> None:
    holed = grid.heights_m.copy()
    holed[149:153, 149:153] = np.nan
    site = stations([102.0 + 150.5 * STEP], [25.35 - 150.5 * STEP], 35.0)
    found = whole(Grid(holed, *grid.frame), site, link)
    assert (found.level == NOTHING).all()
    assert found.unknown[120, 150]


def test_a_sector_follows_the_bearing_of_each_cell(grid: Grid) -> None:
    level = Grid(np.full((SIDE, SIDE), 1500.0, np.float32), *grid.frame)
    place = ([102.0 + 150.3 * STEP], [25.35 - 150.3 * STEP], 35.0)
    sector = stations(*place, [Antenna(pattern("sector_36814"), azimuth_deg=70.0)])
    strong = carrier(0.8, 30.0)
    swept = whole(level, sector, strong).level / 10.0
    cells = np.random.default_rng(6).choice(SIDE * SIDE, 3_000, replace=False)
    rows, columns = np.divmod(cells, SIDE)
    place_of, wanted = full(level, sector, strong, rows, columns)
    got = swept[rows[place_of], columns[place_of]]
    near = wanted > -105.0
    # 0.1 dB of rounding down; the pattern alone spans 25 dB over the bearings.
    assert near.sum() > 500
    assert np.abs(got + 0.05 - wanted)[near].max() < 0.15


def test_a_station_outside_the_window_gives_nothing(grid: Grid, link: Carrier) -> None:
    found = whole(grid, stations([110.0], [30.0], 35.0), link)
    assert (found.level == NOTHING).all()
    assert not found.unknown.any()


def test_faults_are_named(grid: Grid, link: Carrier) -> None:
    with pytest.raises(RangeError, match="60"):
        whole(grid, masts(1), link, SweepOrder(-110.0, 90_000.0))
    with pytest.raises(RangeError, match="limit"):
        whole(grid, masts(1), link, SweepOrder(float("nan")))
    with pytest.raises(InputError, match="time"):
        whole(grid, masts(1), carrier(0.8, 10.0, time_percent=10.0))
    with pytest.raises(Cancelled):
        sweep(grid, lattice(grid), masts(1), np.zeros(1, np.int32), link, ORDER,
              cancel=lambda: True)  # fmt: skip


def test_one_pair_equals_its_cell(grid: Grid) -> None:
    """Close by, the path is worked out in full: the figure is that of a village there."""
    site = stations([102.0 + 150 * STEP], [25.35 - 150 * STEP], 35.0)
    places = Places(np.array([102.0 + 156 * STEP]), np.array([25.35 - 155 * STEP]))
    pairs = Pairs(np.zeros(1, np.int64), np.zeros(1, np.int64))
    link = carrier(0.8, 40.0)
    level = predicted(grid, site, places, pairs, link).rsrp_dBm[0]
    assert whole(grid, site, link).level[155, 156] / 10.0 == pytest.approx(level - 0.05, abs=0.06)
