"""Read files of every supported format, inside the process that is bounded for it.

Other packages call :mod:`data.doctor.process.guarded`. Content and name decide the format together:
what GDAL would open is read only where both agree. Each function takes the planner's
:class:`~data.doctor.base.ImportChoice`, which overrides what is detected.

:data:`~data.doctor.base.ROW` is the number that a spreadsheet shows: the first line of a file is 1,
blank lines count, a cell with line breaks is one row. Formats without lines (GeoPackage, Shapefile,
KML, Parquet, …) count their features from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from data.doctor.base import FileDescription, ImportChoice, RawTable
from data.doctor.reading import osm as read_osm, raster as read_raster
from data.doctor.reading.archive import open_archive
from data.doctor.reading.delimited_text import layout, read_csv
from data.doctor.reading.geometry import Geometries, from_wkt_columns, kind_of
from data.doctor.reading.parquet import read_parquet
from data.doctor.reading.raster import RasterInfo
from data.doctor.reading.records import read_records
from data.doctor.reading.source import (
    STREAMED,
    SUFFIXES,
    LandedFile,
    OpenedFile,
    check_name,
    gunzip,
    identify,
    misnamed,
)
from data.doctor.reading.vector import read_vector
from data.doctor.reading.workbooks import read_sheets
from geo.errors import DataError

_AUTOMATIC = ImportChoice()


def describe(file: LandedFile, choice: ImportChoice = _AUTOMATIC) -> FileDescription:
    """Detect how a file would be read.

    Parameters
    ----------
    file
        The file on disk.
    choice
        What the planner overrides.

    Returns
    -------
    description
        Format, encoding, layers and the like.

    Raises
    ------
    DataError
        If the file is damaged, harmful, too large or of no known format.
    InputError
        If a choice does not fit the file.
    """
    opened = _opened(file, choice)
    if opened.format == "csv":
        return layout(opened, choice).sniffed
    if opened.format == "osm":
        return read_osm.describe(opened, choice)
    if opened.format == "raster":
        return read_raster.sniffed(read_raster.describe(opened))
    return _table(opened, choice)[2]


def read_table(file: LandedFile, choice: ImportChoice = _AUTOMATIC) -> RawTable:
    """Read a file as one table.

    Parameters
    ----------
    file
        The file on disk.
    choice
        Settings of the planner; what is unset is detected.

    Returns
    -------
    table
        Cells as text, or numbers where the format has them; empty cells are missing.

    Raises
    ------
    DataError
        If the file is damaged, harmful, too large, a raster, or of no known format.
    InputError
        If a choice does not fit the file.
    """
    opened = _opened(file, choice)
    if opened.format == "raster":
        raise DataError("raster.no_table", where=opened.name)
    frame, geometry, sniffed = _table(opened, choice)
    return RawTable(opened.name, sniffed, frame, geometry, len(frame), opened.sha256)


def describe_raster(file: LandedFile, choice: ImportChoice = _AUTOMATIC) -> RasterInfo:
    """Describe a raster.

    Parameters
    ----------
    file
        The file on disk.
    choice
        Settings of the planner; what is unset is detected.

    Returns
    -------
    info
        Without the cells.

    Raises
    ------
    DataError
        If the file is no raster, is damaged, or does not say where it lies.
    """
    info = read_raster.describe(_raster(file, choice))
    if not info.georeferenced:
        raise DataError("raster.no_place", where=file.name)
    return info


def copy_raster(file: LandedFile, target: Path, options: Mapping[str, str]) -> None:
    """Copy a raster piece by piece into a tiled GeoTIFF.

    Parameters
    ----------
    file
        The file on disk.
    target
        File to write.
    options
        ``crs`` that it is in; ``unit`` of its heights, empty where it holds none.

    Raises
    ------
    DataError
        If the file is no raster or is damaged, or its heights are none.
    """
    from data.elevation.tile import check_heights, examined

    opened = _raster(file, _AUTOMATIC)
    with read_raster.open_raster(opened) as dataset:
        if options["unit"]:
            tile = examined(dataset, crs=options["crs"], unit=options["unit"], source=file.name)
            check_heights(dataset, tile)
        read_raster.write_geotiff(dataset, target, options["crs"], name=file.name)


def _raster(file: LandedFile, choice: ImportChoice) -> OpenedFile:
    opened = _opened(file, choice)
    if opened.format != "raster":
        raise DataError("table.no_raster", where=opened.name)
    return opened


def _opened(file: LandedFile, choice: ImportChoice) -> OpenedFile:
    """Return the data set of a file, out of its archive, its format known."""
    path, title, limits, scratch = file.path, file.name, file.limits, file.scratch
    opened = OpenedFile(path, title, identify(path, title), file.sha256, scratch, limits)
    if opened.format == "gzip":
        inner = scratch / "gunzipped"
        gunzip(path, inner, limits, title)
        format_ = identify(inner, title.removesuffix(".gz"))
        opened = replace(opened, path=inner, format=format_)
    if opened.format == "zip":
        opened = open_archive(opened, choice.layer)
    if opened.format not in SUFFIXES:
        raise DataError("archive.nested", where=title)
    size = opened.path.stat().st_size
    limits.check_file(size, where=title, streamed=opened.format in STREAMED)
    inside = opened.path.is_relative_to(scratch / "unpacked")
    check_name(opened.format, opened.path.name if inside else title, where=title)
    return opened.remark(*misnamed(opened.format, title))


def _table(
    opened: OpenedFile, choice: ImportChoice
) -> tuple[pd.DataFrame, Geometries | None, FileDescription]:
    if opened.format == "osm":
        return read_osm.read_osm(opened, choice)
    if opened.format == "parquet":
        return read_parquet(opened)
    if opened.format not in ("csv", "xlsx", "xls", "ods", "json"):
        return read_vector(opened, choice)
    if opened.format == "json":
        frame, sniffed = read_records(opened)
    else:
        frame, sniffed = (read_csv if opened.format == "csv" else read_sheets)(opened, choice)
    geometry, system, remarks = from_wkt_columns(frame)
    sniffed = replace(
        sniffed, geometry=kind_of(geometry), declared_crs=system or sniffed.declared_crs,
        remarks=(*sniffed.remarks, *remarks),
    )  # fmt: skip
    return frame, geometry, sniffed
