"""Fibre: administrative villages connected, or households that the networks can serve.

Where the plan speaks of shares of administrative villages, target and built are that share of
each region's village committees: a count, not an allocation, exact when the share is 100 %.
Where it states a capacity in households, the total is allocated; default rule: households.
Population and village-level units bound the interval.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from data.wording.catalogue import Message
from layers.base import Figures, Layer, LedgerKeys, Metric, Query
from layers.offers import ImportedList, MessageSource, RouteNeed
from layers.provincial_split import counted_figures
from layers.stated import share_figures, stated_figures

_VILLAGE_SHARES = (
    "admin_villages_fixed_broadband",
    "admin_villages_fibre",
    "towns_and_admin_villages",
)


def reach(query: Query) -> Figures:
    """Return village shares where the ledger states them, else the household capacity.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    figures
        In administrative villages, or in households where only a capacity is stated.
    """
    ledger, layer = query.ledger, query.layer
    built = ledger.built(_VILLAGE_SHARES, query.context.as_of)
    if built is None and ledger.target(_VILLAGE_SHARES) is None:
        return replace(counted_figures(query), denominator=layer.message("of_households"))
    shares = replace(
        query.metric,
        unit="admin_village",
        ledger=LedgerKeys(target=_VILLAGE_SHARES, built=_VILLAGE_SHARES),
    )
    counted = share_figures(replace(query, metric=shares), layer.message("of_villages"))
    return replace(counted, note=layer.message("villages_note"))


def count_villages(layer: MessageSource, rows: pd.DataFrame) -> Message:
    """Return how many listed administrative villages have fibre, have none, or do not say.

    Parameters
    ----------
    layer
        This layer; it has the words.
    rows
        Imported administrative villages of one region.

    Returns
    -------
    message
        Counts in three states.
    """
    fibre = rows["has_fibre"].astype("boolean")
    yes, unknown = int(fibre.fillna(value=False).sum()), int(fibre.isna().sum())
    return layer.message(
        "listed", villages=len(rows), yes=yes, no=len(rows) - yes - unknown, unknown=unknown
    )


LAYER = Layer(
    key="fibre",
    order=30,
    metrics=(
        Metric(
            key="reach",
            unit="household",
            figures=reach,
            ledger=LedgerKeys(
                target=("access_capacity",), built=("access_capacity", "households_passed")
            ),
            default_rule="households",
            rules=("households", "population", "village_units"),
            per_region="village_committees",
        ),
        Metric(
            key="subscribers",
            unit="household",
            figures=counted_figures,
            ledger=LedgerKeys(target=("subscribers",), built=("subscribers",)),
            denominator="of_subscribers",
            default_rule="households",
            rules=("households", "population", "urban_population"),
        ),
        Metric(
            key="urban_users_20_mbps",
            unit="percent",
            figures=stated_figures,
            ledger=LedgerKeys(target=("urban_users_20_mbps",), built=("urban_users_20_mbps",)),
            denominator="of_urban_users",
            scale=100.0,
        ),
        Metric(
            key="rural_access_rate",
            unit="mbit_per_s",
            figures=stated_figures,
            ledger=LedgerKeys(target=("rural_access_rate",), built=("rural_access_rate",)),
            denominator="of_rural_access",
        ),
    ),
    need=RouteNeed(("natural_villages", "admin_villages"), "has_fibre", cost="fibre_rural"),
    imported=ImportedList("admin_villages", count_villages),
)
