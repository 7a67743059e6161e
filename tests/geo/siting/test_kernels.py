"""The state of a search against what it should be, counted anew."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from geo.siting import kernels

RUNNING, STOPPED = np.zeros(1, np.int64), np.ones(1, np.int64)


def small(seed: int) -> tuple[kernels.Matrix, np.ndarray]:
    """Return a random matrix of 30 rows at 25 places, and which row reaches which village."""
    chance = np.random.default_rng(seed)
    reach = chance.random((30, 40)) < 0.2
    weights = chance.integers(0, 9, 40).astype(float)
    costs, places = chance.integers(1, 5, 30).astype(float), chance.integers(0, 25, 30)
    return kernels.matrix(sp.csr_array(reach.astype(float)), weights, costs, places), reach


def alone(m: kernels.Matrix, reach: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return what each row alone adds to the others that are chosen."""
    times = reach[chosen].sum(axis=0)
    return np.array(
        [m.weights[row & (times - (row if own else 0) == 0)].sum()
         for row, own in zip(reach, chosen, strict=True)]
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_values_stay_right_whatever_is_chosen(seed: int) -> None:
    m, reach = small(seed)
    chance = np.random.default_rng(100 + seed)
    chosen = np.zeros(30, dtype=bool)
    kept, seated = kernels.begin(m, chosen), kernels.begin(m, chosen)
    for i in chance.integers(0, 30, 200):
        (kernels.take if chosen[i] else kernels.put)(m, kept, i)
        (kernels.unseat if chosen[i] else kernels.seat)(m, seated, i)
        chosen[i] = not chosen[i]
        right = alone(m, reach, chosen)
        assert kept.value == pytest.approx(right)
        assert seated.value[chosen] == pytest.approx(right[chosen])
        assert kernels.fresh(m, seated, i) == pytest.approx(0.0 if chosen[i] else right[i])
        for state in (kept, seated):
            covered = m.weights[reach[chosen].any(axis=0)].sum()
            assert state.sums == pytest.approx([covered, m.costs[chosen].sum()])
            assert sorted(state.members[: state.size[0]]) == np.flatnonzero(chosen).tolist()
            times = reach[chosen].sum(axis=0)
            assert (state.cell[times == 0] == 30).all()
            assert (state.cell[times > 1] == 31).all()
            owners = (reach & chosen[:, None]).argmax(axis=0)
            assert (state.cell[times == 1] == owners[times == 1]).all()


# With few chosen rows all are looked at, with many those that a village tells of.
@pytest.mark.parametrize("count", [6, 24])
@pytest.mark.parametrize("seed", range(5))
def test_a_partner_is_the_best_row_to_go(seed: int, count: int) -> None:
    m, reach = small(seed)
    m = m._replace(places=np.arange(30))
    chosen = np.zeros(30, dtype=bool)
    chosen[np.random.default_rng(seed).choice(30, count, replace=False)] = True
    state = kernels.begin(m, chosen)
    for i in np.flatnonzero(~chosen):
        state.value[i] = np.nan
        out, gain = kernels.partner(m, state, i, kernels.weakest(state), np.inf, 0.0)
        gains = {}
        for other in np.flatnonzero(chosen):
            after = chosen.copy()
            after[[i, other]] = True, False
            gains[other] = m.weights[reach[after].any(axis=0)].sum() - state.sums[0]
        assert gain == pytest.approx(max(gains.values()))
        assert gains[out] == pytest.approx(gain)
        assert not state.shared.any()


# Ten chosen rows are looked at one by one; of thirty those that a village tells of.
@pytest.mark.parametrize("rows", [10, 30])
def test_an_owner_of_several_villages_is_listed_once(rows: int) -> None:
    reach = np.kron(np.eye(rows + 1), np.ones(3))
    reach[rows, :5] = 1.0
    none = np.zeros(rows + 1)
    weights = np.ones(3 * rows + 3)
    m = kernels.matrix(sp.csr_array(reach), weights, none, np.arange(rows + 1))
    state = kernels.begin(m, np.arange(rows + 1) < rows)
    owners = state.sharing[: kernels.share(m, state, rows)].tolist()
    assert owners == [0, 1]
    assert state.shared.sum(axis=0)[:2].tolist() == [3.0, 2.0]
    assert state.value[rows] == 3.0


def test_an_annealed_choice_covers_what_it_says_and_keeps_its_limits() -> None:
    m, reach = small(1)
    how = kernels.Cooling(2.0, 0.1, 0.5, 3000, 7, RUNNING, kernels.likest(m, 4, RUNNING))
    chosen, covered = kernels.anneal(m, np.zeros(30, dtype=bool), 7, 12.0, how)
    assert covered == pytest.approx(m.weights[reach[chosen].any(axis=0)].sum())
    assert chosen.sum() <= 7
    assert m.costs[chosen].sum() <= 12.0
    assert len(set(m.places[chosen])) == chosen.sum()


def shares(reach: np.ndarray, row: int) -> np.ndarray:
    """Return how many villages each row shares with one; none with itself."""
    found = np.asarray((reach & reach[row]).sum(axis=1))
    found[row] = 0
    return found


@pytest.mark.parametrize("most", [1, 5, 29, 40])
def test_the_likest_rows_share_the_most_villages(most: int) -> None:
    m, reach = small(2)
    for row, likest in enumerate(kernels.likest(m, most, RUNNING)):
        shared = shares(reach, row)
        others = [other for other in likest if other != row]
        assert len(set(others)) == len(others) == min(most, (shared > 0).sum())
        assert sorted(shared[others]) == sorted(np.sort(shared)[30 - len(others) :])


def test_of_long_rows_the_likest_are_found_by_some_of_their_villages() -> None:
    line = np.abs(np.subtract.outer(np.arange(600), np.arange(600))) <= 150
    m = kernels.matrix(sp.csr_array(line.astype(float)), np.ones(600), np.ones(600), np.arange(600))
    likest = kernels.likest(m, 8, RUNNING)
    inside = np.arange(200, 400)
    assert (np.abs(likest[inside].astype(int) - inside[:, None]).max(axis=1) <= 10).all()
    assert kernels.likest(m, 0, RUNNING).shape == (600, 0)
    # Once the run is over each row is like itself.
    assert (kernels.likest(m, 2, STOPPED) == np.arange(600)[:, None]).all()


def test_short_moves_come_to_the_rows_that_are_like_the_chosen() -> None:
    weights = np.ones(1000)
    weights[777] = 5.0
    alone = kernels.matrix(sp.eye_array(1000, format="csr"), weights, weights, np.arange(1000))
    first = np.zeros(1000, dtype=bool)
    first[3] = True
    for like, found in (
        (np.full((1000, 1), 777, np.uint32), 5.0),
        (kernels.likest(alone, 0, RUNNING), 1.0),
    ):
        how = kernels.Cooling(1e-3, 1e-4, 0.0, 40, 7, RUNNING, like)
        assert kernels.anneal(alone, first, 1, np.inf, how)[1] == found
