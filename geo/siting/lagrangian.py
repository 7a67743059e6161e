"""A bound from prices: what no choice of sites can exceed, without solving an integer program.

Give each village j a price λ of its coverage, 0 ≤ λ ≤ w, and each unit of cost a price θ ≥ 0. A
site is then worth g = Σ λ over its villages less θ · cost, and

    L(λ, θ) = Σ (w − λ) + θ · budget + the p greatest positive worths, one for each place

is at least the weight that any choice covers. The least L is the bound of the linear relaxation.
Prices are found by deflected subgradient steps.

References
----------
Galvão and ReVelle (1996), European Journal of Operational Research 88:114–123,
doi:10.1016/0377-2217(94)00159-6. Camerini, Fratta and Maffioli (1975), Mathematical Programming
Study 3:26–34. Polyak (1969), USSR Computational Mathematics and Mathematical Physics 9:14–29.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.siting import pricing
from geo.siting.kernels import Matrix
from geo.siting.model import Flags, Floats, Ints

#: Steps without a better bound before the step length is cut, and by how much.
_PATIENCE, _CUT = 20, 0.7
#: Share of the last direction in the next one (Camerini, Fratta and Maffioli 1975).
_MEMORY = 0.7


@dataclass(frozen=True, eq=False)
class Prices:
    """The best prices found and what they prove.

    Attributes
    ----------
    bound
        No choice covers more.
    village
        λ: (villages,) price of coverage.
    money
        θ: price of a unit of cost.
    worth
        (rows,) g: worth at these prices.
    threshold
        The worth from which on rows are taken; 0 where fewer than ``p`` are worth something.
    """

    bound: float
    village: Floats
    money: float
    worth: Floats
    threshold: float

    def needless(self, covered: float, step: float) -> Flags:
        """Return the rows that no choice better than ``covered`` by ``step`` can have.

        To force in a row worth less than the threshold costs the difference of the bound.
        """
        loss = np.maximum(self.threshold, 0.0) - self.worth
        return np.asarray(loss > self.bound - covered - step + 1e-6 * max(1.0, covered))


def prices(
    m: Matrix, limits: tuple[int, float], covered: float, steps: int, *,
    start: Prices | None = None, stop: Ints | None = None,
) -> Prices:  # fmt: skip
    """Return the best prices after ``steps`` steps towards a bound of ``covered``.

    ``limits`` are p and the budget; ``stop`` ends the work once its only cell is not 0.
    """
    p, budget = limits
    lam = 0.5 * m.weights if start is None else start.village.copy()
    total, direction = float(m.weights.sum()), np.zeros(len(lam))
    buyer = _Buyer(m, p, budget)
    best: Prices | None = None
    length, stall, theta = 1.0, 0, start.money if start is not None else 0.0
    for _ in range(steps):
        worth, taken, theta, threshold = buyer.buy(pricing.sums(m.ptr, m.idx, lam), theta)
        bound = total - float(lam.sum()) + theta * buyer.budget + float(worth[taken].sum())
        stall = 0 if best is None or bound < best.bound * (1.0 - 1e-7) else stall + 1
        if best is None or bound < best.bound:
            best = Prices(bound, lam.copy(), theta, worth, threshold)
        if best.bound <= covered or length < 1e-4 or (stop is not None and stop[0]):
            break
        if stall >= _PATIENCE:
            length, stall = length * _CUT, 0
            lam[:] = best.village
            direction[:] = 0.0
            continue
        if not pricing.move(
            m, lam, direction, taken, length * max(bound - covered, 1e-6 * covered), _MEMORY
        ):
            break
    assert best is not None  # noqa: S101  for the type checker: there is at least one step
    return best


def priced(m: Matrix, limits: tuple[int, float], lam: Floats, theta: float) -> Prices:
    """Return the bound that given prices of coverage prove; ``theta`` is near the money's price."""
    buyer = _Buyer(m, *limits)
    worth, taken, theta, threshold = buyer.buy(pricing.sums(m.ptr, m.idx, lam), theta)
    bound = float(m.weights.sum()) - float(lam.sum()) + theta * buyer.budget
    return Prices(bound + float(worth[taken].sum()), lam, theta, worth, threshold)


class _Buyer:
    """The best rows at given worths, one for each place, within p and the budget."""

    def __init__(self, m: Matrix, p: int, budget: float) -> None:
        limited = bool(np.isfinite(budget) and m.costs.sum() > budget)
        self.costs, self.p = m.costs, p
        self.budget = budget if limited else 0.0
        self.limited = limited
        self.places = m.places
        self.shared = len(np.unique(m.places)) < len(m.places)

    def buy(self, worth: Floats, theta: float) -> tuple[Floats, Ints, float, float]:
        """Return the net worths, the rows taken, the money price and the least worth taken.

        The price that minimises the bound is where the spending crosses the budget: found by
        halving, from around the last price.
        """
        if not self.limited:
            rows, threshold = self.take(worth)
            return worth, rows, 0.0, threshold
        low, high = 0.0, max(1.5 * theta, 1e-9)
        if self.spent(worth, 0.0) <= self.budget:
            high = 0.0
        while high and self.spent(worth, high) > self.budget:
            low, high = high, 4.0 * high
        while high - low > 1e-5 * high:
            middle = 0.5 * (low + high)
            if self.spent(worth, middle) > self.budget:
                low = middle
            else:
                high = middle
        net = worth - high * self.costs
        rows, threshold = self.take(net)
        return net, rows, high, threshold

    def spent(self, worth: Floats, theta: float) -> float:
        """Return what the best rows cost at a money price."""
        return float(self.costs[self.take(worth - theta * self.costs)[0]].sum())

    def take(self, worth: Floats) -> tuple[Ints, float]:
        """Return the ``p`` rows of greatest positive worth, one for each place, and the least.

        Of equal worths the first rows are taken. The least is 0 where fewer than ``p`` are worth
        something.
        """
        rows = np.flatnonzero(worth > 0)
        if self.shared:
            order = rows[np.lexsort((rows, -worth[rows], self.places[rows]))]
            new = np.ones(len(order), dtype=bool)
            new[1:] = self.places[order][1:] != self.places[order][:-1]
            rows = np.sort(order[new])
        if len(rows) <= self.p:
            return rows, 0.0
        if not self.p:
            return rows[:0], float(worth.max())
        values = worth[rows]
        cut = float(np.partition(values, len(rows) - self.p)[len(rows) - self.p])
        above = values > cut
        equal = np.flatnonzero(values == cut)[: self.p - int(above.sum())]
        above[equal] = True
        return rows[above], cut
