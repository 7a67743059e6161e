"""Scenarios compared: sums agree, causes add up, nothing unknown is zero, results are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import planning.comparison.comparison
from data.export.report.document import Figure, ReportTable
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack
from data.wording.catalogue import LANGUAGES
from data.workspace.folder import Workspace
from geo.errors import InputError
from planning.comparison.causes import END, INTERACTION, START
from planning.comparison.comparison import Comparison, ComparisonOrder, compare
from planning.comparison.figures import KEYS
from planning.comparison.inputs import GROUPS, WITHOUT_EFFECT, changed_fields, exchanged
from planning.comparison.kept import keep_rollout, kept_result, kept_rollout, known_rollout
from planning.exports.comparison.chapter import comparison_chapter, waterfall_drawing
from planning.exports.comparison.waterfall import Bar
from planning.exports.comparison.words import figure_name, figure_text, scenario_text
from planning.exports.report.reader import Reader, records
from tests import toy as toy_pack

A = Scenario(name="A", province="toy", plan={"sites": 3, "frontier_points": 0})
B = Scenario(
    name="B", province="toy", targets={"data_centres": 900},
    sites=(PlannedSite(lat=25.1, lon=100.6),),
    plan={"sites": 5, "presets": ["4g_800"], "links": {"backhaul": ["satellite"]},
          "frontier_points": 3},
)  # fmt: skip
#: As B, but that only the links differ from A.
C = A.model_copy(update={"name": "C", "plan": A.plan.model_copy(update={"links": B.plan.links})})


@pytest.fixture(scope="module")
def day() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TONGCUN_TODAY", "2023-12-31")
        yield


@pytest.fixture(scope="module")
def pack(day: None, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("packs")
    return toy_pack.write(folder, natural_villages=toy_pack.many_villages(120))


@pytest.fixture(scope="module")
def found(pack: Pack) -> Comparison:
    return compare(pack, [A, B, C])


def figure(table: pd.DataFrame, name: str) -> pd.Series:
    return table[table["figure"] == name].iloc[0]


def test_every_input_belongs_to_one_group() -> None:
    fields = [f"plan.{name}" for name in PlanSettings.model_fields]
    fields += [name for name in Scenario.model_fields if name != "plan"]
    grouped = [field for group in GROUPS.values() for field in group]
    assert sorted([*grouped, *WITHOUT_EFFECT]) == sorted(fields)


@pytest.mark.parametrize("group", GROUPS)
def test_one_group_is_exchanged_and_nothing_else(group: str) -> None:
    mixed = exchanged(A, B, group)
    changes = changed_fields(A, B)
    assert set(changed_fields(A, mixed)) == {group} & set(changes)
    assert set(changed_fields(mixed, B)) == set(changes) - {group}
    assert set(changes) == {"targets", "goal", "technology", "sites", "links"}


def test_figures_are_those_of_the_plans(found: Comparison) -> None:
    for letter, one in found.scenarios.items():
        plan = one.rollout
        assert plan is not None
        table = found.figures
        assert figure(table, "villages")[letter] == len(plan.villages)
        assert figure(table, "households")[letter] == plan.villages["households"].sum()
        assert figure(table, "build")[letter] == pytest.approx(plan.sites["cost_base"].sum())
        totals = plan.totals.set_index("figure")
        for name in ("operation", "present_value"):
            row = figure(table, name)
            assert row[letter] == totals.loc[name, "base"]
            assert row[f"{letter}_low"] < row[letter] < row[f"{letter}_high"]
        for kind in ("backhaul", "power"):
            parts = table[table["figure"].str.startswith(f"{kind}_")][letter]
            assert parts.sum() == figure(table, "sites")[letter] == len(plan.sites)
        years = table[table["figure"] == "households_by"][letter]
        assert years.is_monotonic_increasing
        assert years.iloc[-1] == figure(table, "households")[letter]


def test_unknown_is_not_zero(found: Comparison) -> None:
    racks = found.figures[(found.figures["layer"] == "data_centres")].iloc[0]
    assert pd.isna(racks["a"])
    assert racks["b"] == 400
    assert pd.isna(racks["b_minus_a"])


def test_causes_add_up_to_the_difference(found: Comparison) -> None:
    for letter in found.others:
        rows = found.causes[found.causes["compared"] == letter]
        for key, steps in rows.groupby(list(KEYS), dropna=False):
            row = found.figures.set_index(list(KEYS)).loc[key]
            ends = steps.set_index("cause")["effect"]
            assert ends[START] == row["a"] or pd.isna(row["a"])
            assert ends[END] == row[letter] or pd.isna(row[letter])
            if pd.notna(row[f"{letter}_minus_a"]):
                between = ends.drop([START, END]).sum(skipna=False)
                assert between == pytest.approx(row[f"{letter}_minus_a"], abs=1e-6)


def test_each_cause_acts_where_it_must(found: Comparison) -> None:
    rows = found.causes[found.causes["compared"] == "b"]
    of_sites = rows[(rows["figure"] == "gap") & (rows["layer"] == "mobile_4g")]
    effects = of_sites.set_index("cause")["effect"]
    assert effects["sites"] == -1
    assert effects.drop([START, END, "sites"]).eq(0).all()
    homes = rows[rows["figure"] == "households"].set_index("cause")
    assert homes.loc["goal", "effect"] > 0
    assert homes.loc["goal", "is_certain"]
    assert homes.loc["targets", "effect"] == 0
    assert homes.loc["goal", "inputs"] == "plan.sites: 3 → 5"


def test_one_cause_alone_leaves_no_interaction(found: Comparison) -> None:
    rows = found.causes[found.causes["compared"] == "c"]
    assert list(dict.fromkeys(rows["cause"])) == [START, "links", END]
    both = found.causes[found.causes["compared"] == "b"]
    assert INTERACTION in set(both["cause"])


def test_villages_and_sites_that_change_explain_the_figures(found: Comparison) -> None:
    for letter in found.others:
        for name, table in (("villages", found.villages), ("sites", found.sites)):
            rows = table[table["compared"] == letter]
            counts = rows["change"].value_counts().reindex(["gained", "lost", "both"], fill_value=0)
            row = figure(found.figures, name)
            assert counts["gained"] + counts["both"] == row[letter]
            assert counts["lost"] + counts["both"] == row["a"]
    assert len(found.villages[found.villages["compared"] == "b"]) == 120


def test_prefectures_sum_to_the_province(pack: Pack, found: Comparison) -> None:
    known = {one.scenario.name: one.rollout for one in found.scenarios.values()}
    order = [ComparisonOrder(region=code, with_causes=False, known=lambda one: known[one.name])
             for code in (toy_pack.WEST, toy_pack.EAST)]  # fmt: skip
    parts = [compare(pack, [A, B], one).figures for one in order]
    for name in ("villages", "households", "sites", "build", "fibre_km", "operation",
                 "present_value"):  # fmt: skip
        for letter in "ab":
            whole = figure(found.figures, name)[letter]
            assert sum(figure(part, name)[letter] for part in parts) == pytest.approx(whole)
    for part, order_ in zip(parts, order, strict=True):
        plan = found.scenarios["a"].rollout
        assert plan is not None
        own = plan.sites[plan.sites["prefecture"] == order_.region]
        row = figure(part, "operation")
        assert row["a_low"] <= row["a"] == own["operation_base"].sum() <= row["a_high"]
        # What is paid for each year is far more than nothing, and less than ten times the build.
        assert 0.1 < row["a"] / figure(part, "build")["a"] < 10 or own.empty


def test_a_scenario_without_a_plan_says_why(pack: Pack, found: Comparison) -> None:
    none = A.model_copy(update={"plan": A.plan.model_copy(update={"min_households": 100_000})})
    plan = found.scenarios["a"].rollout
    got = compare(pack, [A, none], ComparisonOrder(known=lambda one: plan if one is A else None))
    assert got.scenarios["b"].rollout is None
    assert "no village lacks 4G" in str(got.scenarios["b"].fault)
    assert pd.isna(figure(got.figures, "households")["b"])
    assert got.villages.empty
    assert figure(got.figures, "gap")["b"] == figure(got.figures, "gap")["a"]


@pytest.mark.parametrize("scenarios", [[A], [A] * 5, [A, Scenario(province="elsewhere")]])
def test_what_cannot_be_compared_is_refused(scenarios: list[Scenario], pack: Pack) -> None:
    with pytest.raises(InputError):
        compare(pack, scenarios)
    with pytest.raises(InputError):
        compare(pack, [A, B], ComparisonOrder(region="1"))


def test_a_kept_plan_is_the_plan(
    pack: Pack, found: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path)
    for one in found.scenarios.values():
        workspace.save(one.scenario)
        assert one.rollout is not None
        assert keep_rollout(pack, one.scenario, one.rollout, workspace)
        again = kept_rollout(kept_result(pack, one.rollout), where="x")
        assert again.proof == one.rollout.proof
        assert again.money_notes == one.rollout.money_notes
        pd.testing.assert_frame_equal(again.sites, one.rollout.sites)
        assert again.routes.geometry.equals(one.rollout.routes.geometry)
    monkeypatch.setattr(planning.comparison.comparison, "plan", None)
    order = ComparisonOrder(
        with_causes=False, known=lambda one: known_rollout(pack, one, workspace)
    )
    pd.testing.assert_frame_equal(compare(pack, [A, B, C], order).figures, found.figures)
    changed = A.model_copy(update={"plan": B.plan})
    assert known_rollout(pack, changed, workspace) is None
    workspace.save(changed)
    assert not keep_rollout(pack, A, found.scenarios["a"].rollout, workspace)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chapter_of_the_report_has_the_same_figures(
    language: str, pack: Pack, found: Comparison
) -> None:
    reader = Reader(language)
    blocks = comparison_chapter(pack, found, language).blocks
    [table] = [block for block in blocks if isinstance(block, ReportTable)]
    shown = {row[0]: row for row in table.rows}
    for row in records(found.figures):
        name = figure_name(row, language)
        cells = [scenario_text(row, letter, reader) for letter in "abc"]
        assert name not in shown or list(shown[name][2:5]) == cells
    assert len(shown) > 15
    drawing = next(block.drawing for block in blocks if isinstance(block, Figure))
    rows = found.causes[found.causes["figure"] == "households"]
    steps = records(rows[rows["compared"] == "b"])
    for step in steps:
        text = figure_text(step, step["effect"], reader)
        assert text in drawing.svg or step["effect"] == 0


def test_a_bar_that_is_not_certain_is_not_filled() -> None:
    bars = [Bar("<b>", 0, 5, "5", "end", is_certain=True, inputs=""),
            Bar("x", 5, 3, "-2", "less", is_certain=False, inputs="")]  # fmt: skip
    svg = waterfall_drawing(bars, alt="").svg
    first, second = re.findall(r'<rect[^>]*fill="(#\w+)" stroke="(#\w+)"', svg)
    assert first[0] == first[1]
    assert second[0] != second[1]
    assert "<b>" not in svg
