"""The table of villages on the toy: states, filters, names, and the states by distance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data.tables.reader import Pack
from geo.errors import InputError, RangeError
from layers.villages import (
    VILLAGE_COLUMNS,
    check_regions,
    county_names,
    left_out,
    named,
    states_in_force,
    village_states,
    village_table,
)
from tests import toy as toy_pack
from tests.toy import EAST, WEST

#: Villages of the toy by what their cell says of 4G.
STATES = {
    "covered": ["v01", "v02", "v05", "v08", "v13", "v14"],
    "uncovered": ["v03", "v04", "v06", "v09", "v12", "v15"],
    "unknown": ["v07", "v10", "v11"],
}


def ids(pack: Pack, **options: object) -> list[str]:
    return village_table(pack, **options)["village_id"].tolist()


@pytest.mark.parametrize("kind", ["boolean", "object"])
def test_an_empty_cell_is_unknown_and_not_without(kind: str) -> None:
    cells = pd.Series([False, True, None, True], dtype=kind)
    assert village_states(cells).tolist() == [0, 1, 2, 1]


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_villages(toy: Pack, state: str) -> None:
    table = village_table(toy, state=state)
    assert table["village_id"].tolist() == STATES[state]
    assert set(table["state"]) == {state}


def test_all_villages_with_the_names_of_their_regions(toy: Pack) -> None:
    table = village_table(toy)
    assert tuple(table.columns) == VILLAGE_COLUMNS
    assert table["village_id"].tolist() == [f"v{i:02d}" for i in range(1, 16)]
    assert table.index.tolist() == list(range(15))
    assert set(table["source_ids"]) == {"pack:natural_villages"}
    row = table.set_index("village_id").loc["v09"]
    named = ["prefecture", "prefecture_zh", "prefecture_en", "county", "county_zh", "county_en"]
    assert row[named].tolist() == [
        EAST, "东州", "East Prefecture", "990201", "丙县", "Third County"
    ]  # fmt: skip
    assert (row["households"], row["evidence"], row["lon"]) == (35, "declared", 101.1)


def test_names_by_county(toy: Pack) -> None:
    names = county_names(toy)
    assert names.index.tolist() == list(toy_pack.COUNTIES)
    assert names["prefecture"].tolist() == [WEST, WEST, EAST, EAST]
    assert names["prefecture_zh"].tolist() == ["西州", "西州", "东州", "东州"]
    assert names["county_zh"].tolist() == ["甲县", "乙县", "丙县", "丁县"]


def test_regions_and_size_choose_together(toy: Pack) -> None:
    assert ids(toy, regions=[EAST]) == ["v09", "v10", "v11", "v12", "v13", "v14", "v15"]
    assert ids(toy, regions=["990102", EAST], state="uncovered") == ["v06", "v09", "v12", "v15"]
    assert ids(toy, min_households=20, state="uncovered") == ["v03", "v06", "v09", "v12"]
    assert ids(toy, min_households=21, state="uncovered") == ["v03", "v06", "v09"]
    assert ids(toy, regions=["990202"], min_households=80) == ["v13"]
    assert ids(toy, regions=[WEST], min_households=1_000) == []


def test_a_village_of_one_household_counts_by_default(tmp_path: Path) -> None:
    rows = toy_pack.villages()
    rows = rows.astype({"households": "Int64"})
    rows.loc[0, "households"] = 1
    rows.loc[1, "households"] = pd.NA
    pack = toy_pack.write(tmp_path, natural_villages=rows)
    assert ids(pack)[:2] == ["v01", "v03"]
    # One of unknown size only where every size is asked for.
    whole = village_table(pack, min_households=0)
    assert whole["village_id"].tolist()[:2] == ["v01", "v02"]
    for least, first in ((20, ["small", "unsized"]), (1, ["", ""]), (2, ["small", "unsized"])):
        assert left_out(whole, state="all", min_households=least).tolist()[:2] == first


def test_a_village_is_left_out_for_one_reason_its_state_first(toy: Pack) -> None:
    reasons = left_out(village_table(toy), state="uncovered", min_households=20)
    # v04 and v15 are below 20 households, v05 too, but it is covered.
    assert reasons.tolist() == [
        *["covered"] * 2, "", "small", "covered", "", "unknown", "covered",
        "", *["unknown"] * 2, "", *["covered"] * 2, "small",
    ]  # fmt: skip


def test_invented_villages_agree_with_what_their_prefecture_reports(tmp_path: Path) -> None:
    """All of the west have 4G by its report, half of the east by its own; v03 is no invention."""
    rows = toy_pack.villages()
    rows.loc[rows.index != 2, "evidence"] = "illustrative"
    seen = toy_pack.observations()
    model = seen.iloc[-1].to_dict() | {
        "layer": "natural_villages", "metric": "with_4g", "as_of": "2023-06-30",
        "unit": "share of natural villages",
    }  # fmt: skip
    reports = [
        model | {"id": "east", "value": 0.5, "kind": "share"},
        model | {"id": "west", "adcode": WEST, "value": 1.0, "kind": "share"},
        model | {"id": "plan", "value": 1.0, "kind": "plan"},
    ]
    pack = toy_pack.write(
        tmp_path, natural_villages=rows, observations=pd.concat([seen, pd.DataFrame(reports)])
    )
    before = village_states(rows["has_4g"]).tolist()
    assert states_in_force(pack, rows, "2023-06-29").tolist() == before
    after = [1, 1, 0, *[1] * 5, *before[8:]]
    assert states_in_force(pack, rows, "2023-06-30").tolist() == after
    # Those of a survey keep what it found.
    assert states_in_force(pack, toy_pack.villages(), "2023-06-30").tolist() == before


def test_what_the_files_say_is_beside_each_village_and_is_found(
    toy: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = pd.DataFrame({"township": ["甲乡", "乙乡"], "county_en": "other", "rooms": [7, 8]},
                       index=["v09", "v01"])  # fmt: skip
    monkeypatch.setattr("layers.villages.brought", lambda _pack, _kind: own)
    table = village_table(toy)
    assert tuple(table.columns) == (*VILLAGE_COLUMNS, "township", "rooms")
    assert len(table) == 15
    beside = table.set_index("village_id")
    assert beside.loc[["v01", "v09"], "township"].tolist() == ["乙乡", "甲乡"]
    assert beside["township"].notna().sum() == 2
    assert beside.loc["v09", "county_en"] == "Third County"
    numbered = [f"v{number}" for number in range(10, 16)]
    for wanted, found in (("甲乡", ["v09"]), ("V1", numbered), ("covered", []), ("pack:", []),
                          ("declared", []), ("35", [])):  # fmt: skip
        assert table.loc[named(table, wanted), "village_id"].tolist() == found
    assert named(table, " ").all()


def test_states_by_distance_replace_the_table_s(toy: Pack) -> None:
    """Each site stands 0.01° east of a village with 4G: about 1,008 m."""
    near = village_table(toy, state="covered", radius_m=1_100)
    # v04 lies 0.01° from v03, and v07 3 km from v08's site: neither has a site so near.
    assert near["village_id"].tolist() == STATES["covered"]
    assert ids(toy, state="covered", radius_m=1_000) == []
    assert ids(toy, state="unknown", radius_m=1_100) == []
    assert "v07" in ids(toy, state="covered", radius_m=3_100)
    with pytest.raises(RangeError, match="radius"):
        village_table(toy, radius_m=0)


def test_unknown_words_and_codes_are_named(toy: Pack) -> None:
    with pytest.raises(InputError, match="1 is no prefecture"):
        village_table(toy, regions=["1"])
    with pytest.raises(InputError, match="partly") as caught:
        village_table(toy, state="partly")
    assert (caught.value.where, "uncovered" in caught.value.repair) == ("--state", True)
    check_regions(toy, [WEST, "990202"])
    with pytest.raises(InputError, match="990000, 1 is no prefecture or county of Toy") as caught:
        check_regions(toy, [WEST, "990000", "1"])
    assert caught.value.where == "code of a region"
    assert caught.value.repair.endswith("990100, 990101, 990102")
