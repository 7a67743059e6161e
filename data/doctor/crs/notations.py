"""Numbers in columns of longitude and latitude that are degrees in another notation.

Understood: degrees times a million or ten million (103290123), and degrees, minutes and seconds
written without signs (1031724.4). No projected system of China has such pairs of numbers.
"""

from __future__ import annotations

import numpy as np

from geo.earth.crs import Floats

#: Factor of degrees that are written as whole numbers; a hundred thousand could be metres.
_FACTORS = (1e6, 1e7)
#: The box of China's land and sea [°].
_WEST, _EAST, _SOUTH, _NORTH = 73.0, 136.0, 3.0, 54.0
#: Share of rows that must fit: a file has its own mistakes, such as zeros.
_SHARE = 0.75


def as_degrees(x: Floats, y: Floats) -> tuple[Floats, Floats, str]:
    """Return positions in degrees, where the numbers are in one other notation.

    Parameters
    ----------
    x, y
        (n,) longitude and latitude as they are written, in this order or the other.

    Returns
    -------
    x, y, notation
        Degrees, and ``times`` or ``packed``; the numbers and an empty text otherwise.

    Examples
    --------
    >>> x, y, notation = as_degrees(np.array([1031724.0]), np.array([244636.0]))
    >>> x.round(4).tolist(), y.round(4).tolist(), notation
    ([103.29], [24.7767], 'packed')
    """
    for factor in _FACTORS:
        if _in_china(x / factor, y / factor):
            return x / factor, y / factor, "times"
    first, second = _unpacked(x), _unpacked(y)
    # A number with more than 59 minutes or seconds is no packed angle: then none is.
    lost = np.isnan(first) & np.isfinite(x) | np.isnan(second) & np.isfinite(y)
    if not lost.any() and _in_china(first, second):
        return first, second, "packed"
    return x, y, ""


def _unpacked(numbers: Floats) -> Floats:
    """Read DDDMMSS.s as degrees; NaN where minutes or seconds exceed 59."""
    with np.errstate(invalid="ignore"):
        degrees, rest = np.divmod(numbers, 10_000)
        minutes, seconds = np.divmod(rest, 100)
    return np.where(
        (minutes < 60) & (seconds < 60), degrees + minutes / 60 + seconds / 3600, np.nan
    )


def _in_china(x: Floats, y: Floats) -> bool:
    known = np.isfinite(x) & np.isfinite(y)
    a, b = x[known], y[known]
    plain = (a >= _WEST) & (a <= _EAST) & (b >= _SOUTH) & (b <= _NORTH)
    turned = (b >= _WEST) & (b <= _EAST) & (a >= _SOUTH) & (a <= _NORTH)
    return len(a) > 0 and bool((plain | turned).mean() >= _SHARE)
