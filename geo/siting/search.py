"""Covering with places, ``p`` and a budget only: local search, Lagrangian bound, HiGHS.

Rounds of fixed effort: annealing gives a better selection, prices a better bound; rows that the two
together prove needless are removed; when few enough are left HiGHS closes the gap. Where too many
are left, as in dense streets, the gap that the rounds end with is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from geo.siting import exact, highs, kernels
from geo.siting.annealing import AnnealingSchedule, anneal
from geo.siting.clock import SolverClock
from geo.siting.greedy import first_answer
from geo.siting.lagrangian import DualPrices, dual_prices
from geo.siting.model import ROUNDING, Flags, Floats, Ints
from geo.siting.reduction import ReducedProblem, merged

#: Steps of the prices before the first round and in each round; the number of rounds.
_STEPS, _ROUNDS = (400, 1500), 3
#: Annealing runs side by side in each round.
_RUNS = 2
#: Operations of one annealing run, its most moves, and its moves per row. A move looks at the
#: villages of one row.
_OPERATIONS, _MOVES, _EACH = 1.6e8, 4_000_000, 200.0
#: Start temperature of annealing, as share of the mean weight per chosen row, and end temperature,
#: as share of the start; found by trial on street grids of 2,700 to 7,700 nodes.
_WARM, _COLD = 0.03, 0.1
#: Cells that HiGHS gets as a whole, and nodes in the merging of selections.
_CELLS, _NODES = 60_000, 200
#: Selections that are merged.
_ELITE = 5
#: Rows are removed once no more than this share of them is needed.
_KEEP = 0.9
#: Relative rounding of the sums in a Lagrangian bound; share of a unit that no rounding reaches.
_SUMMED, _ALMOST = 1e-12, 0.99


@dataclass(frozen=True, eq=False)
class CoreSolution:
    """A selection of a core's rows with its weight and bound.

    Attributes
    ----------
    chosen
        (rows,) True where built.
    covered, bound
        Weight without the core's base, and the upper bound on it.
    prices
        Prices of the last Lagrangian bound; None where there was none.
    served
        (columns,) share served, 0–1; None without capacities.
    """

    chosen: Flags
    covered: float
    bound: float
    prices: DualPrices | None = None
    served: Floats | None = None


class CoverSearch:
    """State of one search: the best selection, the bound, and the rows still considered.

    Parameters
    ----------
    core
        The reduced problem; least shares and capacities are ignored.
    clock
        Time limit and progress.
    start
        Prices of a similar problem to begin with; they prove nothing here.
    """

    def __init__(
        self, core: ReducedProblem, clock: SolverClock, start: DualPrices | None = None
    ) -> None:
        self.core, self.clock, self.begin = core, clock, start
        #: Rows of the given core that are still considered.
        self.rows = np.arange(len(core.options))
        self.matrix = kernels.reach_matrix(core.reach, core.weights, core.fen, core.places)
        self.chosen = first_answer(core, self.matrix)
        self.covered = core.covered(self.chosen)
        self.bound = float(core.weights.sum())
        self.prices: DualPrices | None = None
        self.elite = [(self.covered, self.chosen)]
        # Whole weights have whole sums: a better selection is better by 1 or more.
        self.unit = 1.0 if core.whole else 0.0
        self.report(0.1)

    def report(self, share: float) -> None:
        """Report progress.

        Parameters
        ----------
        share
            Share of the work done, 0–1.
        """
        base = self.core.base
        self.clock.report(share, base + self.covered, base + self.bound)

    def proven(self) -> bool:
        """Lower the bound to the covered weight where nothing better exists.

        Returns
        -------
        enough
            True if the gap is within the requested one.
        """
        rounding = -_SUMMED if self.unit else ROUNDING
        room = rounding * self.bound + _ALMOST * self.unit
        if self.bound - self.covered < room or self.bound <= self.covered:
            self.bound = self.covered
        return self.clock.enough(self.core.base + self.covered, self.core.base + self.bound)

    def better(self, chosen: Flags) -> None:
        """Keep a selection among the best.

        Parameters
        ----------
        chosen
            (rows,) True where built.
        """
        covered = self.core.covered(chosen)
        self.elite.append((covered, chosen))
        self.elite.sort(key=lambda known: -known[0])
        del self.elite[_ELITE:]
        if covered > self.covered:
            self.chosen, self.covered = chosen, covered

    def price(self, steps: int, stop: Ints | None = None) -> DualPrices:
        """Improve the prices.

        Parameters
        ----------
        steps
            Number of subgradient steps.
        stop
            Single cell; once it is not 0, the work ends.

        Returns
        -------
        prices
            The best found.
        """
        known = self.prices if self.prices is not None else self.begin
        return dual_prices(self.core, self.covered, steps, start=known, stop=stop)

    def lower(self, found: DualPrices) -> None:
        """Take over better prices and their bound.

        Parameters
        ----------
        found
            Prices for the core as it is now.
        """
        if self.prices is None or found.bound < self.prices.bound:
            self.prices = found
        # Rows may have been removed: what they can reach is not above what is covered.
        self.bound = min(self.bound, max(found.bound, self.covered))

    def round(self, number: int) -> None:
        """Anneal from the best selection, and improve the bound meanwhile.

        Parameters
        ----------
        number
            Number of the round, which seeds it.
        """
        jobs: list[Callable[[Ints], Any]] = [lambda stop: self.price(_STEPS[1], stop)]
        jobs += [self.annealing(_RUNS * number + at) for at in range(_RUNS)]
        last, *found = together(jobs, self.clock)
        for chosen in found:
            self.better(chosen)
        self.lower(last)

    def annealing(self, seed: int) -> Callable[[Ints], Flags]:
        """Prepare an annealing run from the best selection.

        Parameters
        ----------
        seed
            Seed of its random numbers.

        Returns
        -------
        run
            Takes the cell that stops it, returns the (rows,) selection.
        """
        core, first = self.core, self.chosen
        size = max(1.0, core.reach.nnz / max(1, len(core.options)))
        moves = min(_MOVES, _OPERATIONS / size, _EACH * len(core.options))
        warm = _WARM * max(self.covered, ROUNDING) / max(1, int(first.sum()))
        price = self.prices.money if self.prices is not None else 0.0

        def run(stop: Ints) -> Flags:
            how = AnnealingSchedule(warm, _COLD * warm, price, int(moves), seed, stop)
            return anneal(self.matrix, first, core.p, core.budget, how)

        return run

    def left(self) -> Flags:
        """Find the rows that a better selection may contain.

        Returns
        -------
        rows
            (rows,) True where not proven needless.
        """
        if self.prices is None:
            return np.ones(len(self.core.options), dtype=bool)
        return ~self.prices.needless(self.covered, self.unit)

    def few(self) -> bool:
        """Check whether HiGHS can take what is left.

        Returns
        -------
        few
            True if the rows left have few enough cells.
        """
        return bool(self.core.reach[self.left()].nnz <= _CELLS)

    def shrink(self) -> None:
        """Remove the rows that no better selection contains, where they are many."""
        keep = self.left() | self.liked()
        if self.prices is None or keep.mean() > _KEEP:
            return
        numbers = np.flatnonzero(keep)
        self.rows = self.rows[numbers]
        self.core = taken(self.core, numbers, sp.csr_array(self.core.reach[numbers]))
        core = self.core
        self.matrix = kernels.reach_matrix(core.reach, core.weights, core.fen, core.places)
        self.chosen = self.chosen[numbers]
        self.elite = [(covered, flags[numbers]) for covered, flags in self.elite]
        self.prices = replace(self.prices, worth=self.prices.worth[numbers])

    def liked(self) -> Flags:
        """Find the rows of the best selections.

        Returns
        -------
        rows
            (rows,) True where one of them has the row.
        """
        return np.asarray(np.logical_or.reduce([self.chosen, *(kept for _, kept in self.elite)]))

    def merge(self) -> None:
        """Look for the best selection among the rows of the best ones so far."""
        found, _ = among(self.core, self.liked(), self.chosen, self.clock, nodes=_NODES)
        if found is not None:
            self.better(found)

    def close(self) -> None:
        """Let HiGHS prove or improve the selection on the rows that are left."""
        found, bound = among(self.core, self.left() | self.chosen, self.chosen, self.clock)
        if found is not None:
            self.better(found)
        # A selection with a removed row is not better than the best known.
        self.bound = min(self.bound, max(bound, self.covered))


def best(
    core: ReducedProblem, clock: SolverClock, *, start: DualPrices | None = None
) -> CoreSolution:
    """Find the best selection of rows and its bound, as far as the effort or the time goes.

    Parameters
    ----------
    core
        The reduced problem; least shares and capacities are ignored.
    clock
        Time limit and progress.
    start
        Prices of a similar problem to begin with.

    Returns
    -------
    found
        The selection, its weight and the bound.
    """
    search = CoverSearch(core, clock, start)
    if not search.proven():
        _work(search)
    search.proven()
    chosen = np.zeros(len(core.options), dtype=bool)
    chosen[search.rows[search.chosen]] = True
    prices = search.prices
    if prices is not None:
        # With removed rows the prices prove nothing about other selections.
        worth = np.full(len(chosen), np.nan)
        worth[search.rows] = prices.worth
        prices = replace(prices, worth=worth)
    return CoreSolution(chosen, search.covered, search.bound, prices)


def _work(search: CoverSearch) -> None:
    """Run the rounds until the proof, the limit, or few enough rows for HiGHS."""
    clock = search.clock
    search.lower(together([lambda stop: search.price(_STEPS[0], stop)], clock)[0])
    for number in range(_ROUNDS):
        search.report(0.2 + 0.2 * number)
        if search.proven() or clock.over():
            return
        search.shrink()
        search.round(number)
        if search.proven() or clock.over() or search.few():
            break
        search.merge()
    search.report(0.9)
    if not search.proven() and not clock.over() and search.few():
        search.close()


def among(
    core: ReducedProblem, rows: Flags, chosen: Flags, clock: SolverClock, *,
    nodes: int | None = None,
) -> tuple[Flags | None, float]:  # fmt: skip
    """Find the best selection among some rows with HiGHS.

    Parameters
    ----------
    core
        The reduced problem; least shares and capacities are ignored.
    rows
        (rows,) True where the row may be built.
    chosen
        (rows,) selection to start from.
    clock
        Time limit.
    nodes
        Limit of the search tree; None for no limit.

    Returns
    -------
    found
        (rows,) the selection; None where none was found.
    bound
        Upper bound on the weight that these rows cover.
    """
    numbers = np.flatnonzero(rows)
    reach, weights, groups = merged(sp.csr_array(core.reach[numbers]), core.weights, core.groups)
    none = np.zeros_like(core.least)
    part = replace(taken(core, numbers, reach), weights=weights, groups=groups, least=none)
    start = exact.columns(part, chosen[numbers])
    outcome = highs.maximise(exact.program(part), clock, start=start, nodes=nodes)
    found = np.zeros(len(rows), dtype=bool)
    if outcome.values is not None:
        found[numbers] = outcome.values[: len(numbers)] > 0.5
    # The solver keeps the rows up to its tolerance, the plan exactly.
    kept = outcome.values is not None and exact.affordable(core, found)
    return (found if kept else None), outcome.bound


def taken(core: ReducedProblem, numbers: Ints, reach: sp.csr_array) -> ReducedProblem:
    """Return a core with some of its rows.

    Parameters
    ----------
    core
        The reduced problem.
    numbers
        Indices of the rows.
    reach
        (numbers, columns) their coverage.

    Returns
    -------
    part
        The core of these rows.
    """
    return replace(
        core, options=core.options[numbers], reach=reach, fen=core.fen[numbers],
        places=core.places[numbers], fixed=core.fixed[numbers],
        capacity=None if core.capacity is None else core.capacity[numbers],
    )  # fmt: skip


def together(jobs: Sequence[Callable[[Ints], Any]], clock: SolverClock) -> list[Any]:
    """Run jobs side by side; the results do not depend on how many run at once.

    Parameters
    ----------
    jobs
        Each takes a cell that becomes 1 when the run must end.
    clock
        Time limit.

    Returns
    -------
    results
        In order of the jobs.
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
