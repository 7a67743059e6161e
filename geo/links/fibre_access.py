"""Cost of connecting a place to the fibre: to the nearest node, or to another place.

The bound on the cost of links (:mod:`geo.links.bound`) and the cost of a given selection
(:mod:`geo.links.search`) are both derived from these links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.earth.crs import check_lonlat, ecef, geodesic_m
from geo.errors import RangeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Least length of a network in the plane over that of the shortest tree between its places alone:
#: Chung and Graham (1985), Annals of the New York Academy of Sciences 440:328–346, prove 0.82416;
#: rounded down, the earth being no plane.
STEINER_RATIO = 0.82


@dataclass(frozen=True, slots=True, eq=False)
class FibreLinks:
    """Possible fibre links between n places and to the existing fibre.

    Attributes
    ----------
    root
        (n,) fibre from the nearest node [money]; infinite without a node.
    ends
        (m, 2) pairs of places, each nearer to each other than one of them to a node. A longer way
        is in no cheapest tree: the place beyond it would rather go to its node.
    money
        (m,) fibre between them [money].
    air
        (n,) least that another kind costs beyond what fibre takes at the site anyway [money];
        infinite where fibre for the place alone is cheaper over the years.
    air_from
        Cost of fibre from which another kind is cheaper over the years [money].
    """

    root: Floats
    ends: Ints
    money: Floats
    air: Floats
    air_from: float = np.inf

    def at(self, share: float) -> FibreLinks:
        """Return the links with fibre at a share of its price; other kinds of backhaul keep theirs.

        Parameters
        ----------
        share
            Factor on the price of fibre, at least 0.

        Returns
        -------
        links
            The same links at that price.
        """
        return replace(self, root=self.root * share, money=self.money * share)


def ways(
    places: tuple[ArrayLike, ArrayLike],
    nodes: tuple[ArrayLike, ArrayLike],
    per_km: float,
    *,
    once: float = 0.0,
    standing: ArrayLike | None = None,
    others: Sequence[tuple[float, float]] = (),
) -> FibreLinks:
    """Return the possible fibre links between places and to fibre nodes.

    Parameters
    ----------
    places, nodes
        Longitudes and latitudes, WGS84 [°].
    per_km
        Fibre per geodesic km, its route factor in it [money], at least 0.
    once
        Cost of each link beside its length [money].
    standing
        (n,) True where a place already has fibre: it pays nothing.
    others
        Other kinds: (money, fibre of a place for itself alone from which it is cheaper over the
        years [km]).

    Returns
    -------
    links
        Links with their cost.

    Raises
    ------
    RangeError
        If a coordinate or a price is out of range.

    Examples
    --------
    >>> found = ways(([100.0, 100.1], [25.0, 25.0]), ([100.0], [25.0]), 2.0)
    >>> found.root.round(1).tolist(), found.ends.tolist()
    ([0.0, 20.2], [])
    """
    lon, lat = check_lonlat(*places, where="places")
    to_lon, to_lat = check_lonlat(*nodes, where="fibre nodes")
    amounts = np.array([per_km, once, *(money for money, _ in others)])
    if not np.isfinite(amounts).all() or (amounts < 0).any():
        raise RangeError(
            "prices must be finite and non-negative", where="links", repair="give 0 or more"
        )
    n, spots = len(lon), ecef(lon, lat)
    km = np.full(n, np.inf)
    if len(to_lon) and n:
        _, near = cKDTree(ecef(to_lon, to_lat)).query(spots)
        km = geodesic_m(lon, lat, to_lon[near], to_lat[near]) / 1000.0
    if standing is not None:
        km = np.where(np.asarray(standing, dtype=bool), 0.0, km)
    ends = _nearer(spots, km)
    a, b = ends.T
    between = geodesic_m(lon[a], lat[a], lon[b], lat[b]) / 1000.0
    useful = between < np.maximum(km[a], km[b])
    alone = km if standing is None else np.where(np.asarray(standing, dtype=bool), -1.0, km)
    air = np.full(n, np.inf)
    for money, from_km in others:
        air = np.where(alone >= from_km, np.minimum(air, money), air)
    root = np.where(alone < 0, 0.0, once + per_km * km)
    first = min((from_km for _, from_km in others), default=np.inf)
    return FibreLinks(
        root, ends[useful], once + per_km * between[useful], air, once + per_km * first
    )


def _nearer(spots: Floats, km: Floats) -> Ints:
    """Return pairs of places at most as far from each other as the farther one from its node."""
    empty = np.zeros((0, 2), dtype=np.int64)
    known = np.isfinite(km)
    if len(spots) < 2 or not known.any():
        return empty
    # Chords are shorter than geodesics: none is missed.
    near = cKDTree(spots).query_ball_point(spots, np.where(known, km, 0.0) * 1000.0)
    count = np.array([len(row) for row in near])
    here = np.repeat(np.arange(len(spots)), count)
    there = np.concatenate([np.asarray(row, dtype=np.int64) for row in near])
    pairs = np.sort(np.column_stack([here, there])[here != there], axis=1)
    return np.asarray(np.unique(pairs, axis=0), dtype=np.int64).reshape(-1, 2)
