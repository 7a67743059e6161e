"""Lower bound on the joint cost of sites and their fibre, over all selections.

In a tree each site pays for one way: to a node, or to a site that is chosen as well. So the least
cost of sites x and ways a (from i to j, saving s against the way of j to its node) is at least

    min Σ (own_j + root_j) x_j − Σ s_ij a_ij
    Σ_i a_ij ≤ x_j        one way for each site
    a_ij + a_ji ≤ x_i, x_j       only between chosen sites, and not both ways
    Σ a within W ≤ Σ x in W − x_k       no circle within a set W of sites without the fibre, k in W
    Σ x that reach v ≥ y_v

Solved as a linear program, with sets W added while they are violated, then with whole x for the
time that is left: every step is a bound. Only the nearest places of each are named as ways; the
next one bounds the others. Capacities are left out, which only weakens the bound.

References
----------
Generalised subtour constraints: Lucena and Resende (2004), Discrete Applied Mathematics
141:277–294, doi:10.1016/S0166-218X(03)00382-0. Covering with connection costs: Gollowitzer and
Ljubić (2011), Computers & Operations Research 38:505–522, doi:10.1016/j.cor.2010.07.002.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from geo.links.fibre_access import FibreLinks
from geo.siting import highs
from geo.siting.clock import SolverClock
from geo.siting.model import SitingModel
from geo.siting.problem import SolverRun

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Places that a way is named to, per place.
_NEAREST = 12
#: Rounds of adding sets, and shares of a site at which ways are followed to find them.
_ROUNDS, _SHARES = 20, (0.01, 0.2, 0.35, 0.45, 0.55, 0.7, 0.9)
#: Most prices of weight that are tried, and how close to each other they end (share).
_PRICES, _CLOSE = 24, 2e-4
#: Violation that is worth a row.
_VIOLATED = 1e-3
#: Share taken off a bound for the solver's rounding.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class CoverageGoal:
    """Cover ``least`` weight at least cost, or, with a budget, most weight for it."""

    least: float = 0.0
    budget: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class JointBound:
    """Bound of the relaxation, and its proposals.

    Attributes
    ----------
    bound
        Least cost, or greatest weight; trivial (0, infinite) where the time was too short.
    price
        What one more unit of weight costs [money]; 0 where all of it is wanted.
    parts
        (options,) share of each option in the linear program.
    starts
        Choices worth a search.
    """

    bound: float
    price: float
    parts: Floats
    starts: tuple[Flags, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """Columns: options, arcs, villages; money in units of ``unit``."""

    model: SitingModel
    goal: CoverageGoal
    cost: Floats
    tail: Ints
    head: Ints
    save: Floats
    villages: Ints
    place: Ints
    unit: float

    @property
    def widths(self) -> tuple[int, int, int]:
        return len(self.cost), len(self.save), len(self.villages)

    @property
    def money(self) -> Floats:
        """Money per column."""
        return np.concatenate([self.cost, -self.save, np.zeros(len(self.villages))])

    @property
    def weight(self) -> Floats:
        """Weight per column."""
        n, arcs, _ = self.widths
        return np.concatenate([np.zeros(n + arcs), self.model.weights[self.villages]])

    @property
    def wanted(self) -> float:
        """Weight that can be reached at all."""
        return float(self.model.weights[self.villages].sum())

    @property
    def everything(self) -> bool:
        """True if all of that is to be covered."""
        return self.goal.budget is None and self.goal.least >= self.wanted * (1 - 1e-9)

    @property
    def first_price(self) -> float:
        """Where to begin to look for the price of weight; 0 where all of it is wanted."""
        if self.everything:
            return 0.0
        dear = self.goal.budget if self.goal.budget is not None else self.cost.sum() * self.unit
        return max(2.0 * dear / self.unit / max(self.wanted, 1.0), 1e-9)

    @property
    def nothing(self) -> float:
        """The trivial bound."""
        return 0.0 if self.goal.budget is None else np.inf

    def better(self, one: float, other: float) -> float:
        """Return the stronger of two bounds."""
        return max(one, other) if self.goal.budget is None else min(one, other)

    def enough(self, values: Floats | None) -> bool:
        """Return True if the values meet the goal at their price, or spend beyond it."""
        if values is None:
            return False
        if self.goal.budget is not None:
            return float(self.money @ values) * self.unit >= self.goal.budget
        return float(self.weight @ values) >= self.goal.least

    def bound_of(self, gain: float, price: float) -> float:
        """Return the bound that follows from the greatest of price · weight − money.

        Weight of at least T costs no less than price · T − gain, and money of at most B covers no
        more than (B + gain) / price.
        """
        if self.goal.budget is None:
            target = 0.0 if self.everything else self.goal.least
            return (price * target - gain) * self.unit * (1 - _ROUNDING)
        if price <= 0:
            return self.nothing
        return (self.goal.budget / self.unit + gain) / price * (1 + _ROUNDING)


def relaxed(
    model: SitingModel, ways: FibreLinks, place: Ints, goal: CoverageGoal, run: SolverRun
) -> JointBound:
    """Return a bound on the goal with sites and links together.

    Parameters
    ----------
    model
        The siting problem; its costs are those of sites with what any link takes at the site.
        Fixed options, places and least weights of groups are respected.
    ways
        Fibre links between the places.
    place
        (options,) place of each option in ``ways``.
    goal
        What is to be reached.
    run
        Time limit and cancellation.

    Returns
    -------
    bound
        Bound, price of weight, and starting choices for the search.
    """
    clock = SolverClock(run)
    case = _case(model, ways, place, goal)
    program = _program(case)
    solver = highs.prepared(program, clock)
    state = _priced(case, solver, case.first_price, clock)
    cuts = _with_sets(case, solver, state, clock)
    if cuts and state.price:
        # A unit of weight costs more now that circles are excluded.
        later = _priced(case, solver, state.price, clock)
        state = later if later.values is not None else state
    bound, starts = state.bound, []
    parts = model.fixed.astype(float)
    if state.values is not None:
        parts = np.clip(state.values[: len(case.cost)], 0.0, 1.0)
        starts.append(parts > 0.5)
        if not clock.over():
            better, whole = _whole(case, program, cuts, state.price, clock)
            bound = case.better(bound, better)
            starts += [] if whole is None else [whole]
    if goal.budget is not None:
        bound = min(bound, float(model.weights[case.villages].sum()))
    return JointBound(max(bound, 0.0), state.price * case.unit, parts, tuple(starts))


def _case(model: SitingModel, ways: FibreLinks, place: Ints, goal: CoverageGoal) -> _Case:
    """Name the ways between near places, and what a site pays without them."""
    n = len(ways.root)
    root = np.where(np.isfinite(ways.root), ways.root, 0.0)
    tail, head = np.concatenate([ways.ends, ways.ends[:, ::-1]]).T
    money = np.tile(ways.money, 2)
    nearer = money < ways.root[head]
    tail, head, money = tail[nearer], head[nearer], money[nearer]
    order = np.lexsort((money, head))
    tail, head, money = tail[order], head[order], money[order]
    rank = np.arange(len(head)) - np.searchsorted(head, head)
    beyond = np.full(n, np.inf)
    beyond[head[rank == _NEAREST]] = money[rank == _NEAREST]
    base = np.minimum(np.minimum(root, beyond), ways.air)
    save = base[head] - money
    named = (rank < _NEAREST) & (save > 0)
    cost = model.costs + base[place]
    unit = float(np.median(cost[cost > 0])) if (cost > 0).any() else 1.0
    reached = np.zeros(len(model.weights), dtype=bool)
    reached[model.reach.indices] = True
    return _Case(
        model, goal, cost / unit, tail[named], head[named], save[named] / unit,
        np.flatnonzero(reached & (model.weights > 0)), place, unit,
    )  # fmt: skip


def _rows(case: _Case) -> tuple[sp.csr_array, Floats, Floats]:
    """Return the rows that always hold, with their bounds."""
    n, arcs, villages = case.widths
    spots, at = int(case.place.max()) + 1, np.arange(arcs)
    here = sp.csr_array((np.ones(n), (case.place, np.arange(n))), shape=(spots, n))
    into = sp.csr_array((np.ones(arcs), (case.head, at)), shape=(spots, arcs))
    pair, of = np.unique(
        np.minimum(case.tail, case.head) * spots + np.maximum(case.tail, case.head),
        return_inverse=True,
    )
    both = sp.csr_array((np.ones(arcs), (of.ravel(), at)), shape=(len(pair), arcs))
    reach = sp.csr_array(case.model.reach.T)[case.villages]
    twice = here[np.diff(here.indptr) > 1]
    ends = (pair // spots, pair % spots)
    parts: list[tuple[list[Any], float, float]] = [
        ([-here, into, None], -np.inf, 0.0),
        *[([-here[end], both, None], -np.inf, 0.0) for end in ends],
        ([reach, None, -sp.eye_array(villages)], 0.0, np.inf),
        ([twice, None, None], -np.inf, 1.0),
    ]
    asked = np.flatnonzero(case.model.least > 0)
    weight = case.model.weights[case.villages]
    group = case.model.groups[case.villages]
    sums = sp.csr_array((weight, (group, np.arange(villages))),
                        shape=(len(case.model.least), villages))  # fmt: skip
    blocks, low, high = [], [], []
    for row, least, most in parts:
        count = next(block.shape[0] for block in row if block is not None)
        blocks.append(_joined(row, case.widths))
        low.append(np.full(count, least))
        high.append(np.full(count, most))
    blocks.append(_joined([None, None, sums[asked]], case.widths))
    low.append(case.model.least[asked] * (1 - 1e-9))
    high.append(np.full(len(asked), np.inf))
    return sp.csr_array(sp.vstack(blocks)), np.concatenate(low), np.concatenate(high)


def _joined(row: list[Any], widths: tuple[int, int, int]) -> sp.csr_array:
    count = next(block.shape[0] for block in row if block is not None)
    return sp.csr_array(
        sp.hstack([sp.csr_array((count, width)) if block is None else block
                   for block, width in zip(row, widths, strict=True)])
    )  # fmt: skip


def _program(case: _Case) -> highs.IntegerProgram:
    matrix, low, high = _rows(case)
    columns = matrix.shape[1]
    least = np.zeros(columns)
    least[: len(case.cost)] = case.model.fixed
    if case.everything:
        least[columns - len(case.villages) :] = 1.0
    return highs.IntegerProgram(
        -case.money, sp.csc_array(matrix), low, high, least, np.ones(columns),
        np.zeros(columns, dtype=bool),
    )  # fmt: skip


@dataclass(slots=True)
class _State:
    """Price of weight, the program's best values at it, and the best bound at any price."""

    price: float
    bound: float
    values: Floats | None = None


def _priced(case: _Case, solver: Any, price: float, clock: SolverClock) -> _State:
    """Return the price of weight at which the goal is met, found by doubling and halving."""
    state = _State(price, case.nothing)
    low, high = (0.0, np.inf) if price else (price, price)
    for _ in range(_PRICES):
        if not _solve(case, solver, state, clock) or high <= low * (1 + _CLOSE):
            break
        if case.enough(state.values):
            high = state.price
            state.price = high / 1.1 if not low else (low + high) / 2
        else:
            low = state.price
            state.price = low * 1.1 if np.isinf(high) else (low + high) / 2
    return state


def _solve(case: _Case, solver: Any, state: _State, clock: SolverClock) -> bool:
    """Solve at the state's price; False if the time ends before."""
    gain = case.weight * state.price - case.money
    solver.changeColsCost(len(gain), np.arange(len(gain), dtype=np.int32), gain)
    solver.setOptionValue("time_limit", solver.getRunTime() + clock.left_s)
    solver.run()
    if clock.over() or not highs.solved(solver):
        return False
    state.values = np.asarray(solver.getSolution().col_value, dtype=float)
    value = float(solver.getInfo().objective_function_value)
    state.bound = case.better(state.bound, case.bound_of(value, state.price))
    return True


def _with_sets(case: _Case, solver: Any, state: _State, clock: SolverClock) -> list[sp.coo_array]:
    """Add the sets that are violated, solve again, until none is; return them."""
    known: dict[tuple[int, ...], sp.coo_array] = {}
    for _ in range(_ROUNDS):
        if state.values is None:
            break
        fresh = {key: row for key, row in _violated(case, state.values).items()
                 if key not in known}  # fmt: skip
        if not fresh:
            break
        for row in fresh.values():
            solver.addRow(-np.inf, 0.0, row.nnz, row.col.astype(np.int32), row.data)
        known |= fresh
        if not _solve(case, solver, state, clock):
            break
    return list(known.values())


def _violated(case: _Case, values: Floats) -> dict[tuple[int, ...], sp.coo_array]:
    """Return sets of places whose ways make more than a tree, as rows of the program."""
    n, arcs, _ = case.widths
    spots = int(case.place.max()) + 1
    part = np.bincount(case.place, values[:n], spots)
    used = values[n : n + arcs]
    found: dict[tuple[int, ...], sp.coo_array] = {}
    for share in _SHARES:
        near = (used > share * np.minimum(part[case.tail], part[case.head])) & (used > 1e-6)
        ends = case.tail[near], case.head[near]
        graph = sp.csr_array((np.ones(int(near.sum())), ends), shape=(spots, spots))
        count, group = connected_components(graph, directed=False)
        inner = group[case.tail] == group[case.head]
        most = np.zeros(count)
        np.maximum.at(most, group, part)
        excess = np.bincount(group[case.tail[inner]], used[inner], count).astype(float)
        excess -= np.bincount(group, part, count) - most
        for number in np.flatnonzero(excess > _VIOLATED).tolist():
            inside = np.flatnonzero(group == number)
            key = tuple(inside.tolist())
            if len(key) < 3 or key in found:
                continue
            row = np.zeros(len(values))
            top = inside[np.argmax(part[inside])]
            row[:n] = np.where((group[case.place] == number) & (case.place != top), -1.0, 0.0)
            row[n : n + arcs] = inner & (group[case.head] == number)
            found[key] = sp.coo_array(row[None, :])
    return found


def _whole(
    case: _Case,
    program: highs.IntegerProgram,
    cuts: list[sp.coo_array],
    price: float,
    clock: SolverClock,
) -> tuple[float, Flags | None]:
    """Return the bound with whole sites, weight at its price, and the best choice found."""
    n, matrix = len(case.cost), program.matrix
    if cuts:
        matrix = sp.csc_array(sp.vstack([matrix, *cuts]))
    whole = np.zeros(matrix.shape[1], dtype=bool)
    whole[:n] = True
    asked = replace(
        program, gain=case.weight * price - case.money, matrix=matrix, whole=whole,
        low=np.append(program.low, np.full(len(cuts), -np.inf)),
        high=np.append(program.high, np.zeros(len(cuts))),
    )  # fmt: skip
    outcome = highs.maximise(asked, clock)
    choice = None if outcome.values is None else outcome.values[:n] > 0.5
    if not np.isfinite(outcome.bound):
        return case.nothing, choice
    return case.bound_of(outcome.bound, price), choice
