"""Fibre: administrative villages connected, or households that the networks can serve.

Where the plan speaks of shares of administrative villages, target and built are that share of
each region's village committees: a count, not an allocation, exact when the share is 100 %.
Where it states a capacity in households, the total is allocated; default rule: households.
Population and village-level units bound the interval.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data.ledger.statements import Statement
from geo.gaps.gap import Interval
from layers.base import Context, Figures, Layer, Metrics, TargetStatus
from layers.provincial_split import (
    WEIGHTS_SOURCE,
    Spread,
    Terms,
    counted_figures,
    join,
    target_statement,
)

_VILLAGE_SHARES = (
    "administrative villages with fixed broadband",
    "administrative villages with fibre",
    "towns and administrative villages with fibre and 4G",
)


def figures(layer: Layer, context: Context) -> Figures:
    """Return village shares where the ledger states them, else the household capacity."""
    ledger = context.ledger
    built = ledger.built(_VILLAGE_SHARES, context.as_of)
    target = ledger.target(_VILLAGE_SHARES)
    if built is None and target is None:
        counted = counted_figures(layer, context)
        return replace(counted, denominator="family households served by all operators")
    status: TargetStatus = "stated" if target is not None else "none stated"
    own, own_status = target_statement(layer, context)
    if own_status == "set by planner" and own is not None:
        share = own.value / _villages(context).sum()
        target, status = replace(own, value=share, low=share, high=share), own_status
    terms = Terms(
        unit="admin_village",
        denominator="village committees in the region, code list of 2023",
        target=target,
        status=status,
        rule="village_committees",
    )
    joined = join(
        layer, context, terms, _of_villages(context, target), _of_villages(context, built)
    )
    return replace(
        joined,
        note_zh="口径为行政村通达，不等于自然村或家庭覆盖。",
        note_en="Counts administrative villages reached, which is not natural villages or homes.",
    )


def _villages(context: Context) -> np.ndarray:
    return context.regions["village_committees"].to_numpy(float)


def _of_villages(context: Context, share: Statement | None) -> Spread:
    """Return a share of administrative villages as counts per region."""
    n = len(context.regions)
    if share is None:
        empty = np.full(n, "", dtype=object)
        return Spread(Interval.unknown(n), empty, empty, empty)
    count = np.round(_villages(context) * share.value)
    high = np.full(n, np.nan) if share.high is None else np.round(_villages(context) * share.high)
    whole = share.value >= 1.0 or context.level == "province"
    word = "assumed" if share.source_ids == ("scenario",) else "reported" if whole else "allocated"
    return Spread(
        Interval(count, count, high),
        np.full(n, word, dtype=object),
        np.full(n, share.as_of, dtype=object),
        np.full(n, ";".join((*share.source_ids, WEIGHTS_SOURCE)), dtype=object),
    )


LAYER = Layer(
    key="fibre",
    order=30,
    title_zh="光纤宽带",
    title_en="Fibre broadband",
    about_zh="行政村光纤/固定宽带通达；规划以户为口径时按户分解。",
    about_en=(
        "Administrative villages reached by fibre or fixed broadband; where the plan counts "
        "households, the total is allocated by households."
    ),
    unit="household",
    figures=figures,
    metrics=Metrics(
        target=("fixed broadband access capacity",),
        built=("fixed broadband access capacity", "households passed by fibre broadband"),
    ),
    default_rule="households",
    rules=("households", "population", "village_units"),
)
