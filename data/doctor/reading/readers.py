"""Read files of every supported format.

The content of a file decides its format, never its name. :func:`sniff` detects how a file would be
read, :func:`read` reads it as one table, :func:`raster_info` describes a raster; each takes the
planner's :class:`~data.doctor.base.ImportChoice`, which overrides what is detected.

:data:`~data.doctor.base.ROW` is the number that a spreadsheet shows: the first line of a file is 1,
blank lines count, a cell with line breaks is one row. Formats without lines (GeoPackage, Shapefile,
KML, Parquet, …) count their features from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pandas as pd

from data.doctor.base import FileDescription, ImportChoice, RawTable
from data.doctor.reading import osm as read_osm, raster as read_raster
from data.doctor.reading.archive import open_archive
from data.doctor.reading.delimited_text import layout, read_csv
from data.doctor.reading.geometry import Geometries, from_wkt_columns, kind_of
from data.doctor.reading.guarded import GUARDED, read_guarded
from data.doctor.reading.limits import FileLimits
from data.doctor.reading.parquet import read_parquet
from data.doctor.reading.raster import RasterInfo
from data.doctor.reading.source import (
    STREAMED,
    SUFFIXES,
    OpenedFile,
    Source,
    gunzip,
    identify,
    landed,
    misnamed,
)
from data.doctor.reading.vector import read_vector
from data.doctor.reading.workbooks import read_sheets
from geo.errors import DataError

_AUTOMATIC = ImportChoice()
_USUAL = FileLimits()


def sniff(
    source: Source,
    choice: ImportChoice = _AUTOMATIC,
    *,
    name: str = "",
    limits: FileLimits = _USUAL,
) -> FileDescription:
    """Detect how a file would be read.

    Parameters
    ----------
    source
        Path, or the content of an upload.
    choice
        What the planner overrides.
    name
        File name of an upload; of a path, its own.
    limits
        Upper bounds on the size of the file.

    Returns
    -------
    sniffed
        Format, encoding, layers and the like.

    Raises
    ------
    DataError
        If the file is empty, damaged, harmful, too large or of no known format.
    InputError
        If a choice does not fit the file.
    StorageError
        If there is no such file.
    """
    with _opened(source, choice, name, limits) as opened:
        if opened.format == "csv":
            return layout(opened, choice).sniffed
        if opened.format == "osm":
            return read_osm.describe(opened, choice)
        if opened.format == "raster":
            return read_raster.sniffed(read_raster.describe(opened))
        return _table(opened, choice)[2]


def read(
    source: Source,
    choice: ImportChoice = _AUTOMATIC,
    *,
    name: str = "",
    limits: FileLimits = _USUAL,
) -> RawTable:
    """Read a file as one table.

    Parameters
    ----------
    source
        Path, or the content of an upload.
    choice
        Settings of the planner; what is unset is detected.
    name
        File name of an upload; of a path, its own.
    limits
        Upper bounds on the size of the file.

    Returns
    -------
    table
        Cells as text, or numbers where the format has them; empty cells are missing.

    Raises
    ------
    DataError
        If the file is empty, damaged, harmful, too large, a raster, or of no known format.
    InputError
        If a choice does not fit the file.
    StorageError
        If there is no such file.
    """
    with _opened(source, choice, name, limits) as opened:
        if opened.format == "raster":
            raise DataError("this is a raster, not a table", where=opened.name,
                            repair="import it as dem or population")  # fmt: skip
        frame, geometry, sniffed = _table(opened, choice)
        return RawTable(opened.name, sniffed, frame, geometry, len(frame), opened.sha256)


def raster_info(
    source: Source,
    choice: ImportChoice = _AUTOMATIC,
    *,
    name: str = "",
    limits: FileLimits = _USUAL,
) -> RasterInfo:
    """Describe a raster.

    Parameters
    ----------
    source
        Path, or the content of an upload.
    choice
        Settings of the planner; what is unset is detected.
    name
        File name of an upload; of a path, its own.
    limits
        Upper bounds on the size of the file.

    Returns
    -------
    info
        Without the cells.

    Raises
    ------
    DataError
        If the file is no raster, is damaged, or does not say where it lies.
    StorageError
        If there is no such file.
    """
    with raster(source, choice, name=name, limits=limits) as (info, _dataset):
        return info


@contextmanager
def raster(
    source: Source,
    choice: ImportChoice = _AUTOMATIC,
    *,
    name: str = "",
    limits: FileLimits = _USUAL,
) -> Iterator[tuple[RasterInfo, Any]]:
    """Open a raster.

    Parameters
    ----------
    source
        Path, or the content of an upload.
    choice
        Settings of the planner; what is unset is detected.
    name
        File name of an upload; of a path, its own.
    limits
        Upper bounds on the size of the file.

    Yields
    ------
    info, dataset
        Its description, and the rasterio dataset while it is open.

    Raises
    ------
    DataError
        If the file is no raster, is damaged, or does not say where it lies.
    StorageError
        If there is no such file.
    """
    with _opened(source, choice, name, limits) as opened:
        if opened.format != "raster":
            raise DataError("this is a table, not a raster", where=opened.name,
                            repair="import a GeoTIFF, an SRTM .hgt tile or a VRT")  # fmt: skip
        info = read_raster.describe(opened)
        if not info.georeferenced:
            raise DataError(
                "the raster does not say where it lies", where=opened.name,
                repair="georeference it, for instance in QGIS, and export it as GeoTIFF",
            )  # fmt: skip
        with read_raster.open_raster(opened) as dataset:
            yield info, dataset


@contextmanager
def _opened(
    source: Source, choice: ImportChoice, name: str, limits: FileLimits
) -> Iterator[OpenedFile]:
    """Yield the data set behind ``source``, out of its archive, its format known."""
    with landed(source, name, limits) as (path, title, digest, scratch):
        format_ = identify(path, title)
        opened = OpenedFile(path, title, format_, digest, scratch, limits)
        if format_ == "gzip":
            inner = scratch / "gunzipped"
            gunzip(path, inner, limits, title)
            format_ = identify(inner, title.removesuffix(".gz"))
            opened = replace(opened, path=inner, format=format_)
        if format_ == "zip":
            opened = open_archive(opened, choice.layer)
        if opened.format not in SUFFIXES:
            raise DataError("an archive inside an archive is not opened", where=title,
                            repair="unpack it and import the inner file")  # fmt: skip
        size = opened.path.stat().st_size
        limits.check_file(size, where=title, streamed=opened.format in STREAMED)
        yield opened.remark(*misnamed(opened.format, title))


def _table(
    opened: OpenedFile, choice: ImportChoice
) -> tuple[pd.DataFrame, Geometries | None, FileDescription]:
    if opened.format == "osm":
        return read_osm.read_osm(opened, choice)
    if opened.format == "parquet":
        return read_parquet(opened)
    if opened.format in GUARDED:
        frame, geometry, sniffed = read_guarded(opened, choice)
        if opened.format != "xls":
            return frame, geometry, sniffed
    elif opened.format not in ("csv", "xlsx"):
        return read_vector(opened, choice)
    else:
        frame, sniffed = (read_csv if opened.format == "csv" else read_sheets)(opened, choice)
    geometry, system, remarks = from_wkt_columns(frame)
    sniffed = replace(
        sniffed, geometry=kind_of(geometry), declared_crs=system or sniffed.declared_crs,
        remarks=(*sniffed.remarks, *remarks),
    )  # fmt: skip
    return frame, geometry, sniffed
