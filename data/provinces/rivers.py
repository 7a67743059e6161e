"""``rivers``: Natural Earth centre lines, clipped to the province."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.earth.crs import WGS84

if TYPE_CHECKING:
    from data.provinces.inputs import Inputs
    from data.provinces.packages import PackageStore

_STEM = "usr/share/magics/10m/ne_10m_rivers_lake_centerlines"
_ENDS = ("shp", "shx", "dbf", "prj")
#: Shorter bits are where a centre line and the border run together [km].
_SHORTEST_KM = 2.0
RIVER_FILES = tuple(f"{_STEM}.{end}" for end in _ENDS)


def rivers_table(store: PackageStore, spec: Inputs, regions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rivers of a province with their geodesic length inside it.

    Parameters
    ----------
    store
        Packages; ``libmagics++-data`` is read.
    spec
        The province.
    regions
        Regions of the province, WGS84.

    Returns
    -------
    rivers
        Lines in EPSG:4326 with names and ``length_km`` [km].
    """
    province = regions.loc[regions["level"] == "province", "geometry"].iloc[0]
    lines = _natural_earth(store)
    inside = shapely.set_precision(
        shapely.intersection(lines["geometry"].to_numpy(), province), 1e-5
    )
    lines = lines.assign(geometry=inside)
    merged = lines[~shapely.is_empty(inside)].dissolve("dissolve", as_index=False)
    geometry = shapely.line_merge(merged["geometry"].to_numpy())
    length = np.array([WGS84.geometry_length(line) / 1000 for line in geometry])
    rivers = gpd.GeoDataFrame(
        {
            "river_id": "river-" + merged["dissolve"].str.removesuffix("River"),
            "name_en": merged["name"],
            "length_km": length.round(3),
        },
        geometry=geometry,
        crs="EPSG:4326",
    )
    named = rivers.merge(spec.river_names(), left_on="name_en", right_on="name", how="left")
    return named[named["length_km"] >= _SHORTEST_KM].drop(columns="name")


def _natural_earth(store: PackageStore) -> gpd.GeoDataFrame:
    with tempfile.TemporaryDirectory() as folder:
        for end, member in zip(_ENDS, RIVER_FILES, strict=True):
            (Path(folder) / f"rivers.{end}").write_bytes(store.read("libmagics++-data", member))
        lines = gpd.read_file(Path(folder) / "rivers.shp")
    return lines[["dissolve", "name", "geometry"]]
