"""The gap table on the toy province: every figure can be reckoned by hand from ``tests/toy.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack
from geo.errors import InputError, UnknownNameError
from planning.gaps import gap_table, with_target_date
from tests import toy as toy_pack
from tests.planning.gap_rows import NAN, of, same, with_rows
from tests.toy import EAST, WEST

# -- allocation by rule


@pytest.mark.parametrize(
    ("rule", "prefectures", "counties"),
    [
        # 1,003 by 50,000 : 7,000 of urban population, then 45 : 5 and 6 : 1.
        ("urban_population", [880, 123], [792, 88, 105, 18]),
        ("population", [802, 201], [602, 200, 151, 50]),
        ("households", [798, 205], [570, 228, 142, 63]),
        ("rural_households", [694, 309], [315, 379, 189, 120]),
        ("village_units", [365, 638], [137, 228, 285, 353]),
    ],
)
def test_the_chosen_rule_splits_prefectures_and_counties(
    toy: Pack, rule: str, prefectures: list[float], counties: list[float]
) -> None:
    chosen = {"rules": {"mobile_5g": rule}}
    table = of(toy, "mobile_5g", **chosen)
    assert same(table["target"], prefectures)
    assert set(table["rule"]) == {rule}
    assert same(of(toy, "mobile_5g", "county", **chosen)["target"], counties)
    assert same(of(toy, "mobile_5g", "province", **chosen)["target"], [1_003])


def test_the_rule_area_follows_the_polygons(toy: Pack) -> None:
    area = toy.regions("prefecture")["area_km2"]
    target = of(toy, "mobile_5g", rules={"mobile_5g": "area"})["target"]
    assert np.abs(target.to_numpy() - 1_003 * area / area.sum()).max() < 1


def test_own_weights_split_the_prefectures_and_the_default_their_counties(toy: Pack) -> None:
    own = {"rules": {"mobile_5g": "own"}, "weights": {"mobile_5g": {WEST: 1, EAST: 3}}}
    assert same(of(toy, "mobile_5g", **own)["target"], [251, 752])
    # 251 by 45 : 5 and 752 by 6 : 1.
    assert same(of(toy, "mobile_5g", "county", **own)["target"], [226, 25, 645, 107])
    with pytest.raises(InputError, match=EAST):
        of(toy, "mobile_5g", **(own | {"weights": {"mobile_5g": {WEST: 1}}}))


def test_past_shares_leave_the_rest_to_the_prefectures_not_observed(tmp_path: Path) -> None:
    """The east had 90 of 300 at the end of 2020: the west has the other 70 %."""
    past = {"rules": {"mobile_5g": "past_share"}}
    pack = with_row(tmp_path, as_of="2020-12-31", value=90)
    assert same(of(pack, "mobile_5g", **past)["target"], [702, 301])
    # Shares are known by prefecture only: inside, the default rule.
    assert same(of(pack, "mobile_5g", "county", **past)["target"], [632, 70, 258, 43])


def test_a_part_and_a_whole_of_two_dates_are_no_past_share(toy: Pack) -> None:
    """The east's 90 of 2024 is not 30 % of the 300 of 2020: by population."""
    table = of(toy, "mobile_5g", as_of="2024-12-31", rules={"mobile_5g": "past_share"})
    assert same(table["target"], [802, 201])


def test_past_shares_that_are_more_than_the_whole_leave_nothing(tmp_path: Path) -> None:
    pack = with_row(tmp_path, as_of="2020-12-31", value=600)
    table = of(pack, "mobile_5g", as_of="2020-06-30", rules={"mobile_5g": "past_share"})
    assert same(table["target"], [0, 1_003])


def test_the_interval_spans_the_rules_of_the_layer(toy: Pack) -> None:
    table = of(toy, "mobile_5g")
    # By urban population, population and village units.
    assert same(table["target_low"], [365, 123])
    assert same(table["target_high"], [880, 638])
    assert same(table["built_low"], [109, 37])
    assert same(table["built_high"], [263, 191])
    assert same(table["gap"], [617, 86])
    # Differences under one rule only, never the target of one less the built of another.
    assert same(table["gap_low"], [365 - 109, 123 - 37])
    assert same(table["gap_high"], [880 - 263, 638 - 191])


def test_a_rule_of_the_planner_joins_the_interval(toy: Pack) -> None:
    own = {"rules": {"mobile_5g": "own"}, "weights": {"mobile_5g": {WEST: 0, EAST: 1}}}
    table = of(toy, "mobile_5g", **own)
    assert same(table["target_low"], [0, 123])
    assert same(table["target_high"], [880, 1_003])


# -- what is observed


def test_a_later_observation_stands_in_its_row_and_changes_no_other(toy: Pack) -> None:
    before = of(toy, "mobile_5g", as_of="2024-06-29")
    assert same(before["built"], [263, 37])
    assert list(before["as_of"]) == ["2020-12-31"] * 2
    table = of(toy, "mobile_5g", as_of="2024-06-30")
    assert same(table["built"], [263, 90])
    # By village units the east would have had 191 before: more than it has now.
    assert same(table["built_low"], [210, 90])
    assert same(table["built_high"], [263, 90])
    for column in ("target", "gap", "as_of", "source_ids", "note_en"):
        assert table.loc[WEST, column] == before.loc[WEST, column]
    assert list(table["as_of"]) == ["2020-12-31", "2024-06-30"]
    assert table.loc[EAST, "source_ids"].split(";")[-1] == f"obs-{EAST}-mobile_5g-2024"
    assert f"obs-{EAST}-mobile_5g-2024" not in table.loc[WEST, "source_ids"]
    counties = of(toy, "mobile_5g", "county", as_of="2024-06-30")
    assert same(counties["built"], [237, 26, 77, 13])
    assert counties["as_of"].tolist() == ["2020-12-31"] * 2 + ["2024-06-30"] * 2
    assert f"obs-{EAST}-mobile_5g-2024" in counties.loc["990201", "source_ids"]
    assert f"obs-{EAST}-mobile_5g-2024" not in counties.loc["990101", "source_ids"]


def test_a_total_of_several_dates_says_so(toy: Pack) -> None:
    (whole,) = of(toy, "mobile_5g", "province", as_of="2024-06-30").to_dict("records")
    # By urban population and by population the west keeps 263 or 240, by village units 210.
    assert (whole["built_low"], whole["built"], whole["built_high"]) == (300, 353, 353)
    assert (whole["gap"], whole["as_of"]) == (650, "2020-12-31")
    assert (whole["built_qualifier"], whole["gap_qualifier"]) == ("about", "about")
    assert whole["evidence"] == "derived"
    assert whole["source_ids"].split(";")[-1] == f"obs-{EAST}-mobile_5g-2024"
    assert "reported 300 on 2020-12-31" in whole["note_en"]
    assert "until 2024-06-30" in whole["note_en"]
    parts = of(toy, "mobile_5g", as_of="2024-06-30")["note_en"]
    assert (parts[WEST], "This row is of 2024-06-30" in parts[EAST]) == ("", True)
    (before,) = of(toy, "mobile_5g", "province", as_of="2024-06-29").to_dict("records")
    assert (before["built"], before["built_qualifier"], before["note_en"]) == (300, "", "")


def test_a_part_above_its_newer_figure_was_estimated_too_high(tmp_path: Path) -> None:
    """The total is a fact: the west gets what the east cannot have had, and nothing is lost."""
    pack = with_row(tmp_path, adcode=WEST, as_of="2021-06-30", value=250)
    table = of(pack, "mobile_5g", as_of="2021-06-30")
    assert same(table["built"], [250, 50])
    assert same(of(pack, "mobile_5g", "province", as_of="2021-06-30")["built"], [300])
    both = of(pack, "mobile_5g", as_of="2024-06-30")
    assert same(both["built"], [250, 90])


def test_what_stood_before_is_a_floor(toy: Pack) -> None:
    """The east had 250 in 2021: by population it would get 220 of 1,100 and 200 of 1,000."""
    table = of(toy, "mobile_4g")
    assert same(table["built"], [850, 250])
    assert same(table["target"], [750, 250])
    assert same(of(toy, "mobile_4g", as_of="2020-12-31")["built"], [720, 180])


def test_floors_above_the_target_are_dropped(toy: Pack) -> None:
    assert same(of(toy, "mobile_4g", targets={"mobile_4g": 200})["target"], [160, 40])
    # Just enough is kept.
    assert same(of(toy, "mobile_4g", targets={"mobile_4g": 250})["target"], [0, 250])


def with_row(folder: Path, **fields: object) -> Pack:
    """Write the toy with one more observation."""
    return with_rows(folder, fields)


def with_share(folder: Path, share: float, **fields: object) -> Pack:
    row = {"adcode": WEST, "as_of": "2022-12-31", "value": share, "kind": "share", "id": "share",
           "metric": "share_of_province"} | fields  # fmt: skip
    return with_row(folder, **row)


def test_a_figure_of_the_total_s_own_date_is_kept(tmp_path: Path) -> None:
    table = of(with_row(tmp_path, as_of="2020-12-31", value=20), "mobile_5g")
    assert same(table["built"], [280, 20])
    # It is not newer than the total: nothing to say.
    assert set(table["note_en"]) == {""}


@pytest.mark.parametrize("as_of", ["2021-06-30", "2025-06-30"])
def test_what_is_planned_is_not_built(tmp_path: Path, as_of: str) -> None:
    """A plan of the east is neither kept nor a floor, and hides nothing observed after it."""
    pack = with_row(tmp_path, kind="plan", as_of=as_of, value=900)
    assert same(of(pack, "mobile_5g")["built"], [263, 37])
    assert same(of(pack, "mobile_5g")["target"], [880, 123])
    assert same(of(pack, "mobile_5g", as_of="2024-12-31")["built"], [263, 90])


def test_the_source_of_a_share_is_named_where_nothing_but_built_is_known(tmp_path: Path) -> None:
    whole = toy_pack.targets()
    rows = toy_pack.observations()
    share = rows.iloc[-1].to_dict() | {
        "id": "share", "adcode": WEST, "value": 0.6, "kind": "share",
        "metric": "share_of_province", "as_of": "2021-12-31",
    }  # fmt: skip
    pack = toy_pack.write(
        tmp_path,
        targets=whole[whole["id"] != "toy-mobile_5g-2025"],
        observations=pd.concat([rows, pd.DataFrame([share])]),
    )
    table = of(pack, "mobile_5g")
    assert same(table["built"], [180, 120])
    assert same(table["target"], [NAN, NAN])
    assert table["source_ids"].tolist() == [
        "toy-mobile_5g-2020;share;pack:regions", "toy-mobile_5g-2020;pack:regions"
    ]  # fmt: skip


def test_a_share_of_another_date_is_the_estimate_within_the_rules(tmp_path: Path) -> None:
    pack = with_share(tmp_path, 0.6)
    table = of(pack, "mobile_5g")
    assert same(table["built"], [180, 120])
    assert same(table["target"], [602, 401])
    assert same(table["built_low"], [109, 37])
    assert same(table["built_high"], [263, 191])
    # 602 − 180 with the share; 880 − 263, 802 − 240 and 365 − 109 without.
    assert same(table["gap_low"], [256, 86])
    assert same(table["gap_high"], [617, 447])
    assert same(of(pack, "mobile_5g", rules={"mobile_5g": "area"})["target"], [602, 401])
    assert "share" in table.loc[WEST, "source_ids"].split(";")
    assert "share" not in table.loc[EAST, "source_ids"].split(";")
    assert set(table["evidence"]) == {"allocated"}


def test_a_share_is_exact_at_its_own_date(tmp_path: Path) -> None:
    table = of(with_share(tmp_path, 0.6, as_of="2020-12-31"), "mobile_5g")
    for end in ("built", "built_low", "built_high"):
        assert same(table[end], [180, 120])
    assert same(table["target"], [602, 401])
    assert same(table["target_low"], [365, 123])
    assert same(table["gap_low"], [365 - 180, 123 - 120])
    assert same(table["gap_high"], [880 - 180, 638 - 120])


def test_the_latest_figure_in_force_is_taken_and_the_gap_keeps_its_sign(toy: Pack) -> None:
    table = of(toy, "mobile_4g", "province")
    assert same(table["built"], [1_100])
    assert same(table["gap"], [-100])
    assert table["as_of"].tolist() == ["2023-06-30"]
    assert same(of(toy, "mobile_4g", "province", as_of="2023-06-29")["gap"], [30])
    nothing = of(toy, "mobile_4g", "province", as_of="2019-12-31")
    assert same(nothing["built"], [NAN])
    assert same(nothing["gap"], [NAN])
    assert (same(nothing["gap_low"], [0]), same(nothing["gap_high"], [1_000])) == (True, True)
    assert nothing["as_of"].tolist() == [""]


def test_the_scenario_has_a_date_of_its_own(toy: Pack) -> None:
    dated = Scenario(province="toy", as_of="2022-12-31")
    table = gap_table(toy, ["mobile_4g"], level="province", scenario=dated)
    # 720 of the west at the end of 2020, 250 that the east has reported since.
    assert same(table["built"], [970])
    # The argument wins.
    now = gap_table(toy, ["mobile_4g"], level="province", scenario=dated, as_of="2023-12-31")
    assert same(now["built"], [1_100])


def test_more_than_goes_up_to_the_next_unit_of_the_last_digit(toy: Pack) -> None:
    table = of(toy, "data_centres", "province", targets={"data_centres": 600})
    assert same(table["built_low"], [500])
    assert same(table["built_high"], [600])
    assert table[["built_qualifier", "gap_qualifier"]].to_numpy().tolist() == [
        ["more than", "at most"]
    ]
    assert (table["gap_low"].item(), table["gap"].item(), table["gap_high"].item()) == (0, 100, 100)
    passed = of(toy, "data_centres", "province", targets={"data_centres": 400})
    assert same(passed["gap_low"], [-200])
    parts = of(toy, "data_centres", targets={"data_centres": 600})
    # 600 by urban population, 45 + 5 : 6 + 1, and by households, 28 : 7.2.
    assert same(parts["built_high"], [526, 123])
    assert same(parts["built"], [439, 61])


# -- planned


def test_a_placed_site_is_planned_where_it_stands(toy: Pack) -> None:
    site = PlannedSite(lat=25.2, lon=101.9, preset="5g_700")
    off, other = site.model_copy(update={"enabled": False}), site.model_copy(update={"lon": 100.2})
    sites = {"sites": (site, off, site, other)}
    for level, planned in (("province", [3]), ("prefecture", [1, 2]), ("county", [1, 0, 0, 2])):
        table = of(toy, "mobile_5g", level, **sites)
        assert same(table["planned"], planned)
        before = of(toy, "mobile_5g", level)
        for end in ("gap", "gap_low", "gap_high"):
            assert same(before[end] - table[end], planned)
    assert same(of(toy, "mobile_4g", **sites)["planned"], [0, 0])
    assert same(of(toy, "mobile_5g", sites=(off,))["planned"], [0, 0])


def test_a_4g_site_is_planned_as_a_station_and_as_the_villages_it_reaches(toy: Pack) -> None:
    sites = {"sites": (PlannedSite(lat=25.3, lon=100.305, preset="4g_1800"),)}
    assert same(of(toy, "mobile_4g", "county", **sites)["planned"], [1, 0, 0, 0])
    # Two villages in reach, one of them below 20 households.
    assert same(of(toy, "natural_villages", "county", **sites)["planned"], [1, 0, 0, 0])
    only_5g = {"sites": (PlannedSite(lat=25.3, lon=100.305, preset="5g_700"),)}
    assert same(of(toy, "natural_villages", **only_5g)["planned"], [0, 0])


# -- bad input


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"layer_keys": ["mobile_6g"]}, UnknownNameError, "did you mean"),
        ({"layer_keys": ["policy_zones"]}, InputError, "overlay"),
        ({"level": "town"}, InputError, "known: province"),
        ({"as_of": "2021-13-01"}, InputError, "YYYY-MM-DD"),
        (
            {"scenario": Scenario(province="toy", rules={"mobile_5g": "magic"})},
            UnknownNameError,
            "magic",
        ),
        ({"scenario": Scenario(province="toy", rules={"mobile_5g": "own"})}, InputError, "weights"),
        ({"scenario": Scenario(province="elsewhere")}, InputError, "elsewhere"),
    ],
)
def test_bad_input_says_what_and_how(
    toy: Pack, arguments: dict, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        gap_table(toy, **arguments)


def test_one_table_holds_the_layers_asked_for_in_order(toy: Pack) -> None:
    table = gap_table(toy, ["fibre", "mobile_5g"])
    assert list(dict.fromkeys(table["layer"])) == ["fibre", "mobile_5g"]
    assert table.index.tolist() == list(range(4))


def test_a_date_of_a_target_that_is_none_names_its_option(toy: Pack) -> None:
    with pytest.raises(InputError, match="2018-13-01") as caught:
        with_target_date(toy, Scenario(province="toy"), ["mobile_5g"], "2018-13-01")
    assert caught.value.where == "--target-date"
