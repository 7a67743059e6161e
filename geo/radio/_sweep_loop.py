"""Compiled loop of :mod:`geo.radio.sweep`: the level of one station at each cell in reach.

The last points of a profile, where a shift sideways hurts most, are sampled on the straight path to
the cell; what lies before them is read from the radial (:mod:`geo.radio._sweep_radial`).

Equation numbers are those of Recommendation ITU-R P.1812-6, Annex 1 and its Attachment 1.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.earth._terrain_path import Heights, height_at
from geo.radio._p1812_diffraction import bullington, knife_edge, spherical
from geo.radio._p1812_path import MIN_POINTS, predict
from geo.radio._p1812_profile import Edges, Sums, Terminals
from geo.radio._p1812_radio import Radio
from geo.radio._prediction_loop import INLAND_KM, NEAR_M, free_space_dB, gain_dB
from geo.radio._sweep_radial import (
    Floats,
    Lattice,
    Mast,
    Radial,
    Task,
    clearance_of,
    find_cells,
    highest_over,
    lay_radial,
    steepest_ray,
)

Levels = NDArray[np.int16]

#: Profile points before the cell that lie on the straight path to it.
TAIL = 8
#: Below this many steps a profile is too short for a radial: it is worked out in full.
SHORT = TAIL + 4
#: Level of a cell without one [0.1 dBm].
NOTHING = -32_768
#: Instead of a level where the path meets a void.
UNKNOWN = -32_767
#: Step of the table of the skip bound [dB], and its length: 200 dB.
_BOUND_STEP_DB, _BOUND_ROWS = 0.25, 801


class Summary(NamedTuple):
    """What the loss needs of a profile: slopes of Eqs. (13) and (17), and the sums."""

    slope_tx: float
    slope_rx: float
    sums: Sums


@compiled
def bound_table() -> Floats:
    """Return the least ν² at which Bullington's loss of one edge reaches each row's loss.

    The shortest path is taken, so that the true loss is never smaller.
    """
    table = np.empty(_BOUND_ROWS)
    for k in range(_BOUND_ROWS):
        wanted = k * _BOUND_STEP_DB
        low, high = -0.78, 1e12
        for _ in range(200):
            middle = 0.5 * (low + high) if high < 4.0 else math.sqrt(max(low, 0.5) * high)
            edge = knife_edge(middle)
            if edge + (1.0 - math.exp(-edge / 6.0)) * 10.0 < wanted:
                low = middle
            else:
                high = middle
        table[k] = max(high, 0.0) ** 2 * (1.0 + 1e-6)
    return table


@compiled
def _flat_edges(total: float, tops: tuple[float, float], points: int, curve: float) -> Edges:
    """Return the edges of a profile of zeros, at the points that a full profile has."""
    h_tx, h_rx = tops
    step = total / points
    slope_tx = _flat_slope(total, h_tx, step, points, curve)
    if slope_tx >= (h_rx - h_tx) / total:
        return Edges(slope_tx, _flat_slope(total, h_rx, step, points, curve), 0.0)
    low, high = 1, points - 1
    while low < high:
        middle = (low + high) // 2
        here = _flat_over(middle * step, total, tops, curve)
        if here < _flat_over((middle + 1) * step, total, tops, curve):
            low = middle + 1
        else:
            high = middle
    return Edges(slope_tx, 0.0, _flat_over(low * step, total, tops, curve))


@compiled
def _flat_slope(total: float, height: float, step: float, points: int, curve: float) -> float:
    """Return the largest c·(D − d) − h/d over the points: it peaks at d = √(h/c)."""
    at = min(max(int(math.sqrt(height / curve) / step), 1), points - 1)
    after = min(at + 1, points - 1)
    return max(
        curve * (total - at * step) - height / (at * step),
        curve * (total - after * step) - height / (after * step),
    )


@compiled
def _flat_over(near: float, total: float, tops: tuple[float, float], curve: float) -> float:
    far = total - near
    over = curve * near * far - tops[0] - (tops[1] - tops[0]) / total * near
    return over * abs(over) / (near * far)


@compiled
def _whole_path(
    state: Radial, mast: Mast, tail: Floats, cell: tuple[int, int, float, float, float]
) -> Summary:
    """Return the summary of the radial's and the last points of a path."""
    k, steps, total, _, top_rx = cell
    top_tx, curve = mast.top_m, state.curve
    line = (top_rx - top_tx) / total
    slope_tx, flat = state.ray[k] + curve * total, state.flat[k]
    slope_rx = steepest_ray(state, state.bent, k, (total, top_rx, curve))
    v1, v2 = state.v1[k], state.v2[k]
    before, low = k * state.step_km, state.height_m[k]
    share_rx = highest = -np.inf
    for t in range(TAIL, -1, -1):
        h = tail[t]
        far = t * total / steps
        near = total - far
        v1 += (near - before) * (h + low)  # (85)
        v2 += (near - before) * (h * (2.0 * near + before) + low * (near + 2.0 * before))  # (86)
        before, low = near, h
        if t > 0:
            slope_tx = max(slope_tx, (h - top_tx) / near + curve * far)  # (13)
            slope_rx = max(slope_rx, (h - top_rx) / far + curve * near)  # (17)
            flat = max(flat, (h - top_tx) / near)
            share_rx = max(share_rx, (h - top_rx) / far)
            highest = max(highest, h - top_tx - line * near)
    if flat > line:
        highest = max(highest, highest_over(state, k, top_tx, line))  # (89a)
        share_rx = max(share_rx, steepest_ray(state, state.bare, k, (total, top_rx, 0.0)))
    # (89b), (89c)
    return Summary(slope_tx, slope_rx, Sums(v1, v2, highest, flat - line, share_rx + line))


@compiled
def swept_loss_dB(
    state: Radial,
    mast: Mast,
    radio: Radio,
    tail: Floats,
    cell: tuple[int, int, float, float, float],
) -> float:
    """Return the diffraction loss of the path to a cell (§ 4.3.4) [dB].

    Parameters
    ----------
    tail
        Heights of the points 0 to :data:`TAIL` steps before the cell.
    cell
        Last point of the radial that counts, number of the profile's steps, length of the path
        [km], ground and terminal above the sea [m].
    """
    k, steps, total, ground_rx, top_rx = cell
    wave_m, top_tx = radio.wavelength_m, mast.top_m
    found = _whole_path(state, mast, tail, cell)
    sums = found.sums
    line = (top_rx - top_tx) / total
    clearance = 0.0
    if found.slope_tx < line:
        # At this ν a knife edge costs nothing, and below.
        clearance = -0.78 * 0.78 * wave_m / (0.002 * total)
        for t in range(1, TAIL + 1):
            far = t * total / steps
            near = total - far
            over = tail[t] - top_tx - line * near + state.curve * near * far
            clearance = max(clearance, over * abs(over) / (near * far))
        clearance = clearance_of(state, k, (total, top_tx, line), clearance)
    edges = Edges(found.slope_tx, found.slope_rx, clearance)
    actual = bullington(total, top_tx, top_rx, edges, wave_m)
    surface_tx = (2.0 * sums.v1 * total - sums.v2) / (total * total)  # (87)
    surface_rx = (sums.v2 - sums.v1 * total) / (total * total)  # (88)
    if sums.slope_tx > 0.0 and sums.highest > 0.0:
        both = sums.slope_tx + sums.slope_rx
        surface_tx -= sums.highest * sums.slope_tx / both  # (90c), (90e)
        surface_rx -= sums.highest * sums.slope_rx / both  # (90d), (90f)
    h_tx, h_rx = top_tx - min(surface_tx, mast.ground_m), top_rx - min(surface_rx, ground_rx)
    sphere = spherical(total, h_tx, h_rx, radio.radius_km, 0.0, radio)
    if sphere <= 0.0:
        return actual
    flat = _flat_edges(total, (h_tx, h_rx), steps, state.curve)
    return actual + max(sphere - bullington(total, h_tx, h_rx, flat, wave_m), 0.0)  # (39)


@compiled
def sweep_station(
    terrain: tuple[Heights, Lattice],
    mast: Mast,
    number: int,
    call: tuple[Task, Radio, Floats],
    state: Radial,
    out: tuple[Levels, NDArray[np.int32], NDArray[np.bool_]],
) -> None:
    """Raise the level of each cell to that of one station; or count it, if the task counts.

    Of equal levels the lower number stays.

    Parameters
    ----------
    terrain
        Heights of the window, and its lattice.
    mast, number
        The station, and its number.
    call
        What all stations share, and the table of the skip bound.
    state
        Room for one radial.
    out
        Level [0.1 dBm], number of the station, whether some path is unknown; each changed. To
        count: the least level that counts, number of stations, unused.
    """
    task = call[0]
    level, server, unknown = out[0].ravel(), out[1].ravel(), out[2].ravel()
    cells = find_cells(terrain[1], terrain[0].shape, mast, task)
    tail = np.empty(TAIL + 1)
    for spoke in range(task.radials):
        begin, end = cells.start[spoke], cells.start[spoke + 1]
        clear = _laid(terrain, mast, spoke, task, state) if begin < end else 0
        for n in range(begin, end):
            cell = cells.cell[n]
            had = level[cell]
            # With voids a path below the limit is followed, to learn whether it is known.
            followed = task.voids and had < task.limit and not task.counts
            least = task.least if followed else max(had, task.least)
            path = (cell, cells.distance_m[n], least)
            tenths = _tenths(terrain, mast, path, (clear, state), call, tail)
            if task.counts:
                server[cell] += 1 if tenths >= had else 0
            elif tenths == UNKNOWN:
                unknown[cell] = True
            elif tenths >= task.least and (
                tenths > had or (tenths == had and number < server[cell])
            ):
                level[cell], server[cell] = tenths, number


@compiled
def _laid(
    terrain: tuple[Heights, Lattice], mast: Mast, spoke: int, task: Task, state: Radial
) -> int:
    """Lay one radial; return the number of its points before the first void, 0 for none."""
    if math.isnan(mast.ground_m):
        return 0
    bearing = 2.0 * math.pi * spoke / task.radials
    return lay_radial(terrain[0], terrain[1], mast, bearing, state)


@compiled
def _tenths(
    terrain: tuple[Heights, Lattice],
    mast: Mast,
    path: tuple[int, float, int],
    radial: tuple[int, Radial],
    call: tuple[Task, Radio, Floats],
    tail: Floats,
) -> int:
    """Return the level at a cell [0.1 dBm], or :data:`UNKNOWN`, or :data:`NOTHING` if too low."""
    task = call[0]
    clear, state = radial
    cell, length_m, least = path
    i, j = cell // terrain[0].shape[1], cell % terrain[0].shape[1]
    ground = float(terrain[0][i, j])
    steps = max(1, math.ceil(length_m / task.spacing_m - 1e-9))
    # The last point before the tail: half a step to one and a half before it.
    k = int(length_m * (steps - TAIL) / steps / task.spacing_m - 0.5)
    if clear == 0 or math.isnan(ground) or (steps >= SHORT and k >= clear):
        return UNKNOWN
    far = (length_m, ground, 0.1 * least - 0.1)
    if task.skips and steps >= SHORT and _is_beaten(state, k, mast, far, call):
        return NOTHING
    reached = _level_dBm(terrain, mast, (i, j, k, steps, length_m, ground), call, state, tail)
    # Down, so that the limit is met by no cell below it.
    return UNKNOWN if math.isnan(reached) else math.floor(10.0 * reached)


@compiled
def _is_beaten(
    state: Radial,
    k: int,
    mast: Mast,
    cell: tuple[float, float, float],
    call: tuple[Task, Radio, Floats],
) -> bool:
    """Return whether the level is surely below a level: a strict bound, before the tail."""
    task, radio, table = call
    length_m, ground, least_dBm = cell
    total = length_m / 1000.0
    # 10·log₁₀ d², not the slant distance: never a greater loss.
    free = 92.4 + 20.0 * radio.log_f + 20.0 * math.log10(total)
    left = task.sent_dBm - free - least_dBm
    if left < 0.0:
        return True
    over = state.ray[k] + state.curve * total
    over -= (ground + task.terminal_m - mast.top_m) / total
    if over <= 0.0:
        return False
    row = min(int(left / _BOUND_STEP_DB) + 1, _BOUND_ROWS - 1)
    edge = state.ray_km[k]
    nu2 = over * over * edge / (total - edge) * 0.002 * total / radio.wavelength_m
    return bool(nu2 > table[row])


@compiled
def _level_dBm(
    terrain: tuple[Heights, Lattice],
    mast: Mast,
    cell: tuple[int, int, int, int, float, float],
    call: tuple[Task, Radio, Floats],
    state: Radial,
    tail: Floats,
) -> float:
    """Return the level at a cell; NaN where its path meets a void."""
    heights_m, lattice = terrain
    task, radio, _ = call
    i, j, k, steps, length_m, ground = cell
    top = ground + task.terminal_m
    rise = top - mast.top_m
    row, column = i + lattice.row, j + lattice.column
    ends = (
        mast.lon, mast.lat, lattice.west + lattice.step_lon * column,
        lattice.north - lattice.step_lat * row,
    )  # fmt: skip
    total = length_m / 1000.0
    if length_m < NEAR_M:
        loss = free_space_dB(task.frequency_GHz, math.hypot(length_m, rise))
    elif steps < SHORT:
        loss = _short_loss_dB(heights_m, lattice, mast, (row, column, length_m, ends[3]), call)
    else:
        tail[0] = ground
        for t in range(1, TAIL + 1):
            share = t / steps
            y, x = row + share * (mast.row - row), column + share * (mast.column - column)
            tail[t] = height_at(heights_m, y - lattice.row, x - lattice.column)
            if math.isnan(tail[t]):
                return math.nan
        free = 92.4 + 20.0 * radio.log_f + 10.0 * math.log10(total * total + 1e-6 * rise * rise)
        bent = swept_loss_dB(state, mast, radio, tail, (k, steps, total, ground, top))
        loss = max(free, free + bent + radio.location_dB)
    return task.sent_dBm + gain_dB(ends, mast.antenna, rise, length_m) - loss


@compiled
def _short_loss_dB(
    heights_m: Heights,
    lattice: Lattice,
    mast: Mast,
    cell: tuple[int, int, float, float],
    call: tuple[Task, Radio, Floats],
) -> float:
    """Return the loss of a path of few points by the whole Recommendation; NaN at a void."""
    task, radio, _ = call
    row, column, length_m, lat = cell
    steps = max(MIN_POINTS - 1, math.ceil(length_m / task.spacing_m - 1e-9))
    distance_km, terrain_m = np.empty(steps + 1), np.empty(steps + 1)
    for n in range(steps + 1):
        share = n / steps
        y, x = mast.row + share * (row - mast.row), mast.column + share * (column - mast.column)
        distance_km[n] = share * length_m / 1000.0
        terrain_m[n] = height_at(heights_m, y - lattice.row, x - lattice.column)
        if math.isnan(terrain_m[n]):
            return math.nan
    ends = Terminals(mast.height_m, task.terminal_m, 0.5 * (mast.lat + lat), INLAND_KM, INLAND_KM)
    none = np.empty(0, np.int8)
    return predict(distance_km, (terrain_m, terrain_m[:0]), none, ends, radio).loss_dB
