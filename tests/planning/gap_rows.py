"""Rows of the toy's gap table, and figures by position."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.gaps import gap_table

NAN = float("nan")


def of(pack: Pack, key: str, level: str = "prefecture", **options: object) -> pd.DataFrame:
    """Return the rows of one layer, by adcode; scenario fields by name."""
    date = options.pop("as_of", None)
    scenario = Scenario(province=pack.name, **options)
    return gap_table(pack, [key], level=level, as_of=date, scenario=scenario).set_index("adcode")


def same(values: pd.Series, expected: Sequence[float]) -> bool:
    return bool(np.array_equal(values.to_numpy(float), expected, equal_nan=True))
