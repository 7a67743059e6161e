"""Command of the needs: what a layer must build, year by year."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from commands.options import (
    LAYER_KEYS,
    AsOf,
    Folder,
    Metric,
    Out,
    Province,
    ScenarioFile,
    TargetDate,
    dated,
    one_note,
    pack_of,
    print_table,
    scenario_of,
    terminal_language,
    write_bundle,
)

COMMANDS = typer.Typer()


@COMMANDS.command()
def needs(  # noqa: PLR0913  one argument for each option
    *,
    province: Province,
    layer: Annotated[
        str, typer.Option("--layer", "-l", help=f"Layer, default the first: {LAYER_KEYS}.")
    ] = "",
    metric: Metric = "",
    path: Annotated[
        Literal["linear", "s_curve"], typer.Option("--path", help="Shape over the years.")
    ] = "linear",
    pue: Annotated[float, typer.Option("--pue", help="Power usage effectiveness.")] = 1.3,
    rack_kw: Annotated[float, typer.Option("--rack-kw", help="Power of a physical rack.")] = 2.5,
    as_of: AsOf = "",
    target_date: TargetDate = "",
    use: Annotated[
        float | None,
        typer.Option(
            "--use", help="Share of the racks built that is in use today, 0–1; default as stated."
        ),
    ] = None,
    design_use: Annotated[
        float, typer.Option("--design-use", help="Share of the racks to be filled, 0–1.")
    ] = 1.0,
    scenario: ScenarioFile = None,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """List what a layer needs: units per county and year, routes to villages, or racks."""
    from data.scenario.scenario import Scenario
    from layers.registry import layer as layer_of, need_layers
    from planning.exports.plan import need_bundle
    from planning.gaps import with_target_date
    from planning.needs import NeedOptions, need_table

    pack = pack_of(province, workspace)
    wanted = scenario_of(scenario, province) or Scenario(province=province)
    chosen = layer_of(layer) if layer else need_layers()[0]
    wanted = dated(wanted, as_of)
    if target_date:
        wanted = with_target_date(pack, wanted, [chosen.key], target_date, metric=metric)
    options = NeedOptions(path=path, pue=pue, rack_kw=rack_kw, use=use,
                          design_use=design_use)  # fmt: skip
    table = need_table(pack, wanted, chosen, metric=metric, options=options)
    if out == "-":
        print_table(one_note(table), right=table.select_dtypes("number").columns)
        return
    write_bundle(need_bundle(pack, wanted, table, chosen, language=terminal_language()), out)
