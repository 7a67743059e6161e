"""Workbooks of plan, what-if sites and needs in words: the same figures, no codes, right sums."""

from __future__ import annotations

import pytest

from data.export.bundle import ReadingSheet
from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack
from data.wording.catalogue import LANGUAGES, text
from layers.registry import layer
from planning.exports.gaps import whatif_bundle
from planning.exports.plan import need_bundle, plan_bundle
from planning.needs import NeedOptions, need_table
from planning.plan.rollout import plan
from planning.whatif import effect
from tests.toy import COUNTIES, EAST, WEST

SCENARIO = Scenario(name="=案", province="toy", sites=(PlannedSite(lat=25.3, lon=100.3),),
                    plan={"sites": 2, "frontier_points": 0})  # fmt: skip


def column(sheet: ReadingSheet, key: str, language: str) -> list[object]:
    [at] = [i for i, head in enumerate(sheet.head) if head.startswith(text(key, language))]
    return [row[at] for row in sheet.rows]


def check(sheets: tuple[ReadingSheet, ...]) -> None:
    codes = {*COUNTIES, EAST, WEST, "natural_village", "4g_1800"}
    for sheet in sheets[:-1]:
        assert {len(row) for row in sheet.rows} <= {len(sheet.head)}
        assert not sheet.total or len(sheet.total) == len(sheet.head)
        assert not [row for row in sheet.rows for cell in row if cell in codes]
    assert all("=案" in sheet.lines[0] for sheet in sheets[:-1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_in_words_has_the_figures_of_its_tables(language: str, toy: Pack) -> None:
    found = plan(toy, SCENARIO)
    sheets = plan_bundle(toy, found, language=language).reading
    check(sheets)
    sites, villages = sheets[0], sheets[1]
    assert len(sites.rows) == len(found.sites)
    assert column(sites, "sheet.households", language) == found.sites["households"].tolist()
    assert found.villages["households"].sum() in sites.total
    assert column(villages, "sheet.village_id", language) == found.villages["village_id"].tolist()
    unit = text("report.money_unit", language)
    title = text("report.with_unit", language, what=text("sheet.cost_base", language), unit=unit)
    build = sites.head.index(title)
    assert sites.total[build] == pytest.approx(found.sites["cost_base"].sum() / 10_000, abs=0.01)
    assert found.proof.text(language) in sites.lines


def test_chinese_costs_are_chinese(toy: Pack) -> None:
    sheets = plan_bundle(toy, plan(toy, SCENARIO), language="zh").reading
    [bill] = [sheet for sheet in sheets if sheet.title == text("plan_table.bill", "zh")]
    told = set(column(bill, "sheet.source", "zh"))
    assert told
    assert told <= set(toy.table("unit_costs")["source_zh"])
    assert {"站", "座"} <= set(column(bill, "sheet.unit", "zh"))
    assert not [line for line in bill.lines if "CNY" in line]
    assert any("元" in line for line in bill.lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_if_sites_in_words(language: str, toy: Pack) -> None:
    found = effect(toy, SCENARIO.sites)
    sheets = whatif_bundle(toy, SCENARIO, found, language=language).reading
    check(sheets)
    after = column(sheets[0], "sheet.villages_after", language)
    assert after == found.regions["villages_after"].tolist()
    assert len(sheets[2].rows) == found.villages > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_need_in_words_sums_per_year(language: str, toy: Pack) -> None:
    item = layer("mobile_5g")
    table = need_table(toy, SCENARIO, item, options=NeedOptions())
    sheets = need_bundle(toy, SCENARIO, table, item, language=language).reading
    check(sheets)
    years = [name for name in table if str(name).startswith("year_")]
    sums = [value for value in sheets[0].total[1:] if value != ""]
    assert sums == [table[name].sum() for name in years]
    assert sheets[0].head[-2:] == (text("sheet.as_of", language), text("sheet.evidence", language))
