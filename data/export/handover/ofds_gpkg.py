"""Open Fibre Data Standard 0.4 as GeoPackage: the tables of the standard that a plan fills.

References
----------
https://standard.ofds.info/en/0__4__0/ ; OGC 18-000, GeoPackage Related Tables.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from data.atomic import storage_errors
from data.export.bundle import ExportBundle
from data.export.gpkg import without_clock
from data.export.handover.ofds import network

#: Codes of the lists that are named here, with the titles of the standard.
_MEDIA = {"fibre": "Fibre", "microwave": "Microwave"}
_COUNTRIES = {"CN": "China"}
_LANGUAGES = {"zh": "Chinese"}
_RELATED = "http://docs.opengeospatial.org/is/18-000/18-000.html"


def to_ofds_gpkg(bundle: ExportBundle) -> bytes:
    """Return the links of a plan as a GeoPackage of the standard.

    Parameters
    ----------
    bundle
        Tidy export of a plan.

    Returns
    -------
    content
        Tables ``networks``, ``phases``, ``nodes`` and ``spans`` with their code lists; tables of
        the standard that a plan says nothing of are left out.

    Raises
    ------
    InputError
        If the export has no links to be built.
    StorageError
        If the folder for temporary files is full or cannot be written.
    """
    import pyogrio

    found = network(bundle)
    names = {"FID": "id", "GEOMETRY_NAME": "geom"}
    with storage_errors(tempfile.gettempdir()), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.gpkg"
        for name, frame in _tables(found).items():
            pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", layer_options=names)
        with closing(sqlite3.connect(path)) as base:
            _relate(base, found["spans"])
            base.commit()
        without_clock(path)
        return path.read_bytes()


def _tables(found: dict[str, Any]) -> dict[str, pd.DataFrame]:
    phases, nodes, spans = (found.get(name, []) for name in ("phases", "nodes", "spans"))
    phase_ids = _numbers(phases)
    node_ids = _numbers(nodes)
    networks = {"ofds_id": found["id"], "name": found["name"],
                "accuracyDetails": found["accuracyDetails"], "language": 1}  # fmt: skip
    node_rows = [
        {"ofds_id": node["id"], "name": node["name"], "phase": _phase(node, phase_ids),
         "status": node.get("status"),
         **{f"address__{part}": node.get("address", {}).get(part)
            for part in ("locality", "region", "country")}, "network_id": 1}
        for node in nodes
    ]  # fmt: skip
    span_rows = [
        {"ofds_id": span["id"], "name": span["name"], "phase": _phase(span, phase_ids),
         "status": span["status"], "start": node_ids[span["start"]], "end": node_ids[span["end"]],
         "directed": "false", "fibreLength": span.get("fibreLength"), "network_id": 1}
        for span in spans
    ]  # fmt: skip
    points = [shapely.Point(node["location"]["coordinates"]) for node in nodes]
    lines = [shapely.LineString(span["route"]["coordinates"]) for span in spans]
    return {
        "networks": pd.DataFrame([networks]),
        "phases": pd.DataFrame([{"ofds_id": phase["id"], "name": phase["name"], "network_id": 1}
                                for phase in phases], columns=["ofds_id", "name", "network_id"]),
        "nodes": gpd.GeoDataFrame(_typed(node_rows), geometry=points, crs=4326),
        "spans": gpd.GeoDataFrame(_typed(span_rows), geometry=lines, crs=4326),
        "codelist_closed_transmissionMedium": _codes(_MEDIA),
        "codelist_closed_country": _codes(_COUNTRIES),
        "codelist_open_language": _codes(_LANGUAGES),
    }  # fmt: skip


def _typed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    texts = [name for name in frame.columns if name.startswith("address__") or name == "status"]
    return frame.astype({"phase": "Int64", **dict.fromkeys(texts, "str")})


def _numbers(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {row["id"]: number for number, row in enumerate(rows, start=1)}


def _phase(row: dict[str, Any], numbers: dict[str, int]) -> int | None:
    return numbers[row["phase"]["id"]] if "phase" in row else None


def _codes(codes: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({"code": list(codes), "description": list(codes.values())})


def _relate(base: sqlite3.Connection, spans: list[dict[str, Any]]) -> None:
    """Add the lists of media and countries of each span as tables of relations."""
    base.execute(
        "CREATE TABLE gpkgext_relations (id INTEGER PRIMARY KEY AUTOINCREMENT, "
        "base_table_name TEXT NOT NULL, base_primary_column TEXT NOT NULL, "
        "related_table_name TEXT NOT NULL, related_primary_column TEXT NOT NULL, "
        "relation_type TEXT NOT NULL, mapping_table_name TEXT UNIQUE)"
    )
    base.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, "
        "extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, "
        "UNIQUE (table_name, column_name, extension_name))"
    )
    base.execute("INSERT INTO gpkg_extensions VALUES ('gpkgext_relations', NULL, "
                 "'gpkg_related_tables', ?, 'read-write')", (_RELATED,))  # fmt: skip
    for field, codes in (("transmissionMedium", _MEDIA), ("countries", _COUNTRIES)):
        table = f"relation_spans_{field}"
        listed = "codelist_closed_" + ("country" if field == "countries" else field)
        base.execute(
            f"CREATE TABLE {table} (base_id INTEGER NOT NULL, related_id INTEGER NOT NULL, "
            "PRIMARY KEY (base_id, related_id), "
            "FOREIGN KEY (base_id) REFERENCES spans(id) ON DELETE CASCADE, "
            f"FOREIGN KEY (related_id) REFERENCES {listed}(id) ON DELETE CASCADE)"
        )
        base.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
                     "VALUES (?, 'attributes', ?, 4326)", (table, table))  # fmt: skip
        base.execute("INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_related_tables', ?, "
                     "'read-write')", (table, _RELATED))  # fmt: skip
        base.execute(
            "INSERT INTO gpkgext_relations (base_table_name, base_primary_column, "
            "related_table_name, related_primary_column, relation_type, mapping_table_name) "
            "VALUES ('spans', 'id', ?, 'id', ?, ?)", (listed, f"spans_{field}", table),
        )  # fmt: skip
        places = {code: number for number, code in enumerate(codes, start=1)}
        pairs = [(number, places[code]) for number, span in enumerate(spans, start=1)
                 for code in span.get(field, [])]  # fmt: skip
        base.executemany(f"INSERT INTO {table} VALUES (?, ?)", pairs)  # noqa: S608  our own names
