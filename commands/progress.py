"""Commands of the progress: give own counts, see who is behind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.options import (
    LAYER_KEYS,
    AsOf,
    Folder,
    LevelName,
    Metric,
    Out,
    Province,
    ScenarioFile,
    pack_of,
    print_table,
    remark,
    scenario_of,
    write_bundle,
)
from geo.errors import InputError

COMMANDS = typer.Typer()
Layer = Annotated[str, typer.Option("--layer", "-l", help=f"Layer: {LAYER_KEYS}.")]


@COMMANDS.command()
def observe(  # noqa: PLR0913  one argument for each option
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV or XLSX with columns region, date, value; evidence, source."),
    ] = None,
    *,
    province: Province,
    layer: Layer,
    metric: Metric = "",
    region: Annotated[
        str, typer.Option("--region", "-r", help="Code or name; one count by hand.")
    ] = "",
    date: Annotated[str, typer.Option("--date", help="Day of the count, YYYY-MM-DD.")] = "",
    value: Annotated[
        float | None, typer.Option("--value", help="Total built by that day, not the increase.")
    ] = None,
    evidence: Annotated[
        str, typer.Option("--evidence", help="measured, declared or modelled.")
    ] = "declared",
    source: Annotated[str, typer.Option("--source", help="Where it is from.")] = "",
    who: Annotated[str, typer.Option("--who", help="Who gives it; default: your user.")] = "",
    workspace: Folder = None,
) -> None:
    """Add dated counts of regions to the ledger of the workspace; `undo` takes them back."""
    from data.observing import OWN_STATISTICS, observe as add
    from data.workspace.catalogue import Catalogue
    from data.workspace.folder import Workspace
    from planning.progress import own_count

    if (file is None) == (value is None):
        raise InputError("terminal.one_value")
    pack = pack_of(province, workspace)
    rows = _read(file) if file is not None else [(region, date, value, "", "")]
    counts = [
        own_count(pack, layer, place, day, float(total or 0), metric=metric,
                  evidence=word or evidence, source=told or source or OWN_STATISTICS)
        for place, day, total, word, told in rows
    ]  # fmt: skip
    with Catalogue(Workspace.open(workspace).folder) as store:
        name = file.name if file is not None else ""
        record = add(store, pack, counts, who=who, file_name=name)
    remark("progress.observed", count=len(counts), who=record.who, id=record.id)


@COMMANDS.command()
def progress(  # noqa: PLR0913  one argument for each option
    *,
    province: Province,
    layer: Layer,
    metric: Metric = "",
    level: Annotated[
        LevelName, typer.Option("--level", help="Level of the rows.")
    ] = LevelName.prefecture,
    as_of: AsOf = "",
    scenario: ScenarioFile = None,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Compare what is built with the path to the target: who is behind, which pace is needed."""
    from planning.exports.progress import progress_bundle
    from planning.progress import progress_table

    pack = pack_of(province, workspace)
    plan = scenario_of(scenario, province)
    table = progress_table(pack, layer, metric=metric, level=str(level), as_of=as_of or None,
                           scenario=plan)  # fmt: skip
    if out == "-":
        print_table(table, right=table.select_dtypes("number").columns)
        return
    write_bundle(progress_bundle(pack, table, plan), out)


def _read(file: Path) -> list[tuple[str, str, float | None, str, str]]:
    """Return region, date, value, evidence and source of each row of a file."""
    from data.doctor.base import ROW
    from data.doctor.process import guarded

    rows = guarded.read(file).frame
    missing = [name for name in ("region", "date", "value") if name not in rows.columns]
    if missing:
        raise InputError("terminal.columns", where=str(file), missing=", ".join(missing))
    names = ["region", "date", "value", "evidence", "source"]
    cells = rows.reindex(columns=names).astype(object)
    cells = cells.where(cells.notna(), "")
    return [
        _row([str(cell).strip() for cell in row], f"{file.name} {number}")
        for number, row in zip(rows[ROW], cells.to_numpy().tolist(), strict=True)
    ]


def _row(cells: list[str], where: str) -> tuple[str, str, float | None, str, str]:
    region, date, value, evidence, source = cells
    try:
        # A spreadsheet gives a day with its midnight.
        day = date.removesuffix(" 00:00:00")
        return region, day, float(value.replace(",", "")), evidence, source
    except ValueError as error:
        raise InputError("terminal.number", where=where, value=value) from error
