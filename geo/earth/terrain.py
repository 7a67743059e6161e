"""Terrain: a grid of heights, the height at a point, the profile between two points.

A grid has regular longitudes and latitudes; :mod:`data.elevation.mosaic` makes one from any raster,
with a record of where the heights come from. What is outside a grid or
at a void is unknown (NaN), never zero and never "covered".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.earth._terrain_path import (
    MIN_POINTS,
    TOO_SHORT,
    VOID,
    Frame,
    fill_heights,
    fill_profiles,
    measure_paths,
    path_length_m,
    points_on,
    sample_path,
)
from geo.earth.crs import check_lonlat, geodesic_m
from geo.errors import InputError, RangeError
from geo.sentence import Sentence

__all__ = [
    "MAX_PATH_M",
    "MIN_POINTS",
    "TOO_SHORT",
    "VOID",
    "Grid",
    "Provenance",
    "TerrainProfiles",
    "heights",
    "path_length_m",
    "points_on",
    "profiles",
    "sample_path",
]

Floats = NDArray[np.float64]

#: Longest path [m]: up to here its points lie within 1 m of the geodesic.
MAX_PATH_M = 500_000.0
#: Most points of one batch of profiles: 16 bytes each, 1.6 GB.
MAX_POINTS = 100_000_000
#: Rows that are looked at together.
_BAND = 256
#: Mean length of a degree of latitude on WGS84: the meridian quadrant by 90 [m].
_DEGREE_M = 10_001_965.729 / 90
#: Paths that begin within this are sampled one after the other [°].
_NEIGHBOURHOOD = 0.1


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where heights come from, carried to every result that uses them.

    Attributes
    ----------
    name, version
        Of the elevation model; "unknown" where not stated.
    vertical_datum
        Zero of the heights, such as EGM2008.
    accuracy_m
        Linear error at 90 % as stated by its publisher [m]; None where unknown.
    accuracy_source
        Source of that statement.
    evidence
        Class of :mod:`geo.evidence`.
    remarks
        What was done to the cells: units converted, warped, voids met.
    """

    name: str = "unknown"
    version: str = "unknown"
    vertical_datum: str = "unknown"
    accuracy_m: float | None = None
    accuracy_source: str = ""
    evidence: str = "declared"
    remarks: tuple[Sentence, ...] = ()


@dataclass(frozen=True, eq=False)
class Grid:
    """Heights on regular longitudes and latitudes (WGS84).

    Attributes
    ----------
    heights_m
        (rows, columns) float32 [m], the northernmost row first, the westernmost column first; NaN
        is void. The values are those of the centres of the cells.
    west, north
        Longitude and latitude of the first cell's centre [°].
    step_lon, step_lat
        Width and height of a cell [°], positive.
    provenance
        Where the heights come from.

    Raises
    ------
    InputError
        If there are fewer than 2 × 2 cells, or the frame is not finite and positive.

    Examples
    --------
    >>> grid = Grid(np.array([[10, 20], [30, 40]]), 100.0, 25.0, 0.001, 0.001)
    >>> heights(grid, [100.0005, 99.0], [24.9995, 25.0]).round(6).tolist()
    [25.0, nan]
    """

    heights_m: NDArray[np.float32]
    west: float
    north: float
    step_lon: float
    step_lat: float
    provenance: Provenance = Provenance()

    def __post_init__(self) -> None:
        """Bring the heights into the form that the compiled loops expect; check the frame."""
        cells = np.ascontiguousarray(self.heights_m, dtype=np.float32)
        if cells.ndim != 2 or min(cells.shape) < 2:
            raise InputError("terrain.small_grid", cells=" × ".join(map(str, cells.shape)))
        if not np.isfinite(self.frame).all() or self.step_lon <= 0 or self.step_lat <= 0:
            raise InputError(
                "terrain.no_grid", west=self.west, north=self.north, step_lon=self.step_lon,
                step_lat=self.step_lat,
            )  # fmt: skip
        object.__setattr__(self, "heights_m", cells)

    @property
    def frame(self) -> Frame:
        """First centre and steps [°], as compiled loops take them."""
        return float(self.west), float(self.north), float(self.step_lon), float(self.step_lat)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the outermost centres [°]: beyond, all is unknown."""
        rows, columns = self.heights_m.shape
        south = self.north - (rows - 1) * self.step_lat
        return self.west, south, self.west + (columns - 1) * self.step_lon, self.north

    @property
    def spacing_m(self) -> float:
        """Shorter side of the cell in the middle of the grid [m]: its own spacing."""
        west, south, _, north = self.bounds
        lat = 0.5 * (south + north)
        half = 0.5 * self.step_lat
        width = geodesic_m(west, lat, west + self.step_lon, lat)
        height = geodesic_m(west, lat - half, west, lat + half)
        return float(min(width, height))

    @property
    def path_spacing_m(self) -> float:
        """Spacing of profiles [m]: the height of a cell, by the mean degree of a meridian.

        It is the same for every part of a model, so that a figure does not depend on how much of
        the model was read.
        """
        return self.step_lat * _DEGREE_M

    @property
    def void_share(self) -> float:
        """Share of the cells without a height."""
        # Some rows at a time: a mask of the whole would take a quarter of the grid's memory.
        parts = range(0, len(self.heights_m), _BAND)
        void = sum(int(np.isnan(self.heights_m[i : i + _BAND]).sum()) for i in parts)
        return void / self.heights_m.size


@dataclass(frozen=True, eq=False, slots=True)
class TerrainProfiles:
    """Terrain along paths, one after the other in flat arrays.

    Attributes
    ----------
    start
        (n + 1,) first point of each path; path ``k`` has the points ``start[k]:start[k + 1]``.
    distance_km
        Distance of each point from its transmitter [km], evenly spaced from 0.
    terrain_m
        Height of each point [m]; NaN outside the grid or at a void.
    void
        (n,) True where a path has such a point: nothing may be calculated on it.
    length_m
        (n,) geodesic length [m].
    provenance
        Where the heights come from.
    """

    start: NDArray[np.int64]
    distance_km: Floats
    terrain_m: Floats
    void: NDArray[np.bool_]
    length_m: Floats
    provenance: Provenance

    def __len__(self) -> int:
        """Return the number of paths."""
        return len(self.void)

    def path(self, k: int) -> tuple[Floats, Floats]:
        """Return the profile of one path.

        Parameters
        ----------
        k
            Number of the path, from 0.

        Returns
        -------
        distance_km, terrain_m
            Distances from the transmitter [km] and heights above sea level [m].
        """
        part = slice(int(self.start[k]), int(self.start[k + 1]))
        return self.distance_km[part], self.terrain_m[part]


def heights(grid: Grid, lon: ArrayLike, lat: ArrayLike) -> Floats:
    """Return bilinear heights at points.

    Parameters
    ----------
    grid
        Heights of cells.
    lon, lat
        (n,) WGS84 [°].

    Returns
    -------
    height_m
        (n,) [m]; NaN outside the grid or where a needed cell is void.

    Raises
    ------
    RangeError
        If a coordinate is not a place on Earth.
    """
    x, y = np.broadcast_arrays(*check_lonlat(lon, lat, where="heights"))
    x, y = np.ascontiguousarray(x), np.ascontiguousarray(y)
    out = np.empty(len(x))
    fill_heights(grid.heights_m, grid.frame, x, y, out)
    return out


def profiles(
    grid: Grid,
    lon_tx: ArrayLike,
    lat_tx: ArrayLike,
    lon_rx: ArrayLike,
    lat_rx: ArrayLike,
    *,
    spacing_m: float | None = None,
) -> TerrainProfiles:
    """Return the terrain along the geodesic of each pair of points.

    Parameters
    ----------
    grid
        Heights of cells.
    lon_tx, lat_tx, lon_rx, lat_rx
        (n,) WGS84 [°], or one place for all; at most 500 km apart, not across the 180th meridian.
    spacing_m
        Largest distance between points of a path [m]; default :attr:`Grid.path_spacing_m`. Each
        path is divided evenly, its ends are points of it, and it has at least three.

    Returns
    -------
    profiles
        One path for each pair; a path with a void is marked, not cut.

    Raises
    ------
    RangeError
        If a coordinate is not a place on Earth, a path is too long, or the spacing is not positive.

    Examples
    --------
    >>> grid = Grid(np.full((50, 50), 7.0), 100.0, 25.0, 0.001, 0.001)
    >>> found = profiles(grid, [100.01], [24.99], [100.02, 101.0], [24.98, 24.98])
    >>> found.void.tolist(), found.path(0)[1][:2].tolist()
    ([False, True], [7.0, 7.0])
    """
    spacing = grid.path_spacing_m if spacing_m is None else float(spacing_m)
    if not 0 < spacing < np.inf:
        raise RangeError("terrain.spacing", spacing=spacing)
    ends = np.column_stack(np.broadcast_arrays(
        *check_lonlat(lon_tx, lat_tx, where="transmitters"),
        *check_lonlat(lon_rx, lat_rx, where="receivers"),
    ))  # fmt: skip
    length, points = np.empty(len(ends)), np.empty(len(ends), dtype=np.int64)
    measure_paths(ends, spacing, length, points)
    _check_paths(length, points)
    start = np.concatenate([[0], np.cumsum(points)])
    distance, terrain = np.empty(start[-1]), np.empty(start[-1])
    # Neighbours after each other: the cells that they share are still in the cache.
    order = np.lexsort(np.floor(ends[:, :2] / _NEIGHBOURHOOD).T)
    span = np.column_stack([start[:-1], points, np.arange(len(points))])[order]
    void = np.zeros(len(points), dtype=np.bool_)
    fill_profiles(grid.heights_m, grid.frame, ends[order], span, (distance, terrain, void))
    return TerrainProfiles(start, distance, terrain, void, length, grid.provenance)


def _check_paths(length_m: Floats, points: NDArray[np.int64]) -> None:
    if (length_m > MAX_PATH_M).any():
        k = int(length_m.argmax())
        raise RangeError(
            "terrain.long_path", path=k, length_km=length_m[k] / 1000, most_km=MAX_PATH_M / 1000
        )
    if points.sum() > MAX_POINTS:
        raise InputError(
            "terrain.many_points", paths=len(points), points=points.sum(), most=MAX_POINTS
        )
