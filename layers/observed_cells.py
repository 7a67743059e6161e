"""What is observed for single prefectures: cells that an allocation keeps or does not go below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.ledger.statements import RegionalFigure, Statement
from layers.base import Query


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


def built_cells(query: Query, total: Statement | None) -> Cells:
    """Return the observed cells for what is built: later figures fix a cell, shares scale.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.
    total
        Provincial figure that is allocated; None without.

    Returns
    -------
    cells
        Prefectures that are fixed or have a lower bound.
    """
    if total is None:
        return NO_CELLS
    fixed: dict[str, int] = {}
    floor: dict[str, float] = {}
    observed: dict[str, RegionalFigure] = {}
    sources: dict[str, tuple[str, ...]] = {}
    for share in regional_shares(query):
        fixed[share.adcode] = round(share.value * total.value)
        sources[share.adcode] = (share.source_id,)
    for figure in query.ledger.regional(query.metric.ledger.built, query.context.as_of):
        if figure.kind != "built":
            continue
        if figure.as_of >= total.as_of:
            fixed[figure.adcode] = round(figure.value)
            observed[figure.adcode] = figure
            sources[figure.adcode] = (figure.source_id,)
        else:
            floor[figure.adcode] = figure.value
    return Cells(fixed, floor, observed, sources)


def target_cells(query: Query, total: Statement | None) -> Cells:
    """Return the cells of a target: observed shares stay, and no target is below what is built.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.
    total
        Provincial target that is allocated; None without.

    Returns
    -------
    cells
        Prefectures that are fixed or have a lower bound.
    """
    if total is None:
        return NO_CELLS
    shares = regional_shares(query)
    fixed = {s.adcode: round(s.value * total.value) for s in shares}
    floor = {
        f.adcode: f.value
        for f in query.ledger.regional(query.metric.ledger.built, total.as_of)
        if f.kind == "built" and f.adcode not in fixed
    }
    if sum(fixed.values()) + sum(floor.values()) > total.value:
        floor = {}
    return Cells(fixed, floor, {}, {s.adcode: (s.source_id,) for s in shares})


def regional_shares(query: Query) -> list[RegionalFigure]:
    """Return the latest share of the provincial total known for each prefecture.

    A share is a property of the network, not of a date: the one observed holds for other dates
    too, as "allocated", until another is observed.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    shares
        One per prefecture that has reported a share.
    """
    latest = {f.adcode: f for f in query.ledger.regional(query.metric.ledger.share)}
    return [f for f in latest.values() if f.kind == "share"]
