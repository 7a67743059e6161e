"""Nearest point of lines: how far a place is from road, power line or fibre route.

Lines are searched in an azimuthal equidistant projection around the places, where a length within
600 km of the centre is at most 0.15 % too long; the distance that is returned is geodesic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from geo.earth.crs import check_lonlat, geodesic_m
from geo.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NearestPoints:
    """Nearest point of any line, per place.

    Attributes
    ----------
    lon, lat
        (n,) that point, WGS84 [°]; NaN where there is no line.
    distance_m
        (n,) geodesic distance [m]; infinite where there is no line within the search.
    """

    lon: Floats
    lat: Floats
    distance_m: Floats


def nearest_on_lines(
    lon: ArrayLike, lat: ArrayLike, lines: ArrayLike, *, within_m: float | None = None
) -> NearestPoints:
    """Return the nearest point of the lines for each place.

    Parameters
    ----------
    lon, lat
        (n,) WGS84 [°].
    lines
        Shapely lines or points in WGS84 [°]; empty ones are passed over.
    within_m
        Greatest distance to search [m]; default no limit.

    Returns
    -------
    nearest
        One row for each place.

    Raises
    ------
    RangeError
        If a coordinate is not a place on Earth.
    InputError
        If ``lines`` contains something other than a geometry.

    Examples
    --------
    >>> road = shapely.LineString([(102.0, 25.0), (103.0, 25.0)])
    >>> nearest_on_lines([102.5], [25.01], [road]).distance_m.round().tolist()
    [1108.0]
    """
    x, y = check_lonlat(lon, lat, where="places")
    shapes = np.atleast_1d(np.asarray(lines, dtype=object))
    if not np.all(shapely.is_geometry(shapes) | shapely.is_missing(shapes)):
        raise InputError("input.no_geometry")
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    # Straight in degrees is not straight in the plane: vertices every 5 km bend it to 0.2 m.
    shapes = shapely.segmentize(shapes, 0.05)
    found = NearestPoints(np.full(len(x), np.nan), np.full(len(x), np.nan), np.full(len(x), np.inf))
    if not len(x) or not len(shapes):
        return found
    centre = f"+proj=aeqd +lon_0={x.mean():.6f} +lat_0={y.mean():.6f} +ellps=WGS84"
    plane = Transformer.from_crs("EPSG:4326", centre, always_xy=True)
    flat = shapely.transform(
        shapes, lambda points: np.column_stack(plane.transform(points[:, 0], points[:, 1]))
    )
    places = shapely.points(*plane.transform(x, y))
    # The projection stretches a little: search further, then measure.
    limit = None if within_m is None else within_m * 1.01 + 1.0
    at, line = shapely.STRtree(flat).query_nearest(places, max_distance=limit, all_matches=False)
    ends = shapely.get_point(shapely.shortest_line(flat[line], places[at]), 0)
    found.lon[at], found.lat[at] = plane.transform(
        shapely.get_x(ends), shapely.get_y(ends), direction="INVERSE"
    )
    found.distance_m[at] = geodesic_m(x[at], y[at], found.lon[at], found.lat[at])
    if within_m is not None:
        beyond = found.distance_m > within_m
        found.lon[beyond] = found.lat[beyond] = np.nan
        found.distance_m[beyond] = np.inf
    return found
