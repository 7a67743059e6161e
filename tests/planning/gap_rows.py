"""Rows of the toy's gap table, figures by position, and the toy with further observations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.gaps import gap_table
from tests import toy as toy_pack

NAN = float("nan")


def of(pack: Pack, key: str, level: str = "prefecture", **options: object) -> pd.DataFrame:
    """Return the rows of one layer, by adcode; scenario fields by name."""
    date = options.pop("as_of", None)
    scenario = Scenario(province=pack.name, **options)
    return gap_table(pack, [key], level=level, as_of=date, scenario=scenario).set_index("adcode")


def same(values: pd.Series, expected: Sequence[float]) -> bool:
    return bool(np.array_equal(values.to_numpy(float), expected, equal_nan=True))


def with_rows(
    folder: Path, *rows: dict[str, object], observations: pd.DataFrame | None = None
) -> Pack:
    """Write the toy with further observations, made from its last row (5G of the east)."""
    seen = toy_pack.observations() if observations is None else observations
    further = pd.DataFrame([seen.iloc[-1].to_dict() | {"id": "row"} | row for row in rows])
    return toy_pack.write(folder, observations=pd.concat([seen, further]))
