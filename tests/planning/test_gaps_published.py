"""The gap table on the embedded packs: published figures, sums, evidence, dates, bad input."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack, pack_names
from geo.errors import InputError, UnknownNameError
from geo.evidence import EVIDENCE_CLASSES
from layers.registry import gap_layers
from planning.gaps import EXTRA_COLUMNS, GAP_COLUMNS, gap_table

GOLDEN = Path(__file__).parent / "golden"
COUNTS = {"yunnan": {"prefecture": 16, "county": 129}, "gansu": {"prefecture": 14, "county": 87}}


@pytest.fixture(scope="module")
def yunnan() -> Pack:
    return Pack.load("yunnan")


@pytest.fixture(scope="module")
def gansu() -> Pack:
    return Pack.load("gansu")


def of(table: pd.DataFrame, layer: str) -> pd.DataFrame:
    return table[table["layer"] == layer].set_index("adcode")


@pytest.mark.parametrize("name", pack_names())
@pytest.mark.parametrize("level", ["prefecture", "county"])
def test_one_row_per_layer_and_region(name: str, level: str) -> None:
    table = gap_table(Pack.load(name), level=level)
    assert tuple(table.columns) == (*GAP_COLUMNS, *EXTRA_COLUMNS)
    assert len(table) == len(gap_layers()) * COUNTS[name][level]
    assert not table.duplicated(["layer", "adcode"]).any()
    assert set(table["evidence"]) <= set(EVIDENCE_CLASSES)
    assert (table["source_ids"] != "").any()


@pytest.mark.parametrize("name", pack_names())
def test_regions_sum_to_the_province(name: str) -> None:
    pack = Pack.load(name)
    whole = gap_table(pack, level="province").set_index("layer")
    for level in ("prefecture", "county"):
        parts = gap_table(pack, level=level).groupby("layer")
        for column in ("target", "built", "planned", "gap"):
            sums = parts[column].sum(min_count=1)
            pd.testing.assert_series_equal(
                sums, whole[column].reindex(sums.index), check_dtype=False, check_names=False
            )


def test_counties_sum_to_their_prefecture(yunnan: Pack) -> None:
    counties = of(gap_table(yunnan, ["mobile_5g"], level="county"), "mobile_5g")
    prefectures = of(gap_table(yunnan, ["mobile_5g"]), "mobile_5g")
    for column in ("target", "built", "gap"):
        assert (counties.groupby("parent")[column].sum() == prefectures[column]).all()


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
    assert table["built"].sum() == 98_689


def test_later_observations_are_selected_by_date(yunnan: Pack) -> None:
    built = {
        date: gap_table(yunnan, ["mobile_5g"], level="province", as_of=date)["built"].iloc[0]
        for date in ("2020-12-31", "2022-06-30", "2022-12-31", "2024-01-01")
    }
    assert list(built.values()) == [19_000, 41_100, 66_000, 98_689]


def test_no_target_stated_is_not_zero(yunnan: Pack) -> None:
    table = of(gap_table(yunnan, ["data_centres"]), "data_centres")
    assert table[["target", "gap", "gap_low", "gap_high"]].isna().all(axis=None)
    assert (table["target_status"] == "none stated").all()
    assert table["built"].sum() == 40_000


def test_the_planner_may_set_a_target(yunnan: Pack) -> None:
    own = Scenario(province="yunnan", targets={"data_centres": 60_000})
    table = of(gap_table(yunnan, ["data_centres"], scenario=own), "data_centres")
    assert table["target"].sum() == 60_000
    assert table["gap"].sum() == 20_000
    assert (table["gap_low"] <= 0).all()
    assert (table["evidence"] == "assumed").all()
    assert (table["target_status"] == "set by planner").all()


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


def test_the_interval_holds_the_value(yunnan: Pack) -> None:
    for level in ("prefecture", "county"):
        table = gap_table(yunnan, level=level).dropna(subset=["gap", "gap_low", "gap_high"])
        assert (table["gap_low"] <= table["gap"]).all()
        assert (table["gap"] <= table["gap_high"]).all()


def test_a_placed_site_is_planned_in_its_county(yunnan: Pack) -> None:
    site = PlannedSite(lat=25.04, lon=102.71, preset="5g_700")
    plan = Scenario(province="yunnan", sites=(site, site.model_copy(update={"enabled": False})))
    table = of(gap_table(yunnan, ["mobile_5g"], scenario=plan), "mobile_5g")
    assert table["planned"].sum() == 1
    assert table.loc["530100", "planned"] == 1
    before = of(gap_table(yunnan, ["mobile_5g"]), "mobile_5g")
    assert before.loc["530100", "gap"] - table.loc["530100", "gap"] == 1


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"layer_keys": ["mobile_6g"]}, UnknownNameError, "did you mean"),
        ({"layer_keys": ["backbone"]}, InputError, "overlay"),
        ({"level": "town"}, InputError, "known: province"),
        ({"as_of": "2021-13-01"}, InputError, "YYYY-MM-DD"),
        (
            {"scenario": Scenario(province="yunnan", rules={"mobile_5g": "magic"})},
            UnknownNameError,
            "magic",
        ),
        (
            {"scenario": Scenario(province="yunnan", rules={"mobile_5g": "own"})},
            InputError,
            "weights",
        ),
        ({"scenario": Scenario(province="elsewhere")}, InputError, "elsewhere"),
    ],
)
def test_bad_input_says_what_and_how(
    yunnan: Pack, arguments: dict, error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        gap_table(yunnan, **arguments)


@pytest.mark.parametrize("name", pack_names())
def test_golden_table(name: str) -> None:
    """The whole table as it was last looked at; ``TONGCUN_GOLDEN=1`` writes it anew."""
    path = GOLDEN / f"{name}.csv"
    pack = Pack.load(name)
    parts = [gap_table(pack, level=level) for level in ("province", "prefecture")]
    table = pd.concat(parts, ignore_index=True)[list(GAP_COLUMNS)]
    text = table.to_csv(index=False, lineterminator="\n", float_format="%.6g")
    if os.environ.get("TONGCUN_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text.splitlines() == path.read_text(encoding="utf-8").splitlines()
