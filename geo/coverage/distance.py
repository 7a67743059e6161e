"""Coverage by distance: MIIT 2018 rule A, a site within a radius of the village.

A circle is not radio coverage: in mountains it is wrong both ways. It is used where no terrain
model is loaded, and always labelled.

References
----------
MIIT (2018), rule A: an administrative village counts as 4G-covered if a 4G base station is
within 5 km of the village committee (cinic.org.cn 436843).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.earth.crs import check_lonlat, ecef, geodesic_m
from geo.errors import RangeError

#: States of a village.
UNCOVERED, COVERED, UNKNOWN = 0, 1, 2
STATE_NAMES = ("uncovered", "covered", "unknown")

#: Distance of rule A [m].
RULE_A_RADIUS_M = 5_000.0
#: Beyond it a circle of constant radius says nothing of a radio site; exact up to here [m].
MAX_RADIUS_M = 100_000.0


@dataclass(frozen=True, slots=True)
class DistanceCoverage:
    """Result per village.

    Attributes
    ----------
    state
        (n,) uint8: :data:`UNCOVERED`, :data:`COVERED` or :data:`UNKNOWN`.
    site
        (n,) index of the nearest site within the radius, −1 for none.
    distance_m
        (n,) geodesic distance to that site [m], NaN for none.
    """

    state: NDArray[np.uint8]
    site: NDArray[np.int64]
    distance_m: NDArray[np.float64]


def distance_coverage(
    village_lon: ArrayLike,
    village_lat: ArrayLike,
    site_lon: ArrayLike,
    site_lat: ArrayLike,
    radius_m: float = RULE_A_RADIUS_M,
    *,
    sites_known: ArrayLike | None = None,
) -> DistanceCoverage:
    """Return which villages have a site within ``radius_m`` (geodesic, inclusive).

    Parameters
    ----------
    village_lon, village_lat
        (n,) WGS84 [°]; NaN where the position is unknown: such a village is "unknown".
    site_lon, site_lat
        (m,) WGS84 [°].
    radius_m
        Distance of the rule [m], 0 < radius ≤ 100 km.
    sites_known
        (n,) False where the site list is not complete around the village: out of reach is then
        "unknown", not "uncovered".

    Returns
    -------
    coverage
        State, nearest site and distance per village.

    Raises
    ------
    RangeError
        If the radius is outside its validity or a coordinate is not a place on Earth.

    Examples
    --------
    >>> distance_coverage([102.7, 102.8], [25.0, 25.0], [102.71], [25.0], 5_000).state.tolist()
    [1, 0]
    """
    radius = check_radius(radius_m)
    lon, lat = np.asarray(village_lon, float), np.asarray(village_lat, float)
    placed = np.isfinite(lon) & np.isfinite(lat)
    check_lonlat(lon[placed], lat[placed], where="villages")
    sites = check_lonlat(site_lon, site_lat, where="sites")
    site = np.full(len(lon), -1, dtype=np.int64)
    distance = np.full(len(lon), np.nan)
    site[placed], distance[placed] = _nearest(lon[placed], lat[placed], *sites, radius)
    known = placed if sites_known is None else placed & np.asarray(sites_known, dtype=bool)
    state = np.where(site >= 0, COVERED, np.where(known, UNCOVERED, UNKNOWN)).astype(np.uint8)
    return DistanceCoverage(state, site, distance)


def check_radius(radius_m: float) -> float:
    """Return a radius if the chord search is exact for it.

    Parameters
    ----------
    radius_m
        Radius [m].

    Returns
    -------
    radius_m
        The radius [m].

    Raises
    ------
    RangeError
        If it is not above 0 and at most 100 km.
    """
    if not 0 < radius_m <= MAX_RADIUS_M:
        raise RangeError("coverage.radius", radius_m=radius_m, most_m=MAX_RADIUS_M)
    return float(radius_m)


def _nearest(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    site_lon: NDArray[np.float64],
    site_lat: NDArray[np.float64],
    radius_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return nearest site and geodesic distance [m]; −1 and NaN beyond the radius."""
    tree = cKDTree(ecef(site_lon, site_lat), balanced_tree=False, compact_nodes=False)
    margin = radius_m * 1e-5
    chord, index = tree.query(ecef(lon, lat), distance_upper_bound=radius_m + margin, workers=-1)
    # Chord to arc on a sphere: within a centimetre up to 100 km. At the edge the geodesic decides.
    # Where no site is within the bound the chord is infinite, and so is the arc.
    arc = chord * (1.0 + chord**2 / (24.0 * 6_371_000.0**2))
    near_edge = np.flatnonzero(np.abs(arc - radius_m) <= margin)
    hit = index[near_edge]
    arc[near_edge] = geodesic_m(lon[near_edge], lat[near_edge], site_lon[hit], site_lat[hit])
    beyond = arc > radius_m
    return np.where(beyond, -1, index), np.where(beyond, np.nan, arc)
