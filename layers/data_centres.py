"""Data-centre racks: what the plans state, in standard racks of 2.5 kW where they say so.

Default rule: urban population, as demand for hosting is in towns; households and population
bound the interval. Physical and standard racks differ by a factor (3,500 physical were 30,000
standard in Qingyang), so a figure whose kind the source does not state is named in the note.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from data.wording.catalogue import Message
from layers.base import Figures, Layer, LedgerKeys, Metric, Query
from layers.offers import ImportedList, MessageSource, RackNeed
from layers.provincial_split import counted_figures


def racks(query: Query) -> Figures:
    """Return the counted figures with the warning about kinds of racks.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    figures
        Per region, in standard racks as far as the sources say so.
    """
    return replace(counted_figures(query), note=query.layer.message("note"))


def count_racks(layer: MessageSource, rows: pd.DataFrame) -> Message:
    """Return how many standard racks the listed data centres have.

    Parameters
    ----------
    layer
        This layer; it has the words.
    rows
        Imported data centres of one region.

    Returns
    -------
    message
        Number of centres and racks, and how many do not say.
    """
    known = rows["standard_racks"].astype("Float64").dropna()
    total = int(np.round(known.sum())) if len(known) else 0
    if unknown := len(rows) - len(known):
        return layer.message("listed_in_part", centres=len(rows), racks=total, unknown=unknown)
    return layer.message("listed", centres=len(rows), racks=total)


LAYER = Layer(
    key="data_centres",
    order=40,
    metrics=(
        Metric(
            key="racks",
            unit="rack",
            figures=racks,
            ledger=LedgerKeys(
                target=("hosting_capacity", "racks_in_data_centres", "standard_racks"),
                built=("racks_in_data_centres", "standard_racks", "hosting_capacity"),
            ),
            default_rule="urban_population",
            rules=("urban_population", "population", "households"),
        ),
    ),
    need=RackNeed(("data centre site", "core", "new area", "cluster", "park", "points")),
    imported=ImportedList("data_centres", count_racks),
)
