"""Tiles of the area of all sites: level, best server or number of servers, cell by cell.

The raster is kept in the workspace with overviews; a tile reads the coarsest cells that are no
larger than its pixels, and each pixel shows one cell.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from geo.radio.sweep import NOTHING
from layers.map.raster_images import (
    Bounds,
    Picture,
    count_picture,
    many_servers_picture,
    power_picture,
)
from planning.exports.area import AREAS

#: Where the server gives the tiles; the name is that of the area's folder.
ROUTE = "areas/{name}/{kind}/{z}/{x}/{y}"
KINDS = ("power", "server", "count")
_SIDE = 256
#: Deepest zoom: a pixel is then about 10 m, finer than any cell.
MAX_ZOOM = 14
#: Tile column, row and zoom.
Place = tuple[int, ...]


def picture(
    bands: NDArray[np.int32], kind: str, bounds: Bounds, words: tuple[str, str] = ("", "")
) -> Picture:
    """Return cells of the area as a picture.

    Parameters
    ----------
    bands
        (4, rows, cols) level [0.1 dBm], best server from 1, number of servers, known; the level is
        :data:`geo.radio.sweep.NOTHING` off the raster.
    kind
        One of :data:`KINDS`.
    bounds
        Outer edges of the cells, (south, west), (north, east) [°].
    words
        What the legend says of the servers' colours, and of unknown cells.

    Returns
    -------
    picture
        Image, box and rows of the legend.
    """
    level, server, servers, known = bands
    there = level != NOTHING
    asked = there | (known == 0)
    if kind == "power":
        dbm = np.where(there, level / 10.0, np.nan)
        return power_picture(dbm, asked, bounds, unknown=words[1])
    if kind == "server":
        return many_servers_picture(np.where(there, server - 1, -1), asked, bounds, words=words)
    return count_picture(np.where(there, servers, -1), asked, bounds, unknown=words[1])


def tile(workspace: Path, name: str, kind: str, place: Place) -> bytes | None:
    """Return one tile of a kept area.

    Parameters
    ----------
    workspace
        Folder of the workspace.
    name
        Name of the area's folder, 32 hex digits.
    kind
        One of :data:`KINDS`.
    place
        Zoom, column from the west, row from the north.

    Returns
    -------
    png
        None where there is no such area or tile.
    """
    z, x, y = place
    if not re.fullmatch(r"[0-9a-f]{32}", name) or kind not in KINDS:
        return None
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        return None
    path = workspace / AREAS / name / "area.tif"
    return _tile(path, path.stat().st_mtime_ns, kind, (z, x, y))


@lru_cache(maxsize=512)
def _tile(path: Path, _written: int, kind: str, place: tuple[int, int, int]) -> bytes:
    bounds = _bounds(*place)
    return picture(_cells(path, bounds), kind, bounds).content


def _bounds(z: int, x: int, y: int) -> Bounds:
    def lat(row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**z))))

    return (lat(y + 1), x / 2**z * 360 - 180), (lat(y), (x + 1) / 2**z * 360 - 180)


def _cells(path: Path, bounds: Bounds) -> NDArray[np.int32]:
    """Read the cell under each pixel of a box, rows at even steps of latitude."""
    (south, west), (north, east) = bounds
    wanted = (east - west) / _SIDE
    with rasterio.open(path) as file:
        step, factors = file.transform.a, file.overviews(1)
    level = sum(step * factor <= wanted for factor in factors) - 1
    found = np.zeros((4, _SIDE, _SIDE), np.int32)
    found[0], found[3] = NOTHING, 1
    with rasterio.open(path, **({"overview_level": level} if level >= 0 else {})) as file:
        to = ~file.transform
        middle = (np.arange(_SIDE) + 0.5) / _SIDE
        columns = _index(to.c + to.a * (west + middle * (east - west)), file.width)
        rows = _index(to.f + to.e * (north + middle * (south - north)), file.height)
        if (rows < 0).all() or (columns < 0).all():
            return found
        top, left = int(rows[rows >= 0].min()), int(columns[columns >= 0].min())
        window = Window(left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1)
        read = file.read(window=window)
    inside = np.ix_(rows >= 0, columns >= 0)
    chosen = read[:, (rows[rows >= 0] - top)[:, None], (columns[columns >= 0] - left)[None, :]]
    found[:, inside[0], inside[1]] = chosen
    return found


def _index(at: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Return the cell of each position, −1 where there is none."""
    cell = np.floor(at).astype(np.int64)
    return np.where((cell >= 0) & (cell < count), cell, -1)
