"""GeoJSON and GeoPackage: valid in GDAL, same inputs give the same bytes."""

from __future__ import annotations

import json
import math
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from data.export import COORDINATE_DECIMALS, ExportBundle, as_geo, is_points, printable

#: Date written where a format insists on one; no clock goes into the file.
_EPOCH = "2000-01-01T00:00:00.000Z"


def to_geojson(bundle: ExportBundle) -> bytes:
    """Return a FeatureCollection (RFC 7946: WGS84) with the provenance as member ``about``."""
    shapes = as_geo(bundle)
    frame = shapes.drop(columns="geometry")
    records = [{str(k): _json_value(v) for k, v in row.items()} for row in frame.to_dict("records")]
    geometries = shapely.to_geojson(
        shapely.set_precision(
            shapely.orient_polygons(shapes.geometry.to_numpy()), 10.0**-COORDINATE_DECIMALS,
            mode="pointwise",
        )
    )  # fmt: skip
    head = json.dumps(
        {"type": "FeatureCollection", "name": bundle.kind, "about": dict(bundle.about)},
        ensure_ascii=False,
    )
    features = ",\n".join(
        f'{{"type": "Feature", "properties": {json.dumps(record, ensure_ascii=False)}, '
        f'"geometry": {geometry}}}'
        for record, geometry in zip(records, geometries, strict=True)
    )
    return f'{head[:-1]}, "features": [\n{features}\n]}}\n'.encode(errors="replace")


def to_gpkg(bundle: ExportBundle) -> bytes:
    """Return a GeoPackage: the main layer, point layers, ``sources`` and ``about`` tables."""
    import geopandas as gpd
    import pyogrio

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.gpkg"
        pyogrio.write_dataframe(
            _text_safe(as_geo(bundle)), path, layer=bundle.kind, driver="GPKG", **_layer_options()
        )
        for name, frame in bundle.extra.items():
            table: Any = frame
            if is_points(frame):
                points = gpd.points_from_xy(frame["lon"], frame["lat"])
                table = gpd.GeoDataFrame(frame, geometry=points, crs=4326)
            pyogrio.write_dataframe(
                _text_safe(table), path, layer=name, driver="GPKG", append=False,
                **_layer_options(),
            )  # fmt: skip
        about = pd.DataFrame(
            {"item": list(bundle.about), "value": [printable(v) for v in bundle.about.values()]}
        )
        pyogrio.write_dataframe(about, path, layer="about", driver="GPKG")
        _without_clock(path)
        return path.read_bytes()


def _layer_options() -> dict[str, object]:
    return {"layer_options": {"SPATIAL_INDEX": "YES"}}


def _without_clock(path: Path) -> None:
    """Replace the times that GDAL wrote by a fixed one, and lay the pages out anew."""
    with closing(sqlite3.connect(path)) as base:
        base.execute("UPDATE gpkg_contents SET last_change = ?", (_EPOCH,))
        has_metadata = base.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'gpkg_metadata_reference'"
        ).fetchone()
        if has_metadata:
            base.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (_EPOCH,))
        base.commit()
        base.execute("VACUUM")
    # SQLite counts its changes in the header; the count depends on how often pages were flushed.
    with path.open("r+b") as stream:
        for offset in (24, 92):
            stream.seek(offset)
            stream.write((1).to_bytes(4, "big"))


def _text_safe(frame: Any) -> Any:
    """Return the frame with text that no reader refuses; objects of mixed kind become text."""
    safe = frame.copy()
    for column in safe.columns:
        if column != "geometry" and safe[column].dtype.kind not in "iufb":
            cells = safe[column]
            known = cells.notna()
            safe[column] = cells.where(~known, cells.astype(str).map(printable)).astype(object)
            safe.loc[~known, column] = None
    return safe


def _json_value(value: Any) -> Any:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.item() if hasattr(value, "item") else value
