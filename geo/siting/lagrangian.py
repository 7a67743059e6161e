"""Lagrangian bound: an upper bound on the covered weight without an integer program.

Give each village j a price λ of its coverage, 0 ≤ λ ≤ w, and each fen a price θ ≥ 0. A site is then
worth g = Σ λ over its villages less θ · cost, and

    L(λ, θ) = Σ (w − λ) + θ · budget + the p largest positive worths, one for each place

is at least the weight that any selection covers. The least L is the bound of the linear relaxation.
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
import scipy.sparse as sp

from geo.siting.model import ROUNDING, Flags, Floats, Ints
from geo.siting.reduction import ReducedProblem

#: Steps without a better bound before the step length is cut, and by how much.
_PATIENCE, _CUT = 20, 0.7
#: Share of the last direction in the next one (Camerini, Fratta and Maffioli 1975).
_MEMORY = 0.7


@dataclass(frozen=True, eq=False)
class DualPrices:
    """The best prices found and the bound that they prove.

    Attributes
    ----------
    bound
        Upper bound on the covered weight.
    village
        λ: (columns,) price of coverage [weight].
    money
        θ: price of money [weight per fen].
    worth
        (rows,) g: worth at these prices [weight].
    threshold
        Worth from which on rows are taken; 0 where fewer than ``p`` rows have a positive worth.
    """

    bound: float
    village: Floats
    money: float
    worth: Floats
    threshold: float

    def needless(self, covered: float, step: float) -> Flags:
        """Find the rows that no better selection contains.

        To force in a row worth less than the threshold lowers the bound by the difference.

        Parameters
        ----------
        covered
            Weight of the best selection known.
        step
            Least improvement that counts: 1 for whole weights, else 0.

        Returns
        -------
        rows
            (rows,) True where a selection with the row cannot cover ``covered + step``.
        """
        loss = np.maximum(self.threshold, 0.0) - self.worth
        return np.asarray(loss > self.bound - covered - step + ROUNDING * self.bound)


def dual_prices(
    core: ReducedProblem, covered: float, steps: int, *,
    start: DualPrices | None = None, stop: Ints | None = None,
) -> DualPrices:  # fmt: skip
    """Improve the prices by subgradient steps towards a bound of ``covered``.

    Parameters
    ----------
    core
        The reduced problem; least shares and capacities are ignored.
    covered
        Weight of the best selection known.
    steps
        Number of steps.
    start
        Prices to begin with, of this or a similar problem; None for half of each weight.
    stop
        Single cell; once it is not 0, the work ends.

    Returns
    -------
    prices
        Those with the least bound.
    """
    reach, back = core.reach, sp.csr_array(core.reach.T)
    lam = 0.5 * core.weights if start is None else start.village.copy()
    total, direction = float(core.weights.sum()), np.zeros(len(lam))
    buyer = _Buyer(core)
    best: DualPrices | None = None
    length, stall, theta = 1.0, 0, start.money if start is not None else 0.0
    for _ in range(max(1, steps)):
        worth, taken, theta, threshold = buyer.buy(np.asarray(reach @ lam), theta)
        bound = total - float(lam.sum()) + theta * buyer.budget + float(worth[taken].sum())
        stall = 0 if best is None or bound < best.bound * (1.0 - 1e-7) else stall + 1
        if best is None or bound < best.bound:
            best = DualPrices(bound, lam.copy(), theta, worth, threshold)
        if best.bound <= covered or length < 1e-4 or (stop is not None and stop[0]):
            break
        if stall >= _PATIENCE:
            length, stall = length * _CUT, 0
            lam, direction = best.village.copy(), np.zeros(len(lam))
            continue
        chosen = np.zeros(len(worth))
        chosen[taken] = 1.0
        slope = back @ chosen - 1.0
        slope[((lam <= 0.0) & (slope > 0.0)) | ((lam >= core.weights) & (slope < 0.0))] = 0.0
        direction = _MEMORY * direction + slope
        norm = float(direction @ direction)
        if norm == 0.0:
            break
        stride = length * max(bound - covered, 1e-6 * covered) / norm
        lam = np.clip(lam - stride * direction, 0.0, core.weights)
    assert best is not None  # noqa: S101  for the type checker: there is one step at least
    return best


class _Buyer:
    """The best rows at given worths, one for each place, within p and the budget."""

    def __init__(self, core: ReducedProblem) -> None:
        self.costs, self.p = core.fen, core.p
        self.limited = bool(np.isfinite(core.budget) and core.fen.sum() > core.budget)
        self.budget = core.budget if self.limited else 0.0
        self.places = core.places
        self.shared = core.exclusive

    def buy(self, worth: Floats, theta: float) -> tuple[Floats, Ints, float, float]:
        """Return the net worths, the rows taken, the money price and the least worth taken.

        The price that minimises the bound is where the spending crosses the budget: found by
        bisection, from around the last price.
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

        Of equal worths the first rows are taken. The least is 0 where fewer than ``p`` rows have
        a positive worth.
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
