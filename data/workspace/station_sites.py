"""Derive sites from a list of base stations or cells: one mast or roof carries many of them.

A table of engineering parameters contains the sites: rows of one site id, or of one place, are one
site, whatever their number of sectors and bands.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.tables.common import LAT, LON

#: Antenna height where no row of a site gives one [m]; such a site is assumed.
ASSUMED_HEIGHT_M = 35.0
#: States in which nothing is on air yet or any more.
ABSENT = ("proposed", "planned", "under_construction", "decommissioned")
#: Places that agree to four decimals of a degree are one mast: about 11 m.
_ROUNDED = "{:.4f}"


def station_sites(stations: pd.DataFrame, technology: str = "4G") -> pd.DataFrame:
    """Return the sites on air of one technology.

    Parameters
    ----------
    stations
        Imported table ``base_stations``.
    technology
        Generation that a site must have; rows that name none count, and where no row is left, all.

    Returns
    -------
    sites
        Columns of the table ``sites``, with name, owner, status, date and file of the stations,
        their technologies, and the numbers of stations and of rows (cells).
    """
    rows = pd.DataFrame(stations.drop(columns="geometry", errors="ignore"))
    rows = rows[~rows["status"].isin(ABSENT)]
    named = rows["technology"].isna() | (rows["technology"] == technology)
    rows = rows[named] if named.any() else rows
    lon, lat = (rows[name].map(_ROUNDED.format) for name in (LON, LAT))
    own = rows["site_id"].astype(object)
    rows = rows.assign(
        site_id=own.where(own.notna(), "site " + lon + "," + lat),
        heights=rows["antenna_height_m"].fillna(-np.inf),
    )
    grouped = rows.groupby("site_id", sort=True)
    sites = grouped.agg(
        adcode=("adcode", "first"), lon=(LON, "median"), lat=(LAT, "median"),
        antenna_height_m=("heights", "max"), evidence=("evidence", "first"),
        name=("name", "first"), owner=("operator", "first"), status=("status", "first"),
        opened=("opened", "min"), as_of=("as_of", "max"), source=("source", "first"),
        stations=("station_id", "nunique"), cells=("station_id", "size"),
    )  # fmt: skip
    unknown = ~np.isfinite(sites["antenna_height_m"])
    sites["antenna_height_m"] = sites["antenna_height_m"].where(~unknown, ASSUMED_HEIGHT_M)
    sites["evidence"] = sites["evidence"].astype(object).where(~unknown, "assumed")
    techniques = grouped["technology"].agg(lambda cells: ", ".join(sorted(set(cells.dropna()))))
    sites["technologies"] = techniques
    return sites.reset_index()
