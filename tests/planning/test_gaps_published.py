"""The gap table of the embedded packs against the figures that their sources publish."""

from __future__ import annotations

import pandas as pd
import pytest

from data.tables.reader import Pack
from planning.gaps import gap_table


@pytest.fixture(scope="module")
def yunnan() -> Pack:
    return Pack.load("yunnan")


@pytest.fixture(scope="module")
def gansu() -> Pack:
    return Pack.load("gansu")


def of(table: pd.DataFrame, layer: str) -> pd.DataFrame:
    return table[table["layer"] == layer].set_index("adcode")


def test_5g_of_the_plan(yunnan: Pack) -> None:
    """云政发〔2022〕26号 and the 14th plan: 19,000 built, 140,000 to add, so 159,000."""
    row = gap_table(yunnan, ["mobile_5g"], level="province").iloc[0]
    assert (row["target"], row["built"], row["gap"]) == (159_000, 19_000, 140_000)
    assert row["as_of"] == "2020-12-31"
    assert row["target_status"] == "derived"
    assert row["target_as_of"] == "2025-12-31"
    assert {"yn-5g-2020", "yn-5g-2025-new"} <= set(row["source_ids"].split(";"))


@pytest.mark.parametrize(
    ("layer", "as_of", "share"),
    [("mobile_5g", "2020-12-31", 0.3249), ("mobile_5g", "2022-12-31", 0.3249),
     ("mobile_4g", "2020-12-31", 0.2086)],
)  # fmt: skip
def test_kunming_keeps_its_published_share(
    yunnan: Pack, layer: str, as_of: str, share: float
) -> None:
    table = of(gap_table(yunnan, [layer], as_of=as_of), layer)
    assert table.loc["530100", "built"] / table["built"].sum() == pytest.approx(share, abs=1e-4)


def test_kunming_reported_at_the_end_of_2021(yunnan: Pack) -> None:
    table = of(gap_table(yunnan, ["mobile_5g"], as_of="2021-12-31"), "mobile_5g")
    assert table.loc["530100", "built"] == 13_357
    assert table["built"].sum() == 41_100


def test_honghe_is_never_contradicted(yunnan: Pack) -> None:
    """Honghe reported 11,998 in March 2025: its target is not below, its built is that figure."""
    table = of(gap_table(yunnan, ["mobile_5g"], as_of="2025-03-31"), "mobile_5g")
    assert table.loc["532500", "built"] == 11_998
    assert table.loc["532500", "as_of"] == "2025-03-31"
    assert table.loc["532500", "target"] >= 11_998
    assert table.loc["530100", "as_of"] == "2023-09-30"
    # What the others had does not change: the sum is the newer figure above the older total.
    before = of(gap_table(yunnan, ["mobile_5g"], as_of="2025-03-30"), "mobile_5g")
    assert before["built"].sum() == 98_689
    others = table.index != "532500"
    pd.testing.assert_frame_equal(table[others], before[others])
    assert table["built"].sum() == 98_689 + 11_998 - before.loc["532500", "built"]
    whole = gap_table(yunnan, ["mobile_5g"], as_of="2025-03-31", level="province").iloc[0]
    assert whole["built"] == table["built"].sum()
    assert "98,689" in whole["note_zh"]
    assert whole["evidence"] == "derived"


def test_later_observations_are_selected_by_date(yunnan: Pack) -> None:
    built = {
        date: gap_table(yunnan, ["mobile_5g"], level="province", as_of=date)["built"].iloc[0]
        for date in ("2020-12-31", "2022-06-30", "2022-12-31", "2024-01-01")
    }
    assert list(built.values()) == [19_000, 41_100, 66_000, 98_689]


def test_no_target_stated_is_not_zero(yunnan: Pack) -> None:
    table = of(gap_table(yunnan, ["data_centres"]), "data_centres")
    assert table[["target", "gap", "gap_low", "gap_high"]].isna().all(axis=None)
    sites = table["built"].notna()
    assert (table.loc[sites, "target_status"] == "none stated").all()
    assert (table.loc[~sites, "target_status"] == "not named").all()
    assert table["built"].sum() == 40_000


def test_unknown_baseline_gives_an_interval(gansu: Pack) -> None:
    table = of(gap_table(gansu, ["mobile_4g"]), "mobile_4g")
    assert table["target"].sum() == 43_000
    assert table[["built", "gap"]].isna().all(axis=None)
    assert (table["gap_low"] == 0).all()
    assert (table["gap_high"] > 0).all()


def test_five_thousand_villages(yunnan: Pack) -> None:
    table = of(gap_table(yunnan, ["natural_villages"]), "natural_villages")
    assert table["gap"].sum() == 5_000
    assert (table["evidence"] == "illustrative").all()
    assert (table["gap_low"] <= table["gap"]).all()
    assert (table["gap"] <= table["gap_high"]).all()


def test_fibre_counts_administrative_villages(yunnan: Pack) -> None:
    table = of(gap_table(yunnan, ["fibre"]), "fibre")
    regions = yunnan.regions("prefecture").set_index("adcode")
    assert (table["built"] == regions["village_committees"]).all()
    assert (table["unit"] == "admin_village").all()
    assert (table["gap"] == 0).all()
