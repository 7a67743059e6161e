"""What the illustrative rule knows of each county, and how it throws points into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.earth.crs import geodesic_m

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from data.provinces.relief import Relief

Floats = NDArray[np.float64]

#: Seed of every illustrative table; each county and step has its own stream, so that a change in
#: one county leaves the points thrown in the others as they are.
SEED = 20_201_231
#: Decimals of an illustrative coordinate [°]: 1e-5 is about one metre.
DECIMALS = 5
#: Metres of one degree of latitude, for throwing points only; distances are geodesic.
_M_PER_DEGREE = 111_000.0
#: Throws before a point falls back to its centre, each at four fifths of the spread before.
_THROWS = 24


@dataclass(frozen=True)
class County:
    """One county as the illustrative rule sees it."""

    adcode: str
    parent: str
    polygon: BaseGeometry
    area_km2: float
    seat: tuple[float, float]
    village_units: int
    rural_units: int
    towns: int
    population: int
    urban_population: int
    rural_households: int

    @property
    def centres(self) -> int:
        """Places that villages are around: rural units, or towns where these are more."""
        return max(self.rural_units, self.towns)

    def rng(self, step: str) -> np.random.Generator:
        """Return the county's own random stream for a step."""
        words = [SEED, int(self.adcode), *step.encode()]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))

    def contains(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Return which points lie inside the county."""
        return np.asarray(shapely.contains_xy(self.polygon, lon, lat))

    def seat_distance_km(self, lon: Floats, lat: Floats) -> Floats:
        """Return the geodesic distance to the county seat [km]."""
        return geodesic_m(lon, lat, *self.seat) / 1000

    def anywhere(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return ``n`` points uniform over the county, rounded, inside."""
        west, south, east, north = self.polygon.bounds
        found: list[Floats] = []
        while sum(map(len, found)) < n:
            square = rng.random((2 * n, 2)) * [east - west, north - south] + [west, south]
            square = square.round(DECIMALS)
            found.append(square[self.contains(square[:, 0], square[:, 1])])
        points = np.concatenate(found)[:n]
        return points[:, 0], points[:, 1]

    def around(
        self, lon: Floats, lat: Floats, spread_m: Floats | float, rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Return one point near each centre (normal, [m]), rounded, inside the county."""
        x, y = lon.copy(), lat.copy()
        spread = np.broadcast_to(np.asarray(spread_m, float), lon.shape)
        left = np.arange(len(lon))
        for throw in range(_THROWS):
            step = rng.standard_normal((len(left), 2)) * (spread[left] * 0.8**throw)[:, None]
            narrow = np.cos(np.radians(lat[left]))
            tx = (lon[left] + step[:, 0] / (_M_PER_DEGREE * narrow)).round(DECIMALS)
            ty = (lat[left] + step[:, 1] / _M_PER_DEGREE).round(DECIMALS)
            hit = self.contains(tx, ty)
            x[left[hit]], y[left[hit]] = tx[hit], ty[hit]
            left = left[~hit]
            if not len(left):
                break
        return x, y


def read_counties(
    regions: gpd.GeoDataFrame, places: pd.DataFrame, counts: pd.DataFrame
) -> list[County]:
    """Return the counties of a province, ordered by code."""
    rows = regions[regions["level"] == "county"].sort_values("adcode")
    seats = places[places["kind"] == "county_seat"].set_index("adcode")
    seat = dict(zip(seats.index, zip(seats["lon"], seats["lat"], strict=True), strict=True))
    rural = counts["rural_units"].to_dict()
    shapely.prepare(rows["geometry"].to_numpy())
    return [
        County(
            adcode=row["adcode"],
            parent=row["parent"],
            polygon=row["geometry"],
            area_km2=float(row["area_km2"]),
            seat=seat[row["adcode"]],
            village_units=int(row["village_units"]),
            rural_units=int(rural[row["adcode"]]),
            towns=int(row["township_units"]),
            population=int(row["population"]),
            urban_population=int(row["urban_population"]),
            rural_households=int(row["rural_households"]),
        )
        for row in rows.to_dict("records")
    ]


def livability(county: County, relief: Relief, lon: Floats, lat: Floats) -> Floats:
    """Return the relative density of settlement at points: low relief, near the seat, not too high.

    Falls by e for each 250 m of roughness, each 0.6 × √area (30 km at most) from the seat, and
    each 600 m above 2,800 m.
    """
    reach_km = min(0.6 * county.area_km2**0.5, 30.0)
    rough = relief.at(relief.roughness(), lon, lat)
    high = np.maximum(relief.at(relief.elevation, lon, lat) - 2_800.0, 0.0)
    exponent = rough / 250.0 + county.seat_distance_km(lon, lat) / reach_km + high / 600.0
    return np.asarray(np.exp(-exponent))
