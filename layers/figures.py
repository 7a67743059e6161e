"""Figures of one metric for the regions of a level, where they come from and by which rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.wording.catalogue import Message
from geo.gaps.gap import Interval

#: Allocation rule → column of the regions table that gives its weights.
RULE_COLUMNS: Mapping[str, str] = {
    "population": "population",
    "urban_population": "urban_population",
    "households": "households",
    "rural_households": "rural_households",
    "village_units": "village_units",
    "area": "area_km2",
}
#: Every rule a planner can choose; the last two take their weights from elsewhere.
RULES: tuple[str, ...] = (*RULE_COLUMNS, "past_share", "own")

#: What the scenario's sites add to a metric: nothing, one unit per site of the layer's presets, or
#: the villages that sites of the metric's technology newly reach.
Planned = Literal["none", "sites", "villages"]

#: ``not named``: no source names the region for it.
TargetStatus = Literal[
    "stated", "derived", "assumption all covered", "set by planner", "none stated", "not named"
]


@dataclass(frozen=True)
class Figures:
    """Figures of one metric for the n regions of a context, in their order.

    Attributes
    ----------
    unit
        Key of the unit of count.
    denominator
        What the figures are counted out of.
    target, built, planned
        Figures in ``unit``; NaN is unknown.
    evidence, as_of, source_ids
        (n,) evidence class, date of what is built (empty if unknown), source ids joined by ``;``.
    target_status
        How the target came about: of all regions, or (n,) of each.
    note, notes
        What the reader must know to read the figures, None without; and of single regions.
    missing
        Target − built, where both come of one case of an allocation and their intervals would say
        too much; None: the difference of both intervals.
    target_qualifier, built_qualifier
        Sign of the source's word for how exact a figure is, such as ``~``; (n,) of what is built.
    target_evidence, built_evidence
        (n,) evidence class of each side; None: that of the row.
    """

    unit: str
    denominator: Message
    target: Interval
    built: Interval
    planned: NDArray[np.float64]
    evidence: NDArray[np.object_]
    as_of: NDArray[np.object_]
    source_ids: NDArray[np.object_]
    target_status: TargetStatus | NDArray[np.object_]
    target_as_of: str
    rule: str
    note: Message | None = None
    notes: tuple[Message | None, ...] = ()
    missing: Interval | None = None
    target_qualifier: str = "="
    built_qualifier: NDArray[np.object_] | None = None
    target_evidence: NDArray[np.object_] | None = None
    built_evidence: NDArray[np.object_] | None = None


@dataclass(frozen=True)
class LedgerKeys:
    """Metrics of the ledger that a metric of a layer reads, see :mod:`data.ledger.metrics`.

    Attributes
    ----------
    target, built
        Totals or shares stated as target, and as built.
    increment
        Stated as "newly built", added to the baseline of ``target``.
    share
        Share of the provincial total that a prefecture reports.
    plan
        Planned by a single prefecture, beside the province's own target.
    layer
        Layer of the ledger's rows; empty for the layer itself.
    """

    target: tuple[str, ...] = ()
    increment: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    share: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    layer: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Every metric of the ledger that is read."""
        return (*self.target, *self.increment, *self.built, *self.share, *self.plan)
