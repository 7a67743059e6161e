"""Where the illustrative natural villages are and how many households they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.provinces.illustrative.counties import County, livability
from geo.errors import DataError
from geo.gaps.allocation import largest_remainder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.provinces.relief import Relief

#: Uniform points tried for each village-level unit; the livable ones are taken.
_TRIES_PER_UNIT = 40
#: Villages of a unit spread by this share of the unit's own width, within limits [m].
_SPREAD, _SPREAD_MIN_M, _SPREAD_MAX_M = 0.35, 600.0, 3_000.0
#: Smallest natural village; smallest without 4G, as the plan counts 20 and more [households].
SMALLEST, SMALLEST_UNCOVERED = 3, 20
#: A county has so many villages that their mean size is no larger [households].
_LARGEST_MEAN = 150
#: Spread of the logarithm of a village's size.
_SIGMA = 0.8
#: Id column and letter of each illustrative table.
_IDS = {
    "natural_villages": ("village_id", "v"),
    "sites": ("site_id", "s"),
    "fibre_nodes": ("node_id", "n"),
}


def place_villages(counties: list[County], relief: Relief, total: int) -> pd.DataFrame:
    """Place natural villages.

    Counties share ``total`` by their rural units; one where villages would be larger than 150
    households on average gets more, one without rural households none. Each county's units are put
    where it is livable, its villages around them.

    Parameters
    ----------
    counties
        All counties of the province.
    relief
        Grid around the province.
    total
        Number of villages, about.

    Returns
    -------
    villages
        ``adcode``, ``lon``, ``lat`` [°].
    """
    units = [county.rural_units for county in counties]
    numbers = largest_remainder(total, units, keys=[county.adcode for county in counties])
    parts = [
        _place(county, relief, n)
        for county, share in zip(counties, numbers.tolist(), strict=True)
        if (n := _number(county, share))
    ]
    return pd.concat(parts, ignore_index=True)


def draw_households(counties: list[County], villages: pd.DataFrame) -> NDArray[np.int64]:
    """Draw the households of villages; each county's sum is its rural households, exactly.

    Parameters
    ----------
    counties
        All counties of the province.
    villages
        Result of :func:`place_villages`.

    Returns
    -------
    households
        (n,) households, :data:`SMALLEST` or more.

    Raises
    ------
    DataError
        If a county has too few rural households for its villages.
    """
    households = np.zeros(len(villages), dtype=np.int64)
    rows = villages.groupby("adcode", observed=True).indices
    for county in counties:
        mine = rows.get(county.adcode)
        if mine is None:
            continue
        sizes = np.exp(_SIGMA * county.rng("households").standard_normal(len(mine)))
        left = county.rural_households - SMALLEST * len(mine)
        if left < 0:
            raise DataError("build.households", adcode=county.adcode, lacking=-left)
        households[mine] = SMALLEST + largest_remainder(left, sizes)
    return households


def without_small_dark(
    counties: list[County], villages: pd.DataFrame, covered: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Exchange households so that no village without 4G has fewer than 20.

    A smaller one exchanges its households with a larger one of its county that has 4G, by chance.

    Parameters
    ----------
    counties
        All counties of the province.
    villages
        Villages with ``adcode`` and ``households``; not changed.
    covered
        (n,) True where a village has 4G.

    Returns
    -------
    households
        (n,) households.

    Raises
    ------
    DataError
        If a county has too few larger villages.
    """
    households = villages["households"].to_numpy().copy()
    rows = villages.groupby("adcode", observed=True).indices
    for county in counties:
        mine = rows.get(county.adcode, np.array([], dtype=int))
        large = households[mine] >= SMALLEST_UNCOVERED
        small = mine[~large & ~covered[mine]]
        others = mine[large & covered[mine]]
        if len(others) < len(small):
            raise DataError(
                "build.few_villages", adcode=county.adcode, households=SMALLEST_UNCOVERED
            )
        chosen = county.rng("larger").permutation(others)[: len(small)]
        households[small], households[chosen] = households[chosen], households[small]
    return households


def number_ids(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table with ids, such as ``v530102-00001``, and evidence "illustrative"; no names.

    Parameters
    ----------
    table
        Rows with ``adcode``; not changed.
    name
        ``natural_villages``, ``sites`` or ``fibre_nodes``.

    Returns
    -------
    table
        The rows, numbered within each county.
    """
    number = table.groupby("adcode").cumcount() + 1
    column, letter = _IDS[name]
    numbered = table.assign(evidence="illustrative")
    numbered[column] = letter + table["adcode"] + "-" + number.astype(str).str.zfill(5)
    return numbered


def _place(county: County, relief: Relief, n: int) -> pd.DataFrame:
    rng = county.rng("villages")
    lon, lat = county.anywhere(_TRIES_PER_UNIT * county.centres, rng)
    chance = np.log(livability(county, relief, lon, lat)) + rng.gumbel(size=len(lon))
    centre = np.argsort(-chance, kind="stable")[: county.centres]
    spread = _spread_m(county)
    unit = np.sort(rng.integers(0, len(centre), n))
    x, y = county.around(lon[centre][unit], lat[centre][unit], spread, rng)
    return pd.DataFrame({"adcode": county.adcode, "lon": x, "lat": y})


def _spread_m(county: County) -> float:
    width = 1000 * (county.area_km2 / county.centres) ** 0.5
    return float(np.clip(_SPREAD * width, _SPREAD_MIN_M, _SPREAD_MAX_M))


def _number(county: County, share: int) -> int:
    """Return the number of a county's villages, given its share of all."""
    if not county.rural_households:
        return 0
    return max(share, -(-county.rural_households // _LARGEST_MEAN))
