"""Predicted levels on the cells of an elevation model around stations."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.earth.crs import WGS84, ecef
from geo.earth.terrain import Grid
from geo.errors import InputError, RangeError
from geo.radio.prediction import MAX_REACH_M, Carrier, Pairs, Places, Stations, predicted


@dataclass(frozen=True, eq=False, slots=True)
class AreaPrediction:
    """Levels on the cells of the elevation model around stations.

    Attributes
    ----------
    rsrp_dBm
        (rows, columns) float32, northernmost row first; the strongest level; NaN: out of reach or
        unknown, see ``known``.
    server
        (rows, columns) int32, number of the station that gives it; −1 for none.
    known
        (rows, columns) False where some station in reach could not be worked out and none could.
    west, north, step_lon, step_lat
        Centre of the first cell and steps [°].
    """

    rsrp_dBm: NDArray[np.float32]
    server: NDArray[np.int32]
    known: NDArray[np.bool_]
    west: float
    north: float
    step_lon: float
    step_lat: float

    @property
    def bounds(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """South-west and north-east corner of the outermost cells, (lat, lon) [°]."""
        rows, columns = self.rsrp_dBm.shape
        left, top = self.west - self.step_lon / 2, self.north + self.step_lat / 2
        return (top - rows * self.step_lat, left), (top, left + columns * self.step_lon)


def area(
    grid: Grid,
    stations: Stations,
    link: Carrier,
    reach_m: float,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> AreaPrediction:
    """Return the strongest level on each cell of the grid within reach of a station.

    Each cell is predicted at its centre by :func:`predicted`, so it equals the figure of a village
    at that place.

    Parameters
    ----------
    grid
        Elevation model.
    stations
        Transmitters.
    link
        What all paths share.
    reach_m
        Greatest geodesic distance, above 0, at most 100 km [m].
    progress
        Called with the share that is done, 0–1.
    cancel
        Called from time to time; True stops the prediction.

    Returns
    -------
    area
        Levels on the cells around the stations.

    Raises
    ------
    RangeError
        If the reach is not above 0 or beyond 100 km.
    InputError
        If no station's reach touches the grid.
    Cancelled
        If ``cancel`` returned True.
    """
    rows, columns = _window(grid, stations, reach_m)
    lon = grid.west + grid.step_lon * np.arange(columns.start, columns.stop)
    lat = grid.north - grid.step_lat * np.arange(rows.start, rows.stop)
    shape = (len(lat), len(lon))
    places = Places(np.tile(lon, len(lat)), np.repeat(lat, len(lon)))
    level = np.full(len(places), np.nan, dtype=np.float32)
    server = np.full(len(places), -1, dtype=np.int32)
    reached = np.zeros(len(places), dtype=bool)
    tree = cKDTree(ecef(places.lon, places.lat))
    for number in range(len(stations)):
        at = ecef(stations.lon[number : number + 1], stations.lat[number : number + 1])
        near = np.sort(np.asarray(tree.query_ball_point(at[0], reach_m), dtype=np.int64))
        pairs = Pairs(np.full(len(near), number, dtype=np.int64), near)
        found = predicted(grid, stations, places, pairs, link, cancel=cancel).rsrp_dBm
        better = ~(found.astype(np.float32) <= level[near]) & np.isfinite(found)
        level[near[better]], server[near[better]] = found[better], number
        reached[near] = True
        progress((number + 1) / len(stations))
    known = ~reached | np.isfinite(level)
    return AreaPrediction(
        level.reshape(shape), server.reshape(shape), known.reshape(shape),
        float(lon[0]), float(lat[0]), grid.step_lon, grid.step_lat,
    )  # fmt: skip


def _window(grid: Grid, stations: Stations, reach_m: float) -> tuple[slice, slice]:
    """Return the rows and columns of the grid that the reach of any station touches."""
    if not 0 < reach_m <= MAX_REACH_M:
        raise RangeError("prediction.reach", reach_m=reach_m, most_m=MAX_REACH_M)
    rows, columns = grid.heights_m.shape
    corners = []
    for bearing in (0.0, 90.0, 180.0, 270.0):
        n = len(stations)
        x, y, _ = WGS84.fwd(stations.lon, stations.lat, np.full(n, bearing), np.full(n, reach_m))
        corners.append((x, y))
    lon, lat = (np.concatenate(parts) for parts in zip(*corners, strict=True))
    top = max(0, math.floor((grid.north - lat.max()) / grid.step_lat))
    bottom = min(rows, math.ceil((grid.north - lat.min()) / grid.step_lat) + 1)
    left = max(0, math.floor((lon.min() - grid.west) / grid.step_lon))
    right = min(columns, math.ceil((lon.max() - grid.west) / grid.step_lon) + 1)
    if top >= bottom or left >= right:
        raise InputError("prediction.off_terrain")
    return slice(top, bottom), slice(left, right)
