"""Commit a diagnosis to the workspace, for the web page, the terminal and Python.

::

    with catalogue() as store:
        found = examine(path, pack, ImportChoice(kind="natural_villages"))
        record = commit_table(store, found)
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from data.atomic import atomic_path, storage_errors
from data.doctor.base import ROW
from data.doctor.checks.context import SHAPE
from data.doctor.diagnosis import Diagnosis, FileOrigin
from data.doctor.process.guarded import converted_raster, raster_info
from data.doctor.report.files import crs_record
from data.export.bundle import tidy
from data.tables.common import LAT, LON, Counts
from data.tables.imports import IMPORTABLE, RASTERS
from data.tables.reader import Pack
from data.wording.catalogue import text
from data.workspace.catalogue import Catalogue, ImportRecord
from data.workspace.effective import check_in_force
from data.workspace.folder import Workspace
from data.workspace.merging import Merge, merged_tables
from geo.earth import projections
from geo.errors import DataError, InputError, UnknownNameError

if TYPE_CHECKING:
    from data.doctor.reading.raster import RasterInfo
    from data.doctor.reading.source import Source


@contextmanager
def catalogue(folder: str | Path | None = None) -> Iterator[Catalogue]:
    """Open the catalogue of a workspace and close it afterwards.

    Parameters
    ----------
    folder
        Root of the workspace; default as in :meth:`data.workspace.folder.Workspace.open`.

    Yields
    ------
    store
        The catalogue.

    Raises
    ------
    StorageError
        If the folder or the data base refuses, or a newer Tongcun made it.
    """
    store = Catalogue(Workspace.open(folder).folder)
    try:
        yield store
    finally:
        store.close()


def commit_tables(
    store: Catalogue, diagnoses: Sequence[Diagnosis], scope: str = "county"
) -> list[ImportRecord]:
    """Put the accepted rows of several diagnoses into the workspace, one import for each table.

    Parameters
    ----------
    store
        Catalogue of the workspace.
    diagnoses
        Files, sheets, layers or folders; those of one table are joined.
    scope
        What they replace, as in :func:`data.workspace.merging.merged_tables`.

    Returns
    -------
    records
        One per table.

    Raises
    ------
    InputError
        If no row was accepted.
    DataError
        If a coordinate system is undecided, or the rows break the schema of a table of the packs.
    StorageError
        If the folder or the data base refuses.
    """
    for found in diagnoses:
        refuse_undecided(found)
    given = [found for found in diagnoses if len(found.accepted)]
    if not given:
        raise InputError("import.no_row", where=diagnoses[0].raw.name)
    ready = []
    with store.changing():
        for kind in dict.fromkeys(found.kind for found in given):
            parts = [found for found in given if found.kind == kind]
            merge = planned_merge(store, parts, scope)
            pack = Pack.load(parts[0].province)
            check_in_force(pack, kind, merge.table, where=parts[0].raw.name)
            ready.append((parts, merge))
        return [_commit(store, parts, merge, scope) for parts, merge in ready]


def planned_merge(store: Catalogue, parts: Sequence[Diagnosis], scope: str = "county") -> Merge:
    """Return what a commit of files of one table would put in force, and what it would replace.

    Parameters
    ----------
    store
        Catalogue of the workspace.
    parts
        Files, sheets or layers of one table; of rows on the same object the later one is used.
    scope
        What they replace, as in :func:`data.workspace.merging.merged_tables`.

    Returns
    -------
    merge
        Table to be in force and counts of rows; nothing is written.
    """
    kind = parts[0].kind
    own = _rows(parts[0])
    for part in parts[1:]:
        own = merged_tables(kind, _rows(part), own, "append").table
    return merged_tables(kind, own, store.table(parts[0].province, kind), scope)


def _commit(store: Catalogue, parts: Sequence[Diagnosis], merge: Merge, scope: str) -> ImportRecord:
    """Enter the joined rows of one table."""
    found, more = parts[0], len({part.raw.name for part in parts}) - 1
    digest = hashlib.sha256("".join(part.raw.sha256 for part in parts).encode()).hexdigest()
    sniffed = [part.raw.sniffed for part in parts]
    return store.commit(
        province=found.province,
        kind=found.kind,
        table=merge.table,
        file_name=f"{found.raw.name} + {more}" if more else found.raw.name,
        file_sha256=digest if more else found.raw.sha256,
        evidence=found.origin.evidence,
        as_of=found.origin.as_of,
        crs={} if found.decision is None else crs_record(found.decision, "en"),
        counts=Counts(*(sum(getattr(part.counts, n) for part in parts) for n in _COUNTED)),
        choices={
            "columns": found.headers.mapped,
            "repairs": sorted({key for part in parts for key in part.choice.repairs}),
            "encoding": sniffed[0].encoding,
            "sheet": ", ".join(filter(None, (each.sheet for each in sniffed))),
            "layer": ", ".join(filter(None, (each.layer for each in sniffed))),
            "scope": scope,
            "kept": merge.kept, "replaced": merge.replaced + merge.removed,
        },
    )  # fmt: skip


_COUNTED = ("read", "accepted", "repaired", "rejected")


def refuse_undecided(found: Diagnosis) -> None:
    """Refuse to commit rows whose coordinate system is undecided.

    Parameters
    ----------
    found
        Result of the examination.

    Raises
    ------
    DataError
        If the planner must choose the system first.
    """
    decision = found.decision
    if decision is not None and found.is_undecided and (len(found.accepted) or not decision.crs):
        raise DataError("import.crs_undecided", where=found.raw.name, reason=decision.reason)


def imported_table(found: Diagnosis) -> pd.DataFrame | gpd.GeoDataFrame:
    """Return the accepted rows as they are stored.

    Parameters
    ----------
    found
        Result of the examination.

    Returns
    -------
    rows
        Declared columns, further columns of the file as text, geometry in WGS84.
    """
    frame = _rows(found)
    if found.table.geometry == "point":
        shape = shapely.points(frame[LON].to_numpy(float), frame[LAT].to_numpy(float))
        return gpd.GeoDataFrame(frame, geometry=shape, crs="EPSG:4326")
    return frame


def _rows(found: Diagnosis) -> pd.DataFrame | gpd.GeoDataFrame:
    """Return what is stored; points as columns alone, for a million geometries weigh 250 MB."""
    frame = found.accepted.drop(columns=ROW)
    declared = set(found.table.column_names)
    for name in frame.columns:
        if name not in declared and name != SHAPE:
            frame[name] = tidy(frame[[name]]).iloc[:, 0].to_numpy()
    if SHAPE in frame.columns and found.table.geometry != "point":
        return gpd.GeoDataFrame(frame, geometry=SHAPE, crs="EPSG:4326")
    return frame


def import_table(store: Catalogue, province: str | None = None) -> pd.DataFrame:
    """Return the imports of a workspace as a table for people.

    Parameters
    ----------
    store
        Catalogue of the workspace.
    province
        Name of a pack; None for all.

    Returns
    -------
    table
        One row per import, the latest first.
    """
    records = store.history(province)
    names = {record.province for record in records}
    now = {record.id for name in names for record in store.in_force(name).values()}
    return pd.DataFrame(
        [
            {
                "id": record.id,
                "state": _state(record, now),
                "province": record.province, "kind": record.kind, "file": record.file_name,
                "rows": record.rows, "rejected": record.rejected, "evidence": record.evidence,
                "as_of": record.as_of or None, "crs": record.crs.get("crs"), "at": record.at,
                "who": record.who,
            }
            for record in records
        ]
    )  # fmt: skip


def _state(record: ImportRecord, in_force: set[int]) -> str:
    if record.id in in_force:
        return text("import_state.in_force", "en")
    return text("import_state.undone" if record.undone else "import_state.replaced", "en")


@dataclass(frozen=True)
class RasterFile:
    """A raster to import.

    Attributes
    ----------
    source
        Path, or the content of an upload.
    name
        File name of an upload.
    crs
        System that the planner states; empty uses the file's own.
    unit
        Unit of its cells: ``m`` or ``ft`` (dem), ``person`` or ``person/km²`` (population).
    """

    source: Source
    unit: str
    name: str = ""
    crs: str = ""


def commit_raster(
    store: Catalogue, file: RasterFile, pack: Pack, *, kind: str, origin: FileOrigin
) -> ImportRecord:
    """Copy a raster into the workspace and enter it as the province's ``dem`` or ``population``.

    It is added to earlier rasters of the same kind: elevation models come in tiles.

    Parameters
    ----------
    store
        Catalogue of the workspace.
    file
        Raster, with its unit and the system that the planner states.
    pack
        The province.
    kind
        ``dem`` or ``population``.
    origin
        Evidence class and date of the raster.

    Returns
    -------
    record
        The import.

    Raises
    ------
    UnknownNameError
        If the kind is not made from rasters.
    DataError
        If the file is not a raster.
    InputError
        If it states no coordinate system, or does not touch the province.
    """
    return commit_rasters(store, [file], pack, kind=kind, origin=origin)


def commit_rasters(
    store: Catalogue, files: Sequence[RasterFile], pack: Pack, *, kind: str, origin: FileOrigin
) -> ImportRecord:
    """Copy several rasters into the workspace as one import, which one undo takes back.

    Parameters
    ----------
    store, pack, kind, origin
        As for :func:`commit_raster`.
    files
        Rasters of one kind.

    Returns
    -------
    record
        The import.

    Raises
    ------
    UnknownNameError
        If the kind is not made from rasters.
    InputError
        If there is no file, or for one of them as for :func:`commit_raster`.
    DataError
        If one of them is not a raster; nothing is entered then.
    """
    if kind not in RASTERS:
        raise UnknownNameError("kind_of_raster", kind, RASTERS)
    if not files:
        raise InputError("import.no_rasters", where=kind)
    rows = pd.concat(
        [_kept_raster(store, file, pack, kind, origin) for file in files], ignore_index=True
    )
    first, more = str(rows["source"].iloc[0]), len(files) - 1
    digest = hashlib.sha256("".join(rows["sha256"]).encode()).hexdigest()
    system = str(rows["crs"].iloc[0])
    single = str(rows["sha256"].iloc[0])
    with store.changing():
        earlier = store.table(pack.name, kind)
        rows = rows if earlier is None else pd.concat([earlier, rows], ignore_index=True)
        rows = rows.drop_duplicates("sha256", keep="last").reset_index(drop=True)
        IMPORTABLE[kind].check(rows, where=first)
        return store.commit(
            province=pack.name, kind=kind, table=rows,
            file_name=f"{first} + {more}" if more else first,
            file_sha256=digest if more else single, evidence=origin.evidence, as_of=origin.as_of,
            crs={"crs": system, "status": "chosen" if files[0].crs else "declared"},
            counts=Counts(len(rows), len(rows), 0, 0), choices={"unit": files[0].unit},
        )  # fmt: skip


def _kept_raster(
    store: Catalogue, file: RasterFile, pack: Pack, kind: str, origin: FileOrigin
) -> pd.DataFrame:
    """Copy a raster into the workspace; return the one row that describes it."""
    info = raster_info(file.source, name=file.name)
    system = projections.canonical(file.crs) if file.crs else info.declared_crs
    row = _raster_row(info, system, pack, unit=file.unit, origin=origin)
    target = store.folder / str(row["file"].iloc[0])
    heights = file.unit if kind == "dem" else ""
    if not target.exists():
        with converted_raster(file.source, name=file.name, crs=system, unit=heights) as made:
            with storage_errors(target):
                target.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(target) as part:
                shutil.copyfile(made, part)
    store.share(str(row["file"].iloc[0]))
    return row


def _raster_row(
    info: RasterInfo, system: str, pack: Pack, *, unit: str, origin: FileOrigin
) -> pd.DataFrame:
    """Return the one row that describes a raster."""
    from rasterio.errors import RasterioError
    from rasterio.warp import transform_bounds

    if not system:
        raise InputError("raster.no_crs", where=info.name)
    try:
        west, south, east, north = transform_bounds(system, "EPSG:4326", *info.bounds)
    except (RasterioError, ValueError) as error:
        raise InputError("raster.other_crs", where=info.name, system=system) from error
    box = pack.geo("regions").total_bounds
    if west >= box[2] or east <= box[0] or south >= box[3] or north <= box[1]:
        raise InputError(
            "raster.elsewhere", where=info.name, west=west, east=east, south=south, north=north,
            name=pack.name,
        )  # fmt: skip
    return pd.DataFrame(
        {
            "raster_id": [f"{info.sha256[:12]}"],
            "file": [f"rasters/{info.sha256}.tif"],
            "sha256": [info.sha256],
            "crs": [system],
            "west": [west], "south": [south], "east": [east], "north": [north],
            "width": [info.width], "height": [info.height], "nodata": [info.nodata],
            "unit": [unit], "evidence": [origin.evidence], "as_of": [origin.as_of or None],
            "source": [info.name],
        }
    ).astype({"nodata": "float64"})  # fmt: skip
