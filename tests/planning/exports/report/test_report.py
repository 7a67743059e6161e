"""The report says what the tables say, of the regions asked for, in the reader's language."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest

from data.export.report.document import (
    Block,
    Drawing,
    Heading,
    OnePage,
    Pair,
    Paragraph,
    ReportTable,
    drawings,
    inside,
)
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from layers.villages import village_table
from planning.exports.gaps import source_table, sources_of
from planning.exports.report.bars import bar
from planning.exports.report.maps import MapContent, fills_of, region_map
from planning.exports.report.reader import Reader
from planning.exports.report.report import (
    ReportInputs,
    ReportRequest,
    levels_of,
    prefectures,
    report,
)
from planning.exports.report.sources import source_chapter
from planning.exports.workbook import source_sheet
from planning.gaps import gap_table
from planning.plan.rollout import Rollout, plan
from planning.progress import progress_table
from tests.toy import EAST, WEST


@pytest.fixture(scope="module")
def rollout(toy: Pack) -> Rollout:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TONGCUN_TODAY", "2023-12-31")
        return plan(toy, Scenario(province=toy.name, plan={"sites": 2, "frontier_points": 0}))


def each(blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks with those inside others."""
    found: list[Block] = []
    for block in blocks:
        found += each(inside(block)) if isinstance(block, Pair | OnePage) else [block]
    return found


def headings(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in each(blocks) if isinstance(block, Heading) and block.level == 1]


def tables(blocks: tuple[Block, ...]) -> list[ReportTable]:
    return [block for block in each(blocks) if isinstance(block, ReportTable)]


def test_the_whole_province_has_a_page_for_each_prefecture(toy: Pack) -> None:
    inputs = ReportInputs.of(toy, Scenario(province=toy.name))
    found = report(inputs, ReportRequest("zh"))
    names = toy.regions("prefecture")["name_zh"].tolist()
    titles = headings(found.blocks)
    assert [title for title in titles if title in names] == names
    assert titles[:2] == ["摘要", "各图层缺口"]
    assert titles[-3:] == ["方法与依据", "来源与原文", "示例内容"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_figures_are_those_of_the_gap_table(toy: Pack, language: str) -> None:
    inputs = ReportInputs.of(toy, Scenario(province=toy.name))
    found = report(inputs, ReportRequest(language))
    text, reader = found.texts(), Reader(language)
    for level in ("prefecture", "county"):
        rows = gap_table(toy, level=level)
        for _, row in rows[rows["gap"].abs() > 0].iterrows():
            assert f"{reader.built_of(row)}; {reader.gap(row)}" in text
    assert "nan" not in text.lower().split()


def test_a_region_has_its_own_rows_alone(toy: Pack, rollout: Rollout) -> None:
    inputs = ReportInputs.of(toy, rollout.scenario, rollout)
    found = report(inputs, ReportRequest("en", (EAST,)))
    text = found.texts()
    # The plan is one for the whole province: what one more site would bring may lie elsewhere.
    for note in rollout.cost_notes:
        text = text.replace(Reader("en").sentence(note), "")
    west = toy.regions("county")
    for name in west.loc[west["parent"] == WEST, "name_en"]:
        assert name not in text
    villages = village_table(toy, state="uncovered", regions=[EAST], min_households=20)
    for village in villages["village_id"]:
        assert village in text


def test_the_plan_adds_up(toy: Pack, rollout: Rollout) -> None:
    inputs = ReportInputs.of(toy, rollout.scenario, rollout)
    found = report(inputs, ReportRequest("en"))
    sites = next(table for table in tables(found.blocks) if table.head[0] == "No.")
    assert [row[0] for row in sites.rows] == [str(rank) for rank in rollout.sites["rank"]]
    years = next(table for table in tables(found.blocks) if table.head[-1].endswith("total"))
    assert years.rows[-1][4] == f"{int(rollout.villages['households'].sum()):,}"
    assert Reader("en").sentence(rollout.proof) in found.texts()


def test_what_drives_the_cost_has_its_source_in_the_readers_language(
    toy: Pack, rollout: Rollout
) -> None:
    known = toy.table("unit_costs")
    for language, column in (("zh", "source_zh"), ("en", "source")):
        found = report(ReportInputs.of(toy, rollout.scenario, rollout), ReportRequest(language))
        head = Reader(language).text("report.assumption")
        [drivers] = [table for table in tables(found.blocks) if table.head[0] == head]
        assert drivers.rows
        assert {row[-1] for row in drivers.rows} <= set(known[column])


def test_without_a_scenario_the_report_says_that_it_has_no_plan(toy: Pack) -> None:
    inputs = ReportInputs.of(toy, Scenario(province=toy.name))
    assert "no roll-out plan" in report(inputs, ReportRequest("en")).texts()


def test_every_quoted_source_has_its_document(toy: Pack) -> None:
    inputs = ReportInputs.of(toy, Scenario(province=toy.name))
    found = report(inputs, ReportRequest("zh"))
    table = next(table for table in tables(found.blocks) if "原文" in table.head)
    ids = {part for ids in gap_table(toy)["source_ids"] for part in ids.split(";")}
    quotes = inputs.sources.set_index("id")["quote"].dropna()
    for key in ids & set(quotes.index):
        assert quotes[key] in [row[3] for row in table.rows]
    assert all(row[4] for row in table.rows)


def test_an_unknown_region_is_refused(toy: Pack) -> None:
    with pytest.raises(InputError, match="110000"):
        prefectures(toy, ["110000"])


def test_cancelled_between_regions_ends_the_report(toy: Pack) -> None:
    inputs = ReportInputs.of(toy, Scenario(province=toy.name))

    def stop(_region: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        report(inputs, ReportRequest("zh"), stop)


def row(**figures: float) -> pd.Series:
    known = {"target": 100.0, "built": 60.0, "planned": 10.0, "gap_low": 20.0, "gap_high": 40.0}
    return pd.Series(known | figures)


def rectangles(drawing: Drawing) -> dict[str, float]:
    """Fill → width in shares of the target."""
    found = ET.fromstring(drawing.svg).iter("{http://www.w3.org/2000/svg}rect")
    return {str(part.get("fill")): float(part.get("width") or 0) / 100 for part in found}


def test_a_bar_has_the_shares_of_its_target() -> None:
    shares = rectangles(bar(row(), villages=False, alt=""))
    assert shares["#1D5FA6"] == pytest.approx(0.6, abs=0.002)
    assert shares["#9CC7EE"] == pytest.approx(0.1, abs=0.002)
    assert shares["#CC7410"] == pytest.approx(0.3, abs=0.002)
    assert "#14806A" in rectangles(bar(row(), villages=True, alt=""))


def test_unknown_is_hatched_and_no_target_is_grey() -> None:
    assert set(rectangles(bar(row(target=np.nan), villages=False, alt=""))) == {"#E4E8ED"}
    unknown = bar(row(built=np.nan), villages=False, alt="")
    assert set(rectangles(unknown)) == {"#E9ECF0"}
    assert "<path" in unknown.svg


def test_a_map_names_every_region_and_runs_nothing(toy: Pack) -> None:
    regions = toy.geo("regions")
    regions = regions[regions["level"] == "county"].copy()
    regions["name_zh"] = ["<script>x</script>", '"&', *regions["name_zh"][2:]]
    points = np.array([[101.1, 25.1]])
    drawn = region_map(toy, MapContent(regions, "name_zh", "N", {}, points), (80.0, 60.0), "map")
    tree = ET.fromstring(drawn.svg)
    texts = {part.text for part in tree.iter("{http://www.w3.org/2000/svg}text")}
    assert set(regions["name_zh"]) <= texts
    assert "<script" not in drawn.svg
    assert drawn.width_mm == pytest.approx(80)
    assert drawn.height_mm <= 60


def test_shades_rise_with_the_gap_and_unknown_has_its_own() -> None:
    fills, _ = fills_of(pd.Series({"a": 1.0, "b": 50.0, "c": 100.0, "d": np.nan, "e": 0.0}))
    assert fills["a"] != fills["c"]
    assert fills["d"] == "#98A3B0"
    assert "e" not in fills


def test_drawings_are_found_in_cells_figures_and_pairs(toy: Pack) -> None:
    inputs = ReportInputs.of(toy, Scenario(province=toy.name))
    found = report(inputs, ReportRequest("zh", (WEST,)))
    assert len(drawings(found.blocks)) > 3


def test_a_report_of_regions_needs_no_table_of_the_province(toy: Pack, rollout: Rollout) -> None:
    whole = ReportInputs.of(toy, rollout.scenario, rollout)
    part = ReportInputs.of(toy, rollout.scenario, rollout, levels=levels_of((EAST,)))
    assert set(whole.gaps) - set(part.gaps) == {"province"}
    wanted = ReportRequest("en", (EAST,))
    assert report(part, wanted) == report(whole, wanted)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sources_are_in_the_readers_language_with_their_address(language: str) -> None:
    """A publication's title, its address, and the source of a cost are as the reader reads them."""
    pack = Pack.load("yunnan")
    ids = ["obs-532500-mobile_5g-20250331", "cost:fibre_rural", "yn-4g-av-2020"]
    blocks = source_chapter(source_table(pack), ids, Reader(language))
    rows = [row for block in blocks if isinstance(block, ReportTable) for row in block.rows]
    share, seen, cost = (row[-1] for row in rows)
    assert seen.endswith("http://www.hh.gov.cn/info/196992/1215722.htm")
    assert bool(re.search("[\u4e00-\u9fff]", cost)) == (language == "zh")
    sheet = source_sheet(pack, sources_of(pack, ids), Reader(language))
    assert {row[-1] for row in sheet.rows} == {share, seen, cost}
    unit = {"zh": "元/公里", "en": "CNY per km"}[language]
    assert rows[-1][2].endswith(f" {unit}")
    assert sheet.rows[-1][3] == unit
    if language == "zh":
        # Neither a unit nor a credit stands in English.
        assert "share of" not in rows[0][2]
        (regions,) = (block.text for block in blocks if isinstance(block, Paragraph))
        assert "边界：天地图" in regions
        assert "Boundaries" not in regions


@pytest.mark.parametrize("language", ["zh", "en"])
def test_progress_is_that_of_the_progress_table(
    toy: Pack, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGCUN_TODAY", "2024-12-31")
    reader, scenario = Reader(language), Scenario(province=toy.name)
    caption = reader.text("report.progress_here")
    chapter = report(ReportInputs.of(toy, scenario), ReportRequest(language))
    pages = [page for page in tables(chapter.blocks) if page.caption == caption]
    assert len(pages) == len(toy.regions("prefecture"))
    assert reader.text("report.chapter_progress") in headings(chapter.blocks)
    for region in (EAST, WEST, toy.regions("county")["adcode"].iloc[0]):
        level = "prefecture" if region in {EAST, WEST} else "county"
        rows = progress_table(toy, "mobile_5g", level=level).set_index("adcode")
        row = rows.loc[region]
        part = report(ReportInputs.of(toy, scenario), ReportRequest(language, (region,)))
        [page] = [page for page in tables(part.blocks) if page.caption == caption]
        line = page.rows[0]
        assert line[1] == reader.text(f"progress_status.{row['status']}")
        assert line[2:4] == tuple(reader.figure(row[name]) for name in ("baseline", "path"))
        assert line[6:] == (reader.figure(row["behind"]), reader.figure(row["pace_needed"], 1))
        assert f"({row['as_of']})" in str(line[4]) or f"（{row['as_of']}）" in str(line[4])
    # The region furthest behind comes first, the province last.
    caption = reader.text("report.progress_of", layer=reader.text("layer.mobile_5g.title"),
                          unit=reader.text("unit.base_station"), due="2025-12-31")  # fmt: skip
    [whole] = [page for page in tables(chapter.blocks) if page.caption == caption]
    first = progress_table(toy, "mobile_5g").iloc[0]
    assert whole.rows[0][0] == first[reader.names]
    assert whole.rows[-1][0] == reader.text("report.total")
