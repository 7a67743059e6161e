"""From a diagnosis to the workspace: what the web page, the terminal and Python share.

::

    with catalogue() as store:
        found = examine(path, pack, ImportChoice(kind="natural_villages"))
        record = commit_table(store, found)
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from data.atomic import atomic_path, atomic_write, storage_errors
from data.doctor.base import ROW, ImportChoice
from data.doctor.checks.context import SHAPE
from data.doctor.checks.findings import rule_title
from data.doctor.diagnosis import Diagnosis, FileOrigin
from data.doctor.engine import examine
from data.doctor.reading.guarded import converted_raster, raster_info
from data.doctor.report.files import crs_record, report
from data.doctor.report.rejects import rejected_file
from data.export.bundle import tidy
from data.tables.common import LAT, LON, Counts
from data.tables.imports import IMPORTABLE, RASTERS
from data.tables.reader import Pack
from data.wording.catalogue import Message, text
from data.workspace.catalogue import Catalogue, ImportRecord
from data.workspace.effective import check_in_force, effective_pack
from data.workspace.folder import Workspace
from geo.earth import projections
from geo.errors import InputError, UnknownNameError
from geo.sentence import Sentence

if TYPE_CHECKING:
    from data.doctor.reading.raster import RasterInfo
    from data.doctor.reading.source import Source


#: Consents to every repair on offer.
ALL_REPAIRS = "all"


@contextmanager
def catalogue(folder: str | Path | None = None) -> Iterator[Catalogue]:
    """Open the catalogue of a workspace; the default is the user's own.

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


def commit_table(store: Catalogue, found: Diagnosis) -> ImportRecord:
    """Put the accepted rows of a diagnosis into the workspace; whole or not at all.

    Raises
    ------
    InputError
        If no row was accepted.
    DataError
        If the rows break the schema of a table of the packs.
    StorageError
        If the folder or the data base refuses.
    """
    if not len(found.accepted):
        raise InputError(
            "no row was accepted", where=found.raw.name,
            repair="consent to a repair, or mend the rejected rows and import them again",
        )  # fmt: skip
    table = _rows(found)
    check_in_force(Pack.load(found.province), found.kind, table, where=found.raw.name)
    return store.commit(
        province=found.province,
        kind=found.kind,
        table=table,
        file_name=found.raw.name,
        file_sha256=found.raw.sha256,
        evidence=found.origin.evidence,
        as_of=found.origin.as_of,
        crs={} if found.decision is None else crs_record(found.decision, "en"),
        counts=found.counts,
        choices={
            "columns": found.headers.mapped,
            "repairs": sorted(found.choice.repairs),
            "encoding": found.raw.sniffed.encoding,
            "sheet": found.raw.sniffed.sheet,
            "layer": found.raw.sniffed.layer,
        },
    )


def imported_table(found: Diagnosis) -> pd.DataFrame | gpd.GeoDataFrame:
    """Return accepted rows as they are stored: declared columns, extras as text, WGS84."""
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


@dataclass(frozen=True)
class ImportOrder:
    """What is to be done with one file.

    Attributes
    ----------
    choice, origin
        What the planner overrides, and says of the file as a whole. A repair named ``all``
        consents to every repair that the doctor offers.
    unit
        Unit of a raster's cells; empty for the usual one.
    report, rejected
        Files to write beside; None for none.
    dry_run
        Examine only.
    """

    choice: ImportChoice
    origin: FileOrigin
    unit: str = ""
    report: Path | None = None
    rejected: Path | None = None
    language: str = "en"
    dry_run: bool = False


def import_file(
    path: Path,
    province: str,
    order: ImportOrder,
    *,
    folder: str | Path | None = None,
    progress: Callable[[str], None] = lambda _step: None,
    tell: Callable[[Sentence], None] = lambda _line: None,
) -> ImportRecord | None:
    """Examine a file and put what is accepted into the workspace.

    Parameters
    ----------
    folder
        Root of the workspace; default as in :meth:`Workspace.open`.
    progress, tell
        Told each step when it begins, and what was found, line by line.

    Returns
    -------
    The import, None where nothing was to be committed.

    Raises
    ------
    PlannerError
        If the file, a choice or the workspace is at fault; the workspace stays as it was.
    """
    pack = effective_pack(Pack.load(province), folder)
    if order.choice.kind in RASTERS:
        return _import_raster(path, pack, order, folder, tell)
    asked = replace(order.choice, repairs=order.choice.repairs - {ALL_REPAIRS})
    found = examine(path, pack, asked, origin=order.origin, progress=progress)
    if ALL_REPAIRS in order.choice.repairs:
        whole = replace(order.choice, repairs=frozenset(found.offered))
        found = examine(path, pack, whole, origin=order.origin, progress=progress)
    for line in _told(found):
        tell(line)
    _refuse_tie(found, order)
    if order.report is not None:
        suffix = order.report.suffix.lower()
        atomic_write(order.report, report(found, suffix, order.language))
    if order.rejected is not None and found.rejected:
        suffix = order.rejected.suffix.lower()
        atomic_write(order.rejected, rejected_file(found, suffix, order.language))
    if order.dry_run:
        tell(Message("terminal.dry_run"))
        return None
    with catalogue(folder) as store:
        record = commit_table(store, found)
    told = {"id": record.id, "rows": record.rows, "kind": record.kind}
    tell(Message("terminal.rows_in_force", told))
    return record


def _refuse_tie(found: Diagnosis, order: ImportOrder) -> None:
    """Ask for the kind where the headers fit several tables as well: none is guessed silently."""
    if len(found.tied) > 1 and not order.dry_run:
        raise InputError(
            f"the headers fit {' and '.join(found.tied)} equally; nothing was committed",
            where=found.raw.name,
            repair="say which: " + " or ".join(f"--kind {kind}" for kind in found.tied),
        )


def import_table(store: Catalogue, province: str | None = None) -> pd.DataFrame:
    """Return the imports as a table for people, the latest first."""
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


def _told(found: Diagnosis) -> list[Sentence]:
    """Return a diagnosis in a few lines for the terminal."""
    counts, decision = found.counts, found.decision
    read = {"file": found.raw.name, "kind": found.kind, **asdict(counts)}
    lines: list[Sentence] = [Message("terminal.rows_read", read)]
    if len(found.tied) > 1:
        lines.append(Message("terminal.tie", {"kinds": _and(found.tied)}))
    if decision is not None:
        told = {"status": decision.status, "reason": decision.reason}
        lines.append(Message("terminal.coordinates", told))
    for rule, severity, count in found.findings.counts().itertuples(index=False):
        told = {"severity": severity, "count": count, "title": rule_title(rule)}
        lines.append(Message("terminal.finding", told))
    for key, rows in found.offered.items():
        lines.append(Message("terminal.repair_on_offer", {"key": key, "rows": rows}))
    return lines


def _and(names: Sequence[str]) -> Message | str:
    """Return names joined by the language's own "and"."""
    joined: Message | str = names[0]
    for name in names[1:]:
        joined = Message("list.and", {"left": joined, "right": name})
    return joined


def _import_raster(
    path: Path,
    pack: Pack,
    order: ImportOrder,
    folder: str | Path | None,
    tell: Callable[[Sentence], None],
) -> ImportRecord | None:
    kind = order.choice.kind or "dem"
    usual = next(c.words for c in IMPORTABLE[kind].columns if c.name == "unit")[0]
    file = RasterFile(path, order.unit or usual, crs=order.choice.crs or "")
    info = raster_info(path)
    tell(
        Message(
            "terminal.raster",
            {"file": info.name, "width": info.width, "height": info.height,
             "crs": info.declared_crs or "—"},
        )
    )  # fmt: skip
    for remark in info.remarks:
        tell(Message("terminal.remark", {"remark": remark}))
    if order.dry_run:
        tell(Message("terminal.dry_run"))
        return None
    with catalogue(folder) as store:
        record = commit_raster(store, file, pack, kind=kind, origin=order.origin)
    told = {"id": record.id, "rows": record.rows, "kind": kind}
    tell(Message("terminal.rasters_in_force", told))
    return record


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
        System that the planner says it is in; empty leaves it to the file.
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

    A further raster of the same kind stands beside the earlier ones: DEMs come in tiles.

    Raises
    ------
    DataError
        If the file is no raster or does not say where it lies.
    InputError
        If it does not touch the province, or the kind is no raster.
    """
    return commit_rasters(store, [file], pack, kind=kind, origin=origin)


def commit_rasters(
    store: Catalogue, files: Sequence[RasterFile], pack: Pack, *, kind: str, origin: FileOrigin
) -> ImportRecord:
    """Enter several rasters as one import, which one undo takes back; else as for one.

    Raises
    ------
    InputError
        If there is none; the others as for :func:`commit_raster`. Nothing is entered then.
    """
    if kind not in RASTERS:
        raise UnknownNameError("kind of raster", kind, RASTERS, where="kind")
    if not files:
        raise InputError("no rasters were given", where=kind, repair="give at least one file")
    rows = pd.concat(
        [_kept_raster(store, file, pack, kind, origin) for file in files], ignore_index=True
    )
    first, more = str(rows["source"].iloc[0]), len(files) - 1
    digest = hashlib.sha256("".join(rows["sha256"]).encode()).hexdigest()
    system = str(rows["crs"].iloc[0])
    single = str(rows["sha256"].iloc[0])
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
        raise InputError(
            "the raster does not say its coordinate system", where=info.name,
            repair="say it, such as --crs EPSG:4326",
        )  # fmt: skip
    try:
        west, south, east, north = transform_bounds(system, "EPSG:4326", *info.bounds)
    except (RasterioError, ValueError) as error:
        raise InputError(
            f"{system} does not fit the raster", where=info.name, repair="choose another system"
        ) from error
    box = pack.geo("regions").total_bounds
    if west >= box[2] or east <= box[0] or south >= box[3] or north <= box[1]:
        raise InputError(
            f"it covers {west:.2f}–{east:.2f}° E, {south:.2f}–{north:.2f}° N and touches no part "
            f"of {pack.name}",
            where=info.name,
            repair="choose the province that it covers, or check its coordinate system",
        )
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
