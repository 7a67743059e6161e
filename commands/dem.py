"""Commands of the elevation model: fetch the tiles of a province, say what is in force."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import Folder, Province, in_words, pack_of, say, say_message, words

if TYPE_CHECKING:
    from data.elevation.mosaic import Mosaic

COMMANDS = typer.Typer(help="Elevation model: fetch Copernicus DEM, or say what is in force.")


@COMMANDS.command()
def fetch(
    *,
    province: Province,
    resolution: Annotated[int, typer.Option("--resolution", "-r", help="30 or 90 [m].")] = 90,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where tiles are kept; default: workspace/dem.")
    ] = None,
    base_url: Annotated[
        str, typer.Option("--base-url", help="Mirror; default: $TONGCUN_DEM_URL, else AWS.")
    ] = "",
    no_import: Annotated[
        bool, typer.Option("--no-import", help="Download only; put nothing in force.")
    ] = False,
    workspace: Folder = None,
) -> None:
    """Download Copernicus GLO-30 or GLO-90 for a province and put it in force."""
    from data.doctor.diagnosis import FileOrigin
    from data.elevation.fetch import FetchOrder, fetch as download
    from data.importing import RasterFile, catalogue, commit_rasters
    from data.tables.reader import Pack
    from data.workspace.folder import Workspace

    pack = Pack.load(province)
    regions = pack.geo("regions")
    area = regions.loc[regions["level"] == "province", "geometry"].iloc[0]
    kept = folder or Workspace.open(workspace).folder / "dem"
    order = FetchOrder(resolution, kept, base_url)
    with _bytes_bar() as progress:
        found = download(area, order, progress=progress, report=say_message)
    if no_import:
        say("terminal.kept_tiles", tiles=len(found.files), folder=kept)
        return
    files = [RasterFile(path, "m") for path in found.files]
    with catalogue(workspace) as store:
        record = commit_rasters(store, files, pack, kind="dem", origin=FileOrigin("modelled", ""))
    say("terminal.rasters_in_force", id=record.id, rows=record.rows, kind="dem")


@COMMANDS.command()
def info(*, province: Province, workspace: Folder = None) -> None:
    """Say which elevation model is in force, its extent, spacing, datum and accuracy."""
    from data.elevation.mosaic import dem_in_force, demonstration_dem

    pack = pack_of(province, workspace)
    mosaic = dem_in_force(pack)
    if mosaic is None:
        say("terminal.no_dem", province=province)
        say("terminal.no_dem_import")
        mosaic = demonstration_dem(pack)
        if mosaic is None:
            return
        say("terminal.demonstration")
    for name, value in _described(mosaic).items():
        typer.echo(f"{words(f'dem_line.{name}'):15} {value}")


def _described(mosaic: Mosaic) -> dict[str, str]:
    """Return what is known of a model, by line."""
    known, step = mosaic.provenance, mosaic.tiles[0].step_y
    west, south, east, north = mosaic.bounds
    if known.accuracy_m is None:
        accuracy = words("terminal.accuracy_unknown")
    else:
        accuracy = words("terminal.accuracy", metres=known.accuracy_m)
    remarks = [in_words(remark) for remark in known.remarks]
    return {
        "model": words(
            "terminal.dem_model", name=known.name, version=known.version, evidence=known.evidence
        ),
        "tiles": f"{len(mosaic.tiles)}",
        "extent": words("terminal.dem_extent", west=west, east=east, south=south, north=north),
        "spacing": words("terminal.dem_spacing", seconds=step * 3600, metres=step * 111e3),
        "datum": known.vertical_datum,
        "accuracy": f"{accuracy} {known.accuracy_source}".strip(),
        "remarks": words("terminal.semicolon").join(remarks) or "—",
    }


@contextmanager
def _bytes_bar() -> Iterator[Callable[[int, int], None]]:
    """Show downloaded megabytes on stderr while the block runs; silent when nobody looks."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return

    def show(done: int, total: int) -> None:
        line = words("terminal.megabytes", done=done / 1e6, total=total / 1e6)
        typer.echo(f"\r{line}", nl=False, err=True)

    yield show
    typer.echo("", err=True)
