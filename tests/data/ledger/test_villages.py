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
    units = pack.regions("province")["village_units"].iloc[0]
    assert len(villages) == units * PER_UNIT[pack.name]


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
    assert dark["households"].min() >= 20


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
