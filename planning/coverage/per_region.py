"""Prediction aggregated per region, with the interval that its errors leave."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.scenario.scenario import ErrorSettings
from data.tables.reader import Pack
from geo.evidence import weakest
from geo.radio.counts import PredictionSpread, covered_households, covered_villages
from geo.radio.shadowing import shadowing_cells
from layers.villages import village_table
from planning.coverage.counted_regions import counted_regions
from planning.coverage.prediction import CoverageOrder, carrier_of

REGION_COLUMNS = (
    "adcode", "name_zh", "name_en", "level", "villages", "covered", "uncovered", "unknown",
    "not_asked", "reached_low", "reached_expected", "reached_high", "households",
    "households_covered", "households_uncovered", "households_unknown", "households_not_asked",
    "households_reached_low", "households_reached_expected", "households_reached_high", "evidence",
)  # fmt: skip

_STATES = ("covered", "uncovered", "unknown")
_ASSUMED = ErrorSettings()


def region_prediction(
    table: pd.DataFrame,
    pack: Pack,
    level: str,
    order: CoverageOrder,
    errors: ErrorSettings = _ASSUMED,
) -> pd.DataFrame:
    """Aggregate a prediction per region.

    ``covered`` counts the villages with the required probability. ``reached`` is another quantity:
    the number of villages at or above the level, of which expected value, 5 % and 95 % quantiles
    are given; villages of unknown state count in high only.

    Parameters
    ----------
    table
        Prediction from :func:`planning.coverage.prediction.village_prediction`.
    pack
        The province's tables in force.
    level
        ``province``, ``prefecture`` or ``county``; a smaller region that the order names is a row
        of its own.
    order
        Order of the prediction; the shadowing of its preset gives the interval.
    errors
        Errors that villages share: of the scenario, or the common one of a calibration.

    Returns
    -------
    counts
        :data:`REGION_COLUMNS`, one row per region with a predicted village. ``villages`` are those
        that the rule asks about: covered, uncovered, unknown; ``not_asked`` are too small for it.

    Raises
    ------
    InputError
        If the level is unknown.
    """
    present, code = counted_regions(table, pack, level, order.regions)
    if present.empty:
        return present.reindex(columns=list(REGION_COLUMNS))
    group = pd.Index(present["adcode"]).get_indexer(code)
    counts = pd.DataFrame({
        "villages": 1, "households": table["households"],
        **{state: table["state"] == state for state in _STATES},
        **{f"households_{state}": table["households"].where(table["state"] == state, 0)
           for state in _STATES},
    }).groupby(group).sum()  # fmt: skip
    smaller = _not_asked(pack, level, order).reindex(present["adcode"], fill_value=0)
    counts["not_asked"], counts["households_not_asked"] = smaller.to_numpy().T
    spread = PredictionSpread(carrier_of(order.preset, order)[1], errors.common_sigma_dB)
    cell = shadowing_cells(table["lon"], table["lat"], errors.correlation_m)
    margin, n = _margin(table), len(present)
    homes = table["households"].to_numpy(float)
    reached = {
        "reached": covered_villages(margin, group, n, spread, cell),
        "households_reached": covered_households(margin, homes, group, n, spread, cell),
    }
    for name, found in reached.items():
        counts[f"{name}_low"], counts[f"{name}_high"] = found.low, found.high
        counts[f"{name}_expected"] = found.expected
    counts["evidence"] = [weakest(part.unique()) for _, part in table["evidence"].groupby(group)]
    return pd.concat([present, counts.reset_index(drop=True)], axis=1)[list(REGION_COLUMNS)]


def _not_asked(pack: Pack, level: str, order: CoverageOrder) -> pd.DataFrame:
    """Return villages and households too small for the order, by adcode of the region."""
    listed = village_table(pack, state=order.listed, regions=order.regions)
    small = listed[listed["households"] < order.min_households]
    code = counted_regions(small, pack, level, order.regions)[1]
    return pd.DataFrame({"villages": 1, "households": small["households"]}).groupby(code).sum()


def _margin(table: pd.DataFrame) -> np.ndarray:
    """Return the level above the limit [dB]: NaN is unknown, far below where no site is near.

    A village whose strongest known path does not cover it while another is unknown is unknown.
    """
    margin = np.where(table["reason"] == "no_site", -200.0, table["margin_dB"].to_numpy(float))
    return np.where(table["state"] == "unknown", np.nan, margin)
