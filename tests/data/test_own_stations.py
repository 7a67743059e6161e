"""A planner's own base stations have an effect: sites, a map layer, counts beside the gaps."""

from __future__ import annotations

import numpy as np
import pytest

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from data.workspace.station_sites import ASSUMED_HEIGHT_M
from layers.registry import layer
from planning.exports.gaps import gap_bundle
from planning.gaps import GAP_COLUMNS, OWN_COLUMNS, gap_table
from tests.data.doctor.examining import commit_table, examine

PACK = Pack.load("yunnan")
SHEET = """序号,基站名称,基站ID,小区ID,县,经度,纬度,挂高,制式,频段,方位角,状态
1,甲站,1001,1,石林县,103.290123,24.770456,35,LTE,FDD1800,0,在网
2,甲站,1001,2,石林县,103.290123,24.770456,35,LTE,FDD900,120,在网
3,乙站,1002,1,石林县,103.300123,24.780456,,LTE,F频段,0,在网
4,乙站,2002,1,石林县,103.300123,24.780456,,5G,n28,0,在网
5,丙站,2003,1,宜良县,103.150123,24.920456,40,5G,n41,0,在网
6,丁站,1004,1,石林县,103.310123,24.790456,30,LTE,D频段,0,规划
合计,,,,,,,,,,,
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("workspace")
    found = examine(
        SHEET.encode(), PACK, ImportChoice(crs="WGS84"), name="stations.csv",
        origin=FileOrigin("measured", "2024-06-30"),
    )  # fmt: skip
    assert found.kind == "base_stations"
    assert (found.counts.read, found.counts.rejected) == (7, 1)
    assert set(found.findings.counts()["rule"]) == {"total_row"}
    assert found.headers.mapped["基站ID"] == "station_id"
    with Catalogue(folder) as store:
        commit_table(store, found)
    return effective_pack(PACK, folder)


def test_sites_on_air_are_made_of_the_stations(own: Pack) -> None:
    sites = own.table("sites")
    heights = sorted(zip(sites["antenna_height_m"], sites["evidence"].astype(str), strict=True))
    assert heights == [(35.0, "assumed"), (35.0, "measured")]
    assert ASSUMED_HEIGHT_M == 35.0
    assert "stations.csv" in set(own.table("SOURCES").set_index("table").loc["sites", ["file"]])


def test_the_map_shows_them_by_technology(own: Pack) -> None:
    for key, count in (("mobile_4g", 2), ("mobile_5g", 2)):
        marks = layer(key).marks
        assert marks is not None
        (points,) = marks(own, "zh")
        assert len(points.lon) == count
        assert not points.illustrative
        assert marks(PACK, "zh") == ()


def test_own_counts_stand_beside_the_allocated_figure(own: Pack) -> None:
    table = gap_table(own, ["mobile_5g"], level="county").set_index("adcode")
    row, other = table.loc["530126"], table.loc["530125"]
    assert (row["built_own"], other["built_own"]) == (1, 1)
    assert row["built_allocated"] == row["built"]
    assert row["own_difference"] == 1 - row["built"]
    assert row["built_in_force"] == "allocated"
    assert np.isnan(table.loc["530102", "built_own"])
    exported = gap_bundle(own, table.reset_index()).main
    assert tuple(exported.columns[:15]) == GAP_COLUMNS
    assert tuple(exported.columns[-4:]) == OWN_COLUMNS


def test_a_choice_puts_the_own_counts_in_force(own: Pack) -> None:
    plain = gap_table(own, ["mobile_5g"], level="county").set_index("adcode")
    plan = Scenario(province="yunnan", own_counts=("mobile_5g",))
    table = gap_table(own, ["mobile_5g"], level="county", scenario=plan).set_index("adcode")
    row = table.loc["530126"]
    assert (row["built"], row["built_in_force"], row["evidence"]) == (1, "own", "measured")
    assert row["gap"] == row["target"] - 1
    assert (row["as_of"], row["source_ids"]) == ("2024-06-30", "pack:base_stations")
    rest = table.index.difference(["530126", "530125"])
    assert table.loc[rest, "gap"].equals(plain.loc[rest, "gap"])


def test_without_a_list_there_are_no_further_columns() -> None:
    assert not set(OWN_COLUMNS) & set(gap_table(PACK, ["mobile_5g"]).columns)
