"""Shaded relief: how bright a surface is under one lamp, for the backdrop of a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.earth.crs import geodesic_m
from geo.errors import RangeError

Floats = NDArray[np.float64]


def hillshade(
    heights_m: ArrayLike,
    north: float,
    step_deg: tuple[float, float],
    *,
    azimuth_deg: float = 315.0,
    altitude_deg: float = 45.0,
    exaggeration: float = 1.0,
) -> Floats:
    """Return the brightness of each cell.

    Parameters
    ----------
    heights_m
        (rows, columns) heights of the centres of cells [m], the northernmost row first, the
        westernmost column first; NaN is void.
    north
        Latitude of the first row [°].
    step_deg
        Width and height of a cell [°].
    azimuth_deg
        Direction of the lamp, clockwise from north [°]; maps are read with light from north-west.
    altitude_deg
        Height of the lamp above the horizon, 0 to 90 [°].
    exaggeration
        Factor on the heights, above 0.

    Returns
    -------
    brightness
        (rows, columns) 0 to 1; NaN where the cell or a neighbour is void.

    Raises
    ------
    RangeError
        If the lamp is below the horizon or the factor is not above 0.

    References
    ----------
    Horn (1981), Proceedings of the IEEE 69:14–47, doi:10.1109/PROC.1981.11918: the slope from
    eight neighbours. At the border of the grid the outermost cells are taken for their neighbours.

    Examples
    --------
    >>> round(float(hillshade(np.zeros((3, 3)), 25.0, (0.001, 0.001))[1, 1]), 3)
    0.707
    """
    if not 0 <= altitude_deg <= 90 or not 0 < exaggeration < np.inf:
        raise RangeError("terrain.light", altitude_deg=altitude_deg, exaggeration=exaggeration)
    east, north_slope = _slopes(np.asarray(heights_m, float) * exaggeration, north, step_deg)
    lamp, up = np.radians(azimuth_deg), np.radians(altitude_deg)
    # The normal of the surface is (−∂z/∂x, −∂z/∂y, 1); brightness is its cosine with the lamp.
    toward = np.cos(up) * (np.sin(lamp) * east + np.cos(lamp) * north_slope)
    bright = (np.sin(up) - toward) / np.sqrt(1.0 + east * east + north_slope * north_slope)
    return np.asarray(np.clip(bright, 0.0, 1.0))


def _slopes(z: Floats, north: float, step_deg: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return the slopes toward east and north (rise per length)."""
    lat = north - np.arange(len(z)) * step_deg[1]
    half = 0.5 * step_deg[1]
    width = geodesic_m(0.0, lat, step_deg[0], lat)
    height = geodesic_m(0.0, lat - half, 0.0, lat + half)
    z = np.pad(z, 1, mode="edge")
    columns = z[:-2] + 2 * z[1:-1] + z[2:]
    rows = z[:, :-2] + 2 * z[:, 1:-1] + z[:, 2:]
    east = (columns[:, 2:] - columns[:, :-2]) / (8 * width[:, None])
    return east, (rows[:-2] - rows[2:]) / (8 * height[:, None])
