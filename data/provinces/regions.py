"""The ``regions`` table: polygons, names, geodesic areas, counts of units and census."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.provinces.boundaries import area_km2, boundaries
from data.provinces.census import census_table
from geo.errors import DataError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from data.provinces.inputs import Inputs
    from data.provinces.packages import PackageStore


def regions_table(store: PackageStore, spec: Inputs, counts: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the table ``regions`` of a province, all levels.

    Parameters
    ----------
    store
        Packages.
    spec
        The province.
    counts
        Result of :func:`data.provinces.census.unit_counts`.

    Returns
    -------
    regions
        Polygons in EPSG:4326 with names, areas [km²], counts and census.

    Raises
    ------
    DataError
        If a region has no English name or no counts.
    """
    shapes = boundaries(store, spec)
    shapes["area_km2"] = area_km2(shapes["geometry"].to_numpy()).round(3)
    county = shapes[shapes["level"] == "county"].set_index("adcode")
    census = census_table(spec, counts, spec.areas(store), county["parent"])
    regions = shapes.merge(census.reset_index(), on=["level", "adcode"], how="left")
    regions = regions.merge(spec.names(shapes), on=["level", "adcode"], how="left")
    unnamed = regions.loc[regions["name_en"].isna() | regions["population"].isna(), "adcode"]
    if len(unnamed):
        raise DataError("build.unnamed", where=spec.census_file, unnamed=", ".join(unnamed))
    return regions
