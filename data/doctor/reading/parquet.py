"""Parquet, with or without the GeoParquet declaration."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.doctor.base import ROW, FileDescription
from data.doctor.reading.geometry import Geometries, crs_name, finite, kind_of
from data.doctor.reading.limits import MIB, FileLimits
from data.doctor.reading.source import OpenedFile
from data.wording.catalogue import Message
from geo.errors import DataError

#: Rows decoded at a time: bounds what a small file with a huge repeated text can take.
BATCH_ROWS = 8192
#: Columns of WKB in plain Parquet are recognised by these names.
_NAMES = ("geometry", "geom", "wkb", "the_geom", "shape")


def read_parquet(opened: OpenedFile) -> tuple[pd.DataFrame, Geometries | None, FileDescription]:
    """Read all columns; the primary geometry apart, a second one as WKT text.

    Parameters
    ----------
    opened
        The file on disk, its format known.

    Returns
    -------
    frame, geometry, sniffed
        Rows, their geometries if any, and how they were read.

    Raises
    ------
    DataError
        If the file is damaged or too large.
    """
    import pyarrow as pa

    try:
        table, meta = _table(opened)
    except (pa.ArrowException, OSError) as error:
        raise DataError("parquet.damaged", where=opened.name) from error
    declared = meta.get("columns", {}) if isinstance(meta.get("columns"), dict) else {}
    binary = [field.name for field in table.schema if _is_binary(field.type)]
    spatial = [name for name in binary if name in declared or name.lower() in _NAMES]
    primary = meta.get("primary_column") or (spatial[0] if spatial else "")
    remarks, geometry, crs = list(opened.remarks), None, ""
    columns: dict[str, pd.Series] = {}
    for name in table.column_names:
        column = table[name]
        if name == primary and name in spatial:
            geometry, bad = _geometries(column)
            remarks += bad
            crs = _crs(declared.get(name))
        elif name in spatial:
            other, _ = _geometries(column)
            columns[name] = pd.Series(shapely.to_wkt(other), dtype="str")
            remarks.append(Message("reader.geometry_others", {"used": primary, "other": name}))
        else:
            columns[name] = plain(column)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows))
    frame[ROW] = np.arange(1, table.num_rows + 1)
    format_ = "geoparquet" if declared else "parquet"
    return frame, geometry, FileDescription(
        format_, geometry=kind_of(geometry), declared_crs=crs, remarks=tuple(remarks),
        layer=opened.part, layers=opened.parts,
    )  # fmt: skip


def _table(opened: OpenedFile) -> tuple[Any, dict[str, Any]]:
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetFile(opened.path) as file:
        size = file.metadata
        opened.limits.check_table(size.num_rows, len(file.schema_arrow), where=opened.name)
        batches, memory = [], 0
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            memory += batch.nbytes
            _check_memory(memory, opened.limits, opened.name)
            batches.append(batch)
        schema = file.schema_arrow
        meta = (schema.metadata or {}).get(b"geo", b"{}")
    try:
        geo = json.loads(meta)
    except ValueError:
        geo = {}
    return pa.Table.from_batches(batches, schema), geo if isinstance(geo, dict) else {}


def _check_memory(memory: int, limits: FileLimits, name: str) -> None:
    if memory > limits.table_bytes:
        raise DataError("parquet.cells_large", where=name, most=limits.table_bytes / MIB)


def _is_binary(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _geometries(column: Any) -> tuple[Geometries, list[Message]]:
    values = column.to_numpy(zero_copy_only=False)
    return finite(shapely.from_wkb(values, on_invalid="ignore"), given=~pd.isna(values))


def _crs(declared: Any) -> str:
    """Return the declared system; GeoParquet means WGS84 where the key is absent."""
    if not isinstance(declared, dict):
        return ""
    return crs_name(declared["crs"]) if "crs" in declared else "EPSG:4326"


def plain(column: Any) -> pd.Series:
    """Return a column with numbers as numbers, everything else as text.

    Parameters
    ----------
    column
        Column of Arrow.

    Returns
    -------
    cells
        Missing cells as pandas has them.
    """
    import pyarrow as pa
    from pyarrow import types

    kind = column.type
    if types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if types.is_floating(kind) or types.is_decimal(kind):
        return pd.Series(column.cast(pa.float64(), safe=False).to_numpy())
    if types.is_integer(kind):
        if not column.null_count:
            return pd.Series(column.to_numpy())
        return pd.Series(column.to_pandas(integer_object_nulls=True), dtype="Int64")
    if types.is_string(kind) or types.is_large_string(kind):
        return pd.Series(column.to_pandas(), dtype="str").replace("", None)
    texts = [None if value is None else _as_text(value) for value in column.to_pylist()]
    return pd.Series(texts, dtype="str")


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
