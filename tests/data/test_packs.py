"""The embedded packs: published sums, topology, quotes, schemas and sources."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from data.tables.pack import TABLES
from data.tables.reader import SOURCES_DIR, Pack
from geo.earth.crs import WGS84, geodesic_m
from geo.errors import DataError
from tests.provinces import BUILT as PACKS, Published

ROOT = Path(__file__).parents[2]
LEVELS, POPULATION, UNITS = Published("levels"), Published("population"), Published("units")
AREA_KM2, RIVERS, CAPITAL = Published("area_km2"), Published("rivers"), Published("capital")
#: Counties that hold a part of Lanzhou New Area, 620171 of the census, which has no polygon.
NEW_AREA = ("620171", ("620121", "620122"))
#: Says that a publication's text is not at hand.
NO_TEXT = "no text at hand"
CENSUS = ("population", "urban_population", "households", "rural_households")
COUNTS = ("township_units", "village_committees", "residents_committees", "village_units")


@pytest.fixture(scope="module", params=PACKS)
def pack(request):
    return Pack.load(request.param)


@pytest.fixture(scope="module")
def regions(pack):
    return pack.geo("regions").set_index("adcode", drop=False)


def level(regions, name):
    return regions[regions["level"] == name]


def test_number_of_regions(pack, regions):
    found = [len(level(regions, name)) for name in ("province", "prefecture", "county")]
    assert found == LEVELS[pack.name]


def test_published_census(pack, regions):
    assert level(regions, "province")["population"].tolist() == [POPULATION[pack.name]]


def test_units_of_the_code_list(pack, regions):
    province = level(regions, "province").iloc[0]
    assert [province["township_units"], province["village_units"]] == UNITS[pack.name]


@pytest.mark.parametrize("column", [*CENSUS, *COUNTS])
def test_counties_sum_to_prefectures_and_these_to_the_province(regions, column):
    county, prefecture = level(regions, "county"), level(regions, "prefecture")
    sums = county.groupby("parent")[column].sum().reindex(prefecture["adcode"])
    assert sums.tolist() == prefecture[column].tolist()
    assert prefecture[column].sum() == level(regions, "province")[column].iloc[0]


@pytest.mark.parametrize(
    ("column", "published"),
    [
        ("population", "population_2020"),
        ("township_units", "township_units_2023"),
        ("village_committees", "village_committees_2023"),
        ("residents_committees", "residents_committees_2023"),
    ],
)
def test_prefectures_hold_the_published_figures(pack, regions, column, published):
    census = pd.read_csv(pack.folder / "inputs" / "census.csv", dtype={"adcode": str})
    found = level(regions, "prefecture")[column].reindex(census["adcode"])
    assert found.tolist() == census[published].tolist()


def test_parts_never_exceed_the_whole(regions):
    assert (regions["urban_population"] <= regions["population"]).all()
    assert (regions["rural_households"] <= regions["households"]).all()
    assert (
        regions["village_committees"] + regions["residents_committees"] <= regions["village_units"]
    ).all()


def county_census(pack):
    """Return the tabulation by county with the codes of today."""
    census = pd.read_csv(pack.folder / "inputs" / "census_counties.csv", dtype={"adcode": str})
    return census.set_index(census["adcode"].replace({"532331": "532302"}))


def test_every_county_holds_its_census_figures(pack, regions):
    census = county_census(pack)
    county = level(regions, "county")
    own = county.index.difference(NEW_AREA[1])
    assert len(own) == LEVELS[pack.name][2] - 2 * (pack.name == "gansu")
    rows = census.loc[own]
    urban = (rows["population_2020"] * rows["urban_share_2020"] + 0.5).astype(int)
    rural = (rows["family_households_estimate"] * (1 - rows["urban_share_2020"]) + 0.5).astype(int)
    county = county.loc[own]
    assert county["population"].tolist() == rows["population_2020"].tolist()
    assert county["urban_population"].tolist() == urban.tolist()
    assert county["households"].tolist() == rows["family_households_estimate"].tolist()
    assert county["rural_households"].tolist() == rural.tolist()


def test_lanzhou_new_area_is_split_over_the_counties_it_lies_in():
    pack = Pack.load("gansu")
    census = county_census(pack)
    area, holders = NEW_AREA
    county = pack.regions("county").set_index("adcode").loc[list(holders)]
    for found, stated in (
        ("population", "population_2020"),
        ("households", "family_households_estimate"),
    ):
        parts = county[found] - census.loc[list(holders), stated]
        assert parts.sum() == census.loc[area, stated]
        # Of its 88 village-level units 18 lie in Gaolan.
        assert 0.15 < parts["620122"] / parts.sum() < 0.25


@pytest.mark.parametrize(
    ("code", "population", "urban"),
    [
        ("530125", 384_875, 210_681),
        ("530111", 1_602_279, 1_589_461),
        ("530113", 260_744, 160_201),
        ("532302", 366_512, 135_866),
        ("620200", 312_663, 295_248),
    ],
)
def test_published_county_figures(code, population, urban):
    pack = Pack.load("yunnan" if code.startswith("53") else "gansu")
    row = pack.regions("county").set_index("adcode").loc[code]
    assert (row["population"], row["urban_population"]) == (population, urban)


@pytest.mark.parametrize(
    ("column", "published"),
    [
        ("households", "family_households_2020_estimate"),
        ("urban_population", "urban_share_2020"),
    ],
)
def test_sums_of_counties_agree_with_the_tabulation_by_prefecture(pack, regions, column, published):
    census = pd.read_csv(pack.folder / "inputs" / "census.csv", dtype={"adcode": str})
    found = level(regions, "prefecture").reindex(census["adcode"])
    stated = census.set_index("adcode")[published]
    if column == "households":
        assert (found[column] - stated).abs().max() <= 2
    else:
        assert (found[column] / found["population"] - stated).abs().max() <= 1e-4


def test_census_evidence(pack, regions):
    words = regions.set_index(["level", "adcode"])["census_evidence"]
    allocated = {("county", code) for code in NEW_AREA[1]} if pack.name == "gansu" else set()
    assert set(words.index[words == "allocated"]) == allocated
    assert set(words) <= {"reported", "allocated"}


def test_the_census_names_its_publication(pack):
    sources = pack.table("SOURCES")
    rows = sources[sources["file"].str.endswith("inputs/census_counties.csv")]
    assert set(rows["table"]) >= {"regions", "natural_villages"}
    assert rows["version"].str.contains("ISBN 978-7-5037-9772-9").all()
    assert (rows["date"] == "2020-11-01").all()


@pytest.mark.parametrize("name", ["prefecture", "county"])
def test_regions_neither_overlap_nor_leave_gaps(regions, name):
    shapes = level(regions, name).geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


@pytest.mark.parametrize(
    ("parent", "child"), [("province", "prefecture"), ("prefecture", "county")]
)
def test_children_cover_their_parent(regions, parent, child):
    children = level(regions, child)
    for code, shape in level(regions, parent).geometry.items():
        mine = children[children["parent"] == code].geometry.to_numpy()
        assert shapely.union_all(mine).symmetric_difference(shape).area < 1e-12


def test_no_pinhole_in_the_province(regions):
    province = level(regions, "province").geometry.iloc[0]
    holes = [ring for part in shapely.get_parts(province) for ring in part.interiors]
    areas = [abs(WGS84.geometry_area_perimeter(shapely.Polygon(ring))[0]) for ring in holes]
    assert all(area > 0.5e6 for area in areas)


def test_areas_are_geodesic(pack, regions):
    computed = [abs(WGS84.geometry_area_perimeter(s)[0]) / 1e6 for s in regions.geometry]
    assert np.allclose(regions["area_km2"], computed, atol=0.001)
    assert level(regions, "province")["area_km2"].iloc[0] == pytest.approx(
        AREA_KM2[pack.name], abs=1
    )
    county, prefecture = level(regions, "county"), level(regions, "prefecture")
    sums = county.groupby("parent")["area_km2"].sum().reindex(prefecture["adcode"])
    assert np.allclose(sums, prefecture["area_km2"], atol=0.05)


def test_label_points_lie_in_their_region(regions):
    assert shapely.contains_xy(
        regions.geometry.to_numpy(), regions["label_lon"], regions["label_lat"]
    ).all()


def test_english_names(regions):
    names = regions["name_en"]
    assert names.str.fullmatch(r"[A-Z][A-Za-zêü'’,() -]+").all()
    assert not level(regions, "county")["name_en"].duplicated().any()
    ends = {"市": "City|Mangshi City", "县": "County", "区": "District", "自治州": "Prefecture"}
    for end, word in ends.items():
        chosen = regions[regions["name_zh"].str.endswith(end)]["name_en"]
        assert chosen.str.contains(word).all(), end
    minority = regions["name_zh"].str.contains("自治")
    assert (names.str.contains("Autonomous") == minority).all()


def test_renumbered_counties():
    yunnan = set(Pack.load("yunnan").regions("county")["adcode"])
    assert {"530115", "530304", "530481", "530681", "532302", "533102"} <= yunnan
    gansu = Pack.load("gansu").regions("county").set_index("adcode")
    assert gansu.loc["620200", "parent"] == "620200"
    assert not {"629700", "629800", "629900"} & set(gansu.index)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_keeps_its_schema(pack, table):
    assert len(pack.table(table)) > 0


@pytest.mark.parametrize("table", ["targets", "policy_zones"])
def test_every_quote_stands_in_its_source(pack, table):
    rows = pack.table(table)
    texts = {
        file: (SOURCES_DIR / file).read_bytes().decode("utf-8") for file in set(rows["source_file"])
    }
    lost = [
        row["id"]
        for row in rows.to_dict("records")
        if row["quote"] not in texts[row["source_file"]]
    ]
    assert not lost


def test_every_observation_has_a_quote_or_says_that_no_text_is_at_hand(pack):
    rows = pack.table("observations")
    assert rows["quote"].notna().all()
    at_hand = rows["source_file"].notna()
    assert (rows.loc[~at_hand, "quote"] == NO_TEXT).all()
    assert rows.loc[~at_hand, "link"].str.match("https?://").all()
    for row in rows[at_hand].to_dict("records"):
        assert row["quote"] in (SOURCES_DIR / row["source_file"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("table", ["targets", "observations", "policy_zones", "unit_costs"])
def test_every_remark_is_there_in_chinese_too(pack, table):
    rows = pack.table(table)
    name = "source" if table == "unit_costs" else "note"
    noted = rows[name].notna()
    chinese = rows[f"{name}_zh"].fillna("").str.contains("[\u4e00-\u9fff]")
    assert (noted == chinese).all()


def test_derived_observations_name_what_they_are_derived_from():
    rows = Pack.load("yunnan").table("observations").set_index("id")
    derived = rows[rows["derived_from"].notna()]
    assert sorted(derived["value"]) == [41_100, 221_400]
    assert (derived["qualifier"] == "~").all()
    for row in derived.to_dict("records"):
        part, share = (rows.loc[name, "value"] for name in row["derived_from"].split(";"))
        assert row["value"] == round(part / share, -2)


@pytest.mark.parametrize(
    ("pack_name", "row", "qualifier", "unit"),
    [
        ("yunnan", "yn-5g-county-2023", "~", "share of urban areas"),
        ("yunnan", "yn-fibre-cable-2015", "=", "sheath km"),
        ("gansu", "gs-backbone-2020", ">=", "Tbit/s"),
        ("gansu", "gs-rural-2017", ">=", "Mbit/s"),
        ("gansu", "gs-rural-2020", ">=", "Mbit/s"),
        ("gansu", "gs-fixed-users-2020", ">", "subscriber"),
    ],
)
def test_qualifiers_and_units_as_the_sentence_has_them(pack_name, row, qualifier, unit):
    target = Pack.load(pack_name).table("targets").set_index("id").loc[row]
    assert (target["qualifier"], target["unit"]) == (qualifier, unit)


def test_dates_that_a_sentence_does_not_state_say_so():
    rows = Pack.load("yunnan").table("targets").set_index("id")
    guessed = rows[rows["note"].fillna("").str.contains("is a guess")]
    assert set(guessed["as_of"]) == {"2015-12-31", "2016-06-30"}
    assert {"yn-fibre-cable-2015", "yn-cables-out-2015", "yn-backbone-2016"} <= set(guessed.index)


def test_every_plan_has_rows():
    used = {
        name: set(pd.concat([Pack.load(name).table(table)["source_file"] for table in tables]))
        for name, tables in ((name, ("targets", "policy_zones")) for name in PACKS)
    }
    assert {file[:3] for file in used["yunnan"]} == {"000", "001", "002", "003"}
    assert {file[:3] for file in used["gansu"]} == {"004"}


def test_bandwidth_out_of_the_province_is_one_series():
    rows = Pack.load("yunnan").table("targets")
    series = rows[rows["metric"] == "bandwidth_out"].sort_values("as_of")
    assert series["value"].tolist() == [5, 28]


@pytest.mark.parametrize(
    ("pack_name", "places"),
    [
        ("yunnan", {"530400", "530500", "530114"}),
        ("gansu", {"620121", "620122", "620300", "620400"}),
    ],
)
def test_only_places_named_for_data_centres_are_data_centre_sites(pack_name, places):
    zones = Pack.load(pack_name).table("policy_zones")
    sites = zones[zones["kind"] == "data centre site"]
    assert {code for codes in sites["regions"] for code in codes.split(";")} == places
    assert sites["quote"].str.contains("数据中心|云计算").all()


def test_new_areas_stand_on_the_counties_they_lie_in():
    zones = Pack.load("yunnan").table("policy_zones").set_index("id")
    for zone in ("yn-area", "yn-ind-materials"):
        assert zones.loc[zone, "regions"] == "530181;530127;530111"
        assert "general knowledge" in zones.loc[zone, "note"]


def test_every_source_text_is_indexed():
    index = pd.read_csv(SOURCES_DIR / "index.csv", dtype=str)
    assert index["file"].tolist() == sorted(path.name for path in SOURCES_DIR.glob("*.txt"))
    readme = (SOURCES_DIR / "README.md").read_text(encoding="utf-8")
    assert all(title in readme for title in index["title"])


def test_the_lost_decimal_points_are_kept_and_read():
    targets = Pack.load("gansu").table("targets").set_index("id")
    for source_id, value in (("gs-4g-2017-new", 23_000), ("gs-4g-2020", 43_000)):
        assert "\ue010" in targets.loc[source_id, "quote"]
        assert targets.loc[source_id, "value"] == value


def test_ledgers_name_known_regions(pack):
    known = set(pack.table("regions")["adcode"])
    zones = pack.table("policy_zones")
    assert set(pack.table("observations")["adcode"]) <= known
    assert {code for codes in zones["regions"] for code in codes.split(";")} <= known
    assert set(pack.table("targets")["province"]) == set(zones["province"]) == {pack.adcode}


def test_points_of_the_policy_zones():
    pack = Pack.load("yunnan")
    zone = pack.table("policy_zones").set_index("id").loc["yn-points", "regions"]
    county = pack.regions("county").set_index("adcode")["name_zh"]
    assert [county[code] for code in zone.split(";")] == ["瑞丽市", "水富市"]


def test_every_table_has_its_sources(pack):
    built = {
        path.stem for path in pack.folder.iterdir() if path.suffix in (".parquet", ".csv", ".tif")
    }
    assert set(pack.table("SOURCES")["table"]) == built - {"SOURCES"}


def test_checksums_of_the_sources_in_the_repository(pack):
    rows = pack.table("SOURCES")
    kept = rows[rows["file"].str.startswith("data/")]
    assert len(kept) > 8
    for row in kept.to_dict("records"):
        digest = hashlib.sha256((ROOT / row["file"]).read_bytes()).hexdigest()
        assert digest == row["sha256"], row["file"]
    assert rows["sha256"].str.fullmatch("[0-9a-f]{64}").all()


def test_places_lie_in_their_county(pack, regions):
    places = pack.table("places")
    polygons = level(regions, "county").geometry.reindex(places["adcode"]).to_numpy()
    assert shapely.contains_xy(polygons, places["lon"], places["lat"]).all()
    assert (places["evidence"] == "reported").all()
    seats = places[places["kind"] == "county_seat"]
    assert sorted(seats["adcode"]) == level(regions, "county").index.sort_values().tolist()


def test_rivers(pack, regions):
    rivers = pack.geo("rivers")
    province = level(regions, "province").geometry.iloc[0].buffer(1e-4)
    assert shapely.covers(province, rivers.geometry.to_numpy()).all()
    total = [rivers["name_en"].nunique(), round(rivers["length_km"].sum())]
    assert total == RIVERS[pack.name]
    assert rivers["name_zh"].notna().all()


def test_relief_knows_the_capital(pack):
    lon, lat, height = CAPITAL[pack.name]
    relief = pack.table("relief")
    near = geodesic_m(relief["lon"], relief["lat"], lon, lat).argmin()
    assert relief["elevation_m"].iloc[near] == pytest.approx(height, abs=200)


def test_packs_stay_small():
    sizes = [
        sum(path.stat().st_size for path in Pack.load(name).folder.rglob("*.*")) for name in PACKS
    ]
    assert max(sizes) < 5e6


@pytest.mark.parametrize("ask", [Pack.table, Pack.geo])
def test_what_a_caller_does_to_a_table_reaches_no_other(pack, ask):
    first = ask(pack, "regions")
    name = first["name_zh"].iloc[0]
    first.loc[first.index[0], "name_zh"] = "改"
    first["own"] = 1
    again = ask(pack, "regions")
    assert again["name_zh"].iloc[0] == name
    assert "own" not in again.columns


@pytest.mark.parametrize("ask", [Pack.table, Pack.geo])
def test_a_table_that_was_replaced_is_read_anew(pack, ask, tmp_path):
    there = tmp_path / pack.name
    there.mkdir()
    for name in ("pack.toml", "regions.parquet"):
        (there / name).write_bytes((pack.folder / name).read_bytes())
    copied = Pack(there)
    whole = ask(copied, "regions")
    pack.geo("regions").head(5).to_parquet(there / "new.parquet")
    (there / "new.parquet").replace(there / "regions.parquet")
    assert len(ask(copied, "regions")) == 5 < len(whole)
    (there / "regions.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="cannot be read"):
        ask(copied, "regions")
