"""All that is known of one village: what files say, its history, sources, and the nearest site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from data.importing import catalogue
from data.ledger.villages import village_statements
from data.tables.reader import Pack
from data.workspace.effective import brought
from geo.earth.crs import geodesic_m
from geo.errors import InputError
from layers.villages import named, village_table
from planning.exports.gaps import sources_of

#: Sites that are measured exactly; the nearest is among these by degrees.
_NEAR = 20


@dataclass(frozen=True)
class VillageFacts:
    """What is known of one village.

    Attributes
    ----------
    village
        Row of :func:`layers.villages.village_table`.
    history
        Every dated statement on it, the oldest first; empty without any.
    sources
        Rows of the table of sources.
    site
        The nearest site in force with ``distance_km``; empty where there is none. It serves the
        village only as far as coverage says so.
    """

    village: pd.Series
    history: pd.DataFrame
    sources: pd.DataFrame
    site: pd.Series


def village_facts(pack: Pack, wanted: str, folder: str | Path | None = None) -> VillageFacts:
    """Return what is known of the village of an id, or the only one that a search finds.

    Parameters
    ----------
    pack
        The province's tables in force.
    wanted
        Id of the village, or text as :func:`layers.villages.named` searches it.
    folder
        Root of the workspace; default as in :meth:`Workspace.open`.

    Returns
    -------
    facts
        Of one village.

    Raises
    ------
    InputError
        If none or several are found.
    """
    table = village_table(pack, min_households=0)
    found = table[table["village_id"] == wanted]
    found = found if len(found) else table[named(table, wanted)]
    if len(found) != 1:
        some = ", ".join(found["village_id"].head(5))
        raise InputError(
            "villages.several" if some else "villages.none",
            count=len(found), name=wanted, some=some,
        )  # fmt: skip
    village = found.iloc[0]
    with catalogue(folder) as store:
        history = village_statements(store, pack.name)
    history = history[history["village_id"] == village["village_id"]].reset_index(drop=True)
    return VillageFacts(
        village, history, sources_of(pack, [str(village["source_ids"])]), _nearest(pack, village)
    )


def _nearest(pack: Pack, village: pd.Series) -> pd.Series:
    sites = pack.table("sites")
    if sites.empty:
        return pd.Series(dtype=object)
    lon, lat = float(village["lon"]), float(village["lat"])
    apart = np.hypot((sites["lon"] - lon) * np.cos(np.radians(lat)), sites["lat"] - lat)
    near = sites.iloc[np.argsort(apart.to_numpy(float))[:_NEAR]]
    metres = geodesic_m(near["lon"].to_numpy(float), near["lat"].to_numpy(float), lon, lat)
    best = int(np.argmin(metres))
    site = near.iloc[best]
    own = brought(pack, "sites")
    further = own.loc[site["site_id"]] if own is not None else pd.Series(dtype=object)
    whole: pd.Series = pd.concat([site, pd.Series({"distance_km": metres[best] / 1000}), further])
    return whole
