"""Write tables so that equal rows give equal bytes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.tables.pack import TABLES, Table

if TYPE_CHECKING:
    import geopandas as gpd

#: Written as dictionaries: few distinct values, quick to read.
_REPEATED = ("adcode", "kind", "evidence")
#: Delta encoding: rounded coordinates as whole 1e-5 degrees would not be plain degrees, so these
#: stay floats; byte-stream split lets zstd pack them to about five bytes a point.
_FLOATS = ("lon", "lat")


def write_table(folder: Path, name: str, frame: pd.DataFrame) -> Path:
    """Check a table without geometry column and write it into the folder of a pack.

    Parameters
    ----------
    folder
        Folder of the pack.
    name
        Key of :data:`data.tables.pack.TABLES`.
    frame
        Rows with every declared column; not changed.

    Returns
    -------
    path
        File that was written.
    """
    schema = TABLES[name]
    frame = frame[list(schema.column_names)].sort_values(list(schema.key)).reset_index(drop=True)
    path = folder / f"{name}{schema.suffix}"
    schema.check(frame, where=str(path))
    if schema.suffix == ".csv":
        text = frame.to_csv(index=False, lineterminator="\n")
        _atomic(path, lambda target: target.write_text(text, encoding="utf-8", newline=""))
    else:
        table = _arrow(frame, schema)
        _atomic(path, lambda target: _write_parquet(table, target))
    return path


def write_geo(folder: Path, name: str, shapes: gpd.GeoDataFrame) -> Path:
    """Check a table of lines or polygons and write it as GeoParquet.

    Parameters
    ----------
    folder
        Folder of the pack.
    name
        Key of :data:`data.tables.pack.TABLES`.
    shapes
        Rows with every declared column, EPSG:4326; not changed.

    Returns
    -------
    path
        File that was written.
    """
    schema = TABLES[name]
    ordered = shapes.sort_values(list(schema.key)).reset_index(drop=True)
    ordered = ordered[[*schema.column_names, "geometry"]]
    path = folder / f"{name}{schema.suffix}"
    schema.check(ordered, where=str(path))
    _atomic(path, lambda target: ordered.to_parquet(target, compression="zstd", index=False))
    return path


def _arrow(frame: pd.DataFrame, schema: Table) -> pa.Table:
    kinds = {"text": pa.string(), "date": pa.string(), "number": pa.float64(),
             "integer": pa.int32(), "boolean": pa.bool_()}  # fmt: skip
    columns = {}
    for column in schema.columns:
        values = pa.array(frame[column.name], type=kinds[column.kind], from_pandas=True)
        columns[column.name] = values.dictionary_encode() if column.name in _REPEATED else values
    return pa.table(columns)


def _write_parquet(table: pa.Table, path: Path) -> None:
    floats = [name for name in _FLOATS if name in table.column_names]
    dictionaries = [name for name in _REPEATED if name in table.column_names]
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=dictionaries,
        use_byte_stream_split=floats,
        write_statistics=False,
        store_schema=True,
    )


def _atomic(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the target and move it into place."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
