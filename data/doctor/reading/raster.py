"""Rasters are only described here: what they are, where they lie, whether that can be trusted."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from data.doctor.base import FileDescription
from data.doctor.reading.archive import leads_outside
from data.doctor.reading.geometry import crs_name
from data.doctor.reading.source import HGT_NAME, OpenedFile, identify
from data.wording.catalogue import Message
from geo.errors import DataError

#: No file of China at 10 m is larger [pixel].
MAX_PIXELS = 500_000 * 500_000
_VRT_FILE = re.compile(r"<SourceFilename([^>]*)>([^<]*)<", re.IGNORECASE)
_VRT_FORBIDDEN = re.compile(
    r"/vsi|<PixelFunction|<!(DOCTYPE|ENTITY)|https?:|<GDALWarpOptions", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class RasterInfo:
    """Description of a raster; its cells are not read.

    Attributes
    ----------
    name, sha256
        File name and checksum.
    driver
        GTiff, SRTMHGT or VRT.
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
    """Open a raster with the one driver that its content calls for.

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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # said in the description
        try:
            with rasterio.open(path, driver=driver) as dataset:
                yield dataset
        # A name or message of the file that is no UTF-8 breaks rasterio itself.
        except (RasterioError, UnicodeDecodeError) as error:
            raise DataError(
                "the raster is cut off or damaged", where=opened.name, repair="download it again"
            ) from error


def _path_and_driver(opened: OpenedFile) -> tuple[Path, str]:
    with opened.path.open("rb") as stream:
        head = stream.read(2)
    if head in (b"II", b"MM"):
        return opened.path, "GTiff"
    if _is_markup(opened.path):
        _check_vrt(opened)
        return opened.path, "VRT"
    tile = HGT_NAME.match(Path(opened.name).name) or HGT_NAME.match(opened.path.name)
    if tile is None:
        raise DataError(
            "an SRTM tile says only by its name where it lies", where=opened.name,
            repair="give it its original name, such as N25E102.hgt",
        )  # fmt: skip
    named = opened.scratch / f"{tile.group().upper()}.hgt"
    if opened.path != named and not named.exists():
        named.write_bytes(opened.path.read_bytes())
    return named, "SRTMHGT"


def _check_vrt(opened: OpenedFile) -> None:
    """Refuse a VRT that reads anything but tiles in its own folder."""
    try:
        text = opened.path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            "the VRT is no UTF-8 text", where=opened.name, repair="build it again beside its tiles"
        ) from error
    files = [(options, name.strip()) for options, name in _VRT_FILE.findall(text)]
    outside = [
        name for options, name in files
        if leads_outside(name) or not re.search(r'relativeToVRT\s*=\s*"1"', options)
    ]  # fmt: skip
    if outside or _VRT_FORBIDDEN.search(text):
        raise DataError(
            "the VRT reads files outside its own folder, or runs code",
            where=opened.name,
            repair="build it again beside its tiles, and import both in one zip",
        )
    for name in dict.fromkeys(name for _, name in files):
        tile = opened.path.parent / PurePosixPath(name)
        if not tile.is_file() or identify(tile, tile.name) != "raster" or _is_markup(tile):
            raise DataError(
                f"the VRT's tile {name!r} is missing or no GeoTIFF or .hgt", where=opened.name,
                repair="import the VRT and its tiles in one zip",
            )  # fmt: skip


def _is_markup(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(16).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


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
    with open_raster(opened) as dataset:
        placed = not dataset.transform.is_identity or bool(dataset.gcps[0])
        remarks = list(opened.remarks)
        declared = crs_name(dataset.crs.to_wkt()) if dataset.crs else ""
        if not placed:
            remarks.append(Message("reader.raster_nowhere"))
        elif not declared:
            remarks.append(Message("reader.raster_crs"))
        if dataset.width * dataset.height > MAX_PIXELS:
            raise DataError(
                f"the raster claims {dataset.width:,} × {dataset.height:,} cells",
                where=opened.name, repair="clip it to the province",
            )  # fmt: skip
        return RasterInfo(
            opened.name, opened.sha256, dataset.driver, dataset.width, dataset.height,
            dataset.count, dataset.dtypes[0], dataset.nodata, declared, tuple(dataset.bounds),
            (float(dataset.res[0]), float(dataset.res[1])), placed, tuple(remarks),
        )  # fmt: skip


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
