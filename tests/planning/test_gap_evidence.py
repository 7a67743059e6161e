"""The gap table on the toy province: targets, evidence, villages, metrics and columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError, UnknownNameError
from geo.gaps.gap import Interval
from layers.base import Context, Query
from layers.figures import Figures
from layers.registry import layer
from planning.gaps import (
    EXTRA_COLUMNS,
    GAP_COLUMNS,
    _class_of,
    _gap_sign,
    _past_due,
    gap_table,
    layer_table,
)
from tests import toy as toy_pack
from tests.planning.gap_rows import of, same

# -- targets and their status


def test_no_target_stated_is_not_zero(toy: Pack) -> None:
    table = of(toy, "data_centres")
    assert table[["target", "gap", "gap_low", "gap_high"]].isna().all(axis=None)
    assert set(table["target_status"]) == {"none stated"}
    assert set(table["target_as_of"]) == {""}
    assert table["built"].sum() == 500
    assert set(table["source_ids"]) == {"toy-data_centres-2020;pack:regions"}


def test_targets_are_stated_derived_or_set(toy: Pack) -> None:
    table = gap_table(toy, scenario=Scenario(province="toy", targets={"data_centres": 600}))
    status = table.groupby("layer")["target_status"].agg(set).to_dict()
    assert status == {
        "mobile_5g": {"derived"}, "mobile_4g": {"stated"}, "fibre": {"stated"},
        "data_centres": {"set by planner"}, "natural_villages": {"assumption all covered"},
        "backbone": {"none stated"}, "other_targets": {"none stated"},
    }  # fmt: skip
    dates = table.groupby("layer")["target_as_of"].agg(set).to_dict()
    assert dates["mobile_5g"] == {"2025-12-31"}
    assert dates["data_centres"] == {toy.default_as_of}


def test_the_planner_may_set_a_target(toy: Pack) -> None:
    table = of(toy, "data_centres", targets={"data_centres": 600})
    assert same(table["target"], [526, 74])
    assert set(table["evidence"]) == {"assumed"}
    assert set(table["source_ids"]) == {"scenario;pack:regions;toy-data_centres-2020"}
    province = of(toy, "data_centres", "province", targets={"data_centres": 600})
    assert set(province["evidence"]) == {"assumed"}
    assert set(province["source_ids"]) == {"scenario;toy-data_centres-2020"}
    # A target of zero is a target.
    assert same(of(toy, "mobile_4g", "province", targets={"mobile_4g": 0})["gap"], [-1_100])


# -- evidence


@pytest.mark.parametrize(
    ("key", "level", "evidence"),
    [
        # 300 + 703: a sum that stands in no source.
        ("mobile_5g", "province", "derived"),
        ("mobile_4g", "province", "reported"),
        ("mobile_5g", "prefecture", "allocated"),
        ("mobile_5g", "county", "allocated"),
        # All villages are to have fibre: a count. 92 % of them have: an allocation, the weaker.
        ("fibre", "prefecture", "allocated"),
        ("fibre", "province", "reported"),
        # One village of fifteen is modelled.
        ("natural_villages", "county", "modelled"),
    ],
)
def test_the_weaker_evidence_is_the_row_s(toy: Pack, key: str, level: str, evidence: str) -> None:
    assert set(of(toy, key, level)["evidence"]) == {evidence}


def test_the_target_s_evidence_counts_too(toy: Pack) -> None:
    """What is built in the province is reported, the target is the planner's."""
    table = of(toy, "mobile_4g", "province", targets={"mobile_4g": 2_000})
    assert set(table["evidence"]) == {"assumed"}
    assert table[["target_evidence", "built_evidence"]].to_numpy().tolist() == [
        ["assumed", "reported"]
    ]


def test_without_a_target_the_evidence_is_that_of_what_is_built(toy: Pack) -> None:
    assert set(of(toy, "data_centres")["evidence"]) == {"allocated"}
    assert set(of(toy, "data_centres", "province")["evidence"]) == {"reported"}
    nothing = gap_table(toy, ["fibre"], metric="subscribers")
    assert nothing[["target", "built", "gap"]].isna().all(axis=None)
    assert set(nothing["source_ids"]) == {""}
    assert set(nothing["evidence"]) == {""}


def test_sources_are_those_of_target_and_built_each_once(toy: Pack) -> None:
    both = "toy-mobile_5g-2020;toy-mobile_5g-2025"
    assert set(of(toy, "mobile_5g", "province")["source_ids"]) == {both}
    assert set(of(toy, "mobile_5g")["source_ids"]) == {f"{both};pack:regions"}


def test_what_a_prefecture_reports_is_allocated_to_its_counties(toy: Pack) -> None:
    counties = of(toy, "mobile_5g", "county", as_of="2024-06-30")
    assert counties["as_of"].tolist() == ["2020-12-31"] * 2 + ["2024-06-30"] * 2
    assert set(counties["evidence"]) == {"allocated"}


@pytest.mark.parametrize(("qualifier", "high"), [("=", 30), (">", 31), ("~", 30.5)])
def test_a_metric_in_another_unit_than_the_ledger(
    tmp_path: Path, qualifier: str, high: float
) -> None:
    """Shares of the ledger are shown in per cent."""
    rows = toy_pack.targets()
    model = rows.iloc[0].to_dict() | {"layer": "fibre", "metric": "urban_users_20_mbps",
                                        "unit": "share of users", "basis": "share"}  # fmt: skip
    stated = [
        model | {"id": "users-2020", "value": 0.3, "qualifier": qualifier},
        model | {"id": "users-2025", "value": 0.8, "kind": "target", "as_of": "2025-12-31"},
    ]
    pack = toy_pack.write(tmp_path, targets=pd.concat([rows, pd.DataFrame(stated)]))
    table = gap_table(pack, ["fibre"], level="province", metric="urban_users_20_mbps").iloc[0]
    assert (table["target_low"], table["target"], table["target_high"]) == (80, 80, 80)
    assert table["built"] == 30
    assert table["built_low"] == pytest.approx(29.5 if qualifier == "~" else 30)
    assert table["built_high"] == pytest.approx(high)
    assert (table["gap"], table["unit"]) == (50, "percent")


# -- natural villages


def test_villages_of_20_and_more_are_counted_and_unknown_ones_are_no_gap_yet(toy: Pack) -> None:
    table = of(toy, "natural_villages", "county")
    assert same(table["target"], [3, 3, 3, 2])
    assert same(table["built"], [2, 1, 0, 2])
    assert same(table["built_high"], [2, 2, 1, 2])
    # Those whose state is unknown are part of neither; the interval holds them.
    assert same(table["gap"], [1, 1, 2, 0])
    assert same(table["gap_low"], [1, 1, 2, 0])
    assert same(table["gap_high"], [1, 2, 3, 0])
    assert same(of(toy, "natural_villages")["built"], [3, 2])
    assert same(of(toy, "natural_villages", "province")["target"], [11])


def test_illustrative_villages_widen_the_interval(tmp_path: Path) -> None:
    rows = toy_pack.villages().assign(evidence="illustrative")
    table = of(toy_pack.write(tmp_path, natural_villages=rows), "natural_villages")
    # About 4 without: 3 : 1 by rural households, 1 : 3 by village units, 2 : 2 by area.
    assert same(table["gap"], [2, 2])
    assert same(table["gap_low"], [1, 1])
    assert same(table["gap_high"], [3, 3])
    assert set(table["evidence"]) == {"illustrative"}


def test_a_further_metric_is_a_column_of_the_list(toy: Pack) -> None:
    default = gap_table(toy, ["fibre", "mobile_4g"], level="province")
    assert default["metric"].tolist() == ["admin_villages", "base_stations"]
    every = gap_table(toy, ["fibre"], level="province", metric="all")
    assert every["metric"].tolist() == [metric.key for metric in layer("fibre").metrics]
    assert tuple(every.columns[:15]) == GAP_COLUMNS
    assert every.columns[15] == "metric"
    with pytest.raises(UnknownNameError, match="subscribers"):
        gap_table(toy, ["fibre"], metric="subscriber")


def test_every_column_and_the_note_of_the_layer(toy: Pack) -> None:
    table = gap_table(toy)
    assert tuple(table.columns) == (*GAP_COLUMNS, *EXTRA_COLUMNS)
    notes = table.groupby("layer")["note_en"].agg(set)
    assert notes["mobile_5g"] == {""}
    (fibre,) = notes["fibre"]
    assert "administrative villages" in fibre
    (zh,) = set(table.loc[table["layer"] == "fibre", "note_zh"])
    assert "行政村" in zh


def test_an_infinite_figure_is_unknown(toy: Pack) -> None:
    """A planner's own layer may divide by nothing."""

    def figures(query: Query) -> Figures:
        own = layer("mobile_5g").metric().figures(query)
        endless = np.full(len(own.built.value), np.inf)
        return replace(own, built=Interval.exact(endless), missing=None)

    item = layer("mobile_5g")
    context = Context(toy, Scenario(province="toy"), toy.default_as_of, "prefecture")
    table = layer_table(item, context, replace(item.metric(), figures=figures))
    for column in ("built", "gap", "gap_low", "gap_high", "built_high"):
        assert table[column].isna().all()
    assert table["target"].notna().all()


def test_the_default_date_is_today(toy: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in ("2021-06-30", "2023-12-31"):
        monkeypatch.setenv("TONGCUN_TODAY", day)
        pd.testing.assert_frame_equal(gap_table(toy), gap_table(toy, as_of=day))
    monkeypatch.setenv("TONGCUN_TODAY", "tomorrow")
    with pytest.raises(InputError, match="is no date"):
        gap_table(toy)


def test_a_target_past_due_is_said_so(toy: Pack) -> None:
    before = gap_table(toy, ["mobile_5g"], as_of="2025-12-31")
    after = gap_table(toy, ["mobile_5g"], as_of="2026-11-30")
    assert not before["note_en"].str.contains("was due").any()
    assert after["note_en"].str.contains("The target was due on 2025-12-31").all()
    assert after["note_zh"].str.contains("目标期限 2025-12-31 已过").all()


def test_no_target_was_due_where_a_region_has_none() -> None:
    pack, asked = Pack.load("gansu"), ["backbone"]
    whole = gap_table(pack, asked, level="province", as_of="2026-11-30")
    parts = gap_table(pack, asked, level="county", as_of="2026-11-30")
    assert whole["note_zh"].str.contains("目标期限 2020-12-31 已过").all()
    assert parts["target"].isna().all()
    assert not parts["note_zh"].str.contains("已过").any()
    assert not parts["note_en"].str.contains("was due").any()


def test_what_is_counted_is_named() -> None:
    table = gap_table(Pack.load("gansu"), ["mobile_4g", "data_centres"], level="province")
    assert table["denominator_zh"].tolist() == [
        "区域内各运营商的全部基站", "区域内各运营商的全部标准机架",
    ]  # fmt: skip


# -- signs, dates passed, classes


@pytest.mark.parametrize(
    ("target", "built", "sign"),
    [("=", "=", "="), (">=", "=", ">="), (">", "=", ">="), ("=", ">=", "<="), ("=", ">", "<="),
     (">=", ">=", "~"), ("~", "=", "~"), ("=", "~", "~")],
)  # fmt: skip
def test_a_gap_is_bounded_as_its_target_and_what_is_built_are(
    target: str, built: str, sign: str
) -> None:
    assert _gap_sign(target, built) == sign


def test_what_was_counted_on_the_day_of_the_target_counts_for_it(toy: Pack) -> None:
    item = layer("mobile_5g")
    context = Context(toy, Scenario(province="toy"), toy.default_as_of, "prefecture")
    told = item.metric().figures(Query(item, item.metric(), context))
    figures = replace(told, target_as_of="2020-12-31")
    codes = [_past_due(figures, seen, "2021-06-30") for seen in ("2020-12-30", "2020-12-31", "")]
    assert [code.key for code in codes if code is not None] == [
        "gap_note.past_due", "gap_note.past_due_counted", "gap_note.past_due_unseen",
    ]  # fmt: skip
    assert _past_due(figures, "", "2020-12-31") is None


def test_a_row_of_which_one_figure_is_known_has_a_class() -> None:
    known = Interval(*np.array([[np.nan, np.nan], [1.0, np.nan], [np.nan, np.nan]]))
    usual = np.array(["allocated", "allocated"], dtype=object)
    assert _class_of(None, usual, known).tolist() == ["allocated", ""]
