"""Prediction of many paths: terrain sampled and P.1812 worked out in one compiled loop.

Nothing is stored per profile point, so a province's villages or the pixels of an area pass through
a few kilobytes of scratch memory. The received level is::

    rsrp_dBm = eirp_per_re_dBm + pattern gain − basic transmission loss − other losses

Below 0.25 km, where Recommendation ITU-R P.1812 is not valid, the loss is that of free space
(Recommendation ITU-R P.525-4, Eq. 4) over the slant distance between the antennas. A path that
touches a void or leaves the elevation model is unknown (NaN), never covered and never uncovered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.earth.crs import ecef
from geo.earth.terrain import Grid
from geo.errors import InputError, RangeError
from geo.radio import p1812
from geo.radio._p1812_radio import Radio
from geo.radio._prediction_loop import FIGURES, fill_pairs
from geo.radio.antenna import ROW, Antenna, pattern

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Longest path that is predicted [m].
MAX_REACH_M = 100_000.0
#: Paths between two reports of progress.
_BATCH = 262_144
#: Antenna height of a terminal in the hand [m].
TERMINAL_M = 1.5


class Cancelled(Exception):  # noqa: N818  not an error: requested by the planner
    """The planner asked to stop; not an error."""


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
    """Pairs of a station and a place: (m,) each, ordered by place, then by station."""

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


def stations(
    lon: ArrayLike, lat: ArrayLike, height_m: ArrayLike, antennas: list[Antenna] | None = None
) -> Stations:
    """Return stations from their positions, heights and antennas.

    Parameters
    ----------
    lon, lat
        (s,) WGS84 [°].
    height_m
        (s,) antenna height above ground, 1–3000, or one for all [m].
    antennas
        One for each station; None: all omnidirectional with a vertical cut.

    Returns
    -------
    stations
        As the compiled loop takes them.

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
            "prediction.stations", longitudes=len(x), latitudes=len(y), antennas=len(rows)
        )
    if not ((height >= 1) & (height <= 3000)).all():
        raise RangeError("prediction.height")
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
    """Return what all paths of one prediction share.

    Shadowing is not included: the level is a median, :mod:`geo.radio.probability` adds it.

    Parameters
    ----------
    frequency_GHz
        Carrier, 0.03 to 6 [GHz].
    eirp_per_re_dBm
        Power of one resource element in the main beam [dBm].
    other_losses_dB
        Body, vehicle and entry loss less the gain of the terminal [dB].
    time_percent
        Time for which the loss is not exceeded, 1 to 50 [%].
    delta_N, N0
        Refractivity: lapse rate [N-units/km] and value at sea level [N-units].

    Returns
    -------
    carrier
        Constants of the prediction.

    Raises
    ------
    RangeError
        If a value is outside the validity of P.1812.
    """
    link = p1812.Link(
        frequency_GHz=frequency_GHz, h_tx_m=10.0, h_rx_m=TERMINAL_M, lat_tx=0.0, lat_rx=0.0,
        lon_tx=0.0, lon_rx=0.0, time_percent=time_percent, delta_N=delta_N, N0=N0,
    )  # fmt: skip
    return Carrier(p1812.radio(link), frequency_GHz, eirp_per_re_dBm, other_losses_dB)


def pairs_within(stations: Stations, places: Places, reach_m: float) -> Pairs:
    """Return every pair of a place and a station within reach.

    Parameters
    ----------
    stations
        Transmitters.
    places
        Receivers.
    reach_m
        Greatest geodesic distance, above 0, at most 100 km [m].

    Returns
    -------
    pairs
        Ordered by place, then by station.

    Raises
    ------
    RangeError
        If the reach is not above 0 or beyond 100 km.
    """
    if not 0 < reach_m <= MAX_REACH_M:
        raise RangeError("prediction.reach", reach_m=reach_m, most_m=MAX_REACH_M)
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
    threads and the other pairs.

    Parameters
    ----------
    grid
        Elevation model.
    stations
        Transmitters.
    places
        Receivers.
    pairs
        What to predict.
    link
        What all paths share.
    progress
        Called with the share that is done, 0–1.
    cancel
        Called from time to time; True stops the prediction.

    Returns
    -------
    predicted
        One row for each pair.

    Raises
    ------
    Cancelled
        If ``cancel`` returned True.
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
    """Return the pair with the highest level at each place.

    Of equal levels the station with the lower number.

    Parameters
    ----------
    pairs
        The pairs that were predicted.
    found
        Their results.
    places
        Number of places.

    Returns
    -------
    pair
        (places,) number of the pair, −1 where no level is known.
    """
    best = np.full(places, -1, dtype=np.int64)
    known = np.flatnonzero(np.isfinite(found.rsrp_dBm))
    order = known[np.lexsort((pairs.station[known], -found.rsrp_dBm[known], pairs.place[known]))]
    at, first = np.unique(pairs.place[order], return_index=True)
    best[at] = order[first]
    return best
