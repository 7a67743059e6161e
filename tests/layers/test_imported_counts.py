"""Imported lists stand beside the figures: they are said, and they change nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from planning.gaps import GAP_COLUMNS, OWN_COLUMNS, gap_table, own_columns
from tests.data.doctor.examining import commit_table, examine

pytestmark = pytest.mark.usefixtures("toy_listed")
TEXTS = ["note_zh", "note_en"]


def in_force(pack: Pack, folder: Path, kind: str, rows: pd.DataFrame) -> Pack:
    content = rows.to_csv(index=False).encode()
    choice = ImportChoice(kind=kind, crs="EPSG:4326")
    with Catalogue(folder) as store:
        found = examine(
            content, pack, choice, origin=FileOrigin("declared", "2026-06-30"), name="f.csv"
        )
        assert found.counts.rejected == 0, found.findings.findings()
        commit_table(store, found)
    return effective_pack(pack, folder)


@pytest.fixture(scope="module")
def seats(toy: Pack) -> pd.DataFrame:
    return toy.table("places").drop_duplicates("adcode").head(3).reset_index(drop=True)


def stations(seats: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "基站编号": ["A", "A", "B", "C"], "小区编号": ["1", "2", "1", "1"],
            "制式": ["5G", "5G", "5G", "4G"], "状态": ["在网", "在网", "规划", "在网"],
            "经度": seats["lon"].iloc[[0, 0, 0, 1]].to_numpy(),
            "纬度": seats["lat"].iloc[[0, 0, 0, 1]].to_numpy(),
        }
    )  # fmt: skip


@pytest.mark.parametrize("level", ["province", "prefecture", "county"])
def test_stations_are_counted_by_their_ids_and_move_no_figure(
    toy: Pack, tmp_path: Path, seats: pd.DataFrame, level: str
) -> None:
    pack = in_force(toy, tmp_path, "base_stations", stations(seats))
    for layer, number in (("mobile_5g", "1 5G base stations in 2 rows"), ("mobile_4g", "1 4G")):
        table = gap_table(pack, [layer], level=level)
        own = gap_table(toy, [layer], level=level)
        pd.testing.assert_frame_equal(table[list(GAP_COLUMNS)], own[list(GAP_COLUMNS)])
        said = table["note_en"].str.contains("beside the figure, not in it")
        assert said.sum() == 1
        row = table[said].iloc[0]
        assert number in row["note_en"]
        assert "(declared, 2026-06-30)" in row["note_en"]
        assert "未计入" in row["note_zh"]
        pd.testing.assert_frame_equal(table.loc[~said, TEXTS], own.loc[~said, TEXTS])


def test_a_list_chosen_is_in_force_where_it_counts_and_allocated_elsewhere(
    toy: Pack, tmp_path: Path, seats: pd.DataFrame
) -> None:
    pack = in_force(toy, tmp_path, "base_stations", stations(seats))
    plan = Scenario(province="toy", own_counts=("mobile_5g",))
    table = gap_table(pack, ["mobile_5g"], level="county", scenario=plan)
    assert own_columns(table) == OWN_COLUMNS
    assert own_columns(gap_table(toy, ["mobile_5g"], level="county")) == ()
    counted = table["built_own"].notna()
    assert 0 < counted.sum() < len(table)
    assert set(table.loc[counted, "built_in_force"]) == {"own"}
    assert set(table.loc[~counted, "built_in_force"]) == {"allocated"}
    assert (table.loc[counted, "built"] == table.loc[counted, "built_own"]).all()


def test_cells_without_stations_are_not_called_stations(
    toy: Pack, tmp_path: Path, seats: pd.DataFrame
) -> None:
    rows = stations(seats).drop(columns="基站编号").assign(小区编号=["1", "2", "3", "4"])
    table = gap_table(
        in_force(toy, tmp_path, "base_stations", rows), ["mobile_5g"], level="province"
    )
    assert "2 rows of 5G cells, without the ids" in table["note_en"].iloc[0]


def test_racks_are_summed_and_empty_ones_said(
    toy: Pack, tmp_path: Path, seats: pd.DataFrame
) -> None:
    rows = pd.DataFrame(
        {"名称": ["甲", "乙"], "经度": seats["lon"].head(2), "纬度": seats["lat"].head(2),
         "标准机架": ["1200", ""]}
    )  # fmt: skip
    table = gap_table(
        in_force(toy, tmp_path, "data_centres", rows), ["data_centres"], level="province"
    )
    assert "2 data centres with 1,200 standard racks (1 do not say)" in table["note_en"].iloc[0]


def test_reached_villages_are_three_states(toy: Pack, tmp_path: Path, seats: pd.DataFrame) -> None:
    rows = pd.DataFrame(
        {"行政村编号": ["1", "2", "3"], "经度": seats["lon"], "纬度": seats["lat"],
         "是否通光纤": ["是", "否", ""]}
    )  # fmt: skip
    table = gap_table(in_force(toy, tmp_path, "admin_villages", rows), ["fibre"], level="province")
    said = "3 administrative villages, 1 with fibre, 1 without, 1 unknown here"
    assert said in table["note_en"].iloc[0]
