"""GeoPackage: layers with their styles, plain tables, and where they come from."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pandas as pd

from data.atomic import storage_errors
from data.export.bundle import ExportBundle
from data.export.geo import layers_of, typed
from data.export.handover.qgis_layers import styles
from geo.errors import StorageError

#: Date written where the format insists on one; no clock goes into the file.
_EPOCH = "2000-01-01T00:00:00.000Z"


def to_gpkg(bundle: ExportBundle) -> bytes:
    """Return a GeoPackage: the main layer, layers with shapes, plain tables, and ``about``.

    Parameters
    ----------
    bundle
        Tables, shapes and provenance.

    Returns
    -------
    content
        The file.

    Raises
    ------
    StorageError
        If the folder for temporary files is full or cannot be written.
    """
    import geopandas as gpd
    import pyogrio

    lines = bundle.provenance
    about = pd.DataFrame({"item": list(lines), "value": list(lines.values())}, dtype=object)
    layers: dict[str, pd.DataFrame] = {
        name: frame if shapes is None else gpd.GeoDataFrame(frame, geometry=shapes, crs=4326)
        for name, (frame, shapes) in layers_of(bundle).items()
    }
    layers["about"] = about
    refusals = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError)
    with storage_errors(tempfile.gettempdir()):
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "bundle.gpkg"
                for name, frame in layers.items():
                    pyogrio.write_dataframe(typed(frame), path, layer=name, driver="GPKG")
                _add_styles(path, bundle)
                without_clock(path)
                return path.read_bytes()
        except (*refusals, pyogrio.errors.FeatureError, sqlite3.OperationalError) as error:
            raise StorageError(
                "export.temporary", where=tempfile.gettempdir(), error=error
            ) from error


def _add_styles(path: Path, bundle: ExportBundle) -> None:
    """Add the table from which QGIS takes the style of a layer."""
    with closing(sqlite3.connect(path)) as base:
        base.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
            "f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), "
            "f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, "
            "useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
            "update_time DATETIME)"
        )
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', ?, 0)", (_EPOCH,),
        )  # fmt: skip
        seen: set[str] = set()
        for table, name, qml in styles(bundle):
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, "
                "owner, update_time) VALUES ('', '', ?, 'geom', ?, ?, '', ?, ?, '', ?)",
                (table, name, qml, table not in seen, name, _EPOCH),
            )
            seen.add(table)
        base.commit()


def without_clock(path: Path) -> None:
    """Replace the times that GDAL wrote in a GeoPackage by a fixed one, and rebuild its pages.

    Parameters
    ----------
    path
        The GeoPackage.
    """
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
