"""Data-centre racks: what the plans state, in standard racks of 2.5 kW where they say so.

Racks are allocated to the places that a source names as data-centre sites, and to no others.
Default rule among them: urban population, as demand for hosting is in towns; households and
population bound the interval. Physical and standard racks differ by a factor (3,500 physical were
30,000 standard in Qingyang), so hosting capacity, whose kind no text states, is a metric of its
own and has no power.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from data.wording.catalogue import Message
from layers.base import Layer, Metric, Query
from layers.figures import Figures, LedgerKeys
from layers.named_places import figures_of_named_places
from layers.offers import ImportedList, MessageSource, RackNeed, UnitNeed
from layers.stated import percent
from layers.words import two_sentences

#: Kinds of policy zones that name a place for racks. Clusters of wafers or handsets are none.
_SITES = ("data centre site",)


def racks(query: Query) -> Figures:
    """Return the racks of the named places, with the warning about kinds of racks.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    figures
        Per region, in standard racks.
    """
    figures = figures_of_named_places(query)
    notes = two_sentences(_in_use(query, figures), query.layer.message("note"))
    return replace(figures, note=two_sentences(notes, figures.note))


def _in_use(query: Query, figures: Figures) -> Message | None:
    """Return how many racks of the province are in use and free; None where no source says so."""
    share = query.ledger.built(("utilisation",), query.context.as_of)
    built = figures.built.value[0]
    if share is None or query.context.level != "province" or np.isnan(built):
        return None
    used = built * share.value
    return query.layer.message(
        "in_use", use=share.value * 100, date=share.as_of, used=used, spare=built - used
    )


def hosting(query: Query) -> Figures:
    """Return the hosting capacity of the named places, whose kind of racks no text states.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    figures
        Per region, in racks.
    """
    figures = figures_of_named_places(query)
    return replace(figures, note=query.layer.message("hosting_note"))


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
                target=("racks_in_data_centres", "standard_racks"),
                built=("racks_in_data_centres", "standard_racks"),
                plan=("standard_racks_planned",),
            ),
            default_rule="urban_population",
            rules=("urban_population", "population", "households"),
            zone_kinds=_SITES,
        ),
        Metric(
            key="hosting_capacity",
            unit="hosted_rack",
            figures=hosting,
            ledger=LedgerKeys(target=("hosting_capacity",), built=("hosting_capacity",)),
            default_rule="urban_population",
            rules=("urban_population", "population", "households"),
            zone_kinds=_SITES,
            need=UnitNeed(),
        ),
        percent("utilisation"),
    ),
    need=RackNeed(_SITES, use="utilisation"),
    imported=ImportedList("data_centres", count_racks),
)
