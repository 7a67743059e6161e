"""Command of areas over terrain: level and best server around sites, or of all sites."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.coverage import Demonstration, Preset, Rule, asked, bar, rule_of
from commands.options import Folder, Province, print_table, remark
from geo.errors import InputError

if TYPE_CHECKING:
    from data.scenario.scenario import Scenario
    from data.tables.reader import Pack
    from planning.coverage.prediction import CoverageOrder

COMMANDS = typer.Typer()
#: Radius around each site [km]: of chosen ones, of all.
_FEW_KM, _ALL_KM = 10.0, 30.0
EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        help="local (default) or dask; TONGCUN_ENGINE and TONGCUN_SCHEDULER set it too.",
    ),
]
Scheduler = Annotated[
    str,
    typer.Option("--scheduler", help="Address of a Dask cluster; default: one on this machine."),
]


@COMMANDS.command()
def area(  # noqa: PLR0913  one argument for each option
    out: Annotated[Path, typer.Argument(help="File: .tif; with --all-sites also a folder.")],
    *,
    province: Province,
    site: Annotated[
        list[str] | None,
        typer.Option("--site", "-s", help="Id, or LAT,LON[,HEIGHT_M[,PRESET]]; repeatable."),
    ] = None,
    all_sites: Annotated[
        bool, typer.Option("--all-sites", help="All sites that serve what is asked for.")
    ] = False,
    region: Annotated[
        str, typer.Option("--region", help="adcode; with --all-sites: its cells alone.")
    ] = "",
    radius_km: Annotated[
        float | None,
        typer.Option("--radius-km", help="Around each site [km]; default 10, of all sites 30."),
    ] = None,
    preset: Preset = "",
    rule: Rule = "natural_village",
    demonstration: Demonstration = False,
    engine: EngineName = "",
    scheduler: Scheduler = "",
    workspace: Folder = None,
) -> None:
    """Write level and best server around sites as a GeoTIFF; tell the share of each county.

    With --all-sites also the number of servers within 10 dB of the best. A run that was stopped
    goes on where it was when the same command is given again.
    """
    from planning.coverage.rule_comparison import RuleOrder, order_of
    from planning.engine import engine_of

    if all_sites == bool(site):
        raise InputError("area.sites_or_all")
    placed = [text for text in site or [] if "," in text]
    pack, plan = asked(province, workspace, placed, demonstration_terrain=demonstration)
    order = order_of(rule_of(rule, workspace), RuleOrder())
    order = replace(order, preset=preset or order.preset)
    if not all_sites:
        _around(pack, plan, order, (site or [], (radius_km or _FEW_KM) * 1000.0), out)
        return
    from planning.exports.area import make_whole_area

    order = replace(order, reach_m=(radius_km or _ALL_KM) * 1000.0)
    file = out if out.suffix.lower() in (".tif", ".tiff") else out / "area.tif"
    where = engine_of(engine, scheduler)
    with _stoppable(file.with_suffix(".parts")) as cancelled, bar("area") as progress:
        drawn, shares = make_whole_area(
            pack, plan, order, region, file, where, progress=progress, cancel=cancelled
        )
    print_table(shares.drop(columns="source_ids").round(4), right=shares.columns[4:-2])
    height, width = drawn.servers.shape
    remark("terminal.cells", width=width, height=height, path=file)


def _around(
    pack: Pack, plan: Scenario, order: CoverageOrder, wanted: tuple[list[str], float], out: Path
) -> None:
    """Write the area of chosen sites by the full prediction."""
    from data.atomic import atomic_write
    from data.export.geotiff import area_geotiff
    from planning.coverage.area import area_prediction, area_shares
    from planning.exports.coverage import area_tags

    sites, radius_m = wanted
    if out.suffix.lower() not in (".tif", ".tiff"):
        raise InputError("export.area_suffix", where=str(out), suffix=out.suffix)
    number = iter(range(1, len(sites) + 1))
    ids = [str(next(number)) if "," in text else text for text in sites]
    with bar("area") as progress:
        drawn = area_prediction(pack, plan, ids, order, radius_m, progress=progress)
    atomic_write(out, area_geotiff(drawn, area_tags(pack, plan, order, ids)))
    shares = area_shares(pack, drawn, "county", order.limit_dBm)
    print_table(shares.round(4), right=shares.columns[4:])
    height, width = drawn.rsrp_dBm.shape
    remark("terminal.cells", width=width, height=height, path=out)


@contextmanager
def _stoppable(parts: Path) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C stop the run between parts; tell where they are kept."""
    from geo.radio.prediction import Cancelled

    asked_to_stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: asked_to_stop.set())
    try:
        yield asked_to_stop.is_set
    except Cancelled:
        remark("terminal.parts_kept", path=parts)
        raise typer.Exit(130) from None
    finally:
        signal.signal(signal.SIGINT, before)
