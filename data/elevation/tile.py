"""One raster of heights: its description, its faults, its cells by window."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.earth.projections import EQUAL_TO_WGS84
from geo.errors import DataError, StorageError

Heights = NDArray[np.float32]

#: Metres in a foot (international; the US survey foot differs by 2e-6: 2 cm on a high summit).
FOOT_M = 0.3048
#: Heights of land [m]: shore of the Dead Sea −430, Everest 8,849. Beyond lies no height.
LOWEST_M, HIGHEST_M = -500.0, 9_000.0
#: Geographic systems whose degrees are WGS84 degrees for our purpose; with their 3D forms.
_DEGREES = (*EQUAL_TO_WGS84, "EPSG:4979", "EPSG:4480")
_FEET = frozenset({"ft", "foot", "feet", "us survey foot", "us-ft", "ftus"})
#: Memory for blocks that were read [byte]; GDAL's own choice is 5 % of the machine's.
_CACHE_BYTES = 32 * 1024 * 1024
#: What cells without a height hold where the file names no value.
_VOID = -32_768
#: Rows that are read at once.
ROWS = 512


@dataclass(frozen=True, slots=True)
class Tile:
    """One raster.

    Attributes
    ----------
    path
        GeoTIFF or ``.hgt``.
    crs
        System of its own coordinates.
    unit
        ``m`` or ``ft``.
    nodata
        Value of cells without a height; None if the file names none.
    west, north, step_x, step_y
        Centre of the first cell and size of a cell in its own system; of a raster that must be
        warped (:attr:`straight` is False) in WGS84 degrees, at its own spacing.
    straight
        True if its rows and columns are WGS84 latitudes and longitudes.
    rows, columns
        Of the raster, or of what it is warped to.
    vertical
        Zero of its heights, where its system states it.
    source
        Name of the file that it came from.
    scale, offset
        Heights are cells × scale + offset, as the file says.
    """

    path: Path
    crs: str
    unit: str
    nodata: float | None
    west: float
    north: float
    step_x: float
    step_y: float
    rows: int
    columns: int
    straight: bool
    vertical: str
    source: str
    scale: float = 1.0
    offset: float = 0.0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the outermost centres [°]."""
        south = self.north - (self.rows - 1) * self.step_y
        return self.west, south, self.west + (self.columns - 1) * self.step_x, self.north


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Yield the rasterio dataset of a raster of heights.

    Parameters
    ----------
    path
        GeoTIFF or ``.hgt``.

    Yields
    ------
    dataset
        Open :class:`rasterio.io.DatasetReader`.

    Raises
    ------
    StorageError
        If there is no such file.
    DataError
        If the file has another format, or is truncated.
    """
    import rasterio
    from rasterio.errors import RasterioError

    if not path.is_file():
        raise StorageError("elevation.missing", where=str(path))
    try:
        with (
            rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES),
            rasterio.open(path, driver=_driver(path)) as dataset,
        ):
            yield dataset
    except RasterioError as error:
        raise DataError("elevation.kind", where=path.name) from error


def _driver(path: Path) -> str:
    """Return the one reader that a file's name calls for; a VRT names other files and is none."""
    return "SRTMHGT" if path.suffix.lower() == ".hgt" else "GTiff"


def described(path: Path, *, crs: str = "", unit: str = "", source: str = "") -> Tile:
    """Return the description of a raster file.

    Parameters
    ----------
    path
        GeoTIFF or ``.hgt``.
    crs, unit, source
        As for :func:`examined`.

    Returns
    -------
    tile
        Position, size, unit and system of the raster.

    Raises
    ------
    StorageError, DataError
        As of :func:`opened` and :func:`examined`.
    """
    from rasterio.errors import NotGeoreferencedWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # `examined` says it
        with opened(path) as dataset:
            return examined(dataset, crs=crs, unit=unit, source=source)


def examined(dataset: Any, *, crs: str = "", unit: str = "", source: str = "") -> Tile:
    """Return the description of an open raster.

    Parameters
    ----------
    dataset
        As :func:`opened` yields it.
    crs
        System that overrides the file's own; empty uses the file's.
    unit
        ``m`` or ``ft``, where the file states no unit.
    source
        Name of the original file; empty uses the name of the dataset.

    Returns
    -------
    tile
        Position, size, unit and system of the raster.

    Raises
    ------
    DataError
        If it has fewer than two rows or columns, is a picture, states no system, or one that cannot
        be true.
    """
    name = source or Path(dataset.name).name
    if min(dataset.width, dataset.height) < 2:
        raise DataError("elevation.tiny", where=name, width=dataset.width, height=dataset.height)
    if dataset.count >= 3 and dataset.dtypes[0] == "uint8":
        raise DataError("elevation.picture", where=name, count=dataset.count)
    declared = crs or ("" if dataset.crs is None else dataset.crs.to_wkt())
    if not declared or dataset.transform.is_identity:
        raise DataError("elevation.no_crs", where=name)
    system, vertical = _system(declared, name)
    own = str(dataset.units[0] or "").strip().lower()
    feet = own in _FEET if own else unit == "ft"
    frame = _frame(dataset, system, name)
    return Tile(
        Path(dataset.name), system, "ft" if feet else "m", dataset.nodata, *frame, vertical, name,
        float(dataset.scales[0]), float(dataset.offsets[0]),
    )  # fmt: skip


def check_heights(dataset: Any, tile: Tile) -> None:
    """Check that a raster holds heights in metres or feet.

    Parameters
    ----------
    dataset
        As :func:`opened` yields it.
    tile
        Its description.

    Raises
    ------
    DataError
        If every cell is void, or most heights are outside :data:`LOWEST_M` to :data:`HIGHEST_M`.
    """
    found = 0
    for block in _coarse_then_whole(dataset):
        marked = (block == _nodata(tile)) | (block == _VOID) | ~np.isfinite(block)
        factor, offset = _metres(tile)
        known = block[~marked] * factor + offset
        if not len(known):
            continue
        absurd = (known < LOWEST_M) | (known > HIGHEST_M)
        if absurd.mean() > 0.5:
            raise DataError(
                "elevation.heights", where=tile.source, lowest=LOWEST_M, highest=HIGHEST_M,
                example=known[absurd][0],
            )  # fmt: skip
        found += int((~absurd).sum())
        if found:
            return
    raise DataError("elevation.void", where=tile.source)


def lay(there: Heights, cells: NDArray[Any], tile: Tile) -> None:
    """Fill the void cells of a window with the heights of a tile, in place.

    Cells outside :data:`LOWEST_M` to :data:`HIGHEST_M` stay void.

    Parameters
    ----------
    there
        Heights of the window [m], NaN is void; changed.
    cells
        Cells of the tile as in its file, of the same shape.
    tile
        Description of the tile: its unit and its value of void cells.
    """
    # Compiled loops: the process that examines a raster does without.
    from geo.earth._terrain_cells import lay_cells

    native = cells if cells.dtype.isnative else cells.astype(cells.dtype.newbyteorder("="))
    lay_cells(there, native, _metres(tile), _nodata(tile), (LOWEST_M, HIGHEST_M))


def _metres(tile: Tile) -> tuple[float, float]:
    """Return factor and offset that make metres of cells."""
    unit = FOOT_M if tile.unit == "ft" else 1.0
    return tile.scale * unit, tile.offset * unit


def _nodata(tile: Tile) -> float:
    return math.nan if tile.nodata is None else float(tile.nodata)


def _system(declared: str, name: str) -> tuple[str, str]:
    """Return the horizontal system, ``EPSG:n`` or WKT, and the name of the vertical one if any."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(declared)
    except CRSError as error:
        raise DataError("elevation.odd_crs", where=name) from error
    parts = crs.sub_crs_list
    level, vertical = (parts[0], parts[1].name) if len(parts) > 1 else (crs, "")
    code = level.to_epsg()
    return f"EPSG:{code}" if code else level.to_wkt(), vertical


def _frame(
    dataset: Any, system: str, name: str
) -> tuple[float, float, float, float, int, int, bool]:
    """Return first centre, steps, rows, columns of a raster, and whether it is straight."""
    t = dataset.transform
    if system in _DEGREES and t.b == t.d == 0 and t.a > 0 and t.e < 0:
        west, south, east, north = dataset.bounds
        if not (-360 <= west < east <= 360 and -90.01 <= south < north <= 90.01):
            raise DataError(
                "elevation.degrees", where=name, system=system, west=west, south=south, east=east,
                north=north,
            )  # fmt: skip
        centre = t.c + t.a / 2, t.f + t.e / 2
        return *centre, t.a, -t.e, dataset.height, dataset.width, True
    return *_warped_frame(dataset, system, name), False


def _warped_frame(
    dataset: Any, system: str, name: str
) -> tuple[float, float, float, float, int, int]:
    """Return a frame in degrees around a raster, as finely spaced as the raster itself."""
    from rasterio.errors import RasterioError
    from rasterio.warp import transform, transform_bounds

    try:
        west, south, east, north = transform_bounds(system, "EPSG:4326", *dataset.bounds)
        middle = [(0, 0), (1, 0), (0, 1)]
        places = [
            dataset.transform * (dataset.width / 2 + x, dataset.height / 2 + y) for x, y in middle
        ]
        lon, lat = transform(system, "EPSG:4326", *zip(*places, strict=True))
    except (RasterioError, ValueError) as error:
        raise DataError("elevation.other_crs", where=name, system=system) from error
    if not np.isfinite([west, south, east, north, *lon, *lat]).all() or not west < east:
        raise DataError("elevation.other_crs", where=name, system=system)
    squeeze = math.cos(math.radians(lat[0]))
    # Length of one cell's sides, in degrees of latitude.
    sides = [
        math.hypot((lon[k] - lon[0]) * squeeze, lat[k] - lat[0]) for k in (1, 2)
    ]  # fmt: skip
    step = min(sides)
    step_x, step_y = step / squeeze, step
    rows, columns = math.ceil((north - south) / step_y), math.ceil((east - west) / step_x)
    return west + step_x / 2, north - step_y / 2, step_x, step_y, max(2, rows), max(2, columns)


def _coarse_then_whole(dataset: Any) -> Iterator[NDArray[Any]]:
    """Yield a sample of the cells, then all of them piece by piece."""
    from rasterio.windows import Window

    side = max(dataset.width, dataset.height)
    step = max(1, side // 256)
    shape = (max(2, dataset.height // step), max(2, dataset.width // step))
    yield dataset.read(1, out_shape=shape)
    for top in range(0, dataset.height, ROWS):
        rows = min(ROWS, dataset.height - top)
        for left in range(0, dataset.width, 16 * ROWS):
            columns = min(16 * ROWS, dataset.width - left)
            yield dataset.read(1, window=Window(left, top, columns, rows))
