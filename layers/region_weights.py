"""Weights of regions under an allocation rule, and shares of what each region has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import InputError
from geo.gaps.allocation import largest_remainder
from layers.base import Context, Query
from layers.figures import RULE_COLUMNS

#: (part of a prefecture, weights, adcodes) → whole units of its counties.
Split = Callable[[int, NDArray[np.float64], list[str]], NDArray[np.int64]]


def share_of(
    context: Context, column: str, share: float, own: Mapping[str, int] | None = None
) -> NDArray[np.float64]:
    """Return a share of what each region has, in whole units that sum to the province's.

    Parameters
    ----------
    context
        Its regions give the order.
    column
        Column of the regions table that is counted.
    share
        0 to 1.
    own
        adcode → number counted there, in the place of the share; it changes no other region.

    Returns
    -------
    counts
        (n,) whole units by largest remainder: of the prefectures, then of each one's counties.
    """
    counted = own or {}
    codes = context.prefectures["adcode"].tolist()
    weights = context.prefectures[column].to_numpy(float)
    parts = largest_remainder(round(weights.sum() * share), weights, keys=codes)
    parts = np.array([counted.get(code, part) for code, part in zip(codes, parts, strict=True)])

    def split(part: int, weights: NDArray[np.float64], codes: list[str]) -> NDArray[np.int64]:
        found = largest_remainder(part, weights, keys=codes)
        return np.array([counted.get(code, n) for code, n in zip(codes, found, strict=True)])

    return at_level(context, parts, column, split, needs_counties=bool(counted))


def at_level(
    context: Context, parts: NDArray[np.int64], column: str, split: Split, *, needs_counties: bool
) -> NDArray[np.float64]:
    """Return the parts of prefectures for the regions of a context.

    Parameters
    ----------
    context
        Its regions give the order.
    parts
        (m,) whole units of each prefecture, in the order of the prefectures.
    column
        Column of the regions table that gives the weights of the counties.
    split
        (part, weights, codes) → the parts of the counties of a prefecture.
    needs_counties
        Whether the counties of a prefecture may sum to another figure than its part.

    Returns
    -------
    counts
        (n,) whole units; counties sum to their prefecture, prefectures to the province.
    """
    if context.level == "county" or needs_counties:
        below = context if context.level == "county" else replace(context, level="county")
        weights = below.regions[column].to_numpy(float)
        counts = np.zeros(len(weights))
        for (inside, codes), part in zip(below.counties_of, parts, strict=True):
            counts[inside] = split(int(part), weights[inside], codes)
        if context.level == "county":
            return counts
        parts = np.array([counts[inside].sum() for inside, _ in below.counties_of])
    return parts.astype(float) if context.level == "prefecture" else np.array([float(parts.sum())])


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
                "targets.own_weights", setting=query.setting, missing=", ".join(missing)
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
