"""Shaded relief: how bright a surface is under one lamp, for the backdrop of a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.earth.crs import geodesic_m
from geo.earth.terrain import Grid
from geo.errors import RangeError


def hillshade(
    grid: Grid, *, azimuth_deg: float = 315.0, altitude_deg: float = 45.0, exaggeration: float = 1.0
) -> NDArray[np.float32]:
    """Return the brightness of each cell, 0 to 1; NaN where it or a neighbour is void.

    Parameters
    ----------
    azimuth_deg
        Where the lamp stands, clockwise from north [°]; maps are read with light from north-west.
    altitude_deg
        How high it stands, 0 to 90 [°].
    exaggeration
        Factor on the heights.

    Raises
    ------
    RangeError
        If the lamp stands below the horizon or the factor is not above 0.

    References
    ----------
    Horn (1981), Proceedings of the IEEE 69:14–47, doi:10.1109/PROC.1981.11918: the slope from
    eight neighbours. At the border of the grid the outermost cells stand for their neighbours.

    Examples
    --------
    >>> flat = Grid(np.zeros((3, 3)), 100.0, 25.0, 0.001, 0.001)
    >>> round(float(hillshade(flat)[1, 1]), 3)
    0.707
    """
    if not 0 <= altitude_deg <= 90 or not 0 < exaggeration < np.inf:
        raise RangeError(
            f"a lamp at {altitude_deg:g}° and heights × {exaggeration:g} show no relief",
            where="hillshade", repair="give 0–90° and a factor above 0",
        )  # fmt: skip
    east, north = _slopes(grid)
    lamp, up = np.radians(azimuth_deg), np.radians(altitude_deg)
    east, north = east * np.float32(exaggeration), north * np.float32(exaggeration)
    # The normal of the surface is (−∂z/∂x, −∂z/∂y, 1); brightness is its cosine with the lamp.
    toward = np.cos(up) * (np.sin(lamp) * east + np.cos(lamp) * north)
    bright = (np.sin(up) - toward) / np.sqrt(1.0 + east * east + north * north)
    return np.asarray(np.clip(bright, 0.0, 1.0), dtype=np.float32)


def _slopes(grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the slopes toward east and north (rise per length)."""
    z = np.pad(grid.heights_m, 1, mode="edge")
    columns = z[:-2] + 2 * z[1:-1] + z[2:]
    rows = z[:, :-2] + 2 * z[:, 1:-1] + z[:, 2:]
    lat = grid.north - np.arange(grid.heights_m.shape[0]) * grid.step_lat
    half = 0.5 * grid.step_lat
    width = geodesic_m(grid.west, lat, grid.west + grid.step_lon, lat).astype(np.float32)
    height = geodesic_m(grid.west, lat - half, grid.west, lat + half).astype(np.float32)
    east = (columns[:, 2:] - columns[:, :-2]) / (8 * width[:, None])
    north = (rows[:-2] - rows[2:]) / (8 * height[:, None])
    return east.astype(np.float32), north.astype(np.float32)
