"""Fibre: villages connected, access rates, subscribers, and homes the networks can serve.

Where the plan speaks of shares of administrative villages, target and built are that share of
each region's village committees: a count, not an allocation, exact when the share is 100 %.
Totals in households or subscribers are allocated; default rule: households. Population and
village-level units or urban population bound the interval. A share of natural villages or of
urban users has no split: it is of the province alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from data.wording.catalogue import Message
from data.workspace.effective import import_date, imported_table
from geo.evidence import weakest
from geo.gaps.gap import Interval
from layers.base import Layer, Metric, Query
from layers.figures import Figures, LedgerKeys
from layers.offers import ImportedList, MessageSource, RouteNeed, UnitNeed
from layers.provincial_split import counted_figures
from layers.stated import admin_villages, amount, percent, share_figures, stated_figures
from layers.villages import VILLAGES_SOURCE


def villages_reached(query: Query) -> Figures:
    """Return the administrative villages reached, with what that count is not.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    figures
        Per region, in administrative villages.
    """
    return replace(share_figures(query), note=query.layer.message("villages_note"))


def natural_villages(query: Query) -> Figures:
    """Return the stated share of natural villages, with what an imported list counts.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    figures
        In per cent of the region's natural villages of any size. The target is of the province
        alone; what is built is counted in an imported list of villages that says where fibre is.
    """
    figures, context = stated_figures(query), query.context
    listed = imported_table(context.pack, "natural_villages")
    date = import_date(context.pack, "natural_villages")
    if listed is None or "has_fibre" not in listed or date > context.as_of:
        return figures
    reached = _both(listed).groupby(_region_of(query, listed)).mean() * query.metric.scale
    low, high = reached.reindex(context.regions["adcode"]).to_numpy(float).T
    known = ~np.isnan(low)
    word = weakest(listed["evidence"].astype(str).unique())
    return replace(
        figures,
        built=Interval(np.where(low == high, low, np.nan), low, high),
        evidence=np.where(known, word, figures.evidence),
        as_of=np.where(known, date, ""),
        source_ids=np.array(
            [f"{ids};{VILLAGES_SOURCE}".strip(";") if seen else ids
             for ids, seen in zip(figures.source_ids, known, strict=True)],
            dtype=object,
        ),
    )  # fmt: skip


def _both(villages: pd.DataFrame) -> pd.DataFrame:
    """Return per village whether it has fibre and 4G: for certain, and at the most."""
    flags = villages[["has_fibre", "has_4g"]].astype("boolean")
    return pd.DataFrame(
        {
            "low": flags.fillna(value=False).all(axis=1),
            "high": flags.fillna(value=True).all(axis=1),
        }
    ).astype(float)


def _region_of(query: Query, villages: pd.DataFrame) -> pd.Series:
    """Return the region of the context that each village is in."""
    context = query.context
    if context.level == "province":
        return pd.Series(context.pack.adcode, index=villages.index)
    county = villages["adcode"].astype(str)
    if context.level == "county":
        return county
    counties = context.pack.regions("county")
    return county.map(dict(zip(counties["adcode"], counties["parent"], strict=True)))


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
        replace(
            admin_villages(
                "admin_villages",
                "admin_villages_fixed_broadband",
                "admin_villages_fibre",
                "towns_and_admin_villages",
            ),
            figures=villages_reached,
            need="as_layer",
        ),
        replace(
            percent("natural_villages", ledger="with_fibre_and_4g", layer="natural_villages"),
            figures=natural_villages,
            need="as_layer",
        ),
        percent("urban_users_20_mbps"),
        amount("rural_access_rate", "mbit_per_s", digits=1),
        Metric(
            key="subscribers",
            unit="subscriber",
            figures=counted_figures,
            ledger=LedgerKeys(target=("subscribers",), built=("subscribers",)),
            denominator="of_subscribers",
            default_rule="households",
            rules=("households", "population", "urban_population"),
            need=UnitNeed(),
        ),
        Metric(
            key="access_capacity",
            unit="access",
            figures=counted_figures,
            ledger=LedgerKeys(target=("access_capacity",), built=("access_capacity",)),
            denominator="of_access_capacity",
            default_rule="households",
            rules=("households", "population", "village_units"),
            need=UnitNeed(),
        ),
        Metric(
            key="households_passed",
            unit="household",
            figures=counted_figures,
            ledger=LedgerKeys(target=("households_passed",), built=("households_passed",)),
            denominator="of_households_passed",
            default_rule="households",
            rules=("households", "population", "village_units"),
            need=UnitNeed(),
        ),
        amount("cable_length", "sheath_km"),
    ),
    need=RouteNeed(("natural_villages", "admin_villages"), "has_fibre", cost="fibre_rural"),
    imported=ImportedList("admin_villages", count_villages),
)
