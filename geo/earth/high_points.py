"""The highest cell near a place: candidate positions of masts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import ArrayLike, NDArray

from geo.compiled import compiled_parallel
from geo.earth.crs import check_lonlat, ecef, geodesic_m
from geo.earth.terrain import Grid
from geo.errors import RangeError

Floats = NDArray[np.float64]

#: Largest radius of a search [m]: the arc over a chord is exact to 1 cm below it.
MAX_RADIUS_M = 50_000.0
#: Mean earth radius for the arc over a short chord [m].
_RADIUS_M = 6_371_000.0


@dataclass(frozen=True, eq=False, slots=True)
class HighPoints:
    """Highest cells, one row each.

    Attributes
    ----------
    lon, lat
        (n,) centre of the cell, WGS84 [°]; NaN where no cell in reach has a height.
    height_m
        (n,) its height [m].
    distance_m
        (n,) geodesic distance from the given place [m].
    rise_m
        (n,) its height above the mean of all cells in reach [m].
    known_share
        (n,) share of the cells in reach that have a height: below 1 a higher one may be hidden in
        a void or beyond the grid.
    """

    lon: Floats
    lat: Floats
    height_m: Floats
    distance_m: Floats
    rise_m: Floats
    known_share: Floats

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lon)


def high_points(grid: Grid, lon: ArrayLike, lat: ArrayLike, within_m: float) -> HighPoints:
    """Return the highest cell within ``within_m`` (geodesic, inclusive) of each place.

    Of equal heights the nearest wins, of equally near ones the northernmost, then westernmost.

    Parameters
    ----------
    grid
        Heights.
    lon, lat
        (n,) WGS84 [°].
    within_m
        Radius [m], above 0, at most 50 km.

    Returns
    -------
    points
        One row for each place.

    Raises
    ------
    RangeError
        If the radius is outside its validity or a coordinate is not a place on Earth.

    Examples
    --------
    >>> grid = Grid(np.array([[1, 2, 3], [4, 9, 5], [6, 7, 8]]), 100.0, 25.0, 0.001, 0.001)
    >>> top = high_points(grid, 100.0, 25.0, 300.0)
    >>> top.height_m.tolist(), top.known_share.round(2).tolist()
    ([9.0], [0.36])
    """
    x, y = np.broadcast_arrays(*check_lonlat(lon, lat, where="high point"))
    radius = _check_radius(within_m)
    found = _search(grid, np.ascontiguousarray(x), np.ascontiguousarray(y), radius)
    row, column = found[:, 0], found[:, 1]
    there = (grid.west + column * grid.step_lon, grid.north - row * grid.step_lat)
    known = np.isfinite(row)
    distance = np.full(len(x), np.nan)
    distance[known] = geodesic_m(x[known], y[known], there[0][known], there[1][known])
    rise = found[:, 2] - found[:, 3]
    return HighPoints(there[0], there[1], found[:, 2], distance, rise, found[:, 4])


def high_point(grid: Grid, lon: float, lat: float, within_m: float) -> HighPoints:
    """Return the highest cell near one place: :func:`high_points` with one row.

    Parameters
    ----------
    grid
        Heights.
    lon, lat
        One place, WGS84 [°].
    within_m
        Radius [m], above 0, at most 50 km.

    Returns
    -------
    point
        One row.

    Raises
    ------
    RangeError
        As :func:`high_points`.
    """
    return high_points(grid, [lon], [lat], within_m)


def _check_radius(radius_m: float) -> float:
    if not 0 < radius_m <= MAX_RADIUS_M:
        raise RangeError("terrain.peak_radius", radius_m=radius_m, most_m=MAX_RADIUS_M)
    return float(radius_m)


def _search(grid: Grid, lon: Floats, lat: Floats, radius_m: float) -> Floats:
    """Return row, column, height, mean height and known share around each place, (n, 5)."""
    found = np.empty((len(lon), 5))
    place = np.column_stack([(grid.north - lat) / grid.step_lat, (lon - grid.west) / grid.step_lon])
    # A degree of latitude is at least 110.5 km, one of longitude as long as its cosine says.
    reach = np.column_stack([
        np.full(len(lon), radius_m / (110_500.0 * grid.step_lat)),
        radius_m / (110_500.0 * grid.step_lon * np.cos(np.radians(np.abs(lat) + 0.5))),
    ])  # fmt: skip
    boxes = np.column_stack([np.ceil(place - reach), np.floor(place + reach)]).astype(np.int64)
    # An arc of the radius belongs to a slightly shorter chord.
    chord = 2 * _RADIUS_M * math.sin(radius_m / (2 * _RADIUS_M))
    _fill_search(grid.heights_m, _axes(grid, boxes), ecef(lon, lat), boxes, chord, found)
    return found


def _axes(grid: Grid, boxes: NDArray[np.int64]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return where rows and columns lie: (distance from the axis, z), (cosine, sine), the first.

    They extend beyond the grid as far as the boxes, (n, 4) first row, first column, last, last.
    """
    first = boxes[:, :2].min(axis=0, initial=0)
    last = boxes[:, 2:].max(axis=0, initial=0)
    row, column = (np.arange(a, b + 1) for a, b in zip(first, last, strict=True))
    parallel = ecef(np.zeros(len(row)), grid.north - row * grid.step_lat)[:, [0, 2]]
    meridian = np.radians(grid.west + column * grid.step_lon)
    turn = np.column_stack([np.cos(meridian), np.sin(meridian)])
    return np.ascontiguousarray(parallel), turn, first


@compiled_parallel
def _fill_search(
    heights_m: NDArray[np.float32],
    axes: tuple[Floats, Floats, NDArray[np.int64]],
    places: Floats,
    boxes: NDArray[np.int64],
    chord_m: float,
    found: Floats,
) -> None:
    """Fill row, column, height, mean and known share of the cells within a chord of each place."""
    parallel, turn, first = axes
    rows, columns = heights_m.shape
    for p in prange(places.shape[0]):
        best, nearest, at_row, at_column = -math.inf, math.inf, -1, -1
        total, known, cells = 0.0, 0, 0
        for i in range(boxes[p, 0], boxes[p, 2] + 1):
            for j in range(boxes[p, 1], boxes[p, 3] + 1):
                across = parallel[i - first[0], 0]
                x = across * turn[j - first[1], 0] - places[p, 0]
                y = across * turn[j - first[1], 1] - places[p, 1]
                z = parallel[i - first[0], 1] - places[p, 2]
                gap = math.sqrt(x * x + y * y + z * z)
                if gap > chord_m:
                    continue
                cells += 1
                if not (0 <= i < rows and 0 <= j < columns):
                    continue
                height = heights_m[i, j]
                if math.isnan(height):
                    continue
                known += 1
                total += height
                if height > best or (height == best and gap < nearest):
                    best, nearest, at_row, at_column = height, gap, i, j
        nothing = known == 0
        found[p, 0] = math.nan if nothing else at_row
        found[p, 1] = math.nan if nothing else at_column
        found[p, 2] = math.nan if nothing else best
        found[p, 3] = math.nan if nothing else total / known
        found[p, 4] = math.nan if cells == 0 else known / cells
