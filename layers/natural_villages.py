"""Natural villages of 20 or more households: which have 4G, which have none.

The plan states one number for the province ("about 5,000 … without 4G") and no list: that is the
figure, and no plan states a target. The target is an assumption, every village of the table in
force; what is built is that table less the plan's number. While the table is illustrative both are
illustrations, they hold for the date of the plan's number only, and the interval of the gap spans
the named rules, because the split itself is invented. A pack without such a number has no figure.

Default rule (for the interval and for a target set by the planner): rural households.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ledger.statements import RegionalFigure, Statement
from data.tables.reader import Pack
from data.wording.catalogue import Message
from data.workspace.effective import import_date, is_imported
from geo.evidence import weakest
from geo.gaps.gap import Interval
from layers.base import Context, Layer, Metric, Query
from layers.figures import Figures, LedgerKeys, TargetStatus
from layers.observed_cells import NO_CELLS
from layers.offers import SiteNeed
from layers.provincial_split import spread
from layers.villages import (
    COUNT_COLUMNS,
    COVERED_SHARE,
    MIN_HOUSEHOLDS,
    VILLAGES_LAYER,
    VILLAGES_SOURCE,
    sized,
    village_states,
)
from layers.words import two_sentences

#: Villages whose size is unknown: all, those that may have 4G, those that may have none.
_UNSIZED = ("unsized", "unsized_built", "unsized_missing")


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
    context, own = query.context, query.own_target
    shortfall = query.ledger.built(query.metric.ledger.built, context.as_of)
    dated = _table_date(context, shortfall)
    counts = village_counts(context)
    parts = _county_parts(query, shortfall if own is None else None)
    if dated is None:
        parts.loc[:, [name for name in parts if name != "own"]] = np.nan
    shares = _reported(query) if dated is not None else {}
    for code, figure in shares.items():
        _apply(parts, (context.pack.regions("county")["parent"] == code).to_numpy(), figure.value)
    table = _at_level(context, parts)
    missing = _missing(table)
    all_villages = table["target"].to_numpy(float)
    unsized, maybe = (table[name].to_numpy(float) for name in ("unsized", "unsized_built"))
    open_ended = table["unsized_missing"].to_numpy(float)
    built = Interval(
        np.where(np.isnan(missing.value), np.nan, table["built"].to_numpy(float)),
        all_villages - (missing.high - open_ended), all_villages - missing.low + maybe,
    )  # fmt: skip
    status: TargetStatus = "none stated" if dated is None else "assumption all covered"
    if own is not None:
        status, all_villages = "set by planner", table["own"].to_numpy(float)
    return Figures(
        unit=query.metric.unit,
        denominator=query.layer.message("of_villages", households=MIN_HOUSEHOLDS),
        target=Interval(
            np.where((all_villages == 0) & (unsized > 0), np.nan, all_villages),
            all_villages,
            all_villages + (unsized if own is None else 0),
        ),
        built=built,
        missing=missing if own is None else None,
        planned=query.planned,
        target_status=status,
        target_as_of="",
        rule="village table",
        evidence=counts["evidence"].to_numpy(object),
        note=_note(query.layer, counts, dated, has_shortfall=shortfall is not None),
        built_qualifier=_signs(context, shortfall if _is_invented(counts) else None, shares),
        **_provenance(context, dated, shortfall, shares),
    )


def _is_invented(counts: pd.DataFrame) -> bool:
    """Return whether a village of the table in force is invented."""
    return bool((counts["evidence"] == "illustrative").any())


def _table_date(context: Context, shortfall: Statement | None) -> str | None:
    """Return the date of the village table; None where it says nothing of the context's date.

    A list that somebody made has its own date, which may be unknown (empty); an invented one
    illustrates the plan's number.
    """
    if is_imported(context.pack, "natural_villages"):
        imported = import_date(context.pack, "natural_villages")
        return imported if imported <= context.as_of else None
    return shortfall.as_of if shortfall is not None else None


def _county_parts(query: Query, shortfall: Statement | None) -> pd.DataFrame:
    """Return per county: target, built, unknown, own target, and the gap in each case."""
    county = replace(query, context=replace(query.context, level="county"))
    counts = village_counts(county.context)
    own = query.own_target
    names = ("unknown", *_UNSIZED)
    parts = pd.DataFrame(
        {"target": counts["villages"], "built": counts["covered"], **{n: counts[n] for n in names}}
    )
    parts["own"] = np.nan if own is None else _shared(int(own), counts["villages"].fillna(0))
    missing = parts["target"] - parts["built"]
    parts["low_0"] = missing - parts["unknown"]
    parts["high_0"] = missing + parts["unsized_missing"]
    if shortfall is None or not _is_invented(counts):
        return parts
    if missing.sum() > 0:
        for end in ("low", "high"):
            parts[f"{end}_0"] = _shared(round(getattr(shortfall, end)), missing.fillna(0))
    cases = spread(county, shortfall, NO_CELLS).cases.values()
    for number, case in enumerate(cases, start=1):
        parts[f"low_{number}"], parts[f"high_{number}"] = case.low, case.high
    return parts


def _reported(query: Query) -> dict[str, RegionalFigure]:
    """Return the latest share of covered villages that each prefecture has reported by then."""
    seen = query.ledger.regional(query.metric.ledger.share, query.context.as_of)
    return {figure.adcode: figure for figure in seen if figure.kind == "share"}


def _apply(parts: pd.DataFrame, inside: NDArray[np.bool_], share: float) -> None:
    """Put a reported share of covered villages in the place of the table's own."""
    target = parts.loc[inside, "target"]
    built = _shared(round(share * float(target.sum())), target.fillna(0))
    built = np.where(target.isna(), np.nan, built)
    parts.loc[inside, "built"], parts.loc[inside, "unknown"] = built, 0.0
    for name in parts:
        if str(name).startswith(("low_", "high_")):
            parts.loc[inside, name] = target - built


def _at_level(context: Context, parts: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of the counties at the level of the context; unknown where all are."""
    counties = context.pack.regions("county")
    group = {
        "county": counties["adcode"],
        "prefecture": counties["parent"],
        "province": pd.Series([context.pack.adcode] * len(counties)),
    }[context.level]
    sums = parts.groupby(group.to_numpy()).sum(min_count=1)
    return sums.reindex(context.regions["adcode"]).reset_index(drop=True)


def _missing(table: pd.DataFrame) -> Interval:
    """Return what is missing, from the least to the most of all cases.

    Villages of unknown state are part of neither what is built nor what is missing; where no state
    is known, or no size, what is missing is unknown.
    """
    target, built, unknown, unsized = (
        table[name].to_numpy(float) for name in ("target", "built", "unknown", "unsized")
    )
    nothing = ((unknown > 0) & (unknown == target)) | ((target == 0) & (unsized > 0))
    value = np.where(nothing, np.nan, target - built - unknown)
    low, high = (
        table[[name for name in table if str(name).startswith(end)]] for end in ("low_", "high_")
    )
    return Interval(
        value,
        np.fmin(low.min(axis=1).to_numpy(float), value),
        np.fmax(high.max(axis=1).to_numpy(float), value),
    )


def _signs(
    context: Context, shortfall: Statement | None, shares: Mapping[str, RegionalFigure]
) -> NDArray[np.object_]:
    """Return the qualifier of each region: the plan's, but where a prefecture has reported."""
    sign = shortfall.qualifier if shortfall is not None else "="
    signs = [shares[code].qualifier if code in shares else sign for code in context.prefecture_of]
    return np.array(signs, dtype=object)


def _provenance(
    context: Context,
    dated: str | None,
    shortfall: Statement | None,
    shares: Mapping[str, RegionalFigure],
) -> dict[str, Any]:
    """Return dates, source ids and notes per region, as fields of the figures."""
    stated = shortfall.source_ids if shortfall is not None else ()
    seen = [shares.get(code) for code in context.prefecture_of]
    ids = [stated if share is None else (share.source_id,) for share in seen]
    if context.level == "province":
        ids = [(*stated, *(share.source_id for share in shares.values()))]
    dates = [dated or "" if share is None else share.as_of for share in seen]
    return {
        "as_of": np.array(dates, dtype=object),
        "source_ids": np.array([";".join((*some, VILLAGES_SOURCE)) for some in ids], dtype=object),
        "notes": tuple(_share_notes(context, seen, shares)),
    }


def _share_notes(
    context: Context,
    seen: Sequence[RegionalFigure | None],
    shares: Mapping[str, RegionalFigure],
) -> Iterator[Message | None]:
    """Return per region what share its prefecture has reported; of the province how many have."""
    for share in seen:
        if context.level == "province" and shares:
            latest = max(figure.as_of for figure in shares.values())
            yield Message("gap_note.shares_since", {"parts": len(shares), "latest": latest})
        elif share is not None:
            percent = f"{share.value * 100:g}"
            yield Message("gap_note.share_reported", {"percent": percent, "date": share.as_of})
        else:
            yield None


def _note(
    layer: Layer, counts: pd.DataFrame, dated: str | None, *, has_shortfall: bool
) -> Message | None:
    """Return what the figures rest on, and where villages of some counties are missing."""
    listed, counties = int(counts["listed"].sum()), int(counts["counties"].sum())
    partial = layer.message("partial", listed=listed, counties=counties)
    if dated is None:
        villages = int(counts["villages"].sum())
        key = "illustrative_only" if _is_invented(counts) else "later"
        return layer.message(key, villages=villages)
    first = layer.message("note") if has_shortfall else None
    if _is_invented(counts):
        first = two_sentences(first, layer.message("denominator"))
    return two_sentences(first, partial if listed < counties else None)


def village_counts(context: Context) -> pd.DataFrame:
    """Return per region: villages, covered, unknown and the evidence of the village table.

    Villages of unknown size may be large enough or not and are counted apart. A region of which an
    imported table lists no village is unknown (NaN), not empty; ``listed`` of its ``counties`` have
    a village in the table.

    Parameters
    ----------
    context
        Province and level.

    Returns
    -------
    counts
        One row per region of the context: ``villages``, ``covered``, ``unknown``,
        :data:`_UNSIZED`, ``listed``, ``counties``, ``evidence``.
    """
    per_county, evidence = _per_county(context.pack, context.pack.digest)
    counties = context.pack.regions("county")
    if context.level == "county":
        group = counties["adcode"]
    elif context.level == "prefecture":
        group = counties["parent"]
    else:
        group = pd.Series([context.pack.adcode] * len(counties))
    counts = per_county.groupby(group.to_numpy()).sum().reindex(context.regions["adcode"])
    numbers = ["villages", "covered", "unknown", *_UNSIZED]
    counts[numbers] = counts[numbers].astype(float).where(counts["listed"] > 0)
    counts["evidence"] = evidence
    return counts


@lru_cache(maxsize=4)
def _per_county(pack: Pack, _identity: str) -> tuple[pd.DataFrame, str]:
    """Return the counts of each county, and the weakest evidence of the villages counted."""
    villages = pack.table("natural_villages", columns=COUNT_COLUMNS)
    large = sized(villages, MIN_HOUSEHOLDS)
    unsized = villages["households"].isna().to_numpy()
    states = village_states(villages["has_4g"])
    county = villages["adcode"].astype(str)
    per_county = pd.DataFrame(
        {
            "villages": large,
            "covered": large & (states == 1),
            "unknown": large & (states == 2),
            "unsized": unsized,
            "unsized_built": unsized & (states != 0),
            "unsized_missing": unsized & (states != 1),
        },
        index=county.index,
    ).groupby(county.to_numpy()).sum()  # fmt: skip
    counties = pack.regions("county")
    named = villages["adcode"].astype(str).unique()
    per_county = per_county.reindex(counties["adcode"], fill_value=0)
    # The pack's own table covers every county: one without a village has none.
    own = not is_imported(pack, "natural_villages")
    per_county["listed"] = own | per_county.index.isin(named)
    per_county["counties"] = 1
    counted = villages.loc[large | unsized, "evidence"]
    return per_county, weakest(counted.astype(str).unique()) if len(counted) else "assumed"


def _shared(total: int, weights: pd.Series) -> np.ndarray:
    from geo.gaps.allocation import largest_remainder

    keys = [str(code) for code in weights.index]
    return largest_remainder(total, weights.to_numpy(float), keys=keys).astype(float)


LAYER = Layer(
    key=VILLAGES_LAYER,
    order=50,
    metrics=(
        Metric(
            key="with_4g",
            unit="natural_village",
            figures=figures,
            ledger=LedgerKeys(built=("without_4g",), share=COVERED_SHARE),
            default_rule="rural_households",
            rules=("rural_households", "village_units", "area"),
            planned="villages",
            technology="4G",
        ),
    ),
    need=SiteNeed(),
)
