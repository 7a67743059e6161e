"""Heights against scipy, paths against pyproj, voids against a corner-by-corner rule."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numba import get_num_threads, set_num_threads
from scipy.ndimage import map_coordinates

from geo.earth import terrain
from geo.earth._terrain_path import _curve, _value
from geo.earth.crs import WGS84
from geo.earth.terrain import Grid, Provenance, heights, profiles
from geo.errors import InputError, RangeError

STEP = 1 / 1200


def hills(rows=300, columns=400, north=25.2, west=102.5, step=STEP):
    y, x = np.indices((rows, columns))
    noise = np.random.default_rng(5).normal(0, 20, (rows, columns))
    return Grid(2000 + 300 * np.sin(y / 17) * np.cos(x / 23) + noise, west, north, step, step)


HILLS = hills()


def inside(rng, n, grid=HILLS):
    west, south, east, north = grid.bounds
    return rng.uniform(west, east, n), rng.uniform(south, north, n)


def test_heights_agree_with_scipy():
    lon, lat = inside(np.random.default_rng(1), 5000)
    rows, columns = (HILLS.north - lat) / STEP, (lon - HILLS.west) / STEP
    expected = map_coordinates(HILLS.heights_m, [rows, columns], output=np.float64, order=1)
    assert heights(HILLS, lon, lat) == pytest.approx(expected, abs=1e-6)


def test_a_plane_is_met_exactly_up_to_its_edges():
    y, x = np.indices((50, 60))
    plane = Grid(100 + 2 * x - 3 * y, 100.0, 30.0, 0.01, 0.02)
    lon, lat = inside(np.random.default_rng(2), 500, plane)
    west, south, east, north = plane.bounds
    lon, lat = np.append(lon, [west, east, east]), np.append(lat, [north, south, north])
    expected = 100 + 2 * (lon - 100) / 0.01 - 3 * (30 - lat) / 0.02
    assert heights(plane, lon, lat) == pytest.approx(expected, abs=1e-3)


def test_outside_is_unknown():
    west, south, east, north = HILLS.bounds
    lon = [west - 1e-6, east + 1e-6, 102.6, 102.6]
    assert np.isnan(heights(HILLS, lon, [25.1, 25.1, south - 1e-6, north + 1e-6])).all()


@given(
    voids=st.lists(st.booleans(), min_size=4, max_size=4),
    u=st.sampled_from([0.0, 0.25, 1.0]),
    v=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_only_void_corners_with_a_weight_count(voids, u, v):
    cells = np.array([[10.0, 20], [40, 80]])
    cells[np.reshape(voids, (2, 2))] = np.nan
    weights = np.array([[(1 - u) * (1 - v), u * (1 - v)], [(1 - u) * v, u * v]])
    expected = (cells * weights)[weights > 0].sum()
    found = heights(Grid(cells, 100.0, 25.0, 1e-3, 1e-3), 100 + u * 1e-3, 25 - v * 1e-3)[0]
    assert found == pytest.approx(expected, abs=1e-3, nan_ok=True)
    assert math.isnan(found) == math.isnan(expected)


@pytest.mark.parametrize(
    ("length_km", "within_m"), [(0.3, 1e-4), (15, 1e-4), (60, 2e-3), (200, 0.1), (500, 1.0)]
)
def test_paths_follow_the_geodesic(length_km, within_m):
    rng = np.random.default_rng(int(length_km))
    length, frame, steps = length_km * 1000.0, (80.0, 60.0, 1e-3, 1e-3), np.linspace(0, 4, 17)
    for _ in range(60):
        lon, lat, azimuth = rng.uniform(97, 109), rng.uniform(21, 43), rng.uniform(0, 360)
        far_lon, far_lat, _ = WGS84.fwd(lon, lat, azimuth, length)
        ends = (lon, lat, far_lon, far_lat)
        assert terrain.path_length_m(ends) == pytest.approx(length, abs=within_m)
        rows, columns = _curve(ends, length, frame)
        x = 80 + np.array([_value(columns, s) for s in steps]) * 1e-3
        y = 60 - np.array([_value(rows, s) for s in steps]) * 1e-3
        lon0, lat0, az0 = (np.full(17, value) for value in (lon, lat, azimuth))
        there = WGS84.fwd(lon0, lat0, az0, steps / 4 * length)
        assert WGS84.inv(x, y, there[0], there[1])[2].max() <= within_m


def test_a_profile_is_the_height_of_each_of_its_points():
    rng = np.random.default_rng(3)
    (lon, lat), (far_lon, far_lat) = inside(rng, 40), inside(rng, 40)
    found = profiles(HILLS, lon, lat, far_lon, far_lat)
    azimuth, _, length = WGS84.inv(lon, lat, far_lon, far_lat)
    assert not found.void.any()
    assert found.length_m == pytest.approx(length, abs=1e-3)
    for k in range(len(found)):
        km, metres = found.path(k)
        assert km[0] == 0
        assert km[-1] == pytest.approx(length[k] / 1000, abs=1e-6)
        assert np.diff(km) == pytest.approx(km[1], rel=1e-9)
        assert km[1] * 1000 <= HILLS.path_spacing_m * (1 + 1e-9)
        n = len(km)
        x, y, _ = WGS84.fwd(np.full(n, lon[k]), np.full(n, lat[k]), np.full(n, azimuth[k]),
                            km * 1000)  # fmt: skip
        # 1 mm on slopes of up to 60 m in a cell
        assert metres == pytest.approx(heights(HILLS, x, y), abs=2e-3)


def test_profiles_of_a_part_have_the_spacing_of_the_whole():
    part = Grid(HILLS.heights_m[:20], HILLS.west, HILLS.north, STEP, STEP)
    assert part.path_spacing_m == HILLS.path_spacing_m
    assert HILLS.path_spacing_m == pytest.approx(92.6, abs=0.1)


def test_the_grids_own_spacing_is_the_shorter_side_of_a_cell():
    lat = 25.2 - 299 / 2 * STEP
    width = WGS84.inv(102, lat, 102 + STEP, lat)[2]
    assert HILLS.spacing_m == pytest.approx(width, rel=1e-6)
    assert hills(step=1 / 3600).spacing_m == pytest.approx(width / 3, rel=1e-3)


def test_spacing_divides_a_path_evenly_with_at_least_three_points():
    found = profiles(HILLS, 102.6, 25.1, [102.6, 102.7], [25.1, 25.1], spacing_m=1000)
    assert np.diff(found.start).tolist() == [3, 12]
    assert found.path(0)[0].tolist() == [0, 0, 0]


def test_reciprocal_paths_have_the_same_terrain():
    there = profiles(HILLS, 102.6, 25.1, 102.72, 25.03).terrain_m
    back = profiles(HILLS, 102.72, 25.03, 102.6, 25.1).terrain_m
    assert there == pytest.approx(back[::-1], abs=1e-4)


def test_a_path_through_a_void_or_out_of_the_grid_is_told():
    cells = HILLS.heights_m.copy()
    cells[100:140, 200:240] = np.nan
    holed = Grid(cells, HILLS.west, HILLS.north, STEP, STEP)
    lon, lat = HILLS.west + 220 * STEP, HILLS.north - 120 * STEP
    found = profiles(
        holed, [lon - 0.05, lon - 0.05, lon], [lat, lat + 0.06, lat],
        [lon + 0.05, lon + 0.05, lon + 1], [lat, lat + 0.06, lat],
    )  # fmt: skip
    assert found.void.tolist() == [True, False, True]
    assert np.isfinite(found.path(0)[1][[0, -1]]).all()
    assert holed.void_share == pytest.approx(1600 / cells.size)


def test_the_sampler_for_compiled_loops_says_the_same():
    grid = HILLS
    distance, metres = np.empty(2000), np.empty(2000)
    ends = (102.6, 25.1, 102.7, 25.02)
    n = terrain.sample_path(
        grid.heights_m, grid.frame, ends, grid.path_spacing_m, distance, metres
    )  # fmt: skip
    expected = profiles(grid, *ends)
    assert n == len(expected.terrain_m) == terrain.points_on(
        terrain.path_length_m(ends), grid.path_spacing_m
    )  # fmt: skip
    assert (metres[:n] == expected.terrain_m).all()
    assert (distance[:n] == expected.distance_km).all()
    out = (102.6, 25.1, 104.7, 25.02)
    wide = np.empty(9000), np.empty(9000)
    assert terrain.sample_path(grid.heights_m, grid.frame, out, 90.0, *wide) == terrain.VOID
    short = np.empty(9), np.empty(9)
    assert terrain.sample_path(grid.heights_m, grid.frame, ends, 90.0, *short) == terrain.TOO_SHORT


def test_results_do_not_depend_on_the_number_of_threads():
    rng = np.random.default_rng(4)
    (lon, lat), (far_lon, far_lat) = inside(rng, 300), inside(rng, 300)
    before = get_num_threads()
    many = profiles(HILLS, lon, lat, far_lon, far_lat)
    set_num_threads(1)
    try:
        one = profiles(HILLS, lon, lat, far_lon, far_lat)
    finally:
        set_num_threads(before)
    assert many.terrain_m.tobytes() == one.terrain_m.tobytes()


def test_two_python_threads_may_start_loops_at_once():
    from concurrent.futures import ThreadPoolExecutor

    rng = np.random.default_rng(4)
    (lon, lat), (far_lon, far_lat) = inside(rng, 300), inside(rng, 300)
    expected = profiles(HILLS, lon, lat, far_lon, far_lat).terrain_m
    with ThreadPoolExecutor(4) as pool:
        runs = [
            pool.submit(profiles, HILLS, lon, lat, far_lon, far_lat) for _ in range(12)
        ]  # fmt: skip
    assert all((run.result().terrain_m == expected).all() for run in runs)


def test_provenance_travels():
    known = Provenance("Copernicus DEM GLO-30", "2021", "EGM2008", 4.0)
    grid = Grid(HILLS.heights_m, 102.5, 25.2, STEP, STEP, known)
    assert profiles(grid, 102.6, 25.1, 102.61, 25.1).provenance == known


@pytest.mark.parametrize(
    "frame", [(np.nan, 25, 1, 1), (100, 25, 0, 1), (100, 25, 1, -1), (100, np.inf, 1, 1)]
)
def test_a_frame_that_is_none_is_refused(frame):
    with pytest.raises(InputError, match="no grid begins at"):
        Grid(np.zeros((3, 3)), *frame)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9,), (0, 0)])
def test_one_pixel_is_no_grid(shape):
    with pytest.raises(InputError, match="has no slope"):
        Grid(np.zeros(shape), 100, 25, 1, 1)


def test_what_is_out_of_range_is_said():
    with pytest.raises(RangeError, match="swapped"):
        heights(HILLS, 25.1, 102.6)
    with pytest.raises(RangeError, match=r"path 1 is 1,\d+ km long"):
        profiles(HILLS, 102.6, 25.1, [102.7, 115], [25.1, 25.1])
    for spacing in (0, -1, np.nan):
        with pytest.raises(RangeError, match="not above 0"):
            profiles(HILLS, 102.6, 25.1, 102.7, 25.1, spacing_m=spacing)
    with pytest.raises(InputError, match="more than 100,000,000"):
        profiles(HILLS, 102.6, 25.1, [102.7] * 10, 25.1, spacing_m=1e-4)
