"""What holds at every date: levels agree, nothing built is lost, nothing comes before its date."""

from __future__ import annotations

import bisect
import datetime as dt
import itertools

import numpy as np
import pandas as pd
import pytest

from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from layers.base import LEVELS, Context, Level
from layers.map import features
from layers.registry import gap_layers
from layers.stated import stated_figures
from layers.villages import COUNT_COLUMNS, states_in_force, village_table
from planning.comparison.inputs import plan_key
from planning.exports.gaps import gap_bundle
from planning.gaps import gap_table, layer_table, with_target_date
from planning.whatif import effect

#: 40 dates from 2015 to 2030, among them the days before and of what the ledgers hold.
DATES = sorted(
    {f"{year}-12-31" for year in range(2015, 2031)}
    | {f"{year}-06-30" for year in range(2015, 2031)}
    | {"2020-12-30", "2023-09-29", "2023-09-30", "2025-03-30", "2025-03-31", "2021-06-29",
       "2024-06-29", "2026-11-30"}
)  # fmt: skip
SUMS = ["target", "built", "planned", "gap"]
KEYS = ["layer", "metric"]


@pytest.fixture(scope="module")
def tables(any_pack: Pack) -> dict[tuple[str, str], pd.DataFrame]:
    """Return every metric that parts of a province have, at every level and date."""
    # A figure changes only on a day that the ledger knows: between two such days once is enough.
    days = pd.concat([any_pack.table(name)["as_of"] for name in ("targets", "observations")])
    known = sorted(set(days.astype(str).str[:10]))
    found: dict[tuple[str, str], pd.DataFrame] = {}
    seen: dict[tuple[int, str], pd.DataFrame] = {}
    for date, level in itertools.product(DATES, LEVELS):
        state = (bisect.bisect_right(known, date), level)
        if state not in seen:
            seen[state] = figures_at(any_pack, date, level)
        found[date, level] = seen[state]
    return found


def figures_at(pack: Pack, date: str, level: Level) -> pd.DataFrame:
    """Return every metric that parts of a province have, at one date."""
    context = Context(pack, Scenario(province=pack.name), date, level)
    return pd.concat(
        [
            layer_table(item, context, metric)
            for item in gap_layers()
            for metric in item.metrics
            if metric.figures is not stated_figures
        ],
        ignore_index=True,
    )


def test_figures_change_only_on_a_day_of_the_ledger(any_pack: Pack) -> None:
    columns = [*KEYS, "adcode", *SUMS, "gap_low", "gap_high", "as_of"]
    early, late = (figures_at(any_pack, date, "county") for date in ("2021-02-01", "2021-06-28"))
    pd.testing.assert_frame_equal(early[columns], late[columns])


def test_there_are_forty_dates() -> None:
    assert len(DATES) == 40


def test_the_levels_agree_at_every_date(tables: dict[tuple[str, str], pd.DataFrame]) -> None:
    compared = 0
    for date in DATES:
        whole = tables[date, "province"].set_index(KEYS)[SUMS]
        for level in ("prefecture", "county"):
            sums = tables[date, level].groupby(KEYS, sort=False)[SUMS].sum(min_count=1)
            known = sums.notna() & whole.notna()
            pd.testing.assert_frame_equal(
                sums.where(known), whole.where(known), check_dtype=False, obj=f"{date} {level}"
            )
            # Only what a prefecture plans for itself has no figure of the province.
            alone = sums[sums.notna() & whole.isna()].dropna(how="all").dropna(how="all", axis=1)
            assert set(alone.index) <= {("data_centres", "racks")}
            assert set(alone.columns) <= {"target"}
            compared += int(known[["target", "built", "gap"]].to_numpy().sum())
    assert compared > 200


def test_counties_sum_to_their_prefecture_at_every_date(
    tables: dict[tuple[str, str], pd.DataFrame],
) -> None:
    for date in DATES:
        counties = tables[date, "county"].groupby([*KEYS, "parent"])[SUMS].sum(min_count=1)
        prefectures = tables[date, "prefecture"].set_index([*KEYS, "adcode"])[SUMS]
        prefectures.index.names = counties.index.names
        counties, prefectures = counties.sort_index(), prefectures.sort_index()
        # A prefecture's own plan says nothing of its counties.
        expected = prefectures.where(counties.notna())
        pd.testing.assert_frame_equal(counties, expected, check_dtype=False, obj=date)


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_built_never_falls(tables: dict[tuple[str, str], pd.DataFrame], level: str) -> None:
    """No source of the packs reports that anything was taken down."""
    built = pd.DataFrame(
        {date: tables[date, level].set_index([*KEYS, "adcode", "unit"])["built"] for date in DATES}
    )
    steps = built.ffill(axis=1).diff(axis=1)
    assert built.notna().any(axis=None)
    assert not (steps < 0).any(axis=None), steps[(steps < 0).any(axis=1)]


def test_nothing_is_known_before_its_date(tables: dict[tuple[str, str], pd.DataFrame]) -> None:
    for (date, _), table in tables.items():
        assert (table["as_of"] <= date).all()
        assert table.loc[table["as_of"] == "", ["built", "gap"]].isna().all(axis=None)


@pytest.mark.parametrize("pack", ["yunnan", "gansu"])
@pytest.mark.parametrize("date", ["2015-12-31", "2020-12-30"])
def test_invented_villages_are_no_figure_before_the_plan_s(pack: str, date: str) -> None:
    table = gap_table(Pack.load(pack), ["natural_villages"], level="province", as_of=date)
    assert table[["target", "built", "gap", "gap_low", "gap_high"]].isna().all(axis=None)
    assert "示例" in table["note_zh"].item()


def test_a_reported_share_holds_at_every_level() -> None:
    """Honghe reports 100 % on 2025-03-31: none is left there, and the others keep theirs."""
    pack = Pack.load("yunnan")
    at = {
        level: gap_table(pack, ["natural_villages"], level=level, as_of="2025-03-31")
        for level in LEVELS
    }
    counties, prefectures = at["county"], at["prefecture"].set_index("adcode")
    honghe = counties[counties["parent"] == "532500"]
    for column in ("gap", "gap_low", "gap_high"):
        assert (honghe[column] == 0).all()
    assert (honghe["as_of"] == "2025-03-31").all()
    before = gap_table(pack, ["natural_villages"], as_of="2025-03-30").set_index("adcode")
    lost = before.loc["532500", "gap"]
    assert lost > 0
    others = prefectures.index != "532500"
    pd.testing.assert_frame_equal(prefectures[others], before[others])
    (whole,) = at["province"].to_dict("records")
    assert whole["gap"] == 5_000 - lost
    assert "分项之和" in whole["note_zh"]


@pytest.mark.parametrize("date", ["2025-03-30", "2025-03-31"])
def test_lists_and_maps_have_the_villages_of_the_gap(
    date: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Honghe has reported 100 % no invented village of it lacks 4G, nor is one drawn so."""
    monkeypatch.setenv("TONGCUN_TODAY", date)
    pack = Pack.load("yunnan")
    gaps = gap_table(pack, ["natural_villages"]).set_index("adcode")["gap"]
    listed = village_table(pack, state="uncovered", min_households=20)
    counts = listed["prefecture"].value_counts().reindex(gaps.index, fill_value=0)
    assert counts.to_dict() == gaps.to_dict()
    bundle = gap_bundle(pack, gap_table(pack, ["natural_villages"], level="province"))
    assert len(bundle.extra["villages"]) == gaps.sum()
    points = states_in_force(pack, pack.table("natural_villages", columns=COUNT_COLUMNS))
    assert (points == 0).sum() == gaps.sum()
    earlier = village_table(pack, state="uncovered", as_of="2020-12-31")
    assert "532500" in set(earlier["prefecture"])


@pytest.mark.parametrize("date", ["2025-03-30", "2025-03-31"])
def test_map_and_what_if_have_the_villages_of_the_date(
    date: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever today is: what a prefecture reports later does not change an earlier date."""
    monkeypatch.setenv("TONGCUN_TODAY", "2026-11-30")
    pack = Pack.load("yunnan")
    gaps = gap_table(pack, ["natural_villages"], as_of=date).set_index("adcode")
    dots = np.frombuffer(features.village_bytes(pack, date)[-len(pack.table("natural_villages")):],
                         "u1")  # fmt: skip
    assert (dots == 0).sum() == gaps["gap"].sum()
    before = effect(pack, [], as_of=date).regions.set_index("adcode")["villages_before"]
    pd.testing.assert_series_equal(before, gaps["built"], check_names=False, check_dtype=False)
    lost = village_table(pack, state="uncovered", regions=["532500"], min_households=20,
                         as_of="2025-03-30").iloc[0]  # fmt: skip
    site = PlannedSite(lat=lost["lat"], lon=lost["lon"], preset="4g_1800")
    plan = Scenario(province="yunnan", sites=(site,))
    row = gap_table(pack, ["natural_villages"], as_of=date, scenario=plan).set_index("adcode")
    assert (row.loc["532500", "planned"] > 0) == (date < "2025-03-31")


def test_a_plan_is_another_before_a_prefecture_has_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TONGCUN_TODAY", "2026-11-30")
    pack = Pack.load("yunnan")
    keys = {date: plan_key(pack, Scenario(province="yunnan", as_of=date))
            for date in (None, "2026-11-30", "2025-03-31", "2025-03-30")}  # fmt: skip
    assert keys[None] == keys["2026-11-30"] == keys["2025-03-31"] != keys["2025-03-30"]


def test_about_is_an_interval_and_a_word() -> None:
    (row,) = gap_table(
        Pack.load("yunnan"), ["natural_villages"], level="province", as_of="2020-12-31"
    ).to_dict("records")
    assert (row["gap_low"], row["gap"], row["gap_high"]) == (4_500, 5_000, 5_500)
    assert (row["gap_qualifier"], row["target_status"]) == ("about", "assumption all covered")
    (then,) = gap_table(
        Pack.load("yunnan"), ["mobile_5g"], level="province", as_of="2021-12-31"
    ).to_dict("records")
    assert (then["built_low"], then["built"], then["built_high"]) == (41_050, 41_100, 41_150)
    assert (then["gap_low"], then["gap"], then["gap_high"]) == (117_850, 117_900, 117_950)
    assert (then["built_qualifier"], then["gap_qualifier"]) == ("about", "about")
    assert (then["target_qualifier"], then["evidence"]) == ("", "derived")


def test_kunming_s_share_is_a_fact_at_its_own_date_only() -> None:
    pack = Pack.load("yunnan")
    rows = {
        date: gap_table(pack, ["mobile_5g"], as_of=date).set_index("adcode").loc["530100"]
        for date in ("2020-12-31", "2021-12-31", "2023-12-31")
    }
    own = rows["2021-12-31"]
    assert own["built_low"] == own["built"] == own["built_high"] == 13_357
    for date in ("2020-12-31", "2023-12-31"):
        assert rows[date]["built_low"] < rows[date]["built"]
        assert rows[date]["gap_low"] < rows[date]["gap"]


@pytest.mark.parametrize("date", ["2020-12-31", "2023-12-31", "2026-11-30"])
def test_no_gap_is_below_what_every_rule_gives(date: str) -> None:
    """The audit's 72 of 129 counties with a gap below zero that no rule gives."""
    pack, item = Pack.load("yunnan"), gap_layers()[0]
    table = gap_table(pack, [item.key], level="county", as_of=date).set_index("adcode")
    gaps = pd.DataFrame(
        {
            rule: gap_table(
                pack, [item.key], level="county", as_of=date,
                scenario=Scenario(province="yunnan", rules={item.key: rule}),
            ).set_index("adcode")["gap"]
            for rule in item.metric().rules
        }
    )  # fmt: skip
    # Kunming's share holds under each of these rules: its counties, and Honghe's, have cases more.
    one_case = ~table["parent"].isin(["530100", "532500"])
    assert one_case.sum() > 90
    assert (gaps[one_case] > 0).all(axis=None)
    assert (table.loc[one_case, "gap_low"] > 0).all()
    assert (table["gap_low"] <= gaps.min(axis=1)).all()
    assert (table["gap_high"] >= gaps.max(axis=1)).all()


def test_the_other_target_can_be_chosen() -> None:
    pack = Pack.load("gansu")
    question = {"level": "province", "metric": "base_stations_all_kinds", "as_of": "2026-11-30"}
    plan, metric = Scenario(province="gansu"), "base_stations_all_kinds"
    chosen = with_target_date(pack, plan, ["mobile_4g"], "2017-12-31", metric=metric)
    assert chosen.target_dates == {f"mobile_4g.{metric}": dt.date(2017, 12, 31)}
    (row,) = gap_table(pack, ["mobile_4g"], scenario=chosen, **question).to_dict("records")
    assert (row["target"], row["target_as_of"]) == (70_000, "2017-12-31")
    (default,) = gap_table(pack, ["mobile_4g"], **question).to_dict("records")
    assert default["target"] == 90_000
    with pytest.raises(InputError, match="known: 2017-12-31, 2020-12-31"):
        with_target_date(pack, plan, ["mobile_4g"], "2018-12-31", metric=metric)


def test_a_metric_without_a_target_of_that_date_has_none() -> None:
    pack, plan = Pack.load("gansu"), Scenario(province="gansu")
    chosen = with_target_date(pack, plan, ["all"], "2017-12-31", metric="all")
    table = gap_table(pack, level="province", metric="all", scenario=chosen).set_index("metric")
    assert set(table["target_as_of"]) == {"2017-12-31", ""}
    assert np.isnan(table.loc["subscribers", "target"])
    assert table.loc["subscribers", "target_status"] == "none stated"
