"""Context of the rules besides the rows: table, province, day, units of the header."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.tables.pack import Column, Table

if TYPE_CHECKING:
    import geopandas as gpd

#: Column of a frame that holds shapely geometries, where the table has lines or polygons.
SHAPE = "geometry"


@dataclass(frozen=True)
class CheckContext:
    """What :func:`data.doctor.checks.rules.check` needs besides the rows.

    Attributes
    ----------
    table
        Table that the file becomes.
    regions
        Table ``regions`` with polygons, WGS84; None skips the rules that need it.
    province
        Code of the province.
    today
        Date of the import; later dates are in the future.
    units
        Declared column → unit in its header in the file.
    adcodes
        (n,) code of the region that each row names, on the frame's index; empty or missing
        where it names none.
    geometry
        (n,) shapely geometries, WGS84, of a frame without a column :data:`SHAPE`.
    is_placed
        False where no row has a position, which one finding says for all.
    """

    table: Table
    regions: gpd.GeoDataFrame | None = None
    province: str = ""
    today: dt.date = field(default_factory=dt.date.today)
    units: dict[str, str] = field(default_factory=dict)
    adcodes: pd.Series | None = None
    geometry: NDArray[np.object_] | None = None
    is_placed: bool = True

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Declared columns by name."""
        return {column.name: column for column in self.table.columns}

    @cached_property
    def outline(self) -> Any | None:
        """Polygon of the province, prepared; None without regions."""
        if self.regions is None or not len(self.regions):
            return None
        regions = self.regions
        own = regions[regions["adcode"].astype("str") == self.province]
        polygon = shapely.union_all((own if len(own) else regions).geometry.to_numpy())
        shapely.prepare(polygon)
        return polygon

    @cached_property
    def polygons(self) -> dict[str, tuple[Any, str]]:
        """Code → polygon, prepared, and Chinese name of each region."""
        if self.regions is None:
            return {}
        shapes = self.regions.geometry.to_numpy()
        shapely.prepare(shapes)
        codes, names = self.regions["adcode"].astype("str"), self.regions["name_zh"]
        pairs = zip(shapes, names, strict=True)
        return dict(zip(codes, pairs, strict=True))

    def shapes(self, frame: pd.DataFrame) -> NDArray[np.object_] | None:
        """Return the geometries of the rows.

        Parameters
        ----------
        frame
            Rows of the file.

        Returns
        -------
        shapes
            (n,) shapely geometries, or None for a table without.
        """
        if SHAPE in frame.columns:
            return frame[SHAPE].to_numpy(dtype=object)
        return None if self.geometry is None else np.asarray(self.geometry, dtype=object)
