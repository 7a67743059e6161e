"""Coverage matrix of site selection: which candidate with which technology reaches which village.

Where an elevation model is in force, the level of each path decides (ITU-R P.1812). Where a path is
outside the model, or no model is in force, the radius of the preset decides (a circle); each
village states which of the two applies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from data.scenario.plan_settings import CoverageSettings
from data.scenario.presets import preset
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.coverage.candidates import HighPointSearch
from geo.coverage.reach import coverage_matrix as circles
from geo.earth.high_points import high_points
from geo.radio.prediction import Cancelled, Places, Stations, pairs_within, predicted, stations
from geo.radio.probability import coverage_probability
from planning.coverage.prediction import CoverageOrder, carrier_of, has_radio
from planning.elevation import Terrain, terrain_of
from planning.technology import plan_presets

Floats = NDArray[np.float64]
#: Villages per batch; neighbours, so that the window of the elevation model stays small.
_BATCH = 2_000
CIRCLE, TERRAIN, MIXED = "circle", "terrain", "mixed"


@dataclass(frozen=True, eq=False)
class Reach:
    """Coverage matrix, options × villages; an option is a candidate with one preset.

    Attributes
    ----------
    matrix
        (options, villages) sparse, 1 where the option reaches the village; columns ascending within
        a row.
    level_dBm
        (matrix.nnz,) level at the village [dBm]; NaN where a circle decides.
    candidate
        (options,) row of the candidate in its table.
    preset
        (options,) key of the preset.
    terrain
        The elevation model used; None where only circles decide.
    cut_short
        True where the run was cancelled before the model had predicted all paths.
    """

    matrix: sp.csr_array
    level_dBm: Floats
    candidate: NDArray[np.int64]
    preset: NDArray[np.object_]
    terrain: Terrain | None
    cut_short: bool = False

    @property
    def basis(self) -> str:
        """``circle``, ``terrain`` or ``mixed``."""
        by_circle = np.isnan(self.level_dBm)
        if self.terrain is None or by_circle.all():
            return CIRCLE
        return MIXED if by_circle.any() else TERRAIN

    def levels(self, options: NDArray[np.int64], villages: NDArray[np.int64]) -> Floats:
        """Return the level of each pair of option and village.

        Parameters
        ----------
        options
            (n,) rows of the matrix.
        villages
            (n,) columns of the matrix.

        Returns
        -------
        level
            (n,) [dBm]; NaN where a circle decides or the option does not reach the village.
        """
        if not len(options):
            return np.zeros(0)
        # Numbers from 1, so that an empty cell is no pair.
        numbers = sp.csr_array(
            (np.arange(1, self.matrix.nnz + 1), self.matrix.indices, self.matrix.indptr),
            shape=self.matrix.shape,
        )
        at = np.asarray(numbers[options, villages]).ravel()
        return np.where(at > 0, np.append(np.nan, self.level_dBm)[at], np.nan)


def coverage_matrix(
    pack: Pack,
    scenario: Scenario,
    candidates: pd.DataFrame,
    villages: pd.DataFrame,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Reach:
    """Return which option reaches which village; presets that do not serve 4G are no options.

    After a cancellation, circles decide on the paths not yet predicted, so that the plan is
    complete; :attr:`Reach.cut_short` is then True.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    candidates
        Rows of the candidate table.
    villages
        Villages of the plan's demand, with ``lon`` and ``lat`` [degree].
    progress
        Called with the share done, 0–1.
    cancel
        Polled often; True stops the prediction over terrain.

    Returns
    -------
    reach
        The coverage matrix with levels and presets.
    """
    terrain = terrain_of(pack, scenario)
    keys = plan_presets(scenario)
    matrices, levels, cut_short = [], [], False
    for number, key in enumerate(keys):
        ring = _circles(candidates, villages, preset(key).radius_m)
        if terrain is None or not has_radio(key):
            matrices.append(ring)
            levels.append(np.full(ring.nnz, np.nan))
            continue
        link = _Link(terrain, key, scenario.plan.coverage, scenario.plan.antenna_height_m)

        def tell(share: float, number: int = number) -> None:
            progress((number + share) / len(keys))

        found = _over_terrain(link, (candidates, villages), ring, tell, cancel)
        matrices.append(found[0])
        levels.append(found[1])
        cut_short |= found[2]
    return Reach(
        sp.csr_array(sp.vstack(matrices, format="csr")),
        np.concatenate(levels),
        np.tile(np.arange(len(candidates)), len(keys)),
        np.repeat(np.array(keys, dtype=object), len(candidates)),
        terrain,
        cut_short,
    )


def terrain_high_points(pack: Pack, scenario: Scenario) -> HighPointSearch | None:
    """Return the search for the highest point within a distance.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.

    Returns
    -------
    search
        Function of (lon, lat, within_m) that returns longitude, latitude [degree] and height [m];
        None where no elevation model is in force.
    """
    terrain = terrain_of(pack, scenario)
    if terrain is None:
        return None

    def highest(lon: Floats, lat: Floats, within_m: float) -> tuple[Floats, Floats, Floats]:
        found = np.full((3, len(lon)), np.nan)
        for rows in terrain.neighbourhoods(lon, lat, within_m):
            grid = terrain.around(lon[rows], lat[rows], within_m)
            top = high_points(grid, lon[rows], lat[rows], within_m)
            found[:, rows] = top.lon, top.lat, top.height_m
        return found[0], found[1], found[2]

    return highest


@dataclass(frozen=True, eq=False)
class _Link:
    """Settings common to all paths of one preset."""

    terrain: Terrain
    preset: str
    settings: CoverageSettings
    antenna_height_m: float


def _circles(candidates: pd.DataFrame, villages: pd.DataFrame, radius_m: float) -> sp.csr_array:
    lon, lat = (candidates[name].to_numpy(float) for name in ("lon", "lat"))
    home_lon, home_lat = (villages[name].to_numpy(float) for name in ("lon", "lat"))
    return circles(lon, lat, home_lon, home_lat, radius_m)


def _over_terrain(
    link: _Link,
    tables: tuple[pd.DataFrame, pd.DataFrame],
    ring: sp.csr_array,
    progress: Callable[[float], None],
    cancel: Callable[[], bool],
) -> tuple[sp.csr_array, Floats, bool]:
    """Return the matrix, the levels [dBm], and whether the run was cancelled early.

    The level decides on paths inside the elevation model, a circle on all others.
    """
    candidates, villages = tables
    lon, lat = (candidates[name].to_numpy(float) for name in ("lon", "lat"))
    masts = stations(lon, lat, link.antenna_height_m)
    home_lon, home_lat = (villages[name].to_numpy(float) for name in ("lon", "lat"))
    nobody = np.zeros(0, dtype=np.int64)
    rows, cols, levels, done, cut_short = [nobody], [nobody], [np.zeros(0)], 0, False
    for batch in link.terrain.neighbourhoods(
        home_lon, home_lat, link.settings.reach_m, most=_BATCH
    ):
        places = Places(home_lon[batch], home_lat[batch])
        try:
            station, place, level = _levels(link, masts, places, cancel)
        except Cancelled:
            cut_short = True
            break
        rows.append(station)
        cols.append(batch[place])
        levels.append(level)
        done += len(batch)
        progress(done / len(villages))
    station, village = np.concatenate(rows), np.concatenate(cols)
    level = np.concatenate(levels)
    good = np.isfinite(level)
    known = sp.csr_array(
        (np.ones(int(good.sum())), (station[good], village[good])), shape=ring.shape
    )
    settings = link.settings
    sigma = carrier_of(link.preset, CoverageOrder())[1]
    hit = good & (
        coverage_probability(level, settings.limit_dBm, sigma)
        >= settings.required_probability - 1e-12
    )
    # A circle counts only for paths outside the elevation model.
    rest = (ring - ring.multiply(known)).tocoo()
    blind = rest.data > 0
    row = np.concatenate([station[hit], rest.row[blind]])
    col = np.concatenate([village[hit], rest.col[blind]])
    value = np.concatenate([level[hit], np.full(int(blind.sum()), np.nan)])
    sorted_ = np.lexsort((col, row))
    row, col, value = row[sorted_], col[sorted_], value[sorted_]
    starts = np.searchsorted(row, np.arange(ring.shape[0] + 1))
    matrix = sp.csr_array((np.ones(len(col)), col, starts), shape=ring.shape)
    return matrix, value, cut_short


def _levels(
    link: _Link, masts: Stations, places: Places, cancel: Callable[[], bool]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return station, place and level of each path within reach [dBm]."""
    settings = link.settings
    pairs = pairs_within(masts, places, settings.reach_m)
    order = CoverageOrder(
        preset=link.preset,
        limit_dBm=settings.limit_dBm,
        required_probability=settings.required_probability,
        place=settings.place,
    )
    grid = link.terrain.around(places.lon, places.lat, settings.reach_m)
    carrier = carrier_of(link.preset, order)[0]
    found = predicted(grid, masts, places, pairs, carrier, cancel=cancel)
    return pairs.station, pairs.place, found.rsrp_dBm
