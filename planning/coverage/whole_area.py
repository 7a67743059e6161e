"""Best level, best server and number of servers on every cell of a province, from all its sites.

Groups of neighbouring sites are parts of :mod:`planning.engine`: each gives the levels around it by
the sweep of :mod:`geo.radio.sweep`, and the parts are merged by maximum. Then each group counts its
sites within 10 dB of the best. Files, and bytes, are the same whatever the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.atomic import atomic_path
from data.elevation.mosaic import Mosaic
from data.elevation.window import Frame, frame_of
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.earth.terrain import Grid
from geo.errors import DataError, InputError, UnknownNameError
from geo.radio.prediction import Carrier, Stations
from geo.radio.sweep import Lattice, SweepOrder, Swept, count, nothing, raise_to, sweep
from planning.coverage.area import Raster
from planning.coverage.prediction import (
    CoverageOrder,
    Network,
    networks_of,
    require_terrain,
    some_of,
)
from planning.elevation import Terrain
from planning.engine import Engine, WorkPart, run

Box = tuple[int, int, int, int]
#: Sites of a part: small ones read much terrain for few sites, large ones leave cores idle.
_GROUP = 300
#: Most cells of one result: nine bytes each.
MAX_CELLS = 250_000_000
#: Share of the run that the levels take; the rest is the count.
_LEVELS = 0.6


@dataclass(frozen=True, eq=False, slots=True)
class WholeArea:
    """The levels of all sites on the cells of a box.

    Attributes
    ----------
    swept
        Level, best server and unknown cells; the lattice begins at the box.
    servers
        (rows, columns) uint16, number of sites within 10 dB of the best and from the limit on.
    raster
        First centre and steps [°].
    ids
        Id of each server, by its number.
    limit_dBm
        Level from which a cell counts as covered.
    """

    swept: Swept
    servers: NDArray[np.uint16]
    raster: Raster
    ids: NDArray[np.object_]
    limit_dBm: float

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Cells whose best level is at the limit or above."""
        return np.asarray(self.swept.level >= self._tenths)

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """Cells that no site covers, where the path to some site is unknown."""
        return self.swept.unknown & ~self.covered

    @property
    def _tenths(self) -> int:
        return int(np.ceil(10.0 * self.limit_dBm - 1e-9))


@dataclass(frozen=True, slots=True)
class SiteGroup:
    """Everything that one part depends on.

    Attributes
    ----------
    mosaic
        The elevation model.
    window
        West, south, east, north of the heights that it reads [°].
    frame
        Lattice of the whole model.
    stations, numbers
        The sites and their numbers.
    link, order
        What all paths share; limit and reach.
    box
        First row and column of the model that are asked for, and those after the last.
    digest
        Of the province's tables in force.
    best
        File of the best levels of all sites on these cells; None to make them.
    """

    mosaic: Mosaic
    window: tuple[float, float, float, float]
    frame: Frame
    stations: Stations
    numbers: NDArray[np.int32]
    link: Carrier
    order: SweepOrder
    box: Box
    digest: str
    best: Path | None = None


def whole_area(  # noqa: PLR0913  the two callbacks are options
    pack: Pack,
    scenario: Scenario,
    order: CoverageOrder,
    region: str,
    folder: Path,
    engine: Engine,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> WholeArea:
    """Return the levels of all sites that serve what is asked for, on every cell of a region.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    order
        Preset, limit and scope; ``reach_m`` is the reach of each site.
    region
        Code of a prefecture or county: the cells of its box; empty for the province.
    folder
        Where the parts are; what is there already is used.
    engine
        Where the parts are worked on.
    progress
        Called with the share done, 0–1.
    cancel
        Polled often; True raises :class:`geo.radio.prediction.Cancelled`, and parts stay.

    Returns
    -------
    area
        Levels, servers and counts.

    Raises
    ------
    InputError
        If no elevation model is in force, or the box has too many cells or none, or a part failed.
    """
    terrain = require_terrain(pack, scenario)
    networks = networks_of(pack, scenario, order)
    frame, box = _box_of(pack, terrain, region)
    asked = SweepOrder(order.limit_dBm, order.reach_m, box)
    groups = list(_groups(terrain, networks, (frame, box), asked, pack.digest))
    if not groups:
        raise InputError("area.no_site")
    ids = np.concatenate([network.ids for network in networks])
    parts = [WorkPart(f"level-{k:04d}", level_part, group) for k, group in enumerate(groups)]
    found = run(parts, folder, engine, cancel=cancel,
                progress=lambda share: progress(_LEVELS * share))  # fmt: skip
    found.check()
    lattice = Lattice(frame.west, frame.north, frame.step_x, frame.step_y, box[0], box[1])
    best = nothing(lattice, (box[2] - box[0], box[3] - box[1]))
    for path in found.paths.values():
        raise_to(best, _read_levels(path, lattice))
    kept = _keep(best, folder, list(found.paths.values()))
    parts = [WorkPart(f"count-{k:04d}", count_part, replace(group, best=kept))
             for k, group in enumerate(groups)]  # fmt: skip
    found = run(parts, folder, engine, cancel=cancel,
                progress=lambda share: progress(_LEVELS + (1.0 - _LEVELS) * share))  # fmt: skip
    found.check()
    servers = np.zeros(best.level.shape, np.uint16)
    for path in found.paths.values():
        with np.load(path) as part:
            servers[_at(part["place"], lattice, part["servers"].shape)] += part["servers"]
    raster = Raster(
        frame.west + box[1] * frame.step_x, frame.north - box[0] * frame.step_y,
        frame.step_x, frame.step_y,
    )  # fmt: skip
    return WholeArea(best, servers, raster, ids, order.limit_dBm)


def level_part(group: SiteGroup, path: Path) -> None:
    """Write the levels of one group on the cells that are asked for.

    Parameters
    ----------
    group
        The sites and their terrain.
    path
        File to write.
    """
    grid, lattice = _terrain_of(group)
    found = sweep(grid, lattice, group.stations, group.numbers, group.link, group.order)
    inside, place = _inside(group, lattice, found.level.shape)
    with path.open("wb") as file:
        np.savez_compressed(
            file, level=found.level[inside], server=found.server[inside],
            unknown=found.unknown[inside], place=place,
        )  # fmt: skip


def count_part(group: SiteGroup, path: Path) -> None:
    """Write how many sites of one group are within 10 dB of the best level.

    Parameters
    ----------
    group
        The sites, their terrain and the best levels.
    path
        File to write.
    """
    grid, lattice = _terrain_of(group)
    inside, place = _inside(group, lattice, grid.heights_m.shape)
    best = nothing(lattice, (grid.heights_m.shape[0], grid.heights_m.shape[1]))
    if group.best is not None:
        whole = np.load(group.best, mmap_mode="r")
        top, left = place[0] - group.box[0], place[1] - group.box[1]
        rows, columns = best.level[inside].shape
        best.level[inside] = whole[top : top + rows, left : left + columns]
    servers = count(grid, best, group.stations, group.link, group.order)
    with path.open("wb") as file:
        np.savez_compressed(file, servers=servers[inside].astype(np.uint16), place=place)


def _box_of(pack: Pack, terrain: Terrain, region: str) -> tuple[Frame, Box]:
    """Return the lattice of the model, and first and last rows and columns of a region's box."""
    frame = frame_of(terrain.mosaic.tiles, terrain.bounds)
    shapes = pack.geo("regions")
    if region:
        chosen = shapes[shapes["adcode"] == region]
        if chosen.empty:
            raise UnknownNameError("region", region, list(shapes["adcode"]), where="--region")
        shapes = chosen
    west, south, east, north = (float(edge) for edge in shapes.total_bounds)
    if frame is None:
        raise InputError("prediction.off_terrain")
    top = max(0, int(np.floor((frame.north - north) / frame.step_y)))
    left = max(0, int(np.floor((west - frame.west) / frame.step_x)))
    bottom = min(frame.rows, int(np.ceil((frame.north - south) / frame.step_y)) + 1)
    right = min(frame.columns, int(np.ceil((east - frame.west) / frame.step_x)) + 1)
    if top >= bottom or left >= right:
        raise InputError("prediction.off_terrain")
    if (bottom - top) * (right - left) > MAX_CELLS:
        raise InputError(
            "area.large_box", cells=(bottom - top) * (right - left), most=MAX_CELLS
        )  # fmt: skip
    return frame, (top, left, bottom, right)


def _groups(
    terrain: Terrain,
    networks: Sequence[Network],
    lattice: tuple[Frame, Box],
    order: SweepOrder,
    digest: str,
) -> Iterator[SiteGroup]:
    """Yield neighbouring sites within reach of the box, with the window of terrain they need."""
    frame, box = lattice
    top, left, bottom, right = box
    north, south = frame.north - top * frame.step_y, frame.north - bottom * frame.step_y
    west, east = frame.west + left * frame.step_x, frame.west + right * frame.step_x
    tall = order.reach_m / 110_500.0
    first = 0
    for network in networks:
        own = network.stations
        broad = tall / np.cos(np.radians(min(85.0, max(abs(north), abs(south)) + tall)))
        near = (own.lon >= west - broad) & (own.lon <= east + broad)
        near &= (own.lat >= south - tall) & (own.lat <= north + tall)
        rows = np.flatnonzero(near)
        for some in terrain.neighbourhoods(own.lon[rows], own.lat[rows], order.reach_m,
                                           most=_GROUP):  # fmt: skip
            chosen = np.sort(rows[some])
            sites = some_of(own, chosen)
            window = (
                max(float(sites.lon.min() - broad), terrain.bounds[0]),
                max(float(sites.lat.min() - tall), terrain.bounds[1]),
                min(float(sites.lon.max() + broad), terrain.bounds[2]),
                min(float(sites.lat.max() + tall), terrain.bounds[3]),
            )
            if window[0] < window[2] and window[1] < window[3]:
                yield SiteGroup(
                    terrain.mosaic, window, frame, sites,
                    (first + chosen).astype(np.int32), network.carrier, order, box, digest,
                )  # fmt: skip
        first += len(network.ids)


def _terrain_of(group: SiteGroup) -> tuple[Grid, Lattice]:
    """Read the heights of a group and where they lie on the lattice of the whole model."""
    grid = group.mosaic.window(*group.window)
    frame = group.frame
    row = (frame.north - grid.north) / frame.step_y
    column = (grid.west - frame.west) / frame.step_x
    drift = max(abs(row - round(row)), abs(column - round(column)))
    same = np.isclose([grid.step_lat, grid.step_lon], [frame.step_y, frame.step_x], rtol=1e-6)
    if drift > 0.01 or not same.all():
        raise DataError("area.lattices")
    return grid, Lattice(
        frame.west, frame.north, frame.step_x, frame.step_y, round(row), round(column)
    )


def _inside(
    group: SiteGroup, lattice: Lattice, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], NDArray[np.int64]]:
    """Return the part of a window that is asked for, and its first row and column."""
    top, left, bottom, right = group.box
    a, b = max(0, top - lattice.row), max(0, left - lattice.column)
    c = max(a, min(shape[0], bottom - lattice.row))
    d = max(b, min(shape[1], right - lattice.column))
    return np.s_[a:c, b:d], np.array([a + lattice.row, b + lattice.column])


def _read_levels(path: Path, lattice: Lattice) -> Swept:
    with np.load(path) as part:
        place = lattice._replace(row=int(part["place"][0]), column=int(part["place"][1]))
        return Swept(part["level"], part["server"], part["unknown"], place)


def _at(place: NDArray[np.int64], lattice: Lattice, shape: tuple[int, ...]) -> tuple[slice, slice]:
    top, left = int(place[0]) - lattice.row, int(place[1]) - lattice.column
    return np.s_[top : top + shape[0], left : left + shape[1]]


def _keep(best: Swept, folder: Path, parts: Sequence[Path]) -> Path:
    """Write the best levels for the workers; the name says of which parts."""
    names = sha256(" ".join(path.name for path in parts).encode()).hexdigest()[:16]
    path = folder.resolve() / f"best-{names}.npy"
    if not path.exists():
        with atomic_path(path) as beside:
            np.save(beside, best.level)
    return path
