"""Illustrative sites, and which villages they leave without 4G.

Sites first serve everybody. Then dark places are cleared of them, by chance and more often where
villages are hard to reach, until exactly the wanted number of villages in each prefecture has no
site within 5 km. Last,
villages too near that distance are moved by up to half a kilometre, so that every village with
4G has a site within 4.95 km and every other one has none within 5.05 km.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from data.provinces.illustrative.counties import DECIMALS, SEED, County, Floats
from data.provinces.illustrative.darkness import chances, hardness
from data.provinces.illustrative.villages import SMALLEST_UNCOVERED
from geo.earth.crs import ecef
from geo.errors import DataError
from geo.gaps.allocation import largest_remainder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.provinces.relief import Relief

#: Rule A of MIIT 2018 and the margin kept on both sides of it [m].
REACH_M, MARGIN_M = 5_000.0, 50.0
#: Rural sites are this far from a village, urban ones this share of √area from the seat [m].
_RURAL_SPREAD_M = 700.0
_URBAN_SPREAD = 0.08
#: Clearing a dark place removes at most this many sites: busier places are not dark.
_MOST_CLEARED = 40
#: Moves tried for a village near the limit [m], in sixteen directions.
_MOVES_M = (60.0, 110.0, 170.0, 250.0, 350.0, 500.0)
_M_PER_DEGREE = 111_000.0


def place_sites(counties: list[County], villages: pd.DataFrame, total: int) -> pd.DataFrame:
    """Place sites such that every village has one within reach.

    ``total`` sites go to the counties by population, in each the urban share around the seat and
    the rest beside villages; villages left out of reach then get one each, as far as needed.

    Parameters
    ----------
    counties
        All counties of the province.
    villages
        Villages with ``adcode``, ``lon``, ``lat`` [°].
    total
        Sites before those that villages out of reach need.

    Returns
    -------
    sites
        ``adcode``, ``lon``, ``lat`` [°], ``antenna_height_m`` [m].
    """
    numbers = largest_remainder(
        total, [c.population for c in counties], keys=[c.adcode for c in counties]
    )
    rows = villages.groupby("adcode").indices
    nowhere = np.array([], dtype=int)
    parts = []
    for county, n in zip(counties, numbers, strict=True):
        mine = villages.iloc[rows.get(county.adcode, nowhere)]
        parts.append(_county_sites(county, mine, int(n)))
    sites = pd.concat(parts, ignore_index=True)
    extra = _missing_sites(counties, villages, sites)
    both = pd.concat([sites, extra], ignore_index=True)
    return both.sort_values("adcode", kind="stable", ignore_index=True)


def darken(
    counties: list[County], relief: Relief, villages: pd.DataFrame, sites: pd.DataFrame, goal: int
) -> NDArray[np.bool_]:
    """Choose the sites to keep, so that exactly ``goal`` villages have none within reach.

    A prefecture's share of ``goal`` is the sum of the chances of its villages of 20 or more
    households, see :func:`data.provinces.illustrative.darkness.chances`.

    Parameters
    ----------
    counties
        All counties of the province.
    relief
        Grid around the province.
    villages
        Villages with ``adcode``, ``lon``, ``lat`` [°] and ``households``.
    sites
        Result of :func:`place_sites`.
    goal
        Villages without 4G.

    Returns
    -------
    kept
        (n,) True for a site that is kept.

    Raises
    ------
    DataError
        If no choice of areas without sites gives these numbers.
    """
    parent = {county.adcode: county.parent for county in counties}
    names, group = np.unique(villages["adcode"].map(parent), return_inverse=True)
    chance = _chances(counties, relief, villages, goal)
    left = largest_remainder(goal, np.bincount(group, chance), keys=list(names))
    homes, masts = _points(villages), _points(sites)
    home_tree, mast_tree = cKDTree(homes), cKDTree(masts)
    serving = mast_tree.query_ball_point(homes, REACH_M, return_length=True)
    stays = np.ones(len(masts), dtype=bool)
    around = home_tree.query_ball_point(homes, REACH_M, return_length=True)
    for village in _order(chance / around):
        if serving[village] == 0 or not left[group[village]]:
            continue
        near = np.array(mast_tree.query_ball_point(homes[village], REACH_M + MARGIN_M), dtype=int)
        near = near[stays[near]]
        if len(near) > _MOST_CLEARED:
            continue
        served = np.concatenate([home_tree.query_ball_point(masts[s], REACH_M) for s in near])
        home, lost = np.unique(served.astype(int), return_counts=True)
        dark = np.bincount(group[home[serving[home] == lost]], minlength=len(names))
        if (dark > left).any():
            continue
        serving[home] -= lost
        stays[near] = False
        left -= dark
        if not left.any():
            return stays
    short = ", ".join(f"{name}: {n}" for name, n in zip(names, left, strict=True) if n)
    raise DataError("build.dark_places", left=left.sum(), goal=goal, short=short)


def clear_margin(
    counties: list[County], villages: pd.DataFrame, sites: pd.DataFrame
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Move villages whose nearest site is within 50 m of the limit of reach.

    Parameters
    ----------
    counties
        All counties of the province.
    villages
        Villages with ``adcode``, ``lon``, ``lat`` [°]; not changed.
    sites
        Sites with ``lon``, ``lat`` [°].

    Returns
    -------
    moved, covered
        The villages, and for each whether a site is within reach.

    Raises
    ------
    DataError
        If a village has nowhere to move to.
    """
    tree = cKDTree(_points(sites))
    distance, _ = tree.query(_points(villages))
    covered = distance <= REACH_M
    near = np.flatnonzero(np.abs(distance - REACH_M) <= MARGIN_M)
    moved = villages.copy()
    by_code = {county.adcode: county for county in counties}
    for row in near.tolist():
        village = villages.iloc[row]
        spot = _nearby(by_code[str(village["adcode"])], village, tree, covered=covered[row])
        if spot is None:
            raise DataError("build.stuck", row=row)
        moved.loc[row, ["lon", "lat"]] = spot
    return moved, covered


def _county_sites(county: County, villages: pd.DataFrame, n: int) -> pd.DataFrame:
    rng = county.rng("sites")
    urban = n if villages.empty else round(n * county.urban_population / county.population)
    seat_lon, seat_lat = (np.full(urban, degrees) for degrees in county.seat)
    town = county.around(seat_lon, seat_lat, _URBAN_SPREAD * 1000 * county.area_km2**0.5, rng)
    beside = rng.integers(0, max(len(villages), 1), n - urban)
    lon, lat = villages["lon"].to_numpy()[beside], villages["lat"].to_numpy()[beside]
    rural = county.around(lon, lat, _RURAL_SPREAD_M, rng)
    heights = [rng.choice([20, 25, 30, 35], urban), rng.choice([30, 35, 40, 45, 50], n - urban)]
    return pd.DataFrame(
        {
            "adcode": county.adcode,
            "lon": np.concatenate([town[0], rural[0]]),
            "lat": np.concatenate([town[1], rural[1]]),
            "antenna_height_m": np.concatenate(heights).astype(float),
        }
    )


def _missing_sites(
    counties: list[County], villages: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """Return one site beside each village that no other site reaches, in the villages' order."""
    homes = _points(villages)
    distance, _ = cKDTree(_points(sites)).query(homes)
    waiting = distance > REACH_M - MARGIN_M
    tree = cKDTree(homes)
    chosen = []
    for row in np.flatnonzero(waiting).tolist():
        if waiting[row]:
            chosen.append(row)
            waiting[tree.query_ball_point(homes[row], REACH_M - 20 * MARGIN_M)] = False
    extra = villages.iloc[chosen].assign(antenna_height_m=45.0)
    by_code = {county.adcode: county for county in counties}
    parts = [extra.iloc[:0]]
    for code, group in extra.groupby("adcode"):
        county = by_code[str(code)]
        lon, lat = group["lon"].to_numpy(), group["lat"].to_numpy()
        x, y = county.around(lon, lat, 100.0, county.rng("extra sites"))
        parts.append(group.assign(lon=x, lat=y))
    return pd.concat(parts, ignore_index=True)


def _chances(counties: list[County], relief: Relief, villages: pd.DataFrame, goal: int) -> Floats:
    """Return each village's chance to be left dark; 0 below 20 households."""
    large = (villages["households"] >= SMALLEST_UNCOVERED).to_numpy()
    where = villages[large]
    hard = hardness(counties, relief, where["lon"].to_numpy(), where["lat"].to_numpy())
    chance = np.zeros(len(villages))
    chance[large] = chances(hard, goal)
    return chance


def _order(weight: Floats) -> NDArray[np.int64]:
    """Return the villages that dark places may be cleared around, drawn by their weights.

    A place takes its neighbours with it: divided by their number, chances stay those of villages.
    """
    some = np.flatnonzero(weight)
    luck = np.random.Generator(np.random.PCG64(SEED)).gumbel(size=len(weight))
    return some[np.argsort(-(np.log(weight[some]) + luck[some]), kind="stable")]


def _nearby(
    county: County, village: pd.Series, tree: cKDTree, *, covered: bool
) -> tuple[float, float] | None:
    """Return the nearest tried spot in the county clearly inside or clearly out of reach."""
    angle = np.arange(16) * np.pi / 8
    narrow = np.cos(np.radians(village["lat"]))
    for metres in _MOVES_M:
        lon = (village["lon"] + metres * np.cos(angle) / (_M_PER_DEGREE * narrow)).round(DECIMALS)
        lat = (village["lat"] + metres * np.sin(angle) / _M_PER_DEGREE).round(DECIMALS)
        distance, _ = tree.query(ecef(lon, lat))
        clear = (distance < REACH_M - MARGIN_M) if covered else (distance > REACH_M + MARGIN_M)
        fits = np.flatnonzero(clear & county.contains(lon, lat))
        if len(fits):
            return float(lon[fits[0]]), float(lat[fits[0]])
    return None


def _points(frame: pd.DataFrame) -> Floats:
    return ecef(frame["lon"], frame["lat"])
