"""Elevation models: many rasters as one, read by window into :class:`geo.earth.terrain.Grid`.

::

    dem = dem_in_force(pack)                      # None: none was imported
    if dem is not None:
        grid = dem.window(102.0, 25.0, 103.0, 26.0)

A window is a grid of WGS84 degrees. Rasters on such degrees are read cell by cell as they are; any
other (projected, rotated, on another lattice) is warped, bilinear, to degrees as finely spaced as
itself, and the grid's provenance says so. Memory is bounded by the window, whatever the size of
the files; a province at 30 m is read piece by piece (:meth:`Mosaic.pieces`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.elevation.products import recognised
from data.elevation.tile import Tile, described
from data.elevation.window import Box, aligned, fill, frame_of, overlap, part_of, union
from data.wording.catalogue import Message, text
from geo.earth.terrain import Grid, Provenance
from geo.errors import InputError, RangeError
from geo.evidence import weakest

if TYPE_CHECKING:
    from data.tables.reader import Pack

#: Most cells of one window: 1.04 GB. The largest province of a pack at 90 m has 240 million.
MAX_CELLS = 260_000_000
#: File of the demonstration relief in a pack's folder, see ``data/packs/README.md``.
DEMONSTRATION_FILE = "demonstration_relief.tif"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an area that is worked on at once.

    Attributes
    ----------
    core
        West, south, east, north [°] of what belongs to it; the cores share edges, nothing else.
    box
        The core and all within reach of it: the window to read.
    """

    core: Box
    box: Box


@dataclass(frozen=True)
class Mosaic:
    """Adjacent rasters of heights; where they overlap the first valid height is used.

    Attributes
    ----------
    tiles
        Finest first, then in the order of their import.
    provenance
        Of the heights, see :class:`geo.earth.terrain.Provenance`.
    """

    tiles: tuple[Tile, ...]
    provenance: Provenance

    @property
    def bounds(self) -> Box:
        """West, south, east, north of all outermost centres [°]; tiles need not fill it."""
        return union(tile.box for tile in self.tiles)

    @property
    def is_illustrative(self) -> bool:
        """True for the invented demonstration relief: say so wherever its results appear."""
        return self.provenance.evidence == "illustrative"

    def cells(self, west: float, south: float, east: float, north: float) -> int:
        """Return the number of cells of a window.

        Parameters
        ----------
        west, south, east, north
            WGS84 [°].

        Returns
        -------
        count
            0 where there is no tile.
        """
        frame = frame_of(self.tiles, (west, south, east, north))
        return 0 if frame is None else frame.rows * frame.columns

    def window(
        self, west: float, south: float, east: float, north: float, *, thinned: int = 1
    ) -> Grid:
        """Read the cells of a box and those around it that bilinear heights inside it need.

        Parameters
        ----------
        west, south, east, north
            WGS84 [°].
        thinned
            Side of a square of cells whose mean represents them: a backdrop for large areas,
            stated in the provenance. 1 reads the cells themselves.

        Returns
        -------
        grid
            Heights [m], clipped to the extent of the tiles; all void where there is none.

        Raises
        ------
        RangeError
            If the box is empty or not on Earth, or ``thinned`` is below 1.
        InputError
            If it has more cells than :data:`MAX_CELLS`.
        DataError
            If a raster is damaged.
        StorageError
            If a raster is missing.
        """
        box = _checked((west, south, east, north))
        if thinned < 1:
            raise RangeError("elevation.thinned", thinned=thinned)
        frame = frame_of(self.tiles, box, thinned)
        if frame is None:
            nothing = replace(self.provenance, remarks=(Message("elevation.nowhere"),))
            void = np.full((2, 2), np.nan, dtype=np.float32)
            return Grid(void, west, north, east - west, north - south, nothing)
        if frame.rows * frame.columns > MAX_CELLS:
            raise InputError(
                "elevation.window", rows=frame.rows, columns=frame.columns, most=MAX_CELLS
            )
        cells = np.full((frame.rows, frame.columns), np.nan, dtype=np.float32)
        touched = [tile for tile in self.tiles if part_of(tile, frame) is not None]
        fill(cells, touched, frame)
        grid = Grid(cells, frame.west, frame.north, frame.step_x, frame.step_y)
        warped = not all(aligned(tile, frame) for tile in touched)
        origin = _stated(self.provenance, grid.void_share, thinned, warped=warped)
        return replace(grid, provenance=origin)

    def pieces(
        self,
        west: float,
        south: float,
        east: float,
        north: float,
        *,
        reach_m: float,
        max_cells: int = 40_000_000,
    ) -> Iterator[Piece]:
        """Yield parts of a box whose windows, ``reach_m`` wider on each side, stay small.

        Parameters
        ----------
        west, south, east, north
            WGS84 [°].
        reach_m
            Longest path that begins in a part [m].
        max_cells
            Most cells of a window; four bytes each.

        Yields
        ------
        piece
            Row by row from the north-west; the cores cover the box.

        Raises
        ------
        RangeError
            If the box is empty, or the reach alone needs more cells.
        """
        box = _checked((west, south, east, north))
        half = _wider(box, reach_m)
        parts = (1, 1)
        while True:
            rows, columns = parts
            height, width = (box[3] - box[1]) / rows, (box[2] - box[0]) / columns
            if (height + 2 * half[1]) * (width + 2 * half[0]) / self._cell_deg2(box) <= max_cells:
                break
            # The side that is longer beside its reach is cut; below the reach nothing is won.
            tall, broad = height / half[1], width / half[0]
            parts = (rows + 1, columns) if tall > broad else (rows, columns + 1)
            if max(tall, broad) < 0.1:
                raise RangeError("elevation.reach", reach_m=reach_m, most=max_cells)
        for i in range(rows):
            for j in range(columns):
                core = (
                    west + j * width, north - (i + 1) * height,
                    west + (j + 1) * width, north - i * height,
                )  # fmt: skip
                yield Piece(core, (core[0] - half[0], core[1] - half[1],
                                   core[2] + half[0], core[3] + half[1]))  # fmt: skip

    def _cell_deg2(self, box: Box) -> float:
        tiles = [tile for tile in self.tiles if overlap(tile.box, box)] or self.tiles
        return min(tile.step_x * tile.step_y for tile in tiles)


def open_dem(paths: Sequence[Path], *, unit: str = "m", crs: str = "") -> Mosaic:
    """Open raster files as one elevation model.

    Parameters
    ----------
    paths
        GeoTIFF or ``.hgt`` files.
    unit
        ``m`` or ``ft``, where a file states no unit.
    crs
        System of all of them; empty leaves it to each.

    Returns
    -------
    mosaic
        The model; its cells are read by :meth:`Mosaic.window`.

    Raises
    ------
    InputError
        If there is no file, or the unit is neither.
    DataError
        If a file is not a raster of heights.
    StorageError
        If a file is missing.
    """
    if not paths or unit not in ("m", "ft"):
        raise InputError("elevation.unit" if paths else "elevation.no_files", unit=unit)
    tiles = [described(path, crs=crs, unit=unit) for path in paths]
    return _mosaic(tiles, recognised(path.name for path in paths))


def dem_in_force(pack: Pack) -> Mosaic | None:
    """Return the elevation model that the workspace has in force.

    Parameters
    ----------
    pack
        From :func:`data.workspace.effective.effective_pack`.

    Returns
    -------
    mosaic
        None where no elevation model was imported.

    Raises
    ------
    DataError
        If the list of rasters or one of them is damaged.
    StorageError
        If one is missing.
    """
    from data.workspace.effective import imported_rasters

    rasters = imported_rasters(pack, "dem")
    if not rasters:
        return None
    tiles = [described(r.path, unit=r.unit, source=r.source) for r in rasters]
    known = recognised(raster.source for raster in rasters)
    dates = sorted({raster.as_of for raster in rasters if raster.as_of})
    if known.version == "unknown" and dates:
        span = "–".join([dates[0], *dates[1:][-1:]])
        known = replace(known, version=text("elevation.as_of", "en", dates=span))
    return _mosaic(tiles, replace(known, evidence=weakest(r.evidence for r in rasters)))


def demonstration_dem(pack: Pack) -> Mosaic | None:
    """Return the invented demonstration relief of a pack.

    For a labelled demonstration scenario only: it agrees with the real relief in the mean of 9.3 km
    cells, and nowhere else. :attr:`Mosaic.is_illustrative` is True.

    Parameters
    ----------
    pack
        The pack, embedded or with the tables of a workspace.

    Returns
    -------
    mosaic
        None where the pack has no such relief.

    Raises
    ------
    DataError
        If the file is damaged.
    """
    path = pack.folder / DEMONSTRATION_FILE
    if not path.exists():
        return None
    return _mosaic([described(path)], Provenance(
        text("elevation.demonstration", "en"), text("elevation.demonstration_version", "en"),
        text("elevation.demonstration_datum", "en"), None, "", "illustrative",
        (Message("elevation.illustrative"),),
    ))  # fmt: skip


def _mosaic(tiles: Sequence[Tile], known: Provenance) -> Mosaic:
    ordered = sorted(tiles, key=lambda tile: round(tile.step_y * 3600, 2))
    datums = {tile.vertical for tile in tiles}
    if known.vertical_datum == "unknown" and len(datums) == 1:
        known = replace(known, vertical_datum=datums.pop() or "unknown")
    if any(tile.unit == "ft" for tile in tiles):
        known = replace(known, remarks=(*known.remarks, Message("elevation.feet")))
    return Mosaic(tuple(ordered), known)


def _stated(known: Provenance, void: float, thinned: int, *, warped: bool) -> Provenance:
    """Return the provenance of a window: what was done to its cells, and its voids."""
    remarks = list(known.remarks)
    if thinned > 1:
        remarks.append(Message("elevation.thinned", {"cells": thinned}))
    elif warped:
        remarks.append(Message("elevation.warped"))
    if void:
        remarks.append(Message("elevation.void", {"share": void}))
    return replace(known, remarks=tuple(remarks))


def _wider(box: Box, reach_m: float) -> tuple[float, float]:
    """Return a reach in degrees of longitude and latitude, on the safe side."""
    if not 0 <= reach_m < math.inf:
        raise RangeError("elevation.reach_range", reach_m=reach_m)
    # A degree of latitude is at least 110.5 km.
    tall = reach_m / 110_500.0
    farthest = min(89.0, max(abs(box[1]), abs(box[3])) + tall)
    return max(tall / math.cos(math.radians(farthest)), 1e-9), max(tall, 1e-9)


def _checked(box: Box) -> Box:
    west, south, east, north = box
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise RangeError("elevation.box", west=west, east=east, south=south, north=north)
    return box
