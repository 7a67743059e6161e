"""Local search over sites and fibre: exchanges priced with the whole fibre tree of each selection.

A move adds an option and removes those that it makes redundant, or removes one. Each is priced
exactly on the links of :mod:`geo.links.fibre_access` by the minimum spanning tree (Kruskal 1956,
doi:10.1090/S0002-9939-1956-0078686-7), and made if money − price · weight falls and every limit is
respected. The result is a local optimum; :mod:`geo.links.bound` gives the bound.
"""

# ruff: noqa: C901 — compiled loops: a call into another function for each step costs more than
# it explains.

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.links.bound import CoverageGoal
from geo.links.fibre_access import FibreLinks
from geo.siting.clock import SolverClock
from geo.siting.model import SitingModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Options tried between two checks of the clock.
_BATCH = 64
#: Most sweeps over all options at one price.
_SWEEPS = 4
#: Most options that one move takes away.
_MOST = 8
#: A fall of less than this share of the middle cost is rounding.
_EPS = 1e-9


class _Board(NamedTuple):
    """What does not change: edges of the ways by rising money, options, villages.

    Vertex 0 is the existing fibre, place i is vertex i + 1. ``root`` is what joining a place
    alone costs. ``near`` are the options that share a village with an option.
    """

    a: Ints
    b: Ints
    money: Floats
    root: Floats
    own: Floats
    place: Ints
    start: Ints
    village: Ints
    near_start: Ints
    near: Ints
    weight: Floats
    group: Ints
    least: Floats
    fixed: Flags


class _State(NamedTuple):
    """A choice: options, places with one, times that villages are reached, weight per group.

    ``sums`` are the money of the tree, of the options, and the weight covered.
    """

    chosen: Flags
    used: Flags
    times: Ints
    covered: Floats
    sums: Floats
    parent: Ints


@dataclass(frozen=True, slots=True, eq=False)
class SearchProblem:
    """Input of the local search: ``model``, ``ways``, ``place`` and ``goal`` as for the bound.

    ``price`` is the money that a unit of weight is worth; 0 where all of it must be covered.
    """

    model: SitingModel
    ways: FibreLinks
    place: Ints
    goal: CoverageGoal
    price: float


def searched(sought: SearchProblem, start: Flags, clock: SolverClock) -> Flags:
    """Return a selection that meets the goal, as cheap as the local search found from a start.

    Parameters
    ----------
    sought
        Goal and costs; capacities are ignored.
    start
        (options,) True where the search starts with an option; it need not meet the goal.
    clock
        Time limit and cancellation.

    Returns
    -------
    chosen
        (options,) True where an option is chosen.
    """
    goal, price = sought.goal, sought.price
    board = _board(sought.model, sought.ways, sought.place)
    state = _begun(board, start | sought.model.fixed)
    least = goal.least * (1 - 1e-9)
    budget = np.inf if goal.budget is None else goal.budget
    order = np.random.default_rng(1).permutation(len(board.own))
    if price > 0:
        _sweeps(board, state, (price, 0.0, np.inf), order, clock)
    _repair(board, state, least, budget)
    tries = [price] if goal.budget is None else [price, 2 * price, 8 * price]
    for worth in [*tries, 0.0] if goal.budget is None and price > 0 else tries:
        _sweeps(board, state, (worth, least, budget), order, clock)
    return state.chosen


def _board(model: SitingModel, ways: FibreLinks, place: Ints) -> _Board:
    root = np.where(np.isfinite(ways.root), ways.root, 0.0)
    by_air = np.isfinite(ways.air)
    # Fibre for one place never costs more than another kind over the years.
    root = np.where(by_air, np.minimum(ways.air_from, root), root)
    key = np.concatenate([ways.money, root])
    order = np.argsort(key, kind="stable")
    n = len(root)
    a = np.concatenate([ways.ends[:, 0] + 1, np.zeros(n, dtype=np.int64)])[order]
    b = np.concatenate([ways.ends[:, 1] + 1, np.arange(1, n + 1)])[order]
    near = sp.csr_array(model.reach @ model.reach.T)
    near.setdiag(0)
    near.eliminate_zeros()
    near.sort_indices()
    return _Board(
        a, b, key[order], root, model.costs,
        place.astype(np.int64), model.reach.indptr.astype(np.int64),
        model.reach.indices.astype(np.int64), near.indptr.astype(np.int64),
        near.indices.astype(np.int64), model.weights, model.groups.astype(np.int64),
        model.least * (1 - 1e-9), model.fixed,
    )  # fmt: skip


def _begun(board: _Board, chosen: Flags) -> _State:
    state = _State(
        np.zeros(len(board.own), dtype=np.bool_), np.zeros(len(board.root) + 1, dtype=np.bool_),
        np.zeros(len(board.weight), dtype=np.int64), np.zeros(len(board.least)), np.zeros(3),
        np.zeros(len(board.root) + 1, dtype=np.int64),
    )  # fmt: skip
    state.used[0] = True
    for option in np.flatnonzero(chosen).tolist():
        if not state.used[board.place[option] + 1]:
            _put(board, state, option)
    state.sums[0] = _tree(board, state)
    return state


def _sweeps(
    board: _Board,
    state: _State,
    limits: tuple[float, float, float],
    order: Ints,
    clock: SolverClock,
) -> None:
    """Try each option in turn until a whole round finds no move, or the time ends."""
    price, least, budget = limits
    for _ in range(_SWEEPS):
        moves = 0
        for at in range(0, len(order), _BATCH):
            if clock.over():
                return
            moves += _tried(board, state, order[at : at + _BATCH], price, least, budget)
        if not moves:
            return


def _repair(board: _Board, state: _State, least: float, budget: float) -> None:
    """Add options until the weights are met; remove until the budget is respected."""
    while _added(board, state, least):
        pass
    while state.sums[:2].sum() > budget and _taken(board, state):
        pass


@compiled
def _top(parent: Ints, v: int) -> int:
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v


@compiled
def _tree(board: _Board, state: _State) -> float:
    """Return the money of the least spanning tree of the places in use and the fibre."""
    parent, used = state.parent, state.used
    missing = -1
    for v in range(len(parent)):
        parent[v] = v
        missing += used[v]
    money = 0.0
    for e in range(len(board.a)):
        if missing == 0:
            break
        if used[board.a[e]] and used[board.b[e]]:
            u, v = _top(parent, board.a[e]), _top(parent, board.b[e])
            if u != v:
                parent[u] = v
                money += board.money[e]
                missing -= 1
    return money


@compiled
def _put(board: _Board, state: _State, option: int) -> None:
    state.chosen[option] = True
    state.used[board.place[option] + 1] = True
    state.sums[1] += board.own[option]
    for q in range(board.start[option], board.start[option + 1]):
        village = board.village[q]
        if state.times[village] == 0:
            state.covered[board.group[village]] += board.weight[village]
            state.sums[2] += board.weight[village]
        state.times[village] += 1


@compiled
def _take(board: _Board, state: _State, option: int) -> None:
    state.chosen[option] = False
    state.used[board.place[option] + 1] = False
    state.sums[1] -= board.own[option]
    for q in range(board.start[option], board.start[option + 1]):
        village = board.village[q]
        state.times[village] -= 1
        if state.times[village] == 0:
            state.covered[board.group[village]] -= board.weight[village]
            state.sums[2] -= board.weight[village]


@compiled
def _loss(board: _Board, state: _State, option: int, times: int) -> float:
    """Return the weight of the option's villages that are reached so many times."""
    loss = 0.0
    for q in range(board.start[option], board.start[option + 1]):
        if state.times[board.village[q]] == times:
            loss += board.weight[board.village[q]]
    return loss


@compiled
def _met(board: _Board, state: _State, least: float) -> bool:
    if state.sums[2] < least:
        return False
    for group in range(len(board.least)):  # noqa: SIM110  compiled: no generators
        if state.covered[group] < board.least[group]:
            return False
    return True


@compiled
def _value(state: _State, price: float) -> float:
    return float(state.sums[0] + state.sums[1] - price * state.sums[2])


@compiled
def _worst(
    board: _Board, state: _State, option: int, price: float, least: float
) -> tuple[int, float]:
    """Return the option near another one that is best taken away, −1 for none, and the tree then.

    Of those on the same place none may stay.
    """
    best, tree, value = -1, 0.0, np.inf
    now = state.sums[0]
    for q in range(board.near_start[option], board.near_start[option + 1]):
        other = board.near[q]
        if not state.chosen[other] or other == option or board.fixed[other]:
            continue
        # Taking a place away saves no more than joining it alone costs.
        rise = price * _loss(board, state, other, 1) - board.own[other]
        if rise - board.root[board.place[other]] >= min(value, 0.0) and np.isfinite(value):
            continue
        _take(board, state, other)
        if _met(board, state, least):
            money = _tree(board, state)
            change = money - now + rise
            if change < value:
                best, tree, value = other, money, change
        _put(board, state, other)
    return best, tree


@compiled
def _hopeless(board: _Board, state: _State, option: int, price: float) -> bool:
    """Tell whether nothing that an option can replace would pay for it."""
    hope = price * _loss(board, state, option, 0) - board.own[option]
    for q in range(board.near_start[option], board.near_start[option + 1]):
        other = board.near[q]
        if state.chosen[other] and not board.fixed[other]:
            hope += board.own[other] + board.root[board.place[other]]
    return bool(hope <= 0)


@compiled
def _tried(
    board: _Board, state: _State, options: Ints, price: float, least: float, budget: float
) -> int:
    """Try to exchange each option; return how many moves were made."""
    moves = 0
    removed = np.zeros(_MOST, dtype=np.int64)
    for option in options:
        before, tree = _value(state, price), state.sums[0]
        margin = _EPS * (1.0 + abs(before))
        if state.chosen[option]:
            if board.fixed[option]:
                continue
            rise = price * _loss(board, state, option, 1) - board.own[option]
            if rise - board.root[board.place[option]] >= 0:
                continue
            _take(board, state, option)
            if _met(board, state, least):
                state.sums[0] = _tree(board, state)
                if _value(state, price) < before - margin:
                    moves += 1
                    continue
            state.sums[0] = tree
            _put(board, state, option)
            continue
        if state.used[board.place[option] + 1] or _hopeless(board, state, option, price):
            continue
        _put(board, state, option)
        state.sums[0] = _tree(board, state)
        count = 0
        while count < _MOST:
            other, money = _worst(board, state, option, price, least)
            if other < 0:
                break
            value = _value(state, price)
            over = state.sums[0] + state.sums[1] > budget
            old = state.sums[0]
            _take(board, state, other)
            state.sums[0] = money
            if not over and _value(state, price) >= value - margin:
                _put(board, state, other)
                state.sums[0] = old
                break
            removed[count] = other
            count += 1
        fits = state.sums[0] + state.sums[1] <= budget and _met(board, state, least)
        if fits and _value(state, price) < before - margin:
            moves += 1
            continue
        for q in range(count):
            _put(board, state, removed[q])
        _take(board, state, option)
        state.sums[0] = tree
    return moves


@compiled
def _added(board: _Board, state: _State, least: float) -> bool:
    """Build the option that reaches most of what is missing for its money; False if none is."""
    if _met(board, state, least):
        return False
    total = state.sums[2] < least
    way = board.root.copy()
    for e in range(len(board.a)):
        u, v = board.a[e], board.b[e]
        if u > 0 and state.used[u]:
            way[v - 1] = min(way[v - 1], board.money[e])
        if u > 0 and state.used[v]:
            way[u - 1] = min(way[u - 1], board.money[e])
    best, ratio = -1, 0.0
    for option in range(len(board.own)):
        if state.used[board.place[option] + 1]:
            continue
        gain = 0.0
        for q in range(board.start[option], board.start[option + 1]):
            village = board.village[q]
            group = board.group[village]
            if state.times[village] == 0 and (total or state.covered[group] < board.least[group]):
                gain += board.weight[village]
        each = gain / max(board.own[option] + way[board.place[option]], 1e-9)
        if each > ratio:
            best, ratio = option, each
    if best < 0:
        return False
    _put(board, state, best)
    state.sums[0] = _tree(board, state)
    return True


@compiled
def _taken(board: _Board, state: _State) -> bool:
    """Take away the option that loses least weight for its money; False if none may go."""
    best, ratio = -1, np.inf
    for option in range(len(board.own)):
        if not state.chosen[option] or board.fixed[option]:
            continue
        each = _loss(board, state, option, 1) / max(board.own[option], 1e-9)
        if each < ratio:
            _take(board, state, option)
            if _met(board, state, 0.0):
                best, ratio = option, each
            _put(board, state, option)
    if best < 0:
        return False
    _take(board, state, best)
    state.sums[0] = _tree(board, state)
    return True
