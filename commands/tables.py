"""Commands that read and compute: gaps, layers, villages, what-if and sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import (
    LAYER_KEYS,
    AsOf,
    FiveG,
    Folder,
    LevelName,
    Metric,
    Out,
    Province,
    ScenarioFile,
    StateName,
    TargetDate,
    dated,
    is_map,
    pack_of,
    print_table,
    remark,
    say,
    scenario_of,
    steps,
    terminal_language,
    write_bundle,
)
from data.wording.catalogue import Message, data_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from data.scenario.scenario import Scenario
    from data.tables.reader import Pack

COMMANDS = typer.Typer()


@COMMANDS.command()
def gaps(  # noqa: PLR0913  one argument for each option
    *,
    province: Province,
    layer: Annotated[
        str,
        typer.Option("--layer", "-l", help=f"Layers by comma, or all with a gap: {LAYER_KEYS}."),
    ] = "all",
    metric: Metric = "",
    level: Annotated[
        LevelName, typer.Option("--level", help="Level of the rows.")
    ] = LevelName.prefecture,
    as_of: AsOf = "",
    target_date: TargetDate = "",
    scenario: ScenarioFile = None,
    own: Annotated[
        list[str] | None,
        typer.Option("--own", help="Layer whose built figure is your own list; repeatable."),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="List the rows of one layer with quote and source.")
    ] = False,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Target, built, planned and gap per region, with interval, evidence and sources.

    A layer without a gap (an overlay) lists its rows with quote and source instead.
    """
    keys = [key.strip() for key in layer.split(",")]
    if listed or _is_listed(keys):
        _listing(pack_of(province, workspace), keys[0], out)
        return
    from data.scenario.scenario import Scenario
    from planning.gaps import gap_table, with_target_date

    with steps("gaps", 3) as step:
        pack = pack_of(province, workspace)
        step("read")
        plan = scenario_of(scenario, province) or Scenario(province=province)
        if target_date:
            plan = with_target_date(pack, plan, keys, target_date, metric=metric)
        plan = dated(_with_own(plan, own or ()), as_of)
        table = gap_table(pack, keys, level=level.value, scenario=plan, metric=metric)
        step("computed")
        if out == "-":
            _print_gaps(table)
            return
        from planning.exports.gaps import gap_bundle

        # A file without villages in its rows has no list of villages either.
        bundle = gap_bundle(
            pack, table, scenario=plan, geometry=is_map(out), language=terminal_language(),
            lists=bool((table["unit"] == "natural_village").any()),
        )  # fmt: skip
        write_bundle(bundle, out)
        step("written")


def _print_gaps(table: pd.DataFrame) -> None:
    """Print the columns of the gap list, and those further ones that are read beside them."""
    from planning.gaps import GAP_COLUMNS, own_columns

    language = terminal_language()
    data = data_language(language)
    shown = table.rename(columns={f"denominator_{data}": "denominator", f"note_{language}": "note"})
    more = ("metric", "target_as_of", "target_status", "rule", "denominator", "built_low",
            "built_high", "note", "target_qualifier", "built_qualifier",
            "gap_qualifier")  # fmt: skip
    numbers = ("target", "built", "planned", "gap", "gap_low", "gap_high", "built_low",
               "built_high")  # fmt: skip
    print_table(shown[[*GAP_COLUMNS, *more, *own_columns(table)]], right=numbers)


def _with_own(plan: Scenario, keys: Sequence[str]) -> Scenario:
    """Return the scenario with the layers whose own lists count as built."""
    from layers.registry import layer as layer_of

    chosen = tuple(layer_of(key).key for key in keys)
    return plan.model_copy(update={"own_counts": chosen}) if keys else plan


@COMMANDS.command()
def layers() -> None:
    """List the layers with their metrics, the unit of each, and how their need is computed."""
    import pandas as pd

    from layers.registry import layers as all_layers

    rows = [
        {
            "layer": item.key,
            "title_zh": item.title("zh"),
            "title_en": item.title("en"),
            "metrics": "; ".join(f"{metric.key} [{metric.unit}]" for metric in item.metrics),
            "need": "" if item.need is None else type(item.need).__name__,
            "presets": "; ".join(item.presets),
        }
        for item in all_layers()
    ]
    print_table(pd.DataFrame(rows))


def _is_listed(keys: list[str]) -> bool:
    """Return whether one overlay alone is asked for."""
    from layers.registry import layer as layer_of

    return len(keys) == 1 and keys != ["all"] and layer_of(keys[0]).is_overlay


def _listing(pack: Pack, key: str, out: str) -> None:
    """Print or write the rows that an overlay lists."""
    from layers.registry import layer as layer_of
    from planning.exports.listings import listing_bundle, listing_table

    item = layer_of(key)
    if out == "-":
        print_table(listing_table(pack, item), right=("value",))
        return
    write_bundle(listing_bundle(pack, item, geometry=is_map(out)), out)


@COMMANDS.command()
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
            help="Derive the state again: a site within this distance [m] (rule A: 5000).",
        ),
    ] = None,
    search: Annotated[
        str,
        typer.Option("--search", help="Part of a name, code or remark, or initials of its pinyin."),
    ] = "",
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Natural villages by state, with names of their regions and what your own files say of them.

    What is left out is counted by its reason.
    """
    from layers.villages import left_out, named, village_table

    with steps("villages", 3) as step:
        pack = pack_of(province, workspace)
        step("read")
        whole = village_table(
            pack, regions=prefecture or (), radius_m=radius_m, min_households=0
        )  # fmt: skip
        reasons = left_out(whole, state=state.value, min_households=min_households)
        table = whole[reasons == ""]
        found = named(table, search)
        step("selected")
        for reason, count in reasons[reasons != ""].value_counts().items():
            remark(f"terminal.left_out_{reason}", count=count, least=min_households)
        if not found.all():
            remark("terminal.left_out_search", count=int((~found).sum()))
        table = table[found].reset_index(drop=True)
        if out == "-":
            print_table(table, right=("lon", "lat", "households", "population"))
            return
        from planning.exports.gaps import village_bundle

        write_bundle(village_bundle(pack, table), out)
        step("written")


@COMMANDS.command()
def village(
    wanted: Annotated[str, typer.Argument(help="Id, or a text that only one village has.")],
    *,
    province: Province,
    workspace: Folder = None,
) -> None:
    """All that is known of one village: its row, history, sources and the nearest site."""
    from planning.village import village_facts

    found = village_facts(pack_of(province, workspace), wanted, workspace)
    for name, value in found.village.dropna().items():
        typer.echo(f"{name:16} {value}")
    if len(found.site):
        say("terminal.nearest_site", site=found.site["site_id"], km=found.site["distance_km"],
            evidence=found.site["evidence"])  # fmt: skip
    say("terminal.path_of_village", site=found.site.get("site_id", "SITE"),
        village=found.village["village_id"], province=province)  # fmt: skip
    for title, table in (("history", found.history), ("sources", found.sources)):
        say(f"terminal.village_{title}", rows=len(table))
        if len(table):
            print_table(table)


@COMMANDS.command()
def whatif(  # noqa: PLR0913  one argument for each option
    *,
    province: Province,
    site: Annotated[
        list[str], typer.Option("--site", "-s", help="LAT,LON[,HEIGHT_M[,PRESET]]; repeatable.")
    ],
    level: Annotated[
        LevelName, typer.Option("--level", help="Level of the before/after rows.")
    ] = LevelName.prefecture,
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help="Use the invented relief if no model is there.")
    ] = False,
    five_g: FiveG = False,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Villages and households newly reached by placed sites, before and after per region.

    Over the elevation model in force; without one circles by preset radius, wrong both ways in
    mountains.
    """
    from data.scenario.scenario import Scenario, parse_site
    from planning.elevation import terrain_of
    from planning.exports.gaps import whatif_bundle
    from planning.whatif import effect

    with steps("whatif", 3) as step:
        pack = pack_of(province, workspace)
        sites = tuple(parse_site(text) for text in site)
        plan = Scenario(
            province=province, sites=sites, demonstration_terrain=demonstration,
            five_g_counts_as_4g=five_g,
        )  # fmt: skip
        step("read")
        terrain = terrain_of(pack, plan)
        result = effect(
            pack, plan.sites, level=level.value, terrain=terrain, five_g_counts_as_4g=five_g
        )
        step("computed")
        if out == "-":
            print_table(result.regions, right=result.regions.columns[4:11])
            invented = (result.regions["evidence"] == "illustrative").any()
            basis = Message("terminal.basis_circle") if result.basis == "circle" else Message(
                "terminal.basis_terrain",
                {"basis": result.basis, "name": terrain.name if terrain else "",
                 "unknown": result.unknown},
            )  # fmt: skip
            stamp = Message("terminal.illustrative_villages") if invented else ""
            say(
                "terminal.whatif", villages=result.villages, households=result.households,
                basis=basis, stamp=stamp,
            )  # fmt: skip
            say("terminal.five_g_counts" if five_g else "terminal.five_g_apart")
            return
        write_bundle(whatif_bundle(pack, plan, result, language=terminal_language()), out)
        step("written")


@COMMANDS.command()
def sources(*, province: Province, workspace: Folder = None, out: Out = "-") -> None:
    """List every source id with its quote, licence and credit, and known anomalies."""
    from data.ledger.metrics import in_language
    from planning.exports.gaps import source_bundle, source_table

    with steps("sources", 2) as step:
        pack = pack_of(province, workspace)
        table = source_table(pack)
        step("read")
        if out == "-":
            print_table(in_language(table, terminal_language()), right=("value",))
            return
        write_bundle(source_bundle(pack), out)
        step("written")
