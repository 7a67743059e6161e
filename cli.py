"""The terminal door: the same functions as the web door, one sub-command each.

Exit codes: 0 done, 1 a file or folder is at fault, 2 the call is at fault. Progress goes to
stderr, so that ``--out -`` can be piped.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from geo.errors import InputError, PlannerError

if TYPE_CHECKING:
    import pandas as pd

    from data.export import ExportBundle
    from data.pack import Pack
    from data.scenario import Scenario

cli = typer.Typer(
    name="cli.py",
    help="Tongcun 通村: what is missing, where, on what evidence — and what a site would change.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class LevelName(StrEnum):
    """Levels of ``--level``."""

    province = "province"
    prefecture = "prefecture"
    county = "county"


class StateName(StrEnum):
    """States of ``--state``."""

    uncovered = "uncovered"
    covered = "covered"
    unknown = "unknown"
    all = "all"


Province = Annotated[str, typer.Option("--province", "-p", help="Name of the pack.")]
Out = Annotated[
    str,
    typer.Option(
        "--out", "-o",
        help="File: .csv .xlsx .geojson .gpkg .kml .parquet by its suffix; - prints a table.",
    ),
]  # fmt: skip
ScenarioFile = Annotated[
    Path | None, typer.Option("--scenario", help="Scenario file (JSON) with what you change.")
]
Tongue = Annotated[Literal["zh", "en"], typer.Option("--language", help="zh or en.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", help="Folder of imported tables; default: the user's data folder."
    ),
]


@cli.command()
def gaps(  # noqa: PLR0913  one argument for each option
    *,
    province: Province,
    layer: Annotated[
        str, typer.Option("--layer", "-l", help="Layer key, several by comma, or all.")
    ] = "all",
    level: Annotated[
        LevelName, typer.Option("--level", help="Level of the rows.")
    ] = LevelName.prefecture,
    as_of: Annotated[
        str, typer.Option("--as-of", help="Latest date of what counts as built.")
    ] = "",
    scenario: ScenarioFile = None,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Target, built, planned and gap per region, with interval, evidence and sources."""
    from layers.gaptable import GAP_COLUMNS, gap_table

    with _steps("gaps", 3) as step:
        pack = _pack(province, workspace)
        step("read")
        plan = _scenario(scenario, province)
        keys = [key.strip() for key in layer.split(",")]
        table = gap_table(pack, keys, level=level.value, as_of=as_of or None, scenario=plan)
        step("computed")
        if out == "-":
            _print(table[list(GAP_COLUMNS)], right=GAP_COLUMNS[7:13])
            return
        from layers.bundles import gap_bundle

        _write(gap_bundle(pack, table, scenario=plan, geometry=_is_map(out)), out)
        step("written")


@cli.command()
def villages(  # noqa: PLR0913  one argument for each option
    *,
    province: Province,
    state: Annotated[
        StateName, typer.Option("--state", help="Coverage state.")
    ] = StateName.uncovered,
    prefecture: Annotated[
        list[str] | None,
        typer.Option("--prefecture", help="adcode of a prefecture or county; repeatable."),
    ] = None,
    min_households: Annotated[
        int, typer.Option("--min-households", min=1, help="Smallest village [households].")
    ] = 1,
    radius_m: Annotated[
        float | None,
        typer.Option(
            "--radius-m",
            help="Derive the state anew: a site within this distance [m] (rule A: 5000).",
        ),
    ] = None,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Natural villages by state, with names of their regions."""
    from layers.villages import village_table

    with _steps("villages", 3) as step:
        pack = _pack(province, workspace)
        step("read")
        table = village_table(
            pack, state=state.value, regions=prefecture or (), min_households=min_households,
            radius_m=radius_m,
        )  # fmt: skip
        step("selected")
        if out == "-":
            _print(table, right=("lon", "lat", "households"))
            return
        from layers.bundles import village_bundle

        _write(village_bundle(pack, table), out)
        step("written")


@cli.command()
def whatif(
    *,
    province: Province,
    site: Annotated[
        list[str], typer.Option("--site", "-s", help="LAT,LON[,HEIGHT_M[,PRESET]]; repeatable.")
    ],
    level: Annotated[
        LevelName, typer.Option("--level", help="Level of the before/after rows.")
    ] = LevelName.prefecture,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Villages and households newly reached by placed sites, before and after per region.

    Circles by preset radius, no terrain data: wrong both ways in mountains.
    """
    from data.scenario import Scenario, parse_site
    from layers.bundles import whatif_bundle
    from layers.whatif import effect

    with _steps("whatif", 3) as step:
        pack = _pack(province, workspace)
        plan = Scenario(province=province, sites=tuple(parse_site(text) for text in site))
        step("read")
        result = effect(pack, plan.sites, level=level.value)
        step("computed")
        if out == "-":
            _print(result.regions, right=result.regions.columns[4:11])
            invented = (result.regions["evidence"] == "illustrative").any()
            typer.echo(
                f"{result.villages:,} villages, {result.households:,} households newly reached; "
                f"circle: no terrain data{'; illustrative villages' if invented else ''}"
            )
            return
        _write(whatif_bundle(pack, plan, result), out)
        step("written")


@cli.command()
def sources(*, province: Province, workspace: Folder = None, out: Out = "-") -> None:
    """List every source id with its quote, licence and credit, and known anomalies."""
    from layers.bundles import source_bundle, source_table

    with _steps("sources", 2) as step:
        pack = _pack(province, workspace)
        table = source_table(pack)
        step("read")
        if out == "-":
            _print(table, right=("value",))
            return
        _write(source_bundle(pack), out)
        step("written")


@cli.command("import")
def import_files(  # noqa: PLR0913  each option is a lever of the doctor
    files: Annotated[list[Path], typer.Argument(help="Files, one table each.")],
    *,
    province: Province,
    kind: Annotated[
        str, typer.Option("--kind", "-k", help="Table; default: what the headers say.")
    ] = "",
    evidence: Annotated[
        str, typer.Option("--evidence", help="measured, declared or modelled.")
    ] = "declared",
    as_of: Annotated[str, typer.Option("--as-of", help="Date that the rows hold for.")] = "",
    crs: Annotated[
        str, typer.Option("--crs", help="WGS84, GCJ-02, BD-09 or EPSG:CODE; default: detected.")
    ] = "",
    swapped: Annotated[
        bool | None, typer.Option("--swapped/--not-swapped", help="Latitude comes first.")
    ] = None,
    sheet: Annotated[str, typer.Option("--sheet", help="Sheet of a workbook.")] = "",
    layer: Annotated[str, typer.Option("--layer", help="Layer of a vector file.")] = "",
    encoding: Annotated[str, typer.Option("--encoding", help="Encoding, such as gb18030.")] = "",
    repair: Annotated[
        list[str] | None, typer.Option("--repair", help="Repair to apply, or all; repeatable.")
    ] = None,
    unit: Annotated[str, typer.Option("--unit", help="Unit of a raster's cells.")] = "",
    report: Annotated[
        Path | None, typer.Option("--report", help="Report: .html, .json or .csv.")
    ] = None,
    rejected: Annotated[
        Path | None, typer.Option("--rejected", help="Rejected rows with reasons: .csv or .xlsx.")
    ] = None,
    language: Tongue = "en",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Examine only.")] = False,
    workspace: Folder = None,
) -> None:
    """Examine files and put their accepted rows into the workspace."""
    from data.doctor.base import Choice
    from data.doctor.engine import Origin
    from data.importing import Order, import_file

    chosen = Choice(
        kind=kind or None, encoding=encoding or None, sheet=sheet or None, layer=layer or None,
        crs=crs or None, swapped=swapped, repairs=frozenset(repair or ()),
    )  # fmt: skip
    order = Order(
        chosen, Origin(evidence, as_of), unit=unit, report=report, rejected=rejected,
        language=language, dry_run=dry_run,
    )  # fmt: skip
    if len(files) > 1 and (report or rejected):
        raise InputError(
            "one report cannot hold several files", where="--report",
            repair="import the files one by one",
        )  # fmt: skip
    for file in files:
        with _steps(file.name, 8) as step:
            import_file(file, province, order, folder=workspace, progress=step, tell=typer.echo)


@cli.command()
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
        _print(table, right=("rows", "rejected"))
    else:
        typer.echo("nothing was imported yet")


@cli.command()
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
    what = "the pack's own table" if found is None else f"#{found.id} {found.file_name}"
    typer.echo(f"{kind}: in force is {what}")


@cli.command()
def template(
    kind: Annotated[str, typer.Argument(help="Table, such as natural_villages.")],
    out: Annotated[Path, typer.Argument(help="File: .xlsx or .csv.")],
    *,
    language: Tongue = "zh",
) -> None:
    """Write a blank template of a table: headers, units, one example row, notes."""
    from data.atomic import atomic_write
    from data.doctor.templates import template as blank

    atomic_write(out, blank(kind, language, out.suffix.lower()))
    typer.echo(f"template of {kind} → {out}", err=True)


@cli.command()
def ledger(
    *,
    province: Province,
    as_of: Annotated[str, typer.Option("--as-of", help="Date; default: every change.")] = "",
    workspace: Folder = None,
    out: Annotated[str, typer.Option("--out", "-o", help="File .csv; - prints.")] = "-",
) -> None:
    """State of every village as of a date, or every change that dated imports brought."""
    from data.atomic import atomic_write
    from data.export import csv_bytes
    from data.importing import catalogue
    from data.village_ledger import village_changes, village_states

    with catalogue(workspace) as store:
        table = (
            village_states(store, province, as_of) if as_of else village_changes(store, province)
        )
    if out == "-":
        _print(table.head(200))
        if len(table) > 200:
            typer.echo(f"… 200 of {len(table):,} rows; --out FILE.csv writes all", err=True)
        return
    atomic_write(Path(out), csv_bytes(table))


def main() -> None:
    """Run the terminal door; every planner error is one line on stderr."""
    _utf8_streams()
    try:
        cli()
    except PlannerError as error:
        typer.echo(f"error: {' '.join(str(error).split())}", err=True)
        raise SystemExit(error.exit_code) from error
    except BrokenPipeError:
        # The reader (head, less) has gone: nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def _utf8_streams() -> None:
    """Chinese names must print on consoles whose code page is not UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def _pack(province: str, workspace: Path | None) -> Pack:
    """Return the pack as the workspace makes it."""
    from data.effective import effective_pack
    from data.pack import Pack

    return effective_pack(Pack.load(province), workspace)


def _scenario(path: Path | None, province: str) -> Scenario | None:
    if path is None:
        return None
    from data.scenario import Scenario

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot be read ({error})",
            where=str(path),
            repair="give a scenario file in UTF-8 JSON",
        ) from error
    plan = Scenario.from_json(text, where=str(path))
    if plan.province != province:
        raise InputError(
            f"the scenario is for {plan.province!r}",
            where=str(path),
            repair=f"use --province {plan.province}",
        )
    return plan


def _is_map(out: str) -> bool:
    return Path(out).suffix.lower() in {".geojson", ".gpkg", ".kml", ".parquet"}


def _write(bundle: ExportBundle, out: str) -> None:
    from data.export import write

    path = write(bundle, Path(out))
    typer.echo(f"{len(bundle.main):,} rows → {path}", err=True)


@contextmanager
def _steps(title: str, length: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on stderr while the block runs; silent when nobody looks."""
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    with typer.progressbar(length=length, label=title, file=sys.stderr) as bar:

        def step(name: str) -> None:
            bar.label = f"{title}: {name}"
            bar.update(1)

        yield step


def _print(table: pd.DataFrame, *, right: Any = ()) -> None:
    """Print a table with aligned columns."""
    from data.text_table import text_lines

    for line in text_lines(table, right=right):
        typer.echo(line)


if __name__ == "__main__":
    main()
