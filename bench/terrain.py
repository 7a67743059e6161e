"""A province's terrain at 90 m: reading it, and the profiles of many paths."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import rasterio
import scipy.ndimage
from numpy.typing import NDArray
from rasterio.merge import merge
from rasterio.transform import from_origin

from bench.measure import Figure, in_turn
from data.elevation.mosaic import open_dem
from geo.earth.terrain import Grid, profiles

#: Tiles of 1°, 3 arc-seconds: a province as wide and tall as the larger of two mountain provinces.
WEST, NORTH, COLUMNS, ROWS = 97, 30, 9, 9
SIDE = 1200
#: Paths of about 150 points: villages, each with the sites within 15 km.
VILLAGES, SITES_EACH, REACH_DEG = 5_000, 30, 0.13
#: Fewest points of profiles in a second.
POINTS_PER_S = 20e6


def terrain(runs: int) -> Iterator[Figure]:
    """Time the window of a province and the profiles of villages × sites on it."""
    with tempfile.TemporaryDirectory() as folder:
        files = tiles(Path(folder))
        mosaic = open_dem(files)
        times = in_turn(
            {"ours": lambda: mosaic.window(*mosaic.bounds), "merge": lambda: merge(files)},
            runs=runs,
        )
        grid = mosaic.window(*mosaic.bounds)
    yield Figure(
        what=f"elevation model of a province at 90 m, {len(files)} tiles, "
        f"{grid.heights_m.size / 1e6:.0f} million cells, into one grid",
        runs_s=times["ours"],
        baseline="rasterio.merge on the same files",
        baseline_s=times["merge"],
    )
    yield _sampling(grid, runs)


def _sampling(grid: Grid, runs: int) -> Figure:
    """Time geodesic profiles; the baseline gets rows and columns and finds no geodesic."""
    ends = _paths(grid)
    found = profiles(grid, *ends)
    points = len(found.terrain_m)
    where = _rows_and_columns(grid, ends, np.diff(found.start))
    times = in_turn(
        {"ours": lambda: profiles(grid, *ends), "scipy": _interpolated(grid, where)}, runs=runs
    )
    return Figure(
        what=f"terrain profiles: {len(found):,} paths, {points / 1e6:.1f} million points "
        f"(≥ {POINTS_PER_S / 1e6:.0f} million a second)",
        runs_s=times["ours"],
        limit_s=points / POINTS_PER_S,
        baseline="scipy map_coordinates on the same points",
        baseline_s=times["scipy"],
    )


def tiles(folder: Path) -> list[Path]:
    """Write tiles of hills as the workspace keeps them."""
    draw = np.random.default_rng(20_201_231)
    y, x = np.indices((SIDE, SIDE)) / SIDE
    files = []
    for i in range(ROWS):
        for j in range(COLUMNS):
            cells = 1800 + 600 * np.sin(40 * (y + i)) * np.cos(37 * (x + j))
            cells = (cells + draw.normal(0, 4, cells.shape)).astype(np.float32)
            files.append(folder / f"{i}-{j}.tif")
            place = from_origin(WEST + j, NORTH - i, 1 / SIDE, 1 / SIDE)
            with rasterio.open(
                files[-1], "w", driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="float32",
                crs="EPSG:4326", transform=place, tiled=True, compress="zstd",
            ) as made:  # fmt: skip
                made.write(cells, 1)
    return files


def _paths(grid: Grid) -> tuple[NDArray[np.float64], ...]:
    """Return longitudes and latitudes of both ends."""
    draw = np.random.default_rng(5)
    west, south, east, north = grid.bounds
    lon = np.repeat(draw.uniform(west + 0.2, east - 0.2, VILLAGES), SITES_EACH)
    lat = np.repeat(draw.uniform(south + 0.2, north - 0.2, VILLAGES), SITES_EACH)
    shift = draw.uniform(-REACH_DEG, REACH_DEG, (2, len(lon)))
    return lon + shift[0], lat + shift[1], lon, lat


def _rows_and_columns(
    grid: Grid, ends: tuple[NDArray[np.float64], ...], points: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return (2, n) rows and columns along the straight lines between the ends."""
    first = np.cumsum(points) - points
    share = (np.arange(points.sum()) - np.repeat(first, points)) / np.repeat(points - 1, points)
    lon = np.repeat(ends[0], points) * (1 - share) + np.repeat(ends[2], points) * share
    lat = np.repeat(ends[1], points) * (1 - share) + np.repeat(ends[3], points) * share
    return np.stack([(grid.north - lat) / grid.step_lat, (lon - grid.west) / grid.step_lon])


def _interpolated(grid: Grid, where: NDArray[np.float64]) -> Callable[[], object]:
    return lambda: scipy.ndimage.map_coordinates(
        grid.heights_m, where, output=np.float64, order=1, prefilter=False
    )
