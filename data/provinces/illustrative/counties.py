"""Properties of a county that the illustrative rule uses, and random points in one."""

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
#: one county leaves the points drawn in the others as they are.
SEED = 20_201_231
#: Decimals of an illustrative coordinate [°]: 1e-5 is about one metre.
DECIMALS = 5
#: Metres of one degree of latitude, for drawing points only; distances are geodesic.
_M_PER_DEGREE = 111_000.0
#: Attempts before a point falls back to its centre, each at four fifths of the spread before.
_ATTEMPTS = 24


@dataclass(frozen=True)
class County:
    """One county as the illustrative rule sees it.

    Attributes
    ----------
    adcode, parent
        Codes of the county and of its prefecture.
    polygon
        Outline, WGS84 [°].
    area_km2
        Geodesic area [km²].
    seat
        Longitude and latitude of the county seat [°].
    village_units, rural_units, towns
        Numbers of village-level units, of rural ones among them, and of townships.
    population, urban_population
        Persons.
    rural_households
        Households.
    """

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
        """Return the county's own stream of random numbers for a step of the rule.

        Parameters
        ----------
        step
            Name of the step.

        Returns
        -------
        rng
            The same numbers for the same county and step.
        """
        words = [SEED, int(self.adcode), *step.encode()]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))

    def contains(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Test which points lie inside the county.

        Parameters
        ----------
        lon, lat
            (n,) points, WGS84 [°].

        Returns
        -------
        inside
            (n,) True where they do.
        """
        return np.asarray(shapely.contains_xy(self.polygon, lon, lat))

    def seat_distance_km(self, lon: Floats, lat: Floats) -> Floats:
        """Return the geodesic distances of points to the county seat.

        Parameters
        ----------
        lon, lat
            (n,) points, WGS84 [°].

        Returns
        -------
        distances
            (n,) [km].
        """
        return geodesic_m(lon, lat, *self.seat) / 1000

    def anywhere(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draw points uniformly over the county.

        Parameters
        ----------
        n
            Number of points.
        rng
            Source of random numbers.

        Returns
        -------
        lon, lat
            (n,) points inside the county, rounded to :data:`DECIMALS` [°].
        """
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
        """Draw one point near each centre, normally distributed.

        Parameters
        ----------
        lon, lat
            (n,) centres, WGS84 [°].
        spread_m
            Standard deviation along each axis, one value or (n,) [m].
        rng
            Source of random numbers.

        Returns
        -------
        x, y
            (n,) longitudes and latitudes inside the county, rounded to :data:`DECIMALS` [°].
        """
        x, y = lon.copy(), lat.copy()
        spread = np.broadcast_to(np.asarray(spread_m, float), lon.shape)
        left = np.arange(len(lon))
        for attempt in range(_ATTEMPTS):
            step = rng.standard_normal((len(left), 2)) * (spread[left] * 0.8**attempt)[:, None]
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
    """Return the counties of a province, ordered by code.

    Parameters
    ----------
    regions
        Table ``regions``.
    places
        Table ``places``.
    counts
        Result of :func:`data.provinces.census.unit_counts`.

    Returns
    -------
    counties
        One per county.
    """
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

    Falls by e for each 250 m of roughness, each 0.6 × √area (30 km at most) from the seat, and each
    600 m above 2,800 m.

    Parameters
    ----------
    county
        County of the points.
    relief
        Grid around the province.
    lon, lat
        (n,) points, WGS84 [°].

    Returns
    -------
    density
        (n,) values, 0–1.
    """
    reach_km = min(0.6 * county.area_km2**0.5, 30.0)
    rough = relief.at(relief.roughness(), lon, lat)
    high = np.maximum(relief.at(relief.elevation, lon, lat) - 2_800.0, 0.0)
    exponent = rough / 250.0 + county.seat_distance_km(lon, lat) / reach_km + high / 600.0
    return np.asarray(np.exp(-exponent))
