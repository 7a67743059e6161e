"""Exports of predictions and of compared rules: every format, stamped, with what they rest on."""

from __future__ import annotations

import io
import json

import openpyxl
import pandas as pd
import pytest

from data.export.writers import to_bytes
from data.scenario.coverage_rules import rule
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.coverage.per_region import region_prediction
from planning.coverage.prediction import CoverageOrder, village_prediction
from planning.coverage.rule_comparison import RuleOrder, rule_comparison, rule_counts
from planning.exports.coverage import RulePair, area_tags, coverage_bundle, rules_bundle

PACK = Pack.load("yunnan")
PLAN = Scenario(province="yunnan", demonstration_terrain=True)
ORDER = CoverageOrder(regions=("533301",), min_households=100)
SUFFIXES = (".xlsx", ".csv", ".geojson", ".gpkg", ".kml", ".parquet")


@pytest.fixture(scope="module")
def prediction() -> pd.DataFrame:
    return village_prediction(PACK, PLAN, ORDER)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_prediction_goes_into_every_format_the_same_bytes_twice(
    prediction: pd.DataFrame, suffix: str
) -> None:
    regions = region_prediction(prediction, PACK, "county", ORDER)
    bundle = coverage_bundle(PACK, PLAN, ORDER, prediction, regions)
    content = to_bytes(bundle, suffix)
    assert content == to_bytes(bundle, suffix)
    assert "invented" in bundle.provenance["stamp_en"]
    assert bundle.provenance["terrain_evidence"] == "illustrative"


def test_the_table_comes_back_with_unknown_cells_empty(prediction: pd.DataFrame) -> None:
    regions = region_prediction(prediction, PACK, "county", ORDER)
    bundle = coverage_bundle(PACK, PLAN, ORDER, prediction, regions)
    back = pd.read_csv(io.BytesIO(to_bytes(bundle, ".csv")), encoding="utf-8-sig")
    assert back["village_id"].tolist() == prediction["village_id"].tolist()
    assert back["rsrp_dBm"].isna().tolist() == prediction["rsrp_dBm"].isna().tolist()
    drawn = json.loads(to_bytes(bundle, ".geojson"))
    assert len(drawn["features"]) >= len(prediction)


def test_compared_rules_name_source_year_and_whether_verified() -> None:
    pair = RulePair(rule("miit_2018_a"), rule("miit_2018_b"))
    order = RuleOrder(("533301",), min_households=100)
    table = rule_comparison(PACK, PLAN, pair.a, pair.b, order)
    bundle = rules_bundle(PACK, PLAN, pair, table, rule_counts(table, PACK, "county"))
    about = bundle.provenance
    assert about["rule_a_verified"] == "yes"
    assert about["rule_b_verified"].startswith("no")
    assert "2018" in about["rule_a_source"]
    book = openpyxl.load_workbook(io.BytesIO(to_bytes(bundle, ".xlsx")), read_only=True)
    assert {"rules", "regions", "sources", "about"} <= set(book.sheetnames)


def test_an_area_says_how_accurate_it_is_and_that_the_relief_is_invented() -> None:
    tags = area_tags(PACK, PLAN, ORDER, ["a", "b"])
    assert "8 dB" in tags["accuracy"]
    assert tags["sites"] == "a;b"
    assert "invented" in tags["stamp_en"]
    assert tags["evidence"] == "illustrative"
