"""Files of the area of all sites: a raster with overviews, shares of counties, the servers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pandas as pd

from data.atomic import atomic_path, atomic_write
from data.export.geotiff import whole_area_geotiff
from data.export.writers import csv_bytes
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.coverage.prediction import CoverageOrder, require_terrain
from planning.coverage.whole_area import WholeArea, whole_area
from planning.coverage.whole_area_shares import whole_area_evidence, whole_area_shares
from planning.engine import Engine, code_digest
from planning.exports.coverage import area_tags

#: Folder of the workspace that keeps the areas of all sites, each in a folder of its own.
AREAS = "areas"


def write_whole_area(
    pack: Pack, scenario: Scenario, order: CoverageOrder, area: WholeArea, path: Path
) -> pd.DataFrame:
    """Write the raster, and beside it the shares of each county and the ids of the servers.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    order
        Order of the prediction.
    area
        Levels of all sites.
    path
        File of the raster; the tables are ``NAME-shares.csv`` and ``NAME-servers.csv``.

    Returns
    -------
    shares
        Of each county, with evidence and sources.
    """
    evidence = whole_area_evidence(pack, scenario)
    tags = area_tags(pack, scenario, order, []) | {"evidence": evidence}
    tags["sites"] = f"{path.stem}-servers.csv"
    with atomic_path(path) as beside:
        corner = (area.raster.west, area.raster.north, area.raster.step_lon, area.raster.step_lat)
        whole_area_geotiff(area.swept, area.servers, corner, tags, beside)
    shares = whole_area_shares(pack, area, "county", evidence)
    shares["source_ids"] += f";{require_terrain(pack, scenario).source_id}"
    servers = pd.DataFrame({"server": range(1, len(area.ids) + 1), "site_id": area.ids})
    for name, table in (("shares", shares), ("servers", servers)):
        atomic_write(path.with_name(f"{path.stem}-{name}.csv"), csv_bytes(table))
    return shares


def make_whole_area(  # noqa: PLR0913  the two callbacks are options
    pack: Pack,
    scenario: Scenario,
    order: CoverageOrder,
    region: str,
    path: Path,
    engine: Engine,
    *,
    progress: Callable[[float], None],
    cancel: Callable[[], bool],
) -> tuple[WholeArea, pd.DataFrame]:
    """Work out the area of all sites and write its files; parts are kept until all is written.

    Parameters
    ----------
    pack, scenario, order, region, engine, progress, cancel
        As in :func:`planning.coverage.whole_area.whole_area`.
    path
        As in :func:`write_whole_area`.

    Returns
    -------
    area
        The levels.
    shares
        Of each county.
    """
    parts = path.with_suffix(".parts")
    area = whole_area(pack, scenario, order, region, parts, engine, progress=progress,
                      cancel=cancel)  # fmt: skip
    shares = write_whole_area(pack, scenario, order, area, path)
    for part in parts.iterdir():
        part.unlink()
    parts.rmdir()
    return area, shares


def kept_area(folder: Path, *asked: object) -> Path:
    """Return where the area of all sites is kept that answers a question.

    Parameters
    ----------
    folder
        The workspace.
    *asked
        Everything that the area depends on, as text is made of it; equal ones to equal places.

    Returns
    -------
    path
        File of the raster. It is whole where :func:`is_whole` says so.
    """
    name = sha256("|".join([code_digest(), *map(repr, asked)]).encode()).hexdigest()[:32]
    return folder / AREAS / name / "area.tif"


def is_whole(path: Path) -> bool:
    """Return whether all files of an area are there; the last to be written says so.

    Parameters
    ----------
    path
        File of the raster.

    Returns
    -------
    whole
        False while it is being worked out, too.
    """
    return path.with_name(f"{path.stem}-servers.csv").exists()


def forget_areas(areas: Path, *, keep: int) -> None:
    """Remove the oldest areas of a workspace.

    Parameters
    ----------
    areas
        The folder that holds a folder for each.
    keep
        Number that stays.
    """
    by_age = sorted(areas.iterdir(), key=lambda folder: folder.stat().st_mtime_ns)
    for folder in by_age[:-keep]:
        shutil.rmtree(folder, ignore_errors=True)
