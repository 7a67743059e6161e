"""Fibre ways of places: to the nearest node of the existing fibre, and between each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.earth.crs import check_lonlat, ecef, geodesic_m

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def ways(
    places: tuple[ArrayLike, ArrayLike],
    nodes: tuple[ArrayLike, ArrayLike],
    *,
    standing: ArrayLike | None = None,
    most_km: float = np.inf,
) -> tuple[Floats, Ints, Floats]:
    """Return the ways that a cheapest tree may use.

    A way between two places is left out where both are nearer to a node than to each other: the
    place beyond it would rather go to its node.

    Parameters
    ----------
    places, nodes
        Longitudes and latitudes, WGS84 [°].
    standing
        (n,) True where a place has fibre already.
    most_km
        Longest way between two places [km].

    Returns
    -------
    root
        (n,) geodesic to the nearest node [km]; infinite without a node, 0 where fibre stands.
    ends
        (m, 2) pairs of places.
    km
        (m,) geodesic between them [km].

    Raises
    ------
    RangeError
        If a coordinate is out of range.

    Examples
    --------
    >>> root, ends, km = ways(([100.0, 100.1], [25.0, 25.0]), ([100.0], [25.0]))
    >>> root.round(2).tolist(), ends.tolist()
    ([0.0, 10.1], [])
    """
    lon, lat = check_lonlat(*places, where="places")
    to_lon, to_lat = check_lonlat(*nodes, where="fibre nodes")
    n, spots = len(lon), ecef(lon, lat)
    root = np.full(n, np.inf)
    if len(to_lon) and n:
        _, near = cKDTree(ecef(to_lon, to_lat)).query(spots)
        root = geodesic_m(lon, lat, to_lon[near], to_lat[near]) / 1000.0
    if standing is not None:
        root = np.where(np.asarray(standing, dtype=bool), 0.0, root)
    ends = _nearer(spots, np.minimum(root, most_km))
    a, b = ends.T
    km = geodesic_m(lon[a], lat[a], lon[b], lat[b]) / 1000.0
    useful = (km < np.maximum(root[a], root[b])) & (km <= most_km)
    return root, ends[useful], km[useful]


def _nearer(spots: Floats, km: Floats) -> Ints:
    """Return pairs of places within a distance of one of them; all pairs where it is infinite."""
    n = len(spots)
    if n < 2:
        return np.zeros((0, 2), dtype=np.int64)
    if not np.isfinite(km).all():
        return np.column_stack(np.triu_indices(n, 1)).astype(np.int64)
    # Chords are shorter than geodesics: none is missed.
    near = cKDTree(spots).query_ball_point(spots, km * 1000.0)
    count = np.array([len(row) for row in near])
    here = np.repeat(np.arange(n), count)
    there = np.concatenate([np.asarray(row, dtype=np.int64) for row in near])
    pairs = np.sort(np.column_stack([here, there])[here != there], axis=1)
    return np.asarray(np.unique(pairs, axis=0), dtype=np.int64).reshape(-1, 2)
