"""Commands on provinces: which packs are found, what a pack must hold, what is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.options import Tongue, print_table

COMMANDS = typer.Typer(help="Provinces: list them, check the folder of a new one.")


@COMMANDS.command("list")
def list_packs() -> None:
    """List the provinces: embedded ones and those in the folders of TONGCUN_PACKS."""
    import pandas as pd

    from data.tables.found_packs import find_packs
    from data.tables.reader import Pack

    found = find_packs()
    packs = [Pack(folder) for folder in found.folders.values()]
    rows = [
        (pack.name, pack.adcode, pack.meta["name_zh"], pack.meta["name_en"], str(pack.folder))
        for pack in packs
    ]
    columns = ["province", "adcode", "name_zh", "name_en", "folder"]
    print_table(pd.DataFrame(rows, columns=columns))
    for fault in found.faults:
        typer.echo(f"warning: {' '.join(str(fault).split())}", err=True)
    if found.faults:
        raise typer.Exit(1)


@COMMANDS.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Folder of one pack, wherever it lies.")],
    *,
    language: Tongue = "en",
) -> None:
    """Name every fault of a pack at once; exit code 1 if there is one."""
    from data.tables.checks.pack import check_pack
    from layers.registry import ledger_metrics

    report = check_pack(folder, layer_metrics=ledger_metrics())
    for fault in report.faults:
        typer.echo(fault.line(language))
    rows = sum(report.rows.values())
    typer.echo(f"{folder}: {len(report.rows)} tables, {rows:,} rows, {len(report.faults)} faults",
               err=True)  # fmt: skip
    if report.faults:
        raise typer.Exit(1)


@COMMANDS.command()
def tables(
    *,
    name: Annotated[str, typer.Option("--table", help="Only this table.")] = "",
    language: Tongue = "en",
) -> None:
    """List what a pack must hold: files, columns, kinds, units, ranges."""
    import pandas as pd

    from data.tables.checks.tables import file_of
    from data.tables.pack import TABLES
    from geo.errors import UnknownNameError

    if name and name not in TABLES:
        raise UnknownNameError("table", name, TABLES, where="--table")
    for table in [TABLES[name]] if name else TABLES.values():
        shape = f", {table.geometry}, EPSG:4326" if table.geometry else ""
        typer.echo(f"{file_of(table)}: {table.title(language)}{shape}; key {'+'.join(table.key)}")
        rows = [
            (f"  {column.name}", column.kind, column.unit, "" if column.nullable else "required",
             _limits(column.minimum, column.maximum) or " | ".join(column.words),
             column.meaning(language))
            for column in table.columns
        ]  # fmt: skip
        print_table(
            pd.DataFrame(rows, columns=["  column", "kind", "unit", "", "values", "meaning"])
        )


def _limits(least: float | None, most: float | None) -> str:
    if least is None and most is None:
        return ""
    return f"{'' if least is None else f'{least:g}'} … {'' if most is None else f'{most:g}'}"
