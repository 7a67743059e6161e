"""Allocate a provincial statement to prefectures and counties: what the counted metrics share.

The province's figure is shared out to prefectures, then each prefecture's part to its counties,
so that counties sum to their prefecture and prefectures to the province, under every rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from data.ledger.statements import RegionalFigure, Statement
from data.wording.catalogue import Message
from geo.errors import UnknownNameError
from geo.evidence import weakest
from geo.gaps.gap import Interval, gap
from layers.base import Metric, Query
from layers.figures import RULE_COLUMNS, RULES, Figures, TargetStatus
from layers.observed_cells import (
    Cells,
    End,
    allocated,
    built_cells,
    target_cells,
    whole_units,
    with_newer,
)
from layers.region_weights import at_level, prefecture_weights
from layers.words import two_sentences

#: Source id of the census and unit counts that the weights come from.
WEIGHTS_SOURCE = "pack:regions"


#: One way to allocate: a rule, and whether shares observed at other dates stay.
Case = tuple[str, bool]


@dataclass(frozen=True)
class Spread:
    """A statement per region, in the context's order.

    Attributes
    ----------
    figures
        The chosen rule's figures, from the least to the most of all cases.
    evidence, as_of, source_ids, qualifier
        (n,) of each figure.
    cases
        Figures of each way to allocate; empty where nothing is allocated.
    notes
        (n,) what the reader must know of single regions; empty without.
    """

    figures: Interval
    evidence: NDArray[np.object_]
    as_of: NDArray[np.object_]
    source_ids: NDArray[np.object_]
    qualifier: NDArray[np.object_]
    cases: Mapping[Case, Interval] = field(default_factory=dict)
    notes: tuple[Message | None, ...] = ()

    @classmethod
    def unknown(cls, size: int) -> Spread:
        """Return figures that nothing is known of.

        Parameters
        ----------
        size
            Number of regions.

        Returns
        -------
        spread
            NaN and empty texts.
        """
        empty = np.full(size, "", dtype=object)
        return cls(Interval.unknown(size), empty, empty, empty, empty)


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
    target = spread(query, statement, target_cells(query, statement, built_statement))
    built = spread(query, built_statement, built_cells(query, built_statement))
    usual = (
        Message("layers.all_stations", {})
        if metric.unit == "base_station"
        else Message("layers.all_units", {"unit": query.layer.unit_message(metric.unit)})
    )
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
    return replace(
        statement,
        value=statement.value * metric.scale,
        low=statement.low * metric.scale,
        high=statement.high * metric.scale,
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
            weakest(c for c in (a, b) if c) if a or b else ""
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
        missing=_missing(target_spread, built_spread),
        planned=query.planned,
        evidence=evidence,
        as_of=built_spread.as_of,
        source_ids=sources,
        target_status=status,
        target_as_of=terms.target.as_of if terms.target is not None else "",
        rule=terms.rule,
        target_qualifier=terms.target.qualifier if terms.target is not None else "",
        built_qualifier=built_spread.qualifier,
        target_evidence=target_spread.evidence,
        built_evidence=built_spread.evidence,
        notes=built_spread.notes,
    )


def _missing(target: Spread, built: Spread) -> Interval | None:
    """Return target − built, its interval only of differences under one and the same case."""
    if not target.cases or not built.cases:
        return None
    nothing = np.zeros(len(target.figures.value))
    # Where a share is of one side's own date, that side has no case without it.
    gaps = [
        gap(_case(target, case), _case(built, case), nothing)
        for case in dict.fromkeys((*target.cases, *built.cases))
    ]
    return Interval(
        target.figures.value - built.figures.value,
        np.min([each.low for each in gaps], axis=0),
        np.max([each.high for each in gaps], axis=0),
    )


def _case(spread: Spread, case: Case) -> Interval:
    return spread.cases.get(case) or spread.cases[case[0], True]


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
            metric.ledger.target,
            metric.ledger.increment,
            as_of=query.context.as_of,
            due=query.target_date,
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
        raise UnknownNameError("allocation_rule", rule, RULES, where="scenario")
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
        (n,) figures; low and high are the least and most of all rules, with shares of other dates
        and without, over the bounds of the total.
    """
    if total is None:
        return observed_alone(query, {**cells.observed, **cells.counties})
    rules = tuple(dict.fromkeys((chosen_rule(query), *query.metric.rules)))
    exact = cells.of_date(total.as_of)
    variants = {True: cells} if exact == cells else {True: cells, False: exact}
    cases = {
        (rule, kept): _interval(query, total, rule, some)
        for kept, some in variants.items()
        for rule in rules
    }
    figures = Interval(
        cases[rules[0], True].value,
        np.min([case.low for case in cases.values()], axis=0),
        np.max([case.high for case in cases.values()], axis=0),
    )
    return replace(provenance(query, total, cells), figures=figures, cases=cases)


def _interval(query: Query, total: Statement, rule: str, cells: Cells) -> Interval:
    """Return the parts of a total and of its bounds under one rule."""
    value = _parts(query, total.value, rule, cells, "value")
    if total.low == total.high and all(f.low == f.high for f in cells.observed.values()):
        return Interval.exact(value)
    low = _parts(query, total.low, rule, cells, "low")
    high = _parts(query, total.high, rule, cells, "high")
    # The parts of a smaller total may be larger by one unit (the Alabama paradox).
    return Interval(value, np.minimum(low, value), np.maximum(high, value))


def _parts(query: Query, total: float, rule: str, cells: Cells, end: End) -> NDArray[np.float64]:
    codes = query.context.prefectures["adcode"].tolist()
    parts = allocated(total, prefecture_weights(query, rule), codes, cells, end)
    column = RULE_COLUMNS.get(rule) or RULE_COLUMNS[query.metric.default_rule]
    own = whole_units(cells.counties, end)

    def split(part: int, weights: NDArray[np.float64], codes: list[str]) -> NDArray[np.int64]:
        return with_newer(part, weights, codes, {c: own[c] for c in codes if c in own})

    return at_level(query.context, parts, column, split, needs_counties=bool(own))


def observed_alone(query: Query, seen: Mapping[str, RegionalFigure]) -> Spread:
    """Return what is observed of single regions where no figure of the province is known.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.
    seen
        adcode → figure in the unit of the metric.

    Returns
    -------
    spread
        (n,) figures, unknown where nothing is observed: other regions and sums.
    """
    here = [seen.get(code) for code in query.context.regions["adcode"]]
    ends = ([np.nan if one is None else getattr(one, end) for one in here]
            for end in ("value", "low", "high"))  # fmt: skip
    evidence, as_of, source, sign = (
        np.array(["" if one is None else getattr(one, name) for one in here], dtype=object)
        for name in ("evidence", "as_of", "source_id", "qualifier")
    )
    figures = Interval(*(np.array(values, dtype=float) for values in ends))
    return Spread(figures, evidence, as_of, source, sign)


@dataclass(frozen=True)
class _Told:
    """Evidence, date, source ids, qualifier and note of one region's part."""

    evidence: str
    as_of: str
    source_ids: str
    qualifier: str
    note: Message | None = None


def provenance(
    query: Query, total: Statement, cells: Cells, *, weights: str = "allocated"
) -> Spread:
    """Return where each region's part comes from.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.
    total
        Provincial figure that is allocated.
    cells
        What is observed of single regions.
    weights
        Evidence class of a part that nobody observed.

    Returns
    -------
    spread
        (n,) evidence, dates, source ids, qualifiers and notes; figures unknown.
    """
    level, regions = query.context.level, query.context.regions
    above = query.context.prefecture_of
    counties = query.context.pack.regions("county") if cells.counties else None
    rows = []
    for code, prefecture in zip(regions["adcode"], above, strict=True):
        told = (
            _of_whole(total, cells) if level == "province"
            else _of_part(prefecture, level, total, cells, weights)
        )  # fmt: skip
        if level == "county" and code in cells.counties:
            own = cells.counties[code]
            told = _of_own(own, total if own.as_of > total.as_of else None)
        elif level != "county" and counties is not None:
            inside = counties[counties["parent"] == code] if level == "prefecture" else counties
            told = _with_counties(told, [c for c in inside["adcode"] if c in cells.counties], cells)
        rows.append(told)
    evidence, as_of, sources, signs = (
        np.array([getattr(row, name) for row in rows], dtype=object)
        for name in ("evidence", "as_of", "source_ids", "qualifier")
    )
    notes = tuple(row.note for row in rows)
    return Spread(Interval.unknown(len(rows)), evidence, as_of, sources, signs, notes=notes)


def _of_whole(total: Statement, cells: Cells) -> _Told:
    """Return where the province's figure comes from: with newer parts it is a sum."""
    ids = ";".join((*total.source_ids, *(figure.source_id for figure in cells.newer.values())))
    if "scenario" in total.source_ids:
        return _Told("assumed", total.as_of, ids, total.qualifier)
    if not cells.newer:
        return _Told(total.word, total.as_of, ids, total.qualifier)
    words = {total.word, "derived", *(figure.evidence for figure in cells.newer.values())}
    return _Told(weakest(words), total.as_of, ids, "~", _mixed_note(total, cells))


def _of_part(prefecture: str, level: str, total: Statement, cells: Cells, weights: str) -> _Told:
    """Return where the part of a prefecture, or of one of its counties, comes from."""
    seen = cells.observed.get(prefecture)
    if seen is None:
        own = "scenario" in total.source_ids
        shares = [cells.share[prefecture].source_id] if prefecture in cells.share else []
        ids = ";".join((*total.source_ids, *shares, WEIGHTS_SOURCE))
        return _Told("assumed" if own else weights, total.as_of, ids, total.qualifier)
    told = _of_own(seen, total if prefecture in cells.newer else None)
    if level == "prefecture":
        return told
    ids = f"{seen.source_id};{WEIGHTS_SOURCE}"
    return replace(told, evidence=weakest([seen.evidence, "allocated"]), source_ids=ids)


def _of_own(seen: RegionalFigure, total: Statement | None) -> _Told:
    """Return where a region's own figure comes from, and that it is newer than the total."""
    dates = {"seen": seen.as_of, "date": total.as_of} if total is not None else {}
    note = Message("gap_note.newer", dates) if dates else None
    return _Told(seen.evidence, seen.as_of, seen.source_id, seen.qualifier, note)


def _with_counties(told: _Told, codes: Sequence[str], cells: Cells) -> _Told:
    """Return where a sum comes from that counties with figures of their own are in."""
    if not codes:
        return told
    own = [cells.counties[code] for code in codes]
    arguments = {"parts": len(own), "latest": max(figure.as_of for figure in own)}
    words = {told.evidence, "derived", *(figure.evidence for figure in own)}
    return replace(
        told, evidence=weakest(words), qualifier="~",
        source_ids=";".join((told.source_ids, *(figure.source_id for figure in own))),
        note=two_sentences(told.note, Message("gap_note.mixed_counties", arguments)),
    )  # fmt: skip


def _mixed_note(total: Statement, cells: Cells) -> Message:
    """Return that the province's figure is a sum over several dates."""
    arguments = {
        "whole": round(total.value), "date": total.as_of, "parts": len(cells.newer),
        "latest": max(figure.as_of for figure in cells.newer.values()),
    }  # fmt: skip
    return Message("gap_note.mixed_dates", arguments)
