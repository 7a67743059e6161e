"""What the search box looks through: every named place, its letters, its coordinates."""

from __future__ import annotations

import gzip

import pandas as pd
import pytest

from data.tables.initials import initials, matches
from data.tables.reader import Pack, pack_names
from data.workspace.find import FIELDS, search_bytes


def lines(pack: Pack) -> list[list[str]]:
    text = gzip.decompress(search_bytes(pack)).decode()
    return [line.split("\t") for line in text.split("\n")]


@pytest.mark.parametrize("province", pack_names())
def test_every_region_place_village_and_site_has_its_line(province: str) -> None:
    pack = Pack.load(province)
    found = lines(pack)
    assert {len(fields) for fields in found} == {len(FIELDS)}
    ids = {(fields[0], fields[1]) for fields in found}
    for kind, table, key in (("v", "natural_villages", "village_id"), ("s", "sites", "site_id"),
                             ("t", "places", "place_id")):  # fmt: skip
        assert {(kind, code) for code in pack.table(table)[key]} <= ids
    for kind, level in (("p", "prefecture"), ("c", "county")):
        assert {(kind, code) for code in pack.regions(level)["adcode"]} <= ids


def test_a_line_names_a_region_in_both_languages_with_its_letters_and_place() -> None:
    (nujiang,) = [fields for fields in lines(Pack.load("yunnan")) if fields[:2] == ["p", "533300"]]
    assert nujiang[2:6] == [
        "怒江傈僳族自治州", "Nujiang Lisu Autonomous Prefecture", "njlszzzz", "533300",
    ]  # fmt: skip
    assert 98 < float(nujiang[6]) < 100
    assert 25 < float(nujiang[7]) < 29


def test_regions_come_first() -> None:
    kinds = [fields[0] for fields in lines(Pack.load("gansu"))]
    assert list(dict.fromkeys(kinds)) == ["p", "c", "t", "v", "s"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("重庆", "cq"), ("重点", "zd"), ("长安", "ca"), ("六库", "lk"), ("A2村", "a2c"), ("", "")],
)
def test_letters_follow_the_word_where_a_character_has_several_readings(
    name: str, wanted: str
) -> None:
    assert initials(pd.Series([name])).tolist() == [wanted]


@pytest.mark.parametrize("wanted", ["cq", "CQ", "庆", "重庆"])
def test_a_list_finds_a_name_by_either_reading(wanted: str) -> None:
    found = matches(pd.Series(["重庆", "重点", None]), wanted)
    assert found.tolist() == [True, False, False]


@pytest.mark.parametrize("wanted", ["dk", "dkc", "tk", "DK c"])
def test_readings_of_several_characters_are_taken_in_any_combination(wanted: str) -> None:
    """大 may be read d or t, 可 g or k: a name must be found whichever is first for each."""
    assert matches(pd.Series(["大可村", "小石桥", "[^k"]), wanted).tolist() == [True, False, False]
