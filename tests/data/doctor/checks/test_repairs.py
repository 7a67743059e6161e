"""Each repair mends what its finding says, on consent alone, so that the rule is content."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
import shapely

from data.doctor.base import ROW, Finding
from data.doctor.checks.repairs import (
    _KINDS,
    _UNITS,
    REPAIRS,
    apply_repairs,
    offered,
    repaired_context,
    repairs_of,
)
from data.doctor.checks.rules import RULES, SHAPE, CheckContext, FindingTable, check, convert
from data.tables.imports import IMPORTABLE
from data.wording.catalogue import Message
from geo.errors import UnknownNameError
from tests.data.doctor.checks.test_rules import REGIONS, TODAY

BOW = shapely.Polygon([(100.2, 25.2), (100.8, 25.8), (100.8, 25.2), (100.2, 25.8)])
SITE = {"site_id": "s1", "lon": 100.51234, "lat": 25.51234, "antenna_height_m": 40.0}
STATION = {"station_id": "b1", "lon": 100.51234, "lat": 25.51234}
VILLAGE = {"village_id": "v1", "lon": 100.51234, "lat": 25.51234, "households": "40"}
#: Repair → kind, the wrong row, what its columns hold afterwards.
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "unit": ("sites", SITE | {"antenna_height_m": "0.04"}, {"antenna_height_m": 40}),
    "wan": ("natural_villages", VILLAGE | {"population": "0.0047"}, {"population": 47}),
    "height_km": ("sites", SITE | {"antenna_height_m": 0.04}, {"antenna_height_m": 40}),
    "length_m": (
        "fibre_routes",
        {"route_id": "r1", "length_km": 5800.0,
         SHAPE: shapely.LineString([(100.2, 25.5), (100.258, 25.5)])},
        {"length_km": 5.8},
    ),
    "frequency_ghz": ("base_stations", STATION | {"frequency_mhz": 2.6}, {"frequency_mhz": 2600}),
    "azimuth_modulo": ("base_stations", STATION | {"azimuth_deg": -30.0}, {"azimuth_deg": 330}),
    "swap_lonlat": (
        "sites", SITE | {"lon": 25.51234, "lat": 100.51234}, {"lon": 100.51234, "lat": 25.51234},
    ),
    "drop_sign": ("sites", SITE | {"lon": -100.51234}, {"lon": 100.51234, "lat": 25.51234}),
    "strip_control": (
        "natural_villages", VILLAGE | {"name": "大\x07 村\n西\u200b"}, {"name": "大 村 西"},
    ),
    "trim": ("natural_villages", VILLAGE | {"name": "\u3000大村 "}, {"name": "大村"}),
    "blank_word": ("base_stations", STATION | {"technology": "9G"}, {"technology": None}),
    "new_id": ("sites", SITE | {"site_id": ""}, {"site_id": "row-8"}),
    "make_valid": ("regions", {"adcode": "990001", "name_zh": "某县", SHAPE: BOW}, {}),
    "drop_duplicates": ("sites", SITE, {}),
}  # fmt: skip


def prepared(repair: str) -> tuple[pd.DataFrame, CheckContext]:
    kind, wrong, _ = CASES[repair]
    units = {"antenna_height_m": "km"} if repair == "unit" else {}
    row = {k: [v] for k, v in wrong.items()}
    frame = pd.DataFrame(row | {ROW: [8]})
    if repair == "new_id":
        other = pd.DataFrame({k: [v] for k, v in SITE.items()} | {"lat": [25.6], ROW: [7]})
        frame = pd.concat([other, frame], ignore_index=True)
    if repair == "drop_duplicates":
        frame = pd.concat([frame.assign(**{ROW: 7}), frame], ignore_index=True)
    typed, _ = convert(frame, IMPORTABLE[kind])
    return typed, CheckContext(IMPORTABLE[kind], REGIONS, "990000", TODAY, units)


@pytest.mark.parametrize("repair", REPAIRS)
def test_a_repair_mends_its_rows(repair: str) -> None:
    frame, context = prepared(repair)
    before = frame.copy()
    findings = check(frame, context)
    offers = repairs_of(findings).tolist()
    assert repair in offers
    mended, changed = apply_repairs(frame, findings, frozenset({repair}))
    pd.testing.assert_frame_equal(frame, before)
    after = check(mended, repaired_context(context, frozenset({repair})))
    assert repair not in repairs_of(after).tolist(), after.frame
    assert not len(after), after.frame
    if repair == "drop_duplicates":
        assert mended[ROW].tolist() == [7]
        assert not changed.any()
        return
    assert mended.loc[changed, ROW].tolist() == [8]
    for column, value in CASES[repair][2].items():
        written = mended[column].iloc[-1]
        assert pd.isna(written) if value is None else written == value
    if repair == "make_valid":
        assert mended[SHAPE].iloc[0].area == pytest.approx(0.18)


def test_every_repair_is_offered_by_a_rule_and_the_other_way_round() -> None:
    assert {rule.repair for rule in RULES} - {""} == set(REPAIRS) == set(CASES)


@pytest.mark.parametrize("repair", REPAIRS)
def test_without_consent_nothing_changes(repair: str) -> None:
    frame, context = prepared(repair)
    others = frozenset(set(REPAIRS) - {repair})
    findings = check(frame, context)
    mine = findings.only(repairs_of(findings) == repair)
    mended, changed = apply_repairs(frame, mine, others)
    pd.testing.assert_frame_equal(mended, frame)
    assert not changed.any()


def test_repairs_are_offered_with_the_rows_they_mend() -> None:
    frame, context = prepared("new_id")
    frame.loc[0, "lon"] = -100.51234
    assert offered(check(frame, context)) == {"drop_sign": 1, "new_id": 1}
    why, how = Message("finding.unknown_code.why_rounded"), Message("finding.region_name.how")
    given = Finding("x", "error", 8, "lon", "", why, how, repair="trim")
    assert offered(FindingTable.of([given, replace(given, row=9)])) == {"trim": 2}
    assert offered(FindingTable.of([])) == {}


def test_a_made_id_is_no_other_rows_id() -> None:
    frame, context = prepared("new_id")
    frame["site_id"] = ["row-8", None]
    mended, _ = apply_repairs(frame, check(frame, context), frozenset({"new_id"}))
    assert mended["site_id"].tolist() == ["row-8", "row-8-2"]


def test_an_unknown_repair_is_refused_with_the_known_ones() -> None:
    frame, context = prepared("trim")
    with pytest.raises(UnknownNameError, match="did you mean 'trim'"):
        apply_repairs(frame, check(frame, context), frozenset({"trimm"}))


def test_a_column_has_one_unit_and_kind_in_all_tables() -> None:
    columns = [c for table in IMPORTABLE.values() for c in table.columns if c.kind != "text"]
    numbers = [c for c in columns if c.kind in ("integer", "number") and c.name != "height"]
    assert all(_UNITS[c.name] == c.unit and _KINDS[c.name] == c.kind for c in numbers)
