"""From a predicted level to a probability of coverage: shadowing, at a place and over a cell.

Shadowing is the spread of the level around its median from place to place, normal in dB with a
standard deviation of 6–10 dB. A level equal to the limit is therefore covered with probability
0.5 only. Each probability states whether it is at the edge of the cell or over its area.

References
----------
Jakes, W. C. (1974), Microwave Mobile Communications, Wiley, Eqs. (2.5-12) to (2.5-16): share of a
cell's area above a level.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import erf, erfcx, ndtr, ndtri

from geo.coverage.distance import COVERED, UNCOVERED, UNKNOWN
from geo.errors import RangeError


def shadow_margin_dB(sigma_dB: ArrayLike, probability: ArrayLike) -> NDArray[np.float64]:
    """Return how far the median must be above the limit: σ times the normal quantile.

    Parameters
    ----------
    sigma_dB
        Standard deviation of shadowing [dB], ≥ 0.
    probability
        Required probability at the place, between 0 and 1.

    Returns
    -------
    margin_dB
        [dB].

    Raises
    ------
    RangeError
        If a value is outside its range.

    Examples
    --------
    90 % needs 1.28 σ:

    >>> float(shadow_margin_dB(8, 0.9).round(2))
    10.25
    """
    sigma = _sigma(sigma_dB)
    required = np.asarray(probability, float)
    if not ((required > 0) & (required < 1)).all():
        raise RangeError("probability.margin")
    return np.asarray(sigma * ndtri(required))


def coverage_probability(
    rsrp_dBm: ArrayLike, limit_dBm: ArrayLike, sigma_dB: ArrayLike
) -> NDArray[np.float64]:
    """Return the probability that the level at a place is at or above the limit.

    Parameters
    ----------
    rsrp_dBm
        Predicted median, any shape [dBm]; NaN (no prediction) stays NaN.
    limit_dBm
        Required level [dBm]; broadcasts.
    sigma_dB
        Standard deviation [dB], ≥ 0; 0 answers 0 or 1, and 1 on the limit itself.

    Returns
    -------
    probability
        Same shape, 0 … 1; NaN without a prediction.

    Raises
    ------
    RangeError
        If a standard deviation is negative or not finite.

    Examples
    --------
    >>> coverage_probability([-95, -105, float("nan")], -105, 8).round(3).tolist()
    [0.894, 0.5, nan]
    """
    sigma = _sigma(sigma_dB)
    margin = np.asarray(rsrp_dBm, float) - np.asarray(limit_dBm, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = ndtr(margin / sigma)
    certain = np.where(np.isnan(margin), np.nan, np.where(margin >= 0, 1.0, 0.0))
    return np.where(sigma > 0, share, certain)


def coverage_state(probability: ArrayLike, required: float) -> NDArray[np.uint8]:
    """Return the states of :mod:`geo.coverage.distance`: unknown where the probability is NaN.

    Parameters
    ----------
    probability
        Probability of coverage, any shape.
    required
        Least probability that counts as covered, 0 < required ≤ 1; inclusive to 1e-12, so that a
        median with exactly the margin passes.

    Returns
    -------
    state
        uint8, same shape: covered, uncovered or unknown.

    Raises
    ------
    RangeError
        If the required probability is outside its range.

    Examples
    --------
    >>> coverage_state([0.95, 0.3, float("nan")], 0.9).tolist()
    [1, 0, 2]
    """
    if not 0 < required <= 1:
        raise RangeError("probability.required", required=required)
    share = np.asarray(probability, float)
    covered = np.where(share >= required - 1e-12, COVERED, UNCOVERED)
    return np.where(np.isnan(share), UNKNOWN, covered).astype(np.uint8)


def area_probability(edge_probability: float, sigma_dB: float, exponent: float) -> float:
    """Return the share of a round cell's area above the limit, given the probability at its edge.

    Parameters
    ----------
    edge_probability
        Probability at the edge, between 0 and 1.
    sigma_dB
        Standard deviation of shadowing [dB], > 0.
    exponent
        Path loss exponent: the loss grows by 10·exponent dB per decade; 3.9 for rural macro NLOS at
        35 m, 2 in free space.

    Returns
    -------
    share
        Share of the area, between 0 and 1.

    Raises
    ------
    RangeError
        If a value is outside its range.

    Examples
    --------
    >>> round(area_probability(0.75, 8, 3.9), 3)
    0.906
    """
    if not 0 < edge_probability < 1 or not 0 < sigma_dB < math.inf or not 0 < exponent < math.inf:
        raise RangeError(
            "probability.area_inputs", edge_probability=edge_probability, sigma=sigma_dB,
            exponent=exponent,
        )  # fmt: skip
    a = -float(ndtri(edge_probability)) / math.sqrt(2)
    b = 10 * exponent * math.log10(math.e) / (sigma_dB * math.sqrt(2))
    # exp((1 − 2ab)/b²)·erfc((1 − ab)/b), written so that no factor overflows.
    x = (1 - a * b) / b
    tail = math.exp(-(a**2)) * float(erfcx(x)) if x > 0 else _tail(a, b)
    return 0.5 * (1 - float(erf(a)) + tail)


def edge_probability(area: float, sigma_dB: float, exponent: float) -> float:
    """Return the probability at the edge that gives a required share of the area.

    The inverse of :func:`area_probability`, with the same ranges.

    Parameters
    ----------
    area
        Share of the area above the limit, between 0 and 1.
    sigma_dB
        Standard deviation of shadowing [dB], > 0.
    exponent
        Path loss exponent, > 0.

    Returns
    -------
    probability
        Probability at the edge.

    Raises
    ------
    RangeError
        If the share is not one that an edge probability of 0.1 % to 99.999 % gives.

    Examples
    --------
    >>> round(edge_probability(0.905, 8, 3.9), 2)
    0.75
    """
    low, high = 1e-3, 0.99999
    least, most = (area_probability(edge, sigma_dB, exponent) for edge in (low, high))
    if not least <= area <= most:
        raise RangeError("probability.area", area=area, least=least, most=most)
    return float(
        brentq(lambda edge: area_probability(edge, sigma_dB, exponent) - area, low, high, xtol=1e-9)
    )


def _tail(a: float, b: float) -> float:
    return math.exp((1 - 2 * a * b) / b**2) * math.erfc((1 - a * b) / b)


def _sigma(sigma_dB: ArrayLike) -> NDArray[np.float64]:
    sigma = np.asarray(sigma_dB, float)
    if not (np.isfinite(sigma) & (sigma >= 0)).all():
        raise RangeError("probability.sigma")
    return sigma
