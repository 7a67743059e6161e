"""The bound below the linear relaxation: waste in windows, against every choice of sites."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, combinations

import numpy as np
import pytest
import scipy.sparse as sp

from geo.siting import Problem, kernels, leaf, solve, tiling, windows
from geo.siting.basis import OVER
from geo.siting.lagrangian import Prices, priced, prices
from geo.siting.leaf import Window
from geo.siting.saddle import settled
from geo.siting.tiling import Tree
from tests.geo.siting.test_runs import city

RUNNING, STOPPED = np.zeros(1, np.int64), np.ones(1, np.int64)
EFFORT = 1e9


def window(seed: int) -> Window:
    """Return a small random window."""
    chance = np.random.default_rng(seed)
    reach = sp.csr_array((chance.random((8, 11)) < 0.3).astype(float))
    back = sp.csc_array(reach)
    cost = chance.integers(0, 9, (2, 11)).astype(float)
    return Window(
        reach.indptr.astype(np.int32),
        reach.indices.astype(np.uint32),
        back.indptr.astype(np.int32),
        back.indices.astype(np.uint32),
        cost,
        chance.integers(0, 4, 8).astype(float),
        reach @ cost[OVER],
        chance.random(11),
    )


def reaches(w: Window) -> np.ndarray:
    rows = range(len(w.due))
    return np.array([np.isin(np.arange(11), w.idx[w.ptr[i] : w.ptr[i + 1]]) for i in rows])


def wasted(reach: np.ndarray, due: np.ndarray, cost: np.ndarray, choice: tuple[int, ...]) -> float:
    times = reach[list(choice)].sum(axis=0)
    over, lack = cost
    left = over * np.maximum(times - 1, 0) + lack * (times == 0)
    return float(left.sum() + due[list(choice)].sum())


def choices(rows: Iterable[int]) -> list[tuple[int, ...]]:
    rows = list(rows)
    return list(chain.from_iterable(combinations(rows, size) for size in range(len(rows) + 1)))


def least(w: Window) -> float:
    reach = reaches(w)
    return min(wasted(reach, w.due, w.cost, choice) for choice in choices(range(8)))


@pytest.fixture(params=[(50,), (2, 4), (1, 2, 3)])
def around(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the relaxation look at all villages at once, or at few of them."""
    monkeypatch.setattr(tiling, "_AROUND", request.param)


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize("seed", range(12))
def test_no_choice_wastes_less_than_the_tree_says(seed: int) -> None:
    w = window(seed)
    tree = Tree(w, 1e9)
    tree.grow(EFFORT, RUNNING)
    assert tree.done
    assert tree.least == pytest.approx(least(w))
    # Up to a limit below, the limit itself is proven.
    if least(w) > 0:
        below = Tree(w, 0.5 * least(w))
        below.grow(EFFORT, RUNNING)
        assert (below.done, below.least) == (True, 0.5 * least(w))


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize("seed", range(6))
def test_what_a_tree_says_is_true_at_any_time(seed: int) -> None:
    w = window(seed)
    tree, said = Tree(w, 1e9), [0.0]
    while not tree.done:
        tree.grow(1e-9, RUNNING)
        said.append(tree.least)
    assert said == sorted(said)
    assert said[-1] == pytest.approx(least(w))
    assert len(said) > 3


def test_choices_with_the_rows_before_are_in_leaves_of_their_own() -> None:
    w = window(3)
    tree, state = Tree(w, 1e9), leaf.whole(w)
    rows = leaf.ways(w, state, int(np.argmax(state.ways)))
    start = tiling._Node(0.0, state, np.arange(11))
    tree._heap.clear()
    tree._enter(tiling._Way(start, int(np.argmax(state.ways)), rows, 2))
    assert not tree._heap[0][2].state.fits[rows[:3]].any()
    assert state.fits.all()


def test_a_tree_without_effort_or_stopped_proves_nothing() -> None:
    w = window(1)
    for work, stop in ((0.0, RUNNING), (EFFORT, STOPPED)):
        tree = Tree(w, 1e9)
        tree.grow(work, stop)
        assert (tree.least, tree.work, tree.done) == (0.0, 0.0, False)


@pytest.mark.parametrize("seed", range(8))
def test_decisions_and_prices_change_what_is_left_but_not_the_sum(seed: int) -> None:
    w, chance = window(seed), np.random.default_rng(seed)
    reach, state = reaches(w), leaf.whole(w)
    first, second = chance.choice(8, 2, replace=False)
    waste = float(state.due[first])
    leaf.choose(w, state, first)
    waste += float(state.due[second])
    leaf.choose(w, state, second)
    assert not state.fits[[first, second]].any()
    villages = np.flatnonzero(state.open)
    more = chance.uniform(-state.cost[OVER, villages], 1e-3)
    waste += leaf.reprice(w, state, villages, more)
    assert (state.ways == reach[state.fits].sum(axis=0)).all()
    for choice in choices(np.flatnonzero(state.fits)):
        left = wasted(reach[:, villages], state.due, state.cost[:, villages], choice)
        whole = wasted(reach, w.due, w.cost, (first, second, *choice))
        # Prices that cost a row more than it has are told as less.
        assert waste + left <= whole + 1e-9
        if (state.due[list(choice)] > 0).all():
            assert waste + left >= whole - len(villages) * 8e-3


def test_a_price_that_a_row_cannot_pay_proves_that_much_less() -> None:
    w = window(0)
    state = leaf.whole(w)
    village = int(np.argmax(state.ways))
    rows = leaf.ways(w, state, village)
    state.due[rows] = np.arange(1.0, 1.0 + len(rows))
    assert leaf.reprice(w, state, np.array([village]), np.array([1.25])) == pytest.approx(1.0)
    assert state.due[rows].tolist() == [0.0, *np.arange(0.75, len(rows) - 1.0)]


def test_a_village_given_up_takes_its_rows_along() -> None:
    w = window(3)
    state = leaf.whole(w)
    village = int(np.argmax(state.ways))
    rows = leaf.ways(w, state, village)
    assert (np.diff(state.due[rows]) >= 0).all()
    assert set(rows.tolist()) == set(np.flatnonzero(reaches(w)[:, village]).tolist())
    leaf.give_up(w, state, village)
    assert not state.fits[rows].any()
    assert not state.open[village]
    assert leaf.branching(w, state) != village


def test_the_nearest_villages_share_the_most_rows() -> None:
    line = np.abs(np.subtract.outer(np.arange(40), np.arange(40))) <= 4
    known = bounded(Problem(coverage=line.astype(float), weights=np.ones(40), p=4), steps=200)[2]
    ground = windows._ground(
        sp.csr_array(line.astype(float)), np.ones(40), np.ones(40), known.worth
    )
    w = ground.window(np.arange(10, 35))
    row = int(np.flatnonzero(np.diff(w.ptr) == 9)[5])
    mine = set(w.idx[w.ptr[row] : w.ptr[row + 1]].tolist())
    assert set(leaf.nearest(w, row)[:9].tolist()) == mine
    assert len(leaf.nearest(w, row)) == 25
    # Well inside all of what reaches a village lies inside.
    assert w.central[12] == pytest.approx(1.0)
    assert w.central[0] < 0.8


def dense(nodes: int, seed: int = 7) -> Problem:
    """Return a city where the sites are just enough to reach nearly all, and overlap."""
    asked = city(nodes, seed=seed, near=16)
    ones = sp.csr_array((asked.coverage != 0).astype(float))
    return Problem(coverage=ones, weights=asked.weights, p=nodes // 18)


def bounded(problem: Problem, *, steps: int) -> tuple[kernels.Matrix, Prices, Prices]:
    """Return the prices of a problem after few subgradient steps, and then near their end."""
    reach, weights = sp.csr_array(problem.coverage), np.asarray(problem.weights, dtype=float)
    rows = reach.shape[0]
    costs = np.zeros(rows) if problem.costs is None else np.asarray(problem.costs, dtype=float)
    m = kernels.matrix(reach, weights, costs, np.arange(rows))
    limits = (rows if problem.p is None else problem.p, problem.budget or np.inf)
    first = prices(m, limits, 0.0, 20)
    return m, first, settled(m, limits, first, steps, RUNNING)


def alone(jobs: windows.Jobs) -> list:
    return [job(RUNNING) for job in jobs]


def test_the_bound_with_windows_lies_between_the_optimum_and_the_relaxation() -> None:
    wastes = []
    for seed in range(6):
        asked = dense(150, seed)
        best = solve(asked)
        assert best.gap == 0
        m, _, last = bounded(asked, steps=1000)
        wastes.append(windows.waste(asked.coverage, m.weights, last, 0.0, alone))
        assert best.covered - 1e-6 <= last.bound - wastes[-1] <= last.bound
    # In some of them the relaxation is the answer; in the others windows come nearer.
    assert sum(waste > 1 for waste in wastes) >= 2


def test_windows_together_may_waste_the_whole_gap() -> None:
    asked = dense(150, 3)
    best = solve(asked)
    m, _, last = bounded(asked, steps=1000)
    found = windows.waste(asked.coverage, m.weights, last, best.covered, alone)
    # More sites than p may be built in the windows: a little of the gap is left.
    assert 0.99 < found / (last.bound - best.covered) <= 1.0


def test_no_more_waste_is_looked_for_than_the_gap() -> None:
    asked = dense(150, 3)
    m, _, last = bounded(asked, steps=1000)
    whole = windows.waste(asked.coverage, m.weights, last, 0.0, alone)
    few = windows.waste(asked.coverage, m.weights, last, last.bound - 0.1 * whole, alone)
    assert 0.0 < few <= 0.1 * whole
    assert windows.waste(asked.coverage, m.weights, last, last.bound, alone) == 0.0


def noted_trees(monkeypatch: pytest.MonkeyPatch) -> list[Tree]:
    """Return the list that each new tree of a window comes to."""
    trees: list[Tree] = []

    class Noted(Tree):
        def __init__(self, window: Window, limit: float) -> None:
            super().__init__(window, limit)
            trees.append(self)

    monkeypatch.setattr(windows, "Tree", Noted)
    return trees


def test_windows_keep_within_their_work(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = dense(600, 1)
    m, _, last = bounded(asked, steps=1000)
    trees, found = noted_trees(monkeypatch), []
    for work in (3e4, 1e5, 1e6):
        monkeypatch.setattr(windows, "_WORK", work)
        trees.clear()
        found.append(windows.waste(asked.coverage, m.weights, last, 0.0, alone))
        # A piece of a tree's work ends with the relaxation that goes past it.
        assert 0.9 * work <= sum(tree.work for tree in trees) <= 1.5 * work
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_pairs_are_searched_once_all_windows_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = dense(300, 1)
    m, _, last = bounded(asked, steps=1000)
    monkeypatch.setattr(windows, "_SITES", 2.0)
    trees, known = noted_trees(monkeypatch), []

    def noted(jobs: windows.Jobs) -> list:
        known.append(len(trees))
        return alone(jobs)

    found = windows.waste(asked.coverage, m.weights, last, 0.0, noted)
    alone_least = sum(tree.least for tree in trees[: known[0]])
    assert 0.0 < alone_least * last.threshold / windows._UNITS < found
    # The last of the pairs is the whole city.
    assert len(trees[-1].window.central) == 300


def test_no_round_follows_one_that_was_stopped() -> None:
    asked = dense(150, 3)
    m, _, last = bounded(asked, steps=1000)
    rounds = []

    def stopped(jobs: windows.Jobs) -> list:
        rounds.append(len(jobs))
        assert len(rounds) == 1
        return [job(STOPPED) for job in jobs]

    assert windows.waste(asked.coverage, m.weights, last, 0.0, stopped) == 0.0


def test_windows_prove_the_same_in_whatever_order_they_are_searched() -> None:
    asked = dense(300, 2)
    m, _, last = bounded(asked, steps=1000)

    def backwards(jobs: windows.Jobs) -> list:
        return alone(jobs[::-1])[::-1]

    one, two = (
        windows.waste(asked.coverage, m.weights, last, 0.0, how) for how in (alone, backwards)
    )
    assert one == two > 0.0


def test_villages_are_parted_once_each_into_like_windows() -> None:
    asked = city(400)
    lam = np.ones(400)
    parts = windows.parted(asked.coverage, lam, 7)
    assert len(parts) == 7
    assert sorted(np.concatenate(parts).tolist()) == list(range(400))
    assert max(map(len, parts)) - min(map(len, parts)) <= 4


@pytest.mark.parametrize("money", [False, True])
def test_the_saddle_is_the_bound_of_the_linear_relaxation(money: bool) -> None:
    from scipy.optimize import linprog

    asked = dense(200)
    costs = np.random.default_rng(2).integers(1, 9, 200).astype(float)
    if money:
        asked = Problem(coverage=asked.coverage, weights=asked.weights, costs=costs, budget=20.0)
    m, first, last = bounded(asked, steps=3000)
    reach = sp.csr_array(asked.coverage)
    cover = sp.hstack([-reach.T, sp.eye_array(200)])
    limit = costs if money else np.ones(200)
    rows = sp.vstack([cover, sp.csr_array(np.concatenate([limit, np.zeros(200)])[None, :])])
    most = np.append(np.zeros(200), 20.0 if money else asked.p)
    gain = np.concatenate([np.zeros(200), m.weights])
    exact = -linprog(-gain, A_ub=rows, b_ub=most, bounds=(0, 1)).fun
    assert exact - 1e-6 <= last.bound <= exact * 1.001
    assert last.bound <= first.bound
    again = priced(m, (200 if money else asked.p, asked.budget or np.inf), last.village, 0.0)
    assert again.bound == pytest.approx(last.bound)
