"""Prices to the end: the linear relaxation as a saddle point between prices and a divisible choice.

With x the share in which each row is built, 0 ≤ x ≤ 1, Σ x ≤ p, and prices λ as in
:mod:`geo.siting.lagrangian`, the bound of the linear relaxation is

    min over 0 ≤ λ ≤ w of max over x of Σ (w − λ) + Σ λ · (times that x reaches the village)

Both sides move at once, each against what the other will do next, and start again from their mean
when that is much nearer to the saddle. A step costs as much as one of the subgradient's and comes
within a thousandth where that one stays a hundredth away.

References
----------
Chambolle and Pock (2011), Journal of Mathematical Imaging and Vision 40:120–145,
doi:10.1007/s10851-010-0251-1. Applegate, Hinder, Lu and Lubin (2023), Mathematical Programming
201:133–184, doi:10.1007/s10107-022-01901-9 (restarts).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.siting import kernels
from geo.siting.kernels import Matrix
from geo.siting.lagrangian import Prices, priced
from geo.siting.model import Floats, Ints

#: Steps between two looks at the bound.
_LOOK = 50
#: A start from the mean: surely once the distance fell to the first share; once it grows again if
#: it fell to the second; at the latest after the third of all steps (Applegate et al., section 6).
_SURELY, _PERHAPS, _LATEST = 0.3, 0.8, 0.36
#: The bound is near enough once its distance is this share.
_NEAR = 1e-4


@dataclass
class _Side:
    """One side's place and its counterpart: prices and times reached, or shares and worths."""

    value: Floats
    answer: Floats

    def add(self, other: _Side) -> None:
        self.value += other.value
        self.answer += other.answer

    def mean(self, count: int) -> _Side:
        return _Side(self.value / count, self.answer / count)


def settled(
    m: Matrix, limits: tuple[int, float], start: Prices, steps: int, stop: Ints
) -> Prices:  # fmt: skip
    """Return the best prices after ``steps`` steps from a start, or once they are near the end.

    ``limits`` are p and the budget; ``stop`` ends the work once its only cell is not 0.
    """
    saddle = _Saddle(m, limits, start)
    for number in range(1, steps + 1):
        saddle.step()
        if number % _LOOK == 0 and (saddle.look(number) or stop[0]):
            break
    found = priced(m, limits, saddle.best, start.money)
    return found if found.bound < start.bound else start


class _Saddle:
    """The moving point, the mean since the last start, and the best prices seen."""

    def __init__(self, m: Matrix, limits: tuple[int, float], start: Prices) -> None:
        self.m, (self.p, budget) = m, limits
        self.norm = _norm(m)
        self.total = float(m.weights.sum())
        # The budget is one more row, as heavy as all others.
        limited = bool(np.isfinite(budget) and m.costs.sum() > budget)
        size = float(np.sqrt((m.costs**2).sum())) if limited else 1.0
        self.pay = m.costs * (self.norm / size) if limited else np.zeros(len(m.costs))
        self.budget = budget * (self.norm / size) if limited else 0.0
        money = start.money * size / self.norm
        self.norm *= np.sqrt(2.0) if limited else 1.0
        rows = len(m.costs)
        count = min(self.p, budget / float(m.costs.mean())) if limited else self.p
        shares = np.full(rows, min(1.0, count / rows))
        self.prices = _Side(np.append(start.village, money), np.zeros(rows))
        self.shares = _Side(shares, self.reached(shares))
        self.before = self.shares.answer
        scale = np.sqrt((self.prices.value**2).sum()) / np.sqrt(max(1.0, count))
        self.ratio = float(scale) if scale > 0 else 1.0
        self.best, self.bound = start.village, np.inf
        self.restart(np.inf)

    def reached(self, shares: Floats) -> Floats:
        """Return how often each village is reached, and the money that is spent."""
        return np.append(kernels.loads(self.m, shares), float((self.pay * shares).sum()))

    def restart(self, distance: float) -> None:
        """Begin a new mean."""
        self.first = (self.prices.value, self.shares.value)
        self.since, self.begun, self.last = 0, distance, np.inf
        self.sums = (
            _Side(np.zeros_like(self.prices.value), np.zeros_like(self.shares.value)),
            _Side(np.zeros_like(self.shares.value), np.zeros_like(self.prices.value)),
        )

    def step(self) -> None:
        """Move both sides."""
        goal = np.append(np.ones(len(self.m.weights)), self.budget)
        top = np.append(self.m.weights, np.inf)
        ahead = 2.0 * self.shares.answer - self.before
        slope = ahead - goal
        # The budget's price grows where too much is spent, a village's where it is not reached.
        slope[-1] = -slope[-1]
        prices = np.clip(self.prices.value - self.ratio / self.norm * slope, 0.0, top)
        worth = kernels.worths(self.m, prices[:-1]) - prices[-1] * self.pay
        self.prices = _Side(prices, worth)
        shares = kernels.capped(self.shares.value + worth / (self.ratio * self.norm), float(self.p))
        self.before = self.shares.answer
        self.shares = _Side(shares, self.reached(shares))
        self.sums[0].add(self.prices)
        self.sums[1].add(self.shares)
        self.since += 1

    def look(self, number: int) -> bool:
        """Keep the best prices, start again where that pays; return True if near enough."""
        now = (self.prices, self.shares)
        mean = (self.sums[0].mean(self.since), self.sums[1].mean(self.since))
        distances = [self.distance(*pair) for pair in (now, mean)]
        near, pair = min(zip(distances, (now, mean), strict=True), key=lambda found: found[0])
        fell = near < _SURELY * self.begun or self.last < near < _PERHAPS * self.begun
        if fell or self.since >= max(_LATEST * number, 4 * _LOOK):
            moved = [
                float(np.sqrt(((side.value - first) ** 2).sum()))
                for side, first in zip(pair, self.first, strict=True)
            ]
            if min(moved) > 0.0:
                self.ratio = float(np.sqrt(self.ratio * moved[0] / moved[1]))
            self.prices, self.shares = pair
            self.before = self.shares.answer
            self.restart(near)
        else:
            self.last = near
        return near <= _NEAR * self.bound

    def distance(self, prices: _Side, shares: _Side) -> float:
        """Return how far the two sides are from each other, and keep the prices if best."""
        worth = np.maximum(prices.answer, 0.0)
        most = np.partition(worth, len(worth) - self.p)[len(worth) - self.p :] if self.p else worth
        above = self.total - float(prices.value[:-1].sum()) + prices.value[-1] * self.budget
        above += float(most.sum()) if self.p else 0.0
        if above < self.bound:
            self.bound, self.best = above, prices.value[:-1].copy()
        below = float((self.m.weights * np.minimum(shares.answer[:-1], 1.0)).sum())
        return float(max(above - below, 0.0))


def _norm(m: Matrix) -> float:
    """Return a little more than the greatest singular value of the reach matrix."""
    vector = np.ones(len(m.weights))
    size = 1.0
    for _ in range(20):
        vector = kernels.loads(m, kernels.worths(m, vector))
        size = float(np.sqrt((vector**2).sum()))
        vector /= max(size, 1e-300)
    return 1.02 * float(np.sqrt(size))
