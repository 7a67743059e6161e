"""Natural villages of 20 or more households: which have 4G, which have none.

The plan states one number for the province ("about 5,000 … without 4G") and no list. The target
is implied by that sentence: every such village. The prefecture split is that of the village
table in force; while it is illustrative, the interval is widened to what the named rules give
for the plan's number, because the split itself is invented.

Default rule (for the interval and for a target set by the planner): rural households.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from data.ledger.statements import Statement
from data.wording.catalogue import Message
from data.workspace.effective import import_date
from geo.evidence import weakest
from geo.gaps.gap import Interval
from layers.base import Context, Figures, Layer, LedgerKeys, Metric, Query, TargetStatus
from layers.observed_cells import NO_CELLS
from layers.offers import SiteNeed
from layers.provincial_split import spread
from layers.villages import COUNT_COLUMNS, MIN_HOUSEHOLDS, village_states
from layers.words import two_sentences

#: Source id of the village table.
VILLAGES_SOURCE = "pack:natural_villages"


def figures(query: Query) -> Figures:
    """Return counts of the village table per region, with the reported shares where dated.

    Parameters
    ----------
    query
        A metric of a layer for the regions of a context.

    Returns
    -------
    figures
        Per region, in villages of 20 or more households.
    """
    context = query.context
    counts = village_counts(context)
    imported = import_date(context.pack, "natural_villages")
    shortfall = query.ledger.built(query.metric.ledger.built, context.as_of)
    total = counts["villages"].to_numpy(float)
    status: TargetStatus = "implied" if shortfall is not None else "none stated"
    own = query.own_target
    if own is not None:
        status = "set by planner"
        total = _shared(own, counts["villages"].fillna(0))
    covered = counts["covered"].to_numpy(float)
    built = Interval(covered, covered, covered + counts["unknown"].to_numpy(float))
    illustrative = (counts["evidence"] == "illustrative").any()
    if shortfall is not None and illustrative and own is None:
        built = _widened(query, shortfall, total, built)
    sources = ";".join((*(shortfall.source_ids if shortfall else ()), VILLAGES_SOURCE))
    n = len(counts)
    table = Figures(
        unit=query.metric.unit,
        denominator=query.layer.message("of_villages", households=MIN_HOUSEHOLDS),
        target=Interval.exact(total if status != "none stated" else np.full(n, np.nan)),
        built=built,
        planned=query.planned,
        evidence=counts["evidence"].to_numpy(object),
        as_of=np.full(n, imported or (shortfall.as_of if shortfall else ""), dtype=object),
        source_ids=np.full(n, sources, dtype=object),
        target_status=status,
        target_as_of="",
        rule="village table",
        note=_note(query.layer, counts, has_shortfall=shortfall is not None),
    )
    return _with_reported_shares(query, table)


def _note(layer: Layer, counts: pd.DataFrame, *, has_shortfall: bool) -> Message | None:
    """Return why both figures of the plan hold, and where villages of some counties are missing."""
    both = layer.message("note") if has_shortfall else None
    listed, counties = int(counts["listed"].sum()), int(counts["counties"].sum())
    partial = layer.message("partial", listed=listed, counties=counties)
    return two_sentences(both, partial if listed < counties else None)


def village_counts(context: Context) -> pd.DataFrame:
    """Return per region: villages, covered, unknown and the evidence of the village table.

    A region of which an imported table lists no village is unknown (NaN), not empty; ``listed``
    of its ``counties`` have a village in the table.

    Parameters
    ----------
    context
        Province and level.

    Returns
    -------
    counts
        One row per region of the context: ``villages``, ``covered``, ``unknown``, ``listed``,
        ``counties``, ``evidence``.
    """
    villages = context.pack.table("natural_villages", columns=COUNT_COLUMNS)
    large = villages[villages["households"] >= MIN_HOUSEHOLDS]
    states = village_states(large["has_4g"])
    county = large["adcode"].astype(str)
    per_county = pd.DataFrame(
        {
            "villages": 1,
            "covered": states == 1,
            "unknown": states == 2,
        },
        index=county.index,
    ).groupby(county.to_numpy()).sum()  # fmt: skip
    counties = context.pack.regions("county")
    named = villages["adcode"].astype(str).unique()
    per_county = per_county.reindex(counties["adcode"], fill_value=0)
    # The pack's own table covers every county: one without a village has none.
    own = not import_date(context.pack, "natural_villages")
    per_county["listed"] = own | per_county.index.isin(named)
    per_county["counties"] = 1
    if context.level == "county":
        group = counties["adcode"]
    elif context.level == "prefecture":
        group = counties["parent"]
    else:
        group = pd.Series([context.pack.adcode] * len(counties))
    counts = per_county.groupby(group.to_numpy()).sum().reindex(context.regions["adcode"])
    numbers = ["villages", "covered", "unknown"]
    counts[numbers] = counts[numbers].astype(float).where(counts["listed"] > 0)
    counts["evidence"] = (
        weakest(large["evidence"].astype(str).unique()) if len(large) else "assumed"
    )
    return counts


def _widened(query: Query, shortfall: Statement, total: np.ndarray, built: Interval) -> Interval:
    """Widen what is built to the range that the rules give for the plan's shortfall."""
    missing = spread(query, shortfall, NO_CELLS).figures
    low = np.clip(np.minimum(built.low, total - missing.high), 0, total)
    high = np.clip(np.maximum(built.high, total - missing.low), 0, total)
    return Interval(built.value, low, high)


def _with_reported_shares(query: Query, table: Figures) -> Figures:
    """Replace the village table's figure where a prefecture has reported its own share since."""
    context = query.context
    if context.level != "prefecture" or table.target_status == "none stated":
        return table
    value, low, high = (np.array(a) for a in (table.built.value, table.built.low, table.built.high))
    codes = context.regions["adcode"].tolist()
    as_of, sources = table.as_of.copy(), table.source_ids.copy()
    for figure in query.ledger.regional(query.metric.ledger.share, context.as_of):
        if figure.kind != "share" or figure.adcode not in codes:
            continue
        i = codes.index(figure.adcode)
        value[i] = low[i] = high[i] = round(figure.value * table.target.value[i])
        as_of[i] = figure.as_of
        sources[i] = f"{figure.source_id};{VILLAGES_SOURCE}"
    return replace(table, built=Interval(value, low, high), as_of=as_of, source_ids=sources)


def _shared(total: int, weights: pd.Series) -> np.ndarray:
    from geo.gaps.allocation import largest_remainder

    keys = [str(code) for code in weights.index]
    return largest_remainder(total, weights.to_numpy(float), keys=keys).astype(float)


LAYER = Layer(
    key="natural_villages",
    order=50,
    metrics=(
        Metric(
            key="with_4g",
            unit="natural_village",
            figures=figures,
            ledger=LedgerKeys(built=("without_4g",), share=("with_4g",)),
            default_rule="rural_households",
            rules=("rural_households", "village_units", "area"),
            planned="villages",
            technology="4G",
        ),
    ),
    need=SiteNeed(),
)
