"""Figures that are stated, not allocated: of the province alone, or as a share of each region.

A bandwidth or an access rate of the province says nothing of its prefectures: below the province
it stays unknown. A share of administrative villages is counted out of each region's own villages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ledger.metrics import titles
from data.ledger.statements import Ledger, Statement
from data.tables.reader import Pack
from data.wording.catalogue import Message
from geo.gaps.gap import Interval
from layers.base import Figures, Query
from layers.offers import LISTING_COLUMNS
from layers.provincial_split import WEIGHTS_SOURCE, Spread, Terms, join, scaled, target_statement
from layers.region_weights import share_of


def stated_figures(query: Query) -> Figures:
    """Return the province's figures as stated; regions below it stay unknown.

    Parameters
    ----------
    query
        The metric's ``scale`` turns the ledger's values into its unit.

    Returns
    -------
    figures
        Known at level ``province`` only.
    """
    metric = query.metric
    target, status = target_statement(query)
    built = scaled(query.ledger.built(metric.ledger.built, query.context.as_of), metric)
    denominator = query.denominator(Message("layers.of_province"))
    terms = Terms(metric.unit, denominator, target, status, "as_stated")
    return join(query, terms, _of_province(query, target), _of_province(query, built))


def share_figures(query: Query, denominator: Message) -> Figures:
    """Return a share of the units that each region has, as counts per region.

    Parameters
    ----------
    query
        ``per_region`` of its metric names the column of the regions table that is counted.
    denominator
        What that column counts.

    Returns
    -------
    figures
        Counts; exact where the share is 1, else allocated in equal shares.
    """
    metric, ledger = query.metric, query.ledger
    built = ledger.built(metric.ledger.built, query.context.as_of)
    target, status = target_statement(query)
    if status == "none stated":
        target = None
    elif status == "set by planner" and target is not None:
        share = target.value / _counted(query).sum()
        target = replace(target, value=share, low=share, high=share)
    terms = Terms(metric.unit, denominator, target, status, metric.per_region)
    return join(query, terms, _share_of(query, target), _share_of(query, built))


def ledger_rows(layer: str, pack: Pack, *, regions: Sequence[str] = ()) -> pd.DataFrame:
    """Return the rows of the ledger that belong to a layer, as a listing.

    Parameters
    ----------
    layer
        Layer of the ledger's rows.
    pack
        The province.
    regions
        adcodes to name; default the province.

    Returns
    -------
    rows
        :data:`~layers.offers.LISTING_COLUMNS`: targets and baselines with their quotes, then dated
        observations with their publication.
    """
    ledger = Ledger.of(pack).of_layer(layer)
    place = ";".join(regions or (pack.adcode,))
    stated = ledger.targets.assign(regions=place, source=ledger.targets["source_file"])
    seen = ledger.observations.assign(regions=ledger.observations["adcode"])
    rows = pd.concat([stated, seen], ignore_index=True) if len(seen) else stated
    return rows.assign(
        name_zh=titles(rows, "zh"), name_en=titles(rows, "en"), evidence="reported",
        source_ids=rows["id"],
    ).reindex(columns=list(LISTING_COLUMNS)).reset_index(drop=True)  # fmt: skip


def _counted(query: Query) -> NDArray[np.float64]:
    return query.context.regions[query.metric.per_region].to_numpy(float)


def _of_province(query: Query, statement: Statement | None) -> Spread:
    n = len(query.context.regions)
    if statement is None or query.context.level != "province":
        return _unknown(n)
    high = np.nan if statement.high is None else statement.high
    word = "assumed" if statement.source_ids == ("scenario",) else "reported"
    return Spread(
        Interval(*(np.full(n, value) for value in (statement.value, statement.low, high))),
        np.full(n, word, dtype=object),
        np.full(n, statement.as_of, dtype=object),
        np.full(n, ";".join(statement.source_ids), dtype=object),
    )


def _share_of(query: Query, share: Statement | None) -> Spread:
    n = len(query.context.regions)
    if share is None:
        return _unknown(n)
    column, context = query.metric.per_region, query.context
    count, high = (
        np.full(n, np.nan) if value is None else share_of(context, column, value)
        for value in (share.value, share.high)
    )
    whole = share.value >= 1.0 or query.context.level == "province"
    word = "assumed" if share.source_ids == ("scenario",) else "reported" if whole else "allocated"
    return Spread(
        Interval(count, count, high),
        np.full(n, word, dtype=object),
        np.full(n, share.as_of, dtype=object),
        np.full(n, ";".join((*share.source_ids, WEIGHTS_SOURCE)), dtype=object),
    )


def _unknown(n: int) -> Spread:
    empty = np.full(n, "", dtype=object)
    return Spread(Interval.unknown(n), empty, empty, empty)
