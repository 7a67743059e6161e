"""Weights of regions under an allocation rule, and shares of what each region has."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import InputError
from geo.gaps.allocation import allocate, largest_remainder
from layers.base import Context, Query
from layers.figures import RULE_COLUMNS


def share_of(context: Context, column: str, share: float) -> NDArray[np.float64]:
    """Return a share of what each region has, in whole units that sum to the province's.

    Parameters
    ----------
    context
        Its regions give the order.
    column
        Column of the regions table that is counted.
    share
        0 to 1.

    Returns
    -------
    counts
        (n,) whole units by largest remainder: of the prefectures, then of each one's counties.
    """
    prefectures = context.prefectures
    total = round(float(prefectures[column].sum()) * share)
    if context.level == "province":
        return np.array([float(total)])
    parts = allocate(total, prefectures[column].to_numpy(float), keys=list(prefectures["adcode"]))
    if context.level == "prefecture":
        return parts.astype(float)
    return to_counties(context, parts, column)


def to_counties(context: Context, parts: NDArray[np.int64], column: str) -> NDArray[np.float64]:
    """Allocate the part of each prefecture to its counties.

    Parameters
    ----------
    context
        Its regions are counties and give the order.
    parts
        (m,) whole units of each prefecture, in the order of the prefectures.
    column
        Column of the regions table that gives the weights of the counties.

    Returns
    -------
    counts
        (n,) whole units that sum to each prefecture's part.
    """
    weights = context.regions[column].to_numpy(float)
    result = np.zeros(len(weights))
    for (inside, codes), part in zip(context.counties_of, parts, strict=True):
        result[inside] = largest_remainder(int(part), weights[inside], keys=codes)
    return result


def prefecture_weights(query: Query, rule: str) -> NDArray[np.float64]:
    """Return the weights of the prefectures under a rule.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.
    rule
        One of :data:`~layers.base.RULES`.

    Returns
    -------
    weights
        (n,) weights in the order of the prefectures, not normalised.

    Raises
    ------
    InputError
        If rule ``own`` is chosen without a weight for every prefecture.
    """
    prefectures: pd.DataFrame = query.context.prefectures
    if rule == "own":
        own = query.context.scenario.weights.get(query.setting, {})
        missing = [code for code in prefectures["adcode"] if code not in own]
        if missing:
            raise InputError(
                f"rule 'own' of layer {query.setting!r} lacks weights for {', '.join(missing)}",
                where="scenario",
                repair="give every prefecture a weight, 0 where nothing is to be built",
            )
        return np.array([own[code] for code in prefectures["adcode"]], dtype=float)
    if rule == "past_share":
        return _past_shares(query)
    return prefectures[RULE_COLUMNS[rule]].to_numpy(float)


def _past_shares(query: Query) -> NDArray[np.float64]:
    """Return the latest observed shares of what is built; other prefectures by population.

    A part and a whole of two dates give no share.
    """
    ledger, keys = query.ledger, query.metric.ledger.built
    prefectures = query.context.prefectures
    codes = prefectures["adcode"].tolist()
    share = dict.fromkeys(codes, np.nan)
    for figure in ledger.regional(keys):
        total = ledger.built(keys, figure.as_of)
        if figure.kind != "built" or figure.adcode not in share or total is None:
            continue
        if total.as_of == figure.as_of:
            share[figure.adcode] = figure.value / total.value
    known = np.array([share[code] for code in codes])
    weights = prefectures["population"].to_numpy(float)
    free = np.isnan(known)
    rest = max(0.0, 1.0 - float(np.nansum(known)))
    known[free] = rest * weights[free] / weights[free].sum()
    return known
