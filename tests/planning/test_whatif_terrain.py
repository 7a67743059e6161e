"""A placed site over terrain on the toy: flat ground and one wall between two villages."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from data.doctor.diagnosis import FileOrigin
from data.importing import RasterFile, commit_raster
from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from layers.registry import layer
from planning.elevation import Terrain, terrain_of
from planning.whatif import effect, planned_units

#: West, north [°] and cells of 3 arc-seconds: the model ends between v03 and v06.
LEFT, TOP, WIDE, HIGH = 100.2, 25.4, 300, 240


@pytest.fixture(scope="module")
def pack(toy: Pack, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("workspace")
    heights = np.full((HIGH, WIDE), 1_500, dtype=np.float32)
    wall = round((100.306 - LEFT) * 1_200)
    heights[:, wall : wall + 2] = 1_900
    path = folder / "wall.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=WIDE, height=HIGH, count=1, dtype="float32",
        crs="EPSG:4326", transform=from_origin(LEFT, TOP, 1 / 1200, 1 / 1200), nodata=-9999,
    ) as dataset:  # fmt: skip
        dataset.write(heights, 1)
    with Catalogue(folder / "w") as store:
        commit_raster(
            store, RasterFile(path, "m"), toy, kind="dem", origin=FileOrigin("measured", "")
        )
    return effective_pack(toy, folder / "w")


@pytest.fixture(scope="module")
def terrain(pack: Pack) -> Terrain:
    found = terrain_of(pack, Scenario(province="toy"))
    assert found is not None
    return found


def at(lon: float, key: str = "4g_1800", *, enabled: bool = True) -> PlannedSite:
    return PlannedSite(lat=25.3, lon=lon, preset=key, enabled=enabled)


VILLAGES = (layer("natural_villages"), layer("natural_villages").metric())
#: West of the wall: v03 (100.30 E) in sight, v04 (100.31 E) behind the wall.
BEFORE, BEHIND = at(100.302), at(100.315)


def test_a_wall_takes_a_village_that_a_circle_would_reach(pack: Pack, terrain: Terrain) -> None:
    assert effect(pack, [BEFORE]).gained["village_id"].tolist() == ["v03", "v04"]
    result = effect(pack, [BEFORE], terrain=terrain, level="county")
    assert result.basis == "terrain"
    row = result.gained.iloc[0]
    assert (len(result.gained), row["village_id"], row["site"]) == (1, "v03", 1)
    assert (bool(row["line_of_sight"]), row["reason"]) == (True, "line_of_sight")
    assert row["rsrp_dBm"] >= -105
    assert row["distance_m"] == pytest.approx(201, abs=2)
    assert not {"ridge_km", "ridge_m"} & set(result.gained.columns)
    table = result.regions
    assert (table["villages_after"] - table["villages_before"]).tolist() == [1, 0, 0, 0]
    assert result.households == 25


def test_what_stays_without_says_why_nearest_first(pack: Pack, terrain: Terrain) -> None:
    result = effect(pack, [BEFORE, PlannedSite(lat=25.1, lon=100.604)], terrain=terrain)
    # v06 is 404 m from a site beyond the model, v04 806 m from one before the wall.
    assert result.missed["village_id"].tolist() == ["v06", "v04"]
    assert result.missed["reason"].tolist() == ["outside_model", "ridge"]
    assert result.missed["site"].tolist() == [0, 0]
    assert (result.villages, result.unknown) == (1, 1)
    row = result.missed.iloc[1]
    assert row["distance_m"] == pytest.approx(806, abs=3)
    assert row["ridge_km"] == pytest.approx(0.45, abs=0.15)
    assert row["ridge_m"] == pytest.approx(1_900, abs=20)
    assert row["rsrp_dBm"] < -105


def test_outside_the_model_is_unknown(pack: Pack, terrain: Terrain) -> None:
    result = effect(pack, [PlannedSite(lat=25.1, lon=100.604)], terrain=terrain)
    assert result.villages == 0
    assert result.missed["village_id"].tolist() == ["v06"]
    assert result.missed["reason"].tolist() == ["outside_model"]
    assert result.unknown == 1


def test_a_counting_rule_stays_a_circle_beside_a_radio_preset(pack: Pack, terrain: Terrain) -> None:
    rule_a, off = at(100.315, "4g_rule_a"), at(100.302, enabled=False)
    assert effect(pack, [rule_a], terrain=terrain).basis == "circle"
    assert effect(pack, [rule_a, off], terrain=terrain).basis == "circle"
    assert effect(pack, [off], terrain=terrain).villages == 0
    both = effect(pack, [BEFORE, rule_a], terrain=terrain)
    assert both.basis == "mixed"
    sites = both.gained.set_index("village_id")["site"].to_dict()
    # What the circle holds is the circle's: the terrain is asked about the rest.
    assert sites == {"v03": 2, "v04": 2}
    assert both.gained["rsrp_dBm"].isna().all()
    assert both.missed["village_id"].tolist() == []


def test_each_village_is_served_by_the_site_that_sees_it(pack: Pack, terrain: Terrain) -> None:
    result = effect(pack, [at(100.28, enabled=False), BEFORE, BEHIND], terrain=terrain)
    assert result.gained.set_index("village_id")["site"].to_dict() == {"v03": 2, "v04": 3}
    assert result.basis == "terrain"
    assert effect(pack, [at(100.302, enabled=False)], terrain=terrain).missed.empty


def test_planned_villages_are_those_over_terrain(pack: Pack) -> None:
    scenario = Scenario(province="toy", sites=(BEHIND,))
    # v04 has 12 households, v03 is behind the wall: nothing that counts.
    assert planned_units(pack, scenario, *VILLAGES, "county").tolist() == [0, 0, 0, 0]
    seen = scenario.model_copy(update={"sites": (BEFORE,)})
    assert planned_units(pack, seen, *VILLAGES, "county").tolist() == [1, 0, 0, 0]
