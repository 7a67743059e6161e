"""Read the files of a pack as they are, and report which are missing, extra or out of shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from data.tables.checks.columns import OF_KIND, cast, frame_faults
from data.tables.checks.fault import PackFault, fault
from data.tables.found_packs import META_FILE
from data.tables.pack import TABLES, Table
from geo.errors import DataError

#: What a pack may hold beside its tables.
_BESIDE = {META_FILE, "README.md", "inputs", "sources", "demonstration_relief.tif"}
#: A province without these is none; where nothing is stated yet, the others hold no row.
_NEVER_EMPTY = {"regions", "unit_costs", "SOURCES"}
_SHAPES = {"polygon": {"Polygon", "MultiPolygon"}, "line": {"LineString", "MultiLineString"}}


def read_tables(folder: Path) -> tuple[dict[str, pd.DataFrame], list[PackFault]]:
    """Read every declared table of a folder.

    Parameters
    ----------
    folder
        Folder of the pack.

    Returns
    -------
    tables
        Table → rows, of those that have every declared column, each of its declared kind, as
        :func:`data.tables.checks.columns.cast` gives them.
    faults
        Missing and extra files, columns, cells, keys, shapes.
    """
    found: dict[str, pd.DataFrame] = {}
    faults = []
    for table in TABLES.values():
        path = folder / file_of(table)
        if not path.is_file():
            faults.append(fault(path.name, "no_file", table=table.name))
            continue
        try:
            frame = _read(path, table)
        except DataError as error:
            faults.append(fault(path.name, "unreadable", reason=error.parts[0]))
            continue
        messages = list(frame_faults(frame, table))
        faults += [PackFault(path.name, message) for message in messages]
        faults += list(_shape_faults(path.name, frame, table))
        if not any(message.key in OF_KIND for message in messages):
            found[table.name] = cast(frame, table)
    known = {file_of(table) for table in TABLES.values()} | _BESIDE
    extra = sorted(p.name for p in folder.iterdir() if p.name not in known and p.name[0] != ".")
    faults += [fault(name, "extra_file") for name in extra]
    return found, faults


def file_of(table: Table) -> str:
    """Return the name of a table's file.

    Parameters
    ----------
    table
        Declaration.

    Returns
    -------
    name
        Name with suffix, such as ``regions.parquet``.
    """
    return f"{table.name}{table.suffix}"


def is_shaped(table: Table) -> bool:
    """Return whether a table is GeoParquet; points are plain columns ``lon`` and ``lat``.

    Parameters
    ----------
    table
        Declaration.

    Returns
    -------
    shaped
        True for lines and polygons.
    """
    return table.geometry in _SHAPES


def _read(path: Path, table: Table) -> pd.DataFrame:
    # Imported here, so that the module itself loads without geopandas.
    import geopandas as gpd
    import pyarrow as pa
    import pyarrow.parquet as pq

    from data.tables.reader import typed

    try:
        if table.suffix == ".csv":
            cells = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
            extra = cells[[name for name in cells.columns if name not in table.column_names]]
            return pd.concat([typed(cells, table, str(path)), extra], axis=1)
        if is_shaped(table):
            shapes: pd.DataFrame = gpd.read_parquet(path)
            return shapes
        return pd.DataFrame(pq.read_table(path).to_pandas())
    except (OSError, UnicodeDecodeError, ValueError, pa.ArrowException) as error:
        raise DataError("table.unread", reason=" ".join(str(error).split())) from error


def _shape_faults(file: str, frame: pd.DataFrame, table: Table) -> Iterator[PackFault]:
    """Yield what is wrong with extra columns, the system of coordinates and the geometries."""
    import geopandas as gpd
    import shapely

    extra = sorted(set(map(str, frame.columns)) - {*table.column_names, "geometry"})
    if extra:
        yield fault(file, "extra_columns", columns=", ".join(extra))
    if not len(frame) and table.name in _NEVER_EMPTY:
        yield fault(file, "no_rows")
    if not isinstance(frame, gpd.GeoDataFrame) or table.geometry is None:
        return
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        crs = "—" if frame.crs is None else frame.crs.to_string()
        yield fault(file, "wrong_crs", crs=crs)
    shapes = frame.geometry.to_numpy()
    kinds = set(frame.geometry.geom_type.dropna()) - _SHAPES[table.geometry]
    if kinds:
        yield fault(file, "wrong_geometry", kinds=", ".join(sorted(kinds)), wanted=table.geometry)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    broken = ~empty & ~shapely.is_valid(shapes)
    for rule, wrong in (("empty_geometry", empty), ("invalid_geometry", broken)):
        if wrong.any():
            first = int(wrong.argmax())
            reason = shapely.is_valid_reason(shapes[first]) if rule == "invalid_geometry" else ""
            yield fault(file, rule, count=int(wrong.sum()), row=first + 1, reason=reason)
