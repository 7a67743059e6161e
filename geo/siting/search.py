"""The plain problem, places, ``p`` and budget only: search from below, prices from above, HiGHS.

Rounds of fixed effort: exchanges give a better choice, prices a better bound; rows that the two
together prove needless are dropped; when few enough are left HiGHS closes the gap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from geo.siting import exact, highs, kernels
from geo.siting.clock import Clock
from geo.siting.greedy import first_answer
from geo.siting.kernels import Cooling
from geo.siting.lagrangian import Prices, prices
from geo.siting.model import TOLERANCE, Flags, Ints
from geo.siting.reduction import Core, merged

#: Rounds of search and prices, and searches in each.
ROUNDS, SEARCHES = 6, 2
#: Steps of the prices in the first round and in each later one.
STEPS = (400, 1500)
#: Operations of one search and most moves; a move looks at the villages of one row.
_OPERATIONS, _MOVES = 4e8, 4_000_000
#: Cells that HiGHS may get as a whole, and nodes in the merging of choices.
_CELLS, _NODES = 60_000, 200
#: Moves for each row: few where HiGHS closes the gap anyway, many where it cannot.
_EACH = (200.0, 800.0)
#: Rows are dropped once no more than this share of them is needed.
_KEEP = 0.9
#: Hot start of each round and cold end, as shares of the mean weight that one site adds; found by
#: trial on street grids of 2,700 to 7,700 nodes.
_WARM, _COLD = (0.03, 0.02), 0.1


@dataclass(frozen=True, eq=False)
class Found:
    """A choice of the core's rows, its weight, the bound, and the prices that prove it."""

    chosen: Flags
    covered: float
    bound: float
    prices: Prices | None = None


class Search:
    """One search: what is known so far of a core."""

    def __init__(self, core: Core, clock: Clock, start: Prices | None = None) -> None:
        self.core, self.clock = core, clock
        #: Prices of a like problem: where to begin, no proof.
        self.begin = start
        #: Rows of the core that was given which are still looked at.
        self.rows = np.arange(len(core.options))
        self.matrix = kernels.matrix(core.reach, core.weights, core.costs, core.places)
        self.chosen, self.covered = first_answer(core, self.matrix)
        self.bound = float(core.weights.sum())
        self.prices: Prices | None = None
        self.elite: list[Flags] = [self.chosen]
        # Whole weights have whole sums: a better choice is better by 1.
        self.unit = 1.0 if np.all(core.weights == np.round(core.weights)) else 0.0
        self.tell(0.1)

    def tell(self, share: float) -> None:
        """Report what is known."""
        base = self.core.base
        self.clock.tell(share, base + self.covered, base + self.bound)

    def proven(self) -> bool:
        """Return True if nothing better exists, or nothing better than was wished."""
        base, room = self.core.base, TOLERANCE * max(1.0, self.bound)
        if self.bound - self.covered < max(self.unit * (1.0 - TOLERANCE), room):
            self.bound = self.covered
        return self.clock.enough(base + self.covered, base + self.bound)

    def better(self, chosen: Flags, covered: float) -> None:
        """Keep a choice; the best becomes the answer."""
        self.elite.append(chosen)
        if covered > self.covered + TOLERANCE:
            self.chosen, self.covered = chosen, covered

    def cooling(self, number: int, seed: int, stop: Ints) -> Cooling:
        """Return how to anneal a core of this size."""
        size = max(1.0, self.core.reach.nnz / max(1, len(self.core.options)))
        share = self.covered / max(1, int(self.chosen.sum()))
        each = _EACH[self.core.reach.nnz > _CELLS]
        moves = int(min(_MOVES, _OPERATIONS / size, each * len(self.core.options)))
        known = self.prices if self.prices is not None else self.begin
        price = known.money if known is not None else 0.0
        warm = _WARM[number % len(_WARM)] * share
        return Cooling(warm, _COLD * warm, price, moves, seed, stop)

    def price(self, steps: int, stop: Ints) -> Prices:
        """Return better prices."""
        limits = (self.core.p, self.core.budget)
        known = self.prices if self.prices is not None else self.begin
        return prices(self.matrix, limits, self.covered, steps, start=known, stop=stop)

    def descend(self, steps: int) -> None:
        """Better the bound."""
        self._priced(together([lambda stop: self.price(steps, stop)], self.clock)[0])

    def round(self, number: int) -> None:
        """Search from the best choice with several seeds, and better the bound meanwhile."""

        def job(seed: int) -> Callable[[Ints], Any]:
            return lambda stop: kernels.anneal(
                self.matrix, self.chosen, self.core.p, self.core.budget,
                self.cooling(number, seed, stop),
            )  # fmt: skip

        seeds = [number * SEARCHES + at for at in range(SEARCHES)]
        *found, last = together(
            [*map(job, seeds), lambda stop: self.price(STEPS[1], stop)], self.clock
        )
        for chosen, covered in found:
            self.better(chosen, float(covered))
        self._priced(last)

    def _priced(self, found: Prices) -> None:
        if self.prices is None or found.bound < self.prices.bound:
            self.prices = found
        # Rows may have been dropped: what they can reach is not above what is covered.
        self.bound = min(self.bound, max(found.bound, self.covered))

    def left(self) -> Flags:
        """Return the rows that a better choice may have."""
        if self.prices is None:
            return np.ones(len(self.core.options), dtype=bool)
        return ~self.prices.needless(self.covered, self.unit)

    def shrink(self) -> None:
        """Drop the rows that no better choice has, where they are many; prices stay."""
        keep = self.left() | np.logical_or.reduce(self.elite)
        if self.prices is None or keep.mean() > _KEEP:
            return
        numbers = np.flatnonzero(keep)
        self.rows = self.rows[numbers]
        self.core = taken(self.core, numbers, sp.csr_array(self.core.reach[numbers]))
        self.matrix = kernels.matrix(
            self.core.reach, self.core.weights, self.core.costs, self.core.places
        )
        self.chosen = self.chosen[numbers]
        self.elite = [flags[numbers] for flags in self.elite]
        self.prices = replace(self.prices, worth=self.prices.worth[numbers])

    def merge(self) -> None:
        """Look for the best choice among the rows of all choices so far."""
        rows = np.logical_or.reduce(self.elite)
        found, _ = among(self.core, rows, self.chosen, self.clock, nodes=_NODES)
        if found is not None:
            self.better(found, covered_by(self.core, found))

    def close(self) -> None:
        """Let HiGHS prove or better the choice on the rows that are left."""
        rows = self.left() | self.chosen
        found, bound = among(self.core, rows, self.chosen, self.clock)
        if found is not None:
            self.better(found, covered_by(self.core, found))
        # What needs a dropped row is not better than the choice.
        self.bound = min(self.bound, max(bound, self.covered))


def best(core: Core, clock: Clock, *, start: Prices | None = None) -> Found:
    """Return the best choice of rows and its bound, as far as the effort or the time goes."""
    search = Search(core, clock, start)
    if not search.proven():
        _work(search)
    search.proven()
    chosen = np.zeros(len(core.options), dtype=bool)
    chosen[search.rows[search.chosen]] = True
    prices = search.prices
    if prices is not None:
        # With dropped rows the prices prove nothing about other choices: their worth is unknown.
        worth = np.full(len(chosen), np.nan)
        worth[search.rows] = prices.worth
        prices = replace(prices, worth=worth)
    return Found(chosen, search.covered, search.bound, prices)


def _work(search: Search) -> None:
    clock = search.clock
    search.descend(STEPS[0])
    for number in range(ROUNDS):
        search.tell(0.1 + 0.5 * number / ROUNDS)
        if search.proven() or clock.over():
            return
        search.shrink()
        search.round(number)
        if search.core.reach[search.left()].nnz <= _CELLS:
            break
        if not search.proven() and not clock.over():
            search.merge()
    search.tell(0.7)
    if search.proven() or clock.over():
        return
    if search.core.reach[search.left()].nnz <= _CELLS:
        search.close()


def among(
    core: Core, rows: Flags, chosen: Flags, clock: Clock, *, nodes: int | None = None
) -> tuple[Flags | None, float]:
    """Return the best choice among some rows and the bound for them, by HiGHS."""
    numbers = np.flatnonzero(rows)
    reach, weights, groups = merged(sp.csr_array(core.reach[numbers]), core.weights, core.groups)
    part = replace(taken(core, numbers, reach), weights=weights, groups=groups)
    start = exact.columns(part, chosen[numbers])
    outcome = highs.maximise(exact.program(part), clock, start=start, nodes=nodes)
    if outcome.values is None:
        return None, outcome.bound
    found = np.zeros(len(rows), dtype=bool)
    found[numbers] = outcome.values[: len(numbers)] > 0.5
    return found, outcome.bound


def taken(core: Core, numbers: Ints, reach: sp.csr_array) -> Core:
    """Return a core of some of its rows, with their reach."""
    return replace(
        core, options=core.options[numbers], reach=reach, costs=core.costs[numbers],
        places=core.places[numbers], fixed=core.fixed[numbers],
    )  # fmt: skip


def covered_by(core: Core, chosen: Flags) -> float:
    """Return the weight that the chosen rows reach, without the base."""
    met = np.asarray(core.reach.T @ chosen.astype(float)) > 0
    return float(core.weights[met].sum())


def together(jobs: Sequence[Callable[[Ints], Any]], clock: Clock) -> list[Any]:
    """Run compiled jobs side by side and return their results in order of the jobs.

    Each gets a cell that becomes 1 when the run must end. The results do not depend on how many
    run at once.
    """
    stop = np.zeros(1, np.int64)
    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = [pool.submit(job, stop) for job in jobs]
        waiting = set(futures)
        while waiting:
            waiting = wait(waiting, timeout=0.05).not_done
            if waiting and clock.over():
                stop[0] = 1
    return [future.result() for future in futures]
