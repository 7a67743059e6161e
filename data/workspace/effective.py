"""A pack with the tables of a workspace: imported tables replace the pack's own.

Villages, sites and fibre nodes replace the pack's whole table; where no list of sites is in
force, they are derived from a list of base stations. Regions replace the rows of the same adcode,
field by field; targets and observations the rows of the same id, others are added. Joined tables
are kept in ``derived/``, named by their inputs.

Kinds of table that no pack has (roads, power lines, fibre routes, base stations, rasters …) are
read by :func:`imported_table` and :func:`imported_rasters`::

    roads = imported_table(pack, "roads")       # None where nothing was imported
    tiles = imported_rasters(pack, "dem")       # () where nothing was imported
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from data.atomic import atomic_write, storage_errors
from data.tables.imports import IMPORTABLE, RASTERS
from data.tables.pack import TABLES
from data.wording.catalogue import text
from data.workspace.environment import CATALOGUE_ENVIRONMENT, CATALOGUE_FILE
from data.workspace.folder import Workspace
from geo.errors import DataError, UnknownNameError

if TYPE_CHECKING:
    from data.tables.reader import Pack
    from data.workspace.catalogue import Catalogue, ImportRecord

#: Tables of a pack whose rows an import adds to or changes → key of a row.
MERGED = {"regions": "adcode", "targets": "id", "observations": "id"}
#: Name of an import in the column of packages.
PACKAGE = "import"


def effective_pack(pack: Pack, folder: str | Path | None = None) -> Pack:
    """Return the pack with the tables that the workspace has in force.

    Parameters
    ----------
    pack
        As read from its folder.
    folder
        Root of the workspace; default as in :meth:`Workspace.open`.

    Returns
    -------
    pack
        The same pack where nothing is in force.

    Raises
    ------
    DataError
        If an imported table in force is missing or damaged.
    StorageError
        If the workspace cannot be read, or a joined table cannot be kept.
    """
    root = Workspace.open(folder).folder
    if not _has_catalogue(root):
        return pack
    from data.workspace.catalogue import Catalogue

    with Catalogue(root) as store:
        return overridden(pack, store)


def catalogue_stamp(root: Path) -> str:
    """Return a text that changes whenever the tables in force may have changed.

    Parameters
    ----------
    root
        Root of the workspace.

    Returns
    -------
    stamp
        Empty where there is no catalogue.
    """
    if not _has_catalogue(root):
        return ""
    from data.workspace.catalogue import Catalogue

    with Catalogue(root) as store:
        return store.stamp()


def _has_catalogue(root: Path) -> bool:
    return bool(os.environ.get(CATALOGUE_ENVIRONMENT)) or (root / CATALOGUE_FILE).exists()


def overridden(pack: Pack, store: Catalogue) -> Pack:
    """Return the pack with the tables that a catalogue has in force.

    Parameters
    ----------
    pack
        As read from its folder.
    store
        Catalogue of the workspace.

    Returns
    -------
    pack
        The same pack where nothing is in force.
    """
    records = store.in_force(pack.name)
    if not records:
        return pack
    imported = {kind: store.path(record) for kind, record in records.items()}
    files = {kind: _file(pack, store, record) for kind, record in records.items() if kind in TABLES}
    if "base_stations" in records and "sites" not in records:
        files["sites"] = _sites_of_stations(store, records["base_stations"])
        imported["sites"] = files["sites"]
    if "site_lives" in records:
        made = _served_villages(pack, store, records, files.get("natural_villages"))
        files["natural_villages"] = made
        if "natural_villages" in imported:
            imported["natural_villages"] = made
    files["SOURCES"] = _derived(store, _sources(pack, records), [pack.digest, *_names(records)])
    return replace(
        pack,
        overrides=tuple(sorted(files.items())),
        imported=tuple(sorted(imported.items())),
    )


def _sites_of_stations(store: Catalogue, record: ImportRecord) -> Path:
    """Return the sites of the base stations in force, as a further table."""
    made_of = [record.table_sha256, "sites of stations"]
    known = _derived_path(store, made_of)
    if known.exists():
        return known
    from data.workspace.station_sites import station_sites

    return _derived(store, station_sites(store.read(record)), made_of, points=True)


def _served_villages(
    pack: Pack, store: Catalogue, records: dict[str, ImportRecord], villages: Path | None
) -> Path:
    """Return the villages with what accepted sites brought, as a further table."""
    lives = records["site_lives"]
    made_of = [pack.digest, str(villages), lives.table_sha256, "villages with accepted sites"]
    known = _derived_path(store, made_of)
    if known.exists():
        return known
    from data.workspace.accepted_sites import served

    own = pack.table("natural_villages") if villages is None else pd.read_parquet(villages)
    table = served(pd.DataFrame(own).drop(columns="geometry", errors="ignore"), store.read(lives))
    return _derived(store, table, made_of, points=True)


def imported_table(pack: Pack, kind: str) -> pd.DataFrame | None:
    """Return the table of one kind that a workspace has in force.

    Parameters
    ----------
    pack
        As :func:`effective_pack` returns it: a pack straight from its folder has no imports.
    kind
        Key of :data:`data.tables.imports.IMPORTABLE`; its columns are declared there and precede
        further columns of the planner's file.

    Returns
    -------
    rows
        A GeoDataFrame in EPSG:4326 where the kind has a geometry (points, lines, polygons), else a
        plain frame; None where none is in force. Each row has ``evidence`` (measured, declared or
        modelled), ``as_of`` and ``source``. The table may be partial: what it does not list is
        unknown, not absent.

    Raises
    ------
    UnknownNameError
        If no such kind of table can be imported.
    DataError
        If the file cannot be read or lacks a declared column.
    """
    if kind not in IMPORTABLE:
        raise UnknownNameError("kind_of_table", kind, IMPORTABLE)
    path = dict(pack.imported).get(kind)
    if path is None:
        return None
    # Imported here: without an imported table geopandas is not loaded.
    import geopandas as gpd
    import pyarrow as pa

    schema = IMPORTABLE[kind]
    try:
        read = pd.read_parquet if schema.geometry is None else gpd.read_parquet
        frame: pd.DataFrame = read(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError("store.unreadable", where=str(path), error=error) from error
    missing = [name for name in schema.column_names if name not in frame.columns]
    if missing:
        raise DataError("store.lacks_columns", where=str(path), columns=missing)
    return frame


def brought(pack: Pack, kind: str) -> pd.DataFrame | None:
    """Return the columns of an imported table beyond those that every pack has.

    Parameters
    ----------
    pack
        As :func:`effective_pack` returns it.
    kind
        Table of a pack with an id of its own, such as ``natural_villages`` or ``sites``.

    Returns
    -------
    columns
        By the id of the row: name, township, remarks and whatever else the files had, without
        columns that are empty throughout; None where the pack's own table is in force.
    """
    path = dict(pack.imported).get(kind)
    return None if path is None else _brought(path, kind)


@lru_cache(maxsize=4)
def _brought(path: Path, kind: str) -> pd.DataFrame:
    """Read these columns once: the file is named by its content."""
    own = TABLES[kind]
    # Every list has the pack's columns and the names of regions already.
    known = {*own.column_names, "geometry", "province", "prefecture", "county"} - {own.key[0]}
    rows = pd.read_parquet(path).set_index(own.key[0])
    rows = rows[[name for name in rows.columns if name not in known]]
    return rows.loc[:, rows.notna().any(axis=0)]


def is_imported(pack: Pack, kind: str) -> bool:
    """Test whether an imported table of one kind is in force.

    Parameters
    ----------
    pack
        As :func:`effective_pack` returns it.
    kind
        Key of :data:`data.tables.imports.IMPORTABLE`.

    Returns
    -------
    imported
        True where it is.
    """
    return kind in dict(pack.imported)


@dataclass(frozen=True)
class ImportedRaster:
    """One raster in force, its cells still in the file.

    Attributes
    ----------
    path
        GeoTIFF in the workspace.
    crs
        System of its own coordinates, such as ``EPSG:4326``.
    box
        West, south, east, north, WGS84 [°].
    nodata
        Value of cells without data; None if the file names none.
    unit
        ``m`` (dem), ``person`` or ``person/km²`` (population).
    evidence, as_of, source
        Evidence class, date (may be empty), name of the imported file.
    """

    path: Path
    crs: str
    box: tuple[float, float, float, float]
    nodata: float | None
    unit: str
    evidence: str
    as_of: str
    source: str


def imported_rasters(pack: Pack, kind: str = "dem") -> tuple[ImportedRaster, ...]:
    """Return the rasters of one kind that a workspace has in force.

    Tiles may overlap and need not cover the province: outside them nothing is known. A tile that
    another machine of the team imported is fetched from its data base on the first use.

    Parameters
    ----------
    pack
        As :func:`effective_pack` returns it.
    kind
        ``dem`` or ``population``.

    Returns
    -------
    rasters
        In the order of their import; empty where none is in force.

    Raises
    ------
    UnknownNameError
        If the kind is not made from rasters.
    DataError
        If the list of rasters cannot be read, or a raster is missing here and in the team's data
        base.
    """
    if kind not in RASTERS:
        raise UnknownNameError("kind_of_raster", kind, RASTERS)
    rows = imported_table(pack, kind)
    if rows is None:
        return ()
    # The list lies in tables/, the rasters beside that folder.
    root = dict(pack.imported)[kind].parent.parent
    cells = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return tuple(
        ImportedRaster(
            _here(root, str(row["file"])), str(row["crs"]),
            (float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"])),
            None if row["nodata"] is None else float(row["nodata"]),
            str(row["unit"]), str(row["evidence"]), str(row["as_of"] or ""),
            str(row["source"] or ""),
        )
        for row in cells
    )  # fmt: skip


def _here(root: Path, name: str) -> Path:
    if (root / name).exists():
        return root / name
    from data.workspace.catalogue import Catalogue

    with Catalogue(root) as store:
        return store.fetched(name)


def import_date(pack: Pack, table: str) -> str:
    """Return the latest date that a row of an imported table holds for.

    Parameters
    ----------
    pack
        As :func:`effective_pack` returns it.
    table
        Kind of table.

    Returns
    -------
    date
        YYYY-MM-DD; empty if none is known.
    """
    path = dict(pack.imported).get(table)
    if path is None:
        return ""
    dates = pd.read_parquet(path, columns=["as_of"])["as_of"].dropna()
    return str(dates.max()) if len(dates) else ""


def merged(pack: Pack, kind: str, imported: pd.DataFrame) -> pd.DataFrame:
    """Return the pack's table with imported rows put over its own and new ones added.

    Cells that the import leaves empty keep the value of the pack.

    Parameters
    ----------
    pack
        As read from its folder.
    kind
        Key of :data:`MERGED`.
    imported
        Rows with the table's key; not changed.

    Returns
    -------
    rows
        Rows of the pack in their order, then new ones; with geometry where the table has one.
    """
    import geopandas as gpd

    key, schema = MERGED[kind], TABLES[kind]
    shaped = schema.geometry is not None and schema.geometry != "point"
    own: pd.DataFrame = pack.geo(kind) if shaped else pack.table(kind)
    names = [*schema.column_names, *(["geometry"] if shaped else [])]
    over = pd.DataFrame(imported).reindex(columns=names).set_index(key)
    base = pd.DataFrame(own)[names].set_index(key)
    joined = over.astype(object).combine_first(base.astype(object))
    order = [*base.index, *(code for code in over.index if code not in base.index)]
    rows = joined.loc[order].reset_index()[names]
    for column in schema.columns:
        if column.kind in ("number", "integer"):
            rows[column.name] = pd.to_numeric(rows[column.name], errors="coerce")
        elif column.kind in ("text", "date"):
            rows[column.name] = rows[column.name].where(rows[column.name].notna(), None)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326") if shaped else rows


def check_in_force(pack: Pack, kind: str, imported: pd.DataFrame, *, where: str) -> None:
    """Check the table that would be in force after an import.

    Parameters
    ----------
    pack
        The province.
    kind
        Key of :data:`data.tables.imports.IMPORTABLE`; kinds that no pack has are not checked.
    imported
        Rows to import.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        If the table breaks its schema.
    """
    if kind not in TABLES:
        return
    whole = merged(pack, kind, imported) if kind in MERGED else imported
    TABLES[kind].check(pd.DataFrame(whole), where=where)


def _file(pack: Pack, store: Catalogue, record: ImportRecord) -> Path:
    if record.kind not in MERGED:
        return store.path(record)
    made_of = [pack.digest, record.table_sha256, record.kind]
    known = _derived_path(store, made_of)
    if known.exists():
        return known
    return _derived(store, merged(pack, record.kind, store.read(record)), made_of)


def _sources(pack: Pack, records: dict[str, ImportRecord]) -> pd.DataFrame:
    """Return the pack's list of sources with the imported files in it."""
    own = pack.table("SOURCES")
    whole = [kind for kind in records if kind not in MERGED]
    listed = dict(records)
    if "base_stations" in records and "sites" not in records:
        listed["sites"], whole = records["base_stations"], [*whole, "sites"]
    rows = [
        {
            "table": kind,
            "package": PACKAGE,
            "version": f"{record.id}",
            "file": record.file_name,
            "licence": text("import_note.licence", "en"),
            "credit": f"{record.file_name} ({record.evidence})",
            "date": record.as_of or record.at[:10],
            "sha256": record.file_sha256,
        }
        for kind, record in listed.items()
    ]
    return pd.concat([own[~own["table"].isin(whole)], pd.DataFrame(rows)], ignore_index=True)


def _names(records: dict[str, ImportRecord]) -> list[str]:
    return [f"{kind}-{record.id}-{record.table_sha256}" for kind, record in records.items()]


def _derived_path(store: Catalogue, made_of: list[str]) -> Path:
    name = hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:32]
    return store.folder / "derived" / f"{name}.parquet"


def _derived(
    store: Catalogue, table: pd.DataFrame, made_of: list[str], *, points: bool = False
) -> Path:
    path = _derived_path(store, made_of)
    if not path.exists():
        from data.export.geoparquet import table_parquet

        content = table_parquet(table, points=points)
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, content)
    return path
