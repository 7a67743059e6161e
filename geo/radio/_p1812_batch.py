"""P.1812 over many paths: checks of each profile and the loop over paths, compiled.

Paths are concatenated in flat arrays. Threads take runs of them: no numba thread pool,
so that several browser sessions can run at the same time.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.radio._p1812_path import MIN_POINTS, Floats, Zones, predict
from geo.radio._p1812_profile import Terminals
from geo.radio._p1812_radio import (
    EARTH_RADIUS_KM,
    Radio,
    RadioWave,
    Refractivity,
    Statistics,
    radio_of,
)

#: Columns of the table of links: what differs from path to path or is the same for all.
COLUMNS = (
    "frequency_GHz", "vertical", "time_percent", "location_percent", "location_sigma_dB",
    "delta_N", "N0", "h_tx_m", "h_rx_m", "lat_tx", "lat_rx", "lon_tx", "lon_rx",
    "dist_coast_tx_km", "dist_coast_rx_km",
)  # fmt: skip
#: How many of them make the constants of :func:`geo.radio._p1812_radio.radio_of`.
_OF_RADIO = 7
#: Bits of what can be wrong with a profile.
FEW, ORIGIN, ORDER, LENGTH, TERRAIN, CLUTTER, ZONE = 1, 2, 4, 8, 16, 32, 64
#: Code of anything that is none of the zones.
NO_ZONE = 0
#: Shortest and longest path (§ 1) [km].
LENGTH_KM = (0.25, 3000.0)
#: Points below which a second thread does not pay.
_SMALL = 20_000
#: Runs that each thread takes: some are harder than others.
_RUNS_PER_THREAD = 8


class FlatProfiles(NamedTuple):
    """Profiles in flat arrays; path i is ``start[i]:start[i + 1]``; the last two may be empty."""

    distance_km: Floats
    terrain_m: Floats
    start: NDArray[np.int64]
    clutter_m: Floats
    zone: Zones


class BatchResults(NamedTuple):
    """Results per path, and the bits of what is wrong with it."""

    loss_dB: Floats
    line_of_sight: NDArray[np.bool_]
    edge: NDArray[np.int64]
    nu: Floats
    fault: NDArray[np.uint8]


def run(profiles: FlatProfiles, table: Floats, found: BatchResults, threads: int | None) -> None:
    """Fill ``found``, by default with one thread per core."""
    number = threads or int(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]  # made at run time
    spans = _spans(profiles.start, number)
    if len(spans) == 1:
        run_span(profiles, table, spans[0], found)
        return
    with ThreadPoolExecutor(number) as pool:
        for done in [pool.submit(run_span, profiles, table, span, found) for span in spans]:
            done.result()


def _spans(start: NDArray[np.int64], threads: int) -> list[tuple[int, int]]:
    """Return runs of paths with about equal numbers of points."""
    paths = len(start) - 1
    runs = threads * _RUNS_PER_THREAD if threads > 1 and start[-1] > _SMALL else 1
    wanted = np.linspace(0, start[-1], runs + 1)[1:-1]
    cuts = np.unique([0, *np.searchsorted(start, wanted), paths])
    return [(int(a), int(b)) for a, b in pairwise(cuts)]


@compiled
def run_span(
    profiles: FlatProfiles, table: Floats, span: tuple[int, int], found: BatchResults
) -> None:
    """Fill the results of the paths of a span; the same numbers however the paths are shared out.

    Parameters
    ----------
    table
        (1 or n, columns) values in the order of :data:`COLUMNS`; one row applies to all paths.
    """
    same = table.shape[0] == 1
    row = table[0 if same else span[0]]
    radio = radio_from(row)
    for path in range(span[0], span[1]):
        first, end = profiles.start[path], profiles.start[path + 1]
        distance = profiles.distance_km[first:end]
        terrain = profiles.terrain_m[first:end]
        clutter = profiles.clutter_m[first:end]
        zone = profiles.zone[first:end]
        found.fault[path] = fault_of(distance, terrain, clutter, zone)
        if found.fault[path] != 0:
            continue
        if not same:
            last, row = row, table[path]
            for column in range(_OF_RADIO):
                if row[column] != last[column]:
                    radio = radio_from(row)
                    break
        terminals = terminals_from(row, distance[distance.shape[0] - 1])
        result = predict(distance, (terrain, clutter), zone, terminals, radio)
        found.loss_dB[path] = result.loss_dB
        found.line_of_sight[path] = result.line_of_sight
        found.edge[path] = result.edge
        found.nu[path] = result.nu


@compiled
def radio_from(row: Floats) -> Radio:
    """Return the constants of a link from a row of the table."""
    return radio_of(
        RadioWave(row[0], row[1] > 0.0),
        Statistics(row[2], row[3], row[4]),
        Refractivity(row[5], row[6]),
    )


@compiled
def terminals_from(row: Floats, total_km: float) -> Terminals:
    """Return the ends of a path from a row of the table."""
    middle = middle_latitude(row[9], row[11], row[10], row[12], total_km)
    return Terminals(row[7], row[8], middle, row[13], row[14])


@compiled
def middle_latitude(
    lat_tx: float, lon_tx: float, lat_rx: float, lon_rx: float, total_km: float
) -> float:
    """Return the latitude half of the path length along the great circle [°] (P.2001, Att. H)."""
    degree = math.pi / 180.0
    sin_tx, cos_tx = math.sin(degree * lat_tx), math.cos(degree * lat_tx)
    sin_rx, cos_rx = math.sin(degree * lat_rx), math.cos(degree * lat_rx)
    turn = degree * (lon_rx - lon_tx)
    north = cos_tx * sin_rx - sin_tx * cos_rx * math.cos(turn)
    east = cos_rx * math.sin(turn)
    bearing_cos = north / math.sqrt(north * north + east * east) if north or east else 1.0
    half = 0.5 * total_km / EARTH_RADIUS_KM
    sine = sin_tx * math.cos(half) + cos_tx * math.sin(half) * bearing_cos
    return math.asin(min(max(sine, -1.0), 1.0)) / degree


@compiled
def fault_of(distance: Floats, terrain: Floats, clutter: Floats, zone: Zones) -> int:
    """Return the bits of all that is wrong with a profile, 0 for nothing."""
    points = distance.shape[0]
    if points < MIN_POINTS:
        return FEW
    total = distance[points - 1]
    fault = 0 if distance[0] == 0.0 else ORIGIN
    if not LENGTH_KM[0] <= total <= LENGTH_KM[1]:
        fault |= LENGTH
    for i in range(1, points):
        if not distance[i] > distance[i - 1]:
            fault |= ORDER
    for i in range(points):
        if not abs(terrain[i]) < np.inf:
            fault |= TERRAIN
    return fault | _cover_fault(clutter, zone)


@compiled
def _cover_fault(clutter: Floats, zone: Zones) -> int:
    fault = 0
    for height in clutter:
        if not 0.0 <= height < np.inf:
            fault |= CLUTTER
    for kind in zone:
        if kind == NO_ZONE:
            fault |= ZONE
    return fault
