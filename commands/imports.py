"""Commands of the workspace: import, undo, templates and the ledger of villages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from commands.options import (
    Folder,
    Out,
    Province,
    Tongue,
    is_map,
    pack_of,
    print_table,
    remark,
    say,
    say_message,
    steps,
    words,
    write_bundle,
)
from geo.errors import InputError

COMMANDS = typer.Typer()
Report = Annotated[Path | None, typer.Option("--report", help="Report: .html, .json or .csv.")]
Rejected = Annotated[
    Path | None, typer.Option("--rejected", help="Rejected rows with reasons: .csv or .xlsx.")
]
Swapped = Annotated[
    bool | None, typer.Option("--swapped/--not-swapped", help="Latitude comes first.")
]
Scope = Annotated[
    str,
    typer.Option(
        "--scope",
        help="What is replaced: county (the counties of the files), append (nothing), or all.",
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        help="COLUMN=HEADER, such as lon=X; =HEADER keeps it as an extra; repeatable.",
    ),
]
HeaderRow = Annotated[
    int | None, typer.Option("--header-row", min=0, help="Row of the header; 0: none.")
]
System = Annotated[
    str,
    typer.Option(
        "--crs",
        help="WGS84 (keep the numbers as they are), GCJ-02, BD-09 or EPSG:CODE; default: "
        "detected, and nothing is committed where that is undecided.",
    ),
]


def _start_reader() -> None:
    """Start the process that reads files: it loads its libraries while this one loads its own."""
    from data.doctor.process import kept

    kept.prepare()


@COMMANDS.command("import")
def import_files(  # noqa: PLR0913  each option is a lever of the doctor
    files: Annotated[
        list[Path],
        typer.Argument(help="Files; every sheet, layer, folder and data set of each is read."),
    ],
    *,
    province: Province,
    kind: Annotated[
        str, typer.Option("--kind", "-k", help="Table; default: what the headers say.")
    ] = "",
    evidence: Annotated[
        str, typer.Option("--evidence", help="measured, declared or modelled.")
    ] = "declared",
    as_of: Annotated[str, typer.Option("--as-of", help="Date that the rows hold for.")] = "",
    scope: Scope = "county",
    column: Columns = None,
    header_row: HeaderRow = None,
    crs: System = "",
    swapped: Swapped = None,
    sheet: Annotated[str, typer.Option("--sheet", help="Sheet of a workbook.")] = "",
    layer: Annotated[str, typer.Option("--layer", help="Layer of a vector file.")] = "",
    encoding: Annotated[str, typer.Option("--encoding", help="Encoding, such as gb18030.")] = "",
    repair: Annotated[
        list[str] | None, typer.Option("--repair", help="Repair to apply, or all; repeatable.")
    ] = None,
    unit: Annotated[str, typer.Option("--unit", help="Unit of a raster's cells.")] = "",
    report: Report = None,
    rejected: Rejected = None,
    language: Tongue = "en",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Examine only.")] = False,
    workspace: Folder = None,
) -> None:
    """Examine files and put their accepted rows into the workspace."""
    _start_reader()
    from data.doctor.base import ImportChoice
    from data.doctor.diagnosis import FileOrigin
    from data.import_orders import ImportOrder, import_files

    chosen = ImportChoice(
        kind=kind or None, encoding=encoding or None, sheet=sheet or None, layer=layer or None,
        crs=crs or None, swapped=swapped, repairs=frozenset(repair or ()),
        header_row=header_row, columns=_columns(column or ()),
    )  # fmt: skip
    order = ImportOrder(
        chosen, FileOrigin(evidence, as_of), unit=unit, report=report, rejected=rejected,
        language=language, dry_run=dry_run, scope=scope,
    )  # fmt: skip
    with steps(files[0].name, 8 * len(files)) as step:
        import_files(
            files, province, order, folder=workspace, progress=step, write_line=say_message
        )


def _columns(given: Iterable[str]) -> dict[str, str]:
    """Return header → column of the options ``--column COLUMN=HEADER``."""
    chosen = {}
    for text in given:
        name, sign, header = text.partition("=")
        if not sign or not header.strip():
            raise InputError("terminal.no_header", text=text)
        chosen[header.strip()] = name.strip()
    return chosen


@COMMANDS.command()
def imports(
    *,
    province: Annotated[str, typer.Option("--province", "-p", help="Only this province.")] = "",
    workspace: Folder = None,
) -> None:
    """List every import, the latest first, and what is in force."""
    from data.importing import catalogue, import_table

    with catalogue(workspace) as store:
        table = import_table(store, province or None)
    if len(table):
        print_table(table, right=("rows", "rejected"))
    else:
        say("terminal.no_imports")


@COMMANDS.command()
def own(
    kind: Annotated[str, typer.Argument(help="Table, such as base_stations.")],
    *,
    province: Province,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Rows of your own files in force, with all their columns: print or write them."""
    from planning.exports.imported import imported_bundle

    bundle = imported_bundle(pack_of(province, workspace), kind, geometry=is_map(out))
    if out == "-":
        print_table(bundle.main, right=("lon", "lat"))
    else:
        write_bundle(bundle, out)


@COMMANDS.command()
def undo(
    kind: Annotated[str, typer.Argument(help="Table, such as natural_villages.")],
    *,
    province: Province,
    redo: Annotated[bool, typer.Option("--redo", help="Put back what was undone last.")] = False,
    workspace: Folder = None,
) -> None:
    """Take the last import of a table back; the one before it is in force again."""
    from data.importing import catalogue

    with catalogue(workspace) as store:
        found = (store.redo if redo else store.undo)(province, kind)
    what = words("terminal.own_table") if found is None else f"#{found.id} {found.file_name}"
    say("terminal.in_force", kind=kind, what=what)


@COMMANDS.command()
def template(
    kind: Annotated[str, typer.Argument(help="Table, such as natural_villages.")],
    out: Annotated[Path, typer.Argument(help="File: .xlsx or .csv.")],
    *,
    language: Tongue = "zh",
) -> None:
    """Write a blank template of a table: headers, units, one example row, notes."""
    from data.atomic import atomic_write
    from data.doctor.report.templates import template as blank

    atomic_write(out, blank(kind, language, out.suffix.lower()))
    remark("terminal.template", kind=kind, path=out)


@COMMANDS.command()
def ledger(
    *,
    province: Province,
    as_of: Annotated[str, typer.Option("--as-of", help="Date; default: every change.")] = "",
    workspace: Folder = None,
    out: Annotated[str, typer.Option("--out", "-o", help="File .csv; - prints.")] = "-",
) -> None:
    """State of every village as of a date, or every change that dated imports brought."""
    from data.atomic import atomic_write
    from data.export.writers import csv_bytes
    from data.importing import catalogue
    from data.ledger.villages import village_changes, village_states

    with catalogue(workspace) as store:
        table = (
            village_states(store, province, as_of) if as_of else village_changes(store, province)
        )
    if out == "-":
        print_table(table.head(200))
        if len(table) > 200:
            remark("terminal.more_rows", rows=len(table))
        return
    atomic_write(Path(out), csv_bytes(table))
