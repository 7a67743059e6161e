"""Coverage over terrain: states, reasons, paths, rules, on an elevation model made here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from data.doctor.diagnosis import FileOrigin
from data.importing import RasterFile, commit_raster
from data.scenario.coverage_rules import rule
from data.scenario.scenario import ErrorSettings, PlannedSite, Scenario
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from geo.earth.crs import WGS84
from geo.errors import InputError, RangeError, UnknownNameError
from geo.radio.antenna import Antenna, pattern
from geo.radio.prediction import Cancelled
from layers.registry import metric_of
from layers.villages import village_table
from planning.coverage.area import area_prediction, area_shares
from planning.coverage.path_profile import PathEnd, path_between
from planning.coverage.per_region import REGION_COLUMNS, region_prediction
from planning.coverage.prediction import PREDICTION_COLUMNS, CoverageOrder, village_prediction
from planning.coverage.rule_comparison import (
    RuleOrder,
    order_of,
    rule_comparison,
    rule_counts,
    rule_states,
)
from planning.elevation import terrain_of
from planning.exports.gaps import source_table
from planning.whatif import effect, planned_units

OWN = Pack.load("yunnan")
PLAN = Scenario(province="yunnan")
#: Fugong county and what lies around it, 3 arc-seconds.
WEST, NORTH, SIDE = 98.6, 27.65, 700
COUNTY = "533323"
ORDER = CoverageOrder("4g_800", regions=(COUNTY,))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Yunnan with a rough model over one county, half of it void in the south."""
    folder = tmp_path_factory.mktemp("workspace")
    draw = np.random.default_rng(5)
    wide = np.repeat(np.repeat(draw.uniform(0, 1500, (36, 36)), 20, 0), 20, 1)[:SIDE, :SIDE]
    steps = np.cumsum(draw.normal(0, 4, (SIDE, SIDE)), axis=1)
    heights = (1500 + wide + steps).astype(np.float32)
    heights[650:] = -9999
    path = folder / "made.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="float32",
        crs="EPSG:4326", transform=from_origin(WEST, NORTH, 1 / 1200, 1 / 1200), nodata=-9999,
    ) as dataset:  # fmt: skip
        dataset.write(heights, 1)
    with Catalogue(folder / "w") as store:
        commit_raster(
            store, RasterFile(path, "m"), OWN, kind="dem", origin=FileOrigin("measured", "")
        )
    return effective_pack(OWN, folder / "w")


@pytest.fixture(scope="module")
def villages(pack: Pack) -> pd.DataFrame:
    return village_prediction(pack, PLAN, ORDER)


def test_without_a_model_coverage_is_a_circle_and_says_how_to_mend_it() -> None:
    assert terrain_of(OWN, PLAN) is None
    with pytest.raises(InputError, match="dem fetch"):
        village_prediction(OWN, PLAN, ORDER)


def test_the_model_in_force_is_described(pack: Pack) -> None:
    terrain = terrain_of(pack, PLAN)
    assert terrain is not None
    assert not terrain.is_demonstration
    assert terrain.evidence == "measured"
    assert 90 < terrain.spacing_m < 93
    assert terrain.void_share is not None
    assert 0.05 < terrain.void_share < 0.1


def test_every_village_has_a_state_and_a_reason(villages: pd.DataFrame, pack: Pack) -> None:
    assert tuple(villages.columns) == PREDICTION_COLUMNS
    assert len(villages) > 300
    reasons = villages.groupby("state")["reason"].unique().map(set).to_dict()
    assert reasons["covered"] <= {"line_of_sight", "over_ridge"}
    assert reasons["uncovered"] <= {"ridge", "distance", "no_site"}
    assert reasons["unknown"] == {"outside_model"}
    known = villages[villages["state"] != "unknown"]
    served = known[known["site_id"] != ""]
    assert (served["state"] == "covered").equals(served["rsrp_dBm"] >= -105.0)
    np.testing.assert_allclose(served["margin_dB"], served["rsrp_dBm"] + 105.0)
    assert served["probability"].between(0, 1).all()
    # The void begins at 27.108° N.
    south = villages[villages["lat"] < 27.1]
    assert (south["state"] == "unknown").all()
    assert villages["evidence"].unique().tolist() == ["illustrative"]
    assert villages["source_ids"].str.contains("pack:dem").all()
    named = set(";".join(villages["source_ids"]).split(";"))
    assert named <= set(source_table(pack)["id"])


def test_a_path_is_the_same_figure_as_the_prediction(pack: Pack, villages: pd.DataFrame) -> None:
    sites = pack.table("sites").set_index("site_id")
    served = villages[(villages["site_id"] != "") & (villages["distance_km"] > 0.3)]
    for row in served.iloc[::60].itertuples():
        site = sites.loc[row.site_id]
        view = path_between(
            pack, PLAN, PathEnd(row.site_id, site["lon"], site["lat"], site["antenna_height_m"]),
            PathEnd(row.village_id, row.lon, row.lat), ORDER,
        )  # fmt: skip
        # Longitudes and heights are stored as 32 bits, the pattern's bearing differs by 0.1°.
        assert view.rsrp_dBm == pytest.approx(row.rsrp_dBm, abs=0.05)
        assert view.loss.line_of_sight == row.line_of_sight
        assert view.covered == (row.state == "covered")
        assert sum(line.sign * line.value for line in view.lines) == pytest.approx(view.rsrp_dBm)
        assert len(view.lon) == len(view.terrain_m) == len(view.distance_km)
        assert (view.worst.bulge_m >= view.usual.bulge_m).all()


def test_paths_that_cannot_be_told_are_refused(pack: Pack) -> None:
    site = PathEnd("1", 98.8, 27.45, 35.0)
    with pytest.raises(InputError, match="250 m"):
        path_between(pack, PLAN, site, PathEnd("v", 98.801, 27.45), ORDER)
    with pytest.raises(InputError, match="void"):
        path_between(pack, PLAN, site, PathEnd("v", 98.8, 27.08), ORDER)


def test_regions_add_up_and_the_interval_holds_what_is_expected(
    pack: Pack, villages: pd.DataFrame
) -> None:
    rows = region_prediction(villages, pack, "county", ORDER)
    assert tuple(rows.columns) == REGION_COLUMNS
    (row,) = rows.to_dict("records")
    assert row["adcode"] == COUNTY
    assert row["villages"] == len(villages)
    assert row["covered"] + row["uncovered"] + row["unknown"] == row["villages"]
    assert row["not_asked"] == 0
    assert row["reached_low"] <= row["reached_expected"] <= row["reached_high"]
    assert row["reached_high"] - row["reached_expected"] >= row["unknown"]
    assert row["households"] == villages["households"].sum()
    whole = region_prediction(villages, pack, "province", ORDER)
    assert whole["covered"].tolist() == [row["covered"]]
    with pytest.raises(InputError, match="level"):
        region_prediction(villages, pack, "town", ORDER)
    assert region_prediction(villages.iloc[:0], pack, "county", ORDER).empty


def test_planned_sites_only_add(pack: Pack, villages: pd.DataFrame) -> None:
    missing = villages[villages["state"] == "uncovered"].iloc[0]
    site = PlannedSite(lat=missing["lat"], lon=missing["lon"] + 0.001, preset="4g_800")
    more = village_prediction(pack, PLAN.model_copy(update={"sites": (site,)}), ORDER)
    assert (more["rsrp_dBm"].fillna(-999) >= villages["rsrp_dBm"].fillna(-999)).all()
    at = more.set_index("village_id").loc[missing["village_id"]]
    assert (at["site_id"], at["state"]) == ("1", "covered")
    off = PLAN.model_copy(update={"sites": (site.model_copy(update={"enabled": False}),)})
    pd.testing.assert_frame_equal(village_prediction(pack, off, ORDER), villages)
    without = replace(ORDER, include_planned=False)
    same = village_prediction(pack, PLAN.model_copy(update={"sites": (site,)}), without)
    pd.testing.assert_frame_equal(same, villages)


def test_a_placed_site_uses_the_terrain_and_says_why(pack: Pack) -> None:
    without = village_table(pack, state="uncovered", regions=(COUNTY,))
    missing = without[without["lat"].between(27.1, 27.16)].iloc[0]
    site = PlannedSite(lat=missing["lat"], lon=missing["lon"] + 0.004, preset="4g_800")
    terrain = terrain_of(pack, PLAN)
    result = effect(pack, [site], terrain=terrain)
    circle = effect(pack, [site])
    assert (result.basis, circle.basis) == ("terrain", "circle")
    assert set(result.gained["village_id"]) != set(circle.gained["village_id"])
    assert (result.gained["rsrp_dBm"].astype(float) >= -105).all()
    assert (result.gained["site"] == 1).all()
    assert set(result.gained["reason"]) <= {"line_of_sight", "over_ridge"}
    assert set(result.missed["reason"]) <= {"ridge", "distance", "outside_model"}
    assert (result.missed["distance_m"] <= 15_000).all()
    assert result.missed["distance_m"].is_monotonic_increasing
    known = result.missed[result.missed["reason"] != "outside_model"]
    assert (known["rsrp_dBm"].astype(float) < -105).all()
    assert (known["ridge_km"].astype(float) * 1000 < known["distance_m"] + 1).all()
    assert result.unknown > 0
    assert circle.missed.empty
    assert (
        len(result.gained)
        == result.regions.eval("villages_after - villages_before").sum()
        + (result.gained["households"] < 20).sum()
    )
    rule_a = site.model_copy(update={"preset": "4g_rule_a"})
    assert effect(pack, [rule_a], terrain=terrain).basis == "circle"
    both = effect(pack, [rule_a, site], terrain=terrain)
    assert both.basis == "mixed"
    assert len(both.gained) >= len(circle.gained)
    plan = PLAN.model_copy(update={"sites": (site,)})
    planned = planned_units(pack, plan, *metric_of("natural_villages"), "province")
    assert planned.tolist() == [float((result.gained["households"] >= 20).sum())]


def test_a_site_beyond_the_model_gains_nothing_and_says_so(pack: Pack) -> None:
    site = PlannedSite(lat=25.0, lon=102.3, preset="4g_800")
    result = effect(pack, [site], terrain=terrain_of(pack, PLAN))
    assert result.villages == 0
    assert set(result.missed["reason"]) <= {"outside_model"}


def test_a_sector_looks_where_it_points(pack: Pack) -> None:
    ahead = PlannedSite(lat=27.35, lon=98.87, preset="4g_800", azimuth_deg=0.0)
    plan = PLAN.model_copy(update={"sites": (ahead,)})
    away = PLAN.model_copy(update={"sites": (ahead.model_copy(update={"azimuth_deg": 180.0}),)})
    north, south = (area_prediction(pack, p, ["1"], ORDER, 3_000).rsrp_dBm for p in (plan, away))
    top = np.s_[: north.shape[0] // 3]
    assert np.nanmean(north[top]) > np.nanmean(south[top]) + 5


def test_an_area_equals_its_villages_and_refuses_what_it_cannot(
    pack: Pack, villages: pd.DataFrame
) -> None:
    site = villages.loc[villages["site_id"] != "", "site_id"].iloc[0]
    drawn = area_prediction(pack, PLAN, [site], ORDER, 3_000)
    assert np.isfinite(drawn.rsrp_dBm).any()
    assert set(np.unique(drawn.server)) <= {-1, 0}
    with pytest.raises(UnknownNameError):
        area_prediction(pack, PLAN, ["nobody"], ORDER, 3_000)
    with pytest.raises(InputError, match="no site"):
        area_prediction(pack, PLAN, [], ORDER, 3_000)
    with pytest.raises(RangeError, match="reach"):
        area_prediction(pack, PLAN, [site], ORDER, 0)
    with pytest.raises(InputError, match="smaller radius"):
        area_prediction(pack, PLAN, [site] * 300, ORDER, 90_000)


def test_an_area_is_shared_out_among_regions(pack: Pack) -> None:
    site = PlannedSite(lat=27.2, lon=98.87, preset="4g_800")
    plan = PLAN.model_copy(update={"sites": (site,)})
    drawn = area_prediction(pack, plan, ["1"], ORDER, 20_000)
    shares = area_shares(pack, drawn, "county", -105.0)
    assert COUNTY in set(shares["adcode"])
    own = shares.set_index("adcode").loc[COUNTY]
    assert 0 < own["covered_share"] < 1
    assert own["covered_share"] == pytest.approx(own["covered_km2"] / own["area_km2"])
    assert own["unknown_km2"] > 0
    parts = shares[["covered_km2", "below_km2", "unknown_km2"]].to_numpy().sum()
    # A disc of 20 km less what lies beyond the province and the model.
    assert parts < np.pi * 20**2
    above = area_shares(pack, drawn, "prefecture", -105.0)
    assert above["covered_km2"].sum() == pytest.approx(shares["covered_km2"].sum(), rel=0.02)
    stricter = area_shares(pack, drawn, "county", -85.0).set_index("adcode")
    assert stricter.loc[COUNTY, "covered_km2"] < own["covered_km2"]
    flat = replace(drawn, rsrp_dBm=np.zeros_like(drawn.rsrp_dBm), known=drawn.known | True)
    whole = area_shares(pack, flat, "county", -105.0).set_index("adcode").loc[COUNTY]
    box = shapely.box(
        drawn.bounds[0][1], drawn.bounds[0][0], drawn.bounds[1][1], drawn.bounds[1][0]
    )
    shape = pack.geo("regions").set_index(["level", "adcode"]).geometry.loc[("county", COUNTY)]
    true_km2 = abs(WGS84.geometry_area_perimeter(shape.intersection(box))[0]) / 1e6
    assert whole["covered_km2"] == pytest.approx(true_km2, rel=0.005)


def test_two_rules_on_the_same_villages(pack: Pack) -> None:
    order = RuleOrder((COUNTY,))
    a, b = rule("miit_2018_a"), rule("miit_2018_b")
    table = rule_comparison(pack, PLAN, a, b, order)
    counts = rule_counts(table, pack, "county")
    assert counts["adcode"].tolist() == [COUNTY]
    total = counts[["both", "only_a", "only_b", "neither", "unknown"]].sum(axis=1)
    assert total.tolist() == [len(table)]
    sites = pack.table("sites")
    from geo.coverage.distance import distance_coverage

    near = distance_coverage(table["lon"], table["lat"], sites["lon"], sites["lat"], 5_000).state
    assert (table["state_a"] == "covered").equals(pd.Series(near == 1))
    assert (table.loc[table["state_b"] == "unknown", "outcome"] == "unknown").all()
    only_a = table[table["outcome"] == "only_a"]
    assert len(only_a)
    assert (only_a["state_b"] == "uncovered").all()
    again = rule_comparison(pack, PLAN, a, a, order)
    assert set(again["outcome"]) <= {"both", "neither"}


def test_small_villages_are_not_asked_by_a_rule_that_says_so(pack: Pack) -> None:
    order = RuleOrder((COUNTY,))
    table = rule_comparison(pack, PLAN, rule("miit_2018_a"), rule("natural_village"), order)
    small = table[table["households"] < 20]
    assert len(small)
    assert (small["state_b"] == "not_asked").all()
    assert (small["state_a"] != "not_asked").all()
    assert (small["outcome"] == "not_asked").all()
    assert not (table.loc[table["households"] >= 20, "outcome"] == "not_asked").any()
    counts = rule_counts(table, pack, "county").iloc[0]
    assert counts["not_asked"] == len(small)
    assert counts["households_not_asked"] == small["households"].sum()
    asked = village_prediction(pack, PLAN, order_of(rule("natural_village"), order))
    assert asked["households"].min() >= 20
    row = region_prediction(asked, pack, "county", order_of(rule("natural_village"), order)).iloc[0]
    assert (row["villages"], row["not_asked"]) == (len(asked), len(small))
    assert row["households_not_asked"] == small["households"].sum()


def test_a_chosen_county_is_labelled_as_that_county(pack: Pack, villages: pd.DataFrame) -> None:
    for level in ("province", "prefecture", "county"):
        row = region_prediction(villages, pack, level, ORDER).iloc[0]
        assert (row["adcode"], row["level"]) == (COUNTY, "county")
    table = rule_comparison(
        pack, PLAN, rule("miit_2018_a"), rule("miit_2018_a"), RuleOrder(("533300",))
    )
    for level, code in (("province", "533300"), ("prefecture", "533300")):
        counts = rule_counts(table, pack, level, ("533300",))
        assert counts["adcode"].tolist() == [code]
    assert rule_counts(table, pack, "county", ("533300",))["adcode"].tolist() == sorted(
        table["county"].unique()
    )


def test_an_uncalibrated_model_has_a_common_error_and_shared_shadowing(
    pack: Pack, villages: pd.DataFrame
) -> None:
    width = {}
    for common, length in ((0.0, 0.0), (0.0, 2_000.0), (4.0, 2_000.0)):
        errors = ErrorSettings(common_sigma_dB=common, correlation_m=length)
        row = region_prediction(villages, pack, "county", ORDER, errors).iloc[0]
        width[common, length] = row["reached_high"] - row["reached_low"]
        homes = row["households_reached_high"] - row["households_reached_low"]
        assert homes > width[common, length]
    assert width[0.0, 0.0] < width[0.0, 2_000.0] < width[4.0, 2_000.0]
    assumed = region_prediction(villages, pack, "county", ORDER).iloc[0]
    assert assumed["reached_high"] - assumed["reached_low"] == width[4.0, 2_000.0]


def test_a_5g_site_meets_no_4g_rule_unless_the_scenario_says_so(
    pack: Pack, villages: pd.DataFrame
) -> None:
    missing = villages[(villages["state"] == "uncovered") & (villages["households"] >= 20)].iloc[0]
    site = PlannedSite(lat=missing["lat"], lon=missing["lon"] + 0.001, preset="5g_700")
    placed = PLAN.model_copy(update={"sites": (site,)})
    counted = placed.model_copy(update={"five_g_counts_as_4g": True})
    order = order_of(rule("natural_village"), RuleOrder((COUNTY,), "4g_800"))
    near = rule("miit_2018_a")
    states = {}
    for name, plan in (("none", PLAN), ("off", placed), ("on", counted)):
        table = village_prediction(pack, plan, order)
        states[name] = table.set_index("village_id")["state"]
        by_distance = rule_states(pack, plan, near, RuleOrder((COUNTY,)))
        states[f"near {name}"] = by_distance.set_index("village_id")["state"]
    for kind in ("", "near "):
        assert states[f"{kind}off"].equals(states[f"{kind}none"])
    assert states["on"][missing["village_id"]] == "covered"
    assert (states["on"] == "covered").sum() > (states["off"] == "covered").sum()
    five = replace(order, preset="5g_700")
    with pytest.raises(InputError, match="4G is asked for"):
        village_prediction(pack, placed, five)
    assert len(village_prediction(pack, counted, five))
    # Whatever it serves, the site has an area, and a 4G site serves no 5G rule.
    assert area_prediction(pack, placed, ["1"], order, 1_000.0).rsrp_dBm.size
    with pytest.raises(InputError, match="5G is asked for"):
        village_prediction(pack, counted, replace(order, technology="5G"))


def test_a_model_too_large_to_keep_is_read_in_parts(
    pack: Pack, villages: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planning.elevation._WHOLE", 1)
    monkeypatch.setattr("planning.elevation._PART", 200_000)
    terrain = terrain_of(pack, PLAN)
    assert terrain is not None
    lon, lat = (villages[name].to_numpy(float) for name in ("lon", "lat"))
    bunches = terrain.neighbourhoods(lon, lat, 5_000)
    assert len(bunches) >= 3
    assert np.sort(np.concatenate(bunches)).tolist() == list(range(len(villages)))
    for rows in bunches:
        assert terrain.around(lon[rows], lat[rows], 5_000).heights_m.size <= 210_000
    parts = village_prediction(pack, PLAN, replace(ORDER, reach_m=5_000))
    monkeypatch.undo()
    whole = village_prediction(pack, PLAN, replace(ORDER, reach_m=5_000))
    assert parts["state"].equals(whole["state"])
    np.testing.assert_allclose(parts["rsrp_dBm"], whole["rsrp_dBm"], atol=1e-6, equal_nan=True)


def test_long_work_can_be_cancelled_and_tells_how_far_it_is(pack: Pack) -> None:
    told: list[float] = []
    village_prediction(pack, PLAN, ORDER, progress=told.append)
    assert told[-1] == 1.0
    with pytest.raises(Cancelled):
        village_prediction(pack, PLAN, ORDER, cancel=lambda: True)


def test_ends_of_a_path_have_an_antenna() -> None:
    assert PathEnd("s", 100, 25).antenna == Antenna(pattern("omni"))


def test_the_workspace_needs_no_more_than_the_file(tmp_path: Path) -> None:
    assert effective_pack(OWN, tmp_path / "none").imported == ()
