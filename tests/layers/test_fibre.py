"""Fibre: the share of natural villages with fibre and 4G that an imported list counts."""

from __future__ import annotations

import pandas as pd
import pytest

from data.tables.reader import Pack
from planning.gaps import gap_table
from tests.toy import EAST, WEST

#: County, fibre, 4G; None is unknown.
VILLAGES = (
    ("990101", True, True),
    ("990101", True, False),
    ("990102", True, None),
    ("990102", None, None),
    ("990201", True, True),
    ("990201", False, None),
)


@pytest.fixture
def listed(toy: Pack, monkeypatch: pytest.MonkeyPatch) -> Pack:
    rows = pd.DataFrame(VILLAGES, columns=["adcode", "has_fibre", "has_4g"])
    rows = rows.assign(evidence="declared")
    monkeypatch.setattr("layers.fibre.imported_table", lambda _pack, _kind: rows)
    monkeypatch.setattr("layers.fibre.import_date", lambda _pack, _table: "2020-06-30")
    return toy


def table(pack: Pack, level: str) -> pd.DataFrame:
    found = gap_table(pack, ["fibre"], level=level, metric="natural_villages", as_of="2020-12-31")
    return found.set_index("adcode")


def test_the_list_counts_villages_with_both_and_unknown_ones_are_an_interval(listed: Pack) -> None:
    parts = table(listed, "prefecture")
    # West: one of four has both for certain, three may have.
    assert parts.loc[WEST, ["built_low", "built_high"]].tolist() == [25, 75]
    assert pd.isna(parts.loc[WEST, "built"])
    # East: one has both, one lacks fibre whatever its 4G.
    assert parts.loc[EAST, ["built_low", "built", "built_high"]].tolist() == [50, 50, 50]
    assert set(parts["evidence"]) == {"declared"}
    assert set(parts["as_of"]) == {"2020-06-30"}
    assert set(parts["source_ids"]) == {"pack:natural_villages"}
    whole = table(listed, "province").iloc[0]
    assert [whole["built_low"], whole["built_high"]] == pytest.approx([100 / 3, 200 / 3])


def test_a_county_that_the_list_leaves_out_stays_unknown(listed: Pack) -> None:
    counties = table(listed, "county")
    assert counties.loc["990101", "built"] == 50
    assert pd.isna(counties.loc["990202", ["built_low", "built_high"]]).all()
    assert counties.loc["990202", ["as_of", "source_ids"]].tolist() == ["", ""]


def test_without_a_list_only_the_plan_s_share_is_known() -> None:
    whole = gap_table(
        Pack.load("yunnan"), ["fibre"], level="province", metric="natural_villages",
        as_of="2018-12-31",
    ).iloc[0]  # fmt: skip
    assert (whole["target"], whole["gap_low"], whole["gap_high"]) == (80, 0, 80)
    assert pd.isna(whole["built"])
