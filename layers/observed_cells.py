"""What is observed for single regions: cells that an allocation keeps or does not go below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.ledger.statements import RegionalFigure, Statement
from geo.gaps.allocation import allocate
from layers.base import Query

End = Literal["value", "low", "high"]


@dataclass(frozen=True)
class Cells:
    """What is observed for single regions, against one provincial total.

    Attributes
    ----------
    same
        adcode → figure of the total's own date, which the allocation keeps.
    newer
        adcode → figure of a later date: it stands in its own row and changes no other.
    share
        adcode → share of the total, of whatever date.
    floor
        adcode → number that the allocation does not go below.
    counties
        adcode → figure of a county that is not older than what its prefecture's part rests on; like
        a newer one it stands in its own row.
    """

    same: Mapping[str, RegionalFigure] = field(default_factory=dict)
    newer: Mapping[str, RegionalFigure] = field(default_factory=dict)
    share: Mapping[str, RegionalFigure] = field(default_factory=dict)
    floor: Mapping[str, float] = field(default_factory=dict)
    counties: Mapping[str, RegionalFigure] = field(default_factory=dict)

    @property
    def observed(self) -> dict[str, RegionalFigure]:
        """The dated figure of each prefecture that has reported its own."""
        return {**self.same, **self.newer}

    def of_date(self, date: str) -> Cells:
        """Return the cells without the shares of other dates: those are estimates, not facts.

        Parameters
        ----------
        date
            YYYY-MM-DD.

        Returns
        -------
        cells
            With the shares of that date alone.
        """
        return replace(self, share={k: s for k, s in self.share.items() if s.as_of == date})


NO_CELLS = Cells()


def built_cells(query: Query, total: Statement | None) -> Cells:
    """Return what is observed of what is built: figures of prefectures, and shares of the total.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.
    total
        Provincial figure that is allocated; None without.

    Returns
    -------
    cells
        Observed prefectures and counties.
    """
    since = total.as_of if total is not None else ""
    same: dict[str, RegionalFigure] = {}
    newer: dict[str, RegionalFigure] = {}
    floor: dict[str, float] = {}
    for figure in _of_prefectures(query, query.context.as_of):
        if figure.as_of > since:
            newer[figure.adcode] = figure
        elif figure.as_of == since:
            same[figure.adcode] = figure
        else:
            floor[figure.adcode] = figure.value
    cells = Cells(same, newer, regional_shares(query), floor)
    return replace(cells, counties=_of_counties(query, cells.observed, since))


def target_cells(query: Query, total: Statement | None, built: Statement | None) -> Cells:
    """Return the cells of a target: observed shares stay, and no target is below what stood.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.
    total
        Provincial target that is allocated; None without.
    built
        Provincial figure of what is built. Figures of prefectures that are newer raise no target,
        so that they change no other prefecture.

    Returns
    -------
    cells
        Prefectures with a target of their own, a share or a lower bound.
    """
    if total is None:
        return NO_CELLS
    own = _own_targets(query, total)
    shares = {code: s for code, s in regional_shares(query).items() if code not in own}
    known = _of_prefectures(query, built.as_of) if built is not None else []
    floor = {f.adcode: f.value for f in known if f.adcode not in {**shares, **own}}
    kept = sum(s.value for s in shares.values()) * total.low
    kept += sum(figure.value for figure in own.values())
    if kept + sum(floor.values()) > total.low:
        floor = {}
    return Cells(same=own, share=shares, floor=floor)


def _own_targets(query: Query, total: Statement) -> dict[str, RegionalFigure]:
    """Return the targets that prefectures state for the province's date; none if they exceed it."""
    codes = set(query.context.prefectures["adcode"])
    found = {
        figure.adcode: figure if figure.qualifier == "~" else replace(
            figure, low=figure.value, high=figure.value
        )
        for figure in query.ledger.regional(query.metric.ledger.target)
        if figure.kind == "plan" and figure.as_of == total.as_of and figure.adcode in codes
    }  # fmt: skip
    shares = regional_shares(query)
    kept = sum(s.value for code, s in shares.items() if code not in found) * total.low
    kept += sum(figure.high for figure in found.values())
    fits = kept <= total.low and len(found) < len(codes)
    return found if fits else {}


def regional_shares(query: Query) -> dict[str, RegionalFigure]:
    """Return the latest share of the provincial total known for each prefecture.

    At its own date a share is exact; for other dates it is an estimate beside the rules.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    shares
        adcode → the latest share.
    """
    figures = query.ledger.regional(query.metric.ledger.share)
    return {f.adcode: f for f in figures if f.kind == "share"}


def allocated(
    total: float, weights: NDArray[np.float64], codes: Sequence[str], cells: Cells, end: End
) -> NDArray[np.int64]:
    """Allocate a total to prefectures, keeping what is observed of each.

    Parameters
    ----------
    total
        Figure of the province.
    weights
        (n,) weights of the prefectures.
    codes
        adcodes of the prefectures.
    cells
        What is observed of them.
    end
        Which end of the observed figures counts.

    Returns
    -------
    parts
        (n,) whole units. They sum to the total, plus what newer figures have added since.
    """
    keep = {code: round(share.value * total) for code, share in cells.share.items()}
    keep |= whole_units(cells.same, end)
    if end == "low":
        least = sum(keep.values()) + sum(v for k, v in cells.floor.items() if k not in keep)
        total = max(total, least)
    newer = whole_units(cells.newer, end)
    return with_newer(round(total), weights, codes, newer, keep=keep, floor=cells.floor)


def with_newer(
    total: int,
    weights: NDArray[np.float64],
    codes: Sequence[str],
    newer: Mapping[str, int],
    *,
    keep: Mapping[str, int] | None = None,
    floor: Mapping[str, float] | None = None,
) -> NDArray[np.int64]:
    """Allocate a total to regions and put newer figures of single ones in their own place.

    A newer figure replaces its own part after the allocation. Where it is below that part, the
    part was estimated too high: the others then have the rest, as the total itself is a fact.

    Parameters
    ----------
    total
        Whole units of all regions.
    weights
        (n,) weights of the regions.
    codes
        Their adcodes.
    newer, keep, floor
        adcode → newer figure, part that the allocation keeps, part that it does not go below.

    Returns
    -------
    parts
        (n,) whole units. They sum to the total, plus what newer figures have added since.
    """
    fixed, least = dict(keep or {}), floor or {}
    while True:
        parts = allocate(
            total,
            weights,
            fixed=[fixed.get(code, np.nan) for code in codes],
            floor=[least.get(code, 0.0) for code in codes],
            keys=list(codes),
        )
        found = dict(zip(codes, parts.tolist(), strict=True))
        above = {code: most for code, most in newer.items() if found.get(code, most) > most}
        if not above or len({*fixed, *above}) == len(codes):
            return np.array([newer.get(code, part) for code, part in found.items()])
        fixed |= above


def whole_units(figures: Mapping[str, RegionalFigure], end: End) -> dict[str, int]:
    """Return one end of each figure in whole units.

    Parameters
    ----------
    figures
        adcode → figure.
    end
        Which end of it counts.

    Returns
    -------
    units
        adcode → whole units.
    """
    return {code: round(float(getattr(figure, end))) for code, figure in figures.items()}


def _of_counties(
    query: Query, above: Mapping[str, RegionalFigure], since: str
) -> dict[str, RegionalFigure]:
    """Return the latest figure of each county, where the one it is a part of is not newer."""
    counties = query.context.pack.regions("county")
    parents = dict(zip(counties["adcode"], counties["parent"], strict=True))
    found = {}
    for figure in query.ledger.regional(query.metric.ledger.built, query.context.as_of):
        parent = parents.get(figure.adcode, figure.adcode)
        # A prefecture that is its own county has one row in the ledger, which is the prefecture's.
        if figure.kind != "built" or parent == figure.adcode:
            continue
        if figure.as_of >= (above[parent].as_of if parent in above else since):
            found[figure.adcode] = figure
    return found


def _of_prefectures(query: Query, until: str) -> list[RegionalFigure]:
    """Return what the prefectures report as built, the oldest first."""
    codes = set(query.context.prefectures["adcode"])
    figures = query.ledger.regional(query.metric.ledger.built, until)
    return [f for f in figures if f.kind == "built" and f.adcode in codes]
