"""The relaxation of a small cover against another solver, and its steps against their aims."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings, strategies as st
from scipy.optimize import linprog

from geo.siting import basis, kernels, simplex
from geo.siting.basis import LACK, OVER, Program


def program(reach: np.ndarray, due: np.ndarray, cost: np.ndarray) -> Program:
    return Program(*kernels.both_ways(sp.csr_array(reach.astype(float))), due, cost)


def streets(seed: int, villages: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows that reach what is near them, some of them for nothing, and what waste costs."""
    chance = np.random.default_rng(seed)
    ways = chance.random((villages, 2))
    sites = chance.random((2 * villages, 2))
    away = np.hypot(*(sites[:, None] - ways[None]).transpose(2, 0, 1))
    reach = away < np.sqrt(12.0 / villages / np.pi)
    due = np.maximum(chance.normal(3.0, 10.0, len(sites)), 0.0)
    return reach, due, chance.exponential(9.0, (2, villages)) * (chance.random(villages) < 0.9)


def proven(reach: np.ndarray, due: np.ndarray, prices: np.ndarray) -> float:
    """Return what prices prove, less what rows lack."""
    return float(prices.sum() + np.minimum(due - reach @ prices, 0.0).sum())


def exact(reach: np.ndarray, due: np.ndarray, cost: np.ndarray) -> float:
    eye = sp.eye_array(reach.shape[1])
    matrix = sp.hstack([sp.csr_array(reach.T.astype(float)), -eye, eye])
    return float(
        linprog(np.concatenate([due, cost.ravel()]), A_eq=matrix, b_eq=np.ones(reach.shape[1])).fun
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("villages", [40, 200])
def test_prices_prove_as_much_as_another_solver(seed: int, villages: int) -> None:
    reach, due, cost = streets(seed, villages)
    prices, shares, steps = simplex.cover(program(reach, due, cost))
    best = exact(reach, due, cost)
    # Rows are told apart by a little that they do not cost.
    apart = 1.5 * basis._APART * villages
    assert best - apart <= proven(reach, due, prices) <= best + 1e-6
    assert (prices <= cost[LACK]).all()
    assert (prices >= -cost[OVER]).all()
    times = shares @ reach
    spent = (
        due @ shares + cost[OVER] @ np.maximum(times - 1, 0) + cost[LACK] @ np.maximum(1 - times, 0)
    )
    assert spent == pytest.approx(best, abs=apart)
    assert (shares >= 0).all()
    assert steps > villages / 2


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_small_program_is_solved(data: st.DataObject) -> None:
    rows, villages = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    whole = st.integers(0, 4).map(float)
    reach = np.array(
        data.draw(
            st.lists(
                st.lists(st.booleans(), min_size=villages, max_size=villages),
                min_size=rows,
                max_size=rows,
            )
        )
    )
    due = np.array(data.draw(st.lists(whole, min_size=rows, max_size=rows)))
    cost = np.array(
        data.draw(
            st.lists(st.lists(whole, min_size=villages, max_size=villages), min_size=2, max_size=2)
        )
    )
    prices = simplex.cover(program(reach, due, cost))[0]
    best = exact(reach, due, cost)
    assert best - 1e-5 <= proven(reach, due, prices) <= best + 1e-6


def test_where_all_is_free_or_nobody_comes_prices_are_at_their_ends() -> None:
    reach = np.ones((3, 4), dtype=bool)
    cost = np.arange(8.0).reshape(2, 4)
    free = simplex.cover(program(reach, np.zeros(3), cost))[0]
    assert proven(reach, np.zeros(3), free) == pytest.approx(0.0, abs=1e-3)
    alone = simplex.cover(program(np.zeros((1, 4), dtype=bool), np.ones(1), cost))[0]
    assert (alone == cost[LACK]).all()
    none = simplex.cover(program(np.zeros((0, 4), dtype=bool), np.zeros(0), cost))[0]
    assert (none == cost[LACK]).all()


@pytest.mark.parametrize("seed", range(4))
def test_an_inverse_made_anew_is_that_of_its_basis(seed: int) -> None:
    reach, due, cost = streets(seed, 60)
    p = program(reach, due, cost)
    b = basis.begun(p)
    while b.size[1] < 25:
        assert simplex._stepped(p, b)
    size = int(b.size[0])
    kept = [
        b.inverse[:size, :size].copy(),
        b.price.copy(),
        b.left.copy(),
        b.share[:size].copy(),
        b.missing.copy(),
    ]
    inside = reach[np.ix_(b.rows[:size], b.villages[:size])].T
    assert kept[0] @ inside == pytest.approx(np.eye(size), abs=1e-9)
    assert basis.renewed(p, b)
    for old, new in zip(
        kept, [b.inverse[:size, :size], b.price, b.left, b.share[:size], b.missing], strict=True
    ):
        assert new == pytest.approx(old, abs=1e-7)
    # What a row lacks is given to it.
    other = int(np.flatnonzero(b.seat < 0)[0])
    b.left[other] = -0.5
    assert basis.renewed(p, b)
    assert b.left[other] == 0.0
    # What is lost is found again.
    b.inverse[:size, :size] += 1e-3
    assert not basis.reached(p, b) <= basis._EXACT
    assert basis.sound(p, b)
    assert b.inverse[:size, :size] == pytest.approx(kept[0], abs=1e-7)


def test_what_rounding_hides_comes_to_light_before_the_end() -> None:
    reach, due, cost = streets(2, 60)
    p = program(reach, due, cost)
    b = basis.begun(p)
    while b.size[1] < 10:
        assert simplex._stepped(p, b)
    # Nobody seems to have a reason to leave.
    b.missing[:] = 0.0
    b.share[:] = 0.5
    steps = 0
    while simplex._stepped(p, b):
        steps += 1
    assert steps > 10
    assert proven(reach, due, b.price) == pytest.approx(exact(reach, due, cost), abs=1e-4)


def test_the_same_program_has_the_same_answer() -> None:
    p = program(*streets(3, 120))
    first, again = simplex.cover(p), simplex.cover(p)
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))


def test_prices_that_prove_nothing_are_not_kept() -> None:
    p = program(*streets(3, 40))
    good = simplex.cover(p)[0]
    assert good.sum() > 0
    assert np.array_equal(simplex._trusted(p, good.copy()), good)
    # All at their upper ends, rows lack far more than that.
    assert not simplex._trusted(p, p.cost[LACK].copy()).any()
    assert (simplex._trusted(p._replace(due=p.due + 1e6), good + 1e4) == p.cost[LACK]).all()
