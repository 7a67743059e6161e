"""Natural villages of 20 or more households: which have 4G, which have none.

The plan states one number for the province ("about 5,000 … without 4G") and no list. The target
is implied by that sentence: every such village. The prefecture split is that of the village
table in force; while it is illustrative, the interval is widened to what the named rules give
for the plan's number, because the split itself is invented.

Default rule (for the interval and for a target set by the planner): rural households.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.ledger.statements import Statement
from data.workspace.effective import import_date
from geo.evidence import weakest
from geo.gaps.gap import Interval
from layers.base import Context, Figures, Layer, Metrics, TargetStatus
from layers.provincial_split import NO_CELLS, planned_units, spread
from layers.villages import COUNT_COLUMNS, MIN_HOUSEHOLDS, village_states

#: Source id of the village table.
VILLAGES_SOURCE = "pack:natural_villages"


def figures(layer: Layer, context: Context) -> Figures:
    """Return counts of the village table per region, with the reported shares where dated."""
    counts = village_counts(context)
    imported = import_date(context.pack, "natural_villages")
    shortfall = context.ledger.built(layer.metrics.built, context.as_of)
    total = counts["villages"].to_numpy(float)
    status: TargetStatus = "implied" if shortfall is not None else "none stated"
    own = context.scenario.targets.get(layer.key)
    if own is not None:
        status = "set by planner"
        total = _shared(own, counts["villages"].fillna(0))
    covered = counts["covered"].to_numpy(float)
    built = Interval(covered, covered, covered + counts["unknown"].to_numpy(float))
    illustrative = (counts["evidence"] == "illustrative").any()
    if shortfall is not None and illustrative and own is None:
        built = _widened(layer, context, shortfall, total, built)
    sources = ";".join((*(shortfall.source_ids if shortfall else ()), VILLAGES_SOURCE))
    n = len(counts)
    return _with_reported_shares(
        layer,
        context,
        Figures(
            unit=layer.unit,
            denominator=f"natural villages of {MIN_HOUSEHOLDS} or more households",
            target=Interval.exact(total if status != "none stated" else np.full(n, np.nan)),
            built=built,
            planned=planned_units(layer, context),
            evidence=counts["evidence"].to_numpy(object),
            as_of=np.full(n, imported or (shortfall.as_of if shortfall else ""), dtype=object),
            source_ids=np.full(n, sources, dtype=object),
            target_status=status,
            target_as_of="",
            rule="village table",
            note_zh=(
                "“行政村4G覆盖100%”与“约5000个自然村无4G”同时成立：统计单位不同。"
                if shortfall
                else ""
            )
            + _partial(counts, "表中仅{n}/{all}个县区有自然村；其余未知，未计入。"),
            note_en=(
                "100 % of administrative villages with 4G and natural villages without are "
                "both true: the units differ."
                if shortfall
                else ""
            )
            + _partial(
                counts,
                " The table lists villages in {n} of {all} counties; the "
                "others are unknown and not counted.",
            ),
        ),
    )


def _partial(counts: pd.DataFrame, text: str) -> str:
    """Return the text where villages of some counties are not listed."""
    n, whole = int(counts["listed"].sum()), int(counts["counties"].sum())
    return text.format(n=n, all=whole) if n < whole else ""


def village_counts(context: Context) -> pd.DataFrame:
    """Return per region: villages, covered, unknown and the evidence of the village table.

    A region of which an imported table lists no village is unknown (NaN), not empty; ``listed``
    of its ``counties`` have a village in the table.
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
    # The pack's own table speaks for every county: one without a village has none.
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


def _widened(
    layer: Layer, context: Context, shortfall: Statement, total: np.ndarray, built: Interval
) -> Interval:
    """Widen what is built to the range that the rules give for the plan's shortfall."""
    missing = spread(layer, context, shortfall, NO_CELLS).figures
    low = np.clip(np.minimum(built.low, total - missing.high), 0, total)
    high = np.clip(np.maximum(built.high, total - missing.low), 0, total)
    return Interval(built.value, low, high)


def _with_reported_shares(layer: Layer, context: Context, table: Figures) -> Figures:
    """Replace the village table's figure where a prefecture has reported its own share since."""
    if context.level != "prefecture" or table.target_status == "none stated":
        return table
    value, low, high = (np.array(a) for a in (table.built.value, table.built.low, table.built.high))
    codes = context.regions["adcode"].tolist()
    evidence, as_of, sources = table.evidence.copy(), table.as_of.copy(), table.source_ids.copy()
    for figure in context.ledger.regional(layer.metrics.share, context.as_of):
        if figure.kind != "share" or figure.adcode not in codes:
            continue
        i = codes.index(figure.adcode)
        value[i] = low[i] = high[i] = round(figure.value * table.target.value[i])
        as_of[i] = figure.as_of
        sources[i] = f"{figure.source_id};{VILLAGES_SOURCE}"
    return Figures(
        unit=table.unit,
        denominator=table.denominator,
        target=table.target,
        built=Interval(value, low, high),
        planned=table.planned,
        evidence=evidence,
        as_of=as_of,
        source_ids=sources,
        target_status=table.target_status,
        target_as_of=table.target_as_of,
        rule=table.rule,
        note_zh=table.note_zh,
        note_en=table.note_en,
    )


def _shared(total: int, weights: pd.Series) -> np.ndarray:
    from geo.gaps.allocation import largest_remainder

    keys = [str(code) for code in weights.index]
    return largest_remainder(total, weights.to_numpy(float), keys=keys).astype(float)


LAYER = Layer(
    key="natural_villages",
    order=50,
    title_zh="自然村4G覆盖",
    title_en="Natural villages with 4G",
    about_zh="20户及以上自然村的4G覆盖。村点为示例数据，导入实际名单后替换。",
    about_en=(
        "4G at natural villages of 20 or more households. The points are illustrative until a "
        "real list is imported."
    ),
    unit="natural_village",
    figures=figures,
    metrics=Metrics(
        built=("natural villages of 20 or more households without 4G",),
        share=("natural villages of 20 or more households with 4G",),
    ),
    default_rule="rural_households",
    rules=("rural_households", "village_units", "area"),
)
