"""Shapes of the rows of an export; GeoJSON and GeoParquet, valid in GDAL, same bytes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.export.bundle import ExportBundle, about_json, is_points, is_text, records
from geo.errors import InputError

#: Decimals of a coordinate in text formats: 0.1 m.
COORDINATE_DECIMALS = 6


def shapes_of(bundle: ExportBundle) -> np.ndarray:
    """Return the shape of each row of the main table.

    Parameters
    ----------
    bundle
        Tables and shapes.

    Returns
    -------
    shapes
        (n,) shapely geometries in WGS84 [°]; None where the position is unknown.

    Raises
    ------
    InputError
        If the table has neither polygons nor positions.
    """
    if bundle.geometry is not None:
        return np.asarray(bundle.geometry.to_numpy(), dtype=object)
    if is_points(bundle.main):
        return points_of(bundle.main)
    raise InputError("export.no_positions", kind=bundle.kind)


def further_shapes(bundle: ExportBundle, name: str) -> np.ndarray | None:
    """Return the shape of each row of a further table.

    Parameters
    ----------
    bundle
        Tables and shapes.
    name
        Name of the table.

    Returns
    -------
    shapes
        (n,) shapely geometries in WGS84 [°]; None for a plain table.
    """
    if name in bundle.shapes:
        return np.asarray(bundle.shapes[name].to_numpy(), dtype=object)
    return points_of(bundle.extra[name]) if is_points(bundle.extra[name]) else None


def layers_of(bundle: ExportBundle) -> dict[str, tuple[pd.DataFrame, np.ndarray | None]]:
    """Return every table of a bundle with the shapes of its rows.

    Parameters
    ----------
    bundle
        Tables and shapes; the main table has positions.

    Returns
    -------
    layers
        Name → table and (n,) shapes in WGS84 [°]; None for a plain table.

    Raises
    ------
    InputError
        If the main table has no positions.
    """
    main = {bundle.kind: (bundle.main, shapes_of(bundle))}
    extra = {name: (frame, further_shapes(bundle, name)) for name, frame in bundle.extra.items()}
    return {**main, **extra}


def points_of(frame: pd.DataFrame) -> np.ndarray:
    """Return the point of each row.

    Parameters
    ----------
    frame
        Table with ``lon`` and ``lat`` [°].

    Returns
    -------
    points
        (n,) shapely points; None where lon or lat is unknown.
    """
    lon, lat = frame["lon"].to_numpy(float), frame["lat"].to_numpy(float)
    known = np.isfinite(lon) & np.isfinite(lat)
    points = np.full(len(frame), None, dtype=object)
    points[known] = shapely.points(lon[known], lat[known])
    return points


def to_geojson(bundle: ExportBundle) -> bytes:
    """Return a FeatureCollection (RFC 7946: WGS84).

    Foreign members contain the rest: ``about`` the provenance, ``tables`` each further table by
    name, tables with shapes as FeatureCollections and plain ones as lists of rows.

    Parameters
    ----------
    bundle
        Tables, shapes and provenance.

    Returns
    -------
    content
        The file.
    """
    about = {"title_zh": bundle.title_zh, "title_en": bundle.title_en, **bundle.provenance}
    tables = ",\n".join(
        f"{_json(name)}: " + (_rows(frame) if shapes is None else _collection(frame, shapes))
        for name, frame in bundle.extra.items()
        for shapes in (further_shapes(bundle, name),)
    )
    main = _collection(bundle.main, shapes_of(bundle), name=bundle.kind)
    return f'{main[:-1]},\n"about": {_json(about)},\n"tables": {{{tables}}}}}\n'.encode()


def to_parquet(bundle: ExportBundle) -> bytes:
    """Return the main table as (Geo)Parquet.

    Parameters
    ----------
    bundle
        Table, shapes and provenance; further tables are left out.

    Returns
    -------
    content
        The file; the schema's metadata ``tongcun`` holds the provenance.
    """
    from data.export.geoparquet import geoparquet, parquet

    frame = typed(bundle.main)
    about = {b"tongcun": about_json(bundle)}
    if bundle.geometry is not None:
        return geoparquet(frame, shapes_of(bundle), about)
    return geoparquet(frame, None, about) if is_points(frame) else parquet(frame, about)


def _collection(frame: pd.DataFrame, shapes: np.ndarray, *, name: str = "") -> str:
    features = ",\n".join(
        f'{{"type": "Feature", "properties": {_json(record)}, "geometry": {geometry}}}'
        for record, geometry in zip(records(frame), _geometries(shapes), strict=True)
    )
    title = f'"name": {_json(name)}, ' if name else ""
    return f'{{"type": "FeatureCollection", {title}"features": [\n{features}\n]}}'


def _geometries(shapes: np.ndarray) -> list[str]:
    """Return each shape as GeoJSON, outer rings counter-clockwise, six decimals."""
    grid = 10.0**-COORDINATE_DECIMALS
    rounded = shapely.set_precision(shapely.orient_polygons(shapes), grid, mode="pointwise")
    return [text if text is not None else "null" for text in shapely.to_geojson(rounded)]


def _rows(frame: pd.DataFrame) -> str:
    return "[" + ",\n".join(map(_json, records(frame))) + "]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def typed(frame: Any) -> Any:
    """Return the frame with text columns typed as text even where every cell is unknown.

    Parameters
    ----------
    frame
        Tidy frame, with a geometry or without.

    Returns
    -------
    frame
        A copy.
    """
    names = [name for name in frame.columns if name != "geometry" and is_text(frame[name])]
    return frame.astype(dict.fromkeys(names, "str"))
