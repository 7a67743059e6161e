"""Description of rasters from their header, and their conversion to a tiled GeoTIFF."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.doctor.base import FileDescription
from data.doctor.reading import terrain_tiles
from data.doctor.reading.gdal import keep_driver
from data.doctor.reading.geometry import crs_name
from data.doctor.reading.limits import MIB
from data.doctor.reading.source import HGT_NAME, OpenedFile
from data.doctor.reading.vrt import is_markup, rebuilt
from data.wording.catalogue import Message
from geo.errors import DataError

#: No file of China at 10 m is larger [pixel].
MAX_PIXELS = 500_000 * 500_000
#: More cells for each byte of the file than any packed relief has.
_CELLS_PER_BYTE, _FEW_CELLS = 2_000, 50_000_000
#: First bytes of the containers of map tiles: zip, PMTiles, SQLite.
_TILES = (b"PK", b"PM", b"SQ")


@dataclass(frozen=True, slots=True)
class RasterInfo:
    """Description of a raster; its cells are not read.

    Attributes
    ----------
    name, sha256
        File name and checksum.
    driver
        GTiff, SRTMHGT or VRT; of map tiles what their colours mean.
    width, height, bands
        Size [pixel], and number of bands.
    dtype, nodata
        Type of the cells, and the value of empty ones; None without one.
    declared_crs
        Coordinate system that the file states; empty without one.
    bounds
        West, south, east, north in the raster's own system.
    resolution
        Width and height of a cell in units of the raster's own system.
    georeferenced
        False where the file does not say where it lies.
    remarks
        What the planner should know.
    """

    name: str
    sha256: str
    driver: str
    width: int
    height: int
    bands: int
    dtype: str
    nodata: float | None
    declared_crs: str
    bounds: tuple[float, float, float, float]
    resolution: tuple[float, float]
    georeferenced: bool
    remarks: tuple[Message, ...] = ()


@contextmanager
def open_raster(opened: OpenedFile) -> Iterator[Any]:
    """Open a raster with the one driver that fits its content.

    Parameters
    ----------
    opened
        The file on disk, its format known.

    Yields
    ------
    dataset
        The rasterio dataset.

    Raises
    ------
    DataError
        If the raster is damaged, or a VRT reads files outside its folder.
    """
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    path, driver = _path_and_driver(opened)
    keep_driver("rasterio", driver)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # said in the description
        try:
            with rasterio.open(path, driver=driver) as dataset:
                yield dataset
        # A name or message of the file that is no UTF-8 breaks rasterio itself.
        except (RasterioError, UnicodeDecodeError) as error:
            raise DataError("raster.damaged", where=opened.name) from error


def _path_and_driver(opened: OpenedFile) -> tuple[Path, str]:
    with opened.path.open("rb") as stream:
        head = stream.read(2)
    if head in (b"II", b"MM"):
        return opened.path, "GTiff"
    if head in _TILES:
        made = opened.scratch / "tiles.tif"
        terrain_tiles.write(opened.path, made, opened.name)
        return made, "GTiff"
    if is_markup(opened.path):
        return rebuilt(opened), "VRT"
    tile = HGT_NAME.match(Path(opened.name).name) or HGT_NAME.match(opened.path.name)
    if tile is None:
        raise DataError("raster.hgt_name", where=opened.name)
    named = opened.scratch / f"{tile.group().upper()}.hgt"
    if opened.path != named and not named.exists():
        named.write_bytes(opened.path.read_bytes())
    return named, "SRTMHGT"


def describe(opened: OpenedFile) -> RasterInfo:
    """Describe a raster from its header.

    Parameters
    ----------
    opened
        The file on disk, its format known.

    Returns
    -------
    info
        Without the cells.

    Raises
    ------
    DataError
        If the raster is damaged or claims too many cells.
    """
    with opened.path.open("rb") as stream:
        if stream.read(2) in _TILES:
            return _describe_tiles(opened)
    with open_raster(opened) as dataset:
        placed = not dataset.transform.is_identity or bool(dataset.gcps[0])
        remarks = list(opened.remarks)
        declared = crs_name(dataset.crs.to_wkt()) if dataset.crs else ""
        if not placed:
            remarks.append(Message("reader.raster_nowhere"))
        elif not declared:
            remarks.append(Message("reader.raster_crs"))
        size = sum(Path(name).stat().st_size for name in dataset.files)
        _check_cells(dataset.width, dataset.height, size, opened.name)
        return RasterInfo(
            opened.name, opened.sha256, dataset.driver, dataset.width, dataset.height,
            dataset.count, dataset.dtypes[0], dataset.nodata, declared, tuple(dataset.bounds),
            (float(dataset.res[0]), float(dataset.res[1])), placed, tuple(remarks),
        )  # fmt: skip


def _describe_tiles(opened: OpenedFile) -> RasterInfo:
    tiles = terrain_tiles.describe(opened.path, opened.name)
    size = opened.path.stat().st_size
    _check_cells(tiles.width, tiles.height, size, opened.name)
    return RasterInfo(
        opened.name, opened.sha256, tiles.encoding, tiles.width, tiles.height, 1, "float32",
        terrain_tiles.VOID, "EPSG:3857", tiles.bounds, (tiles.cell_m, tiles.cell_m),
        georeferenced=True, remarks=(*opened.remarks, tiles.remark),
    )  # fmt: skip


def _check_cells(width: int, height: int, size: int, name: str) -> None:
    """Refuse a raster with more cells than can be worked on, or than its size can hold."""
    cells = width * height
    if cells > MAX_PIXELS or cells > max(_FEW_CELLS, _CELLS_PER_BYTE * size):
        raise DataError("raster.claims", where=name, width=width, height=height, size=size / MIB)


def write_geotiff(dataset: Any, target: Path, system: str, *, name: str) -> None:
    """Copy a raster piece by piece into a tiled GeoTIFF.

    Parameters
    ----------
    dataset
        The rasterio dataset.
    target
        File to write.
    system
        Coordinate system that it is in.
    name
        File name, for messages.

    Raises
    ------
    DataError
        If the raster is damaged.
    """
    import rasterio
    from rasterio.errors import RasterioError
    from rasterio.shutil import copy

    try:
        copy(dataset, target, driver="GTiff", tiled=True, compress="zstd", bigtiff="if_safer")
        with rasterio.open(target, "r+", driver="GTiff") as made:
            made.crs = rasterio.CRS.from_user_input(system)
    except RasterioError as error:
        raise DataError("raster.damaged", where=name) from error


def sniffed(info: RasterInfo) -> FileDescription:
    """Return the description of a raster in the form used for tables.

    Parameters
    ----------
    info
        The description.

    Returns
    -------
    sniffed
        Its size is a remark.
    """
    size = Message(
        "reader.raster_size",
        {
            "driver": info.driver,
            "width": info.width,
            "height": info.height,
            "dtype": info.dtype,
            "bands": info.bands,
        },
    )
    return FileDescription(
        "raster", geometry="raster", declared_crs=info.declared_crs,
        remarks=(*info.remarks, size),
    )  # fmt: skip
