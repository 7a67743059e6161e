"""Counts of one's own in the gap table: each in its own row, and in every sum above it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data.observing import observe
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from layers.base import LEVELS
from planning.gaps import gap_table
from planning.progress import own_count, progress_table
from tests.planning.gap_rows import of, same
from tests.toy import COUNTIES, EAST, PROVINCE, WEST

SEEN, DAY = "2023-06-30", "2023-12-31"
COUNTY = COUNTIES[1]


def counted(  # noqa: PLR0913  one argument for each part of a count
    toy: Pack, folder: Path, key: str, region: str, number: float, *, metric: str = "",
    evidence: str = "declared",
) -> Pack:  # fmt: skip
    own = own_count(toy, key, region, SEEN, number, metric=metric, evidence=evidence)
    with Catalogue(folder) as store:
        observe(store, toy, [own], who="Li")
    return effective_pack(toy, folder)


def rows(pack: Pack, key: str, metric: str = "") -> dict[str, pd.DataFrame]:
    return {
        level: gap_table(pack, [key], level=level, as_of=DAY, metric=metric).set_index("adcode")
        for level in LEVELS
    }


def sums_agree(found: dict[str, pd.DataFrame]) -> bool:
    names = ["target", "built", "gap"]
    counties, prefectures = (found[level] for level in ("county", "prefecture"))
    sums = counties.groupby("parent")[names].sum()
    return bool(
        (sums == prefectures[names]).all(axis=None)
        and (prefectures[names].sum() == found["province"][names].sum()).all()
    )  # fmt: skip


@pytest.mark.parametrize("number", [5, 61, 800])
def test_a_county_s_count_is_in_its_row_and_in_every_sum(
    toy: Pack, tmp_path: Path, number: int
) -> None:
    found = rows(counted(toy, tmp_path, "mobile_5g", COUNTY, number), "mobile_5g")
    row = found["county"].loc[COUNTY]
    assert (row["built"], row["as_of"], row["built_evidence"]) == (number, SEEN, "declared")
    assert f"own-{COUNTY}-mobile_5g-base_stations-{SEEN}" in row["source_ids"]
    assert sums_agree(found)
    above, before = found["prefecture"], of(toy, "mobile_5g", as_of=DAY)
    whole = above.loc[WEST]
    assert (whole["built_evidence"], whole["built_qualifier"]) == ("allocated", "about")
    note = f"counties with figures of their own: 1 (until {SEEN})"
    assert note in whole["note_en"]
    # What the province reported was there: a small count moves it to the other counties.
    assert above.loc[WEST, "built"] >= before.loc[WEST, "built"]
    assert same(above.loc[[EAST], "built"], before.loc[[EAST], "built"])
    progress = progress_table(counted(toy, tmp_path, "mobile_5g", COUNTY, number), "mobile_5g",
                              level="county", as_of=DAY).set_index("adcode")  # fmt: skip
    assert progress["built"].to_dict() == found["county"]["built"].to_dict()


def test_a_county_s_older_count_does_not_replace_its_prefecture_s(
    toy: Pack, tmp_path: Path
) -> None:
    with Catalogue(tmp_path) as store:
        own = [own_count(toy, "mobile_5g", COUNTIES[2], "2023-06-30", 1)]
        observe(store, toy, own, who="Li")
    pack = effective_pack(toy, tmp_path)
    later = "2024-12-31"
    east = of(pack, "mobile_5g", "county", as_of=later)
    assert same(east["built"], of(toy, "mobile_5g", "county", as_of=later)["built"])


@pytest.mark.parametrize("evidence", ["measured", "declared", "modelled"])
def test_a_count_of_one_s_own_is_not_published(toy: Pack, tmp_path: Path, evidence: str) -> None:
    pack = counted(toy, tmp_path, "data_centres", PROVINCE, 700, evidence=evidence)
    row = rows(pack, "data_centres")["province"].loc[PROVINCE]
    assert (row["built"], row["evidence"]) == (700, evidence)


@pytest.mark.parametrize("region", [WEST, COUNTY])
def test_a_count_shows_where_the_province_has_no_figure(
    toy: Pack, tmp_path: Path, region: str
) -> None:
    pack = counted(toy, tmp_path, "mobile_4g", region, 40, metric="base_stations_all_kinds")
    found = rows(pack, "mobile_4g", "base_stations_all_kinds")
    level = "prefecture" if region == WEST else "county"
    row = found[level].loc[region]
    assert (row["built"], row["as_of"], row["evidence"]) == (40, SEEN, "declared")
    assert found[level].drop(region)["built"].isna().all()
    assert found["province"]["built"].isna().all()


def test_a_count_of_a_stated_amount_is_in_its_own_row_only(toy: Pack, tmp_path: Path) -> None:
    pack = counted(toy, tmp_path, "mobile_5g", EAST, 80, metric="urban_areas_reached")
    found = rows(pack, "mobile_5g", "urban_areas_reached")
    assert found["prefecture"].loc[EAST, "built"] == 80
    assert found["prefecture"].drop(EAST)["built"].isna().all()
    assert found["province"]["built"].isna().all()


@pytest.mark.parametrize(("region", "level"), [(EAST, "prefecture"), (COUNTY, "county"),
                                               (PROVINCE, "province")])  # fmt: skip
def test_villages_counted_replace_the_share(
    toy: Pack, tmp_path: Path, region: str, level: str
) -> None:
    found = rows(counted(toy, tmp_path, "fibre", region, 7), "fibre")
    row = found[level].loc[region]
    assert (row["built"], row["as_of"], row["unit"]) == (7, SEEN, "admin_village")
    assert sums_agree(found)
    before = rows(toy, "fibre")[level]
    if level != "province":
        others = before.index.drop(region)
        assert same(found[level].loc[others, "built"], before.loc[others, "built"])
