"""Import files as a planner orders it: examine, report line by line, then put all in force at once.

::

    order = ImportOrder(ImportChoice(crs="WGS84"), FileOrigin("measured", "2024-06-30"))
    import_files([Path("one.csv"), Path("two.xlsx")], province, order, write_line=print)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from data.atomic import atomic_write
from data.doctor.base import ImportChoice
from data.doctor.checks.findings import rule_title
from data.doctor.diagnosis import Diagnosis, FileOrigin
from data.doctor.engine import diagnose
from data.doctor.parts import examine_parts
from data.doctor.process.guarded import raster_info
from data.doctor.report.files import report
from data.doctor.report.rejects import rejected_file
from data.importing import (
    RasterFile,
    catalogue,
    commit_raster,
    commit_tables,
    planned_merge,
    refuse_undecided,
)
from data.tables.imports import IMPORTABLE, RASTERS
from data.tables.reader import Pack
from data.wording.catalogue import Message
from data.workspace.catalogue import Catalogue, ImportRecord
from data.workspace.effective import effective_pack
from geo.errors import InputError
from geo.sentence import Sentence

#: Headers of which the terminal asks what they mean.
MOST_PROPOSALS = 5
#: Consents to every repair on offer.
ALL_REPAIRS = "all"


@dataclass(frozen=True)
class ImportOrder:
    """How files are to be imported.

    Attributes
    ----------
    choice, origin
        What the planner overrides, and states of the file as a whole. A repair named ``all``
        consents to every repair that the examination offers.
    unit
        Unit of a raster's cells; empty for the usual one.
    report, rejected
        Further files to write; None for none.
    language
        Code of the language of these files.
    dry_run
        Examine only.
    scope
        What the files replace, one of :data:`data.workspace.merging.SCOPES`.
    """

    choice: ImportChoice
    origin: FileOrigin
    unit: str = ""
    report: Path | None = None
    rejected: Path | None = None
    language: str = "en"
    dry_run: bool = False
    scope: str = "county"


def import_files(
    paths: Sequence[Path],
    province: str,
    order: ImportOrder,
    *,
    folder: str | Path | None = None,
    progress: Callable[[str], None] = lambda _step: None,
    write_line: Callable[[Sentence], None] = lambda _line: None,
) -> list[ImportRecord]:
    """Examine files, every sheet, layer and folder of them, and put the accepted rows in force.

    Parameters
    ----------
    paths
        Files of any tables; those of one table become one import.
    province
        Name of the pack.
    order
        How the files are to be imported.
    folder
        Root of the workspace; default as in :meth:`data.workspace.folder.Workspace.open`.
    progress
        Called with the name of each step when it begins.
    write_line
        Called with each line of the result, for the terminal.

    Returns
    -------
    records
        The imports, one per table; empty where nothing was to be committed.

    Raises
    ------
    PlannerError
        If a file, a choice or the workspace is at fault; the workspace stays as it was.
    """
    pack = effective_pack(Pack.load(province), folder)
    if order.choice.kind in RASTERS:
        made = [_raster(path, pack, order, folder, write_line) for path in paths]
        return [record for record in made if record is not None]
    diagnoses = _all_examined(paths, pack, order, progress, write_line)
    if order.dry_run:
        write_line(Message("terminal.dry_run"))
        return []
    for found in diagnoses:
        _refuse_tie(found)
        refuse_undecided(found)
    with catalogue(folder) as store:
        for line in replaced(store, diagnoses, order.scope):
            write_line(line)
        records = commit_tables(store, diagnoses, order.scope)
    for record in records:
        arguments = {"id": record.id, "rows": record.rows, "kind": record.kind}
        write_line(Message("terminal.rows_in_force", arguments))
    return records


def _all_examined(
    paths: Sequence[Path],
    pack: Pack,
    order: ImportOrder,
    progress: Callable[[str], None],
    write_line: Callable[[Sentence], None],
) -> list[Diagnosis]:
    """Examine every part of every file, write the lines and the requested reports."""
    if len(paths) > 1 and (order.report or order.rejected):
        raise InputError("import.one_report")
    diagnoses = [found for path in paths for found in _examined(path, pack, order, progress)]
    for found in diagnoses:
        for line in diagnosis_lines(found):
            write_line(line)
    if order.report or order.rejected:
        _written(diagnoses[0], order)
    return diagnoses


def _examined(
    path: Path, pack: Pack, order: ImportOrder, progress: Callable[[str], None]
) -> list[Diagnosis]:
    """Examine every part of a file, with all repairs on offer where the planner consents."""
    consent = ALL_REPAIRS in order.choice.repairs
    asked = replace(order.choice, repairs=order.choice.repairs - {ALL_REPAIRS})
    parts = examine_parts(path, pack, asked, origin=order.origin, progress=progress)
    if not consent:
        return parts
    return [
        diagnose(
            part.raw, pack, choice=replace(part.choice, repairs=frozenset(part.offered)),
            origin=order.origin, progress=progress,
        )
        for part in parts
    ]  # fmt: skip


def _written(found: Diagnosis, order: ImportOrder) -> None:
    """Write the requested report and rejected rows."""
    if order.report is not None:
        suffix = order.report.suffix.lower()
        atomic_write(order.report, report(found, suffix, order.language))
    if order.rejected is not None and found.rejected:
        suffix = order.rejected.suffix.lower()
        atomic_write(order.rejected, rejected_file(found, suffix, order.language))


def _refuse_tie(found: Diagnosis) -> None:
    """Refuse a file whose headers fit several tables equally: the kind is not guessed."""
    if len(found.tied) > 1:
        raise InputError(
            "import.tied",
            where=found.raw.name,
            kinds=" / ".join(found.tied),
            options=" / ".join(f"--kind {kind}" for kind in found.tied),
        )


def diagnosis_lines(found: Diagnosis) -> list[Sentence]:
    """Return a diagnosis in a few lines for the terminal.

    Parameters
    ----------
    found
        Result of the examination.

    Returns
    -------
    lines
        Rows, how the file was read, the meaning of each header, coordinates, findings, repairs.
    """
    counts, decision, sniffed = found.counts, found.decision, found.raw.sniffed
    part = sniffed.sheet or sniffed.layer
    name = f"{found.raw.name} [{part}]" if part else found.raw.name
    lines: list[Sentence] = [
        Message("terminal.rows_read", {"file": name, "kind": found.kind, **asdict(counts)})
    ]
    read = {
        "format": sniffed.format, "encoding": sniffed.encoding or "—",
        "header": sniffed.header_row or "—",
    }  # fmt: skip
    lines.append(Message("terminal.read_as", read))
    lines += [Message("terminal.remark", {"remark": remark}) for remark in sniffed.remarks]
    lines += [
        Message("terminal.column", {"header": header, "column": column})
        for header, column in found.headers.mapped.items()
    ]
    if found.headers.extras:
        lines.append(Message("terminal.extras", {"names": ", ".join(found.headers.extras)}))
    lines += [
        Message("terminal.proposal", {"header": near.header, "column": near.column})
        for near in found.headers.proposals
        if near.column not in found.headers.mapped.values()
    ][:MOST_PROPOSALS]
    if len(found.tied) > 1:
        lines.append(Message("terminal.tie", {"kinds": _and(found.tied)}))
    if decision is not None:
        said = {"status": decision.status, "reason": decision.reason}
        lines.append(Message("terminal.coordinates", said))
    for rule, severity, count in found.findings.counts().itertuples(index=False):
        said = {"severity": severity, "count": count, "title": rule_title(rule)}
        lines.append(Message("terminal.finding", said))
    whole = found.findings.only(found.findings.frame["row"] == 0)
    lines += [
        Message("terminal.whole_file", {"why": item.why, "how": item.how})
        for item in whole.findings()
    ]
    for key, rows in found.offered.items():
        lines.append(Message("terminal.repair_on_offer", {"key": key, "rows": rows}))
    return lines


def replaced(store: Catalogue, diagnoses: Sequence[Diagnosis], scope: str) -> list[Sentence]:
    """Return what a commit would replace, line by line; nothing is written.

    Parameters
    ----------
    store
        Catalogue of the workspace.
    diagnoses
        Files that are to be committed together.
    scope
        What they replace.

    Returns
    -------
    lines
        One per table.
    """
    lines: list[Sentence] = []
    for kind in dict.fromkeys(found.kind for found in diagnoses if len(found.accepted)):
        parts = [found for found in diagnoses if found.kind == kind and len(found.accepted)]
        merge = planned_merge(store, parts, scope)
        counts = {
            "kind": kind, "added": merge.added, "replaced": merge.replaced,
            "removed": merge.removed, "kept": merge.kept, "counties": len(merge.counties),
        }  # fmt: skip
        lines.append(Message("terminal.replaces", {"scope": scope, **counts}))
    return lines


def _and(names: Sequence[str]) -> Message | str:
    """Return names joined by the language's own "and"."""
    joined: Message | str = names[0]
    for name in names[1:]:
        joined = Message("list.and", {"left": joined, "right": name})
    return joined


def _raster(
    path: Path,
    pack: Pack,
    order: ImportOrder,
    folder: str | Path | None,
    write_line: Callable[[Sentence], None],
) -> ImportRecord | None:
    kind = order.choice.kind or "dem"
    usual = next(c.words for c in IMPORTABLE[kind].columns if c.name == "unit")[0]
    file = RasterFile(path, order.unit or usual, crs=order.choice.crs or "")
    info = raster_info(path)
    write_line(
        Message(
            "terminal.raster",
            {"file": info.name, "width": info.width, "height": info.height,
             "crs": info.declared_crs or "—"},
        )
    )  # fmt: skip
    for remark in info.remarks:
        write_line(Message("terminal.remark", {"remark": remark}))
    if order.dry_run:
        write_line(Message("terminal.dry_run"))
        return None
    with catalogue(folder) as store:
        record = commit_raster(store, file, pack, kind=kind, origin=order.origin)
    arguments = {"id": record.id, "rows": record.rows, "kind": kind}
    write_line(Message("terminal.rasters_in_force", arguments))
    return record
