"""``relief``: a clip of the 1/12° elevation grid, and its roughness for the village rule."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    import geopandas as gpd

    from data.provinces.packages import PackageStore

RELIEF_FILES = tuple(f"itur/data/1511/v2_{part}.npz" for part in ("topo", "lat", "lon"))
_CELLS_PER_DEGREE = 12

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Relief:
    """Grid of elevations.

    Attributes
    ----------
    elevation
        (rows, columns) heights [m].
    lat
        (rows,) latitudes, north first [°].
    lon
        (columns,) longitudes [°].
    """

    elevation: Floats
    lat: Floats
    lon: Floats

    def roughness(self) -> Floats:
        """Return the standard deviation of each cell with its eight neighbours.

        Returns
        -------
        roughness
            As :attr:`elevation` [m].
        """
        padded = np.pad(self.elevation, 1, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
        return np.asarray(windows.std(axis=(2, 3)))

    def ruggedness(self) -> Floats:
        """Return how broken the land is; a plain at the foot of mountains counts as flat.

        The standard deviation about a plane of each 3 × 3 cells; of the nine such windows that hold
        a cell the least counts.

        Returns
        -------
        ruggedness
            As :attr:`elevation` [m].
        """
        padded = np.pad(self.elevation, 1, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
        step = np.array([-1.0, 0.0, 1.0])
        plane = [np.ones((3, 3)) / 3, step[:, None] + np.zeros(3), step + np.zeros((3, 1))]
        left = (windows**2).sum(axis=(2, 3))
        for axis, scale in zip(plane, (1.0, 6.0, 6.0), strict=True):
            left -= (windows * axis).sum(axis=(2, 3)) ** 2 / scale
        spread = np.sqrt(np.maximum(left, 0.0) / 6)
        around = np.pad(spread, 1, mode="edge")
        return np.asarray(np.lib.stride_tricks.sliding_window_view(around, (3, 3)).min(axis=(2, 3)))

    def at(self, values: Floats, lon: Floats, lat: Floats) -> Floats:
        """Interpolate values of the grid at points, bilinear.

        Parameters
        ----------
        values
            As :attr:`elevation`, any unit.
        lon, lat
            (n,) points, WGS84 [°]; points outside get the value at the edge.

        Returns
        -------
        found
            (n,) values [unit of ``values``].
        """
        x = np.clip((lon - self.lon[0]) * _CELLS_PER_DEGREE, 0, len(self.lon) - 1.000001)
        y = np.clip((self.lat[0] - lat) * _CELLS_PER_DEGREE, 0, len(self.lat) - 1.000001)
        i, j = y.astype(int), x.astype(int)
        v, u = y - i, x - j
        top = values[i, j] * (1 - u) + values[i, j + 1] * u
        bottom = values[i + 1, j] * (1 - u) + values[i + 1, j + 1] * u
        return np.asarray(top * (1 - v) + bottom * v)


def read_relief(store: PackageStore, regions: gpd.GeoDataFrame) -> Relief:
    """Return the grid around a province, one cell wider than its bounds.

    Parameters
    ----------
    store
        Packages; ``itur`` is read.
    regions
        Regions of the province, WGS84.

    Returns
    -------
    relief
        Cells of 1/12°.
    """
    topo, lat, lon = (_grid(store, file) for file in RELIEF_FILES)
    west, south, east, north = regions.total_bounds
    margin = 1.5 / _CELLS_PER_DEGREE
    rows = np.flatnonzero((lat[:, 0] > south - margin) & (lat[:, 0] < north + margin))
    columns = np.flatnonzero((lon[0] > west - margin) & (lon[0] < east + margin))
    return Relief(topo[np.ix_(rows, columns)], lat[rows, 0], lon[0, columns])


def relief_table(relief: Relief, regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the cells whose centre lies in the province or within half a cell of it.

    Parameters
    ----------
    relief
        Grid around the province.
    regions
        Regions of the province, WGS84.

    Returns
    -------
    table
        ``lon``, ``lat`` [°], ``elevation_m`` [m].
    """
    province = regions.loc[regions["level"] == "province", "geometry"].iloc[0]
    wide = shapely.buffer(province, 0.5 / _CELLS_PER_DEGREE)
    lon, lat = (a.ravel() for a in np.meshgrid(relief.lon, relief.lat))
    inside = shapely.contains_xy(wide, lon, lat)
    return pd.DataFrame(
        {
            "lon": lon[inside].round(6),
            "lat": lat[inside].round(6),
            "elevation_m": relief.elevation.ravel()[inside].round(0),
        }
    )


def _grid(store: PackageStore, member: str) -> Floats:
    with np.load(io.BytesIO(store.read("itur", member))) as archive:
        return np.asarray(archive["arr_0"], dtype=float)
