"""Figures of single prefectures and counties on the toy: what each keeps, and where it comes from.

The province has 300 5G stations on 2020-12-31, by urban population 263 and 37, then 237 : 26 and
31 : 6; its target of 1,003 is 880 and 123.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from data.tables.reader import Pack
from tests import toy as toy_pack
from tests.planning.gap_rows import NAN, of, same, with_rows
from tests.toy import EAST, WEST

#: One county at the total's own date, one a day before its prefecture reports, one only planned.
COUNTIES = (
    {"id": "first", "adcode": "990101", "as_of": "2020-12-31", "value": 200},
    {"id": "fourth", "adcode": "990202", "as_of": "2024-06-29", "value": 5},
    {"id": "plan", "adcode": "990102", "as_of": "2021-06-30", "value": 900, "kind": "plan"},
)


def test_a_county_s_figure_is_in_its_row_and_in_the_sums_above_it_alone(tmp_path: Path) -> None:
    pack = with_rows(tmp_path, *COUNTIES)
    at = {
        level: of(pack, "mobile_5g", level, as_of="2024-06-29")
        for level in ("county", "prefecture", "province")
    }
    # The rest of 263, and of 37: the total is a fact.
    assert same(at["county"]["built"], [200, 63, 32, 5])
    assert same(at["prefecture"]["built"], [263, 37])
    assert same(at["province"]["built"], [300])
    last = {level: [ids.split(";")[-1] for ids in at[level]["source_ids"]] for level in at}
    assert last == {
        "county": ["first", "pack:regions", "pack:regions", "fourth"],
        "prefecture": ["first", "fourth"], "province": ["fourth"],
    }  # fmt: skip
    signs = {level: table["built_qualifier"].tolist() for level, table in at.items()}
    assert signs == {"county": [""] * 4, "prefecture": ["about"] * 2, "province": ["about"]}
    assert at["county"]["built_evidence"].tolist() == [
        "reported", "allocated", "allocated", "reported"
    ]  # fmt: skip
    # Of the total's own day a figure is not newer.
    newer = at["county"]["note_en"].str.contains("This row is of 2024-06-29")
    assert newer.tolist() == [False, False, False, True]
    assert not at["county"]["note_en"].str.contains("This row is of 2020-12-31").any()


def test_a_prefecture_s_later_figure_replaces_those_of_its_counties(tmp_path: Path) -> None:
    table = of(with_rows(tmp_path, *COUNTIES), "mobile_5g", "county", as_of="2024-06-30")
    assert same(table["built"], [200, 63, 77, 13])
    # Reported for the prefecture, but shared out to its counties.
    assert table["built_evidence"].tolist() == ["reported", "allocated", "allocated", "allocated"]


def test_a_share_of_villages_leaves_a_county_its_own(tmp_path: Path, toy: Pack) -> None:
    """92 % of 29 and 54, then of 10 : 19 and 24 : 30; a county that counts 9 has 9."""
    assert same(of(toy, "fibre", "county")["built"], [9, 18, 22, 27])
    row = {"adcode": "990201", "layer": "fibre", "metric": "admin_villages_fibre", "value": 9}
    pack = with_rows(tmp_path, row | {"as_of": "2021-06-30"})
    assert same(of(pack, "fibre", "county")["built"], [9, 18, 9, 27])
    assert same(of(pack, "fibre")["built"], [27, 36])


def test_before_the_province_s_first_figure_only_what_is_observed_is_known(tmp_path: Path) -> None:
    pack = with_rows(
        tmp_path,
        {"id": "county", "adcode": "990102", "as_of": "2020-02-28", "value": 3},
        {"id": "early", "as_of": "2020-03-31", "value": 9},
        {"id": "dated", "as_of": "2020-12-31", "value": 90},
    )
    table = of(pack, "mobile_5g", as_of="2020-06-30")
    assert same(table["built"], [NAN, 9])
    assert table["as_of"].tolist() == ["", "2020-03-31"]
    assert same(of(pack, "mobile_5g", "county", as_of="2020-06-30")["built"], [NAN, 3, NAN, NAN])
    # No whole, no share: 90 of 300 is the first.
    past = of(pack, "mobile_5g", rules={"mobile_5g": "past_share"})
    assert same(past["target"], [702, 301])


def test_one_exact_figure_does_not_make_the_others_exact(tmp_path: Path) -> None:
    row = {"adcode": WEST, "as_of": "2024-06-30", "value": 250, "qualifier": "~"}
    table = of(with_rows(tmp_path, row), "mobile_5g", as_of="2024-06-30")
    assert same(table["built_low"], [245, 90])
    assert same(table["built_high"], [255, 90])


@pytest.mark.parametrize(
    ("value", "qualifier", "low", "target", "high"),
    [
        # A target of "more than" is met by its figure.
        (200, ">", [803, 200], [803, 200], [803, 200]),
        (200, "~", [803, 150], [803, 200], [803, 250]),
        # More than the province's: no part of it.
        (1_100, "=", [365, 123], [880, 123], [880, 638]),
    ],
)
def test_a_prefecture_s_own_target_of_the_province_s_date_is_kept(
    tmp_path: Path, value: float, qualifier: str, low: list, target: list, high: list
) -> None:  # fmt: skip
    row = {"kind": "plan", "as_of": "2025-12-31", "value": value, "qualifier": qualifier}
    table = of(with_rows(tmp_path, row), "mobile_5g")
    assert same(table["target"], target)
    assert same(table["target_low"], low)
    assert same(table["target_high"], high)


def test_the_least_of_an_inexact_total_is_what_stood_before(tmp_path: Path) -> None:
    """About 1,100 is 1,050 at least, but 848 and 250 stood before."""
    seen = toy_pack.observations()
    seen.loc[0, "qualifier"] = "~"
    row = {"adcode": WEST, "layer": "mobile_4g", "as_of": "2021-06-30", "value": 848}
    table = of(with_rows(tmp_path, row, observations=seen), "mobile_4g", as_of="2023-12-31")
    assert same(table["built"], [850, 250])
    assert same(table["built_low"], [848, 250])


def test_sources_and_notes_without_a_target_or_a_total(tmp_path: Path, toy: Pack) -> None:
    rows, seen = toy_pack.targets(), toy_pack.observations()
    pack = toy_pack.write(
        tmp_path,
        targets=rows[~rows["id"].isin(["toy-mobile_5g-2025", "toy-mobile_4g-2020"])],
        observations=seen[seen["layer"] == "mobile_5g"],
    )
    counties = of(pack, "mobile_5g", "county", as_of="2024-06-30")
    assert counties["source_ids"].tolist() == [
        *["toy-mobile_5g-2020;pack:regions"] * 2, *[f"obs-{EAST}-mobile_5g-2024;pack:regions"] * 2
    ]  # fmt: skip
    due = "The target was due on 2022-12-31; "
    unseen = f"{due}no figure of what is built is known."
    assert set(of(pack, "mobile_4g")["note_en"]) == {unseen}
    seen_since = f"{due}the latest figure is of 2023-06-30, 6 months old."
    assert set(of(toy, "mobile_4g")["note_en"]) == {seen_since}
