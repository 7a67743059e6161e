"""Files of the area of all sites: a raster with overviews, shares of counties, the servers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from data.atomic import atomic_path, atomic_write
from data.export.geotiff import whole_area_geotiff
from data.export.writers import csv_bytes
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.coverage.prediction import CoverageOrder, require_terrain
from planning.coverage.whole_area import WholeArea
from planning.coverage.whole_area_shares import whole_area_evidence, whole_area_shares
from planning.exports.coverage import area_tags


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
