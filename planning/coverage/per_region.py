"""Prediction aggregated per region, with the interval due to shadowing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.tables.reader import Pack
from geo.errors import InputError
from geo.evidence import weakest
from geo.radio.counts import PredictionSpread, covered_households, covered_villages
from layers.base import LEVELS
from planning.coverage.prediction import CoverageOrder, carrier_of

REGION_COLUMNS = (
    "adcode", "name_zh", "name_en", "level", "villages", "covered", "uncovered", "unknown",
    "covered_low", "expected", "covered_high", "households", "households_covered",
    "households_uncovered", "households_unknown", "households_low", "households_expected",
    "households_high", "evidence",
)  # fmt: skip

_STATES = ("covered", "uncovered", "unknown")


def region_prediction(
    table: pd.DataFrame,
    pack: Pack,
    level: str,
    order: CoverageOrder,
    *,
    common_sigma_dB: float = 0.0,
) -> pd.DataFrame:
    """Aggregate a prediction per region.

    ``covered`` counts states; ``expected`` sums probabilities; low and high are the 5 % and 95 %
    quantiles of the number covered. Villages of unknown state count as uncovered in low and as
    covered in high.

    Parameters
    ----------
    table
        Prediction from :func:`planning.coverage.prediction.village_prediction`.
    pack
        The province's tables in force.
    level
        ``province``, ``prefecture`` or ``county``.
    order
        Order of the prediction; the shadowing of its preset gives the interval.
    common_sigma_dB
        Standard deviation of the error common to all villages [dB], from a calibration; 0 omits it
        and makes the interval too narrow, see :mod:`geo.radio.counts`.

    Returns
    -------
    table
        :data:`REGION_COLUMNS`, one row per region with a predicted village.

    Raises
    ------
    InputError
        If the level is unknown.
    """
    if level not in LEVELS:
        raise InputError(
            f"unknown level {level!r}", where="--level", repair=f"known: {', '.join(LEVELS)}"
        )
    regions = pack.regions(level)[["adcode", "name_zh", "name_en", "level"]]
    code = table[level] if level != "province" else pd.Series(pack.adcode, index=table.index)
    present = regions[regions["adcode"].isin(code.unique())].reset_index(drop=True)
    if present.empty:
        return present.reindex(columns=list(REGION_COLUMNS))
    group = pd.Index(present["adcode"]).get_indexer(code)
    counts = pd.DataFrame({
        "villages": 1, "households": table["households"],
        **{state: table["state"] == state for state in _STATES},
        **{f"households_{state}": table["households"].where(table["state"] == state, 0)
           for state in _STATES},
    }).groupby(group).sum()  # fmt: skip
    spread = PredictionSpread(carrier_of(order.preset, order)[1], common_sigma_dB)
    margin = _margin(table)
    many = covered_villages(margin, group, len(present), spread)
    heads = covered_households(
        margin, table["households"].to_numpy(float), group, len(present), spread
    )
    counts["covered_low"], counts["covered_high"] = many.low, many.high
    counts["expected"], counts["households_expected"] = many.expected, heads.expected
    counts["households_low"], counts["households_high"] = heads.low, heads.high
    counts["evidence"] = [weakest(part.unique()) for _, part in table["evidence"].groupby(group)]
    return pd.concat([present, counts.reset_index(drop=True)], axis=1)[list(REGION_COLUMNS)]


def _margin(table: pd.DataFrame) -> np.ndarray:
    """Return the level above the limit [dB]: NaN is unknown, far below where no site is near.

    A village whose strongest known path does not cover it while another is unknown is unknown.
    """
    margin = np.where(table["reason"] == "no_site", -200.0, table["margin_dB"].to_numpy(float))
    return np.where(table["state"] == "unknown", np.nan, margin)
