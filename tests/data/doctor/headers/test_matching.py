"""Headers as planners, operators, OpenCellID, GeoNames and OpenStreetMap write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st

from data.doctor.base import ROW
from data.doctor.headers import matching as module
from data.doctor.headers.matching import (
    ACCEPT,
    EXTRA,
    NAMES,
    POSITIONS,
    column_targets,
    guess_kind,
    map_headers,
)
from data.doctor.headers.readings import readings
from data.doctor.reading.delimited_text import GEONAMES, OPENCELLID
from data.tables.imports import IMPORTABLE
from data.tables.pack import TABLES
from geo.errors import InputError, UnknownNameError

ALL = {**TABLES, **{f"import of {name}": table for name, table in IMPORTABLE.items()}}
VILLAGES = IMPORTABLE["natural_villages"]
STATIONS = IMPORTABLE["base_stations"]

#: Aliases so like another column that nothing but knowing them keeps them apart.
LIKE = {
    ("countrycode", "adcode"), ("countycode", "extra"), ("countryname", "county"),
    ("countyname", "extra"), ("xcoordinate", "coordinates"), ("ycoordinate", "coordinates"),
    ("villagecommittee", "village_committees"), ("villagecommittees", "admin_village"),
}  # fmt: skip

#: Kind, headers of a real dialect, the columns that they mean; "" is an extra.
DIALECTS = [
    (
        "base_stations",
        "小区名称 基站名称 经度 纬度 方位角 下倾角 挂高 频段 PCI 运营商 网络制式",
        "name - lon lat azimuth_deg tilt_deg antenna_height_m band - operator technology",
    ),
    (
        "base_stations",
        "所属地市 所属区县 网元名称 eNodeBID 小区ID TAC 频点 站高（米） 厂家 发射功率(dBm)",
        "prefecture county name station_id cell_id area_code - antenna_height_m - tx_power_dbm",
    ),
    (
        "base_stations",
        "gNodeBID NCGI 机械下倾角 电下倾角 总下倾角 覆盖类型 天线挂高/m 工作频段 带宽(MHz)",
        "station_id cell_id - - tilt_deg - antenna_height_m band bandwidth_mhz",
    ),
    (
        "base_stations",
        " ".join(OPENCELLID),
        "technology - mnc area_code cell_id - lon lat range_m - - - as_of -",
    ),
    (
        "measurements",
        "测试时间 经度 纬度 SS-RSRP(dBm) SINR PCI 小区ID 网络制式 频段 日志名称",
        "as_of lon lat rsrp_dbm - - cell_id technology band stretch",
    ),
    (
        "measurements",
        "Timestamp Longitude Latitude LTE_RSRP eNodeBID Cell_ID Operator",
        "as_of lon lat rsrp_dbm station_id cell_id operator",
    ),
    (
        "natural_villages",
        "州市 县（市、区） 乡镇 行政村 自然村名称 经度(°) 纬度(°) 户数（户） 人口(万人) 光纤",
        "prefecture county township admin_village name lon lat households population has_fibre",
    ),
    (
        "natural_villages",
        "縣 鄉鎮 自然村名稱 經度 緯度 戶數 是否通4G(是/否) ５Ｇ覆盖",
        "county township name lon lat households has_4g has_5g",
    ),
    (
        "natural_villages",
        "Province Prefecture_Name County Village_Name Longitude LATITUDE House-Holds 4G_Coverage",
        "province prefecture county name lon lat households has_4g",
    ),
    ("admin_villages", "行政村名称 行政村编号 总户数 总人口 经纬度",
     "name admin_village_id households population coordinates"),
    ("sites", "站号 站名 东坐标 北坐标 天线高度（m） 产权单位 状态 开通日期",
     "site_id name x y antenna_height_m owner status opened"),
    ("fibre_routes", "光缆段名称 起点 终点 皮长(公里) 芯数",
     "name from_node to_node sheath_km fibres"),
    ("roads", "osm_id name highway surface 里程", "road_id name road_class surface length_km"),
    ("power_lines", "name voltage operator", "name voltage_kv operator"),
    ("data_centres", "数据中心名称 标准机架数 已用机架 PUE值 IT功率",
     "name standard_racks used_racks pue it_mw"),
    ("regions", "adcode name center centroid level parent", "adcode name_zh - - level parent"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "headers", "columns"), DIALECTS)
def test_real_dialects_of_headers(kind: str, headers: str, columns: str) -> None:
    names, meant = headers.split(), columns.split()
    found = map_headers(names, IMPORTABLE[kind])
    assert [found.mapped.get(name, "-") for name in names] == meant
    assert not found.scores


def test_geonames_dump() -> None:
    mapped = map_headers(GEONAMES, VILLAGES).mapped
    assert mapped == {
        "geonameid": "village_id", "name": "name", "latitude": "lat", "longitude": "lon",
        "population": "population", "modification date": "as_of",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ALL)
def test_declared_names_and_meanings_are_understood(kind: str) -> None:
    table = ALL[kind]
    own = {column.name: column.name for column in table.columns}
    assert map_headers([*own, ROW], table).mapped == own
    meanings = [column.meaning("zh") for column in table.columns]
    for column in table.columns:
        if meanings.count(column.meaning("zh")) == 1:
            header = column.meaning("zh") + (f"（{column.unit}）" if column.unit == "m" else "")
            found = map_headers([header], table)
            assert found.mapped == {header: column.name}
            assert found.units == ({header: "m"} if column.unit == "m" else {})


def test_every_alias_names_a_column() -> None:
    targets = {target for table in ALL.values() for target in column_targets(table)}
    rows = module.aliases()
    assert {column for column, _, _ in rows} <= targets | {EXTRA, "id", "village"}
    assert {dialect for _, _, dialect in rows} <= set(module.DIALECTS)
    pairs = [(column, alias) for column, alias, _ in rows]
    assert len(set(pairs)) == len(pairs)


@pytest.mark.parametrize("kind", IMPORTABLE)
def test_no_alias_of_one_column_is_like_another(kind: str) -> None:
    """Were one unknown, likeness would not put its values into the wrong column."""
    known = module._known(IMPORTABLE[kind])
    for alias, (column, _) in known.items():
        others = {other: meant for other, meant in known.items() if meant[0] != column}
        likest, score = module._most_similar(alias, others)
        if (alias, likest) not in LIKE:
            assert score < ACCEPT, (alias, likest)


@pytest.mark.parametrize(
    ("header", "unit"),
    [("挂高(km)", "km"), ("挂高/m", "m"), ("挂高（米）", "米"), ("antenna height [m]", "m"),
     ("挂高", ""), ("挂高 m", "m"), ("天线挂高（单位：米）", "米")],
)  # fmt: skip
def test_units_are_returned_as_written(header: str, unit: str) -> None:
    found = map_headers([header], STATIONS)
    assert found.mapped == {header: "antenna_height_m"}
    assert found.units == ({header: unit} if unit else {})


def test_units_keep_their_case() -> None:
    found = map_headers(["IT功率MW", "x(mW)"], IMPORTABLE["data_centres"])
    assert found.units == {"IT功率MW": "MW", "x(mW)": "mW"}


def test_openstreetmap_gives_volts() -> None:
    assert map_headers(["voltage"], IMPORTABLE["power_lines"]).units == {"voltage": "V"}
    assert map_headers(["电压等级(kV)"], IMPORTABLE["power_lines"]).units == {"电压等级(kV)": "kV"}


@pytest.mark.parametrize(
    "header", ["下倾角(机械)", "户数(20户以上)", "人口(2010年)", "是否有4G(规划)", "人口2010"]
)
def test_a_remark_that_changes_the_meaning_is_never_dropped(header: str) -> None:
    for table in (STATIONS, VILLAGES):
        found = map_headers([header], table)
        assert not found.mapped
        assert found.extras == (header,)


@pytest.mark.parametrize(
    "header", ["country code", "PCI", "机械下倾角", "EARFCN", "has 3g", "经纬", "z coordinate"]
)
def test_likeness_is_no_meaning(header: str) -> None:
    for table in (STATIONS, VILLAGES):
        assert not map_headers([header], table).mapped


def test_likeness_is_applied_from_the_stated_score_on() -> None:
    found = map_headers(["Lattitude", "Longtitude", "户数量", "4G信号情况"], VILLAGES)
    assert found.mapped == {"Lattitude": "lat", "Longtitude": "lon"}
    assert all(score >= ACCEPT for score in found.scores.values())
    assert {proposal.header: proposal.column for proposal in found.proposals} == {
        "户数量": "households", "4G信号情况": "has_4g",
    }  # fmt: skip
    assert all(0 < proposal.score < ACCEPT for proposal in found.proposals)
    assert found.extras == ("户数量", "4G信号情况")


def test_what_a_header_is_about_stands_last() -> None:
    (proposal,) = map_headers(["行政村所在地经度"], VILLAGES).proposals
    assert proposal.column == "lon"


@pytest.mark.parametrize(
    ("headers", "winner"),
    [
        (["longitude", "经度"], "经度"),
        (["经度", "lon"], "lon"),
        (["经度", "经度 (2)"], "经度"),
        (["Lon", "lon"], "lon"),
        (["百度经度", "WGS84经度"], "WGS84经度"),
        (["GCJ02_lng", "经度"], "经度"),
    ],
)
def test_of_two_headers_the_more_exact_wins(headers: list[str], winner: str) -> None:
    found = map_headers(headers, VILLAGES)
    (loser,) = set(headers) - {winner}
    assert found.mapped == {winner: "lon"}
    assert [(p.header, p.column, p.score) for p in found.proposals] == [(loser, "lon", 1.0)]
    assert found.extras == (loser,)


def test_systems_named_by_headers() -> None:
    found = map_headers(["百度经度", "纬度(GCJ-02)", "WGS84备注"], VILLAGES)
    assert found.mapped == {"百度经度": "lon", "纬度(GCJ-02)": "lat"}
    assert found.systems == {"百度经度": "BD-09", "纬度(GCJ-02)": "GCJ-02"}


def test_the_planner_wins() -> None:
    headers = ["lon", "经度", "户数", "备用"]
    found = map_headers(headers, VILLAGES, chosen={"经度": "lon", "户数": "", "备用": "households"})
    assert found.mapped == {"经度": "lon", "备用": "households"}
    assert found.extras == ("lon", "户数")
    assert found.renaming == {"经度": "lon", "备用": "households", "lon": "lon*", "户数": "户数"}


def test_wrong_choices_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="longitud"):
        map_headers(["经度"], VILLAGES, chosen={"经度": "longitud"})
    with pytest.raises(UnknownNameError, match="纬度"):
        map_headers(["经度"], VILLAGES, chosen={"纬度": "lat"})
    with pytest.raises(InputError, match="lon"):
        map_headers(["a", "b"], VILLAGES, chosen={"a": "lon", "b": "lon"})


@pytest.mark.parametrize("kind", ALL)
def test_targets(kind: str) -> None:
    table = ALL[kind]
    targets = column_targets(table)
    assert targets[: len(table.columns)] == table.column_names
    assert len(set(targets)) == len(targets)
    assert set(targets) <= {*table.column_names, *POSITIONS, *NAMES}
    assert (set(POSITIONS) <= set(targets)) == (table.geometry == "point")


@given(st.lists(st.text(max_size=30), unique=True, max_size=12))
def test_every_header_is_mapped_or_extra(headers: list[str]) -> None:
    found = map_headers(headers, VILLAGES)
    own = {header for header in headers if header != ROW}
    assert {*found.mapped, *found.extras} == own
    assert not set(found.mapped) & set(found.extras)
    columns = list(found.mapped.values())
    assert len(set(columns)) == len(columns)
    assert {proposal.header for proposal in found.proposals} <= set(found.extras)
    renamed = list(found.renaming.values())
    assert len(set(renamed)) == len(renamed) == len(own)
    assert map_headers(headers, VILLAGES) == found


@given(
    st.sampled_from(["经度", "挂高", "antenna height", "station_id", "频段"]),
    st.sampled_from(["", " ", "　", "\n", "*"]),
    st.booleans(),
)
def test_case_width_and_space_do_not_matter(alias: str, space: str, wide: bool) -> None:
    text = space + alias.upper() + space
    if wide:
        text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert (
        map_headers([text], STATIONS).mapped[text] == map_headers([alias], STATIONS).mapped[alias]
    )


@pytest.mark.parametrize("part", ["经", "a(b", "((((", "m/", "名称", "1.", "（）"])
def test_long_headers_are_quick(part: str) -> None:
    headers = [f"{(part * 300)[:300]}{i}" for i in range(200)]
    begun = time.perf_counter()
    found = map_headers(headers, STATIONS)
    assert len(found.extras) == 200
    assert time.perf_counter() - begun < 2
    assert all(len(reading.letters) <= 300 for reading in readings(headers[0]))


@pytest.mark.parametrize(
    ("headers", "geometry", "kind"),
    [
        *((headers, "line" if IMPORTABLE[kind].geometry == "line" else
           "polygon" if kind == "regions" else "", kind) for kind, headers, _ in DIALECTS
          if kind != "sites"),
        ("站址编码 站址名称 经度 纬度 挂高 产权单位", "", "sites"),
        ("村名 经度 纬度 户数", "", "natural_villages"),
        ("州市 县 行政村 自然村 经度 纬度 户数 人口", "point", "natural_villages"),
        ("行政村 经度 纬度 户数 人口 是否通4G", "", "admin_villages"),
        ("节点名称 经度 纬度 类别", "", "fibre_nodes"),
        ("id layer metric value unit kind as_of basis", "", "targets"),
        ("id adcode layer metric value unit kind as_of source", "", "observations"),
    ],
)  # fmt: skip
def test_the_table_is_guessed(headers: str, geometry: str, kind: str) -> None:
    (first, score), (_, second) = (*guess_kind(headers.split(), geometry, IMPORTABLE.values()),
                                   ("", 0.0))[:2]  # fmt: skip
    assert first == kind
    assert 1 >= score > second


def test_headers_that_tell_nothing_do_not_decide() -> None:
    scores = dict(guess_kind(["甲", "乙"], "point", IMPORTABLE.values()))
    assert set(scores.values()) == {0.0}
    assert guess_kind([], "", []) == ()
    assert {name for name, _ in guess_kind(["a"], "line", IMPORTABLE.values())} == {
        "fibre_routes", "roads", "power_lines",
    }  # fmt: skip
