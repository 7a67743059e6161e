"""Small files that planners and public sources have, each with its right outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.doctor.parts import examine_parts
from data.tables.reader import Pack
from geo.earth.crs import wgs84_to_gcj02
from geo.errors import InputError
from tests.data.doctor.examining import examine

CASES = Path(__file__).parent / "cases"
PACK = Pack.load("yunnan")


@dataclass(frozen=True)
class Outcome:
    """What an examination finds: table, rows read and kept, rules that speak, meanings."""

    kind: str
    read: int
    kept: int
    rules: frozenset[str] = frozenset()
    mapped: dict[str, str] = field(default_factory=dict)
    choice: ImportChoice = field(default_factory=ImportChoice)


OUTCOMES = {
    "text/01_repair_all.csv": Outcome("natural_villages", 2, 2, frozenset({"untrimmed"})),
    "text/02_station_sheet_site_id_only.csv": Outcome(
        "base_stations", 5, 5, mapped={"站址编号": "site_id"}
    ),
    "text/04a_serial_2023.csv": Outcome("natural_villages", 3, 3),
    "text/04b_serial_2024_resorted.csv": Outcome("natural_villages", 3, 3),
    "text/05_opencellid_headerless_460.csv": Outcome("base_stations", 4, 4),
    "text/06_lesotho_degrees.csv": Outcome("base_stations", 2, 0, frozenset({"abroad"})),
    "text/10_line_break_in_remark.csv": Outcome("natural_villages", 2, 2),
    "text/11_gps_header.csv": Outcome(
        "natural_villages", 4, 4, mapped={"GPS经度": "lon", "GPS纬度": "lat"}
    ),
    "text/12_geojson_column.csv": Outcome("roads", 4, 4),
    "others/14_error_cells.xlsx": Outcome("natural_villages", 4, 4),
    "text/15_utm48.csv": Outcome("natural_villages", 4, 0, frozenset({"eastings_undecided"})),
    "others/16_records.json": Outcome("natural_villages", 4, 4),
    "text/19_enodeb_cell_latitude_header.csv": Outcome(
        "base_stations", 9, 9, mapped={"eNodeB Longitude": "lon", "Cell ID": "cell_id"}
    ),
    "others/22_ofds_node_long_extra.geojson": Outcome("fibre_nodes", 1, 1),
    "others/23_regions_datav_style.geojson": Outcome("regions", 1, 1),
    "text/24_villages_without_households.csv": Outcome("natural_villages", 2, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_file_has_its_right_outcome(name: str) -> None:
    right = OUTCOMES[name]
    found = examine(CASES / name, PACK, right.choice)
    assert found.kind == right.kind
    counts = found.counts
    assert (counts.read, counts.accepted + counts.repaired) == (right.read, right.kept)
    assert set(found.findings.counts()["rule"]) == right.rules
    assert right.mapped.items() <= found.headers.mapped.items()


def test_a_serial_number_is_no_id_and_ids_follow_the_village() -> None:
    first, second = (
        examine(CASES / "text" / name, PACK).accepted.set_index("name")["village_id"]
        for name in ("04a_serial_2023.csv", "04b_serial_2024_resorted.csv")
    )
    assert first.to_dict() == second.to_dict()
    assert first.is_unique


def test_sectors_without_cells_are_rows_of_one_station() -> None:
    found = examine(CASES / "text/02_station_sheet_site_id_only.csv", PACK)
    stations = found.accepted["station_id"].tolist()
    assert stations == ["YN0001-5G", "YN0001-5G", "YN0002-5G", "YN0003-4G", "YN0004-4G"]
    assert found.offered == {}


def test_a_remark_keeps_its_line_break() -> None:
    found = examine(CASES / "text/10_line_break_in_remark.csv", PACK)
    assert found.accepted["备注"].tolist() == ["第一行\n第二行", '说"好"']


def test_degrees_abroad_are_said_so_once() -> None:
    found = examine(CASES / "text/06_lesotho_degrees.csv", PACK)
    (one,) = found.findings.findings()
    assert one.why.text("en") == "all points lie outside China, near 27°E 30°S"
    assert one.row == 0


def test_eastings_of_several_systems_are_right_once_one_is_chosen() -> None:
    found = examine(CASES / "text/15_utm48.csv", PACK, ImportChoice(crs="EPSG:32648"))
    assert found.counts.accepted == 4
    assert found.accepted["lon"].tolist() == pytest.approx([103.290123, 103.300123, 103.310123,
                                                            103.320123], abs=1e-5)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["text/07_village_list_with_area_code.csv", "text/12_geojson_column.csv"]
)
def test_headers_that_fit_several_tables_are_asked_about(name: str) -> None:
    found = examine(CASES / name, PACK)
    assert len(found.tied) > 1
    assert found.kind != "base_stations"


def test_error_cells_are_told() -> None:
    found = examine(CASES / "others/14_error_cells.xlsx", PACK)
    assert "reader.error_cells" in {remark.key for remark in found.raw.sniffed.remarks}


def test_a_shapefile_without_attributes_asks_which_table_it_is() -> None:
    with pytest.raises(InputError, match="no header is known") as caught:
        examine(CASES / "others/17_lonely.shp", PACK)
    assert "natural_villages" in caught.value.repair
    assert "roads" not in caught.value.repair
    chosen = ImportChoice(kind="natural_villages", crs="WGS84")
    path = CASES / "others/17_lonely.shp"
    assert examine(path, PACK, chosen).counts.accepted > 0
    # As the page gets it: under no name on the disk.
    assert examine(path.read_bytes(), PACK, chosen, name=path.name).counts.accepted > 0


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("others/08_several_sheets.xlsx", {"甲乡": 2, "乙乡": 2}),
        ("others/09_kml_folders.kml", {"甲乡": 2, "乙乡": 2}),
    ],
)
def test_every_sheet_and_folder_is_read(name: str, parts: dict[str, int]) -> None:
    found = examine_parts(CASES / name, PACK, ImportChoice(crs="WGS84"), origin=FileOrigin())
    read = {part.raw.sniffed.sheet or part.raw.sniffed.layer: part for part in found}
    assert {title: part.counts.accepted for title, part in read.items()} == parts
    for title, part in read.items():
        assert set(part.accepted["township"]) == {title}


@pytest.mark.parametrize("system", ["GCJ-02", "EPSG:4326"])
def test_borders_tell_the_system_by_their_shape(system: str) -> None:
    regions = PACK.geo("regions")
    counties = regions[regions["level"] == "county"].head(12)
    shapes = counties.geometry.simplify(0.003)
    if system == "GCJ-02":
        shapes = shapes.transform(lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1])))
    own = gpd.GeoDataFrame(
        {"adcode": counties["adcode"].astype(str), "name": counties["name_zh"]},
        geometry=shapes.to_numpy(),
    )
    found = examine(own.to_json().encode(), PACK, ImportChoice(kind="regions"), name="b.geojson")
    assert found.decision is not None
    assert (found.decision.crs, found.decision.status) == (system, "decided")
    few = own.head(2).to_json().encode()
    left = examine(few, PACK, ImportChoice(kind="regions"), name="b.geojson").decision
    assert left is not None
    assert left.status == "undecided"


def test_lines_of_two_encodings_are_each_read_in_their_own() -> None:
    lines = [
        "村名,县,经度,纬度,户数",
        "甲村,石林县,103.29,24.77,20",
        "乙家村,石林县,103.30,24.78,21",
    ]
    mixed = b"\n".join(
        line.encode("gb18030" if "乙" in line else "utf-8") for line in lines
    )  # fmt: skip
    found = examine(mixed, PACK, ImportChoice(crs="WGS84"), name="mixed.csv")
    assert found.accepted["name"].tolist() == ["甲村", "乙家村"]
    assert "reader.encodings_mixed" in {remark.key for remark in found.raw.sniffed.remarks}


def test_what_could_not_be_read_is_kept_as_it_was_written() -> None:
    text = (
        "自然村,县,所属乡镇（街道）,经度,纬度,户数,4G覆盖率\n"
        "甲,石林县,鹿阜街道,103.29,24.77,约40,100%\n乙,石林县,鹿阜街道,103.30,24.78,若干,50%\n"
        "丙,石林县,鹿阜街道,103.31,24.79,30,0%\n"
    )
    rows = examine(text.encode(), PACK, ImportChoice(crs="WGS84"), name="a.csv").accepted
    assert rows["township"].tolist() == ["鹿阜街道"] * 3
    assert rows["households"].fillna(-1).tolist() == [40, -1, 30]
    assert rows["户数"].tolist() == ["约40", "若干", "30"]
    assert rows["has_4g"].map({True: "yes", False: "no"}).fillna("?").tolist() == ["yes", "?", "no"]
    assert rows["4G覆盖率"].tolist() == ["100%", "50%", "0%"]


@pytest.mark.parametrize(("word", "technology"), [("eNodeBID", "4G"), ("gNodeB ID", "5G")])
def test_headers_tell_the_technology_of_a_sheet_without_one(word: str, technology: str) -> None:
    text = f"{word},小区ID,经度,纬度,工作频段,小区状态\n1001,1,103.290123,24.770456,n28A,激活\n"
    found = examine(text.encode(), PACK, ImportChoice(crs="WGS84"), name="cells.csv")
    assert found.accepted["technology"].tolist() == [technology]
    assert found.accepted["status"].tolist() == ["operational"]
    assert not len(found.findings)
