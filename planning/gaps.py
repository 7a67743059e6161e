"""Gap table: layer, metric, region, target, built, planned and gap, with evidence and sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.clock import months_between
from data.ledger.qualifiers import QUALIFIERS
from data.ledger.statements import Ledger, parse_date
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import DATA_LANGUAGES, LANGUAGES, Message
from geo.errors import InputError
from geo.gaps.gap import Interval, gap
from layers.base import LEVELS, Context, Layer, Level, Metric, Query
from layers.figures import Figures
from layers.imported_counts import listed_beside, own_counts, with_own
from layers.registry import gap_layers, layer
from layers.words import two_sentences

GAP_COLUMNS = (
    "adcode", "name_zh", "name_en", "level", "layer", "unit", "as_of", "target", "built",
    "planned", "gap", "gap_low", "gap_high", "evidence", "source_ids",
)  # fmt: skip

EXTRA_COLUMNS = (
    "metric", "parent", "target_as_of", "target_status", "target_qualifier", "target_low",
    "target_high", "built_qualifier", "built_low", "built_high", "gap_qualifier", "rule",
    "denominator_zh", "denominator_en", "note_zh", "note_en", "target_evidence", "built_evidence",
)  # fmt: skip
#: Where a planner's own list is in force: what is allocated, what the list counts, which counts.
OWN_COLUMNS = ("built_allocated", "built_own", "own_difference", "built_in_force")


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
        raise InputError("gaps.province", province=plan.province, name=pack.name)
    date = parse_date(as_of) if as_of else plan.day or pack.default_as_of
    plan = plan.model_copy(update={"as_of": dt.date.fromisoformat(date)})
    context = Context(pack, plan, date, chosen, _added_units(pack, plan, chosen))
    return pd.concat(
        [
            layer_table(item, context, counted)
            for item in _chosen(layer_keys)
            for counted in _metrics(item, metric, context.ledger)
        ],
        ignore_index=True,
    )


def own_columns(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of a planner's own list that a gap table has.

    Parameters
    ----------
    table
        Rows of :func:`gap_table`.

    Returns
    -------
    columns
        :data:`OWN_COLUMNS`, or none where no list is in force.
    """
    return tuple(name for name in OWN_COLUMNS if name in table.columns)


def target_dates(pack: Pack, item: Layer, metric: Metric) -> list[str]:
    """Return the dates on which the stated targets of a metric are due, the first first.

    Parameters
    ----------
    pack
        The province's tables in force.
    item
        A layer that has a gap.
    metric
        One of the layer's.

    Returns
    -------
    dates
        YYYY-MM-DD; none where no plan states a target.
    """
    keys = metric.ledger
    return Ledger.of(pack).of_layer(keys.layer or item.key).due_dates(keys.target, keys.increment)


def with_target_date(
    pack: Pack, scenario: Scenario, layer_keys: Sequence[str], date: str, *, metric: str = ""
) -> Scenario:
    """Return the scenario with a date chosen for the targets of some layers.

    A metric without a target of that date then has none; without a choice the target due next
    counts.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply otherwise.
    layer_keys
        As in :func:`gap_table`.
    date
        Date of a stated target, YYYY-MM-DD.
    metric
        As in :func:`gap_table`.

    Returns
    -------
    scenario
        With ``target_dates`` of every metric asked for.

    Raises
    ------
    InputError
        If none of them has a target due on that date.
    """
    wanted = parse_date(date, where="--target-date")
    ledger = Ledger.of(pack)
    pairs = [
        (item, counted)
        for item in _chosen(layer_keys)
        for counted in _metrics(item, metric, ledger)
    ]
    known = {due for item, counted in pairs for due in target_dates(pack, item, counted)}
    if wanted not in known:
        raise InputError(
            "gaps.no_target" if known else "gaps.none_stated",
            date=wanted,
            known=", ".join(sorted(known)),
        )
    day = dt.date.fromisoformat(wanted)
    chosen = {item.setting(counted): day for item, counted in pairs}
    return scenario.model_copy(update={"target_dates": {**scenario.target_dates, **chosen}})


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
    allocated = figures.built.value
    is_default = metric.key == item.metric().key
    own = own_counts(item, context) if is_default else None
    if own is not None and item.key in context.scenario.own_counts:
        figures = with_own(figures, own, item.imported)
    missing = _missing(figures)
    known = _class_of(None, figures.evidence, figures.target, figures.built)
    listed = listed_beside(item, context) if is_default else None
    # All columns at once: a frame that grows by one column at a time costs ten times as much.
    columns = {
        **{name: regions[name] for name in ("adcode", "name_zh", "name_en", "level")},
        "layer": item.key,
        "unit": figures.unit,
        "as_of": figures.as_of,
        "target": figures.target.value,
        "built": figures.built.value,
        "planned": figures.planned,
        "gap": missing.value,
        "gap_low": missing.low,
        "gap_high": missing.high,
        # Invented villages are a source even where they give no figure.
        "evidence": np.where(figures.source_ids != "", figures.evidence, known),
        "source_ids": figures.source_ids,
        "metric": metric.key,
        "parent": regions["parent"],
        **_extras(figures),
        **_qualifiers(figures, missing),
        **_notes(figures, listed, context.as_of),
    }
    further = [f"note_{code}" for code in LANGUAGES if code not in DATA_LANGUAGES]
    order = (*GAP_COLUMNS, *EXTRA_COLUMNS, *further)
    table = pd.DataFrame({name: _finite(columns[name]) for name in order}, index=regions.index)
    return table if own is None else table.assign(**_beside(allocated, own, figures))


def _finite(column: object) -> object:
    """Return a column of a table: what is infinite is unknown."""
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        return np.where(np.isfinite(column), column, np.nan)
    return column


def _beside(
    allocated: NDArray[np.float64], own: pd.DataFrame, figures: Figures
) -> dict[str, NDArray[np.float64] | NDArray[np.object_]]:
    """Return the columns that put the planner's own count beside the allocated figure."""
    counted = own["own"].to_numpy(float)
    in_force = np.where(figures.built.value == counted, "own", "allocated")
    return {
        "built_allocated": allocated,
        "built_own": counted,
        "own_difference": counted - allocated,
        "built_in_force": np.where(np.isnan(counted), "allocated", in_force).astype(object),
    }


def _class_of(
    evidence: NDArray[np.object_] | None, usual: NDArray[np.object_], *figures: Interval
) -> NDArray[np.object_]:
    """Return the evidence class of each row; empty where nothing of the figures is known."""
    known = [~np.isnan(getattr(one, end)) for one in figures for end in ("value", "low", "high")]
    classes = usual if evidence is None else evidence
    return np.where(np.any(known, axis=0), classes, "")


def _missing(figures: Figures) -> Interval:
    """Return the gap: what the layer says itself, else the difference of its figures."""
    if figures.missing is None:
        return gap(figures.target, figures.built, figures.planned)
    own, planned = figures.missing, figures.planned
    return Interval(own.value - planned, own.low - planned, own.high - planned)


def _gap_sign(target: str, built: str) -> str:
    """Return the sign of target − built: at least where the target is, at most where built is."""
    if "~" in (target, built):
        return "~"
    at_least, at_most = target in (">", ">="), built in (">", ">=")
    if at_least and at_most:
        return "~"
    return ">=" if at_least else "<=" if at_most else "="


def _past_due(figures: Figures, seen: str, as_of: str) -> Message | None:
    """Return what is to be said of a target whose date has passed; None where it has not.

    ``seen`` is the date of what is built in the region.
    """
    due = figures.target_as_of
    if not due or due >= as_of:
        return None
    if not seen:
        return Message("gap_note.past_due_unseen", {"due": due})
    months = months_between(seen, as_of)
    if seen >= due:
        return Message("gap_note.past_due_counted", {"due": due, "seen": seen, "months": months})
    return Message("gap_note.past_due", {"due": due, "seen": seen, "months": months})


def _extras(figures: Figures) -> dict[str, object]:
    """Return the further columns of what the figures say of themselves."""
    columns: dict[str, object] = {
        f"denominator_{language}": figures.denominator.text(language) for language in DATA_LANGUAGES
    }
    columns["target_as_of"], columns["target_status"] = figures.target_as_of, figures.target_status
    columns["rule"] = figures.rule
    for name in ("target", "built"):
        one = getattr(figures, name)
        columns[f"{name}_low"], columns[f"{name}_high"] = one.low, one.high
        own = getattr(figures, f"{name}_evidence")
        columns[f"{name}_evidence"] = _class_of(own, figures.evidence, one)
    return columns


def _qualifiers(figures: Figures, missing: Interval) -> dict[str, NDArray[np.str_]]:
    """Return the word of how exact each figure is; empty where the figure is unknown."""
    n, target = len(figures.as_of), figures.target_qualifier
    signs = [str(sign) for sign in figures.built_qualifier] if (
        figures.built_qualifier is not None) else ["="] * n  # fmt: skip
    known = {"target": figures.target.value, "built": figures.built.value, "gap": missing.value}
    of = {"target": [target] * n, "built": signs, "gap": [_gap_sign(target, s) for s in signs]}
    return {
        f"{name}_qualifier": np.where(
            np.isnan(known[name]), "", [QUALIFIERS.get(sign, "") for sign in of[name]]
        )
        for name in known
    }


def _notes(
    figures: Figures, listed: list[Message | None] | None, as_of: str
) -> dict[str, list[str]]:
    """Return the note of each region in each language, as columns."""
    n = len(figures.as_of)
    # A region without a target of its own has none that was due.
    aimed = (~np.isnan(figures.target.value)).tolist()
    every = {(seen, due): two_sentences(_past_due(figures, str(seen), as_of) if due else None,
                                        figures.note)
             for seen, due in dict.fromkeys(zip(figures.as_of, aimed, strict=True))}  # fmt: skip
    # Hundreds of rows share a few notes: each is put into words once.
    told: dict[tuple[str, bool, int, int], dict[str, str]] = {}
    rows = []
    for seen, due, own, here in zip(
        figures.as_of, aimed, figures.notes or [None] * n, listed or [None] * n, strict=True
    ):
        key = (seen, due, id(own), id(here))
        if key not in told:
            note = two_sentences(two_sentences(every[seen, due], own), here)
            told[key] = {c: "" if note is None else note.text(c) for c in LANGUAGES}
        rows.append(told[key])
    return {f"note_{code}": [row[code] for row in rows] for code in LANGUAGES}


def _chosen(keys: Sequence[str]) -> list[Layer]:
    if list(keys) == ["all"]:
        return list(gap_layers())
    return [layer(key) for key in keys]


def _metrics(item: Layer, key: str, ledger: Ledger) -> Sequence[Metric]:
    """Return the metrics of a layer with the given key, without one that of which most is known."""
    if item.is_overlay:
        raise InputError(
            "gaps.overlay", key=item.key, known=", ".join(known.key for known in gap_layers())
        )
    if key == "all":
        return item.metrics
    return (item.metric(key) if key else item.stated_metric(ledger),)


def _level(level: str) -> Level:
    for known in LEVELS:
        if level == known:
            return known
    raise InputError("gaps.level", level=level, levels=", ".join(LEVELS))
