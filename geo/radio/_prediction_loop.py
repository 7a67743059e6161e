"""Compiled loop of :mod:`geo.radio.prediction`: each pair is sampled, predicted, recorded."""

from __future__ import annotations

import math

import numpy as np
from numba import prange
from numpy.typing import NDArray

from geo.compiled import compiled, compiled_parallel
from geo.earth._terrain_path import (
    Ends,
    Frame,
    Heights,
    height_at,
    path_length_m,
    points_on,
    sample_path,
)
from geo.radio._p1812_path import MIN_POINTS, predict
from geo.radio._p1812_profile import Terminals
from geo.radio._p1812_radio import Radio
from geo.radio.antenna import pattern_gain_dB

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Shortest path of P.1812 [m]; closer by, free space.
NEAR_M = 250.0
#: Paths that one turn of the parallel loop takes.
_TURN = 256
#: Distance to the coast that means "far inland" in P.1812 [km].
INLAND_KM = 500.0
EARTH_M = 6_371_000.0
#: Figures of a pair: distance [km], loss [dB], level [dBm], line of sight, ridge [km] and [m].
FIGURES = 6


@compiled
def bearing_deg(ends: Ends) -> float:
    """Return the direction from the first end to the second, clockwise from north [°]; ± 0.2°."""
    lat1, lat2 = math.radians(ends[1]), math.radians(ends[3])
    across = math.radians(ends[2] - ends[0])
    east = math.sin(across) * math.cos(lat2)
    north = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(across)
    return math.degrees(math.atan2(east, north)) if east != 0.0 or north != 0.0 else 0.0


@compiled
def gain_dB(ends: Ends, antenna: Floats, rise_m: float, length_m: float) -> float:
    """Return the antenna's gain towards the place, relative to its peak [dB]."""
    drop = rise_m - length_m * length_m / (2.0 * EARTH_M)
    return pattern_gain_dB(bearing_deg(ends), math.degrees(math.atan2(drop, length_m)), antenna)


@compiled
def free_space_dB(frequency_GHz: float, distance_m: float) -> float:
    """Return the loss of free space (P.525-4, Eq. 4), from 1 m on [dB]."""
    return 32.4 + 20.0 * math.log10(1000.0 * frequency_GHz * max(distance_m, 1.0) / 1000.0)


@compiled_parallel
def fill_pairs(
    terrain: tuple[Heights, Frame, float],
    what: tuple[Floats, Floats, Ints, Ints],
    radio: Radio,
    budget: tuple[float, float, float],
    out: Floats,
) -> None:
    """Fill one row of ``out`` for each pair; rows of unknown paths keep their NaN."""
    heights_m, frame, spacing_m = terrain
    sites, spots, station, place = what
    frequency_GHz, sent_dBm, terminal_m = budget
    turns = (len(station) + _TURN - 1) // _TURN
    for turn in prange(turns):
        begin, end = turn * _TURN, min(len(station), (turn + 1) * _TURN)
        longest = 0.0
        for k in range(begin, end):
            s, p = station[k], place[k]
            path = (sites[s, 0], sites[s, 1], spots[p, 0], spots[p, 1])
            longest = max(longest, path_length_m(path))
        size = max(points_on(longest, spacing_m), MIN_POINTS) + 1
        distance_km, terrain_m = np.empty(size), np.empty(size)
        zones = np.empty(0, dtype=np.int8)
        for k in range(begin, end):
            s, p = station[k], place[k]
            path = (sites[s, 0], sites[s, 1], spots[p, 0], spots[p, 1])
            length_m = path_length_m(path)
            out[k, 0] = length_m / 1000.0
            if length_m < NEAR_M:
                rise_m = _rise_m(heights_m, frame, path) + terminal_m - sites[s, 2]
                if not math.isnan(rise_m):
                    loss = free_space_dB(frequency_GHz, math.hypot(length_m, rise_m))
                    gain = gain_dB(path, sites[s, 3:], rise_m, length_m)
                    out[k, 1], out[k, 2], out[k, 3] = loss, sent_dBm + gain - loss, 1.0
                continue
            step_m = min(spacing_m, length_m / (MIN_POINTS - 1))
            n = sample_path(heights_m, frame, path, step_m, distance_km, terrain_m)
            if n < MIN_POINTS:
                continue
            ends = Terminals(
                sites[s, 2], terminal_m, 0.5 * (path[1] + path[3]), INLAND_KM, INLAND_KM
            )
            found = predict(distance_km[:n], (terrain_m[:n], terrain_m[:0]), zones, ends, radio)
            rise_m = terrain_m[n - 1] + terminal_m - terrain_m[0] - sites[s, 2]
            gain = gain_dB(path, sites[s, 3:], rise_m, length_m)
            out[k, 1] = found.loss_dB
            out[k, 2] = sent_dBm + gain - found.loss_dB
            out[k, 3] = 1.0 if found.line_of_sight else 0.0
            out[k, 4] = distance_km[found.edge]
            out[k, 5] = terrain_m[found.edge]


@compiled
def _rise_m(heights_m: Heights, frame: Frame, ends: Ends) -> float:
    """Return how much higher the ground is at the second end [m]; NaN off the model."""
    row, column = (frame[1] - ends[1]) / frame[3], (ends[0] - frame[0]) / frame[2]
    low = height_at(heights_m, row, column)
    row, column = (frame[1] - ends[3]) / frame[3], (ends[2] - frame[0]) / frame[2]
    return height_at(heights_m, row, column) - low
