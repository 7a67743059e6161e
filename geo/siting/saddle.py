"""Prices to the end: the linear relaxation as a saddle point between prices and a divisible choice.

With x the share in which each row is built, 0 ≤ x ≤ 1, Σ x ≤ p, and prices λ as in
:mod:`geo.siting.lagrangian`, the bound of the linear relaxation is

    min over 0 ≤ λ ≤ w of max over x of Σ (w − λ) + Σ λ · (times that x reaches the village)

Both sides move at once, each against what the other will do next; each step is taken twice as far,
and drawn back to where the steps began, by less and less. They begin anew from a place much nearer
to the saddle. A step costs as much as one of the subgradient's and comes within a thousandth where
that one stays a hundredth away.

References
----------
Chambolle and Pock (2011), Journal of Mathematical Imaging and Vision 40:120–145,
doi:10.1007/s10851-010-0251-1 (the step). Halpern (1967), Bulletin of the American Mathematical
Society 73:957–961, doi:10.1090/S0002-9904-1967-11864-0 (drawing back); with steps twice as far: Lu
and Yang (2024), arXiv:2407.16144. Applegate, Hinder, Lu and Lubin (2023), Mathematical Programming
201:133–184, doi:10.1007/s10107-022-01901-9 (restarts).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.siting import pricing
from geo.siting.kernels import Matrix
from geo.siting.lagrangian import Prices, priced
from geo.siting.model import Floats, Ints

#: Steps between two looks at the bound.
_LOOK = 50
#: A new beginning: surely once the distance fell to the first share; once it grows again if it fell
#: to the second; at the latest after the third of all steps (Applegate et al., section 6).
_SURELY, _PERHAPS, _LATEST = 0.3, 0.8, 0.36
#: The bound is near enough once its distance is this share.
_NEAR = 1e-4


@dataclass
class _Side:
    """One side's place and its counterpart: prices and times reached, or shares and worths."""

    value: Floats
    answer: Floats

    def drawn(self, end: _Side, first: _Side, share: float) -> _Side:
        """Return the place twice as far as a step's end, drawn to the first but for a share."""

        def between(here: Floats, end: Floats, first: Floats) -> Floats:
            return share * (2.0 * end - here) + (1.0 - share) * first

        return _Side(
            between(self.value, end.value, first.value),
            between(self.answer, end.answer, first.answer),
        )


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
    """The moving point, the end of its last step, where the steps began, and the best prices."""

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
        value = np.append(start.village, money)
        self.prices = _Side(value, self.worth(value))
        self.shares = _Side(shares, self.reached(shares))
        scale = np.sqrt((self.prices.value**2).sum()) / np.sqrt(max(1.0, count))
        self.ratio = float(scale) if scale > 0 else 1.0
        self.best, self.bound = start.village, np.inf
        self.ends = (self.prices, self.shares)
        self.begin(np.inf)

    def reached(self, shares: Floats) -> Floats:
        """Return how often each village is reached, and the money that is spent."""
        return np.append(
            pricing.sums(self.m.col_ptr, self.m.col_idx, shares), float((self.pay * shares).sum())
        )

    def worth(self, prices: Floats) -> Floats:
        """Return what each row is worth at prices, the last of them that of money."""
        return np.asarray(pricing.sums(self.m.ptr, self.m.idx, prices[:-1]) - prices[-1] * self.pay)

    def begin(self, distance: float) -> None:
        """Begin anew from the end of the last step."""
        self.prices, self.shares = self.first = self.ends
        self.since, self.begun, self.last = 0, distance, np.inf

    def step(self) -> None:
        """Move both sides."""
        goal = np.append(np.ones(len(self.m.weights)), self.budget)
        top = np.append(self.m.weights, np.inf)
        moved = self.shares.value + self.prices.answer / (self.ratio * self.norm)
        shares = pricing.capped(moved, float(self.p))
        reached = self.reached(shares)
        slope = 2.0 * reached - self.shares.answer - goal
        # The budget's price grows where too much is spent, a village's where it is not reached.
        slope[-1] = -slope[-1]
        prices = np.clip(self.prices.value - self.ratio / self.norm * slope, 0.0, top)
        self.ends = (_Side(prices, self.worth(prices)), _Side(shares, reached))
        share = (self.since + 1.0) / (self.since + 2.0)
        self.prices = self.prices.drawn(self.ends[0], self.first[0], share)
        self.shares = self.shares.drawn(self.ends[1], self.first[1], share)
        self.since += 1

    def look(self, number: int) -> bool:
        """Keep the best prices, begin anew where that pays; return True if near enough."""
        near = self.distance(*self.ends)
        fell = near < _SURELY * self.begun or self.last < near < _PERHAPS * self.begun
        if fell or self.since >= max(_LATEST * number, 4 * _LOOK):
            moved = [
                float(np.sqrt(((end.value - first.value) ** 2).sum()))
                for end, first in zip(self.ends, self.first, strict=True)
            ]
            if min(moved) > 0.0:
                self.ratio = float(np.sqrt(self.ratio * moved[0] / moved[1]))
            self.begin(near)
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
        vector = pricing.sums(m.col_ptr, m.col_idx, pricing.sums(m.ptr, m.idx, vector))
        size = float(np.sqrt((vector**2).sum()))
        vector /= max(size, 1e-300)
    return 1.02 * float(np.sqrt(size))
