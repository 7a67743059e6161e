"""The one writer of Parquet and GeoParquet: same rows, same bytes.

Points are written straight from their columns: a million shapely points take 250 MB that nobody
needs to write 21 bytes a row.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from data.tables.common import LAT, LON
from geo.earth.crs import Floats

#: Well-known binary of a point: byte order, type 1, x, y (OGC 06-103r4, 8.2.5).
_WKB = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
#: https://geoparquet.org/releases/v1.0.0/
_VERSION = "1.0.0"


def table_parquet(table: pd.DataFrame, *, points: bool = False) -> bytes:
    """Return a table as Parquet, one with a geometry as GeoParquet.

    Parameters
    ----------
    table
        Plain columns, or a GeoDataFrame in WGS84 [°] whose geometry is called so.
    points
        Give a plain table with ``lon`` and ``lat`` [° WGS84] a geometry as well.

    Returns
    -------
    content
        The file.
    """
    if "geometry" in table.columns:
        return geoparquet(table.drop(columns="geometry"), table["geometry"].to_numpy(object))
    if points and {LON, LAT} <= set(table.columns):
        return geoparquet(table)
    return parquet(table)


def parquet(table: pd.DataFrame, metadata: Mapping[bytes, bytes] | None = None) -> bytes:
    """Return a table without positions as Parquet, compressed with zstd.

    Parameters
    ----------
    table
        Plain columns, no geometry.
    metadata
        Further entries of the schema's metadata.

    Returns
    -------
    content
        The file.
    """
    return _written(pa.Table.from_pandas(table, preserve_index=False), metadata or {})


def geoparquet(
    table: pd.DataFrame,
    shapes: np.ndarray | None = None,
    metadata: Mapping[bytes, bytes] | None = None,
) -> bytes:
    """Return a table as GeoParquet 1.0 in WGS84 [°], compressed with zstd.

    Parameters
    ----------
    table
        Plain columns; without ``shapes`` its ``lon`` and ``lat`` [°] are the positions, NaN where
        unknown.
    shapes
        (n,) shapely geometries in WGS84 [°]; None where unknown.
    metadata
        Further entries of the schema's metadata.

    Returns
    -------
    content
        The file; its last column is ``geometry``, null where the position is unknown.

    Examples
    --------
    >>> import geopandas as gpd
    >>> content = geoparquet(pd.DataFrame({"lon": [102.5], "lat": [25.0]}))
    >>> gpd.read_parquet(io.BytesIO(content)).geometry.iloc[0].wkt
    'POINT (102.5 25)'
    """
    if shapes is None:
        lon, lat = table[LON].to_numpy(float), table[LAT].to_numpy(float)
        column, about = _points(lon, lat)
    else:
        column, about = _shapes(shapes)
    plain = pa.Table.from_pandas(table, preserve_index=False)
    geo = {"version": _VERSION, "primary_column": "geometry", "columns": {"geometry": about}}
    text = json.dumps(geo, sort_keys=True).encode()
    whole = plain.append_column("geometry", column)
    return _written(whole, {b"geo": text, **(metadata or {})})


@cache
def wgs84() -> dict[str, Any]:
    """Return WGS 84 (EPSG:4326) as PROJJSON.

    PROJ describes EPSG:4326 itself in several ways, by what ran before in the process (with or
    without the codes of its ensemble's members); WKT 1 knows no ensemble.

    Returns
    -------
    crs
        As ``pyproj.CRS.to_json_dict`` gives it; not to be changed.
    """
    text = pyproj.CRS("EPSG:4326").to_wkt("WKT1_GDAL")
    return pyproj.CRS.from_wkt(text).to_json_dict()


def _written(table: pa.Table, metadata: Mapping[bytes, bytes]) -> bytes:
    sink = io.BytesIO()
    stamped = table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata})
    pq.write_table(stamped, sink, compression="zstd")
    return sink.getvalue()


def _points(lon: Floats, lat: Floats) -> tuple[pa.Array, dict[str, object]]:
    """Return well-known binary of points, and what GeoParquet says of the column."""
    known = np.isfinite(lon) & np.isfinite(lat)
    x, y = lon[known], lat[known]
    points = np.empty(len(x), dtype=_WKB)
    points["order"], points["type"], points["x"], points["y"] = 1, 1, x, y
    offsets = np.append(0, known.cumsum()).astype(np.int32) * _WKB.itemsize
    valid = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    column = pa.Array.from_buffers(
        pa.binary(), len(lon), [valid, pa.py_buffer(offsets), pa.py_buffer(points.tobytes())]
    )
    bounds = [x.min(), y.min(), x.max(), y.max()] if len(x) else []
    return column, _about(["Point"], bounds)


def _shapes(shapes: np.ndarray) -> tuple[pa.Array, dict[str, object]]:
    """Return well-known binary of shapes, and what GeoParquet says of the column."""
    column = pa.array(shapely.to_wkb(shapes), type=pa.binary(), from_pandas=True)
    known = shapes[~shapely.is_missing(shapes)]
    kinds = {f"{shape.geom_type}{' Z' if shape.has_z else ''}" for shape in known}
    return column, _about(sorted(kinds), shapely.total_bounds(known).tolist() if kinds else [])


def _about(kinds: list[str], bounds: list[float]) -> dict[str, object]:
    column: dict[str, object] = {"encoding": "WKB", "crs": wgs84(), "geometry_types": kinds}
    return {**column, "bbox": bounds} if bounds else column
