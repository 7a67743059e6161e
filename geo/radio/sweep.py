"""Best level and best server on every cell from many stations, by a sweep along radials.

The full prediction (:mod:`geo.radio.area_prediction`) samples the whole profile of each cell. Here
each station lays radials over the model, one cell's width apart at 30 km, and each cell reads the
summary of the profile from the radial nearest in bearing; its own height, distance and bearing are
used, and the last points before it are sampled on the straight path. P.1812 for half of the time
and inland is then free space and delta-Bullington diffraction.

Levels are kept in whole tenths of a decibel, rounded down, and ties go to the lower number, so that
the result of many groups of stations, joined by :func:`raise_to`, is the same to the byte however
they are grouped. A cell is unknown where no station reaches the limit and the path to some station
meets a void.

References
----------
Recommendation ITU-R P.1812-6, Annex 1, §§ 4.2, 4.3, and its Attachment 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.earth.terrain import Grid
from geo.errors import InputError, RangeError
from geo.radio._sweep_loop import NOTHING, bound_table, sweep_station
from geo.radio._sweep_radial import Lattice, Task, mast_of, new_radial
from geo.radio.prediction import TERMINAL_M, Cancelled, Carrier, Stations

__all__ = [
    "COUNT_DB", "NOTHING", "REACH_M", "Lattice", "SweepOrder", "Swept", "count", "nothing",
    "raise_to", "sweep",
]  # fmt: skip

#: Reach of a station [m]: at 30 km 0.1 % of the covered area is lost, at 15 km 1.7 %.
REACH_M = 30_000.0
#: The radials lie a cell's width apart at this distance, whatever the reach [m].
_FAN_M = 30_000.0
#: Levels this far below the limit are not recorded [dB].
_BELOW_DB = 6.0
#: Beyond every row and column.
_FAR = 2**31
#: A server counts as one of several within this of the best [dB].
COUNT_DB = 10.0


@dataclass(frozen=True, slots=True)
class SweepOrder:
    """What one sweep asks for.

    Attributes
    ----------
    limit_dBm
        Median level from which a cell counts as covered.
    reach_m
        Greatest length of a path, at most 60 km.
    box
        Rows and columns of the whole lattice that are asked for: first row and column, and those
        after the last; None for all.
    skips
        Stop a path as soon as a bound shows that it does not count; False gives the same result.
    """

    limit_dBm: float
    reach_m: float = REACH_M
    box: tuple[int, int, int, int] | None = None
    skips: bool = True


@dataclass(frozen=True, eq=False, slots=True)
class Swept:
    """Levels on the cells of a window.

    Attributes
    ----------
    level
        (rows, columns) int16, strongest level [0.1 dBm]; :data:`NOTHING` where none is within 6 dB
        of the limit.
    server
        (rows, columns) int32, number of the station; −1 for none.
    unknown
        (rows, columns) True where the path to some station in reach meets a void.
    lattice
        Where the window lies.
    """

    level: NDArray[np.int16]
    server: NDArray[np.int32]
    unknown: NDArray[np.bool_]
    lattice: Lattice


def nothing(lattice: Lattice, shape: tuple[int, int]) -> Swept:
    """Return a window without any level.

    Parameters
    ----------
    lattice
        Where the window lies.
    shape
        Its rows and columns.

    Returns
    -------
    swept
        What :func:`raise_to` may change.
    """
    return Swept(
        np.full(shape, NOTHING, np.int16), np.full(shape, -1, np.int32), np.zeros(shape, np.bool_),
        lattice,
    )  # fmt: skip


def sweep(  # noqa: PLR0913  the two callbacks are options
    grid: Grid,
    lattice: Lattice,
    stations: Stations,
    numbers: NDArray[np.int32],
    link: Carrier,
    order: SweepOrder,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Swept:
    """Return the strongest level of stations on the cells of a window.

    Parameters
    ----------
    grid
        Heights of the window, with the stations' reach around them as far as the model goes.
    lattice
        Lattice of the whole model, and where the window begins on it.
    stations
        Transmitters.
    numbers
        (s,) number of each station in the whole network.
    link
        What all paths share; for half of the time.
    order
        Limit and reach.
    progress
        Called with the share that is done, 0–1.
    cancel
        Called before each station; True stops the sweep.

    Returns
    -------
    swept
        Level, server and unknown cells, in the shape of the grid.

    Raises
    ------
    RangeError
        If the reach or the limit is outside its range.
    InputError
        If the carrier is not for half of the time.
    Cancelled
        If ``cancel`` returned True.
    """
    found = nothing(lattice, grid.heights_m.shape)
    call = (_task(grid, link, order), link.radio, bound_table())
    state = new_radial(call[0], link.radio)
    rows = _rows(stations)
    out = (found.level, found.server, found.unknown)
    for k in range(len(stations)):
        if cancel():
            raise Cancelled
        mast = mast_of(grid.heights_m, lattice, rows[k])
        sweep_station((grid.heights_m, lattice), mast, int(numbers[k]), call, state, out)
        progress((k + 1) / len(stations))
    return found


def count(
    grid: Grid,
    best: Swept,
    stations: Stations,
    link: Carrier,
    order: SweepOrder,
    *,
    cancel: Callable[[], bool] = lambda: False,
) -> NDArray[np.int32]:
    """Return how many stations reach each cell within 10 dB of the best and from the limit on.

    Parameters
    ----------
    grid
        Heights of the window, as for :func:`sweep`.
    best
        Strongest level of the whole network on the cells of the window.
    stations
        Those to count.
    link
        What all paths share.
    order
        Limit and reach.
    cancel
        Called before each station; True stops.

    Returns
    -------
    servers
        (rows, columns); the counts of several groups add up.

    Raises
    ------
    Cancelled
        If ``cancel`` returned True.
    """
    task = _task(grid, link, order)._replace(counts=True)
    least = np.maximum(best.level.astype(np.int32) - int(10 * COUNT_DB), task.limit)
    # Where nobody reaches the limit no station can.
    least = np.where(best.level >= task.limit, least, np.iinfo(np.int16).max).astype(np.int16)
    servers = np.zeros(best.level.shape, np.int32)
    call = (task, link.radio, bound_table())
    state = new_radial(task, link.radio)
    rows = _rows(stations)
    for k in range(len(stations)):
        if cancel():
            raise Cancelled
        mast = mast_of(grid.heights_m, best.lattice, rows[k])
        sweep_station(
            (grid.heights_m, best.lattice), mast, 0, call, state, (least, servers, best.unknown)
        )
    return servers


def raise_to(whole: Swept, part: Swept) -> None:
    """Raise the levels of a window to those of a part of it; of equal ones the lower number wins.

    Parameters
    ----------
    whole
        Window, changed; the order of the parts does not matter.
    part
        Levels of other stations on some of its cells, none outside.
    """
    top, left = part.lattice.row - whole.lattice.row, part.lattice.column - whole.lattice.column
    rows, columns = part.level.shape
    at = np.s_[top : top + rows, left : left + columns]
    level, server = whole.level[at], whole.server[at]
    better = part.level > level
    better |= (part.level == level) & (part.level != NOTHING) & (part.server < server)
    level[better], server[better] = part.level[better], part.server[better]
    whole.unknown[at] |= part.unknown


def _task(grid: Grid, link: Carrier, order: SweepOrder) -> Task:
    if not 1_000.0 <= order.reach_m <= 60_000.0:
        raise RangeError("sweep.reach", reach_m=order.reach_m)
    if not -200.0 <= order.limit_dBm <= 0.0:
        raise RangeError("sweep.limit", limit_dBm=order.limit_dBm)
    if link.radio.time_percent < 50.0:
        raise InputError("sweep.time", time_percent=link.radio.time_percent)
    spacing = grid.path_spacing_m
    tenths = math.ceil(order.limit_dBm * 10.0 - 1e-9)
    return Task(
        link.frequency_GHz, link.eirp_per_re_dBm - link.other_losses_dB, TERMINAL_M, order.reach_m,
        spacing, math.ceil(2.0 * math.pi * _FAN_M / spacing), tenths - int(10.0 * _BELOW_DB),
        tenths, order.skips, bool(np.isnan(grid.heights_m).any()), False,
        order.box or (-_FAR, -_FAR, _FAR, _FAR),
    )  # fmt: skip


def _rows(stations: Stations) -> NDArray[np.float64]:
    ends = np.column_stack((stations.lon, stations.lat, stations.height_m))
    return np.column_stack((ends, stations.antennas))
