"""The one long table: layer, region, target, built, planned, gap with evidence and sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ledger.statements import parse_date
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from geo.gaps.gap import gap
from layers.base import LEVELS, Context, Figures, Layer, Level
from layers.imported_counts import Beside, beside
from layers.registry import gap_layers, layer

GAP_COLUMNS = (
    "adcode", "name_zh", "name_en", "level", "layer", "unit", "as_of", "target", "built",
    "planned", "gap", "gap_low", "gap_high", "evidence", "source_ids",
)  # fmt: skip

EXTRA_COLUMNS = (
    "parent", "denominator", "target_as_of", "target_status", "target_low", "target_high",
    "built_low", "built_high", "rule", "note_zh", "note_en",
)  # fmt: skip


def gap_table(
    pack: Pack,
    layer_keys: Sequence[str] = ("all",),
    *,
    level: str = "prefecture",
    as_of: str | None = None,
    scenario: Scenario | None = None,
) -> pd.DataFrame:
    """Return the gaps of a province.

    Parameters
    ----------
    pack
        The province.
    layer_keys
        Keys of gap layers, or ``all``.
    level
        ``province``, ``prefecture`` or ``county``.
    as_of
        Latest date of what counts as built, YYYY-MM-DD; default the scenario's, then the pack's.
    scenario
        What the planner changes.

    Returns
    -------
    One row per layer and region: :data:`GAP_COLUMNS`, then :data:`EXTRA_COLUMNS`. NaN is unknown;
    gaps keep their sign, so regions sum to the province.

    Raises
    ------
    InputError
        If a layer, level or date is unknown or an overlay is asked for.
    """
    chosen = _level(level)
    plan = scenario if scenario is not None else Scenario(province=pack.name)
    if plan.province != pack.name:
        raise InputError(
            f"the scenario is for {plan.province!r}, the pack is {pack.name!r}",
            where="scenario",
            repair="choose the scenario's province",
        )
    own_date = plan.as_of.isoformat() if plan.as_of else pack.default_as_of
    date = parse_date(as_of) if as_of else own_date
    context = Context(pack, plan, date, chosen, _added_units(pack, plan, chosen))
    return pd.concat(
        [layer_table(item, context) for item in _chosen(layer_keys)], ignore_index=True
    )


def _added_units(
    pack: Pack, scenario: Scenario, level: Level
) -> Callable[[str], NDArray[np.float64]] | None:
    """Return what gives the units that the scenario's enabled sites add; None: no site."""
    if not any(site.enabled for site in scenario.sites):
        return None
    # Geometry and neighbour search cost half a second to import: only where sites are placed.
    from planning.whatif import planned_stations

    return lambda layer_key: planned_stations(pack, scenario, layer_key, level)


def layer_table(item: Layer, context: Context) -> pd.DataFrame:
    """Return the rows of one layer."""
    if item.figures is None:
        raise InputError(
            f"layer {item.key!r} is an overlay and has no gap",
            where="--layer",
            repair=f"choose one of {', '.join(known.key for known in gap_layers())}",
        )
    figures = item.figures(item, context)
    regions = context.regions
    missing = gap(figures.target, figures.built, figures.planned)
    table = regions[["adcode", "name_zh", "name_en", "level"]].copy()
    table["layer"] = item.key
    table["unit"] = figures.unit
    table["as_of"] = figures.as_of
    table["target"] = figures.target.value
    table["built"] = figures.built.value
    table["planned"] = figures.planned
    table["gap"], table["gap_low"], table["gap_high"] = missing.value, missing.low, missing.high
    table["evidence"] = figures.evidence
    table["source_ids"] = figures.source_ids
    table["parent"] = regions["parent"]
    return _extras(table, figures, beside(item.key, context))


def _extras(table: pd.DataFrame, figures: Figures, listed: Beside | None) -> pd.DataFrame:
    table["denominator"] = figures.denominator
    table["target_as_of"] = figures.target_as_of
    table["target_status"] = figures.target_status
    table["target_low"], table["target_high"] = figures.target.low, figures.target.high
    table["built_low"], table["built_high"] = figures.built.low, figures.built.high
    table["rule"] = figures.rule
    table["note_zh"], table["note_en"] = figures.note_zh, figures.note_en
    if listed is not None:
        table["note_zh"] += pd.Series(listed.zh, index=table.index)
        en = table["note_en"] + " " + pd.Series(listed.en, index=table.index)
        table["note_en"] = en.str.strip()
    numbers = table.select_dtypes("number").columns
    table[numbers] = table[numbers].where(np.isfinite(table[numbers]))
    return table[[*GAP_COLUMNS, *EXTRA_COLUMNS]]


def _chosen(keys: Sequence[str]) -> list[Layer]:
    if list(keys) == ["all"]:
        return list(gap_layers())
    return [layer(key) for key in keys]


def _level(level: str) -> Level:
    for known in LEVELS:
        if level == known:
            return known
    raise InputError(
        f"unknown level {level!r}", where="--level", repair=f"known: {', '.join(LEVELS)}"
    )
