"""From a file of roads to the plan: fibre follows them, and its km and money agree everywhere."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.export.writers import write
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack, pack_names
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from planning.exports.plan import plan_bundle, plan_table
from planning.plan.rollout import Rollout, plan
from tests.data.doctor.examining import commit_table, examine

#: The roads are made from its own sites and nodes: any province does.
PACK = Pack.load(pack_names()[-1])


def planned(pack: Pack) -> Rollout:
    wishes = {
        "sites": 12, "frontier_points": 0, "time_limit_s": 3,
        "candidates": {"sources": ["village", "road"]}, "links": {"backhaul": ["fibre"]},
    }  # fmt: skip
    return plan(pack, Scenario(province=PACK.name, plan=PlanSettings.model_validate(wishes)))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rollout, Rollout, Pack, object]:
    """Return the plan without roads, with crooked roads to its sites, their pack, the roads."""
    plain = planned(PACK)
    nodes = PACK.table("fibre_nodes")
    _, near = cKDTree(nodes[["lon", "lat"]]).query(plain.sites[["lon", "lat"]])
    start = nodes[["lon", "lat"]].to_numpy(float)[near]
    end = plain.sites[["lon", "lat"]].to_numpy(float)
    t = np.linspace(0, 1, 21)[:, None]
    aside = np.sin(np.linspace(0, 3 * np.pi, 21))[:, None] * 0.05
    lines = [
        a + (b - a) * t + (b - a)[::-1] * [1, -1] * aside for a, b in zip(start, end, strict=True)
    ]
    roads = gpd.GeoDataFrame(
        {"road_id": [f"r{i}" for i in range(len(lines))]},
        geometry=[shapely.LineString(line) for line in lines], crs="EPSG:4326",
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("roads")
    path = folder / "roads.geojson"
    roads.to_file(path, driver="GeoJSON")
    with Catalogue(folder / "workspace") as store:
        found = examine(
            path, PACK, ImportChoice(kind="roads"), origin=FileOrigin("declared", "2026-06-30")
        )
        assert found.counts.rejected == 0, found.findings.findings()
        commit_table(store, found)
    pack = effective_pack(PACK, folder / "workspace")
    return plain, planned(pack), pack, roads.geometry.union_all()


@pytest.mark.parametrize("goal", [{"objective": "budget", "budget": 5e6},
                                  {"objective": "share", "share": 0.4}])  # fmt: skip
def test_money_along_roads_keeps_to_the_budget_and_to_its_bound(both, goal) -> None:
    _, along, pack, _ = both
    region = str(along.sites["prefecture"].iloc[0])
    fields = {**goal, "regions": [region], "frontier_points": 3, "time_limit_s": 2}
    found = plan(pack, Scenario(province=PACK.name, plan=PlanSettings.model_validate(fields)))
    cost = found.sites["cost_base"].sum()
    if goal["objective"] == "budget":
        assert 0 < cost <= 5e6
        assert found.choice.value <= found.choice.bound
    else:
        assert found.choice.value == pytest.approx(cost)
        assert found.choice.bound <= cost
        homes = found.villages["households"].sum() + found.left["households"].sum()
        assert found.villages["households"].sum() >= 0.4 * homes - 1e-6
    assert (found.frontier["covered"] <= found.frontier["bound"] + 1e-6).all()


def test_fibre_follows_imported_roads(both) -> None:
    plain, along, _, roads = both
    assert ("no_roads" in plain.notes, "no_roads" in along.notes) == (True, False)
    fibre = along.routes[along.routes["kind"] == "fibre"]
    inside = [
        shapely.line_interpolate_point(fibre.geometry.to_numpy(), share, normalized=True)
        for share in (0.2, 0.5, 0.7)
    ]
    on = shapely.dwithin(roads, inside, 2e-6).all(axis=0)
    assert fibre.loc[on, "route_km"].sum() > 0.8 * fibre["route_km"].sum()
    # Along a road nothing is added; from a site between two bends the route factor is.
    factor = (fibre["route_km"] / fibre["length_km"])[on]
    assert np.isclose(factor, 1.0, rtol=1e-6).mean() > 0.95
    assert factor.max() <= 1.435 * (1 + 1e-6)


def test_km_and_money_of_fibre_agree_between_table_map_and_export(both, tmp_path: Path) -> None:
    _, along, pack, _ = both
    km = along.routes["route_km"].sum()
    bill = along.bill.set_index("item").loc["fibre_rural"]
    assert bill["quantity"] == pytest.approx(km, abs=0.01)
    assert bill["total_base"] == pytest.approx(bill["unit_base"] * km, rel=1e-4)
    shown = plan_table(along, "routes")
    assert shown["route_km"].sum() == pytest.approx(km)
    path = write(plan_bundle(pack, along), tmp_path / "plan.gpkg")
    lines, listed = gpd.read_file(path, layer="routes"), gpd.read_file(path, layer="bill")
    assert lines["route_km"].sum() == pytest.approx(km)
    row = listed.set_index("item").loc["fibre_rural"]
    assert row["total_base"] == pytest.approx(bill["total_base"])
    assert lines["candidate_id"].isin(along.sites["candidate_id"]).all()
    sites = along.sites["cost_base"].sum()
    once = along.bill[along.bill["paid"] == "once"]["total_base"].sum()
    assert sites == pytest.approx(once, rel=1e-6)
