"""Progress: the path from baseline to target against what was built, and the pace needed now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ledger.statements import Ledger, RegionalFigure, parse_date
from data.observing import OWN_STATISTICS, OwnCount
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import Message
from geo.errors import InputError
from layers.registry import layer
from planning.gaps import gap_table

#: Days of a mean month of the Gregorian calendar.
_DAYS_PER_MONTH = 365.2425 / 12
PROGRESS_COLUMNS = (
    "adcode", "name_zh", "name_en", "level", "layer", "metric", "unit", "status", "baseline_as_of",
    "baseline", "as_of", "built", "built_low", "built_high", "counted", "path", "behind",
    "target_as_of", "target", "pace_so_far", "pace_needed", "months_left", "evidence", "source_ids",
    "built_qualifier", "target_qualifier",
)  # fmt: skip
#: Words of the column ``status``.
STATUSES = (
    "behind", "uncertain", "on_path", "reached", "past_due", "not_counted", "unknown",
)  # fmt: skip
#: Evidence of a figure that is of the region itself.
_OWN = frozenset({"measured", "reported", "declared"})


def progress_table(
    pack: Pack,
    key: str,
    *,
    metric: str = "",
    level: str = "prefecture",
    as_of: str | None = None,
    scenario: Scenario | None = None,
) -> pd.DataFrame:
    """Return where each region is on its path from the plan's baseline to the target.

    The path is linear in time between the baseline's date and the target's; it is compared at the
    date of the region's figure. A region is behind, or on its path, where its whole interval is.

    Parameters
    ----------
    pack
        The province's tables in force.
    key
        Layer that has a gap.
    metric
        Metric of the layer; empty for the first of which the ledger states anything.
    level
        ``province``, ``prefecture`` or ``county``.
    as_of
        Day on which is asked, YYYY-MM-DD; None for the scenario's, then the pack's.
    scenario
        The scenario; None for one without changes.

    Returns
    -------
    table
        :data:`PROGRESS_COLUMNS`, the regions furthest behind first. ``behind`` [unit] is path −
        built, negative ahead; paces are units per month, ``pace_needed`` from the day asked on.
        ``counted`` says whether a figure of the region itself is known by then; elsewhere the
        province's is allocated, which says nothing of the region: its status is ``not_counted``.
        NaN is unknown.

    Raises
    ------
    InputError
        If the layer, metric, level or date is unknown.
    """
    plan = scenario if scenario is not None else Scenario(province=pack.name)
    if as_of:
        plan = plan.model_copy(update={"as_of": dt.date.fromisoformat(parse_date(as_of))})
    now = gap_table(pack, [key], level=level, scenario=plan, metric=metric)
    return progress_of(pack, now, plan)


def progress_of(pack: Pack, now: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Return the progress of rows of a gap table, see :func:`progress_table`.

    Parameters
    ----------
    pack
        The province's tables in force.
    now
        Rows of a gap table, all of one layer, metric and level.
    scenario
        The scenario that the table was made with.

    Returns
    -------
    table
        :data:`PROGRESS_COLUMNS`, the regions furthest behind first.
    """
    key, level = str(now["layer"].iloc[0]), str(now["level"].iloc[0])
    day = scenario.as_of.isoformat() if scenario.as_of else pack.default_as_of
    counted = layer(key).metric(str(now["metric"].iloc[0]))
    ledger = Ledger.of(pack).of_layer(counted.ledger.layer or key)
    due = max(map(str, now["target_as_of"]), default="")
    start = ledger.plan_baseline(counted.ledger.built, due) if due else None
    began = start.as_of if start is not None else ""
    first = np.full(len(now), np.nan)
    if began:
        then = gap_table(
            pack, [key], level=level, as_of=began, scenario=scenario, metric=counted.key
        ).set_index("adcode")
        first = then["built"].reindex(now["adcode"]).to_numpy(float)
    figures = [f for f in ledger.regional(counted.ledger.built, day) if f.kind == "built"]
    own = {figure.adcode for figure in figures}
    table = now.assign(
        baseline_as_of=began,
        baseline=first,
        counted=now["adcode"].isin([*own, pack.adcode]) | now["built_evidence"].isin(_OWN),
        latest=_latest(pack, now, figures),
    ).reset_index(drop=True)
    table = _paces(table, began, due, day)
    table["status"] = _status(table, due, day)
    order = table["behind"].fillna(-np.inf).sort_values(ascending=False, kind="stable").index
    return table.loc[order, list(PROGRESS_COLUMNS)].reset_index(drop=True)


def own_count(  # noqa: PLR0913  one argument for each cell of a list of counts
    pack: Pack,
    key: str,
    region: str,
    as_of: str,
    value: float,
    *,
    metric: str = "",
    evidence: str = "declared",
    source: str = OWN_STATISTICS,
) -> OwnCount:
    """Return a count in the unit of the ledger.

    Parameters
    ----------
    pack
        The province.
    key
        Layer.
    region
        Code or name of a region.
    as_of
        Date it holds for, YYYY-MM-DD.
    value
        Total built by then, in the unit that the layer shows (a share in per cent).
    metric
        Metric of the layer; empty for its first.
    evidence
        ``measured``, ``declared`` or ``modelled``.
    source
        Where it is from.

    Returns
    -------
    count
        For :func:`data.observing.observe`.

    Raises
    ------
    InputError
        If the layer or metric is unknown, or its built figure is not read from the ledger.
    """
    counted = layer(key).metric(metric)
    if not counted.ledger.built or counted.planned == "villages":
        raise InputError(
            Message("own_count.not_observed"), where=key, repair=Message("own_count.import")
        )
    name = counted.ledger.built[0]
    ledger = Ledger.of(pack).of_layer(counted.ledger.layer or key)
    stated = [
        str(row["unit"]) for row in (*ledger.targets, *ledger.observations) if row["metric"] == name
    ]
    return OwnCount(
        region, counted.ledger.layer or key, name, as_of, value / counted.scale,
        stated[0] if stated else counted.unit, evidence, source,
    )  # fmt: skip


def _latest(pack: Pack, table: pd.DataFrame, figures: Sequence[RegionalFigure]) -> list[str]:
    """Return the newest date in each row: a sum of several dates bears the oldest."""
    counties = pack.regions("county")
    above = dict(zip(counties["adcode"], counties["parent"], strict=True))
    newest = dict(zip(table["adcode"], table["as_of"].astype(str), strict=True))
    for figure in figures:
        for code in {figure.adcode, above.get(figure.adcode), pack.adcode} & newest.keys():
            newest[code] = max(newest[code], figure.as_of)
    return list(newest.values())


def _paces(table: pd.DataFrame, began: str, due: str, day: str) -> pd.DataFrame:
    built, target, first = (table[n].to_numpy(float) for n in ("built", "target", "baseline"))
    whole, left = _months(began, due), _months(day, due)
    passed = np.array([_months(began, str(date or "")) for date in table["latest"]])
    least = np.array([_months(began, str(date or "")) for date in table["as_of"]])
    path, least_path = (
        first + (target - first) * np.clip(months / whole if whole > 0 else np.nan, 0.0, 1.0)
        for months in (passed, least)
    )
    return table.assign(
        path=path,
        path_low=np.minimum(path, least_path),
        behind=path - built,
        pace_so_far=_ratio(built - first, passed),
        pace_needed=_ratio(np.maximum(target - built, 0.0), np.full(len(table), left)),
        months_left=left if left > 0 else np.nan,
    )


def _status(table: pd.DataFrame, due: str, day: str) -> list[str]:
    built, low, high, target, path, path_low = (
        table[name].to_numpy(float)
        for name in ("built", "built_low", "built_high", "target", "path", "path_low")
    )
    known = ~np.isnan(built) & ~np.isnan(target) & bool(due)
    cases = {
        "unknown": ~known,
        "not_counted": ~table["counted"].to_numpy(bool),
        "reached": built >= target,
        "past_due": np.full(len(table), bool(due) and due < day),
        "no path": np.isnan(path),
        "behind": high < path_low,
        "on_path": low >= path,
    }
    words = np.select(list(cases.values()), list(cases), default="uncertain")
    return ["unknown" if word == "no path" else str(word) for word in words]


def _months(earlier: str, later: str) -> float:
    """Return the months between two dates, negative backwards; NaN where one is unknown."""
    if not earlier or not later:
        return np.nan
    days = (dt.date.fromisoformat(later) - dt.date.fromisoformat(earlier)).days
    return days / _DAYS_PER_MONTH


def _ratio(units: NDArray[np.float64], months: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return units per month; NaN where no time has passed or is left."""
    usable = np.where(months > 0, months, np.nan)
    return np.asarray(units / usable)
