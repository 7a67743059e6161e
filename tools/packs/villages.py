"""Where the illustrative natural villages stand and how many households they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import DataError
from geo.gaps.allocation import largest_remainder
from tools.packs.counties import County, Floats, livability

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.packs.relief import Relief

#: Uniform points tried for each village-level unit; the livable ones are taken.
_TRIES_PER_UNIT = 40
#: Villages of a unit spread by this share of the unit's own width, within limits [m].
_SPREAD, _SPREAD_MIN_M, _SPREAD_MAX_M = 0.35, 600.0, 3_000.0
#: Smallest natural village; smallest without 4G, as the plan counts 20 and more [households].
SMALLEST, SMALLEST_UNCOVERED = 3, 20
#: Spread of the logarithm of a village's size.
_SIGMA = 0.8
#: Id column and letter of each illustrative table.
_IDS = {
    "natural_villages": ("village_id", "v"),
    "sites": ("site_id", "s"),
    "fibre_nodes": ("node_id", "n"),
}


def place_villages(counties: list[County], relief: Relief, total: int) -> pd.DataFrame:
    """Return adcode, lon, lat of ``total`` villages, counties in proportion to their rural units.

    Each county's units are put where it is livable, its villages around them.
    """
    units = [county.rural_units for county in counties]
    numbers = largest_remainder(total, units, keys=[county.adcode for county in counties])
    parts = [
        _place(county, relief, int(n)) for county, n in zip(counties, numbers, strict=True) if n
    ]
    return pd.concat(parts, ignore_index=True)


def draw_households(
    counties: list[County], villages: pd.DataFrame, uncovered: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return households per village; each county's sum is its rural households, exactly.

    Raises
    ------
    DataError
        If a county has rural households and no village, or too few for its villages.
    """
    households = np.zeros(len(villages), dtype=np.int64)
    rows = villages.groupby("adcode", observed=True).indices
    for county in counties:
        mine = rows.get(county.adcode)
        if mine is None:
            _check(county, county.rural_households)
            continue
        least = np.where(uncovered[mine], SMALLEST_UNCOVERED, SMALLEST)
        sizes = np.exp(_SIGMA * county.rng("households").standard_normal(len(mine)))
        left = county.rural_households - int(least.sum())
        _check(county, min(left, 0))
        households[mine] = least + largest_remainder(left, sizes)
    return households


def number_ids(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the table with its id, such as ``v530102-00001``, and its evidence; no names."""
    number = table.groupby("adcode").cumcount() + 1
    column, letter = _IDS[name]
    numbered = table.assign(evidence="illustrative")
    numbered[column] = letter + table["adcode"] + "-" + number.astype(str).str.zfill(5)
    return numbered


def _place(county: County, relief: Relief, n: int) -> pd.DataFrame:
    rng = county.rng("villages")
    lon, lat = county.anywhere(_TRIES_PER_UNIT * county.rural_units, rng)
    chance = np.log(livability(county, relief, lon, lat)) + rng.gumbel(size=len(lon))
    centre = np.argsort(-chance, kind="stable")[: county.rural_units]
    spread = _spread_m(county)
    unit = np.sort(rng.integers(0, len(centre), n))
    x, y = county.around(lon[centre][unit], lat[centre][unit], spread, rng)
    return pd.DataFrame({"adcode": county.adcode, "lon": x, "lat": y})


def _spread_m(county: County) -> float:
    width = 1000 * (county.area_km2 / county.rural_units) ** 0.5
    return float(np.clip(_SPREAD * width, _SPREAD_MIN_M, _SPREAD_MAX_M))


def _check(county: County, left: int) -> None:
    if left:
        raise DataError(
            f"{county.adcode}: {left} households do not fit its natural villages",
            repair="choose fewer natural villages per unit in pack.toml",
        )


def nearest_seat_km(counties: list[County], lon: Floats, lat: Floats) -> Floats:
    """Return the distance to the nearest county seat [km]."""
    from scipy.spatial import cKDTree

    from geo.earth.crs import ecef

    seats = np.array([county.seat for county in counties])
    chord, _ = cKDTree(ecef(seats[:, 0], seats[:, 1])).query(ecef(lon, lat))
    return np.asarray(chord) / 1000
