"""The list of provinces and the census by county, as they are embedded."""

import pytest

from data.planreader.regions import region_names
from data.provinces.listed import listed_province, listed_provinces, region_names_of
from data.wording.catalogue import LANGUAGES, sentences
from geo.errors import UnknownNameError

#: The census by county of this province sums to 100,000 more than the bulletin states.
MORE = {"150000": 100_000}


def test_the_list_holds_the_31_provinces_and_the_published_people():
    provinces = listed_provinces()
    assert len(provinces) == len({p.name for p in provinces}) == 31
    # Bulletin No. 3 of the census: 1,411,778,724 with 2,000,000 servicemen of no province.
    assert sum(p.published_population for p in provinces) == 1_411_778_724 - 2_000_000


@pytest.mark.parametrize("province", listed_provinces(), ids=lambda p: p.name)
def test_the_census_by_county_sums_to_the_published_figure(province):
    more = province.county_census()["population_2020"].sum() - province.published_population
    assert more == MORE.get(province.adcode, 0)


@pytest.mark.parametrize("wanted", ["520000", "52", "guizhou", "Guizhou", "贵州", "贵州省"])
def test_a_province_is_known_by_code_and_names(wanted):
    assert listed_province(wanted).adcode == "520000"


def test_two_provinces_of_one_pinyin_keep_apart():
    assert (listed_province("shanxi").name_zh, listed_province("陕西").name) == (
        "山西省",
        "shaanxi",
    )


def test_an_unknown_province_is_told_what_is_near():
    with pytest.raises(UnknownNameError, match="unknown province 'guizou'") as caught:
        listed_province("guizou")
    assert "did you mean 'guizhou'" in caught.value.repair


def test_every_joined_unit_stands_once_and_says_why():
    for province in listed_provinces():
        rows = province.joined
        census = rows[rows["in"].str.contains("census")]
        whole = census[census["units"] == ""]
        # A unit that falls to one county whole has no other row; a divided one lists its parts.
        assert not census[census["code"].isin(whole["code"])].duplicated("code").any()
        assert not census.duplicated(["code", "into"]).any()
        divided = census[census["units"] != ""]
        assert (divided.groupby("code").size() > 1).all()
        assert rows["into"].str[:2].eq(province.adcode[:2]).all()
        for language in LANGUAGES:
            known = sentences(language)
            assert all(f"province_joined.{reason}" in known for reason in rows["reason"])


def test_a_plan_names_prefectures_of_a_province_without_a_pack():
    names = region_names(region_names_of("520000"))
    found = [(code, name) for _, code, name in names.found("贵阳市、黔东南州和盘州市建成5G基站。")]
    assert found == [("520100", "贵阳市"), ("522600", "黔东南州"), ("520281", "盘州市")]
    assert region_names_of("") == []
