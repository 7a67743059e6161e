"""Allocate a total to the places that sources name for it, and to no others.

A plan that names the sites of data centres says nothing of racks elsewhere: there the figures are
unknown, with the status ``not named``, neither zero nor a share by population.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ledger.statements import RegionalFigure
from data.wording.catalogue import Bilingual, Message
from geo.evidence import weakest
from geo.gaps.gap import Interval
from layers.base import Context, Query
from layers.figures import RULE_COLUMNS, Figures
from layers.provincial_split import chosen_rule, counted_figures
from layers.words import two_sentences


@dataclass(frozen=True)
class NamedPlaces(Context):
    """A context in which only the named regions have weight.

    Attributes
    ----------
    named
        Codes of prefectures, and of single counties of prefectures that are not named whole.
    """

    named: frozenset[str] = frozenset()

    @cached_property
    def regions(self) -> pd.DataFrame:
        """Regions of :attr:`level`, with weights of 0 outside the named ones."""
        return self._weighed(super().regions)

    @cached_property
    def prefectures(self) -> pd.DataFrame:
        """Prefectures of the province, with weights of 0 where nothing in them is named."""
        return self._weighed(super().prefectures)

    def is_named(self, regions: pd.DataFrame) -> NDArray[np.bool_]:
        """Return whether each region is named, is in a named one, or has one in it.

        Parameters
        ----------
        regions
            (n,) prefectures or counties.

        Returns
        -------
        mask
            (n,) True where a figure can stand.
        """
        counties = self.pack.regions("county")
        holds = set(counties.loc[counties["adcode"].isin(self.named), "parent"])
        inside = (regions["level"] == "county") & regions["parent"].isin(self.named)
        above = (regions["level"] == "prefecture") & regions["adcode"].isin(holds)
        return (regions["adcode"].isin(self.named) | inside | above).to_numpy(bool)

    def _weighed(self, regions: pd.DataFrame) -> pd.DataFrame:
        mask = self.is_named(regions)
        columns = RULE_COLUMNS.values()
        return regions.assign(**{column: regions[column].where(mask, 0) for column in columns})


def figures_of_named_places(query: Query) -> Figures:
    """Return the counted figures of the places that a source names.

    Parameters
    ----------
    query
        ``zone_kinds`` of its metric name the kinds of policy zones. A prefecture whose own figure
        or plan is in the ledger is named too, and one to which the planner gives a weight.

    Returns
    -------
    figures
        Per region; unknown where nobody names it.
    """
    plans = _plans(query)
    context = query.context
    if context.level == "province":
        figures = counted_figures(query)
        notes = figures.note
        for plan in plans.values():
            notes = two_sentences(notes, _plan_note(query, plan))
        return replace(figures, note=notes)
    places = NamedPlaces(context.pack, context.scenario, context.as_of, context.level,
                         context.added, _named(query) | set(plans))  # fmt: skip
    mask = places.is_named(context.regions)
    within = replace(query, context=places) if mask.any() else query
    return _with_plans(query, _only(counted_figures(within), mask), plans, mask)


def _named(query: Query) -> frozenset[str]:
    """Return the codes that zones, observations or the planner's own weights name."""
    zones = query.context.pack.table("policy_zones")
    texts = zones.loc[zones["kind"].isin(query.metric.zone_kinds), "regions"]
    named = {code for text in texts for code in str(text).split(";")} - {query.context.pack.adcode}
    named |= {figure.adcode for figure in query.ledger.regional(query.metric.ledger.built)}
    if chosen_rule(query) == "own":
        own = query.context.scenario.weights.get(query.setting, {})
        named |= {code for code, weight in own.items() if weight > 0}
    return frozenset(named)


def _plans(query: Query) -> dict[str, RegionalFigure]:
    """Return the plan of each prefecture that is due next, the last where all are past due."""
    found: dict[str, RegionalFigure] = {}
    for figure in query.ledger.regional(query.metric.ledger.plan):
        held = found.get(figure.adcode)
        if figure.kind == "plan" and (held is None or held.as_of < query.context.as_of):
            found[figure.adcode] = figure
    return found


def _plan_note(query: Query, plan: RegionalFigure) -> Message:
    regions = query.context.pack.regions("prefecture").set_index("adcode").loc[plan.adcode]
    return Message(
        "layers.planned_there",
        {
            "place": Bilingual(str(regions["name_zh"]), str(regions["name_en"])),
            "value": plan.value, "due": plan.as_of,
            "unit": query.layer.unit_message(query.metric.unit),
        },
    )  # fmt: skip


def _only(figures: Figures, mask: NDArray[np.bool_]) -> Figures:
    """Return the figures with those outside the mask unknown."""

    def kept(interval: Interval) -> Interval:
        return Interval(*(np.where(mask, end, np.nan)
                          for end in (interval.value, interval.low, interval.high)))  # fmt: skip

    return replace(
        figures,
        target=kept(figures.target),
        built=kept(figures.built),
        missing=None if figures.missing is None else kept(figures.missing),
        evidence=np.where(mask, figures.evidence, ""),
        as_of=np.where(mask, figures.as_of, ""),
        source_ids=np.where(mask, figures.source_ids, ""),
        target_status=np.where(mask, figures.target_status, "not named"),
    )


def _with_plans(
    query: Query, figures: Figures, plans: dict[str, RegionalFigure], mask: NDArray[np.bool_]
) -> Figures:
    """Put a prefecture's own plan where the province's target says nothing of it."""
    codes = query.context.regions["adcode"].tolist()
    target, missing = figures.target.value.copy(), figures.missing
    status = np.array(figures.target_status, dtype=object)
    sources, evidence = figures.source_ids.copy(), figures.evidence.copy()
    of_target = np.array(figures.target_evidence, dtype=object)
    due = figures.target_as_of
    for code, plan in plans.items():
        at = codes.index(code) if query.context.level == "prefecture" and code in codes else None
        if at is None or not np.isnan(target[at]):
            continue
        target[at], status[at], due = plan.value, "stated", plan.as_of
        evidence[at] = weakest(filter(None, (plan.evidence, str(evidence[at]))))
        of_target[at] = plan.evidence
        missing = None
        sources[at] = ";".join(part for part in (plan.source_id, sources[at]) if part)
    bounds = (np.where(np.isnan(figures.target.value), target, end)
              for end in (figures.target.low, figures.target.high))  # fmt: skip
    status[mask & np.isnan(target)] = "none stated"
    return replace(figures, target=Interval(target, *bounds), target_status=status,
                   evidence=evidence, target_evidence=of_target, source_ids=sources,
                   target_as_of=due, missing=missing)  # fmt: skip
