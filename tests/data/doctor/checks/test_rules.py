"""Each rule: a row that trips it, and the same row that does not once it is right."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings, strategies as st

from data.doctor.base import ROW, Finding
from data.doctor.checks.findings import rule_title
from data.doctor.checks.rules import (
    RULES,
    SHAPE,
    CheckContext,
    FindingTable,
    check,
    convert,
    rejected_rows,
)
from data.tables.imports import IMPORTABLE, REQUIRED
from data.wording.catalogue import LANGUAGES, Message
from tests.data.doctor.examining import of_rule

TODAY = dt.date(2026, 7, 15)
#: A province of two counties, 1° wide each: 01 west of 101°, 02 east of it.
REGIONS = gpd.GeoDataFrame(
    {
        "level": ["province", "county", "county"],
        "adcode": ["990000", "990001", "990002"],
        "name_zh": ["某省", "西县", "东县"],
        "parent": ["", "990000", "990000"],
    },
    geometry=[
        shapely.box(100, 25, 102, 26), shapely.box(100, 25, 101, 26), shapely.box(101, 25, 102, 26),
    ],
    crs="EPSG:4326",
)  # fmt: skip
GOOD: dict[str, dict[str, Any]] = {
    "natural_villages": {
        "village_id": "v{n}", "name": "大村", "lon": 100.51234, "lat": 25.51234,
        "households": 40, "population": 160, "has_4g": "是", "as_of": "2024-05-01",
    },
    "sites": {"site_id": "s{n}", "lon": 100.51234, "lat": 25.51234, "antenna_height_m": 40},
    "base_stations": {
        "station_id": "b{n}", "lon": 100.51234, "lat": 25.51234, "technology": "4G",
        "band": "n28", "frequency_mhz": 763, "azimuth_deg": 120, "tilt_deg": 6,
        "antenna_height_m": 40, "status": "在网",
    },
    "data_centres": {
        "data_centre_id": "d{n}", "lon": 100.51234, "lat": 25.51234, "standard_racks": 100,
        "used_racks": 60, "pue": 1.3,
    },
    "fibre_nodes": {"node_id": "n{n}", "kind": "县", "lon": 100.51234, "lat": 25.51234},
    "fibre_routes": {
        "route_id": "r{n}", "length_km": 100.6,
        SHAPE: shapely.LineString([(100.2, 25.5), (101.2, 25.5)]),
    },
    "regions": {
        "adcode": "99000{n}", "name_zh": "某县", SHAPE: shapely.box(100.2, 25.2, 100.8, 25.8),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Two good rows, the second one changed by ``wrong`` or, to be right, by ``right``."""

    kind: str
    wrong: dict[str, Any]
    right: dict[str, Any] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    adcode: str | None = None
    row: int = 8
    both: bool = False


BOW = shapely.Polygon([(100.2, 25.2), (100.8, 25.8), (100.8, 25.2), (100.2, 25.8)])
SAME = {"lon": 100.5, "lat": 25.7}
WHY = Message("finding.unreadable_coordinate.why")
HOW = Message("finding.unreadable_coordinate.how")
CASES: dict[str, Case] = {
    "missing_position": Case("sites", {"lon": None}),
    "null_island": Case("sites", {"lon": 0.0, "lat": 0.0}),
    "mixed_crs": Case("sites", {"lon": 34512345.6, "lat": 2771234.5}),
    "swapped_row": Case("sites", {"lon": 25.61234, "lat": 100.61234}),
    "wrong_sign": Case("sites", {"lon": -100.61234}),
    "outside_region": Case("sites", {"lon": 103.21234}, {"lon": 101.91234}),
    "near_border": Case("sites", {"lon": 102.01234}, {"lon": 101.99234}),
    "name_disagrees": Case("sites", {"lon": 101.51234}, {"lon": 100.61234}, adcode="990001"),
    "name_border": Case("sites", {"lon": 101.05234}, {"lon": 100.99234}, adcode="990001"),
    "duplicate_point": Case("sites", {"lon": 100.51234}, {"lon": 100.51244}),
    "precision_low": Case("sites", {"lon": 100.55, "lat": 25.5}, {"lon": 100.555, "lat": 25.5}),
    "template_example": Case("sites", {"site_id": "示例行（请删除）"}),
    "total_row": Case("natural_villages", {"name": "合 计", "lon": None}, {"name": "合计村"}),
    "footer_row": Case(
        "natural_villages", {"village_id": "审核：李四", "lon": None}, {"village_id": "审核村"}
    ),
    "duplicate_key": Case("regions", {"adcode": "990001", "name_zh": "甲县"}, {"adcode": "990002"}),
    "duplicate_row": Case("sites", {"site_id": "s1"}, {"antenna_height_m": 41}),
    "duplicate_id": Case("sites", {"site_id": "s1", "lon": 100.7}, {"lon": 100.7}),
    "empty_id": Case("sites", {"site_id": ""}),
    "required_empty": Case("sites", {"antenna_height_m": ""}),
    "not_a_number": Case("natural_villages", {"population": "很多"}, {"population": "不详"}),
    "date_unreadable": Case("natural_villages", {"as_of": "1/5/2024"}, {"as_of": "2024/5/1"}),
    "boolean_unreadable": Case("natural_villages", {"has_4g": "也许"}, {"has_4g": "未知"}),
    "date_partial": Case("natural_villages", {"as_of": "2024年5月"}, {"as_of": "2024年5月2日"}),
    "number_wan": Case("natural_villages", {"population": "0.012万"}, {"population": "1２0人"}),
    "number_about": Case("natural_villages", {"households": "约40"}, {"households": "40户"}),
    "infinite": Case("sites", {"antenna_height_m": "inf"}),
    "not_integer": Case("natural_villages", {"population": "160.5"}, {"population": "160.0"}),
    "count_in_wan": Case("natural_villages", {"population": "0.0161"}, row=7, both=True),
    "households_negative": Case("natural_villages", {"households": -3}),
    "households_absurd": Case(
        "natural_villages", {"households": 3001, "population": ""}, {"households": 3000}
    ),
    "population_households": Case(
        "natural_villages", {"population": 4000}, {"population": 400, "households": 40}
    ),
    "height_range": Case("sites", {"antenna_height_m": 301}, {"antenna_height_m": 300}),
    "height_in_km": Case("sites", {"antenna_height_m": 0.035}, {"antenna_height_m": 35}),
    "azimuth_range": Case("base_stations", {"azimuth_deg": 361}, {"azimuth_deg": 360}),
    "tilt_range": Case("base_stations", {"tilt_deg": 91}, {"tilt_deg": -3}),
    "frequency_range": Case("base_stations", {"frequency_mhz": 80_000, "band": ""}),
    "frequency_in_ghz": Case("base_stations", {"frequency_mhz": 0.76}, {"frequency_mhz": 760}),
    "band_unknown": Case("base_stations", {"band": "n999"}, {"band": "700M"}),
    "band_disagrees": Case("base_stations", {"band": "n78"}, {"band": "B28"}),
    "length_in_m": Case("fibre_routes", {"length_km": 100_600}),
    "length_disagrees": Case("fibre_routes", {"length_km": 190}, {"length_km": 110}),
    "unit_header": Case(
        "sites", {}, units={"antenna_height_m": "km"}, row=7, right={"antenna_height_m": ""}
    ),
    "unit_unknown": Case("sites", {}, units={"antenna_height_m": "尺"}, row=7),
    "out_of_range": Case("data_centres", {"pue": 0.7}, {"pue": 1.0}),
    "racks_used": Case("data_centres", {"used_racks": 101}, {"used_racks": 100}),
    "date_future": Case("natural_villages", {"as_of": "2026-07-16"}, {"as_of": "2026-07-15"}),
    "date_ancient": Case("natural_villages", {"as_of": "1900-01-01"}, {"as_of": "1999-01-01"}),
    "unknown_technology": Case("base_stations", {"technology": "7G"}, {"technology": "ＴＤ-LTE"}),
    "unknown_status": Case("base_stations", {"status": "胡说"}, {"status": "在建"}),
    "unknown_word": Case("fibre_nodes", {"kind": "village"}, {"kind": "乡镇"}),
    "text_too_long": Case("natural_villages", {"name": "村" * 501}, {"name": "村" * 500}),
    "control_characters": Case("natural_villages", {"name": "大\x07村"}, {"name": "大·村"}),
    "untrimmed": Case("natural_villages", {"name": " 大村"}, {"name": "大 村"}),
    "formula_like": Case("natural_villages", {"name": "=1+1"}, {"name": "-12.5"}),
    "markup_like": Case("natural_villages", {"name": "<b>村"}, {"name": "a < b"}),
    "mojibake": Case("natural_villages", {"name": "澶х悊锟斤拷"}, {"name": "大理"}),
    "empty_geometry": Case("fibre_routes", {SHAPE: None}),
    "wrong_geometry": Case("fibre_routes", {SHAPE: shapely.Point(100.5, 25.5)}),
    "self_intersection": Case("regions", {SHAPE: BOW}),
}


def found(case: Case, change: dict[str, Any], units: dict[str, str]) -> FindingTable:
    good = GOOD[case.kind]
    first, second = ({k: _numbered(v, n) for k, v in good.items()} for n in (1, 2))
    moved = {"lat": first["lat"] + 0.00321} if "lat" in first else {}
    keep = "lat" in change or case.kind in ("fibre_routes", "regions")
    same = change.get("site_id") == "s1" and "lon" not in change
    apart = {} if keep or same or "lon" in change else moved
    first |= change if case.both else {}
    frame = pd.DataFrame([first, {**second, **apart, **change}])
    for name in frame.columns:
        if name not in ("lon", "lat", SHAPE):
            frame[name] = frame[name].astype("str").replace("nan", None)
    frame[ROW] = [7, 8]
    table = IMPORTABLE[case.kind]
    codes = pd.Series([None, case.adcode], index=frame.index, dtype="str")
    typed, findings = convert(frame, table)
    context = CheckContext(table, REGIONS, "990000", TODAY, units, codes)
    return findings.merged(check(typed, context))


def _numbered(value: Any, n: int) -> Any:
    return value.replace("{n}", str(n)) if isinstance(value, str) else value


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_rule_finds_the_wrong_row_and_leaves_the_right_one(rule) -> None:
    case = CASES[rule.key]
    wrong = found(case, case.wrong, case.units)
    mine = of_rule(wrong, rule.key)
    assert case.row in mine.frame["row"].tolist(), wrong.counts()
    assert set(mine.frame["row"]) <= {case.row, 8}
    assert set(mine.frame["severity"]) == {rule.severity}
    right = found(case, case.right, {})
    assert not len(of_rule(right, rule.key)), right.frame


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_finding_says_what_and_how_in_both_languages(rule) -> None:
    case = CASES[rule.key]
    finding = of_rule(found(case, case.wrong, case.units), rule.key).findings()[0]
    why = finding.why.text("en")
    messages = (rule_title(rule.key), finding.why, finding.how)
    texts = [message.text(language) for message in messages for language in LANGUAGES]
    assert all(texts)
    assert not any("{" in text or "nan" in text for text in texts), texts
    assert why.isascii() or finding.value or "–" in why
    assert finding.repair == rule.repair


def test_there_are_rules_enough_and_each_has_a_case() -> None:
    assert len(RULES) >= 25
    assert [rule.key for rule in RULES] == list(CASES)


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_row_has_no_finding(kind: str) -> None:
    assert not len(found(Case(kind, {}), {}, {})), found(Case(kind, {}), {}, {}).frame


def test_every_kind_is_checked_even_when_empty() -> None:
    for table in IMPORTABLE.values():
        frame = pd.DataFrame({name: [] for name in REQUIRED[table.name]} | {ROW: []})
        typed, findings = convert(frame, table)
        findings = check(typed, CheckContext(table, REGIONS, "990000", TODAY), findings)
        assert not len(findings)
        assert not findings.findings()
        assert not len(rejected_rows(findings))


def test_only_errors_reject_a_row_and_each_row_once() -> None:
    earlier = [
        Finding("x", "error", 9, "a", "v", WHY, HOW),
        Finding("x", "error", 3, "b", "v", WHY, HOW),
        Finding("y", "error", 3, "b", "v", WHY, HOW),
        Finding("y", "warning", 4, "b", "v", WHY, HOW),
        Finding("y", "error", 0, "", "v", WHY, HOW),
    ]
    table = FindingTable.of(earlier)
    assert rejected_rows(table).tolist() == [3, 9]
    assert table.merged(table).findings(None).count(earlier[0]) == 2
    assert table.findings(1) == [earlier[4]]


def test_findings_of_earlier_steps_stand_among_the_others() -> None:
    frame = pd.DataFrame({"lon": [0.0], "lat": [0.0], "antenna_height_m": [30.0], ROW: [5]})
    mine = Finding("unreadable_coordinate", "error", 5, "lon", "x", WHY, HOW)
    findings = check(frame, CheckContext(IMPORTABLE["sites"]), [mine])
    assert [item.rule for item in findings.findings()] == ["null_island", "unreadable_coordinate"]
    assert mine in findings.findings()


def test_of_several_repeated_rows_the_first_is_named() -> None:
    frame = pd.DataFrame({"site_id": ["a", "a", "a"], "antenna_height_m": [1.0, 2.0, 1.0],
                          "lon": [100.5] * 3, "lat": [25.5] * 3, ROW: [4, 5, 9]})  # fmt: skip
    findings = check(frame, CheckContext(IMPORTABLE["sites"]))
    assert of_rule(findings, "duplicate_id").frame[["row", "detail"]].to_numpy().tolist() == [
        [5, "4"]
    ]
    assert of_rule(findings, "duplicate_row").frame[["row", "detail"]].to_numpy().tolist() == [
        [9, "4"]
    ]


def test_a_station_may_have_several_cells_at_one_point() -> None:
    frame = pd.DataFrame({"station_id": ["a", "a"], "cell_id": ["1", "2"], "lon": [100.5123] * 2,
                          "lat": [25.5123] * 2, ROW: [2, 3]})  # fmt: skip
    assert not len(
        check(frame, CheckContext(IMPORTABLE["base_stations"], REGIONS, "990000", TODAY))
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234", 1234), ("１２３", 123), ("3万", 30_000), ("4.7 万", 47_000), ("+5", 5), ("56户", 56),
     ("1e3", 1000), ("1,23", None), ("12-13", None), ("约30", 30), ("0x10", None), ("", None),
     ("—", None), ("万", None), ("1 234", None)],
)  # fmt: skip
def test_numbers_are_read_as_written_or_not_at_all(text: str, number: int | None) -> None:
    frame = pd.DataFrame({"households": pd.Series([text], dtype="str"), ROW: [2]})
    typed, _ = convert(frame, IMPORTABLE["natural_villages"])
    value = typed["households"].iloc[0]
    assert pd.isna(value) if number is None else value == number
    assert typed["households"].dtype == "Int64"


@pytest.mark.parametrize(
    ("text", "date"),
    [("2024-05-01", "2024-05-01"), ("2024/5/1", "2024-05-01"), ("2024.5.1", "2024-05-01"),
     ("20240501", "2024-05-01"), ("2024年5月", "2024-05-31"), ("2024年", "2024-12-31"),
     ("２０２４年５月１日", "2024-05-01"), ("45413", "2024-05-01"), ("45413.75", "2024-05-01"),
     ("2024-05-01T08:00:00Z", "2024-05-01"), ("2024-05-01 00:00:00", "2024-05-01"),
     ("1459692342", "2016-04-03"), ("2023-02-29", None), ("01/05/2024", None), ("24-05-01", None),
     ("2024-13-01", None), ("20241301", None), ("今天", None), ("0", None)],
)  # fmt: skip
def test_dates_are_read_as_written_or_not_at_all(text: str, date: str | None) -> None:
    frame = pd.DataFrame({"as_of": pd.Series([text], dtype="str"), ROW: [2]})
    typed, findings = convert(frame, IMPORTABLE["natural_villages"])
    value = typed["as_of"].iloc[0]
    assert pd.isna(value) if date is None else value == date
    assert bool(len(of_rule(findings, "date_unreadable"))) == (date is None)


def test_spreadsheet_cells_of_mixed_types_are_read() -> None:
    frame = pd.DataFrame(
        {
            "village_id": pd.Series([12.0, "a", True], dtype=object),
            "households": pd.Series([12.0, "1,000", None], dtype=object),
            "has_4g": pd.Series([True, "否", 1.0], dtype=object),
            "as_of": pd.Series([dt.date(2024, 5, 1), pd.Timestamp("2024-05-02 03:00"), 45413.0]),
            ROW: [2, 3, 4],
        }
    )
    typed, findings = convert(frame, IMPORTABLE["natural_villages"])
    assert typed["village_id"].tolist()[:2] == ["12", "a"]
    assert typed["households"].tolist()[:2] == [12, 1000]
    assert typed["has_4g"].tolist() == [True, False, True]
    assert typed["as_of"].tolist() == ["2024-05-01", "2024-05-02", "2024-05-01"]
    assert not len(findings)


@settings(max_examples=30)
@given(st.lists(st.text(max_size=12) | st.integers().map(str) | st.none(), max_size=6))
def test_no_text_breaks_the_reading_of_cells(cells: list[str | None]) -> None:
    # A key, and one column of each kind: with all columns a text takes three times longer.
    kinds = ("station_id", "name", "adcode", "technology", "frequency_mhz", "opened", "evidence")
    column = pd.Series(cells, dtype="str")
    frame = pd.DataFrame(dict.fromkeys(kinds, column) | {ROW: range(len(cells))})
    typed, findings = convert(frame, IMPORTABLE["base_stations"])
    findings = check(typed, CheckContext(IMPORTABLE["base_stations"], today=TODAY), findings)
    assert len(typed) == len(cells)
    assert all(finding.why.text("zh") for finding in findings.findings(None))


def test_a_large_file_is_checked_in_seconds() -> None:
    rng, rows = np.random.default_rng(0), 134_000
    frame = pd.DataFrame(
        {
            "village_id": [f"v{i}" for i in range(rows)],
            "households": rng.integers(1, 90, rows).astype(str),
            "lon": rng.uniform(99.9, 102, rows),
            "lat": rng.uniform(25, 26, rows),
            ROW: np.arange(rows) + 2,
        }
    )
    codes = pd.Series(rng.choice(["990001", "990002"], rows), dtype="str")
    begin = time.perf_counter()
    typed, findings = convert(frame, IMPORTABLE["natural_villages"])
    context = CheckContext(IMPORTABLE["natural_villages"], REGIONS, "990000", TODAY, {}, codes)
    findings = check(typed, context, findings)
    assert time.perf_counter() - begin < 6  # 0.8 s alone on two cores
    assert len(findings) > rows / 3
