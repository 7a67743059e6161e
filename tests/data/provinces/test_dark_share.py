"""Illustrative villages of the embedded packs: how many of each prefecture have no 4G."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from data.provinces.illustrative.darkness import chances, hardness
from data.provinces.relief import Relief
from data.tables.reader import Pack
from tests.provinces import BUILT


@pytest.mark.parametrize("name", BUILT)
def test_dark_villages_follow_relief_remoteness_and_access(name: str) -> None:
    """Each prefecture has the part that the rule's chances give its villages, at most 15 %."""
    pack = Pack.load(name)
    villages = pack.table("natural_villages").query("households >= 20")
    lon, lat = (villages[name].to_numpy() for name in ("lon", "lat"))
    cells = pack.table("relief").pivot_table("elevation_m", "lat", "lon")
    heights = cells[::-1].ffill(axis=1).bfill(axis=1)
    relief = Relief(heights.to_numpy(), heights.index.to_numpy(), heights.columns.to_numpy())
    seats = pack.table("places").query("kind == 'county_seat'")
    counties = [SimpleNamespace(seat=seat) for seat in zip(seats["lon"], seats["lat"], strict=True)]
    dark = ~villages["has_4g"].to_numpy(bool)
    expected = chances(hardness(counties, relief, lon, lat), int(dark.sum()))
    parents = pack.regions("county").set_index("adcode")["parent"]
    by = villages["adcode"].astype(str).map(parents).to_numpy()
    found = pd.DataFrame({"dark": dark, "expected": expected}).groupby(by).mean()
    assert found["dark"].max() < 0.15
    # Relief outside the province is not in the table, so villages at its edge differ a little.
    assert (found["dark"] - found["expected"]).abs().max() < 0.01
    assert found["dark"].corr(found["expected"], method="spearman") > 0.95
