"""Gap table: layer, metric, region, target, built, planned and gap, with evidence and sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.clock import months_between
from data.ledger.statements import Ledger, parse_date
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import LANGUAGES, Message
from geo.errors import InputError
from geo.gaps.gap import gap
from layers.base import LEVELS, Context, Figures, Layer, Level, Metric, Query
from layers.imported_counts import listed_beside
from layers.registry import gap_layers, layer
from layers.words import two_sentences

GAP_COLUMNS = (
    "adcode", "name_zh", "name_en", "level", "layer", "unit", "as_of", "target", "built",
    "planned", "gap", "gap_low", "gap_high", "evidence", "source_ids",
)  # fmt: skip

EXTRA_COLUMNS = (
    "metric", "parent", "denominator", "target_as_of", "target_status", "target_low", "target_high",
    "built_low", "built_high", "rule", "note_zh", "note_en",
)  # fmt: skip


def gap_table(
    pack: Pack,
    layer_keys: Sequence[str] = ("all",),
    *,
    level: str = "prefecture",
    as_of: str | None = None,
    scenario: Scenario | None = None,
    metric: str = "",
) -> pd.DataFrame:
    """Return the gaps of a province.

    Parameters
    ----------
    pack
        The province's tables in force.
    layer_keys
        Keys of gap layers, or ``all``.
    level
        ``province``, ``prefecture`` or ``county``.
    as_of
        Latest date of what counts as built, YYYY-MM-DD; None for the scenario's, then the pack's.
    scenario
        The scenario; None for one without changes.
    metric
        Key of a metric that every selected layer has, ``all`` for each metric of each layer; empty
        for the first of each layer of which the ledger states anything.

    Returns
    -------
    table
        One row per layer, metric and region: :data:`GAP_COLUMNS`, then :data:`EXTRA_COLUMNS`. NaN
        is unknown; gaps keep their sign, so regions sum to the province.

    Raises
    ------
    InputError
        If a layer, metric, level or date is unknown, or a layer is an overlay.
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
        [
            layer_table(item, context, counted)
            for item in _chosen(layer_keys)
            for counted in _metrics(item, metric, context.ledger)
        ],
        ignore_index=True,
    )


def gap_columns(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of a gap list.

    Parameters
    ----------
    table
        Rows of :func:`gap_table`.

    Returns
    -------
    columns
        :data:`GAP_COLUMNS`, then ``metric`` where a row has another than the default metric.
    """
    pairs = table[["layer", "metric"]].drop_duplicates()
    if all(layer(str(key)).metric().key == metric for key, metric in pairs.to_numpy()):
        return GAP_COLUMNS
    return (*GAP_COLUMNS, "metric")


def _added_units(
    pack: Pack, scenario: Scenario, level: Level
) -> Callable[[Layer, Metric], NDArray[np.float64]] | None:
    """Return the function for units added by enabled sites; None without a site."""
    if not any(site.enabled for site in scenario.sites):
        return None
    # Geometry and neighbour search take half a second to import: only where there are sites.
    from planning.whatif import planned_units

    return lambda item, metric: planned_units(pack, scenario, item, metric, level)


def layer_table(item: Layer, context: Context, metric: Metric) -> pd.DataFrame:
    """Return the rows of one metric of a layer.

    Parameters
    ----------
    item
        A layer that has a gap.
    context
        Province, scenario, date and level.
    metric
        One of the layer's.

    Returns
    -------
    table
        One row per region: :data:`GAP_COLUMNS`, then :data:`EXTRA_COLUMNS`.
    """
    figures = metric.figures(Query(item, metric, context))
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
    table["metric"] = metric.key
    table["parent"] = regions["parent"]
    is_default = metric.key == item.metric().key
    listed = listed_beside(item, context) if is_default else None
    return _extras(table, figures, listed, context.as_of)


def _past_due(figures: Figures, as_of: str) -> Message | None:
    """Return what is to be said of a target whose date has passed; None where it has not."""
    due = figures.target_as_of
    if not due or due >= as_of:
        return None
    seen = max((str(date) for date in figures.as_of if date), default="")
    if not seen:
        return Message("gap_note.past_due_unseen", {"due": due})
    months = months_between(seen, as_of)
    if seen >= due:
        return Message("gap_note.past_due_counted", {"due": due, "seen": seen, "months": months})
    return Message("gap_note.past_due", {"due": due, "seen": seen, "months": months})


def _extras(
    table: pd.DataFrame, figures: Figures, listed: list[Message | None] | None, as_of: str
) -> pd.DataFrame:
    table["denominator"] = figures.denominator.text("en")
    table["target_as_of"] = figures.target_as_of
    table["target_status"] = figures.target_status
    table["target_low"], table["target_high"] = figures.target.low, figures.target.high
    table["built_low"], table["built_high"] = figures.built.low, figures.built.high
    table["rule"] = figures.rule
    late = _past_due(figures, as_of)
    notes = [
        two_sentences(two_sentences(late, figures.note), here)
        for here in (listed if listed is not None else [None] * len(table))
    ]
    columns = {
        f"note_{language}": ["" if note is None else note.text(language) for note in notes]
        for language in LANGUAGES
    }
    table = table.assign(**columns)
    numbers = table.select_dtypes("number").columns
    table[numbers] = table[numbers].where(np.isfinite(table[numbers]))
    further = [name for name in columns if name not in EXTRA_COLUMNS]
    return table[[*GAP_COLUMNS, *EXTRA_COLUMNS, *further]]


def _chosen(keys: Sequence[str]) -> list[Layer]:
    if list(keys) == ["all"]:
        return list(gap_layers())
    return [layer(key) for key in keys]


def _metrics(item: Layer, key: str, ledger: Ledger) -> Sequence[Metric]:
    """Return the metrics of a layer with the given key, without one that of which most is known."""
    if item.is_overlay:
        raise InputError(
            f"layer {item.key!r} is an overlay and has no gap",
            where="--layer",
            repair=f"select it alone to list its rows, or choose one of "
            f"{', '.join(known.key for known in gap_layers())}",
        )
    if key == "all":
        return item.metrics
    return (item.metric(key) if key else item.stated_metric(ledger),)


def _level(level: str) -> Level:
    for known in LEVELS:
        if level == known:
            return known
    raise InputError(
        f"unknown level {level!r}", where="--level", repair=f"known: {', '.join(LEVELS)}"
    )
