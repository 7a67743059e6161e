"""How well each reading of the coordinates fits the evidence, row by row.

A row's log-likelihood has three parts, none of which a single bad row can carry away:

* its point lies inside the area that it names (else the province), wrong in 2 % of rows;
* its distance to the known place of its name, Student's t with 4 degrees of freedom, scaled by
  the spread that is left after the common vector is taken out: a shift moves all by one vector,
  an inaccurate place does not;
* its distance to the nearest existing site and road, flat beyond 3 km.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from data.doctor.crs.evidence import CrsEvidence
from geo.earth.crs import Floats
from geo.earth.projections import to_wgs84

#: Share of rows that name a wrong area, or lie outside theirs for another reason.
WRONG_AREA = 0.02
#: Lower bound of the spread of positions [m].
LEAST_SPREAD_M = 15.0
#: Distance to a site or road that counts as near, and beyond which nothing changes [m].
NEAR_M, FAR_M = 100.0, 3_000.0
#: Rows whose distance to sites and roads is measured, evenly over the file.
NEAR_ROWS = 2_000
_METRES_PER_DEGREE = 111_195.0
#: Median of a Rayleigh distribution of unit scale.
_RAYLEIGH_MEDIAN = 1.1774
_NOWHERE_M = 1e7


@dataclass(frozen=True, slots=True)
class CrsReading:
    """The points of a file under one assumed system and order of columns.

    Attributes
    ----------
    crs
        Name of the system.
    swapped
        True where the columns of longitude and latitude are exchanged.
    lon, lat
        (n,) positions [°]; NaN where the reading makes none.
    inside, inside_area
        (n,) inside the province; inside the named area (False where none is named).
    offsets
        (k, 2) from the known places to the rows' points, to the east and north [m].
    near_m
        (n,) distance to the nearest site or road [m]; empty without either.
    """

    crs: str
    swapped: bool
    lon: Floats
    lat: Floats
    inside: NDArray[np.bool_]
    inside_area: NDArray[np.bool_]
    offsets: Floats
    near_m: Floats


def readings(
    x: Floats, y: Floats, systems: list[tuple[str, bool]], evidence: CrsEvidence
) -> list[CrsReading]:
    """Place the rows in each system.

    Parameters
    ----------
    x, y
        (n,) numbers as they are in the file.
    systems
        Name of each system, and whether the columns are exchanged.
    evidence
        Evidence for the same rows.

    Returns
    -------
    readings
        One per system.
    """
    shapely.prepare(evidence.province)
    shapely.prepare(evidence.areas)
    near = _Near(evidence)
    return [_reading(x, y, system, evidence, near) for system in systems]


def _reading(
    x: Floats, y: Floats, system: tuple[str, bool], evidence: CrsEvidence, near: _Near
) -> CrsReading:
    crs, swapped = system
    lon, lat = to_wgs84(x, y, crs, swapped=swapped)
    possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    lon, lat = np.where(possible, lon, np.nan), np.where(possible, lat, np.nan)
    named = evidence.row_area >= 0
    inside_area = np.zeros(len(lon), dtype=bool)
    inside_area[named] = shapely.contains_xy(
        evidence.areas[evidence.row_area[named]], lon[named], lat[named]
    )
    row = evidence.anchor_row
    return CrsReading(
        crs=crs,
        swapped=swapped,
        lon=lon,
        lat=lat,
        inside=np.asarray(shapely.contains_xy(evidence.province, lon, lat), dtype=bool),
        inside_area=inside_area,
        offsets=metres_between(evidence.anchor_lon, evidence.anchor_lat, lon[row], lat[row]),
        near_m=near.metres(lon, lat),
    )


def metres_between(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Return the vectors between points [m], accurate to 1 % within some 100 km.

    Parameters
    ----------
    lon1, lat1
        (n,) points to start from [°].
    lon2, lat2
        (n,) points to end at [°].

    Returns
    -------
    vectors
        (n, 2) to the east and north [m]; very long where a point is missing.
    """
    east = (lon2 - lon1) * np.cos(np.radians(lat1)) * _METRES_PER_DEGREE
    north = (lat2 - lat1) * _METRES_PER_DEGREE
    return np.nan_to_num(np.column_stack((east, north)), nan=_NOWHERE_M)


def spread_m(all_readings: list[CrsReading]) -> float:
    """Return the scale of the offsets about their common vector, least over the readings [m].

    Parameters
    ----------
    all_readings
        Readings of one file.

    Returns
    -------
    spread
        At least :data:`LEAST_SPREAD_M` [m].
    """
    scales = [
        float(np.median(np.hypot(*(r.offsets - np.median(r.offsets, axis=0)).T)))
        for r in all_readings
        if len(r.offsets)
    ]
    return max(min(scales, default=0.0) / _RAYLEIGH_MEDIAN, LEAST_SPREAD_M)


def log_likelihood(reading: CrsReading, evidence: CrsEvidence, spread: float) -> Floats:
    """Return the log-likelihood of each row in a reading.

    Parameters
    ----------
    reading
        Positions of the rows.
    evidence
        Evidence for the same rows.
    spread
        Scale of the offsets from known places [m].

    Returns
    -------
    total
        (n,) log-likelihoods, up to a constant that all readings share.
    """
    within = np.where(evidence.row_area >= 0, reading.inside_area, reading.inside)
    total = np.full(len(within), np.log(WRONG_AREA))
    total[within] = np.log(1 - WRONG_AREA)
    squared = (reading.offsets**2).sum(axis=1)
    np.add.at(total, evidence.anchor_row, -3.0 * np.log1p(squared / (4.0 * spread**2)))
    if len(reading.near_m):
        total -= np.log1p((np.minimum(reading.near_m, FAR_M) / NEAR_M) ** 2)
    return total


class _Near:
    """Distances to existing sites and roads, their index built once for all readings.

    At most :data:`NEAR_ROWS` rows are measured, the same ones in each reading; the others are far
    in every reading, which changes no comparison.
    """

    def __init__(self, evidence: CrsEvidence) -> None:
        _, south, _, north = shapely.bounds(evidence.province)
        # A plane whose east–west scale is that of the province's middle latitude.
        self._scale = float(np.cos(np.radians((south + north) / 2)))
        sites = shapely.points(evidence.site_lon * self._scale, evidence.site_lat)
        stretch = np.array([self._scale, 1.0])
        roads = shapely.transform(evidence.roads, lambda xy: xy * stretch)
        self._known = shapely.STRtree(np.concatenate([sites, roads]))

    def metres(self, lon: Floats, lat: Floats) -> Floats:
        """Return the distance of each row to the nearest of them [m]; empty without any."""
        if not len(self._known.geometries):
            return np.empty(0)
        least = np.full(len(lon), FAR_M)
        at = np.arange(0, len(lon), max(1, -(-len(lon) // NEAR_ROWS)))
        at = at[np.isfinite(lon[at]) & np.isfinite(lat[at])]
        (row, _), degrees = self._known.query_nearest(
            shapely.points(lon[at] * self._scale, lat[at]), return_distance=True,
            all_matches=False, max_distance=FAR_M / _METRES_PER_DEGREE,
        )  # fmt: skip
        least[at[row]] = degrees * _METRES_PER_DEGREE
        return least
