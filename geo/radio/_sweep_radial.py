"""Compiled parts of :mod:`geo.radio.sweep`: the cells beside each radial, and a radial's states.

A cell needs only a summary of its profile, and that grows along a radial: running maxima and sums,
and two upper hulls. A hull is kept as a chain: each point names the vertex before it, so that the
state at any point of the radial can be read after the whole radial was laid.

Equation numbers are those of Recommendation ITU-R P.1812-6, Annex 1 and its Attachment 1.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.earth._terrain_path import Heights, height_at
from geo.radio._p1812_radio import Radio

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_A, _E2 = 6_378_137.0, 0.006_694_379_990_141_316
_B = _A * math.sqrt(1.0 - _E2)
_DEGREE = math.pi / 180.0


class Lattice(NamedTuple):
    """The lattice of a whole model, and where a window of it begins.

    Places are worked out on the whole lattice, so that a figure does not depend on the window.

    Attributes
    ----------
    west, north, step_lon, step_lat
        First centre and steps of the whole lattice [°].
    row, column
        First row and column of the window on it.
    """

    west: float
    north: float
    step_lon: float
    step_lat: float
    row: int
    column: int


class Task(NamedTuple):
    """What all stations of a call share.

    Attributes
    ----------
    frequency_GHz
        Carrier.
    sent_dBm
        Power of one resource element in the main beam, less other losses.
    terminal_m
        Antenna of the terminal above ground.
    reach_m
        Greatest length of a path.
    spacing_m
        Spacing of profiles.
    radials
        Number of radials.
    least
        Levels below are not recorded [0.1 dBm].
    limit
        Level from which a cell counts as covered [0.1 dBm].
    skips
        Whether the bound is used; without it the result is the same, later.
    voids
        Whether the window has a void.
    counts
        Whether stations are counted, not compared.
    box
        First row and column of the whole lattice that are asked for, and those after the last.
    """

    frequency_GHz: float
    sent_dBm: float
    terminal_m: float
    reach_m: float
    spacing_m: float
    radials: int
    least: int
    limit: int
    skips: bool
    voids: bool
    counts: bool
    box: tuple[int, int, int, int]


class ReachedCells(NamedTuple):
    """ReachedCells within reach of a station, ordered by radial.

    Attributes
    ----------
    start
        (radials + 1,) first cell of each radial.
    cell
        Number of the cell in the window.
    distance_m
        Length of its path.
    """

    start: Ints
    cell: NDArray[np.int32]
    distance_m: Floats


class Radial(NamedTuple):
    """State at each point of a radial; point 0 is the station.

    Attributes
    ----------
    step_km, curve
        Step of the points, and curvature c of the Earth [m/km²].
    height_m
        Ground.
    ray, ray_km
        Largest (h − h_t)/d − c·d so far, Eq. (13), and where [m/km, km].
    flat
        Largest (h − h_t)/d so far, Eq. (89b) [m/km].
    v1, v2
        Sums of Eqs. (85) and (86).
    bent, bare
        Vertex before this one on the upper hulls of h − c·d² and of h; 0 for none.
    """

    step_km: float
    curve: float
    height_m: Floats
    ray: Floats
    ray_km: Floats
    flat: Floats
    v1: Floats
    v2: Floats
    bent: NDArray[np.int32]
    bare: NDArray[np.int32]


class Mast(NamedTuple):
    """One station: place [°, row, column], ground and antenna above the sea [m], antenna row."""

    lon: float
    lat: float
    row: float
    column: float
    ground_m: float
    top_m: float
    height_m: float
    antenna: Floats


@compiled
def find_cells(lattice: Lattice, shape: tuple[int, int], mast: Mast, task: Task) -> ReachedCells:
    """Return the cells of a window within reach of a station, by the radial nearest in bearing."""
    rows, columns = shape
    tall = task.reach_m / 110_500.0 / lattice.step_lat + 1.0
    broad = tall * lattice.step_lat / lattice.step_lon
    broad /= math.cos(min(abs(mast.lat) + 1.2, 89.0) * _DEGREE)
    top = max(0, math.floor(mast.row - tall) - lattice.row, task.box[0] - lattice.row)
    bottom = min(rows, math.ceil(mast.row + tall) + 1 - lattice.row, task.box[2] - lattice.row)
    left = max(0, math.floor(mast.column - broad) - lattice.column, task.box[1] - lattice.column)
    right = math.ceil(mast.column + broad) + 1 - lattice.column
    right = min(columns, right, task.box[3] - lattice.column)
    size = max(0, bottom - top) * max(0, right - left)
    cell, away = np.empty(size, np.int32), np.empty(size)
    radial = np.empty(size, np.int32)
    start = np.zeros(task.radials + 1, np.int64)
    sine0, cosine0 = math.sin(mast.lat * _DEGREE), math.cos(mast.lat * _DEGREE)
    normal0 = _A / math.sqrt(1.0 - _E2 * sine0 * sine0)
    x0, z0 = normal0 * cosine0, normal0 * (1.0 - _E2) * sine0
    width = max(0, right - left)
    sines, cosines = np.empty(width), np.empty(width)
    for j in range(width):
        lon = lattice.west + lattice.step_lon * (left + j + lattice.column)
        sines[j] = math.sin((lon - mast.lon) * _DEGREE)
        cosines[j] = math.cos((lon - mast.lon) * _DEGREE)
    found, per_radian = 0, task.radials / (2.0 * math.pi)
    for i in range(top, bottom):
        lat = lattice.north - lattice.step_lat * (i + lattice.row)
        sine = math.sin(lat * _DEGREE)
        normal = _A / math.sqrt(1.0 - _E2 * sine * sine)
        across, z = normal * math.cos(lat * _DEGREE), normal * (1.0 - _E2) * sine
        half = math.sin(0.5 * (mast.lat + lat) * _DEGREE)
        diameter = 2.0 * _B / (1.0 - _E2 * half * half)
        for j in range(width):
            dx, dy, dz = across * cosines[j] - x0, across * sines[j], z - z0
            chord = math.sqrt(dx * dx + dy * dy + dz * dz)
            q = (chord / diameter) ** 2
            length = chord * (1.0 + q * (1.0 / 6.0 + q * 0.075))
            if length > task.reach_m:
                continue
            bearing = math.atan2(dy, cosine0 * dz - sine0 * dx)
            spoke = int(bearing * per_radian + task.radials + 0.5) % task.radials
            cell[found] = i * columns + left + j
            away[found], radial[found] = length, spoke
            start[spoke + 1] += 1
            found += 1
    return _by_radial(start, cell[:found], away[:found], radial[:found])


@compiled
def _by_radial(
    start: Ints, cell: NDArray[np.int32], away: Floats, radial: NDArray[np.int32]
) -> ReachedCells:
    """Return cells in the order of their radials; ``start`` has how many each has, one later."""
    for k in range(len(start) - 1):
        start[k + 1] += start[k]
    place = start[:-1].copy()
    ordered, distance_m = np.empty(len(cell), np.int32), np.empty(len(cell))
    for k in range(len(cell)):
        at = place[radial[k]]
        ordered[at], distance_m[at] = cell[k], away[k]
        place[radial[k]] = at + 1
    return ReachedCells(start, ordered, distance_m)


@compiled
def lay_radial(
    heights_m: Heights, lattice: Lattice, mast: Mast, bearing: float, state: Radial
) -> int:
    """Fill the state along one radial; return the number of its points before the first void."""
    sine, cosine = math.sin(mast.lat * _DEGREE), math.cos(mast.lat * _DEGREE)
    w2 = 1.0 - _E2 * sine * sine
    normal = _A / math.sqrt(w2) / 1000.0
    meridian = normal * (1.0 - _E2) / w2
    north, east = math.cos(bearing), math.sin(bearing)
    tangent = sine / cosine
    # The geodesic as a series to the second order: within 1 m over 30 km.
    row1 = -north / meridian / _DEGREE / lattice.step_lat
    row2 = tangent * east * east / (2.0 * meridian * normal) / _DEGREE / lattice.step_lat
    column1 = east / (normal * cosine) / _DEGREE / lattice.step_lon
    column2 = column1 * north * tangent / meridian
    row0, column0 = mast.row - lattice.row, mast.column - lattice.column
    height_m, bent, bare = state.height_m, state.bent, state.bare
    step_km, curve = state.step_km, state.curve
    height_m[0] = mast.ground_m
    ray = flat = -np.inf
    ray_km = v1 = v2 = 0.0
    state.v1[0], state.v2[0] = 0.0, 0.0
    low, before = mast.ground_m, 0.0
    for k in range(1, height_m.shape[0]):
        d = k * step_km
        h = height_at(
            heights_m, row0 + d * (row1 + d * row2), column0 + d * (column1 + d * column2)
        )
        if math.isnan(h):
            return k
        height_m[k] = h
        slope = (h - mast.top_m) / d
        flat = max(flat, slope)
        if slope - curve * d > ray:
            ray, ray_km = slope - curve * d, d
        v1 += (d - before) * (h + low)  # (85)
        v2 += (d - before) * (h * (2.0 * d + before) + low * (d + 2.0 * before))  # (86)
        state.ray[k], state.ray_km[k], state.flat[k] = ray, ray_km, flat
        state.v1[k], state.v2[k] = v1, v2
        low, before = h, d
        bent[k] = _before(height_m, bent, k, step_km, curve)
        bare[k] = _before(height_m, bare, k, step_km, 0.0)
    return len(height_m)


@compiled
def _before(
    height_m: Floats, chain: NDArray[np.int32], k: int, step_km: float, curve: float
) -> int:
    """Return the vertex before point k on the upper hull of the points 1 to k; 0 for none."""
    i = k - 1
    if i < 1:
        return 0
    here = height_m[k] - curve * (k * step_km) ** 2
    there = height_m[i] - curve * (i * step_km) ** 2
    while chain[i] > 0:
        j = chain[i]
        further = height_m[j] - curve * (j * step_km) ** 2
        # i stays if it lies above the line from j to k.
        if (there - further) * (k - j) > (here - further) * (i - j):
            break
        i, there = j, further
    return i


@compiled
def steepest_ray(
    state: Radial, chain: NDArray[np.int32], k: int, end: tuple[float, float, float]
) -> float:
    """Return the steepest ray from the terminal to the radial, Eq. (17), or (89c) uncurved."""
    total, top, curve = end
    best = -np.inf
    i = k
    while i > 0:
        d = i * state.step_km
        slope = (state.height_m[i] - top) / (total - d) + curve * d
        if slope < best:
            break
        best = slope
        i = int(chain[i])
    return best


@compiled
def highest_over(state: Radial, k: int, top: float, line: float) -> float:
    """Return the greatest height of the radial over the direct line, Eq. (89a)."""
    best = -np.inf
    i = k
    while i > 0:
        over = state.height_m[i] - top - line * (i * state.step_km)
        if over < best:
            break
        best = over
        i = state.bare[i]
    return best


@compiled
def clearance_of(state: Radial, k: int, path: tuple[float, float, float], best: float) -> float:
    """Return the largest v·|v| of the radial's points, Eq. (15), or ``best`` if that is larger.

    On a clear path all points lie below the direct ray. An edge of the hull bounds the points
    below it: they are looked at only where the edge's own peak beats the best.
    """
    total, top, line = path
    step_km, curve = state.step_km, state.curve
    i, x = k, k * step_km
    under = top + line * x - state.height_m[i] - curve * x * (total - x)
    while True:
        best = max(best, -under * under / (x * (total - x)))
        j = state.bent[i]
        if j < 1:
            return best
        y = j * step_km
        other = top + line * y - state.height_m[j] - curve * y * (total - y)
        if i - j > 1:
            growth = (under - other) / (x - y)
            first = other - growth * y
            last = first + growth * total
            if first > 0.0 and last > 0.0 and -4.0 * first * last / (total * total) > best:
                peak = first * total / (first + last)
                if y < peak < x:
                    for m in range(j + 1, i):
                        z = m * step_km
                        low = top + line * z - state.height_m[m] - curve * z * (total - z)
                        best = max(best, -low * low / (z * (total - z)))
        i, x, under = j, y, other


@compiled
def new_radial(task: Task, radio: Radio) -> Radial:
    """Return room for the states along one radial."""
    n = int(task.reach_m / task.spacing_m) + 1
    return Radial(
        task.spacing_m / 1000.0, 500.0 / radio.radius_km,
        np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n),
        np.zeros(n, np.int32), np.zeros(n, np.int32),
    )  # fmt: skip


@compiled
def mast_of(heights_m: Heights, lattice: Lattice, row: Floats) -> Mast:
    """Return a station from its longitude, latitude, height and antenna row."""
    y = (lattice.north - row[1]) / lattice.step_lat
    x = (row[0] - lattice.west) / lattice.step_lon
    ground = height_at(heights_m, y - lattice.row, x - lattice.column)
    return Mast(row[0], row[1], y, x, ground, ground + row[2], row[2], row[3:])
