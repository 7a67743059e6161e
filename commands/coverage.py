"""Commands of coverage over terrain: villages, rules, one path."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.options import (
    FiveG,
    Folder,
    LevelName,
    Out,
    Province,
    StateName,
    pack_of,
    print_table,
    say,
    words,
    write_bundle,
)
from data.wording.catalogue import Message
from geo.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from data.scenario.coverage_rules import Profile
    from data.scenario.scenario import Scenario
    from data.tables.reader import Pack
    from planning.coverage.path_profile import PathEnd, PathView

COMMANDS = typer.Typer()

Preset = Annotated[
    str,
    typer.Option(
        "--preset", help="Technology and band of the sites; default 4g_1800, for 5G rules 5g_700."
    ),
]
Rule = Annotated[str, typer.Option("--rule", help="Rule by signal; `rules` lists them.")]
Regions = Annotated[
    list[str] | None,
    typer.Option("--region", help="adcode of a prefecture or county; repeatable; default: all."),
]
Sites = Annotated[
    list[str] | None,
    typer.Option("--site", "-s", help="Placed site LAT,LON[,HEIGHT_M[,PRESET]]; repeatable."),
]
Demonstration = Annotated[
    bool,
    typer.Option("--demonstration", help="Use the invented relief where no model is in force."),
]

CommonError = Annotated[
    float,
    typer.Option(
        "--common-error-db", min=0, max=20,
        help="Error that all villages share, standard deviation [dB]; 4 is assumed.",
    ),
]  # fmt: skip
Correlation = Annotated[
    float,
    typer.Option(
        "--correlation-m", min=0, max=50_000,
        help="Distance over which shadowing is alike [m]; 2000 is assumed.",
    ),
]  # fmt: skip


@COMMANDS.command()
def coverage(  # noqa: PLR0913  one argument for each option
    *,
    province: Province,
    preset: Preset = "",
    rule: Rule = "natural_village",
    region: Regions = None,
    site: Sites = None,
    state: Annotated[
        StateName, typer.Option("--state", help="Only villages that the table lists so.")
    ] = StateName.all,
    level: Annotated[
        LevelName, typer.Option("--level", help="Level of the counts.")
    ] = LevelName.county,
    demonstration: Demonstration = False,
    five_g: FiveG = False,
    common_error_dB: CommonError = 4.0,
    correlation_m: Correlation = 2_000.0,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Villages that the sites reach over the elevation model, counted with their interval.

    Only villages are judged that the rule asks about; not_asked counts those too small for it.
    """
    from dataclasses import replace

    from data.scenario.scenario import ErrorSettings
    from planning.coverage.per_region import region_prediction
    from planning.coverage.prediction import village_prediction
    from planning.coverage.rule_comparison import RuleOrder, order_of
    from planning.exports.coverage import coverage_bundle

    errors = ErrorSettings(common_sigma_dB=common_error_dB, correlation_m=correlation_m)
    pack, plan = asked(
        province, workspace, site, demonstration_terrain=demonstration,
        five_g_counts_as_4g=five_g, errors=errors,
    )  # fmt: skip
    order = order_of(rule_of(rule, workspace), RuleOrder(tuple(region or ()), preset))
    order = replace(order, listed=state.value)
    with bar("coverage") as progress:
        villages = village_prediction(pack, plan, order, progress=progress)
    counts = region_prediction(villages, pack, level.value, order, plan.errors)
    if out == "-":
        print_table(counts.round(1), right=counts.columns[4:-1])
        say(
            "terminal.counted", limit=order.limit_dBm, required=order.required_probability,
            common=errors.common_sigma_dB, length=errors.correlation_m,
        )  # fmt: skip
        _tell_terrain(pack, plan)
        return
    write_bundle(coverage_bundle(pack, plan, order, villages, counts), out)


@COMMANDS.command()
def rules(*, workspace: Folder = None) -> None:
    """List the coverage rules with source, year and whether every figure was verified."""
    import pandas as pd

    from data.scenario.coverage_rules import rules as profiles

    rows = [
        {
            "key": item.key, "title": item.title_en, "unit": item.unit, "kind": item.kind,
            "radius_m": item.radius_m, "rsrp_limit_dBm": item.rsrp_limit_dBm,
            "probability": item.probability, "source": item.source, "year": str(item.year),
            "verified": words("terminal.verified" if item.verified else "terminal.unverified"),
        }
        for item in profiles(_own_rules(workspace)).values()
    ]  # fmt: skip
    print_table(pd.DataFrame(rows), right=("radius_m", "rsrp_limit_dBm", "probability"))


@COMMANDS.command()
def compare(  # noqa: PLR0913  one argument for each option
    rule_a: Annotated[str, typer.Argument(help="Key of a coverage rule.")],
    rule_b: Annotated[str, typer.Argument(help="Key of another.")],
    *,
    province: Province,
    region: Regions = None,
    site: Sites = None,
    level: Annotated[
        LevelName, typer.Option("--level", help="Level of the counts.")
    ] = LevelName.prefecture,
    min_households: Annotated[
        int, typer.Option("--min-households", min=1, help="Smallest village listed [households].")
    ] = 1,
    demonstration: Demonstration = False,
    five_g: FiveG = False,
    workspace: Folder = None,
    out: Out = "-",
) -> None:
    """Villages that pass one rule and fail the other, per region."""
    from planning.coverage.rule_comparison import RuleOrder, rule_comparison, rule_counts
    from planning.exports.coverage import RulePair, rules_bundle

    pack, plan = asked(
        province, workspace, site, demonstration_terrain=demonstration, five_g_counts_as_4g=five_g
    )
    order = RuleOrder(tuple(region or ()), min_households=min_households)
    pair = RulePair(rule_of(rule_a, workspace), rule_of(rule_b, workspace))
    with bar("compare") as progress:
        villages = rule_comparison(pack, plan, pair.a, pair.b, order, progress=progress)
    counts = rule_counts(villages, pack, level.value, order.regions)
    if out == "-":
        print_table(counts, right=counts.columns[4:])
        say("terminal.judged_on")
        return
    write_bundle(rules_bundle(pack, plan, pair, villages, counts), out)


@COMMANDS.command()
def path(  # noqa: PLR0913  one argument for each option
    site: Annotated[str, typer.Argument(help="Id of a site, or LAT,LON[,HEIGHT_M[,PRESET]].")],
    village: Annotated[str, typer.Argument(help="Id of a village, or LAT,LON.")],
    *,
    province: Province,
    preset: Preset = "",
    rule: Rule = "natural_village",
    demonstration: Demonstration = False,
    five_g: FiveG = False,
    workspace: Folder = None,
) -> None:
    """One path line by line: clearance, loss part by part, level and probability.

    The preset is that of the site argument, else --preset.
    """
    from dataclasses import replace

    from planning.coverage.path_profile import path_between
    from planning.coverage.rule_comparison import RuleOrder, order_of

    pack, plan = asked(
        province, workspace, None, demonstration_terrain=demonstration, five_g_counts_as_4g=five_g
    )
    order = order_of(rule_of(rule, workspace), RuleOrder())
    order = replace(order, preset=_site_preset(site, preset) or order.preset)
    view = path_between(pack, plan, _site_end(pack, site), _village_end(pack, village), order)
    for line in _path_lines(view, order.technology):
        typer.echo(line)


def asked(
    province: str, workspace: Path | None, sites: list[str] | None, **fields: Any
) -> tuple[Pack, Scenario]:
    """Return the pack and the scenario that the options make; ``fields`` are its own."""
    from data.scenario.scenario import Scenario, parse_site

    placed = tuple(parse_site(text) for text in sites or ())
    plan = Scenario(province=province, sites=placed, **fields)
    return pack_of(province, workspace), plan


def _own_rules(workspace: Path | None) -> Path:
    from data.workspace.folder import Workspace

    return Workspace.open(workspace).folder / "rules"


def rule_of(key: str, workspace: Path | None) -> Profile:
    """Return a coverage rule, the own ones of a workspace among them."""
    from data.scenario.coverage_rules import rule

    return rule(key, _own_rules(workspace))


def _tell_terrain(pack: Pack, plan: Scenario) -> None:
    from planning.elevation import terrain_of

    found = terrain_of(pack, plan)
    if found is not None:
        stamp = Message("terminal.illustrative_relief") if found.is_demonstration else ""
        say(
            "terminal.terrain", name=found.name, datum=found.datum, spacing=found.spacing_m,
            stamp=stamp,
        )  # fmt: skip


def _site_preset(site: str, option: str) -> str:
    """Return the preset of a path: of LAT,LON,HEIGHT_M,PRESET, else of the option; may be empty.

    Raises
    ------
    InputError
        If both name one and they differ.
    """
    from data.scenario.scenario import parse_site

    if site.count(",") < 3:
        return option
    own = parse_site(site).preset
    if option and option != own:
        raise InputError("terminal.two_presets", own=own, option=option)
    return own


def _site_end(pack: Pack, text: str) -> PathEnd:
    from data.scenario.scenario import parse_site
    from planning.coverage.path_profile import PathEnd
    from planning.coverage.prediction import antenna_of

    if "," in text:
        site = parse_site(text)
        return PathEnd(text, site.lon, site.lat, site.antenna_height_m, antenna_of(site))
    row = _row(pack, "sites", "site_id", text)
    return PathEnd(text, float(row["lon"]), float(row["lat"]), float(row["antenna_height_m"]))


def _village_end(pack: Pack, text: str) -> PathEnd:
    from data.scenario.scenario import parse_site
    from planning.coverage.path_profile import PathEnd

    if "," in text:
        place = parse_site(text)
        return PathEnd(text, place.lon, place.lat)
    row = _row(pack, "natural_villages", "village_id", text)
    return PathEnd(text, float(row["lon"]), float(row["lat"]))


def _row(pack: Pack, table: str, key: str, wanted: str) -> pd.Series:
    rows = pack.table(table)
    found = rows[rows[key] == wanted]
    if found.empty:
        raise InputError(
            "terminal.no_row", where=key, table=table, wanted=wanted, example=rows[key].iloc[0]
        )
    return found.iloc[0]


def _path_lines(view: PathView, technology: str) -> Iterator[str]:
    loss, usual = view.loss, view.usual
    yield words(
        "terminal.path", site=view.site.key, village=view.village.key, km=view.distance_km[-1],
        sight=words("terminal.sight" if loss.line_of_sight else "terminal.blocked"),
    )  # fmt: skip
    yield f"{view.preset}, {view.frequency_GHz:g} GHz"
    yield words(
        "terminal.worst_point", km=usual.distance_km[usual.worst],
        metres=usual.terrain_m[usual.worst], usual=usual.worst_ratio, worst=view.worst.worst_ratio,
    )  # fmt: skip
    for name in ("free_space_dB", "diffraction_dB", "troposcatter_dB", "ducting_dB", "loss_dB"):
        yield f"  {name:<24}{getattr(loss, name):10.1f} dB"
    for line in view.lines:
        sign = {1: "+", -1: "−", 0: " "}[line.sign]
        yield f"{sign} {line.key:<24}{line.value:10.2f} {line.unit}".rstrip()
    yield words("terminal.no_uplink")
    yield words("terminal.covered" if view.covered and view.serves else "terminal.not_covered")
    if not view.serves:
        yield words("terminal.serves_not", technology=technology, preset=view.preset)


@contextmanager
def bar(title: str) -> Iterator[Callable[[float], None]]:
    """Show on stderr how much is done; silent when nobody looks."""
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    with typer.progressbar(length=1000, label=title, file=sys.stderr) as bar:

        def progress(share: float) -> None:
            bar.update(max(0, round(share * 1000) - bar.pos))

        yield progress
