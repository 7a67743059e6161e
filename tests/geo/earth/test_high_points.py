"""High points against a search of every cell, by geodesic distance."""

import numpy as np
import pytest

from geo.earth.crs import geodesic_m
from geo.earth.high_points import high_point, high_points
from geo.earth.terrain import Grid
from geo.errors import RangeError

STEP = 1 / 1200


def landscape(seed=7, shape=(90, 110), whole=False):
    rng = np.random.default_rng(seed)
    y, x = np.indices(shape)
    cells = 500 * np.sin(y / 9 + seed) * np.cos(x / 11) + rng.normal(0, 15, shape)
    # Whole metres on purpose: ties.
    cells = np.round(cells / 25) * 25 if whole else cells
    cells[shape[0] // 4 : shape[0] // 3, 40:50] = np.nan
    return Grid(cells, 100.0, 27.0, STEP, STEP)


def centres(grid):
    rows, columns = np.indices(grid.heights_m.shape)
    return grid.west + columns * STEP, grid.north - rows * STEP


@pytest.mark.parametrize("whole", [False, True])
def test_the_highest_cell_is_found(whole):
    grid, rng = landscape(whole=whole), np.random.default_rng(1)
    x, y = centres(grid)
    lon, lat = rng.uniform(99.99, 100.1, 40), rng.uniform(26.92, 27.01, 40)
    found = high_points(grid, lon, lat, 1500)
    for k in range(40):
        far = geodesic_m(lon[k], lat[k], x, y)
        near = (far <= 1500) & np.isfinite(grid.heights_m)
        if not near.any():
            assert np.isnan(found.height_m[k])
            continue
        top = grid.heights_m[near].max()
        assert found.height_m[k] == top
        assert found.distance_m[k] == pytest.approx(
            far[near & (grid.heights_m == top)].min(), abs=0.01
        )
        mean = grid.heights_m[near].astype(float).mean()
        assert found.rise_m[k] == pytest.approx(top - mean, abs=1e-2)


def test_what_lies_in_a_void_or_beyond_the_grid_is_told():
    grid = landscape()
    inside = high_point(grid, 100.045, 26.95, 500)
    assert inside.known_share[0] == 1
    beside_a_void = high_point(grid, 100 + 39 * STEP, 27 - 26 * STEP, 800)
    assert 0.5 < beside_a_void.known_share[0] < 1
    corner = high_point(grid, 100.0, 27.0, 2000)
    assert corner.known_share[0] == pytest.approx(0.25, abs=0.02)
    outside = high_point(grid, 90.0, 20.0, 2000)
    assert np.isnan([outside.lon[0], outside.height_m[0], outside.distance_m[0]]).all()
    assert outside.known_share[0] == 0


def test_of_equal_heights_the_nearest_wins():
    cells = np.zeros((30, 30))
    cells[10, 10] = cells[10, 16] = 50
    grid = Grid(cells, 100.0, 27.0, STEP, STEP)
    assert high_point(grid, 100 + 12 * STEP, 27 - 10 * STEP, 800).lon[0] == 100 + 10 * STEP
    assert high_point(grid, 100 + 14 * STEP, 27 - 10 * STEP, 800).lon[0] == 100 + 16 * STEP


@pytest.mark.parametrize("radius", [0, -5, np.nan, 50_001])
def test_a_radius_out_of_range_is_refused(radius):
    with pytest.raises(RangeError, match="is outside 0–50,000 m"):
        high_point(landscape(), 100, 27, radius)
