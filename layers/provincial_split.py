"""Spread a provincial statement over prefectures and counties: what the counted layers share.

The province's figure is shared among prefectures, then each prefecture's part among its counties,
so that counties sum to their prefecture and prefectures to the province, under every rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ledger.statements import RegionalFigure, Statement
from geo.errors import InputError, UnknownNameError
from geo.evidence import weakest
from geo.gaps.allocation import allocate
from geo.gaps.gap import Interval
from layers.base import RULE_COLUMNS, RULES, Context, Figures, Layer, TargetStatus, unit_name

#: Source id of the census and unit counts that the weights come from.
WEIGHTS_SOURCE = "pack:regions"


@dataclass(frozen=True)
class Cells:
    """What is observed for single prefectures, against one provincial total.

    Attributes
    ----------
    fixed
        adcode → whole number that the allocation must keep.
    floor
        adcode → number the allocation must not fall below.
    observed
        adcode → the dated figure behind a fixed cell that is itself reported.
    source_ids
        adcode → source ids behind the cell.
    """

    fixed: Mapping[str, int]
    floor: Mapping[str, float]
    observed: Mapping[str, RegionalFigure]
    source_ids: Mapping[str, tuple[str, ...]]


NO_CELLS = Cells({}, {}, {}, {})


@dataclass(frozen=True)
class Spread:
    """A statement per region: figures, evidence, dates and sources, in the context's order."""

    figures: Interval
    evidence: NDArray[np.object_]
    as_of: NDArray[np.object_]
    source_ids: NDArray[np.object_]


def counted_figures(layer: Layer, context: Context) -> Figures:
    """Return the figures of a layer that counts units against a provincial total."""
    statement, status = target_statement(layer, context)
    ledger = context.ledger
    built_statement = ledger.built(layer.metrics.built, context.as_of)
    target = spread(layer, context, statement, target_cells(layer, context, statement))
    built = spread(layer, context, built_statement, built_cells(layer, context, built_statement))
    terms = Terms(
        unit=layer.unit,
        denominator=f"all {unit_name(layer.unit, 'en')} of all operators in the region",
        target=statement,
        status=status,
        rule=chosen_rule(layer, context),
    )
    return join(layer, context, terms, target, built)


@dataclass(frozen=True)
class Terms:
    """What a layer's figures mean: unit, denominator, and how the target came about."""

    unit: str
    denominator: str
    target: Statement | None
    status: TargetStatus
    rule: str


def join(
    layer: Layer, context: Context, terms: Terms, target_spread: Spread, built_spread: Spread
) -> Figures:
    """Put target and built side by side; the weaker evidence of the two is the row's."""
    evidence = np.array(
        [
            weakest(c for c in (a, b) if c) if a or b else "reported"
            for a, b in zip(target_spread.evidence, built_spread.evidence, strict=True)
        ],
        dtype=object,
    )
    sources = np.array(
        [
            ";".join(dict.fromkeys(i for i in f"{a};{b}".split(";") if i))
            for a, b in zip(target_spread.source_ids, built_spread.source_ids, strict=True)
        ],
        dtype=object,
    )
    return Figures(
        unit=terms.unit,
        denominator=terms.denominator,
        target=target_spread.figures,
        built=built_spread.figures,
        planned=planned_units(layer, context),
        evidence=evidence,
        as_of=built_spread.as_of,
        source_ids=sources,
        target_status=terms.status,
        target_as_of=terms.target.as_of if terms.target is not None else "",
        rule=terms.rule,
    )


def planned_units(layer: Layer, context: Context) -> NDArray[np.float64]:
    """Return how many units of the layer the scenario's enabled sites add per region."""
    if context.added is None:
        return np.zeros(len(context.regions))
    return context.added(layer.key)


def target_statement(layer: Layer, context: Context) -> tuple[Statement | None, TargetStatus]:
    """Return the planner's own target, else the plan's, else None."""
    own = context.scenario.targets.get(layer.key)
    if own is not None:
        date = context.as_of
        statement = Statement(own, own, own, layer.unit, "cumulative", date, ("scenario",))
        return statement, "set by planner"
    stated = context.ledger.target(layer.metrics.target, layer.metrics.increment)
    if stated is None:
        return None, "none stated"
    return stated, "derived" if stated.derived else "stated"


def chosen_rule(layer: Layer, context: Context) -> str:
    """Return the scenario's rule for the layer or its default.

    Raises
    ------
    UnknownNameError
        If the scenario names a rule that nobody knows.
    """
    rule = context.scenario.rules.get(layer.key, layer.default_rule)
    if rule not in RULES:
        raise UnknownNameError("allocation rule", rule, RULES, where="scenario")
    return rule


def built_cells(layer: Layer, context: Context, total: Statement | None) -> Cells:
    """Return the observed cells for what is built: later figures fix a cell, shares scale."""
    if total is None:
        return NO_CELLS
    fixed: dict[str, int] = {}
    floor: dict[str, float] = {}
    observed: dict[str, RegionalFigure] = {}
    sources: dict[str, tuple[str, ...]] = {}
    for share in regional_shares(layer, context):
        fixed[share.adcode] = round(share.value * total.value)
        sources[share.adcode] = (share.source_id,)
    for figure in context.ledger.regional(layer.metrics.built, context.as_of):
        if figure.kind != "built":
            continue
        if figure.as_of >= total.as_of:
            fixed[figure.adcode] = round(figure.value)
            observed[figure.adcode] = figure
            sources[figure.adcode] = (figure.source_id,)
        else:
            floor[figure.adcode] = figure.value
    return Cells(fixed, floor, observed, sources)


def target_cells(layer: Layer, context: Context, total: Statement | None) -> Cells:
    """Return the cells of a target: observed shares stay, and no target undercuts what stands."""
    if total is None:
        return NO_CELLS
    shares = regional_shares(layer, context)
    fixed = {s.adcode: round(s.value * total.value) for s in shares}
    floor = {
        f.adcode: f.value
        for f in context.ledger.regional(layer.metrics.built, total.as_of)
        if f.kind == "built" and f.adcode not in fixed
    }
    if sum(fixed.values()) + sum(floor.values()) > total.value:
        floor = {}
    return Cells(fixed, floor, {}, {s.adcode: (s.source_id,) for s in shares})


def regional_shares(layer: Layer, context: Context) -> list[RegionalFigure]:
    """Return the latest share of the provincial total known for each prefecture.

    A share is a property of the network, not of a date: the one observed stands for other dates
    too, as "allocated", until another is observed.
    """
    latest = {f.adcode: f for f in context.ledger.regional(layer.metrics.share)}
    return [f for f in latest.values() if f.kind == "share"]


def spread(layer: Layer, context: Context, total: Statement | None, cells: Cells) -> Spread:
    """Spread a provincial statement over the regions of the context."""
    n = len(context.regions)
    if total is None:
        empty = np.full(n, "", dtype=object)
        return Spread(Interval.unknown(n), empty, empty, empty)
    by_rule = {
        rule: _parts(layer, context, round(total.value), rule, cells)
        for rule in dict.fromkeys((chosen_rule(layer, context), *layer.rules))
    }
    value = next(iter(by_rule.values()))
    stack = np.stack(list(by_rule.values()))
    low, high = stack.min(axis=0), stack.max(axis=0)
    if total.high is None:
        high = np.full(n, np.nan)
    return Spread(Interval(value, low, high), *_provenance(context, total, cells))


def _parts(
    layer: Layer, context: Context, total: int, rule: str, cells: Cells
) -> NDArray[np.float64]:
    if context.level == "province":
        return np.array([float(total)])
    prefectures = context.prefectures
    codes = prefectures["adcode"].tolist()
    weights = prefecture_weights(layer, context, rule)
    parts = allocate(
        total,
        weights,
        fixed=[cells.fixed.get(code, np.nan) for code in codes],
        floor=[cells.floor.get(code, 0.0) for code in codes],
        keys=codes,
    )
    if context.level == "prefecture":
        return parts.astype(float)
    counties = context.regions
    column = RULE_COLUMNS.get(rule) or RULE_COLUMNS[layer.default_rule]
    result = np.zeros(len(counties))
    for code, part in zip(codes, parts, strict=True):
        inside = (counties["parent"] == code).to_numpy()
        own = counties.loc[inside]
        result[inside] = allocate(int(part), own[column].to_numpy(float), keys=list(own["adcode"]))
    return result


def prefecture_weights(layer: Layer, context: Context, rule: str) -> NDArray[np.float64]:
    """Return the weights of the prefectures under a rule.

    Raises
    ------
    InputError
        If rule ``own`` is chosen without a weight for every prefecture.
    """
    prefectures: pd.DataFrame = context.prefectures
    if rule == "own":
        own = context.scenario.weights.get(layer.key, {})
        missing = [code for code in prefectures["adcode"] if code not in own]
        if missing:
            raise InputError(
                f"rule 'own' of layer {layer.key!r} lacks weights for {', '.join(missing)}",
                where="scenario",
                repair="give every prefecture a weight, 0 where nothing is to be built",
            )
        return np.array([own[code] for code in prefectures["adcode"]], dtype=float)
    if rule == "past_share":
        return _past_shares(layer, context)
    return prefectures[RULE_COLUMNS[rule]].to_numpy(float)


def _past_shares(layer: Layer, context: Context) -> NDArray[np.float64]:
    """Return shares of the latest observed built figures; unobserved prefectures by population."""
    ledger = context.ledger
    codes = context.prefectures["adcode"].tolist()
    share = dict.fromkeys(codes, np.nan)
    for figure in ledger.regional(layer.metrics.built):
        total = ledger.built(layer.metrics.built, figure.as_of)
        if figure.kind == "built" and total is not None and figure.adcode in share:
            share[figure.adcode] = figure.value / total.value
    known = np.array([share[code] for code in codes])
    weights = context.prefectures["population"].to_numpy(float)
    free = np.isnan(known)
    rest = max(0.0, 1.0 - float(np.nansum(known)))
    known[free] = rest * weights[free] / weights[free].sum()
    return known


def _provenance(
    context: Context, total: Statement, cells: Cells
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.object_]]:
    """Return evidence, date and source ids of each region's part."""
    evidence, as_of, sources = [], [], []
    base = ";".join(total.source_ids)
    set_by_planner = total.source_ids == ("scenario",)
    for code in context.prefecture_of:
        seen = cells.observed.get(code) if context.level == "prefecture" else None
        if context.level == "province":
            evidence.append("assumed" if set_by_planner else "reported")
            sources.append(base)
        elif seen is not None:
            evidence.append("reported")
            sources.append(seen.source_id)
        else:
            evidence.append("assumed" if set_by_planner else "allocated")
            sources.append(";".join((base, *cells.source_ids.get(code, ()), WEIGHTS_SOURCE)))
        as_of.append(seen.as_of if seen is not None else total.as_of)
    return (
        np.array(evidence, dtype=object),
        np.array(as_of, dtype=object),
        np.array(sources, dtype=object),
    )
