"""Commands of universal service: forms from plan and ledger, and the life of a site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import (
    Folder,
    Province,
    ScenarioFile,
    pack_of,
    print_table,
    remark,
    say,
    scenario_of,
    steps,
)
from data.forms.fields import FORMS
from geo.errors import InputError

if TYPE_CHECKING:
    from data.ledger.site_lives import SiteMove

COMMANDS = typer.Typer()
Kind = Annotated[str, typer.Argument(help=f"Form: {', '.join(FORMS)}.")]


@COMMANDS.command()
def form(  # noqa: PLR0913  one argument for each option
    kind: Kind,
    *,
    province: Province,
    out: Annotated[Path, typer.Option("--out", "-o", help="Workbook to write, .xlsx.")],
    scenario: ScenarioFile = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", help="Your own .xlsx with the same field names."),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", help="NAME=VALUE of a field that no plan knows; repeatable."),
    ] = None,
    workspace: Folder = None,
) -> None:
    """Fill a form of universal service from the plan of a scenario and the ledger."""
    from data.atomic import atomic_write
    from data.forms.filling import filled, read_template
    from data.forms.template import form_template
    from planning.exports.forms import form_content

    own = read_template(template) if template is not None else form_template(kind)
    given = _fields(field or [])
    pack = pack_of(province, workspace)
    with steps(kind, 3) as step:
        content = form_content(
            kind, pack, scenario_of(scenario, province), workspace=workspace, step=step
        )
        result = filled(own, kind, content.with_values(given), where=str(template or kind))
    atomic_write(out, result.content)
    remark("form.written", rows=len(content.rows), path=out)
    if result.missing:
        remark("form.missing", names=", ".join(result.missing))


@COMMANDS.command("form-template")
def form_template_file(
    kind: Kind, out: Annotated[Path, typer.Argument(help="File: .xlsx.")]
) -> None:
    """Write the blank template of a form; change its look, keep the names of its fields."""
    from data.atomic import atomic_write
    from data.forms.template import form_template

    atomic_write(out, form_template(kind))
    remark("terminal.template", kind=kind, path=out)


@COMMANDS.command("site-life")
def site_life(  # noqa: PLR0913  one argument for each option
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV in UTF-8 with site_id, stage, as_of and what else is known."),
    ] = None,
    *,
    province: Province,
    site: Annotated[str, typer.Option("--site", help="Id of a site; one step by hand.")] = "",
    stage: Annotated[
        str,
        typer.Option(
            "--stage", help="proposed, approved, under_construction, operational or accepted."
        ),
    ] = "",
    date: Annotated[str, typer.Option("--date", help="Day of the step, YYYY-MM-DD.")] = "",
    villages: Annotated[
        str, typer.Option("--villages", help="Ids of villages served, by semicolons.")
    ] = "",
    technology: Annotated[str, typer.Option("--technology", help="4G or 5G.")] = "",
    rsrp: Annotated[float | None, typer.Option("--rsrp", help="Level measured [dBm].")] = None,
    rate: Annotated[float | None, typer.Option("--rate", help="Rate measured [Mbit/s].")] = None,
    photographs: Annotated[
        str, typer.Option("--photographs", help="Names of photographs, by semicolons.")
    ] = "",
    result: Annotated[str, typer.Option("--result", help="passed or failed.")] = "",
    who: Annotated[str, typer.Option("--who", help="Who gives it; default: your user.")] = "",
    workspace: Folder = None,
) -> None:
    """List the lives of sites, or add steps to them; what is accepted closes the gap."""
    from data.ledger.site_lives import SiteMove, life_table, move
    from data.workspace.catalogue import Catalogue
    from data.workspace.folder import Workspace

    if file is not None and site:
        raise InputError("terminal.one_site")
    with Catalogue(Workspace.open(workspace).folder) as store:
        if file is None and not site:
            table = life_table(store, province)
            if len(table):
                print_table(table)
            else:
                say("site_life.empty")
            return
        by_hand = SiteMove(site, stage, date, villages, technology, rsrp, rate, photographs, result)
        moves = [by_hand] if file is None else _moves(file)
        pack = pack_of(province, workspace)
        record = move(store, pack, moves, who=who, file_name=file.name if file else "")
    remark("site_life.moved", count=len(moves), who=record.who, id=record.id)


def _fields(given: list[str]) -> dict[str, str]:
    fields = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign:
            raise InputError("terminal.no_field", text=text)
        fields[name.strip()] = value.strip()
    return fields


def _moves(file: Path) -> list[SiteMove]:
    import pandas as pd

    from data.ledger.site_lives import from_row

    try:
        rows = pd.read_csv(file, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise InputError("terminal.steps", where=str(file), error=error) from error
    missing = [name for name in ("site_id", "stage", "as_of") if name not in rows.columns]
    if missing:
        raise InputError("terminal.step_columns", where=str(file), missing=", ".join(missing))
    texts = [{str(key): str(cell) for key, cell in row.items()} for row in rows.to_dict("records")]
    return [from_row(row, f"{file.name} {i}") for i, row in enumerate(texts, start=2)]
