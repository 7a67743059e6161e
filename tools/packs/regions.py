"""The ``regions`` table: polygons, names, geodesic areas, counts of units and census."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import DataError
from tools.packs.boundaries import area_km2, boundaries
from tools.packs.census import area_units, census_table

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tools.packs.packages import Store
    from tools.packs.spec import Spec


def regions_table(store: Store, spec: Spec, counts: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the regions of a province, all levels; ``counts`` are those of ``unit_counts``.

    Raises
    ------
    DataError
        If a region has no English name or no counts.
    """
    shapes = boundaries(store, spec)
    shapes["area_km2"] = area_km2(shapes["geometry"].to_numpy()).round(3)
    county = shapes[shapes["level"] == "county"].set_index("adcode")
    census = census_table(spec, counts, area_units(store, spec), county["parent"])
    regions = shapes.merge(census.reset_index(), on=["level", "adcode"], how="left")
    regions = regions.merge(spec.names(), on=["level", "adcode"], how="left")
    unnamed = regions.loc[regions["name_en"].isna() | regions["population"].isna(), "adcode"]
    if len(unnamed):
        raise DataError(
            f"no English name or no census for {', '.join(unnamed)}",
            where=str(spec.folder / "inputs"),
            repair="complete names_en.csv and census_counties.csv",
        )
    return regions
