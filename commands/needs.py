"""Command of the other layers: what they need, year by year."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from commands.options import (
    Folder,
    Out,
    Province,
    ScenarioFile,
    pack_of,
    print_table,
    scenario_of,
    write_bundle,
)

COMMANDS = typer.Typer()


@COMMANDS.command()
def needs(  # noqa: PLR0913  one argument for each option
    *,
    province: Province,
    layer: Annotated[
        Literal["mobile_5g", "mobile_4g", "fibre", "data_centres"],
        typer.Option("--layer", "-l", help="Layer."),
    ] = "mobile_5g",
    path: Annotated[
        Literal["linear", "s_curve"], typer.Option("--path", help="Shape over the years.")
    ] = "linear",
    pue: Annotated[float, typer.Option("--pue", help="Power usage effectiveness.")] = 1.3,
    rack_kw: Annotated[float, typer.Option("--rack-kw", help="Power of a physical rack.")] = 2.5,
    use: Annotated[float, typer.Option("--use", help="Share of racks in use, 0–1.")] = 1.0,
    scenario: ScenarioFile = None,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Stations per county and year, fibre to villages, or racks with their power."""
    from data.scenario.scenario import Scenario
    from planning import needs as reckon
    from planning.exports.plan import need_bundle

    pack = pack_of(province, workspace)
    wanted = scenario_of(scenario, province) or Scenario(province=province)
    if layer == "fibre":
        table = reckon.fibre_need(pack, wanted)
    elif layer == "data_centres":
        table = reckon.rack_need(pack, wanted, pue=pue, rack_kw=rack_kw, use=use)
    else:
        table = reckon.stations_by_year(pack, wanted, layer=layer, path=path)
    if out == "-":
        print_table(table, right=table.select_dtypes("number").columns)
        return
    write_bundle(need_bundle(pack, wanted, table, layer), out)
