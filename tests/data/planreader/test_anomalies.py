"""What is inferred or cannot be says so, and takes its part of the confidence."""

from __future__ import annotations

from data.planreader.context import Plan
from data.planreader.reading import read_text
from data.planreader.regions import region_names
from data.planreader.statement import PlanStatement

PLAN = Plan(2021, 2025, "2021-10-15", "510000")
SURE = 0.97


def read(text: str) -> list[PlanStatement]:
    return read_text(text, PLAN, region_names([("510100", "成都市"), ("510700", "绵阳市")]))


def test_what_is_stated_outright_is_sure() -> None:
    said = read("到2025年，全省5G基站达到25万个。")[0]
    assert (said.confidence, said.reasons) == (SURE, ())


def test_a_sentence_that_a_text_repeats_is_read_where_it_stands_first() -> None:
    found = read("一、发展现状。5G基站1.8万个。\n二、发展目标。5G基站1.8万个。")
    assert [said.kind for said in found] == ["baseline"]


def test_more_new_ones_than_in_all_are_marked() -> None:
    new, total = read("到2023年，新建5G基站9万个。到2023年，5G基站总数达到7万个。")
    assert new.reasons == ("more_new_than_in_all",)
    assert new.confidence < SURE
    assert total.reasons == ()


def test_a_lost_decimal_point_shows_both_readings() -> None:
    said = read("到2025年，数据中心机架达到1\ue0105万架。")[0]
    assert (said.value, said.other_value) == (15_000, 150_000)
    assert said.reasons == ("lost_decimal_point",)
    assert said.confidence < SURE


def test_a_place_named_before_makes_the_province_less_sure() -> None:
    said = read("到2025年，成都、绵阳建成“千兆城市”，枢纽节点机架规模不低于20万架。")[0]
    assert (said.region, said.reasons) == ("510000", ("places_named_before",))
    assert said.confidence < SURE


def test_regions_that_share_a_figure_are_named() -> None:
    said = read("到2025年，成都市、绵阳市5G基站合计达到9万个。")[0]
    assert (said.region, said.place) == ("510100+510700", "成都市、绵阳市")


def test_a_start_without_a_year_has_no_date() -> None:
    start, end = read("到2025年，行政村5G通达率由12%提高到85%。")
    assert (start.date, start.reasons) == (None, ("start_without_date",))
    assert (end.date, end.reasons) == ("2025-12-31", ())
