"""Files as planners fill them in: what each stumbled over once, and its right outcome."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import Diagnosis, FileOrigin
from data.import_orders import diagnosis_lines
from data.tables.reader import Pack
from geo.earth.crs import wgs84_to_gcj02
from tests.data.doctor import making
from tests.data.doctor.examining import examine

PACK = Pack.load("yunnan")
VILLAGES = [
    ("大可村", "石林彝族自治县", 103.290123, 24.770456, 35),
    ("小石桥", "石林彝族自治县", 103.301234, 24.781567, 42),
    ("上蒲草", "石林彝族自治县", 103.412345, 24.712678, 58),
    ("海宜", "石林彝族自治县", 103.423456, 24.723789, 61),
]
HEADER = "自然村,县,经度,纬度,户数"


def found_in(text: str, name: str = "a.csv", choice: ImportChoice | None = None) -> Diagnosis:
    return examine(text.encode(), PACK, choice or ImportChoice(), name=name)


def places(found: Diagnosis) -> np.ndarray:
    return found.accepted[["lon", "lat"]].to_numpy(float)


TRUE_PLACES = np.array([[lon, lat] for _, _, lon, lat, _ in VILLAGES])


@pytest.mark.parametrize(
    ("title", "degrees", "code"),
    [
        ("坐标系：北京54，6度带第18带", 4214, 21418),
        ("坐标系统：西安80，中央子午线102度", 4610, 2379),
        ("坐标系：CGCS2000 3度带34带", 4490, 4522),
    ],
)
def test_metres_of_a_datum_that_the_title_names_are_read_in_its_zones(
    title: str, degrees: int, code: int
) -> None:
    plane = pyproj.Transformer.from_crs(degrees, code, always_xy=True)
    lines = [title, "村名,县,X坐标,Y坐标,户数"]
    for name, county, lon, lat, homes in VILLAGES:
        east, north = plane.transform(lon, lat)
        lines.append(f"{name},{county},{north:.2f},{east:.2f},{homes}")
    found = found_in("\n".join(lines))
    assert found.decision is not None
    assert (found.decision.crs, found.decision.status) == (f"EPSG:{code}", "decided")
    assert f"EPSG:{degrees}" in found.decision.reason.text("en")
    back = pyproj.Transformer.from_crs(degrees, 4326, always_xy=True)
    right = np.column_stack(back.transform(TRUE_PLACES[:, 0], TRUE_PLACES[:, 1]))
    assert places(found) == pytest.approx(right, abs=1e-6)


def test_rows_that_name_their_systems_are_each_read_in_their_own() -> None:
    lines = [f"{HEADER},坐标系"]
    for i, (name, county, lon, lat, homes) in enumerate(VILLAGES):
        x, y = (float(one) for one in wgs84_to_gcj02(lon, lat)) if i % 2 else (lon, lat)
        lines.append(f"{name},{county},{x:.7f},{y:.7f},{homes},{'火星坐标' if i % 2 else 'WGS84'}")
    found = found_in("\n".join(lines))
    assert found.decision is not None
    assert found.decision.status == "declared"
    assert "GCJ-02 (2)" in found.decision.reason.text("en")
    assert places(found) == pytest.approx(TRUE_PLACES, abs=2e-6)
    one_unknown = "\n".join([*lines, "某村,石林县,103.3,24.7,5,当地"])
    assert found_in(one_unknown).is_undecided


@pytest.mark.parametrize("notation", ["times", "packed"])
def test_degrees_without_their_point_or_signs_are_read(notation: str) -> None:
    def written(degrees: float) -> str:
        if notation == "times":
            return str(round(degrees * 1e6))
        minutes, seconds = divmod(round(degrees * 360_000), 6_000)
        return f"{minutes // 60}{minutes % 60:02}{seconds / 100:05.2f}"

    lines = [
        HEADER,
        *(f"{n},{c},{written(lon)},{written(lat)},{h}" for n, c, lon, lat, h in VILLAGES),
    ]
    found = found_in("\n".join([*lines, "零村,石林县,0,0,3"]), choice=ImportChoice(crs="WGS84"))
    assert places(found) == pytest.approx(TRUE_PLACES, abs=2e-6)
    assert set(found.findings.counts()["rule"]) == {"null_island"}


TOWERS = "站址名称,站址编码,县,经度,纬度,塔高(米),状态\n" + "\n".join(
    f"石林{i},T{i},石林县,103.{290123 + i},24.770456,{40 + i},{state}"
    for i, state in enumerate(("在建", "已建成", "拟建"))
)


def test_the_height_of_a_tower_is_asked_about_and_not_taken_for_the_antenna() -> None:
    found = found_in(TOWERS)
    assert (found.kind, found.counts.accepted) == ("sites", 0)
    (one,) = found.findings.findings()
    assert (one.row, one.rule, one.column) == (0, "column_in_doubt", "antenna_height_m")
    lines = [line.text("en") for line in diagnosis_lines(found)]
    assert any("--column antenna_height_m=塔高(米)" in line for line in lines)
    chosen = ImportChoice(columns={"塔高(米)": "antenna_height_m"}, crs="WGS84")
    taken = found_in(TOWERS, choice=chosen).accepted
    assert taken["antenna_height_m"].tolist() == [40, 41, 42]
    assert taken["status"].tolist() == ["under_construction", "operational", "proposed"]


@pytest.mark.parametrize(
    ("word", "status", "stage"),
    [
        ("规划中", "proposed", "proposed"), ("未开工", "proposed", "proposed"),
        ("已批复", "planned", "approved"), ("已立项", "planned", "approved"),
        ("正在建设", "under_construction", "under_construction"),
        ("建成未开通", "under_construction", "under_construction"),
        ("Under Construction", "under_construction", "under_construction"),
        ("In Service", "operational", "operational"), ("Completed", "operational", "operational"),
        ("已验收", "operational", "accepted"), ("Accepted", "operational", "accepted"),
        ("Planned", "planned", "proposed"), ("已关停", "decommissioned", ""),
    ],
)  # fmt: skip
def test_words_for_the_state_of_a_site_are_known(word: str, status: str, stage: str) -> None:
    sites = f"站址编码,县,经度,纬度,挂高,建设状态\nT1,石林县,103.290123,24.770456,35,{word}\n"
    found = found_in(sites, choice=ImportChoice(kind="sites", crs="WGS84"))
    assert found.accepted["status"].tolist() == [status]
    lives = found_in(f"站址编码,阶段,日期\nT1,{word},2024-03-01\n")
    assert lives.kind == "site_lives"
    assert lives.tied == ("site_lives",)
    assert lives.accepted["stage"].tolist() == ([stage] if stage else [])


def test_a_column_that_a_file_must_give_may_be_stated_for_all_its_rows() -> None:
    content = "站址编码,阶段\nT1,在建\n".encode()
    choice = ImportChoice(kind="site_lives")
    (one,) = examine(content, PACK, choice, name="a.csv").findings.findings()
    assert (one.rule, one.column) == ("no_column", "as_of")
    dated = examine(content, PACK, choice, origin=FileOrigin(as_of="2024-03-01"), name="a.csv")
    assert dated.counts.accepted == 1


def test_totals_of_counties_and_notes_below_the_table_are_no_villages() -> None:
    rows = [(county, name, lon, lat, homes) for name, county, lon, lat, homes in VILLAGES]
    table = [
        ("自然村情况表",), ("县", "自然村", "经度", "纬度", "户数"), *rows,
        ("石林彝族自治县小计", None, None, None, 196), ("总计", None, None, None, 196),
        ("填表人：张三", None, "审核：李四", None, "2024年5月"),
    ]  # fmt: skip
    found = examine(
        making.workbook(("村", table, ())), PACK, ImportChoice(crs="WGS84"), name="a.xlsx"
    )
    assert (found.counts.accepted, found.counts.rejected) == (4, 3)
    counts = found.findings.counts().set_index("rule")["count"].to_dict()
    assert counts == {"total_row": 2, "footer_row": 1}
