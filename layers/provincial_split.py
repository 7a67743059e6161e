"""Allocate a provincial statement to prefectures and counties: what the counted metrics share.

The province's figure is shared out to prefectures, then each prefecture's part to its counties,
so that counties sum to their prefecture and prefectures to the province, under every rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.ledger.statements import Statement
from data.wording.catalogue import Message
from geo.errors import UnknownNameError
from geo.evidence import weakest
from geo.gaps.allocation import allocate
from geo.gaps.gap import Interval
from layers.base import RULE_COLUMNS, RULES, Context, Figures, Metric, Query, TargetStatus
from layers.observed_cells import Cells, built_cells, target_cells
from layers.region_weights import prefecture_weights, to_counties

#: Source id of the census and unit counts that the weights come from.
WEIGHTS_SOURCE = "pack:regions"


@dataclass(frozen=True)
class Spread:
    """A statement per region: figures, evidence, dates and sources, in the context's order."""

    figures: Interval
    evidence: NDArray[np.object_]
    as_of: NDArray[np.object_]
    source_ids: NDArray[np.object_]


def counted_figures(query: Query) -> Figures:
    """Return the figures of a metric that counts units against a provincial total.

    Parameters
    ----------
    query
        The metric's rules say how the total is allocated, its scenario may set the total.

    Returns
    -------
    figures
        Per region of the query's context.
    """
    metric = query.metric
    statement, status = target_statement(query)
    built_statement = scaled(query.ledger.built(metric.ledger.built, query.context.as_of), metric)
    target = spread(query, statement, target_cells(query, statement))
    built = spread(query, built_statement, built_cells(query, built_statement))
    usual = Message("layers.all_units", {"unit": query.layer.unit_message(metric.unit)})
    terms = Terms(
        unit=metric.unit,
        denominator=query.denominator(usual),
        target=statement,
        status=status,
        rule=chosen_rule(query),
    )
    return join(query, terms, target, built)


def scaled(statement: Statement | None, metric: Metric) -> Statement | None:
    """Return a statement of the ledger in the unit of the metric.

    Parameters
    ----------
    statement
        In the unit of the ledger; None stays None.
    metric
        Its ``scale`` is applied.

    Returns
    -------
    statement
        In the unit of the metric.
    """
    if statement is None or metric.scale == 1.0:
        return statement
    high = None if statement.high is None else statement.high * metric.scale
    return replace(
        statement,
        value=statement.value * metric.scale,
        low=statement.low * metric.scale,
        high=high,
    )


@dataclass(frozen=True)
class Terms:
    """What a layer's figures mean: unit, denominator, and how the target came about."""

    unit: str
    denominator: Message
    target: Statement | None
    status: TargetStatus
    rule: str


def join(query: Query, terms: Terms, target_spread: Spread, built_spread: Spread) -> Figures:
    """Put target and built side by side; the weaker evidence of the two is the row's.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.
    terms
        Unit, denominator, target and rule.
    target_spread, built_spread
        (n,) figures with evidence, dates and sources.

    Returns
    -------
    figures
        Per region of the query's context.
    """
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
    # A total of the province says nothing of a region that has no figure of it.
    unknown = np.isnan(target_spread.figures.value)
    status = np.where(unknown, "none stated", terms.status).astype(object)
    return Figures(
        unit=terms.unit,
        denominator=terms.denominator,
        target=target_spread.figures,
        built=built_spread.figures,
        planned=query.planned,
        evidence=evidence,
        as_of=built_spread.as_of,
        source_ids=sources,
        target_status=status,
        target_as_of=terms.target.as_of if terms.target is not None else "",
        rule=terms.rule,
    )


def target_statement(query: Query) -> tuple[Statement | None, TargetStatus]:
    """Return the planner's own target, else the plan's, else None, and how it came about.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    target
        The statement in the unit of the metric, and its status.
    """
    own, metric = query.own_target, query.metric
    if own is not None:
        date = query.context.as_of
        statement = Statement(own, own, own, metric.unit, "cumulative", date, ("scenario",))
        return statement, "set by planner"
    stated = scaled(
        query.ledger.target(
            metric.ledger.target, metric.ledger.increment, as_of=query.context.as_of
        ),
        metric,
    )
    if stated is None:
        return None, "none stated"
    return stated, "derived" if stated.derived else "stated"


def chosen_rule(query: Query) -> str:
    """Return the scenario's rule for the metric or its default.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    rule
        One of :data:`~layers.base.RULES`.

    Raises
    ------
    UnknownNameError
        If the scenario names a rule that nobody knows.
    """
    rule = query.context.scenario.rules.get(query.setting, query.metric.default_rule)
    if rule not in RULES:
        raise UnknownNameError("allocation rule", rule, RULES, where="scenario")
    return rule


def spread(query: Query, total: Statement | None, cells: Cells) -> Spread:
    """Allocate a provincial statement to the regions of the query's context.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.
    total
        Provincial figure in the unit of the metric; None without.
    cells
        What is observed for single prefectures.

    Returns
    -------
    spread
        (n,) figures; low and high are the least and most of the metric's rules.
    """
    n = len(query.context.regions)
    if total is None:
        empty = np.full(n, "", dtype=object)
        return Spread(Interval.unknown(n), empty, empty, empty)
    by_rule = {
        rule: _parts(query, round(total.value), rule, cells)
        for rule in dict.fromkeys((chosen_rule(query), *query.metric.rules))
    }
    value = next(iter(by_rule.values()))
    stack = np.stack(list(by_rule.values()))
    low, high = stack.min(axis=0), stack.max(axis=0)
    if total.high is None:
        high = np.full(n, np.nan)
    return Spread(Interval(value, low, high), *_provenance(query.context, total, cells))


def _parts(query: Query, total: int, rule: str, cells: Cells) -> NDArray[np.float64]:
    context = query.context
    if context.level == "province":
        return np.array([float(total)])
    prefectures = context.prefectures
    codes = prefectures["adcode"].tolist()
    weights = prefecture_weights(query, rule)
    parts = allocate(
        total,
        weights,
        fixed=[cells.fixed.get(code, np.nan) for code in codes],
        floor=[cells.floor.get(code, 0.0) for code in codes],
        keys=codes,
    )
    if context.level == "prefecture":
        return parts.astype(float)
    return to_counties(
        context, parts, RULE_COLUMNS.get(rule) or RULE_COLUMNS[query.metric.default_rule]
    )


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
