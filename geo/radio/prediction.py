"""Prediction of many paths: terrain sampled and P.1812 worked out in one compiled loop.

Nothing is stored per profile point, so a province's villages or the pixels of an area pass through
a few kilobytes of scratch memory. The received level is::

    rsrp_dBm = eirp_per_re_dBm + pattern gain − basic transmission loss − other losses

Below 0.25 km, where Recommendation ITU-R P.1812 does not hold, the loss is that of free space
(Recommendation ITU-R P.525-4, Eq. 4) over the slant distance between the antennas. A path that
touches a void or leaves the elevation model is unknown (NaN), never covered and never uncovered.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.earth.crs import WGS84, ecef
from geo.earth.terrain import Grid
from geo.errors import InputError, RangeError
from geo.radio import p1812
from geo.radio._p1812_radio import Radio
from geo.radio._prediction_loop import FIGURES, fill_pairs
from geo.radio.antenna import ROW, Antenna, pattern

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Longest path that is asked for [m].
MAX_REACH_M = 100_000.0
#: Paths between two words about progress.
_BATCH = 262_144
#: Antenna height of a terminal in the hand [m].
TERMINAL_M = 1.5


class Cancelled(Exception):  # noqa: N818  not an error: the planner's own wish
    """The planner asked to stop."""


@dataclass(frozen=True, eq=False, slots=True)
class Stations:
    """Transmitters: (s,) WGS84 [°], antenna height above ground [m], (s, 7) antenna rows."""

    lon: Floats
    lat: Floats
    height_m: Floats
    antennas: Floats

    def __len__(self) -> int:
        """Return the number of stations."""
        return len(self.lon)


@dataclass(frozen=True, eq=False, slots=True)
class Places:
    """Receivers: (n,) WGS84 [°]; all at one height above ground [m]."""

    lon: Floats
    lat: Floats
    height_m: float = TERMINAL_M

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.lon)


@dataclass(frozen=True, eq=False, slots=True)
class Pairs:
    """Which stations are looked at from which places: (m,) each, by place, then by station."""

    station: Ints
    place: Ints

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.station)


@dataclass(frozen=True, slots=True)
class Carrier:
    """What all paths of one call share; made by :func:`carrier`.

    Attributes
    ----------
    radio
        Constants of frequency, time and climate for P.1812.
    frequency_GHz
        Carrier [GHz].
    eirp_per_re_dBm
        Power of one resource element in the main beam [dBm].
    other_losses_dB
        Body, vehicle, entry, less the gain of the terminal [dB].
    """

    radio: Radio
    frequency_GHz: float
    eirp_per_re_dBm: float
    other_losses_dB: float


@dataclass(frozen=True, eq=False, slots=True)
class Predicted:
    """Result per pair; NaN where the path is unknown.

    Attributes
    ----------
    distance_km
        Length of the path [km].
    loss_dB
        Basic transmission loss [dB].
    rsrp_dBm
        Median level at the place [dBm].
    line_of_sight
        True where the median ray passes; False too where the path is unknown.
    ridge_km, ridge_m
        The point that blocks most, or comes nearest to it: distance from the station [km] and
        height above sea level [m].
    """

    distance_km: Floats
    loss_dB: Floats
    rsrp_dBm: Floats
    line_of_sight: NDArray[np.bool_]
    ridge_km: Floats
    ridge_m: Floats


@dataclass(frozen=True, eq=False, slots=True)
class AreaPrediction:
    """Levels on the cells of the elevation model around stations.

    Attributes
    ----------
    rsrp_dBm
        (rows, columns) float32, northernmost row first; the strongest level; NaN: out of reach or
        unknown, see ``known``.
    server
        (rows, columns) int32, number of the station that gives it; −1 for none.
    known
        (rows, columns) False where some station in reach could not be worked out and none could.
    west, north, step_lon, step_lat
        Centre of the first cell and steps [°].
    """

    rsrp_dBm: NDArray[np.float32]
    server: NDArray[np.int32]
    known: NDArray[np.bool_]
    west: float
    north: float
    step_lon: float
    step_lat: float

    @property
    def bounds(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """South-west and north-east corner of the outermost cells, (lat, lon) [°]."""
        rows, columns = self.rsrp_dBm.shape
        left, top = self.west - self.step_lon / 2, self.north + self.step_lat / 2
        return (top - rows * self.step_lat, left), (top, left + columns * self.step_lon)


def stations(
    lon: ArrayLike, lat: ArrayLike, height_m: ArrayLike, antennas: list[Antenna] | None = None
) -> Stations:
    """Return stations; without antennas all are omnidirectional with a vertical cut.

    Raises
    ------
    InputError
        If the lengths do not agree.
    RangeError
        If an antenna height is outside 1–3000 m.
    """
    x, y = (np.atleast_1d(np.asarray(a, float)) for a in (lon, lat))
    height = np.broadcast_to(np.asarray(height_m, float), x.shape).copy()
    rows = np.tile(Antenna(pattern("omni")).row(), (len(x), 1))
    if antennas is not None:
        rows = np.array([item.row() for item in antennas]).reshape(-1, len(ROW))
    if not len(x) == len(y) == len(rows):
        raise InputError(
            f"{len(x)} longitudes, {len(y)} latitudes, {len(rows)} antennas", where="stations",
            repair="give one of each for every station",
        )  # fmt: skip
    if not ((height >= 1) & (height <= 3000)).all():
        raise RangeError(
            "an antenna height is outside 1–3000 m", where="stations",
            repair="give metres above ground; ITU-R P.1812 holds within these limits",
        )  # fmt: skip
    return Stations(x, y, height, rows)


def carrier(
    frequency_GHz: float,
    eirp_per_re_dBm: float,
    other_losses_dB: float = 0.0,
    *,
    time_percent: float = 50.0,
    delta_N: float = p1812.DELTA_N,  # noqa: N803 — the Recommendation's symbol
    N0: float = p1812.N0,  # noqa: N803
) -> Carrier:
    """Return a carrier: frequency [GHz], power per resource element [dBm], losses [dB].

    Shadowing is no part of it: the level is a median, :mod:`geo.radio.probability` does the rest.

    Raises
    ------
    RangeError
        If a value lies outside the validity of P.1812.
    """
    link = p1812.Link(
        frequency_GHz=frequency_GHz, h_tx_m=10.0, h_rx_m=TERMINAL_M, lat_tx=0.0, lat_rx=0.0,
        lon_tx=0.0, lon_rx=0.0, time_percent=time_percent, delta_N=delta_N, N0=N0,
    )  # fmt: skip
    return Carrier(p1812.radio(link), frequency_GHz, eirp_per_re_dBm, other_losses_dB)


def pairs_within(stations: Stations, places: Places, reach_m: float) -> Pairs:
    """Return every pair of a place and a station at most ``reach_m`` apart [m].

    Raises
    ------
    RangeError
        If the reach is not above 0 or beyond 100 km.
    """
    if not 0 < reach_m <= MAX_REACH_M:
        raise RangeError(
            f"a reach of {reach_m:g} m is outside 0–{MAX_REACH_M:,.0f} m", where="reach",
            repair="give metres, for example 15000",
        )  # fmt: skip
    if not len(stations) or not len(places):
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64))
    near = cKDTree(ecef(places.lon, places.lat)).sparse_distance_matrix(
        cKDTree(ecef(stations.lon, stations.lat)), reach_m, output_type="ndarray"
    )
    order = np.lexsort((near["j"], near["i"]))
    return Pairs(near["j"][order].astype(np.int64), near["i"][order].astype(np.int64))


def predicted(  # noqa: PLR0913  the two callbacks are options
    grid: Grid,
    stations: Stations,
    places: Places,
    pairs: Pairs,
    link: Carrier,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Predicted:
    """Return loss, level and line of sight of each pair.

    The result of a pair depends on that pair alone, to the last bit, whatever the number of
    threads and whatever else is asked for.

    Parameters
    ----------
    progress
        Told the share that is done, 0–1.
    cancel
        Asked now and then; True raises :class:`Cancelled`.
    """
    out = np.full((len(pairs), FIGURES), np.nan)
    ends = np.column_stack((stations.lon, stations.lat, stations.height_m))
    sites = np.column_stack((ends, stations.antennas))
    spots = np.column_stack((places.lon, places.lat))
    spacing = grid.path_spacing_m
    budget = (link.frequency_GHz, link.eirp_per_re_dBm - link.other_losses_dB, places.height_m)
    for begin in range(0, len(pairs), _BATCH):
        if cancel():
            raise Cancelled
        part = slice(begin, begin + _BATCH)
        fill_pairs(
            (grid.heights_m, grid.frame, spacing),
            (sites, spots, pairs.station[part], pairs.place[part]),
            link.radio, budget, out[part],
        )  # fmt: skip
        progress(min(1.0, (begin + _BATCH) / max(1, len(pairs))))
    return Predicted(out[:, 0], out[:, 1], out[:, 2], out[:, 3] > 0, out[:, 4], out[:, 5])


def strongest(pairs: Pairs, found: Predicted, places: int) -> Ints:
    """Return (places,) the pair with the highest level at each place, −1 where none is known.

    Of equal levels the station with the lower number.
    """
    best = np.full(places, -1, dtype=np.int64)
    known = np.flatnonzero(np.isfinite(found.rsrp_dBm))
    order = known[np.lexsort((pairs.station[known], -found.rsrp_dBm[known], pairs.place[known]))]
    at, first = np.unique(pairs.place[order], return_index=True)
    best[at] = order[first]
    return best


def area(
    grid: Grid,
    stations: Stations,
    link: Carrier,
    reach_m: float,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> AreaPrediction:
    """Return the strongest level on each cell of the grid within reach of a station.

    Each cell is predicted at its centre by :func:`predicted`, so it equals the figure of a village
    that stands there.

    Raises
    ------
    RangeError
        If the reach is not above 0 or beyond 100 km.
    InputError
        If no station's reach touches the grid.
    """
    rows, columns = _window(grid, stations, reach_m)
    lon = grid.west + grid.step_lon * np.arange(columns.start, columns.stop)
    lat = grid.north - grid.step_lat * np.arange(rows.start, rows.stop)
    shape = (len(lat), len(lon))
    places = Places(np.tile(lon, len(lat)), np.repeat(lat, len(lon)))
    level = np.full(len(places), np.nan, dtype=np.float32)
    server = np.full(len(places), -1, dtype=np.int32)
    reached = np.zeros(len(places), dtype=bool)
    tree = cKDTree(ecef(places.lon, places.lat))
    for number in range(len(stations)):
        at = ecef(stations.lon[number : number + 1], stations.lat[number : number + 1])
        near = np.sort(np.asarray(tree.query_ball_point(at[0], reach_m), dtype=np.int64))
        pairs = Pairs(np.full(len(near), number, dtype=np.int64), near)
        found = predicted(grid, stations, places, pairs, link, cancel=cancel).rsrp_dBm
        better = ~(found.astype(np.float32) <= level[near]) & np.isfinite(found)
        level[near[better]], server[near[better]] = found[better], number
        reached[near] = True
        progress((number + 1) / len(stations))
    known = ~reached | np.isfinite(level)
    return AreaPrediction(
        level.reshape(shape), server.reshape(shape), known.reshape(shape),
        float(lon[0]), float(lat[0]), grid.step_lon, grid.step_lat,
    )  # fmt: skip


def _window(grid: Grid, stations: Stations, reach_m: float) -> tuple[slice, slice]:
    """Return the rows and columns of the grid that the reach of any station touches."""
    if not 0 < reach_m <= MAX_REACH_M:
        raise RangeError(
            f"a reach of {reach_m:g} m is outside 0–{MAX_REACH_M:,.0f} m", where="reach",
            repair="give metres, for example 15000",
        )  # fmt: skip
    rows, columns = grid.heights_m.shape
    corners = []
    for bearing in (0.0, 90.0, 180.0, 270.0):
        n = len(stations)
        x, y, _ = WGS84.fwd(stations.lon, stations.lat, np.full(n, bearing), np.full(n, reach_m))
        corners.append((x, y))
    lon, lat = (np.concatenate(parts) for parts in zip(*corners, strict=True))
    top = max(0, math.floor((grid.north - lat.max()) / grid.step_lat))
    bottom = min(rows, math.ceil((grid.north - lat.min()) / grid.step_lat) + 1)
    left = max(0, math.floor((lon.min() - grid.west) / grid.step_lon))
    right = min(columns, math.ceil((lon.max() - grid.west) / grid.step_lon) + 1)
    if top >= bottom or left >= right:
        raise InputError(
            "no site stands within reach of the elevation model", where="terrain",
            repair="import elevation for the place, or place the site inside the model",
        )  # fmt: skip
    return slice(top, bottom), slice(left, right)
