"""Which candidate reaches which village: the sparse matrix that siting works on.

By distance here: a circle, no terrain, and to be labelled so. A terrain engine makes its own.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.coverage.distance import RULE_A_RADIUS_M, check_radius
from geo.earth.crs import check_lonlat, ecef, geodesic_m

Ints = NDArray[np.int64]


def coverage_matrix(
    site_lon: ArrayLike,
    site_lat: ArrayLike,
    village_lon: ArrayLike,
    village_lat: ArrayLike,
    radius_m: ArrayLike = RULE_A_RADIUS_M,
) -> sp.csr_array:
    """Return which site reaches which village by distance (geodesic, inclusive).

    Parameters
    ----------
    site_lon, site_lat
        (m,) WGS84 [°].
    village_lon, village_lat
        (n,) WGS84 [°].
    radius_m
        Reach of all sites or of each [m], above 0 up to 100 km.

    Returns
    -------
    reach
        (m, n) sparse matrix of ones; columns ascend within a row.

    Raises
    ------
    RangeError
        If a radius or a coordinate is out of range.

    Examples
    --------
    >>> coverage_matrix([102.0], [25.0], [102.01, 103.0], [25.0, 25.0], 5_000).toarray().tolist()
    [[1.0, 0.0]]
    """
    sites = check_lonlat(site_lon, site_lat, where="sites")
    villages = check_lonlat(village_lon, village_lat, where="villages")
    radius = np.broadcast_to(np.asarray(radius_m, dtype=float), sites[0].shape)
    for value in np.unique(radius):
        check_radius(float(value))
    shape = (len(sites[0]), len(villages[0]))
    if not all(shape):
        return sp.csr_array(shape, dtype=np.float64)
    most = float(radius.max())
    pairs = cKDTree(ecef(*sites)).sparse_distance_matrix(
        cKDTree(ecef(*villages)), most + 1.0, output_type="ndarray"
    )
    i, j, chord = pairs["i"], pairs["j"], pairs["v"]
    arc = chord * (1.0 + chord**2 / (24.0 * 6_371_000.0**2))
    edge = np.flatnonzero(np.abs(arc - radius[i]) <= 1.0 + radius[i] * 1e-5)
    arc[edge] = geodesic_m(
        sites[0][i[edge]], sites[1][i[edge]], villages[0][j[edge]], villages[1][j[edge]]
    )
    near = arc <= radius[i]
    matrix = sp.csr_array((np.ones(int(near.sum())), (i[near], j[near])), shape=shape)
    matrix.sort_indices()
    return matrix
