"""What a planner brought comes out again, and what nobody knows stays unknown."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.doctor.base import ImportChoice
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from data.workspace.find import search_bytes
from geo.errors import InputError
from layers.map import features
from layers.villages import VILLAGE_COLUMNS, named, village_table
from planning.exports.gaps import gap_bundle, village_bundle
from planning.gaps import gap_table
from planning.village import village_facts
from tests.data.doctor.examining import commit_table, examine

PACK = Pack.load("yunnan")
HEAD = "自然村名称,乡镇,行政村,县,经度,纬度,户数,人口,是否有4G,备注,包片干部\n"
ROWS = (
    "阿罗登,鹿阜街道,阿乌村,石林县,103.290123,24.770456,55,210,否,路未通,张三\n"
    "小村,鹿阜街道,阿乌村,石林县,103.300123,24.780456,30,,,,李四\n"
    "无户村,长湖镇,宜政村,石林县,103.310123,24.790456,,,是,,\n"
)


@pytest.fixture
def own(tmp_path: Path) -> Pack:
    return in_force(tmp_path, HEAD + ROWS)


def in_force(folder: Path, text: str) -> Pack:
    found = examine(text.encode(), PACK, ImportChoice(crs="WGS84"), name="villages.csv")
    with Catalogue(folder) as store:
        commit_table(store, found)
    return effective_pack(PACK, folder)


def test_lists_and_exports_carry_what_the_file_said(own: Pack) -> None:
    table = village_table(own, state="uncovered")
    assert tuple(table.columns[: len(VILLAGE_COLUMNS)]) == VILLAGE_COLUMNS
    row = table.iloc[0]
    said = [row[n] for n in ("name", "township", "admin_village", "population", "备注", "包片干部")]
    assert said == ["阿罗登", "鹿阜街道", "阿乌村", 210, "路未通", "张三"]
    whole = gap_table(own, ["natural_villages"], level="county")
    for frame in (village_bundle(own, table).main, gap_bundle(own, whole).extra["villages"]):
        assert frame["备注"].tolist() == ["路未通"]


def test_the_packs_own_list_has_its_own_columns_alone() -> None:
    assert tuple(village_table(PACK, state="uncovered").columns) == VILLAGE_COLUMNS


@pytest.mark.parametrize("wanted", ["罗登", "ald", "ALD", "张三", "阿乌村", "lfjd"])
def test_a_search_finds_a_part_initials_and_extras(own: Pack, wanted: str) -> None:
    table = village_table(own, min_households=0)
    assert "阿罗登" in set(table.loc[named(table, wanted), "name"])
    assert not named(table, "xyz").any()


def test_households_may_be_unknown(own: Pack) -> None:
    assert len(village_table(own)) == 2
    with_all = village_table(own, min_households=0).set_index("name")
    assert len(with_all) == 3
    assert pd.isna(with_all.loc["无户村", "households"])
    packed = features.village_bytes(own)
    sizes = np.frombuffer(packed[24:30], "<u2")
    assert sorted(sizes.tolist()) == [30, 55, features.UNKNOWN_SIZE]


def test_unknown_states_and_sizes_are_neither_built_nor_missing(own: Pack) -> None:
    row = gap_table(own, ["natural_villages"], level="province").iloc[0]
    assert (row["target"], row["target_high"]) == (2, 3)
    assert (row["built"], row["gap"]) == (0, 1)
    assert (row["gap_low"], row["gap_high"]) == (1, 2)
    assert row["as_of"] == ""


def test_villages_of_which_no_state_is_known_are_no_gap(tmp_path: Path) -> None:
    rows = [f"村{i},,,石林县,{103.29 + i / 1000:.6f},24.770456,30,,,," for i in range(5)]
    pack = in_force(tmp_path, HEAD + "\n".join(rows))
    row = gap_table(pack, ["natural_villages"], level="province").iloc[0]
    assert np.isnan(row["gap"])
    assert np.isnan(row["built"])
    assert (row["gap_low"], row["gap_high"]) == (0, 5)


def test_names_of_own_villages_reach_the_map(own: Pack) -> None:
    assert "阿罗登" in features.village_names(own).decode()
    assert features.village_names(PACK) == b""


def test_a_village_is_found_with_its_history_sources_and_site(tmp_path: Path) -> None:
    pack = in_force(tmp_path, HEAD + ROWS)
    found = village_facts(pack, "ald", tmp_path)
    assert found.village["备注"] == "路未通"
    assert len(found.history) == 0
    assert found.sources["source"].str.contains("villages.csv").any()
    assert 0 < found.site["distance_km"] < 50
    with pytest.raises(InputError, match="2 villages"):
        village_facts(pack, "阿乌村", tmp_path)


def test_the_search_box_finds_own_villages_by_their_names(own: Pack) -> None:
    lines = [line.split("\t") for line in gzip.decompress(search_bytes(own)).decode().split("\n")]
    found = {line[2]: line for line in lines if line[0] == "v"}
    assert set(found) == {"阿罗登", "小村", "无户村"}
    assert found["阿罗登"][4] == "ald"
