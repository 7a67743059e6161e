"""Compiled inner loops of :mod:`geo.earth.terrain`: one height, one path, many paths.

A path is the curve of the points whose ellipsoidal normals meet the straight chord between its
ends. Its points stay within 2 mm of the geodesic's even steps up to 60 km, within 1 m up to 500 km
(`tests/geo/test_terrain.py` measures both against pyproj). Five points of it are calculated, the
others are taken from the quartic through them.
"""

from __future__ import annotations

import math

import numpy as np
from numba import prange
from numpy.typing import NDArray

from geo.compiled import compiled, compiled_parallel

Floats = NDArray[np.float64]
Heights = NDArray[np.float32]
#: Longitude and latitude of the first cell's centre, width and height of a cell [°].
Frame = tuple[float, float, float, float]
#: Longitude and latitude of the transmitter, then of the receiver [°].
Ends = tuple[float, float, float, float]
Point = tuple[float, float, float]
Quartic = tuple[float, float, float, float, float]

#: WGS84: semi-major axis [m], first eccentricity squared.
_A, _E2 = 6_378_137.0, 0.006_694_379_990_141_316
_B = _A * math.sqrt(1.0 - _E2)
_SECOND_E2 = _E2 / (1.0 - _E2)
_DEGREE = math.pi / 180.0

#: A point this near to a row or column of centres is on it [cells]: 0.1 mm, and rounding.
_ON = 1e-6

#: Returned by :func:`sample_path` instead of a number of points.
VOID, TOO_SHORT = -1, -2
#: Fewest points of a path: its ends and one between.
MIN_POINTS = 3


@compiled
def height_at(heights_m: Heights, row: float, column: float) -> float:
    """Return the bilinear height [m] at a fractional row and column, NaN outside or at a void.

    A void corner whose weight is zero does not count.
    """
    rows, columns = heights_m.shape
    if not (-_ON <= row <= rows - 1.0 + _ON and -_ON <= column <= columns - 1.0 + _ON):
        return math.nan
    i = min(int(row), rows - 2)
    j = min(int(column), columns - 2)
    v, u = row - i, column - j
    top = heights_m[i, j] * (1.0 - u) + heights_m[i, j + 1] * u
    bottom = heights_m[i + 1, j] * (1.0 - u) + heights_m[i + 1, j + 1] * u
    height = float(top * (1.0 - v) + bottom * v)
    if math.isnan(height):
        return _on_an_edge(heights_m, i, j, v, u)
    return height


@compiled
def _on_an_edge(heights_m: Heights, i: int, j: int, v: float, u: float) -> float:
    """Return the height where some corner is void: only corners with a weight are needed."""
    height, total = 0.0, 0.0
    for k in range(2):
        weight_v = v if k else 1.0 - v
        for m in range(2):
            weight = weight_v * (u if m else 1.0 - u)
            if weight > _ON:
                height += weight * heights_m[i + k, j + m]
                total += weight
    return height / total


@compiled
def _ecef(lon: float, lat: float) -> Point:
    """Return earth-centred coordinates of a point on the ellipsoid [m]."""
    x, y = lon * _DEGREE, lat * _DEGREE
    sine = math.sin(y)
    normal = _A / math.sqrt(1.0 - _E2 * sine * sine)
    across = normal * math.cos(y)
    return across * math.cos(x), across * math.sin(x), normal * (1.0 - _E2) * sine


@compiled
def path_length_m(ends: Ends) -> float:
    """Return the length of a path [m]: the arc over its chord, Gaussian radius of its middle."""
    a, b = _ecef(ends[0], ends[1]), _ecef(ends[2], ends[3])
    chord = math.sqrt((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2 + (b[2] - a[2]) ** 2)
    diameter = 2.0 * _radius_m(0.5 * (ends[1] + ends[3]))
    return diameter * math.asin(min(1.0, chord / diameter))


@compiled
def _radius_m(lat: float) -> float:
    """Return the Gaussian radius of curvature [m]."""
    return _B / (1.0 - _E2 * math.sin(lat * _DEGREE) ** 2)


@compiled
def points_on(length_m: float, spacing_m: float) -> int:
    """Return the number of points of a path, its ends among them, no further apart than that."""
    return max(MIN_POINTS, math.ceil(length_m / spacing_m - 1e-9) + 1)


@compiled
def _foot(a: Point, b: Point, share: float, frame: Frame) -> tuple[float, float]:
    """Return row and column below a point of the chord (Bowring 1976, one step: below 1 µm)."""
    x = a[0] + share * (b[0] - a[0])
    y = a[1] + share * (b[1] - a[1])
    z = a[2] + share * (b[2] - a[2])
    across = math.sqrt(x * x + y * y)
    tangent = z * _A / (across * _B)
    cosine = 1.0 / math.sqrt(1.0 + tangent * tangent)
    sine = tangent * cosine
    lat = math.atan2(z + _SECOND_E2 * _B * sine**3, across - _E2 * _A * cosine**3) / _DEGREE
    lon = math.atan2(y, x) / _DEGREE
    return (frame[1] - lat) / frame[3], (lon - frame[0]) / frame[2]


@compiled
def _quartic(f0: float, f1: float, f2: float, f3: float, f4: float) -> Quartic:
    """Return Newton's coefficients of the quartic through five even steps."""
    d1, d2 = f1 - f0, f2 - 2.0 * f1 + f0
    d3 = f3 - 3.0 * f2 + 3.0 * f1 - f0
    d4 = f4 - 4.0 * f3 + 6.0 * f2 - 4.0 * f1 + f0
    return f0, d1, d2 / 2.0, d3 / 6.0, d4 / 24.0


@compiled
def _value(c: Quartic, s: float) -> float:
    """Return the quartic at ``s`` steps from its first point."""
    inner = c[2] + (s - 2.0) * (c[3] + (s - 3.0) * c[4])
    return c[0] + s * (c[1] + (s - 1.0) * inner)


@compiled
def _curve(ends: Ends, length_m: float, frame: Frame) -> tuple[Quartic, Quartic]:
    """Return row and column of a path as quartics over 0–4, even in length."""
    a, b = _ecef(ends[0], ends[1]), _ecef(ends[2], ends[3])
    half = length_m / _radius_m(0.5 * (ends[1] + ends[3])) / 2.0
    # An even step on the arc is uneven on the chord: tan(θ/4) : tan(θ/2) at a quarter of the arc θ.
    quarter = 0.5 - 0.5 * math.tan(half / 2.0) / math.tan(half) if half > 1e-9 else 0.25
    r0, c0 = _foot(a, b, 0.0, frame)
    r1, c1 = _foot(a, b, quarter, frame)
    r2, c2 = _foot(a, b, 0.5, frame)
    r3, c3 = _foot(a, b, 1.0 - quarter, frame)
    r4, c4 = _foot(a, b, 1.0, frame)
    return _quartic(r0, r1, r2, r3, r4), _quartic(c0, c1, c2, c3, c4)


@compiled
def sample_path(
    heights_m: Heights,
    frame: Frame,
    ends: Ends,
    spacing_m: float,
    distance_km: Floats,
    terrain_m: Floats,
) -> int:
    """Fill the profile of one path into scratch arrays and return its number of points.

    For calls inside other compiled loops: it allocates nothing, touches nothing but the first
    points of the two scratch arrays, and is safe in ``prange`` when each turn has its own.

    Parameters
    ----------
    heights_m, frame
        :attr:`geo.earth.terrain.Grid.heights_m` and :attr:`geo.earth.terrain.Grid.frame`.
    ends
        Longitude and latitude of the transmitter, then of the receiver [°]; up to 500 km apart,
        not across the 180th meridian.
    spacing_m
        Largest distance between points [m].
    distance_km
        Out: distance from the transmitter [km], evenly spaced from 0.
    terrain_m
        Out: height above sea level [m].

    Returns
    -------
    points
        Number of points, at least 3; :data:`VOID` (−1) if any needed cell is void or outside the
        grid: the content of the arrays is then undefined; :data:`TOO_SHORT` (−2) if an array is too
        small. Size them by ``points_on(longest path, spacing_m)``. Ends at one place give distances
        of 0.
    """
    length_m = path_length_m(ends)
    n = points_on(length_m, spacing_m)
    if n > terrain_m.shape[0] or n > distance_km.shape[0]:
        return TOO_SHORT
    rows, columns = _curve(ends, length_m, frame)
    step, step_km = 4.0 / (n - 1), length_m / 1000.0 / (n - 1)
    for i in range(n):
        height = height_at(heights_m, _value(rows, i * step), _value(columns, i * step))
        if math.isnan(height):
            return VOID
        distance_km[i] = i * step_km
        terrain_m[i] = height
    return n


@compiled_parallel
def fill_heights(heights_m: Heights, frame: Frame, lon: Floats, lat: Floats, out: Floats) -> None:
    """Fill the bilinear height of each point [m]."""
    for i in prange(lon.shape[0]):
        row, column = (frame[1] - lat[i]) / frame[3], (lon[i] - frame[0]) / frame[2]
        out[i] = height_at(heights_m, row, column)


@compiled_parallel
def measure_paths(
    ends: Floats, spacing_m: float, length_m: Floats, points: NDArray[np.int64]
) -> None:
    """Fill length [m] and number of points of each path; ``ends`` is (n, 4)."""
    for k in prange(ends.shape[0]):
        length_m[k] = path_length_m((ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3]))
        points[k] = points_on(length_m[k], spacing_m)


@compiled_parallel
def fill_profiles(
    heights_m: Heights,
    frame: Frame,
    ends: Floats,
    span: NDArray[np.int64],
    out: tuple[Floats, Floats, NDArray[np.bool_]],
) -> None:
    """Fill the profiles of many paths; a point outside the grid or at a void gets NaN.

    ``span`` is (n, 3): first point and number of points of each path in the flat arrays, and its
    place among the paths; ``out`` is distances [km], heights [m], and which paths have a NaN.
    """
    distance_km, terrain_m, void = out
    for k in prange(ends.shape[0]):
        path = (ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3])
        length_m = path_length_m(path)
        rows, columns = _curve(path, length_m, frame)
        first, n = span[k, 0], span[k, 1]
        step, step_km = 4.0 / (n - 1), length_m / 1000.0 / (n - 1)
        unknown = False
        for i in range(n):
            height = height_at(heights_m, _value(rows, i * step), _value(columns, i * step))
            distance_km[first + i] = i * step_km
            terrain_m[first + i] = height
            unknown |= math.isnan(height)
        void[span[k, 2]] = unknown
