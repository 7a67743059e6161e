"""Steps of the examination of a file, shared by the web page, the terminal and Python.

:func:`examine` reads, maps, places, names, checks and repairs; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.doctor.base import ROW, CrsDecision, Finding, ImportChoice, RawTable
from data.doctor.checks.completion import FileDefaults, completed
from data.doctor.checks.originals import technology_of, with_originals
from data.doctor.checks.repairs import apply_repairs, offered, repaired_context
from data.doctor.checks.rows import missing_column
from data.doctor.checks.rules import CheckContext, FindingTable, check, convert, rejected_rows
from data.doctor.crs.decision import CrsEvidence, KnownPositions, gather
from data.doctor.crs.placement import PlacedRows, Positions, declared_system, place, positions
from data.doctor.crs.whole_file import position_fault
from data.doctor.diagnosis import Diagnosis, FileOrigin
from data.doctor.headers.arrangement import arranged
from data.doctor.headers.matching import HeaderMap, guess_kind, map_headers
from data.doctor.names.matching import ResolvedNames, resolve_names
from data.doctor.reading.geometry import text_geometries
from data.doctor.report.rejects import without_reasons
from data.tables.common import Counts
from data.tables.imports import IMPORTABLE, RASTERS, table_of_rows
from data.tables.pack import Table
from data.wording.catalogue import Message
from data.workspace.effective import imported_table
from geo.errors import DataError, InputError

if TYPE_CHECKING:
    import geopandas as gpd

    from data.tables.reader import Pack

#: Steps in the order in which a progress bar shows them.
STEPS = ("read", "headers", "names", "place", "check", "repair", "count")
Progress = Callable[[str], None]
_AUTOMATIC = ImportChoice()


def _silent(_step: str) -> None:
    return


def diagnose(
    raw: RawTable,
    pack: Pack,
    *,
    choice: ImportChoice,
    origin: FileOrigin,
    progress: Progress = _silent,
) -> Diagnosis:
    """Examine a table that is already read.

    Parameters
    ----------
    raw
        The file as it was read.
    pack
        The province: its borders, names, places and sites are the evidence.
    choice
        Settings of the planner; what is unset is detected.
    origin
        Statements of the planner about the file.
    progress
        Called with each of :data:`STEPS` when it begins.

    Returns
    -------
    diagnosis
        Accepted and rejected rows with all findings; nothing is written.

    Raises
    ------
    DataError
        If the table has no rows.
    InputError
        If a setting does not fit the file, or no table fits it.
    """
    progress("headers")
    raw, kinds, table, headers, frame = _mapped(_with_rows(raw), choice)
    progress("names")
    regions = pack.geo("regions")
    named = resolve_names(frame, regions)
    progress("place")
    own = positions(raw, frame, table)
    placed = place(
        frame,
        own,
        _evidence(pack, regions, frame, named, table),
        table=table,
        declared=declared_system(raw, headers.mapped, headers.systems),
        choice=choice,
    )
    progress("check")
    typed, unreadable = convert(placed.frame, table)
    typed = with_originals(typed, placed.frame, unreadable, headers.renaming)
    context = CheckContext(
        table=table, regions=regions, province=pack.adcode, today=origin.today,
        units=_units(headers), adcodes=named.adcode,
    )  # fmt: skip
    filled = [*frame.columns, *(("as_of",) if origin.as_of else ())]
    decision, context, fault = _explained(placed, own, context, headers, filled)
    shared = placed.findings if fault is None else (fault,)
    given = FindingTable.of([*named.findings, *shared]).merged(unreadable)
    found = check(typed, context, given)
    progress("repair")
    after, changed = apply_repairs(typed, found, choice.repairs)
    left = found
    if changed.any() or len(after) < len(typed):
        left = _checked_again(after, repaired_context(context, choice.repairs), given)
    progress("count")
    errors = rejected_rows(left) if fault is None else typed[ROW]
    rejected = frozenset(errors.tolist()) | _dropped(typed, after)
    repaired = frozenset(after.loc[changed.to_numpy(), ROW].tolist()) - rejected
    good = after[~after[ROW].isin(rejected)]
    filling = FileDefaults(origin.evidence, origin.as_of, raw.name, table.name)
    accepted = completed(good, table, regions, named.adcode, filling)
    read_rows = raw.rows_read
    counts = Counts(
        read_rows, read_rows - len(rejected) - len(repaired), len(repaired), len(rejected)
    )  # fmt: skip
    return Diagnosis(
        raw, table, kinds, headers, decision, placed.before, typed, accepted,
        offered(found), left, counts, repaired, rejected, choice, origin, pack.name,
    )  # fmt: skip


def _explained(
    placed: PlacedRows,
    own: Positions | None,
    context: CheckContext,
    headers: HeaderMap,
    filled: Collection[str],
) -> tuple[CrsDecision | None, CheckContext, Finding | None]:
    """Return the decision, a context that knows whether rows are placed, and a fault of all rows.

    ``filled`` are the columns that have values without a header.
    """
    decision = placed.decision
    fault = position_fault(placed.frame, own, decision, context, headers.renaming)
    if fault is None:
        return decision, context, missing_column(context.table, headers, filled)
    if decision is not None and not decision.crs:
        decision = replace(decision, reason=fault.why)
    return decision, replace(context, is_placed=False), fault


def _with_rows(raw: RawTable) -> RawTable:
    """Return the table as one object a row, without an earlier report; refuse an empty one."""
    if not raw.rows_read:
        raise DataError("table.header_only", where=raw.name)
    return arranged(replace(raw, frame=without_reasons(raw.frame)))


def _mapped(
    raw: RawTable, choice: ImportChoice
) -> tuple[RawTable, tuple[tuple[str, float], ...], Table, HeaderMap, pd.DataFrame]:
    """Return the file, the ranked tables, the table, the mapping of headers, the renamed rows."""
    own = raw.frame
    if raw.geometry is not None and raw.sniffed.format in ("csv", "xlsx", "xls", "ods", "json"):
        own = own.drop(columns=text_geometries(own)[:1])
    listed = [column for column in own.columns if column != ROW]
    kinds = guess_kind(listed, raw.sniffed.geometry, _tables())
    table = _table(choice.kind, kinds)
    headers = map_headers(listed, table, chosen=choice.columns)
    raw, frame = _with_technology(raw, own.rename(columns=headers.renaming), table, headers)
    return raw, kinds, table, headers, frame


def _with_technology(
    raw: RawTable, frame: pd.DataFrame, table: Table, headers: HeaderMap
) -> tuple[RawTable, pd.DataFrame]:
    """Add the technology that the headers say for all rows, with a remark."""
    said = technology_of(headers.mapped) if "technology" in table.column_names else ""
    if not said:
        return raw, frame
    remark = Message("reader.technology", {"technology": said})
    sniffed = replace(raw.sniffed, remarks=(*raw.sniffed.remarks, remark))
    return replace(raw, sniffed=sniffed), frame.assign(technology=said)


def _tables() -> tuple[Table, ...]:
    return tuple(table for name, table in IMPORTABLE.items() if name not in RASTERS)


def _table(wanted: str | None, kinds: tuple[tuple[str, float], ...]) -> Table:
    """Return the planner's table, else the one that clearly fits best.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    InputError
        If none fits the file.
    """
    if wanted:
        return table_of_rows(wanted)
    if not kinds or kinds[0][1] <= 0:
        fitting = [name for name, _ in kinds] or [table.name for table in _tables()]
        raise InputError("import.no_kind", fitting=", ".join(sorted(fitting)))
    return IMPORTABLE[kinds[0][0]]


def _evidence(
    pack: Pack, regions: gpd.GeoDataFrame, frame: pd.DataFrame, named: ResolvedNames, table: Table
) -> CrsEvidence:
    places, sites = pack.table("places"), pack.table("sites")
    names = frame["name"] if "name" in frame.columns and table.geometry == "point" else None
    roads = imported_table(pack, "roads")
    known = KnownPositions(
        places, sites, None if roads is None else roads["geometry"].to_numpy(object)
    )
    return gather(
        regions, len(frame), adcodes=named.adcode, names=names, known=known
    )  # fmt: skip


def _units(headers: HeaderMap) -> dict[str, str]:
    """Return column → unit that its header names."""
    return {headers.mapped[h]: unit for h, unit in headers.units.items() if h in headers.mapped}


def _checked_again(after: pd.DataFrame, context: CheckContext, given: FindingTable) -> FindingTable:
    """Check the repaired rows; findings of earlier steps stay where their rows do.

    A repair changes other cells of the row, so a cell that could not be read stays unreadable.
    """
    kept = given.frame["row"].isin(after[ROW]) | (given.frame["row"] == 0)
    adcodes = None if context.adcodes is None else context.adcodes.reindex(after.index)
    return check(after, replace(context, adcodes=adcodes), given.only(kept))


def _dropped(before: pd.DataFrame, after: pd.DataFrame) -> frozenset[int]:
    """Return the row numbers that a repair left out; no repair adds a row."""
    if len(after) == len(before):
        return frozenset()
    return frozenset(np.setdiff1d(before[ROW].to_numpy(), after[ROW].to_numpy()).tolist())
