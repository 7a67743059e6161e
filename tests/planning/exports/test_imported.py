"""Whatever a planner brought, of any table, comes out again with every column of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.doctor.base import ImportChoice
from data.export.writers import to_bytes
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from geo.errors import InputError
from planning.exports.imported import imported_bundle
from tests.data.doctor.examining import commit_table, examine

PACK = Pack.load("yunnan")
STATIONS = (
    "基站ID,小区ID,基站名称,经度,纬度,制式,频段,方位角,代维单位\n"
    "1001,1,甲站,103.290123,24.770456,LTE,FDD1800,0,甲公司\n"
    "1001,2,甲站,103.290123,24.770456,LTE,FDD1800,120,乙公司\n"
)
SITES = "站址编号,站名,经度,纬度,挂高,产权\nA1,铁塔一,103.290123,24.770456,35,铁塔\n"
ROADS = '名称,道路等级,养护,geometry\n甲路,村道,乡,"LINESTRING (103.29 24.77, 103.30 24.78)"\n'


def in_force(folder: Path, text: str, kind: str) -> Pack:
    choice = ImportChoice(kind=kind, crs="WGS84")
    found = examine(text.encode(), PACK, choice, name="own.csv")
    assert not found.rejected
    with Catalogue(folder) as store:
        commit_table(store, found)
    return effective_pack(PACK, folder)


@pytest.mark.parametrize(
    ("text", "kind", "column", "cells"),
    [
        (STATIONS, "base_stations", "代维单位", ["甲公司", "乙公司"]),
        (SITES, "sites", "name", ["铁塔一"]),
        (ROADS, "roads", "养护", ["乡"]),
    ],
)
def test_each_table_comes_out_and_goes_in_again(tmp_path: Path, text, kind, column, cells) -> None:
    own = in_force(tmp_path / "one", text, kind)
    bundle = imported_bundle(own, kind)
    assert bundle.main[column].tolist() == cells
    assert bundle.extra["sources"]["source"].str.contains("own.csv").all()
    again = in_force(tmp_path / "two", to_bytes(bundle, ".csv").decode("utf-8-sig"), kind)
    assert imported_bundle(again, kind).main[column].tolist() == cells


def test_lines_are_shapes_where_a_format_has_them(tmp_path: Path) -> None:
    own = in_force(tmp_path, ROADS, "roads")
    assert imported_bundle(own, "roads", geometry=True).geometry.geom_type.tolist() == [
        "LineString"
    ]
    assert imported_bundle(own, "roads").main["wkt"].str.startswith("LINESTRING").all()


def test_without_own_rows_there_is_nothing_to_write() -> None:
    with pytest.raises(InputError, match="no own data in force: sites") as refused:
        imported_bundle(PACK, "sites")
    assert refused.value.said("zh")[0] == "没有生效的自有数据：sites"
