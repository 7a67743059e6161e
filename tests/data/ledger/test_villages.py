"""The illustrative tables keep the rule of ``data/packs/README.md``."""

import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

from data.tables.reader import Pack
from geo.earth.crs import ecef, geodesic_m
from tests.provinces import BUILT

TABLES = ("natural_villages", "sites", "fibre_nodes")
#: What `pack.toml` asks of the rule.
RULE = {name: Pack.load(name).meta["build"]["villages"] for name in BUILT}
UNCOVERED = {name: rule["uncovered"] for name, rule in RULE.items()}
PER_UNIT = {name: rule["per_unit"] for name, rule in RULE.items()}
#: No prefecture has a larger share of its villages of 20 or more households without 4G.
HIGHEST_SHARE = 0.15
#: Plains and hills of Gansu: each of the plains has a lower share than each of the hills.
OASES, HILLS = ("620200", "620600", "620700", "620900"), ("621100", "621200", "622900", "623000")
#: Rule A and the margin kept on both sides [m].
REACH_M, MARGIN_M = 5_000, 50


@pytest.fixture(scope="module", params=BUILT)
def pack(request):
    return Pack.load(request.param)


@pytest.fixture(scope="module")
def villages(pack):
    return pack.table("natural_villages").astype({"adcode": str})


def geodesic_to_nearest_site(pack, villages):
    """Return the shortest geodesic [m] among the three sites nearest by chord."""
    sites = pack.table("sites")
    _, near = cKDTree(ecef(sites["lon"], sites["lat"])).query(
        ecef(villages["lon"], villages["lat"]), k=3
    )
    lon, lat = (sites[column].to_numpy()[near] for column in ("lon", "lat"))
    home_lon, home_lat = (villages[column].to_numpy()[:, None] for column in ("lon", "lat"))
    return geodesic_m(home_lon, home_lat, lon, lat).min(axis=1)


@pytest.mark.parametrize("table", TABLES)
def test_each_row_is_illustrative_and_nameless(pack, table):
    rows = pack.table(table)
    assert (rows["evidence"] == "illustrative").all()
    assert not [column for column in rows.columns if "name" in column]
    key = {"natural_villages": "v", "sites": "s", "fibre_nodes": "n"}[table]
    ids = rows[{"v": "village_id", "s": "site_id", "n": "node_id"}[key]]
    assert ids.str.fullmatch(rf"{key}\d{{6}}-\d{{5}}").all()
    assert (ids.str[1:7] == rows["adcode"].astype(str)).all()


@pytest.mark.parametrize("table", TABLES)
def test_points_lie_in_their_own_county(pack, table):
    rows = pack.table(table)
    regions = pack.geo("regions")
    county = regions[regions["level"] == "county"].set_index("adcode").geometry
    shapely.prepare(county.to_numpy())
    polygons = county.reindex(rows["adcode"].astype(str)).to_numpy()
    assert shapely.contains_xy(polygons, rows["lon"], rows["lat"]).all()


def test_number_of_villages(pack, villages):
    counties = pack.regions("county").set_index("adcode")
    usual = counties["village_units"].sum() * PER_UNIT[pack.name]
    assert usual * 0.99 < len(villages) < usual * 1.01
    mean = villages.groupby("adcode")["households"].mean()
    assert mean.max() <= 150
    # A county has villages where it has rural households.
    assert set(mean.index) == set(counties.index[counties["rural_households"] > 0])


def test_households_sum_to_the_rural_households(pack, villages):
    counties = pack.regions("county").set_index("adcode")
    sums = villages.groupby("adcode")["households"].sum().reindex(counties.index, fill_value=0)
    assert sums.tolist() == counties["rural_households"].tolist()
    by_prefecture = sums.groupby(counties["parent"]).sum()
    prefectures = pack.regions("prefecture").set_index("adcode")["rural_households"]
    assert by_prefecture.to_dict() == prefectures.to_dict()


def test_villages_without_4g(pack, villages):
    dark = villages[~villages["has_4g"].to_numpy(bool)]
    assert len(dark) == UNCOVERED[pack.name]
    # The rule counts villages of exactly 20 households, so some stand there, dark and not.
    assert dark["households"].min() == 20
    assert 20 in set(villages.loc[villages["has_4g"].to_numpy(bool), "households"])


def dark_shares(pack, villages):
    """Return the share of villages of 20 or more households without 4G by prefecture."""
    parent = pack.regions("county").set_index("adcode")["parent"]
    large = villages[villages["households"] >= 20]
    return (~large["has_4g"].astype(bool)).groupby(large["adcode"].map(parent)).mean()


def test_no_prefecture_is_darker_than_is_credible(pack, villages):
    shares = dark_shares(pack, villages)
    assert shares.max() < HIGHEST_SHARE
    assert shares.min() > 0


def test_the_plains_of_gansu_have_fewer_dark_villages_than_the_hills():
    pack = Pack.load("gansu")
    shares = dark_shares(pack, pack.table("natural_villages").astype({"adcode": str}))
    assert shares[list(OASES)].max() < shares[list(HILLS)].min()


def test_gorges_of_yunnan_have_more_dark_villages_than_its_karst_plains():
    pack = Pack.load("yunnan")
    shares = dark_shares(pack, pack.table("natural_villages").astype({"adcode": str}))
    assert shares[["533300", "533400", "530700"]].min() > 2 * shares[["530300", "532600"]].max()


def test_who_states_the_number_of_dark_villages(pack):
    targets = pack.table("targets").set_index("id")
    named = pack.meta["build"]["villages"]["uncovered_stated_by"]
    if pack.name == "gansu":
        assert named == ""
    else:
        assert targets.loc[named, "value"] == UNCOVERED[pack.name]


def test_reach_by_geodesic_distance(pack, villages):
    distance = geodesic_to_nearest_site(pack, villages)
    covered = villages["has_4g"].to_numpy(bool)
    assert distance[covered].max() <= REACH_M - MARGIN_M + 0.1
    assert distance[~covered].min() >= REACH_M + MARGIN_M - 0.1


def test_dark_villages_are_rugged_and_remote(pack, villages):
    relief = pack.table("relief").set_index(["lat", "lon"])["elevation_m"].unstack()
    grid = relief.to_numpy()
    up, right = np.gradient(grid)
    slope = np.hypot(up, right)
    row = np.abs(relief.index.to_numpy()[:, None] - villages["lat"].to_numpy()).argmin(axis=0)
    column = np.abs(relief.columns.to_numpy()[:, None] - villages["lon"].to_numpy()).argmin(axis=0)
    rugged = slope[row, column]
    places = pack.table("places")
    seats = places[places["kind"] == "county_seat"]
    remote, _ = cKDTree(ecef(seats["lon"], seats["lat"])).query(
        ecef(villages["lon"], villages["lat"])
    )
    dark = ~villages["has_4g"].to_numpy(bool)
    assert np.nanmedian(rugged[dark]) > 1.2 * np.nanmedian(rugged[~dark])
    assert np.median(remote[dark]) > 1.2 * np.median(remote[~dark])


def test_fibre_nodes_per_county(pack):
    nodes = pack.table("fibre_nodes")
    counties = pack.regions("county")
    counts = nodes["kind"].value_counts()
    assert counts["county"] == len(counties)
    assert counts["township"] == counties["township_units"].sum()
    assert counts["site"] == pytest.approx(0.1 * len(pack.table("sites")), abs=len(counties))
