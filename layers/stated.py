"""Figures that are stated, not allocated: of the province alone, or as a share of each region.

A bandwidth or an access rate of the province says nothing of its prefectures: below the province
it stays unknown. A share of administrative villages is counted out of each region's own villages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from data.ledger.metrics import keyed, titles
from data.ledger.statements import Statement
from data.tables.reader import Pack
from data.wording.catalogue import Message
from geo.gaps.gap import Interval
from layers.base import Metric, Query
from layers.figures import Figures, LedgerKeys
from layers.observed_cells import NO_CELLS, Cells, End, built_cells, whole_units
from layers.offers import LISTING_COLUMNS
from layers.provincial_split import (
    WEIGHTS_SOURCE,
    Spread,
    Terms,
    join,
    observed_alone,
    provenance,
    scaled,
    target_statement,
)
from layers.region_weights import share_of

#: Mean length of a year [d].
_YEAR_DAYS = 365.25


def percent(key: str, *, ledger: str = "", layer: str = "") -> Metric:
    """Return a metric of which the ledger states a share of the province's.

    Parameters
    ----------
    key
        Key of the metric; the layer has the word ``of_<key>`` for what it is a share of.
    ledger
        Key in the ledger; empty for ``key``.
    layer
        Layer of the ledger's rows; empty for the layer itself.

    Returns
    -------
    metric
        In per cent, to one decimal, without a need per year.
    """
    shared = amount(key, "percent", ledger=ledger, layer=layer, digits=1)
    return replace(shared, scale=100.0)


def amount(key: str, unit: str, *, ledger: str = "", layer: str = "", digits: int = 0) -> Metric:
    """Return a metric of which the ledger states an amount of the province.

    Parameters
    ----------
    key
        Key of the metric; the layer has the word ``of_<key>`` for what is counted.
    unit
        Key of the unit of count.
    ledger
        Key in the ledger; empty for ``key``.
    layer
        Layer of the ledger's rows; empty for the layer itself.
    digits
        Decimals shown.

    Returns
    -------
    metric
        Known of the province only, without a need per year.
    """
    stated = (ledger or key,)
    keys = LedgerKeys(target=stated, built=stated, layer=layer)
    return Metric(
        key=key, unit=unit, figures=stated_figures, ledger=keys, denominator=f"of_{key}",
        digits=digits, need=None,
    )  # fmt: skip


def admin_villages(key: str, *ledger: str) -> Metric:
    """Return a metric of which the ledger states a share of administrative villages.

    Parameters
    ----------
    key
        Key of the metric.
    *ledger
        Keys in the ledger; none for ``key``.

    Returns
    -------
    metric
        In administrative villages, counted out of each region's village committees.
    """
    stated = ledger or (key,)
    return Metric(
        key=key, unit="admin_village", figures=share_figures, need=None,
        ledger=LedgerKeys(target=stated, built=stated), per_region="village_committees",
    )  # fmt: skip


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
    figures = join(query, terms, _of_province(query, target), _built(query, built))
    return replace(figures, note=_growth(query))


def _growth(query: Query) -> Message | None:
    """Return how an amount grew between its first and last figure; None for fewer than two."""
    metric = query.metric
    series = query.ledger.series(metric.ledger.built, query.context.as_of)
    if len(series) < 2 or metric.unit == "percent" or not series[0].value > 0:
        return None
    first, last = series[0], series[-1]
    days = (dt.date.fromisoformat(last.as_of) - dt.date.fromisoformat(first.as_of)).days
    times = last.value / first.value
    return Message(
        "layers.growth",
        {
            "first": first.value * metric.scale, "first_date": first.as_of,
            "last": last.value * metric.scale, "last_date": last.as_of,
            "unit": query.layer.unit_message(metric.unit), "times": times,
            "yearly": times ** (_YEAR_DAYS / days) - 1.0,
        },
    )  # fmt: skip


def share_figures(query: Query) -> Figures:
    """Return a share of the units that each region has, as counts per region.

    Parameters
    ----------
    query
        ``per_region`` of its metric names the column of the regions table that is counted.

    Returns
    -------
    figures
        Counts; exact where the share is 1, else allocated in equal shares.
    """
    metric = query.metric
    built = _as_share(query, query.ledger.built(metric.ledger.built, query.context.as_of))
    target, status = target_statement(query)
    if status == "none stated":
        target = None
    elif status == "set by planner":
        target = _as_share(query, target)
    denominator = query.denominator(Message(f"layers.of_{metric.per_region}"))
    terms = Terms(metric.unit, denominator, target, status, metric.per_region)
    cells = built_cells(query, built)
    return join(query, terms, _share_of(query, target, NO_CELLS), _share_of(query, built, cells))


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
    place = ";".join(regions or (pack.adcode,))
    tables = (keyed(pack.table(name)) for name in ("targets", "observations"))
    stated, seen = (rows[rows["layer"] == layer] for rows in tables)
    stated = stated.assign(regions=place, source=stated["source_file"])
    seen = seen.assign(regions=seen["adcode"])
    rows = pd.concat([stated, seen], ignore_index=True) if len(seen) else stated
    made = rows.reindex(columns=["derived_from"])["derived_from"].astype(object).fillna("") != ""
    own = rows.reindex(columns=["evidence"])["evidence"].astype(object).fillna("reported")
    return rows.assign(
        name_zh=titles(rows, "zh"), name_en=titles(rows, "en"),
        evidence=own.where(~made, "derived"), source_ids=rows["id"],
    ).reindex(columns=list(LISTING_COLUMNS)).reset_index(drop=True)  # fmt: skip


def _as_share(query: Query, statement: Statement | None) -> Statement | None:
    """Return a number of the units that regions have as a share of them all; a share stays."""
    if statement is None or statement.unit != query.metric.unit:
        return statement
    whole = float(query.context.regions[query.metric.per_region].sum())
    return replace(
        statement, value=statement.value / whole, low=statement.low / whole,
        high=statement.high / whole,
    )  # fmt: skip


def _built(query: Query, statement: Statement | None) -> Spread:
    """Return what is built: of the province as stated, below it what a region itself counts."""
    if query.context.level == "province":
        return _of_province(query, statement)
    metric, scale = query.metric, query.metric.scale
    seen = query.ledger.regional(metric.ledger.built, query.context.as_of)
    own = {
        figure.adcode: replace(
            figure, value=figure.value * scale, low=figure.low * scale, high=figure.high * scale
        )
        for figure in seen
        if figure.kind == "built"
    }
    return observed_alone(query, own)


def _of_province(query: Query, statement: Statement | None) -> Spread:
    n = len(query.context.regions)
    if statement is None or query.context.level != "province":
        return Spread.unknown(n)
    ends = (statement.value, statement.low, statement.high)
    figures = Interval(*(np.full(n, value) for value in ends))
    return replace(provenance(query, statement, NO_CELLS), figures=figures)


def _share_of(query: Query, share: Statement | None, cells: Cells) -> Spread:
    if share is None:
        return observed_alone(query, {**cells.observed, **cells.counties})
    column, context = query.metric.per_region, query.context
    own = {**cells.observed, **cells.counties}
    ends: tuple[End, ...] = ("value", "low", "high")
    count, low, high = (
        share_of(context, column, float(getattr(share, end)), whole_units(own, end)) for end in ends
    )
    number = float(context.prefectures[column].sum()) * share.value
    total = replace(share, value=number, source_ids=(*share.source_ids, WEIGHTS_SOURCE))
    # All of the units is a count of each region's own; a share of them is the province's.
    word = share.word if share.value >= 1.0 else "allocated"
    figures = Interval(count, np.minimum(low, count), np.maximum(high, count))
    return replace(provenance(query, total, cells, weights=word), figures=figures)
