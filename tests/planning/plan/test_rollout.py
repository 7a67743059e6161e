"""One plan from wishes to tables: sums agree, limits hold, faults are told."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

from data.export.writers import PLAIN, write
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.earth.crs import geodesic_m
from geo.errors import InputError
from geo.siting import InfeasibleError
from planning.exports.plan import TABLES, plan_bundle
from planning.plan.candidates import candidate_table, demand
from planning.plan.rollout import Rollout, plan
from tests import toy
from tests.provinces import WITH_RELIEF

PROVINCE = toy.NAME
#: Candidates at the villages alone: enough for what does not ask about places.
FEW = {"sources": ["village"]}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Return the toy with 500 villages without 4G, all invented."""
    villages = toy.many_villages(500).assign(evidence="illustrative")
    return toy.write(tmp_path_factory.mktemp("packs"), natural_villages=villages)


@pytest.fixture(scope="module")
def hilly() -> Pack:
    """Return an embedded province with a demonstration relief."""
    return Pack.load(WITH_RELIEF[-1])


def wished(province: str = PROVINCE, **fields) -> Scenario:
    plain = {"frontier_points": 0}
    return Scenario(province=province, plan=PlanSettings.model_validate(plain | fields))


@pytest.fixture(scope="module")
def made(pack: Pack) -> Rollout:
    return plan(pack, wished(sites=60, years={"count": 3}, frontier_points=2))


def test_a_first_plan_needs_no_choice(hilly: Pack) -> None:
    result = plan(hilly, wished(hilly.name))
    assert len(result.sites) == 300
    # Proven best on a free machine; a busy one may stop the proof at its time limit.
    assert result.choice.gap <= 0.01
    assert result.proof.key == "proof.covered"


def test_sums_agree_between_tables(made: Rollout) -> None:
    sites, villages, yearly = made.sites, made.villages, made.yearly
    assert sites["villages"].sum() == len(villages) == yearly["villages"].sum()
    assert sites["households"].sum() == villages["households"].sum() == made.choice.value
    assert yearly["households_total"].iloc[-1] == made.choice.value
    assert yearly["sites"].sum() == len(sites) == 60
    for name in ("low", "base", "high"):
        assert sites[f"cost_{name}"].sum() == pytest.approx(yearly[f"cost_{name}"].sum())
        once = made.bill[made.bill["paid"] == "once"]
        assert sites[f"cost_{name}"].sum() == pytest.approx(once[f"total_{name}"].sum(), 1e-6)
    assert villages["village_id"].is_unique
    per_site = villages["candidate_id"].value_counts()
    assert sites.set_index("candidate_id")["villages"].to_dict() == {
        key: int(per_site.get(key, 0)) for key in sites["candidate_id"]
    }


def test_the_years_are_held_against_what_no_order_exceeds(made: Rollout) -> None:
    assert made.household_years == made.yearly["households_total"].sum()
    assert made.household_years <= made.most_household_years
    assert made.most_household_years <= 3 * made.choice.value + 1e-6
    assert "cannot exceed" in made.order_proof.text("en")


def test_a_plan_that_the_time_ended_says_so(made: Rollout) -> None:
    cut = replace(made, choice=replace(made.choice, stopped="time"))
    for language, word in (("en", "time limit"), ("zh", "提前结束")):
        whole = replace(made, choice=replace(made.choice, stopped="effort")).proof.text(language)
        assert word not in whole
        assert cut.proof.text(language).startswith(whole)
        assert word in cut.proof.text(language)


def test_a_village_is_in_reach_of_its_site(made: Rollout) -> None:
    site = made.sites.set_index("candidate_id").loc[made.villages["candidate_id"]]
    metres = geodesic_m(made.villages["lon"], made.villages["lat"], site["lon"], site["lat"])
    assert metres.max() <= 1900
    assert np.abs(metres - made.villages["distance_m"]).max() <= 0.5


def test_the_fibre_in_the_bill_is_the_fibre_on_the_map(made: Rollout) -> None:
    row = made.bill.set_index("item").loc["fibre_rural"]
    assert row["quantity"] == pytest.approx(made.routes["route_km"].sum(), abs=0.01)
    assert (made.routes.geometry.geom_type == "LineString").all()


def test_every_line_is_built_for_a_site_that_needs_it(made: Rollout) -> None:
    year = made.sites.set_index("candidate_id")["year"]
    owner = made.routes["candidate_id"]
    assert owner.isin(year.index).all()
    assert (made.routes["year"].to_numpy() == year.loc[owner].to_numpy()).all()
    by_fibre = made.sites[made.sites["backhaul"] == "fibre"]
    carried = by_fibre[by_fibre["carried_by"] != ""]
    assert (carried["year"].to_numpy() >= year.loc[carried["carried_by"]].to_numpy()).all()


def test_what_is_illustrative_says_so(made: Rollout) -> None:
    assert "illustrative" in made.evidence
    assert set(made.villages["evidence"]) == {"illustrative"}
    assert made.basis == "circle"
    assert "no_roads" in made.notes


@pytest.mark.parametrize("suffix", PLAIN)
def test_exports_hold_the_sums_of_the_tables(
    suffix: str, made: Rollout, pack: Pack, tmp_path: Path
) -> None:
    path = write(plan_bundle(pack, made), tmp_path / f"plan{suffix}")
    if suffix == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True)
        assert set(TABLES) | {"sources", "about"} <= set(book.sheetnames)
        frame = pd.read_excel(path, sheet_name="yearly", engine="openpyxl")
        assert frame["households"].sum() == made.choice.value
        return
    if suffix == ".gpkg":
        lines = gpd.read_file(path, layer="routes")
        assert lines["route_km"].sum() == pytest.approx(made.routes["route_km"].sum())
        assert set(lines.geom_type) == {"LineString"}
        with sqlite3.connect(path) as base:
            assert base.execute("SELECT sum(households) FROM yearly").fetchone()[0] == (
                made.choice.value
            )
    if suffix == ".geojson":
        content = json.loads(path.read_text(encoding="utf-8"))
        routes = content["tables"]["routes"]["features"]
        assert {f["geometry"]["type"] for f in routes} == {"LineString"}
    if suffix == ".csv":
        frame = pd.read_csv(path)
    elif suffix == ".parquet":
        frame = gpd.read_parquet(path)
    elif suffix == ".kml":
        assert len(gpd.read_file(path, layer="routes")) == len(made.routes)
        frame = gpd.read_file(path, layer="sites")
    else:
        frame = gpd.read_file(path, **({"layer": "sites"} if suffix == ".gpkg" else {}))
    assert frame["households"].astype(float).sum() == made.choice.value


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_the_main_one(table: str, made: Rollout, pack: Pack) -> None:
    bundle = plan_bundle(pack, made, table)
    assert bundle.kind == table
    assert set(bundle.tables) == {*TABLES, "sources"}
    assert bundle.provenance["proof"] == made.proof.text("en")


def test_more_budget_never_covers_less_and_no_budget_is_exceeded(pack: Pack) -> None:
    small, large = (
        plan(pack, wished(objective="budget", budget=amount, candidates=FEW, time_limit_s=2))
        for amount in (2e6, 4e6)
    )
    assert 0 < small.choice.value < large.choice.value
    for result, budget in ((small, 2e6), (large, 4e6)):
        assert result.sites["cost_base"].sum() <= budget * (1 + 1e-9)
        assert result.choice.value <= result.choice.bound


def test_a_share_costs_less_than_all(pack: Pack) -> None:
    less, more = (
        plan(pack, wished(objective="share", share=share, candidates=FEW, time_limit_s=2))
        for share in (0.02, 0.05)
    )
    homes = demand(pack, wished())["households"].sum()
    for result, share in ((less, 0.02), (more, 0.05)):
        assert result.villages["households"].sum() >= share * homes - 1
        assert result.choice.measure == "cost"
        assert result.choice.bound <= result.choice.value
        assert result.choice.value == pytest.approx(result.sites["cost_base"].sum(), rel=1e-6)
        assert "cannot cost less" in result.proof.text("en")
    assert less.choice.value < more.choice.value


def test_capacity_limits_every_site(pack: Pack) -> None:
    limits = {"capacity_households": 300}
    result = plan(pack, wished(sites=20, limits=limits, time_limit_s=0.5))
    assert result.sites["households"].max() <= 300
    assert result.sites["households"].sum() == result.choice.value <= result.choice.bound


def test_least_share_of_a_prefecture_holds_or_says_what_fits(pack: Pack) -> None:
    homes = demand(pack, wished()).groupby("prefecture")["households"].sum()
    code = str(homes.idxmin())
    result = plan(pack, wished(sites=40, limits={"least_share": {code: 0.3}}))
    reached = result.villages.groupby("prefecture")["households"].sum()
    assert reached[code] >= 0.3 * homes[code]
    every = {str(one): 1.0 for one in homes.index}
    with pytest.raises(InfeasibleError) as caught:
        plan(pack, wished(sites=3, limits={"least_share": every}))
    assert caught.value.conflicts


def test_the_frontier_never_falls_and_meets_its_bound(pack: Pack) -> None:
    curve = plan(pack, wished(sites=30, frontier_points=4)).frontier
    assert len(curve) == 4
    assert curve["covered"].is_monotonic_increasing
    assert (curve["covered"] <= curve["bound"] + 1e-6).all()
    assert (curve["sites"] <= curve["amount"]).all()


def test_other_plans_and_what_all_of_them_share(pack: Pack) -> None:
    result = plan(pack, wished(sites=5, alternatives=2))
    table = result.alternatives
    assert table["covered"].is_monotonic_decreasing
    assert table["shared"].iloc[0] == 5 > table["shared"].iloc[1]
    assert set(result.sites["regret"]) <= {"needed", "replaceable", "undecided"}


def test_two_technologies_stand_never_at_one_place(pack: Pack) -> None:
    presets = ["4g_1800", "5g_700"]
    result = plan(pack, wished(sites=20, presets=presets))
    assert result.sites["candidate_id"].is_unique
    assert set(result.sites["preset"]) <= set(presets)


def test_without_fibre_the_rest_is_satellite_or_nothing(pack: Pack) -> None:
    links = {"backhaul": ["satellite"]}
    result = plan(pack, wished(sites=10, links=links))
    # At a fibre node itself there is fibre without a route.
    assert set(result.sites["backhaul"]) <= {"satellite", "fibre"}
    assert result.routes.empty
    rented = result.bill[result.bill["item"] == "satellite_capacity"]
    assert rented["quantity"].sum() == (result.sites["backhaul"] == "satellite").sum()


def test_placing_alone_joins_nothing(pack: Pack) -> None:
    result = plan(pack, wished(sites=10), links=False)
    assert result.routes.empty
    assert set(result.sites["backhaul"]) == {""}


def test_terrain_decides_where_it_is_known(hilly: Pack) -> None:
    scenario = wished(hilly.name, sites=10).model_copy(update={"demonstration_terrain": True})
    result = plan(hilly, scenario)
    assert result.basis == "mixed"
    known = result.villages["basis"] == "terrain"
    assert result.villages.loc[known, "rsrp_dBm"].ge(-105.05).all()
    assert result.villages.loc[~known, "rsrp_dBm"].isna().all()


def test_locked_forbidden_own_and_built_places(pack: Pack) -> None:
    homes = demand(pack, wished()).sort_values("households")
    spots = [{"lat": v.lat, "lon": v.lon} for v in homes.head(3).itertuples()]
    wishes = {
        "locked": spots[:1], "forbidden": spots[1:2], "built": [{**spots[2], "year": 2024}],
    }  # fmt: skip
    result = plan(pack, wished(sites=5, candidates=wishes))
    sites = result.sites.set_index("status")
    assert sites.loc["locked", "lat"] == pytest.approx(spots[0]["lat"], abs=1e-4)
    assert sites.loc["built", "year"] == 2024
    assert sites.loc["built", "cost_base"] == 0
    assert len(result.sites) == 6
    table = candidate_table(pack, wished(candidates=wishes)).table
    metres = geodesic_m(table["lon"], table["lat"], spots[1]["lon"], spots[1]["lat"])
    assert metres.min() > 100


def test_faults_of_places_are_told(pack: Pack) -> None:
    home = demand(pack, wished()).iloc[0]
    spot = {"lat": home["lat"], "lon": home["lon"]}
    ring = [[home["lon"] + dx, home["lat"] + dy] for dx, dy in ((-1, -1), (1, -1), (0, 1))]
    with pytest.raises(InputError, match="locked"):
        plan(pack, wished(candidates={"locked": [spot], "forbidden_areas": [{"ring": ring}]}))
    with pytest.raises(InputError, match="outside"):
        plan(pack, wished(candidates={"own": [{"lat": 0, "lon": 0}]}))
    with pytest.raises(InputError, match="no village"):
        plan(pack, wished(min_households=100_000))
    costs = {"gold": {"low": 1, "base": 1, "high": 1}}
    with pytest.raises(InputError, match="cost item"):
        plan(pack, wished(money={"unit_costs": costs}))


def test_a_forbidden_province_has_no_candidate(pack: Pack) -> None:
    ring = [[99, 24], [103, 24], [103, 26], [99, 26]]
    with pytest.raises(InputError, match="no candidate"):
        plan(pack, wished(candidates={"forbidden_areas": [{"ring": ring}]}))


def test_a_cancelled_run_gives_the_best_so_far(pack: Pack) -> None:
    result = plan(pack, wished(sites=40), cancel=lambda: True)
    assert result.choice.value <= result.choice.bound
    assert len(result.sites) <= 40
    assert len(result.villages) > 0


def test_a_run_cancelled_over_the_terrain_gives_what_stands(hilly: Pack) -> None:
    wishes = wished(hilly.name, sites=5, min_households=60)
    scenario = wishes.model_copy(update={"demonstration_terrain": True})
    result = plan(hilly, scenario, cancel=lambda: True)
    assert result.choice.stopped == "cancelled"
    assert "terrain_cut_short" in result.notes
    assert 0 < len(result.sites) <= 5
    by_circle = result.villages["basis"] == "circle"
    assert by_circle.any()
    assert result.villages.loc[by_circle, "rsrp_dBm"].isna().all()


def test_years_keep_budget_and_capacity(pack: Pack) -> None:
    years = {"annual_budgets": [4e6, 8e6], "count": 4, "build_capacity": 6,
             "season_months": [4, 5, 6, 7, 8, 9]}  # fmt: skip
    result = plan(pack, wished(sites=60, years=years))
    yearly = result.yearly
    spent = yearly["cost_base"].cumsum()
    assert (spent <= np.cumsum([4e6, 8e6, 8e6, 8e6]) + 0.01).all()
    per = result.sites.groupby(["prefecture", "year"]).size()
    assert per.max() <= 3
    assert result.sites["year"].isna().any()


def test_the_same_wishes_give_the_same_plan(pack: Pack) -> None:
    first, again = (plan(pack, wished(sites=20)) for _ in range(2))
    pd.testing.assert_frame_equal(first.sites, again.sites)
    pd.testing.assert_frame_equal(first.villages, again.villages)


def test_microwave_without_terrain_is_offered_only_where_sight_is_assumed(pack: Pack) -> None:
    few = {"objective": "sites", "sites": 8, "money": {"unit_costs": {
        # A hop that costs next to nothing: taken wherever one is offered.
        item: {"low": 1, "base": 1, "high": 1} for item in ("microwave_hop", "opex_microwave")
    }}}  # fmt: skip
    without = plan(pack, wished(**few))
    assert "microwave" not in set(without.sites["backhaul"])
    assert "sight_assumed" not in without.notes
    made = plan(pack, wished(**few, links={"assume_sight": True, "hop_km": 20}))
    assert "microwave" in set(made.sites["backhaul"])
    assert "sight_assumed" in made.notes
    hops = made.routes[made.routes["kind"] == "microwave"]
    assert 0 < hops["length_km"].max() <= 20
    # The masts stay as they are: nothing says that they must be higher.
    assert made.bill.set_index("item")["quantity"]["mast_height"] == pytest.approx(
        without.bill.set_index("item")["quantity"]["mast_height"]
    )
