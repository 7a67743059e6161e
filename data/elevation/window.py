"""Windows on many rasters: one lattice, each raster read or warped onto it, a band at a time."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.elevation.tile import ROWS, Heights, Tile, lay, opened

Box = tuple[float, float, float, float]

#: Two lattices are the same if they differ by less than this share of a cell.
_ALIGNED = 0.01
#: Rounding of degrees [cells], as in :mod:`geo.earth.terrain`.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Frame:
    """Lattice of a window.

    Attributes
    ----------
    west, north
        Centre of the first cell [°].
    step_x, step_y
        Size of a cell [°].
    rows, columns
        Number of cells.
    """

    west: float
    north: float
    step_x: float
    step_y: float
    rows: int
    columns: int


def frame_of(tiles: Sequence[Tile], box: Box, thinned: int = 1) -> Frame | None:
    """Return the lattice of a box: that of the first tile in it, clipped to the tiles.

    Parameters
    ----------
    tiles
        Tiles, the finest first.
    box
        West, south, east, north [°].
    thinned
        Side of a square of cells that becomes one cell of the lattice.

    Returns
    -------
    frame
        None where no tile is in the box.
    """
    inside = [tile for tile in tiles if overlap(tile.box, box)]
    if not inside:
        return None
    finest = inside[0]
    around = union(tile.box for tile in inside)
    step_x, step_y = finest.step_x * thinned, finest.step_y * thinned
    shift = (thinned - 1) / 2
    west, north = finest.west + shift * finest.step_x, finest.north - shift * finest.step_y
    # Means are drawn, not interpolated: there the nearest cell is enough.
    down, up = (math.floor, math.ceil) if thinned == 1 else (round, round)
    first = down(_whole((max(box[0], around[0]) - west) / step_x))
    last = up(_whole((min(box[2], around[2]) - west) / step_x))
    top = down(_whole((north - min(box[3], around[3])) / step_y))
    bottom = up(_whole((north - max(box[1], around[1])) / step_y))
    rows, columns = max(2, bottom - top + 1), max(2, last - first + 1)
    return Frame(west + first * step_x, north - top * step_y, step_x, step_y, rows, columns)


def fill(cells: Heights, tiles: Sequence[Tile], frame: Frame) -> None:
    """Fill a window from its tiles, a band of rows at a time; the first valid height is used.

    Parameters
    ----------
    cells
        Heights of the window [m], NaN is void; changed.
    tiles
        Tiles of the window, the finest first.
    frame
        Lattice of the window.
    """
    bands: list[tuple[Tile, slice, slice]] = []
    for tile in tiles:
        part = part_of(tile, frame)
        if part is not None:
            rows, columns = part
            starts = range(rows.start, rows.stop, 4 * ROWS)
            bands += [(tile, slice(a, min(a + 4 * ROWS, rows.stop)), columns) for a in starts]
    from rasterio.errors import NotGeoreferencedWarning

    workers = min(4, os.cpu_count() or 1)
    # rasterio suppresses this warning of its own scratch rasters, but not in several threads.
    with warnings.catch_warnings(), ThreadPoolExecutor(workers) as pool:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        # A batch at a time: the memory for cells that were read stays small.
        for first in range(0, len(bands), 2 * workers):
            batch = bands[first : first + 2 * workers]
            for (tile, rows, columns), read in zip(
                batch, pool.map(partial(_read, frame), batch), strict=True
            ):
                lay(cells[rows, columns], read, tile)


def _read(frame: Frame, band: tuple[Tile, slice, slice]) -> NDArray[Any]:
    """Return the cells of one tile in a part of a window."""
    tile, rows, columns = band
    with opened(tile.path) as dataset:
        if aligned(tile, frame):
            from rasterio.windows import Window

            top = rows.start + round((tile.north - frame.north) / frame.step_y)
            left = columns.start + round((frame.west - tile.west) / frame.step_x)
            shape = (columns.stop - columns.start, rows.stop - rows.start)
            cells: NDArray[Any] = dataset.read(1, window=Window(left, top, *shape))
            return cells
        return _warped(dataset, tile, frame, (rows, columns))


def _warped(dataset: Any, tile: Tile, frame: Frame, part: tuple[slice, slice]) -> Heights:
    import rasterio
    from rasterio.transform import from_origin
    from rasterio.warp import Resampling, reproject

    rows, columns = part
    out = np.full((rows.stop - rows.start, columns.stop - columns.start), np.nan, np.float32)
    west = frame.west + (columns.start - 0.5) * frame.step_x
    north = frame.north - (rows.start - 0.5) * frame.step_y
    finer = frame.step_y > 1.5 * tile.step_y
    void = -32_768 if "int" in dataset.dtypes[0] else np.nan
    reproject(
        rasterio.band(dataset, 1), out, src_crs=tile.crs,
        src_nodata=void if tile.nodata is None else tile.nodata,
        dst_crs="EPSG:4326", dst_transform=from_origin(west, north, frame.step_x, frame.step_y),
        dst_nodata=np.nan, resampling=Resampling.average if finer else Resampling.bilinear,
        warp_mem_limit=64,
    )  # fmt: skip
    return out


def part_of(tile: Tile, frame: Frame) -> tuple[slice, slice] | None:
    """Return the part of a window that a tile covers.

    Parameters
    ----------
    tile
        The tile.
    frame
        Lattice of the window.

    Returns
    -------
    part
        Slices of rows and columns whose centres lie in the tile; None if none does.
    """
    west, south, east, north = tile.box
    above, before = (frame.north - north) / frame.step_y, (west - frame.west) / frame.step_x
    below, beyond = (frame.north - south) / frame.step_y, (east - frame.west) / frame.step_x
    if aligned(tile, frame):
        top, bottom, left, right = round(above), round(below), round(before), round(beyond)
    else:
        # What is resampled reaches half a cell beyond its outermost centres.
        top, left = math.ceil(above - 0.5), math.ceil(before - 0.5)
        bottom, right = math.floor(below + 0.5), math.floor(beyond + 0.5)
    rows = slice(max(0, top), min(frame.rows, bottom + 1))
    columns = slice(max(0, left), min(frame.columns, right + 1))
    return None if rows.start >= rows.stop or columns.start >= columns.stop else (rows, columns)


def aligned(tile: Tile, frame: Frame) -> bool:
    """Test whether the cells of a tile coincide with cells of a window.

    Parameters
    ----------
    tile
        The tile.
    frame
        Lattice of the window.

    Returns
    -------
    aligned
        True where the tile can be read without resampling.
    """
    if not tile.straight:
        return False
    shifts = ((tile.west - frame.west) / frame.step_x, (frame.north - tile.north) / frame.step_y)
    # Over a whole tile a difference of the steps may not add up to more.
    drift = max(
        abs(tile.step_x / frame.step_x - 1) * tile.columns,
        abs(tile.step_y / frame.step_y - 1) * tile.rows,
    )
    return drift < _ALIGNED and all(abs(s - round(s)) < _ALIGNED for s in shifts)


def _whole(cells: float) -> float:
    """Return a number of cells without the rounding of degrees."""
    nearest = round(cells)
    return float(nearest) if abs(cells - nearest) < _ROUNDING else cells


def overlap(a: Box, b: Box) -> bool:
    """Test whether two boxes share a point.

    Parameters
    ----------
    a, b
        West, south, east, north of each [°].

    Returns
    -------
    shared
        True where they do.
    """
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def union(boxes: Iterable[Box]) -> Box:
    """Return the box around several boxes.

    Parameters
    ----------
    boxes
        West, south, east, north of each [°]; at least one.

    Returns
    -------
    box
        West, south, east, north [°].
    """
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
