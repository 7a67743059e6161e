"""The plain problem, places, ``p`` and budget only: search from below, prices from above, HiGHS.

Rounds of fixed effort: exchanges give a better choice, prices a better bound; rows that the two
together prove needless are dropped; when few enough are left HiGHS closes the gap. Where too many
are left for it, as in dense streets, prices go to their end and windows show what waste no choice
avoids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from geo.siting import exact, highs, kernels, saddle, windows
from geo.siting.clock import Clock
from geo.siting.greedy import first_answer
from geo.siting.kernels import Cells, Cooling
from geo.siting.lagrangian import Prices, prices
from geo.siting.model import TOLERANCE, Flags, Floats, Ints
from geo.siting.reduction import Core, merged

#: Searches side by side in each step.
SEARCHES = 2
#: Times that a search starts again from its best, warm, while the prices go to their end and after.
_AGAIN = 5
#: Steps of the prices before the first round, in it, and on the way to their end.
STEPS = (400, 1500, 1800)
#: Operations of one search and most moves; a move looks at the villages of one row.
_OPERATIONS, _MOVES = 1.6e8, 4_000_000
#: Cells that HiGHS may get as a whole, and nodes in the merging of choices.
_CELLS, _NODES = 60_000, 200
#: Best choices that are merged.
_ELITE = 5
#: Cells from which on no round can leave little enough.
_DENSE = 4 * _CELLS
#: Shares of the work that are done before each step.
_SHARES = (0.1, 0.3, 0.4, 0.45, 0.8, 0.85)
#: Share at which the windows begin and end.
_WINDOWS = (0.45, 0.8)
#: Moves for each row: few where HiGHS closes the gap anyway, many where it cannot.
_EACH = (200.0, 800.0)
#: Seeds of one search lie so far from each other.
_APART = 1000
#: Rows are dropped once no more than this share of them is needed.
_KEEP = 0.9
#: Hot start of a search, as share of the mean weight that one site adds, and cold end, as share
#: of the start; found by trial on street grids of 2,700 to 7,700 nodes.
_WARM, _COLD = 0.03, 0.1
#: The same once the prices tell what the last site is worth.
_WARM_LATE, _COLD_LATE = (0.09, 0.18), 0.05
#: The same when a search starts again from its best, and its share of the moves.
_WARM_AGAIN, _COLD_AGAIN, _MOVES_AGAIN = 0.06, 0.07, 0.5
#: Rows by which one may be exchanged in a short move, as share of the villages that a row reaches,
#: and their least and greatest number.
_LIKE, _LIKEST = 0.14, (4, 32)


@dataclass(frozen=True, eq=False)
class Found:
    """A choice of the core's rows, its weight, the bound, and the prices that prove it.

    With capacities ``served`` is the share of each of the core's villages that is served.
    """

    chosen: Flags
    covered: float
    bound: float
    prices: Prices | None = None
    served: Floats | None = None


class Search:
    """One search: what is known so far of a core."""

    def __init__(self, core: Core, clock: Clock, start: Prices | None = None) -> None:
        self.core, self.clock = core, clock
        #: Prices of a like problem: where to begin, no proof.
        self.begin = start
        #: Rows of the core that was given which are still looked at.
        self.rows = np.arange(len(core.options))
        self.matrix = kernels.matrix(core.reach, core.weights, core.costs, core.places)
        self._like: Cells | None = None
        self.chosen, self.covered = first_answer(core, self.matrix)
        self.bound = float(core.weights.sum())
        self.prices: Prices | None = None
        self.elite: list[tuple[float, Flags]] = [(self.covered, self.chosen)]
        self._seeds = 300
        # Whole weights have whole sums: a better choice is better by 1.
        self.unit = 1.0 if np.all(core.weights == np.round(core.weights)) else 0.0
        self.tell(0.1)

    def tell(self, share: float) -> None:
        """Report what is known."""
        base = self.core.base
        self.clock.tell(share, base + self.covered, base + self.bound)

    @property
    def large(self) -> bool:
        """Return True if the rows are too many for HiGHS."""
        return bool(self.core.reach.nnz > _CELLS)

    def proven(self) -> bool:
        """Return True if nothing better exists, or nothing better than was wished."""
        base, room = self.core.base, TOLERANCE * max(1.0, self.bound)
        if self.bound - self.covered < max(self.unit * (1.0 - TOLERANCE), room):
            self.bound = self.covered
        return self.clock.enough(base + self.covered, base + self.bound)

    def better(self, chosen: Flags, covered: float) -> None:
        """Keep a choice; the best becomes the answer."""
        self.elite.append((covered, chosen))
        self.elite.sort(key=lambda known: -known[0])
        del self.elite[_ELITE:]
        if covered > self.covered + TOLERANCE:
            self.chosen, self.covered = chosen, covered

    def like(self, stop: Ints) -> Cells:
        """Return the rows that short moves may take for each; none for a core that HiGHS closes."""
        if self._like is None:
            size = self.core.reach.nnz / max(1, len(self.core.options))
            most = int(np.clip(round(_LIKE * size), *_LIKEST)) if self.large else 0
            self._like = kernels.likest(self.matrix, most, stop)
        return self._like

    def cooling(self, seed: int, stop: Ints, *, again: bool = False) -> Cooling:
        """Return how to anneal a core of this size, from the first or ``again`` from the best."""
        size = max(1.0, self.core.reach.nnz / max(1, len(self.core.options)))
        share = self.covered / max(1, int(self.chosen.sum()))
        each = _EACH[self.large]
        moves = min(_MOVES, _OPERATIONS / size, each * len(self.core.options))
        known = self.prices if self.prices is not None else self.begin
        price = known.money if known is not None else 0.0
        warm, cold = _WARM * share, _COLD
        if known is not None and known.threshold > 0.0 and self.large:
            warm, cold = _WARM_LATE[seed % len(_WARM_LATE)] * known.threshold, _COLD_LATE
            if again:
                warm, cold = _WARM_AGAIN * known.threshold, _COLD_AGAIN
        if again:
            moves *= _MOVES_AGAIN
        return Cooling(warm, cold * warm, price, int(moves), seed, stop, self.like(stop))

    def price(self, steps: int, stop: Ints) -> Prices:
        """Return better prices."""
        limits = (self.core.p, self.core.budget)
        known = self.prices if self.prices is not None else self.begin
        return prices(self.matrix, limits, self.covered, steps, start=known, stop=stop)

    def descend(self, steps: int) -> None:
        """Better the bound."""
        found = together([lambda stop: self.price(steps, stop), self.like], self.clock)
        self._priced(found[0])

    def round(self) -> None:
        """Search from the best choice with several seeds, and better the bound meanwhile."""
        self._beside(lambda stop: self.price(STEPS[1], stop), range(SEARCHES))

    def settle(self) -> None:
        """Take the prices to their end, and search meanwhile."""
        start, limits = self.prices, (self.core.p, self.core.budget)
        assert start is not None  # noqa: S101  for the type checker: prices came first
        self._beside(
            lambda stop: saddle.settled(self.matrix, limits, start, STEPS[2], stop),
            range(100, 100 + SEARCHES),
            again=_AGAIN,
        )

    def _beside(
        self, pricing: Callable[[Ints], Prices], seeds: Sequence[int], *, again: int = 0
    ) -> None:
        """Price and search side by side."""
        last, *found = together([pricing, *self.searches(seeds, again=again)], self.clock)
        for chosen, covered in found:
            self.better(chosen, float(covered))
        self._priced(last)

    def window(self) -> None:
        """Better the bound by what every choice wastes."""
        start = self.prices
        assert start is not None  # noqa: S101  for the type checker: prices came first
        if float(start.village.sum()) <= self.bound - self.covered:
            # Prices so low leave hardly anything to waste.
            return

        share = _WINDOWS[0]

        def searched(jobs: list[Callable[[Ints], Any]]) -> list[Any]:
            nonlocal share
            done = together(jobs, self.clock)
            # How many rounds there will be is not known: each takes a part of what is left.
            share += (_WINDOWS[1] - share) / 4
            self.tell(share)
            return done

        core = self.core
        waste = windows.waste(core.reach, core.weights, start, self.covered, searched)
        self.bound = min(self.bound, max(start.bound - waste, self.covered))

    def polish(self) -> None:
        """Search once more from the best choice."""
        self._seeds += SEARCHES
        seeds = range(self._seeds - SEARCHES, self._seeds)
        for chosen, covered in together(self.searches(seeds, hot=False, again=_AGAIN), self.clock):
            self.better(chosen, float(covered))

    def searches(
        self, seeds: Sequence[int], *, hot: bool = True, again: int = 0
    ) -> list[Callable[[Ints], tuple[Flags, float]]]:
        """Return a search from the best choice for each seed.

        It starts ``hot``, and then ``again`` from its own best so many times.
        """
        first = (self.chosen, self.covered)

        def job(seed: int) -> Callable[[Ints], tuple[Flags, float]]:
            def run(stop: Ints) -> tuple[Flags, float]:
                best = first
                for turn in range(0 if hot else 1, again + 1):
                    how = self.cooling(seed + _APART * turn, stop, again=turn > 0)
                    p, budget = self.core.p, self.core.budget
                    chosen, covered = kernels.anneal(self.matrix, best[0], p, budget, how)
                    if covered > best[1]:
                        best = (chosen, float(covered))
                return best

            return run

        return [job(seed) for seed in seeds]

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

    def few(self) -> bool:
        """Return True if what a better choice may have is little enough for HiGHS."""
        return bool(self.core.reach[self.left()].nnz <= _CELLS)

    def shrink(self) -> None:
        """Drop the rows that no better choice has, where they are many; prices stay."""
        keep = self.left() | self.chosen | self.liked()
        if self.prices is None or keep.mean() > _KEEP:
            return
        numbers = np.flatnonzero(keep)
        self.rows = self.rows[numbers]
        self.core = taken(self.core, numbers, sp.csr_array(self.core.reach[numbers]))
        self.matrix = kernels.matrix(
            self.core.reach, self.core.weights, self.core.costs, self.core.places
        )
        self._like = None
        self.chosen = self.chosen[numbers]
        self.elite = [(covered, flags[numbers]) for covered, flags in self.elite]
        self.prices = replace(self.prices, worth=self.prices.worth[numbers])

    def liked(self) -> Flags:
        """Return the rows of the best choices so far."""
        return np.asarray(np.logical_or.reduce([flags for _, flags in self.elite]))

    def merge(self) -> None:
        """Look for the best choice among the rows of the best ones so far."""
        rows = self.liked() | self.chosen
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
    """Round, and HiGHS where that leaves little enough; else the prices' end, then windows."""
    clock = search.clock
    search.descend(STEPS[0])
    polish, window = (search.polish, True), (search.window, True)
    # Choices found beside the prices are too unlike each other: merging them takes long.
    steps = [(search.settle, False), polish, window, polish, polish]
    if search.core.reach.nnz <= _DENSE:
        steps.insert(0, (search.round, True))
    for number, (step, merging) in enumerate(steps):
        search.tell(_SHARES[number])
        if search.proven() or clock.over():
            return
        search.shrink()
        step()
        if search.proven() or clock.over() or search.few():
            break
        if merging:
            search.merge()
    search.tell(0.9)
    if not search.proven() and not clock.over() and search.few():
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
    stop = np.full(1, clock.over(), np.int64)
    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = [pool.submit(job, stop) for job in jobs]
        waiting = set(futures)
        while waiting:
            waiting = wait(waiting, timeout=0.05).not_done
            if waiting and clock.over():
                stop[0] = 1
    return [future.result() for future in futures]
