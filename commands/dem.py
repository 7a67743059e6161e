"""Commands of the elevation model: fetch the tiles of a province, say what is in force."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from commands.options import Folder, Province, pack_of

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
        found = download(area, order, progress=progress, tell=typer.echo)
    if no_import:
        typer.echo(f"{len(found.files)} tiles → {kept}; nothing was put in force (--no-import)")
        return
    files = [RasterFile(path, "m") for path in found.files]
    with catalogue(workspace) as store:
        record = commit_rasters(store, files, pack, kind="dem", origin=FileOrigin("modelled", ""))
    typer.echo(f"import #{record.id}: {record.rows} rasters of dem in force")


@COMMANDS.command()
def info(*, province: Province, workspace: Folder = None) -> None:
    """Say which elevation model is in force, its extent, spacing, datum and accuracy."""
    from data.elevation.mosaic import dem_in_force, demonstration_dem

    pack = pack_of(province, workspace)
    mosaic = dem_in_force(pack)
    if mosaic is None:
        typer.echo(f"no elevation model is in force: `cli.py dem fetch --province {province}`, or")
        typer.echo("`cli.py import FILE … --kind dem` for GeoTIFF, .hgt or VRT")
        mosaic = demonstration_dem(pack)
        if mosaic is None:
            return
        typer.echo("ILLUSTRATIVE, for the demonstration only:")
    known = mosaic.provenance
    west, south, east, north = mosaic.bounds
    finest = mosaic.tiles[0]
    accuracy = "unknown" if known.accuracy_m is None else f"{known.accuracy_m:g} m (LE90)"
    for name, value in {
        "model": f"{known.name}, version {known.version}, {known.evidence}",
        "tiles": f"{len(mosaic.tiles)}",
        "extent": f"{west:.3f}–{east:.3f}° E, {south:.3f}–{north:.3f}° N",
        "spacing": f"{finest.step_y * 3600:.2f} arc-seconds, about {finest.step_y * 111e3:.0f} m",
        "vertical datum": known.vertical_datum,
        "accuracy": f"{accuracy} {known.accuracy_source}".strip(),
        "remarks": "; ".join(known.remarks) or "—",
    }.items():
        typer.echo(f"{name:15} {value}")


@contextmanager
def _bytes_bar() -> Iterator[Callable[[int, int], None]]:
    """Show downloaded megabytes on stderr while the block runs; silent when nobody looks."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return

    def show(done: int, total: int) -> None:
        typer.echo(f"\r{done / 1e6:,.1f} of {total / 1e6:,.1f} MB", nl=False, err=True)

    yield show
    typer.echo("", err=True)
