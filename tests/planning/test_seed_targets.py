"""Every figure of the source plans is a metric with its value, unit, date and source."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from layers.registry import gap_layers, layer
from planning.gaps import gap_table
from planning.needs import NeedOptions, need_table

NAN = float("nan")
PACKS = ("yunnan", "gansu")
#: Metrics that are known of the province alone.
STATED = [
    (item.key, metric.key)
    for item in gap_layers()
    for metric in item.metrics
    if not metric.is_count and item.key != "natural_villages"
]


def province_row(pack: str, key: str, metric: str, as_of: str) -> pd.Series:
    return gap_table(Pack.load(pack), [key], level="province", as_of=as_of, metric=metric).iloc[0]


@pytest.mark.parametrize(
    ("asked", "unit", "built", "target", "due"),
    [
        ("yunnan 2020-12-31 fibre.admin_villages", "admin_village", 11_259, 11_259, "2020-12-31"),
        ("yunnan 2020-12-31 fibre.natural_villages", "percent", NAN, 80, "2020-12-31"),
        ("yunnan 2016-06-30 fibre.households_passed", "household", 7_000_000, NAN, ""),
        ("yunnan 2015-12-31 fibre.cable_length", "sheath_km", 760_000, NAN, ""),
        ("gansu 2015-12-31 fibre.urban_users_20_mbps", "percent", NAN, 85, "2017-12-31"),
        ("gansu 2018-12-31 fibre.urban_users_20_mbps", "percent", NAN, 100, "2020-12-31"),
        ("gansu 2015-12-31 fibre.rural_access_rate", "mbit_per_s", NAN, 4, "2017-12-31"),
        ("gansu 2018-12-31 fibre.rural_access_rate", "mbit_per_s", NAN, 8, "2020-12-31"),
        ("gansu 2018-12-31 fibre.subscribers", "subscriber", NAN, 5_000_000, "2020-12-31"),
        ("gansu 2018-12-31 fibre.access_capacity", "access", NAN, 8_000_000, "2020-12-31"),
        ("gansu 2015-12-31 mobile_4g.base_stations_all_kinds", "base_station", NAN, 70_000,
         "2017-12-31"),
        ("gansu 2018-12-31 mobile_4g.base_stations_all_kinds", "base_station", NAN, 90_000,
         "2020-12-31"),
        ("gansu 2018-12-31 mobile_4g.base_stations", "base_station", NAN, 43_000, "2020-12-31"),
        ("yunnan 2020-12-31 mobile_4g.admin_villages_reached", "admin_village", 11_259, NAN, ""),
        ("yunnan 2016-06-30 mobile_4g.scenic_areas_reached", "percent", 100, NAN, ""),
        ("yunnan 2020-12-31 mobile_5g.urban_areas_reached", "percent", NAN, 100, "2023-12-31"),
        ("yunnan 2023-09-30 mobile_5g.admin_villages_reached", "admin_village", 10_730, NAN, ""),
        ("yunnan 2020-12-31 data_centres.racks", "rack", 40_000, NAN, ""),
        ("yunnan 2020-12-31 data_centres.utilisation", "percent", 25, NAN, ""),
        ("gansu 2015-12-31 data_centres.hosting_capacity", "hosted_rack", NAN, 4300, "2017-12-31"),
        ("yunnan 2016-06-30 backbone.bandwidth_out", "tbit_per_s", 5, NAN, ""),
        ("yunnan 2020-12-31 backbone.bandwidth_out", "tbit_per_s", 28, NAN, ""),
        ("yunnan 2020-12-31 backbone.bandwidth_international", "tbit_per_s", 1.03, NAN, ""),
        ("yunnan 2020-12-31 backbone.bandwidth_inside", "tbit_per_s", 7.2, NAN, ""),
        ("yunnan 2020-12-31 backbone.cables_out", "cable", 5, NAN, ""),
        ("yunnan 2020-12-31 backbone.countries_served", "country", 8, NAN, ""),
        ("yunnan 2020-12-31 backbone.countries_by_cable", "country", 2, NAN, ""),
        ("yunnan 2020-12-31 backbone.gateway_operators", "operator", 3, 3, "2020-12-31"),
        ("yunnan 2020-12-31 backbone.interconnection_points", "interconnection_point", 0, NAN, ""),
        ("yunnan 2020-12-31 backbone.international_channels", "channel", 0, NAN, ""),
        ("gansu 2018-12-31 backbone.bandwidth_out", "tbit_per_s", NAN, 2, "2020-12-31"),
        ("gansu 2015-12-31 other_targets.investment_in_year", "hundred_million_cny", NAN, 100,
         "2017-12-31"),
        ("gansu 2018-12-31 other_targets.investment_in_year", "hundred_million_cny", NAN, 135,
         "2020-12-31"),
        ("gansu 2015-12-31 other_targets.prefectures_with_platform", "percent", NAN, 50,
         "2017-12-31"),
        ("gansu 2018-12-31 other_targets.prefectures_with_platform", "percent", NAN, 100,
         "2020-12-31"),
        ("yunnan 2018-12-31 other_targets.smart_workshops", "workshop", NAN, 60, "2020-12-31"),
        ("yunnan 2018-12-31 other_targets.parks", "park", 132, NAN, ""),
        ("yunnan 2018-12-31 other_targets.national_zones", "park", 7, NAN, ""),
    ],
)  # fmt: skip
def test_a_metric_has_the_value_of_its_text(
    asked: str, unit: str, built: float, target: float, due: str
) -> None:
    pack, as_of, metric = asked.split()
    key, name = metric.split(".")
    row = province_row(pack, key, name, as_of)
    assert (row["unit"], row["target_as_of"]) == (unit, due)
    assert row["built"] == pytest.approx(built, nan_ok=True)
    assert row["target"] == pytest.approx(target, nan_ok=True)
    assert (row["as_of"] == "") == np.isnan(built)
    assert row["as_of"] <= as_of


@pytest.mark.parametrize("pack", PACKS)
def test_no_row_of_the_ledger_is_out_of_reach(pack: str) -> None:
    """A figure that no metric reads stands in the list of sources alone."""
    found = Pack.load(pack)
    targets, seen = found.table("targets"), found.table("observations")
    whole = seen[seen["adcode"] == found.adcode]
    rows = pd.concat([targets[["id", "as_of"]], whole[["id", "as_of"]]])
    for date, ids in rows.groupby("as_of")["id"]:
        table = gap_table(found, level="province", as_of=str(date), metric="all")
        read = {part for text in table["source_ids"] for part in str(text).split(";")}
        # An increment counts where its baseline is known.
        missing = set(ids) - read - {"gs-4g-2017-new"}
        assert not missing, (date, missing)


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("level", ["prefecture", "county"])
@pytest.mark.parametrize(("key", "metric"), STATED)
def test_a_figure_of_the_province_has_no_split(
    pack: str, level: str, key: str, metric: str
) -> None:
    table = gap_table(Pack.load(pack), [key], level=level, as_of="2018-12-31", metric=metric)
    figures = ["target", "built", "gap", "gap_low", "gap_high"]
    assert table[figures].isna().all(axis=None)
    assert set(table["target_status"]) == {"none stated"}
    assert set(table["source_ids"]) == {""}


def test_a_series_says_how_it_grew() -> None:
    note = province_row("yunnan", "backbone", "bandwidth_out", "2020-12-31")["note_en"]
    assert "5 on 2016-06-30, 28 on 2020-12-31 (Tbit/s): 5.6 times, +46.6% a year" in note
    assert not province_row("yunnan", "backbone", "bandwidth_out", "2019-12-31")["note_en"]


def test_the_first_metric_with_a_statement_is_shown() -> None:
    fibre = gap_table(Pack.load("gansu"), ["fibre"], level="province")
    assert fibre["metric"].tolist() == ["urban_users_20_mbps"]
    assert gap_table(Pack.load("yunnan"), ["fibre"])["metric"].unique() == ["admin_villages"]


# -- the planner's own target


def test_a_target_of_a_share_or_rate_takes_decimals_and_one_of_units_does_not() -> None:
    own = {"fibre.urban_users_20_mbps": 92.5, "backbone": 3.75, "fibre.subscribers": 6_000_000}
    plan = Scenario(province="gansu", targets=own)
    assert Scenario.from_json(plan.to_json()) == plan
    pack = Pack.load("gansu")
    for key, metric, target in (
        ("fibre", "urban_users_20_mbps", 92.5), ("backbone", "bandwidth_out", 3.75),
        ("fibre", "subscribers", 6_000_000),
    ):  # fmt: skip
        table = gap_table(pack, [key], level="province", metric=metric, scenario=plan)
        assert table[["target", "target_status"]].to_numpy().tolist() == [
            [target, "set by planner"]
        ]
    for key, metric, wrong in (
        ("mobile_4g", "", 4.5), ("fibre.subscribers", "subscribers", 1.5),
        ("fibre.urban_users_20_mbps", "urban_users_20_mbps", 101),
    ):  # fmt: skip
        bad = Scenario(province="gansu", targets={key: wrong})
        with pytest.raises(InputError, match=r"whole number|more than all"):
            gap_table(pack, [key.split(".")[0]], metric=metric, scenario=bad)


def test_a_whole_target_is_the_same_scenario_however_it_is_written() -> None:
    plans = [Scenario(province="gansu", targets={"fibre": value}) for value in (80, 80.0)]
    assert plans[0].digest == plans[1].digest
    assert '"fibre": 80\n' in plans[1].to_json()


# -- racks


SITES = {
    "yunnan": {"530100", "530400", "530500"},
    "gansu": {"620100", "620300", "620400"},
}


@pytest.mark.parametrize(
    ("pack", "metric", "column", "total"),
    [("yunnan", "racks", "built", 40_000), ("gansu", "hosting_capacity", "target", 4_300)],
)
def test_racks_stand_where_a_text_names_a_data_centre(
    pack: str, metric: str, column: str, total: int
) -> None:
    found = Pack.load(pack)
    table = gap_table(found, ["data_centres"], metric=metric, as_of="2020-12-31")
    known = table[table[column].notna()]
    assert set(known["adcode"]) == SITES[pack]
    assert known[column].sum() == total
    others = table[table[column].isna()]
    assert set(others["target_status"]) == {"not named"}
    assert others[["target", "built", "gap", "gap_low", "gap_high"]].isna().all(axis=None)
    assert set(others["source_ids"]) == {""}
    counties = gap_table(found, ["data_centres"], metric=metric, level="county")
    inside = counties.groupby("parent")[column].sum()
    assert inside[inside > 0].to_dict() == known.set_index("adcode")[column].to_dict()


def test_a_site_in_one_county_is_in_no_other_of_its_city() -> None:
    counties = gap_table(Pack.load("yunnan"), ["data_centres"], level="county")
    kunming = counties[(counties["parent"] == "530100") & counties["built"].notna()]
    assert kunming["adcode"].tolist() == ["530114"]
    counties = gap_table(
        Pack.load("gansu"), ["data_centres"], level="county", metric="hosting_capacity"
    )
    lanzhou = counties[(counties["parent"] == "620100") & counties["target"].notna()]
    assert lanzhou["adcode"].tolist() == ["620121", "620122"]


def test_own_weights_name_a_place_and_a_target_goes_to_named_places_only() -> None:
    plan = Scenario(province="yunnan", targets={"data_centres": 100_000})
    pack = Pack.load("yunnan")
    table = gap_table(pack, ["data_centres"], scenario=plan)
    assert set(table.loc[table["target"].notna(), "adcode"]) == SITES["yunnan"]
    assert table["target"].sum() == 100_000
    codes = pack.regions("prefecture")["adcode"]
    weights = {code: float(code in ("530100", "530300")) for code in codes}
    own = plan.model_copy(
        update={"rules": {"data_centres": "own"}, "weights": {"data_centres": weights}}
    )
    table = gap_table(pack, ["data_centres"], scenario=own).set_index("adcode")
    assert table.loc["530300", "target"] == 50_000


def test_the_plan_of_a_prefecture_is_its_own_and_not_built() -> None:
    pack = Pack.load("gansu")
    table = gap_table(pack, ["data_centres"], as_of="2022-12-31").set_index("adcode")
    row = table.loc["621000"]
    assert (row["target"], row["target_status"], row["target_as_of"]) == (
        300_000, "stated", "2025-12-31",
    )  # fmt: skip
    assert np.isnan(row["built"])
    assert row["source_ids"] == "obs-621000-data_centres-20251231-plan"
    assert table["target"].count() == 1
    whole = province_row("gansu", "data_centres", "racks", "2022-12-31")
    assert np.isnan(whole["target"])
    assert "300,000" in whole["note_en"]
    assert "庆阳市" in whole["note_zh"]


def test_what_is_in_use_stands_beside_what_is_built() -> None:
    note = province_row("yunnan", "data_centres", "racks", "2020-12-31")["note_en"]
    assert "25 % in use (2020-12-31): about 10,000 standard racks in use and 30,000 free" in note
    assert "in use" not in province_row("gansu", "data_centres", "racks", "2020-12-31")["note_en"]


def test_free_racks_come_before_new_ones() -> None:
    pack, racks = Pack.load("yunnan"), layer("data_centres")
    plan = Scenario(province="yunnan", targets={"data_centres": 100_000})
    stated = need_table(pack, plan, racks, options=NeedOptions()).iloc[0]
    assert (stated["use"], stated["in_use"], stated["spare"]) == (0.25, 10_000, 30_000)
    assert "yn-racks-util-2020" in stated["source_ids"]
    for options in (NeedOptions(), NeedOptions(use=0.25), NeedOptions(use=0.25, design_use=0.8)):
        row = need_table(pack, plan, racks, options=options).iloc[0]
        assert (row["standard_racks"], row["it_mw"]) == (60_000, 150)
        assert row["facility_mw"] == pytest.approx(195)
        assert row.filter(like="year_").sum() == 60_000
        assert row.filter(like="year_").iloc[0] == 0


def test_clusters_of_wafers_and_handsets_are_no_candidates() -> None:
    table = need_table(
        Pack.load("yunnan"), Scenario(province="yunnan"), layer("data_centres"),
        options=NeedOptions(),
    ).iloc[1:]  # fmt: skip
    assert set(table["adcode"]) == SITES["yunnan"]
    assert set(table["zones"]) == {"data centre site"}
