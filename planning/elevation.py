"""The elevation model in force for a province, and windows of it.

Without an elevation model coverage is a circle, and the pages state the reason. The invented relief
of the demonstration is used only where the scenario enables it and no model is imported.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data.elevation.mosaic import Mosaic, dem_in_force, demonstration_dem
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.earth.terrain import Grid, heights

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Box = tuple[float, float, float, float]

#: A model of at most this many cells inside the province is read once and cached: 0.5 GB.
_WHOLE = 120_000_000
#: A larger one is read in windows of at most this many cells: 0.24 GB.
_PART = 60_000_000
#: Least length of a degree of latitude [m].
_DEGREE_M = 110_500.0


@dataclass(frozen=True, eq=False)
class Terrain:
    """An elevation model with its provenance.

    Attributes
    ----------
    mosaic
        Rasters of the model.
    bounds
        West, south, east, north of the largest window read [°]: the model inside the province.
    source_id
        Id of the model in the table of sources.
    is_demonstration
        True for the invented relief; every result must say so.
    """

    mosaic: Mosaic
    bounds: Box
    source_id: str
    is_demonstration: bool

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.mosaic.provenance.name

    @property
    def version(self) -> str:
        """Version of the model."""
        return self.mosaic.provenance.version

    @property
    def datum(self) -> str:
        """Vertical datum of its heights."""
        return self.mosaic.provenance.vertical_datum

    @property
    def accuracy_m(self) -> float | None:
        """Linear error at 90 % stated by its publisher [m]; None where unknown."""
        return self.mosaic.provenance.accuracy_m

    @property
    def evidence(self) -> str:
        """Evidence class of its heights."""
        return self.mosaic.provenance.evidence

    @property
    def spacing_m(self) -> float:
        """Spacing of its heights [m]."""
        finest = self.mosaic.tiles[0]
        return finest.step_y * _DEGREE_M

    @property
    def void_share(self) -> float | None:
        """Share of its cells inside the province without a height; None if read in windows."""
        return self._whole().void_share if self._is_small() else None

    def around(self, lon: Floats, lat: Floats, reach_m: float) -> Grid:
        """Return a grid that contains all places and a margin of the reach around them.

        Parameters
        ----------
        lon
            (n,) WGS84 [°].
        lat
            (n,) WGS84 [°].
        reach_m
            Longest path from a place [m].

        Returns
        -------
        grid
            Heights above sea level [m].

        Raises
        ------
        InputError
            If the places are so far apart that the grid does not fit into memory.
        """
        if self._is_small():
            return self._whole()
        return _window(self.mosaic, _wider(lon, lat, reach_m))

    def knows(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Return whether the model has a height at each place.

        Parameters
        ----------
        lon
            (n,) WGS84 [°].
        lat
            (n,) WGS84 [°].

        Returns
        -------
        known
            (n,) True where the height is known.
        """
        return np.asarray(np.isfinite(heights(self.around(lon, lat, 0.0), lon, lat)))

    def neighbourhoods(
        self, lon: Floats, lat: Floats, reach_m: float, *, most: int = 4_000
    ) -> list[Ints]:
        """Return batches of neighbouring places whose grids are small.

        Parameters
        ----------
        lon
            (n,) WGS84 [°].
        lat
            (n,) WGS84 [°].
        reach_m
            Longest path from a place [m].
        most
            Most places of a batch.

        Returns
        -------
        batches
            Arrays of positions; each place is in one batch, neighbours in the same.
        """
        waiting, bunches = [np.arange(len(lon))], []
        while waiting:
            rows = waiting.pop()
            if len(rows) == 0:
                continue
            if len(rows) <= most and (len(rows) == 1 or self._fits(lon[rows], lat[rows], reach_m)):
                bunches.append(rows)
                continue
            wide = np.ptp(lon[rows]) > np.ptp(lat[rows])
            order = rows[np.argsort((lon if wide else lat)[rows], kind="stable")]
            half = len(order) // 2
            waiting += [order[half:], order[:half]]
        return bunches

    def _fits(self, lon: Floats, lat: Floats, reach_m: float) -> bool:
        return self._is_small() or self.mosaic.cells(*_wider(lon, lat, reach_m)) <= _PART

    def _is_small(self) -> bool:
        return self.mosaic.cells(*self.bounds) <= _WHOLE

    def _whole(self) -> Grid:
        return _window(self.mosaic, self.bounds)


def terrain_of(pack: Pack, scenario: Scenario) -> Terrain | None:
    """Return the elevation model in force.

    Parameters
    ----------
    pack
        Tables from :func:`data.workspace.effective.effective_pack`.
    scenario
        The scenario whose settings apply.

    Returns
    -------
    terrain
        The elevation model; None where coverage can only be a circle.

    Raises
    ------
    DataError
        If a raster in force is damaged.
    StorageError
        If a raster in force is missing.
    """
    found = _imported(pack, dict(pack.imported).get("dem"))
    if found is None and scenario.demonstration_terrain:
        found = _demonstration(pack)
    return found


@lru_cache(maxsize=4)
def _imported(pack: Pack, _listed: object) -> Terrain | None:
    mosaic = dem_in_force(pack)
    return None if mosaic is None else _inside(pack, mosaic, "pack:dem")


@lru_cache(maxsize=4)
def _demonstration(pack: Pack) -> Terrain | None:
    mosaic = demonstration_dem(pack)
    return None if mosaic is None else _inside(pack, mosaic, "pack:demonstration_relief")


def _inside(pack: Pack, mosaic: Mosaic, source_id: str) -> Terrain:
    """Return the model cut to the province with a margin for paths across its border."""
    shapes = pack.geo("regions")
    west, south, east, north = (float(edge) for edge in shapes.total_bounds)
    box = _wider(np.array([west, east]), np.array([south, north]), 30_000.0)
    have = mosaic.bounds
    bounds = (
        max(box[0], have[0]), max(box[1], have[1]), min(box[2], have[2]), min(box[3], have[3]),
    )  # fmt: skip
    inside = bounds[0] < bounds[2] and bounds[1] < bounds[3]
    return Terrain(mosaic, bounds if inside else have, source_id, mosaic.is_illustrative)


def _wider(lon: Floats, lat: Floats, reach_m: float) -> Box:
    """Return the box of the places with a margin on each side, at least 1 km."""
    tall = max(reach_m, 1_000.0) / _DEGREE_M
    broad = tall / math.cos(math.radians(min(85.0, float(np.abs(lat).max()) + tall)))
    return (
        float(lon.min()) - broad, float(lat.min()) - tall,
        float(lon.max()) + broad, float(lat.max()) + tall,
    )  # fmt: skip


@lru_cache(maxsize=2)
def _window(mosaic: Mosaic, box: Box) -> Grid:
    return mosaic.window(*box)
