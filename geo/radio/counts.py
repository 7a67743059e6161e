"""Number of covered villages as an interval: shadowing makes each village a random trial.

The number of covered villages is a sum of unlike Bernoulli trials, a Poisson-binomial variable. For
independent places its distribution is exact: polynomials 1 − p + p·x multiplied in pairs by fast
Fourier transform. Households are weighted trials; their exact distribution would need a polynomial
as long as the number of households, so they are simulated, with a seed.

Two things make villages fail together. The *model* may be 3 dB too optimistic everywhere:
``common_sigma_dB`` is the standard deviation of that common error, from calibration against drive
tests (:mod:`geo.radio.calibration`) or assumed. And *shadowing* is alike at places near each other:
villages of one square of :func:`geo.radio.shadowing.shadowing_cells` share it. Independent trials
alone give an interval that is far too narrow: it shrinks with 1/√n.

The count is then a mixture over the common error. Given that error squares are independent, and
within a square the village with the higher level is above it whenever one with a lower level is. Up
to 200 villages the distribution is exact; above it is normal with the exact mean and variance,
whose error is then below that of σ itself.

References
----------
Hong, Y. (2013), On computing the distribution function for the Poisson binomial distribution,
Computational Statistics & Data Analysis 59, 41-51, doi:10.1016/j.csda.2012.10.006.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft, sparse
from scipy.interpolate import CubicSpline
from scipy.special import ndtr

from geo.errors import RangeError
from geo.sentence import Message, Several

#: Up to so many villages the mixture over the common error is one of exact distributions.
_EXACT = 200
#: The common error runs over ± so many of its standard deviations, 1 in 10⁹ beyond, by trapezia.
_REACH = 6.0
#: Nodes at least and at most, and for each σ of the local part that the common error runs over.
_NODES, _NODES_PER_SIGMA = (61, 601), 5
#: Beyond so many standard deviations a village is certain: 1 in 10¹⁴.
_CERTAIN_SIGMAS = 7.7
#: Cells of one block of draws, 8 bytes each.
_BLOCK = 4_000_000


@dataclass(frozen=True, slots=True)
class PredictionSpread:
    """Uncertainty of a prediction.

    Attributes
    ----------
    sigma_dB
        Standard deviation of what differs from village to village [dB], > 0.
    common_sigma_dB
        Standard deviation of the error that all villages share [dB], ≥ 0.
    level
        Probability of the interval, between 0 and 1.
    draws, seed
        For households: number of draws, 100 … 100,000, and where their stream begins. With 2,000
        draws an end of a 90 % interval is between the quantiles of 4.0 and 6.0 %.

    Raises
    ------
    RangeError
        If a value is outside its range.
    """

    sigma_dB: float
    common_sigma_dB: float = 0.0
    level: float = 0.9
    draws: int = 2_000
    seed: int = 20_201_231

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        fine = 0 < self.sigma_dB < np.inf and 0 <= self.common_sigma_dB < np.inf
        if not fine or not 0 < self.level < 1:
            raise RangeError(
                "interval.settings", sigma=self.sigma_dB, common=self.common_sigma_dB,
                level=self.level,
            )  # fmt: skip
        if not 100 <= self.draws <= 100_000:
            raise RangeError("interval.draws", draws=self.draws)


@dataclass(frozen=True, slots=True)
class CountInterval:
    """Covered villages or households per group, all (n_groups,).

    Attributes
    ----------
    low, high
        Quantiles; ``high`` counts everything unknown as covered, ``low`` nothing of it.
    expected
        Mean over what is known.
    unknown
        Villages or households without a prediction.
    """

    low: NDArray[np.float64]
    expected: NDArray[np.float64]
    high: NDArray[np.float64]
    unknown: NDArray[np.float64]


def poisson_binomial(probability: ArrayLike) -> NDArray[np.float64]:
    """Return the distribution of the number of successes of independent unlike trials.

    Parameters
    ----------
    probability
        (n,) of each trial, 0 … 1.

    Returns
    -------
    distribution
        (n + 1,) probability of 0, 1, … n successes; absolute error below 1e-12.

    Raises
    ------
    RangeError
        If a probability is outside 0 … 1 or empty.

    Examples
    --------
    >>> poisson_binomial([0.5, 0.5]).round(3).tolist()
    [0.25, 0.5, 0.25]
    """
    share = np.asarray(probability, float).ravel()
    if not ((share >= 0) & (share <= 1)).all():
        raise RangeError("interval.probability")
    n = len(share)
    padded = np.zeros(1 << max(n - 1, 0).bit_length())
    padded[:n] = share
    factors = np.stack([1 - padded, padded], axis=1)
    while len(factors) > 1:
        length = 2 * factors.shape[1] - 1
        size = fft.next_fast_len(length, real=True)
        spectrum = fft.rfft(factors, size, axis=1)
        factors = fft.irfft(spectrum[::2] * spectrum[1::2], size, axis=1)[:, :length]
    pmf = np.clip(factors[0, : n + 1], 0.0, None)
    return np.asarray(pmf / pmf.sum())


def covered_villages(
    margin_dB: ArrayLike,
    group: ArrayLike,
    n_groups: int,
    spread: PredictionSpread,
    cell: ArrayLike | None = None,
) -> CountInterval:
    """Return the number of covered villages per group with its interval.

    Parameters
    ----------
    margin_dB
        (n,) predicted median RSRP less the limit [dB]; NaN without a prediction.
    group
        (n,) index of the region of each, 0 … ``n_groups`` − 1.
    n_groups
        Number of regions.
    spread
        What makes the prediction uncertain.
    cell
        (n,) index of the square whose shadowing the village shares; None: each its own.

    Returns
    -------
    villages
        Low, expected, high and unknown per region.

    Raises
    ------
    RangeError
        If the arrays do not fit.

    Examples
    --------
    Ten villages exactly at the limit, one outside the terrain model:

    >>> found = covered_villages([0.0] * 10 + [float("nan")], [0] * 11, 1, PredictionSpread(8))
    >>> [float(part[0]) for part in (found.low, found.expected, found.high, found.unknown)]
    [2.0, 5.0, 9.0, 1.0]
    """
    margin, index, ones = _fitting(margin_dB, group, n_groups, None)
    square = _squares(cell, len(margin))
    known = ~np.isnan(margin)
    low, expected, high = np.zeros((3, n_groups))
    for i, members in _members(index[known], n_groups):
        low[i], expected[i], high[i] = _range(
            margin[known][members], square[known][members], spread
        )
    unknown = np.bincount(index[~known], ones[~known], n_groups).astype(float)
    return CountInterval(low, expected, high + unknown, unknown)


def covered_households(
    margin_dB: ArrayLike,
    households: ArrayLike,
    group: ArrayLike,
    n_groups: int,
    spread: PredictionSpread,
    cell: ArrayLike | None = None,
) -> CountInterval:
    """Return the households in covered villages per group with its interval, by seeded draws.

    A village is covered with all its households or not at all. The same seed gives the same answer
    on any number of threads.

    Parameters
    ----------
    margin_dB
        (n,) predicted median RSRP less the limit [dB]; NaN without a prediction.
    households
        (n,) finite and non-negative.
    group
        (n,) index of the region of each, 0 … ``n_groups`` − 1.
    n_groups
        Number of regions.
    spread
        What makes the prediction uncertain, and the seed of the draws.
    cell
        (n,) index of the square whose shadowing the village shares; None: each its own.

    Returns
    -------
    households
        Low, expected, high and unknown per region.

    Raises
    ------
    RangeError
        If the arrays do not fit.
    """
    margin, index, weight = _fitting(margin_dB, group, n_groups, households)
    total_sigma = float(np.hypot(spread.sigma_dB, spread.common_sigma_dB))
    known, open_ = ~np.isnan(margin), np.abs(margin) <= _CERTAIN_SIGMAS * total_sigma
    sure = known & ~open_ & (margin > 0)
    base = np.bincount(index[sure], weight[sure], n_groups)
    rows = np.flatnonzero(open_)
    sums = sparse.csr_matrix((weight[rows], (index[rows], np.arange(len(rows)))),
                             shape=(n_groups, len(rows)))  # fmt: skip
    square = np.unique(_squares(cell, len(margin))[rows], return_inverse=True)[1].reshape(-1)
    drawn = _draws(margin[rows], square, spread)
    tallies = np.concatenate([sums @ block.T for block in drawn], axis=1)
    tail = (1 - spread.level) / 2
    low, high = np.quantile(tallies, [tail, 1 - tail], axis=1, method="inverted_cdf")
    expected = sums @ ndtr(margin[rows] / total_sigma)
    unknown = np.bincount(index[~known], weight[~known], n_groups).astype(float)
    return CountInterval(base + low, base + expected, base + high + unknown, unknown)


def _draws(
    margin: NDArray[np.float64], square: NDArray[np.int64], spread: PredictionSpread
) -> Iterator[NDArray[np.float64]]:
    """Yield blocks (draws, villages) of 0 and 1; the common errors come first from the stream."""
    random = np.random.default_rng(spread.seed)
    # In units of the local σ, single precision: twice as quick, and far finer than any margin.
    common = random.standard_normal(spread.draws, np.float32)
    common *= np.float32(spread.common_sigma_dB / spread.sigma_dB)
    needed = (-margin / spread.sigma_dB).astype(np.float32)
    step = max(1, _BLOCK // max(1, len(margin)))
    n_squares = int(square.max(initial=-1)) + 1
    for start in range(0, spread.draws, step):
        shared = common[start : start + step, None]
        local = random.standard_normal((len(shared), n_squares), np.float32)
        own = local if n_squares == len(margin) else local[:, square]
        own += shared
        yield (own >= needed).astype(float)


def _range(
    margin: NDArray[np.float64], square: NDArray[np.int64], spread: PredictionSpread
) -> tuple[float, float, float]:
    """Return low, expected and high count of one group."""
    expected = float(ndtr(margin / np.hypot(spread.sigma_dB, spread.common_sigma_dB)).sum())
    tail = (1 - spread.level) / 2
    # 1e-12: the error of the distribution must not move a quantile past an exact tie.
    ends = tail - 1e-12, 1 - tail - 1e-12
    order = np.lexsort((margin, square))
    margin, square = margin[order], square[order]
    starts = np.flatnonzero(np.diff(square, prepend=square[0] - 1))
    if spread.common_sigma_dB == 0 and len(starts) == len(margin):
        cumulated = np.cumsum(poisson_binomial(ndtr(margin / spread.sigma_dB)))
    elif len(margin) <= _EXACT:
        nodes, shares = _shares(margin, spread)
        parts = _distributions(np.stack(list(shares)), starts)
        cumulated = _bell(nodes) @ np.cumsum(parts, axis=1)
    else:
        low, high = _normal_mixture(margin, starts, spread, ends)
        return low, expected, high
    low, high = (int(k) for k in np.searchsorted(cumulated, ends))
    return low, expected, min(high, len(margin))


def _distributions(share: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the distribution of the count for each row of probabilities, (rows, n + 1).

    Parameters
    ----------
    share
        (rows, n) probabilities, ascending within each square.
    starts
        First column of each square.
    """
    rows, n = share.shape
    size = fft.next_fast_len(n + 1, real=True)
    spectrum = np.ones((rows, size // 2 + 1), complex)
    nobody = np.zeros((rows, 1))
    for members in np.split(share, starts[1:], axis=1):
        # At least k of a square: its k-th highest.
        at_least = np.concatenate([nobody + 1, members[:, ::-1], nobody], axis=1)
        spectrum *= fft.rfft(-np.diff(at_least, axis=1), size, axis=1)
    pmf = np.clip(fft.irfft(spectrum, size, axis=1)[:, : n + 1], 0.0, None)
    return np.asarray(pmf / pmf.sum(axis=1, keepdims=True))


def _normal_mixture(
    margin: NDArray[np.float64],
    starts: NDArray[np.int64],
    spread: PredictionSpread,
    ends: tuple[float, float],
) -> tuple[int, int]:
    """Return quantiles of the count: for each common error a normal distribution."""
    nodes, shares = _shares(margin, spread)
    sizes = np.diff(starts, append=len(margin))
    # Both of a pair are above with the smaller probability: of k-th rank in 2 (m − k) + 1 pairs.
    rank = np.arange(len(margin)) - np.repeat(starts, sizes)
    pairs = 2 * (np.repeat(sizes, sizes) - rank) - 1
    moments = np.array(
        [(p.sum(), pairs @ p - (np.add.reduceat(p, starts) ** 2).sum()) for p in shares]
    )
    # So fine that the normal distributions of neighbours overlap.
    fine = np.linspace(-_REACH, _REACH, 20 * len(nodes))
    mean, variance = CubicSpline(nodes, moments)(fine).T
    deviation, weight = np.sqrt(np.maximum(variance, 1e-6)), _bell(fine)

    def cumulated(count: int) -> float:
        return float(weight @ ndtr((count + 0.5 - mean) / deviation))

    low, high = (bisect_left(range(len(margin)), end, key=cumulated) for end in ends)
    return low, high


def _shares(
    margin: NDArray[np.float64], spread: PredictionSpread
) -> tuple[NDArray[np.float64], Iterator[NDArray[np.float64]]]:
    """Return common errors in units of their σ and, for each, the probabilities of the villages."""
    wanted = int(2 * _REACH * _NODES_PER_SIGMA * spread.common_sigma_dB / spread.sigma_dB)
    nodes = np.linspace(-_REACH, _REACH, min(max(wanted, _NODES[0]), _NODES[1]))
    shifted = (margin + spread.common_sigma_dB * z for z in nodes)
    return nodes, (ndtr(part / spread.sigma_dB) for part in shifted)


def _bell(nodes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights of the normal distribution at even nodes, adding up to 1."""
    weight = np.exp(-(nodes**2) / 2)
    return np.asarray(weight / weight.sum())


def _members(index: NDArray[np.int64], n_groups: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield each group that has members with their positions."""
    order = np.argsort(index, kind="stable")
    ends = np.searchsorted(index[order], np.arange(n_groups + 1))
    for i in np.flatnonzero(np.diff(ends)):
        yield int(i), order[ends[i] : ends[i + 1]]


def _squares(cell: ArrayLike | None, n: int) -> NDArray[np.int64]:
    square = np.arange(n) if cell is None else np.asarray(cell, np.int64)
    if square.shape != (n,):
        raise RangeError("interval.squares", shape=square.shape, n=n)
    return square


def _fitting(
    margin_dB: ArrayLike, group: ArrayLike, n_groups: int, households: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    margin, index = np.asarray(margin_dB, float), np.asarray(group, np.int64)
    weight = np.ones(len(margin)) if households is None else np.asarray(households, float)
    faults = []
    if not margin.shape == index.shape == weight.shape or margin.ndim != 1:
        given = {"margins": margin.shape, "groups": index.shape, "households": weight.shape}
        faults.append(Message("fault_radio.margins", given))
    if len(index) and not 0 <= index.min() <= index.max() < n_groups:
        faults.append(Message("fault_radio.group", {"last": n_groups - 1}))
    if not (np.isfinite(weight) & (weight >= 0)).all():
        faults.append(Message("fault_radio.households"))
    if faults:
        raise RangeError("interval.values", faults=Several((*faults,)))
    return margin, index, weight
