"""Gap = target − built − planned, per region, with its interval.

Unknown is not zero: an unknown target gives no gap, an unknown baseline gives an interval only.
Gaps keep their sign (negative: ahead of the target), so that regions always sum to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure per region with its bounds [unit of the figure]; NaN is unknown.

    ``value`` may be unknown while ``low`` or ``high`` is known ("more than 40,000 racks").
    """

    value: Floats
    low: Floats
    high: Floats

    @classmethod
    def exact(cls, value: ArrayLike) -> Interval:
        """Return an interval of width zero.

        Parameters
        ----------
        value
            (n,) figures; NaN is unknown.

        Returns
        -------
        interval
            Low, value and high are equal.
        """
        array = np.asarray(value, dtype=float)
        return cls(array, array, array)

    @classmethod
    def unknown(cls, size: int) -> Interval:
        """Return ``size`` unknown figures.

        Parameters
        ----------
        size
            Number of figures.

        Returns
        -------
        interval
            NaN throughout.
        """
        return cls.exact(np.full(size, np.nan))


def gap(target: Interval, built: Interval, planned: ArrayLike) -> Interval:
    """Return target − built − planned with low and high.

    Parameters
    ----------
    target, built
        (n,) figures in the same unit.
    planned
        (n,) figures that a scenario adds [same unit].

    Returns
    -------
    gap
        (n,) gaps. Where the baseline is unknown the value is NaN, low is 0 (nothing may be missing)
        and high is the whole target less what is planned; where only a lower bound of what is built
        is known ("more than"), low is 0 as well; where the target is unknown all three are NaN.

    Examples
    --------
    >>> g = gap(Interval.exact([10.0]), Interval.unknown(1), [2])
    >>> g.value.tolist(), g.low.tolist(), g.high.tolist()
    ([nan], [0.0], [8.0])
    """
    plan = np.asarray(planned, dtype=float)
    value = target.value - built.value - plan
    least_built = np.where(np.isnan(built.low), 0.0, built.low)
    high = target.high - least_built - plan
    low = target.low - built.high - plan
    open_ended = np.isnan(built.high) & ~np.isnan(high)
    low = np.where(open_ended, np.minimum(0.0, high), low)
    return Interval(value, low, high)
